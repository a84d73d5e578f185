"""The public board (晒一晒): plain routes for anybody, one rendering shared by all who look on.

A board is rendered when its sitting changes, and while a round is shown at most once a second: then one read of the
turnout serves every viewer. In between an answer is bytes from memory. A database that does not answer
leaves the last board standing.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from db.values import Staff
from hall.house import House
from hall.moment.snapshot import Snapshot
from hall.outcome import hall_first, standings
from hall.outcome.hall_first import Waiting
from hall.screen.board_page import POLICY, parts_of, render_board, render_list, render_notice
from hall.screen.board_receipts import ReceiptLists
from hall.screen.board_view import BoardView, Heading, Released, Stand, board_view, heading_of, released_of, round_shown

log = logging.getLogger("leitai.board")

PUBLIC = Staff(id=0, name="", title="公众", roles=frozenset(), unit="", active=True, has_password=False)
FRESH_SECONDS = 1.0
PATIENCE_SECONDS = 0.5  # how long a viewer waits for news before being told what was known
Headers = list[tuple[bytes, bytes]]


class Bytes:
    """A body with its headers, plain and compressed, made once for all who ask."""

    def __init__(self, body: bytes, media: str, *extra: tuple[bytes, bytes]) -> None:
        self.etag = b'"' + hashlib.sha256(body).hexdigest()[:16].encode() + b'"'
        self._plain = body
        self._small = gzip.compress(body, 6, mtime=0)
        self._told: Headers = [(b"etag", self.etag), (b"cache-control", b"public, max-age=1"),
                               (b"vary", b"Accept-Encoding"), *extra, *_GUARDED]
        typed = [(b"content-type", media.encode()), *self._told]
        self._whole: Headers = [*typed, (b"content-length", b"%d" % len(body))]
        self._packed: Headers = [*typed, (b"content-encoding", b"gzip"), (b"content-length", b"%d" % len(self._small))]

    async def answer(self, scope: Scope, send: Send, *extra: tuple[bytes, bytes]) -> None:
        """200, or 304 to whoever has these bytes already."""
        has, packs = b"", b""
        for name, value in scope["headers"]:
            if name == b"if-none-match":
                has = value
            elif name == b"accept-encoding":
                packs = value
        if self.etag in has:
            await send({"type": "http.response.start", "status": 304, "headers": [*self._told, *extra]})
            await send(_EMPTY)
            return
        small = b"gzip" in packs
        headers = self._packed if small else self._whole
        await send({"type": "http.response.start", "status": 200, "headers": [*headers, *extra]})
        body = b"" if scope["method"] == "HEAD" else self._small if small else self._plain
        await send({"type": "http.response.body", "body": body})


_EMPTY: Message = {"type": "http.response.body", "body": b""}
_GUARDED: Headers = [(b"referrer-policy", b"no-referrer"), (b"x-content-type-options", b"nosniff"),
                     (b"x-robots-tag", b"noindex")]


@dataclass(kw_only=True)
class Kept:
    """One sitting's board as last rendered. `snapshot` and `at`: what it was made of, and when. `hall`: the version that the
    hall sees first; None where the board need not wait for it."""

    snapshot: Snapshot
    at: datetime
    view: BoardView
    released: Released | None
    hall: Waiting | None
    news: Bytes = field(repr=False)
    html: dict[str, str] = field(repr=False)

    @cached_property
    def page(self) -> Bytes:
        return _html(render_board(self.view, self.html, self.news.etag.decode(), _every(self.view)))

    def is_fresh(self, snapshot: Snapshot, now: datetime) -> bool:
        if self.snapshot is not snapshot or (self.view.waits and self.hall is not None and now >= self.hall.until):
            return False
        moves = self.view.stage is not None and self.view.stage.ballot is not None
        return not moves or 0 <= (now - self.at).total_seconds() < FRESH_SECONDS


class Boards:
    """Every sitting's board in memory. Rendering is done by a thread, by one for all who wait."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._kept: dict[str, Kept] = {}
        self._making: dict[str, asyncio.Task[Kept]] = {}
        self._failed: dict[str, datetime] = {}
        self._list: tuple[tuple[Heading, ...], Bytes] | None = None
        self._listed: datetime | None = None

    async def of(self, key: str) -> Kept | None:
        """The board of a sitting; None when there is no such sitting. Raises Unready when it cannot be told now."""
        snapshot = self._house.live.at(key)
        if snapshot is None:
            self._kept.pop(key, None)
            return None
        kept = self._kept.get(key)
        if kept is not None and kept.is_fresh(snapshot, self._house.clock()):
            return kept
        task = self._making.get(key)
        if task is None and self._rests(key):
            if kept is None:
                raise Unready
            return kept
        if task is None:
            task = self._making[key] = asyncio.create_task(asyncio.to_thread(self._make, key, snapshot))
            task.add_done_callback(lambda done: self._made(key, done))
        await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
        kept = self._kept.get(key)
        if kept is None:
            raise Unready
        return kept

    def list(self) -> Bytes:
        """All sittings, newest first; looked at anew once a second."""
        now = self._house.clock()
        if self._list is not None and self._listed is not None and 0 <= (now - self._listed).total_seconds() < 1:
            return self._list[1]
        self._listed = now
        live = self._house.live
        rows = tuple(heading_of(found) for one in live.sittings() if (found := live.at(one.key)) is not None)
        if self._list is None or self._list[0] != rows:
            self._list = rows, _html(render_list(rows))
        return self._list[1]

    def _rests(self, key: str) -> bool:
        """After a failure nobody asks the database again for a second."""
        failed = self._failed.get(key)
        return failed is not None and 0 <= (self._house.clock() - failed).total_seconds() < FRESH_SECONDS

    def _make(self, key: str, snapshot: Snapshot) -> Kept:
        """Runs in a thread: reads the turnout and, after a change, what was released."""
        now, kept = self._house.clock(), self._kept.get(key)
        if kept is not None and kept.snapshot.serial == snapshot.serial:
            released, hall = kept.released, kept.hall
        else:
            shown = standings.board(self._house.database, key, PUBLIC) if snapshot.published else None
            released, hall = released_of(shown), None
            if shown is not None:  # after it was read: what is published in between waits as well
                hall = hall_first.kept_from_here(self._house.database, key, PUBLIC, now)
        watched = round_shown(snapshot)
        voted = self._house.live.turnout(watched) if watched is not None else {}
        view = board_view(snapshot, now, voted, released, waits=hall.latest if hall is not None and now < hall.until else "")
        if kept is not None and kept.view == view:
            return Kept(snapshot=snapshot, at=now, view=view, released=released, hall=hall, news=kept.news, html=kept.html)
        html = parts_of(view)
        ballot = view.stage.ballot if view.stage else None
        news = {"serial": snapshot.serial, "every": _every(view), "closes_ms": ballot.closes_ms if ballot else None,
                "parts": html}
        return Kept(snapshot=snapshot, at=now, view=view, released=released, hall=hall, html=html,
                    news=Bytes(json.dumps(news, ensure_ascii=False).encode(), "application/json"))

    def _made(self, key: str, done: asyncio.Task[Kept]) -> None:
        self._making.pop(key, None)
        if done.cancelled():
            return
        if done.exception() is None:
            self._kept[key] = done.result()
            return
        self._failed[key] = self._house.clock()
        log.error("the board of %s could not be made anew", key, exc_info=done.exception())


class Unready(Exception):
    """There is no board yet, and the database does not answer."""


def routes(house: House) -> list[Route]:
    """`/board`, `/board/{sitting}`, its news and its receipt codes, besides Streamlit's own pages."""
    boards = Boards(house)

    async def listed(request: Request) -> Response:
        return _Ready(boards.list())

    async def shown(request: Request) -> Response:
        try:
            kept = await boards.of(request.path_params["sitting"])
        except Unready:
            return _notice("暂时看不到", "服务器正忙，请过几秒再刷新。", 503)
        return _nowhere() if kept is None else _Ready(kept.page)

    lists = ReceiptLists(house, lambda page: _Ready(_html(page)))

    async def receipts(request: Request) -> Response:
        try:
            found = await lists.of(request)
        except Exception:
            log.exception("the receipts of %s could not be listed", request.path_params["sitting"])
            return _notice("暂时看不到", "服务器正忙，请过几秒再刷新。", 503)
        return found or _notice("还没有回执码", "成绩公布以后，每一张票的回执码都列在这里。", 404)

    async def elsewhere(request: Request) -> Response:
        return RedirectResponse("/board") if request.url.path == "/board/" else _nowhere()

    return [
        Route("/board", listed), Route("/board/{sitting}", shown),
        Route("/board/{sitting}/now", _Now(boards, house.clock), methods=["GET"]),
        Route("/board/{sitting}/receipts", receipts), Route("/board/{rest:path}", elsewhere),
    ]


class BoardFirst:
    """Middleware: the board never passes through what Streamlit needs for its own pages."""

    def __init__(self, app: ASGIApp, house: House) -> None:
        self._app = app
        self._board = Starlette(routes=routes(house))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        ours = scope["type"] == "http" and (path == "/board" or path.startswith("/board/"))
        await (self._board if ours else self._app)(scope, receive, send)


class _Now:
    """What has changed, as JSON. An ASGI app of its own: no request, no response object, for it is asked every second."""

    def __init__(self, boards: Boards, clock: Callable[[], datetime]) -> None:
        self._boards = boards
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            kept = await self._boards.of(scope["path_params"]["sitting"])
        except Unready:
            await _NOT_NOW(scope, receive, send)
            return
        if kept is None:
            await _NOWHERE(scope, receive, send)
        else:
            await kept.news.answer(scope, send, (b"x-now", b"%d" % (self._clock().timestamp() * 1000)))


class _Ready(Response):
    """Bytes that are ready, as a Starlette answer."""

    def __init__(self, ready: Bytes) -> None:
        self._ready = ready

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._ready.answer(scope, send)


def _html(page: str) -> Bytes:
    return Bytes(page.encode(), "text/html; charset=utf-8", (b"content-security-policy", POLICY.encode()))


def _every(view: BoardView) -> int:
    """Milliseconds between two looks."""
    if view.is_open:
        return 1000
    return 5000 if view.heading.stand is Stand.RELEASED else 3000


def _nowhere() -> Response:
    return _notice("没有这个场次", "可能已经撤下，或地址不完整。请从看板的目录里选。", 404)


def _notice(title: str, words: str, status: int) -> Response:
    answer = Response(render_notice(title, words), status_code=status, media_type="text/html",
                      headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-store"})
    for name, value in _GUARDED:
        answer.headers[name.decode()] = value.decode()
    return answer


def _told(words: str, status: int) -> Response:
    return Response(json.dumps({"message": words}, ensure_ascii=False), status_code=status,
                    media_type="application/json", headers={"Cache-Control": "no-store"})


_NOT_NOW = _told("服务器正忙，请稍后再试。", 503)
_NOWHERE = _told("没有这个场次。", 404)
