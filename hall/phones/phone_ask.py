"""`/b/{secret}/ask`: questions from phones. A GET changes nothing; a POST is checked as a paper is, and asks once.

Size, origin and pace are those of papers; who may be asked and what is kept is `asking`'s. A double press, or a retry
of a lost answer, is the same question: same page (nonce), same words.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response

from db.engine import Database
from db.talk import Question
from hall.ballots.ballot_refused import BallotRefused, Reason
from hall.moment.live import Live
from hall.moment.snapshot import SeatCard, Snapshot
from hall.phones import asking
from hall.phones.asking import SecretPace, SentQuestion, asker_of
from hall.phones.phone_answer import (
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
from hall.phones.phone_ask_page import ask_view, render_ask
from hall.phones.phone_paper import NONCE_BOUND
from hall.phones.phone_post import Pace, announces_more, body_within, is_foreign
from hall.stage.questions import questions_now

log = logging.getLogger("leitai.phone")

BODY_BOUND = 8 * 1024
BODY_SECONDS = 20.0
REMEMBERED = 500
_UNREADABLE = "没有读懂这次提问，请刷新页面后重新写。"
_BUSY = "现在人很多，问题还没有送出，请过几秒再按一次。"

Who = Callable[[str], Awaitable[tuple[SeatCard | None, Snapshot | None]]]


class HouseOfQuestions(Protocol):
    """What the questions need of the house."""

    database: Database
    live: Live
    clock: Callable[[], datetime]


@dataclass(slots=True)
class _Asked:
    """What is known of a request so far: its answer is made from it, however it ends."""

    seat: SeatCard | None = None
    snapshot: Snapshot | None = None
    sent: SentQuestion | None = None


class Asking:
    """Answers of one address. One a process; belongs to one event loop."""

    def __init__(self, house: HouseOfQuestions, who: Who) -> None:
        self._house = house
        self._who = who
        self._pace = Pace(6, 60.0)
        self._secret = SecretPace()
        self._on_the_way: OrderedDict[str, asyncio.Task[None]] = OrderedDict()

    async def answer(self, request: Request) -> Response:
        asked = _Asked()
        try:
            asked.seat, asked.snapshot = await self._who(request.path_params["secret"])
            if asked.seat is None or asked.snapshot is None:
                if request.method == "GET":
                    return unknown_badge(request)
                raise BallotRefused(Reason.UNKNOWN_BADGE, UNKNOWN_SENTENCE)
            if request.method == "GET":
                return await self._page(request, asked)
            asked.sent = await self._read(request, asked.seat, asked.snapshot)
            await self._once(asked.seat, asked.snapshot, asked.sent)
        except BallotRefused as refused:
            return await self._refusal(request, refused, asked)
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception as cause:
            if not isinstance(cause, TimeoutError):
                log.exception("a question could not be taken")
            return await self._refusal(request, BallotRefused(Reason.OVERLOADED, _BUSY, retry_after=3), asked)
        if speaks_json(request):
            return json_answer({"status": "accepted", "message": "已送到主持台。"})
        return secured(RedirectResponse(f"{request.url.path}?sent", status_code=303))

    async def _read(self, request: Request, seat: SeatCard, snapshot: Snapshot) -> SentQuestion:
        told = dict(request.scope["headers"])
        if is_foreign(told, snapshot.public_url):
            raise BallotRefused(Reason.WRONG_ORIGIN, "这次提问不是从本页面发出的，没有收下。请用胸牌二维码打开页面再提。")
        wait = self._pace.wait(seat.id, self._house.clock())
        if wait > 0:
            raise BallotRefused(Reason.TOO_FAST, "提交太频繁，请稍等再试。", retry_after=max(1, round(wait + 0.5)))
        async with asyncio.timeout(BODY_SECONDS):
            body = None if announces_more(told, BODY_BOUND) else await body_within(request, BODY_BOUND)
        if body is None:
            raise BallotRefused(Reason.TOO_LARGE, "这次提问太长，没有收下，请写短一些。")
        return read_question(told.get(b"content-type", b"").decode("latin-1"), body)

    async def _once(self, seat: SeatCard, snapshot: Snapshot, sent: SentQuestion) -> None:
        """Into the queue; whoever sends the same once more meanwhile, or later, waits for the same answer."""
        if snapshot.sitting.desk_check_in and not seat.checked_in:
            raise BallotRefused(Reason.NOT_CHECKED_IN, "您还没有签到，请先到签到台扫描胸牌。")
        if seat.shadow:
            raise BallotRefused(Reason.ROUND_NOT_OPEN, "练习席位不提问。")
        key = hashlib.sha256(repr((seat.id, sent)).encode()).hexdigest()
        task = self._on_the_way.get(key)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            task = self._on_the_way[key] = asyncio.get_running_loop().create_task(self._put(seat, snapshot, sent))
            while len(self._on_the_way) > REMEMBERED:
                self._on_the_way.popitem(last=False)
        await asyncio.shield(task)

    async def _put(self, seat: SeatCard, snapshot: Snapshot, sent: SentQuestion) -> None:
        house, asker, at = self._house, asker_of(snapshot, seat), self._house.clock()
        if asker.seat is None:
            self._secret.refuse_too_many(seat.id, sent.target, at)
            self._secret.note(seat.id, sent.target, at)
        try:
            await run_in_threadpool(asking.put_into_queue, house.database, seat.sitting, seat, asker, sent, at=at)
        except BaseException:
            if asker.seat is None:
                self._secret.take_back(seat.id, sent.target)
            raise
        await run_in_threadpool(house.live.hear_of_question, seat.sitting)

    async def _page(self, request: Request, asked: _Asked, refused: BallotRefused | None = None) -> Response:
        """The page as it is now; after a refusal with the sentence and what was typed."""
        seat = asked.seat
        assert seat is not None and asked.snapshot is not None
        snapshot = self._house.live.at(seat.sitting) or asked.snapshot
        own = await self._own(seat, snapshot)
        page = render_ask(ask_view(
            snapshot, seat, own, path=request.url.path, nonce=secrets.token_urlsafe(12),
            typed="" if asked.sent is None else asked.sent.text, chosen="" if asked.sent is None else asked.sent.target,
            message="" if refused is None else refused.message,
            sent=refused is None and request.scope["query_string"] == b"sent"))
        return page_answer(request, page, 200 if refused is None else refused.reason.status)

    async def _own(self, seat: SeatCard, snapshot: Snapshot) -> Sequence[Question]:
        if snapshot.rule.group(seat.group).secret:
            return ()
        every = await run_in_threadpool(questions_now, self._house.database, snapshot)
        return [one for one in every if one.seat == seat.id]

    async def _refusal(self, request: Request, refused: BallotRefused, asked: _Asked) -> Response:
        if speaks_json(request):
            return refusal_answer(refused)
        if asked.seat is None or asked.snapshot is None:
            return unknown_badge(request) if refused.reason is Reason.UNKNOWN_BADGE else notice_answer(request, refused)
        if refused.reason is Reason.OVERLOADED:  # whatever broke may break the page too
            return notice_answer(request, refused)
        try:
            return told_when(refused, await self._page(request, asked, refused))
        except Exception:  # the refusal is known; only the page around it could not be made
            log.exception("a page for questions could not be made")
            return notice_answer(request, refused)


def read_question(content_type: str, body: bytes) -> SentQuestion:
    """The question in a request's body, a form or flat JSON; raises BallotRefused."""
    kind = content_type.split(";")[0].strip().lower()
    try:
        if kind == "application/json":
            told = json.loads(body)
        else:
            told = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=20))
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict) or not all(isinstance(told.get(name, ""), str) for name in ("target", "nonce", "text")):
        raise BallotRefused(Reason.BAD_MARK, _UNREADABLE)
    target, nonce, text = (
        told.get(name, "").encode("utf-8", "replace").decode() for name in ("target", "nonce", "text"))
    if not nonce or len(nonce) > NONCE_BOUND or not nonce.isprintable():
        raise BallotRefused(Reason.INCOMPLETE, _UNREADABLE, field="nonce")
    return SentQuestion(target=target, nonce=nonce, text=text)
