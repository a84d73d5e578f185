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
from contextlib import suppress
from datetime import datetime
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Scope

from db.engine import Database
from db.values import Receipt
from hall.ballots.ballot_box import BallotBox
from hall.ballots.ballot_refused import BallotRefused, Reason, overloaded
from hall.moment.live import Live
from hall.moment.presence import Presence
from hall.moment.readiness import Readiness
from hall.moment.snapshot import SeatCard, Snapshot
from hall.phones import phone_check
from hall.phones.arrivals import Arrivals
from hall.phones.phone_answer import (
    UNKNOWN_SENTENCE,
    Brief,
    json_answer,
    notice_answer,
    packed_page_answer,
    page_answer,
    refusal_answer,
    secured,
    speaks_json,
    takes_gzip,
    told_when,
    unknown_badge,
)
from hall.phones.phone_ask import Asking
from hall.phones.phone_page import FEW_TARGETS, render_notice, render_phone
from hall.phones.phone_paper import SentPaper
from hall.phones.phone_post import Letterbox
from hall.phones.phone_shelf import is_shelved, page_of
from hall.phones.phone_view import Typed, milliseconds, news_of, view_of
from hall.phones.shadow import ShadowBox

log = logging.getLogger("leitai.phone")

UNKNOWN_SECONDS, NEWS_SECONDS = 0.05, 2.0

Answer = Callable[[Request], Awaitable[Response]]


class HouseOfPhones(Protocol):
    """What the phones need of the house."""

    database: Database
    live: Live
    box: BallotBox
    shadows: ShadowBox
    presence: Presence
    readiness: Readiness
    clock: Callable[[], datetime]


class Phones:
    """Every answer that phones and health checks get. One a process."""

    def __init__(self, house: HouseOfPhones) -> None:
        self._house = house
        self._letterbox = Letterbox(house)
        self._arrivals = Arrivals(house.live)
        self._news: asyncio.Future[None] | None = None
        self._show, self._take, self._tell = (self._guard(one) for one in (self.show, self.take, self.tell))

    def routes(self) -> list[Route]:
        return [
            Route("/b", self._guard(self.forward), methods=["GET"]),
            Route("/b/{secret}", self._page_or_paper, methods=["GET", "POST"]),
            Route("/b/{secret}/now", self._tell, methods=["GET"]),
            *phone_check.routes(self._house),
            Route("/b/{secret}/ask", Asking(self._house, self._who).answer, methods=["GET", "POST"]),
            Route("/health", self._guard(self.health), methods=["GET"]),
        ]

    def straight(self, scope: Scope) -> Answer | None:
        """Papers and polls are nearly everything that comes: their answer, without a router's search for it."""
        secret, slash, asked = scope["path"][3:].partition("/")
        if not secret or not scope["path"].startswith("/b/"):
            return None
        if scope["method"] == "POST" and not slash:
            found = self._take
        elif scope["method"] == "GET" and asked == "now":
            found = self._tell
        else:
            return None
        scope["path_params"] = {"secret": secret}
        return found

    async def _page_or_paper(self, request: Request) -> Response:
        return await (self._take if request.method == "POST" else self._show)(request)

    # -- what is asked -----------------------------------------------------------------------------------

    async def forward(self, request: Request) -> Response:
        """The hall's QR code: on to the badge that this phone has shown before."""
        return page_answer(request, render_notice(
            "请扫描您胸牌上的二维码", "每张胸牌的二维码只属于一个席位，扫码后直接进入打分。",
            "没有胸牌或二维码扫不开，请到签到台找工作人员。", forward=True))

    async def show(self, request: Request) -> Response:
        if request.scope["query_string"] == b"ask":  # the page's link, which does not know the badge
            return secured(RedirectResponse(f"{request.url.path}/ask", status_code=303))
        secret = request.path_params["secret"]
        seat, snapshot = await self._who(secret)
        if seat is None or snapshot is None:
            return unknown_badge(request)
        return await self._page(request, seat, snapshot)

    async def tell(self, request: Request) -> Response:
        """`/now`: memory only on the usual path; 304 while nothing on this phone's page would change."""
        secret, told = request.path_params["secret"], dict(request.scope["headers"])
        seat, snapshot = await self._who(secret)
        if seat is None or snapshot is None:
            return refusal_answer(BallotRefused(Reason.UNKNOWN_BADGE, UNKNOWN_SENTENCE))
        self._arrivals.note(seat, snapshot)
        at = self._house.clock()
        self._house.presence.heard(seat.id, told.get(b"x-paper", b"").decode("latin-1"), at)
        news = news_of(snapshot, seat, await self._receipt(seat, secret, snapshot))
        if has_tag(told.get(b"if-none-match", b"").decode("latin-1"), news.etag):
            return Brief(304, b"", news.etag, milliseconds(at))
        return Brief(200, news.body(), news.etag, milliseconds(at))

    async def take(self, request: Request) -> Response:
        secret, wants_json = request.path_params["secret"], speaks_json(request)
        seat: SeatCard | None = None
        snapshot: Snapshot | None = None
        paper = SentPaper()
        try:
            seat, snapshot = await self._who(secret)
            if seat is None or snapshot is None:
                raise BallotRefused(Reason.UNKNOWN_BADGE, UNKNOWN_SENTENCE)
            paper = await self._letterbox.read(request, seat, snapshot)
            self._arrivals.note(seat, snapshot, with_paper=True)
            receipt = await self._letterbox.cast(seat, secret, snapshot, paper)
        except BallotRefused as refused:
            if wants_json:
                return refusal_answer(refused)
            if refused.reason is Reason.UNKNOWN_BADGE or seat is None or snapshot is None:
                return unknown_badge(request) if refused.reason is Reason.UNKNOWN_BADGE else notice_answer(request, refused)
            return await self._page(request, seat, self._house.live.at(seat.sitting) or snapshot, refused, paper)
        if not wants_json:
            return secured(RedirectResponse(request.url.path, status_code=303))
        return Brief(200, b'{"status": "accepted", "receipt": "%s", "version": %d, "received_at": "%s", "round": "%s"}' % (
            receipt.code.encode(), receipt.version, receipt.received_at.encode(), receipt.round.encode()))

    async def health(self, request: Request) -> Response:
        live = self._house.live
        try:
            await asyncio.wait_for(run_in_threadpool(live.refresh), timeout=5)
        except Exception:
            log.exception("the database does not answer")
            return json_answer({"status": "degraded", "database": "unreachable", "serial": _serial(live)}, 503)
        return json_answer({"status": "ok", "database": "ok", "serial": _serial(live)})

    # -- how it is answered ------------------------------------------------------------------------------

    async def _who(self, secret: str) -> tuple[SeatCard | None, Snapshot | None]:
        seat = self._house.live.known_seat(secret)
        if seat is None:
            await self._ask_for_news()
            seat = self._house.live.known_seat(secret)
        return seat, None if seat is None else self._house.live.at(seat.sitting)

    async def _ask_for_news(self) -> None:
        """An unknown badge may have been issued this very moment through another process. However many phones show one,
        a single thread asks, and nobody waits for a database that hangs: TimeoutError."""
        if self._news is None or self._news.done():
            self._news = asyncio.ensure_future(self._look())
        await asyncio.wait_for(asyncio.shield(self._news), NEWS_SECONDS)

    async def _look(self) -> None:
        await asyncio.sleep(UNKNOWN_SECONDS)
        await run_in_threadpool(self._house.live.refresh)

    async def _receipt(self, seat: SeatCard, secret: str, snapshot: Snapshot) -> Receipt | None:
        """From memory, or read once: such a read may wait for the database, so a thread does it."""
        if snapshot.round is None:
            return None
        if seat.shadow:
            return await run_in_threadpool(self._house.shadows.receipt, seat, snapshot.round.id)
        with suppress(KeyError):
            return self._house.live.recall(seat, secret, snapshot.round.id)
        return await run_in_threadpool(self._house.live.receipt, seat, secret, snapshot.round.id)

    async def _page(self, request: Request, seat: SeatCard, snapshot: Snapshot, refused: BallotRefused | None = None,
                    paper: SentPaper | None = None) -> Response:
        """The seat's page as it is now; after a refusal with the sentence and, for the same round, what was typed."""
        receipt, nonce = await self._receipt(seat, request.path_params["secret"], snapshot), secrets.token_urlsafe(12)
        if refused is None and is_shelved(snapshot, receipt):
            compressed = takes_gzip(request)
            body, policy = page_of(snapshot, seat, receipt, at=self._house.clock(), nonce=nonce, compressed=compressed)
            return packed_page_answer(body, policy, compressed=compressed)
        typed = None
        if refused is not None:
            same = snapshot.round is not None and paper is not None and paper.round == str(snapshot.round.id)
            typed = Typed(values=paper.marks if paper is not None and same else {}, message=refused.message,
                          field=refused.field or "")

        def made() -> Response:
            view = view_of(snapshot, seat, receipt, at=self._house.clock(), nonce=nonce,
                           etag=news_of(snapshot, seat, receipt).etag, typed=typed)
            return page_answer(request, render_phone(view), 200 if refused is None else refused.reason.status)

        is_long = snapshot.round is not None and len(snapshot.round.targets) > FEW_TARGETS  # tens of milliseconds
        answer = await run_in_threadpool(made) if is_long else made()
        return answer if refused is None else told_when(refused, answer)

    def _guard(self, answer: Answer) -> Answer:
        """The last resort: whatever breaks, the phone is asked to come again."""

        async def guarded(request: Request) -> Response:
            try:
                return await answer(request)
            except ClientDisconnect:
                return Response(status_code=400)
            except Exception as cause:
                if not isinstance(cause, TimeoutError):
                    log.exception("a phone could not be answered")
                refused = overloaded()
                asks_json = speaks_json(request) or request.url.path.endswith("/now")
                return refusal_answer(refused) if asks_json else notice_answer(request, refused)

        return guarded


def _serial(live: Live) -> int:
    """Grows with every change in any sitting."""
    return sum(sitting.serial for sitting in live.sittings())


def has_tag(told: str, etag: str) -> bool:
    """If-None-Match as RFC 9110 has it: `*`, or a list of tags, strong or weak, with or without blanks."""
    if told == etag:
        return True
    tags = [tag.strip().removeprefix("W/") for tag in told.split(",")]
    return etag in tags or tags == ["*"]

