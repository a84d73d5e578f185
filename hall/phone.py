"""The phones' routes: plain HTTP beside Streamlit, no websocket, no sign-in but the badge's secret.

A GET changes nothing, because previews and crawlers follow links. A POST is checked for size, badge, origin and
pace, read by `phone_paper`, handed to the ballot box, and acknowledged only after the commit. Whatever fails, the
phone gets words and a status it can act on: 4xx to mend, 503 to come again; never a 500.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextlib import suppress
from datetime import datetime
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from db.values import Receipt
from hall.ballot_box import BallotBox, BallotRefused, Reason, checked, overloaded
from hall.live import Live, SeatCard, Snapshot
from hall.network import host_of
from hall.phone_answer import (
    UNKNOWN_SENTENCE,
    json_answer,
    notice_answer,
    page_answer,
    refusal_answer,
    secured,
    speaks_json,
    told_when,
    unknown_badge,
)
from hall.phone_page import render_notice, render_phone
from hall.phone_paper import BODY_BOUND, SentPaper, read_sent
from hall.phone_view import Typed, news_of, view_of
from scoring.round import Phase
from scoring.rule import BallotKind

log = logging.getLogger("leitai.phone")

ANSWER_SECONDS = 6.0
PACE, PACE_SECONDS = 20, 10.0

Answer = Callable[[Request], Awaitable[Response]]


class HouseOfPhones(Protocol):
    """What the phones need of the house."""

    live: Live
    box: BallotBox
    clock: Callable[[], datetime]


def routes(house: HouseOfPhones) -> list[Route]:
    """Everything that phones and health checks ask for."""
    phones = _Phones(house)
    return [
        Route("/b", phones.guard(phones.forward), methods=["GET"]),
        Route("/b/{secret}", phones.guard(phones.show), methods=["GET"]),
        Route("/b/{secret}", phones.guard(phones.take), methods=["POST"]),
        Route("/b/{secret}/now", phones.guard(phones.tell), methods=["GET"]),
        Route("/health", phones.guard(phones.health), methods=["GET"]),
    ]


class Pace:
    """A token bucket a seat: bursts of `size`, refilled over `seconds`."""

    def __init__(self, size: int = PACE, seconds: float = PACE_SECONDS) -> None:
        self._size = size
        self._seconds = seconds
        self._buckets: dict[int, tuple[float, datetime]] = {}

    def wait(self, seat: int, at: datetime) -> float:
        """Seconds until this seat may post again; 0 takes a token."""
        left, since = self._buckets.get(seat, (float(self._size), at))
        left = min(self._size, left + max(0.0, (at - since).total_seconds()) * self._size / self._seconds)
        taken = left >= 1
        self._buckets[seat] = (left - 1 if taken else left, at)
        return 0.0 if taken else (1 - left) * self._seconds / self._size


class _Phones:
    def __init__(self, house: HouseOfPhones) -> None:
        self._house = house
        self._pace = Pace()
        self._arriving: dict[int, SeatCard] = {}
        self._welcome: asyncio.Task[None] | None = None

    # -- what is asked -----------------------------------------------------------------------------------

    async def forward(self, request: Request) -> Response:
        """The hall's QR code: on to the badge that this phone has shown before."""
        return page_answer(request, render_notice(
            "请扫描您胸牌上的二维码", "每张胸牌的二维码只属于一个席位，扫码后直接进入打分。",
            "没有胸牌或二维码扫不开，请到签到台找工作人员。", forward=True))

    async def show(self, request: Request) -> Response:
        secret = request.path_params["secret"]
        seat, snapshot = self._who(secret)
        if seat is None or snapshot is None:
            return unknown_badge(request)
        return await self._page(request, seat, snapshot)

    async def tell(self, request: Request) -> Response:
        """`/now`: memory only on the usual path; 304 while nothing on this phone's page would change."""
        secret = request.path_params["secret"]
        seat, snapshot = self._who(secret)
        if seat is None or snapshot is None:
            return refusal_answer(BallotRefused(Reason.UNKNOWN_BADGE, UNKNOWN_SENTENCE))
        self._check_in(seat, snapshot)
        news = news_of(snapshot, seat, await self._receipt(seat, secret, snapshot))
        headers = {"ETag": news.etag, "Cache-Control": "no-cache"}
        if _has(request, news.etag):
            return secured(Response(status_code=304, headers=headers))
        return secured(Response(news.body, media_type="application/json", headers=headers))

    async def take(self, request: Request) -> Response:
        secret, wants_json = request.path_params["secret"], speaks_json(request)
        seat: SeatCard | None = None
        snapshot: Snapshot | None = None
        paper = SentPaper()
        try:
            _refuse_large(request)
            seat, snapshot = self._who(secret)
            if seat is None or snapshot is None:
                raise BallotRefused(Reason.UNKNOWN_BADGE, UNKNOWN_SENTENCE)
            _refuse_foreign(request, snapshot.public_url)
            self._refuse_haste(seat)
            paper = read_sent(request.headers.get("content-type", ""), await _body(request))
            self._check_in(seat, snapshot)
            receipt = await self._cast(seat, secret, snapshot, paper)
        except BallotRefused as refused:
            if wants_json:
                return refusal_answer(refused)
            if refused.reason is Reason.UNKNOWN_BADGE or seat is None or snapshot is None:
                return unknown_badge(request) if refused.reason is Reason.UNKNOWN_BADGE else notice_answer(request, refused)
            return await self._page(request, seat, self._house.live.at(seat.sitting) or snapshot, refused, paper)
        if not wants_json:
            return secured(RedirectResponse(request.url.path, status_code=303))
        return json_answer({"status": "accepted", "receipt": receipt.code, "version": receipt.version,
                      "received_at": receipt.received_at, "round": receipt.round})

    async def health(self, request: Request) -> Response:
        live = self._house.live
        try:
            await asyncio.wait_for(run_in_threadpool(live.refresh), timeout=5)
        except Exception:
            log.exception("the database does not answer")
            return json_answer({"status": "degraded", "database": "unreachable", "serial": _serial(live)}, 503)
        return json_answer({"status": "ok", "database": "ok", "serial": _serial(live)})

    # -- how it is answered ------------------------------------------------------------------------------

    def _who(self, secret: str) -> tuple[SeatCard | None, Snapshot | None]:
        seat = self._house.live.seat(secret)
        return seat, None if seat is None else self._house.live.at(seat.sitting)

    async def _receipt(self, seat: SeatCard, secret: str, snapshot: Snapshot) -> Receipt | None:
        """From memory, or read once: such a read may wait for the database, so a thread does it."""
        if snapshot.round is None:
            return None
        with suppress(KeyError):
            return self._house.live.recall(seat, secret, snapshot.round.id)
        return await run_in_threadpool(self._house.live.receipt, seat, secret, snapshot.round.id)

    async def _page(self, request: Request, seat: SeatCard, snapshot: Snapshot, refused: BallotRefused | None = None,
                    paper: SentPaper | None = None) -> Response:
        """The seat's page as it is now; after a refusal with the sentence and, for the same round, what was typed."""
        receipt = await self._receipt(seat, request.path_params["secret"], snapshot)
        typed = None
        if refused is not None:
            same = snapshot.round is not None and paper is not None and paper.round == str(snapshot.round.id)
            typed = Typed(values=paper.marks if paper is not None and same else {}, message=refused.message,
                          field=refused.field or "")
        view = view_of(snapshot, seat, receipt, at=self._house.clock(), nonce=secrets.token_urlsafe(12),
                       etag=news_of(snapshot, seat, receipt).etag, typed=typed)
        if refused is None:
            return page_answer(request, render_phone(view))
        return told_when(refused, page_answer(request, render_phone(view), refused.reason.status))

    async def _cast(self, seat: SeatCard, secret: str, snapshot: Snapshot, paper: SentPaper) -> Receipt:
        """Into the ballot box; the receipt after the commit. A paper of a round that memory does not show as open
        may make the box ask the database, so a thread does that."""
        house = self._house
        if snapshot.rule.ballot.kind is BallotKind.RANKING and snapshot.round is not None:
            paper = paper.spread(snapshot.round.targets)

        def put() -> Future[Receipt]:
            return house.box.put(checked(house.live, seat=seat, secret=secret, round_text=paper.round, nonce=paper.nonce,
                                         form=paper.marks, at=house.clock()))

        now = snapshot.round
        usual = now is not None and now.phase is Phase.OPEN and str(now.id) == paper.round
        answer = asyncio.wrap_future(put() if usual else await run_in_threadpool(put))
        try:
            return await asyncio.wait_for(asyncio.shield(answer), ANSWER_SECONDS)  # the writer's future is not ours to end
        except TimeoutError:  # it may still be stored; the same nonce will get its receipt
            raise overloaded() from None

    def _refuse_haste(self, seat: SeatCard) -> None:
        wait = self._pace.wait(seat.id, self._house.clock())
        if wait > 0:
            raise BallotRefused(Reason.TOO_FAST, "提交太频繁，请稍等几秒再试。", retry_after=max(1, round(wait + 0.5)))

    def _check_in(self, seat: SeatCard, snapshot: Snapshot) -> None:
        """The first scan checks in. Behind the answer's back: a phone never waits for it."""
        if seat.checked_in or snapshot.sitting.desk_check_in:
            return
        self._arriving[seat.id] = seat
        if self._welcome is None:
            self._welcome = asyncio.get_running_loop().create_task(self._note_arrivals())

    async def _note_arrivals(self) -> None:
        """Whoever comes while the database writes the last ones down is written down next, all at once."""
        try:
            while self._arriving:
                arriving = dict(self._arriving)
                await asyncio.to_thread(self._house.live.check_in, *arriving.values())
                for seat_id in arriving:
                    self._arriving.pop(seat_id, None)
        except Exception:  # the next poll tries again
            log.exception("seats could not be checked in")
            self._arriving.clear()
        finally:
            self._welcome = None

    def guard(self, answer: Answer) -> Answer:
        """The last resort: whatever breaks, the phone is asked to come again."""

        async def guarded(request: Request) -> Response:
            try:
                return await answer(request)
            except ClientDisconnect:
                return Response(status_code=400)
            except Exception:
                log.exception("a phone could not be answered")
                refused = overloaded()
                asks_json = speaks_json(request) or request.url.path.endswith("/now")
                return refusal_answer(refused) if asks_json else notice_answer(request, refused)

        return guarded


def _serial(live: Live) -> int:
    """Grows with every change in any sitting."""
    return sum(sitting.serial for sitting in live.sittings())


def _has(request: Request, etag: str) -> bool:
    """If-None-Match as RFC 9110 has it: `*`, or a list of tags, strong or weak, with or without blanks."""
    tags = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    return etag in tags or tags == ["*"]


def _refuse_large(request: Request) -> None:
    length = request.headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()) or int(length[:12]) > BODY_BOUND:
        raise _too_large()


async def _body(request: Request) -> bytes:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > BODY_BOUND:
            raise _too_large()
    return body


def _too_large() -> BallotRefused:
    return BallotRefused(Reason.TOO_LARGE, "这张评分太大，没有收下。请刷新页面后重新填写。")


def _refuse_foreign(request: Request, public_url: str) -> None:
    """A paper filled in on somebody else's page is refused.

    `Origin: null` is what browsers send with our own form, because of our own Referrer-Policy; whoever posts it
    has to know the badge's secret all the same.
    """
    origin = request.headers.get("origin")
    homes = {request.headers.get("host", ""), host_of(public_url)} - {""}
    foreign = origin is not None and origin != "null" and host_of(origin) not in homes
    if foreign or (origin == "null" and request.headers.get("sec-fetch-site") == "cross-site"):
        raise BallotRefused(Reason.WRONG_ORIGIN, "这次提交不是从本页面发出的，没有计票。请用胸牌二维码打开页面再提交。")
