"""How the phones' routes answer: pages, JSON and refusals, each with the headers that keep a badge's link to itself.

Nothing here decides anything. A page that is larger than a phone should have to load goes out compressed.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from hall.ballots.ballot_refused import BallotRefused
from hall.phones.phone_page import PAGE_BOUND, Page, render_notice

UNKNOWN_SENTENCE = "这张胸牌无效或已停用，请到签到台领取新的二维码。"


def speaks_json(request: Request) -> bool:
    """Whoever asks for JSON, or sends it: no browser's form does either."""
    return any(b"application/json" in value.lower() for name, value in request.scope["headers"]
               if name in (b"accept", b"content-type"))


class Brief(Response):
    """A short JSON answer, made without ceremony: papers and polls get hundreds of these a second.

    With a tag it may be kept and asked for again (304), without one it may not be kept at all. `now_ms` is the hall's
    clock, by which a phone sets its own.
    """

    def __init__(self, status: int, body: bytes, etag: str = "", now_ms: int = 0) -> None:
        self.status_code = status
        self.background = None
        self.body = body
        kept = [(b"etag", etag.encode()), (b"cache-control", b"no-cache")] if etag else [(b"cache-control", b"no-store")]
        self.raw_headers = [*_BRIEF, *kept]
        if now_ms:
            self.raw_headers.append((b"x-now", b"%d" % now_ms))
        if status != 304:
            self.raw_headers.append((b"content-length", str(len(body)).encode()))


_BRIEF = [(b"content-type", b"application/json"), (b"referrer-policy", b"no-referrer"),
          (b"x-content-type-options", b"nosniff"), (b"x-robots-tag", b"noindex")]


def page_answer(request: Request, page: Page, status: int = 200) -> Response:
    body, compressed = page.html.encode(), False
    if len(body) > PAGE_BOUND and takes_gzip(request):
        body, compressed = gzip.compress(body, 6, mtime=0), True
    return packed_page_answer(body, page.policy, compressed=compressed, status=status)


def takes_gzip(request: Request) -> bool:
    """Whether gzip is among what the client takes; `gzip;q=0` refuses it (RFC 9110)."""
    accepted = request.headers.get("accept-encoding", "").lower().replace(" ", "").split(",")
    return any(one.split(";")[0] == "gzip" and not _REFUSED.search(one) for one in accepted)


_REFUSED = re.compile(r";q=0(\.0*)?(;|$)")


def packed_page_answer(body: bytes, policy: str, *, compressed: bool, status: int = 200) -> Response:
    answer = Response(body, status_code=status, media_type="text/html")
    answer.headers["Content-Security-Policy"] = policy
    if compressed:
        answer.headers["Content-Encoding"] = "gzip"
        answer.headers["Vary"] = "Accept-Encoding"
    return secured(answer)


def json_answer(told: Mapping[str, object], status: int = 200) -> Response:
    return secured(Response(json.dumps(told, ensure_ascii=False), status_code=status, media_type="application/json"))


def refusal_answer(refused: BallotRefused) -> Response:
    told = {"status": "refused", "reason": refused.reason.value, "message": refused.message}
    return told_when(refused, json_answer(told | ({"field": refused.field} if refused.field else {}),
                                          refused.reason.status))


def notice_answer(request: Request, refused: BallotRefused) -> Response:
    """A refusal to somebody whose page cannot be shown."""
    return told_when(refused, page_answer(request, render_notice("没有提交成功", refused.message),
                                          refused.reason.status))


def unknown_badge(request: Request) -> Response:
    """One page for a badge that never was and for one that was replaced."""
    return page_answer(request, render_notice("这张胸牌无效或已停用", "请核对胸牌上的二维码，或到签到台领取新胸牌。"), 404)


def no_such_way(request: Request, status: int) -> Response:
    """An address that does not exist, or is not asked in this way."""
    words = "这个地址不能这样访问，请用胸牌二维码打开页面。"
    if speaks_json(request):
        return json_answer({"status": "refused", "message": words}, status)
    return page_answer(request, render_notice("打不开", words), status)


def told_when(refused: BallotRefused, answer: Response) -> Response:
    """With the seconds after which to come again, if the refusal names them."""
    if refused.retry_after is not None:
        answer.headers["Retry-After"] = str(refused.retry_after)
    return answer


def secured(answer: Response) -> Response:
    answer.headers.setdefault("Cache-Control", "no-store")
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
