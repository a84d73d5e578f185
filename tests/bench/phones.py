"""Phones as a hall has them: each opens the page on a new connection, polls every few seconds, and submits once.

Each phone draws two moments in the window: at the earlier it opens, at the later it submits, so that opening crowds
at the start and submitting at the end. From its page on it polls `/now` with the tag it knows, as the page's script
does, until the window ends. A kept connection that the server had closed is opened anew, as browsers do, and counted.
"""

from __future__ import annotations

import asyncio
import gzip
import html
import json
import random
import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.bench import machine
from tests.bench.wire import Connection, Reply, request

FIRST_POLL, POLL_LOW, POLL_HIGH = 2.5, 2.5, 4.0
AGAIN, SAMPLE_SECONDS = 5, 0.25
TAG = re.compile(rb'data-etag="([^"]*)"')


@dataclass(slots=True, kw_only=True)
class Crowd:
    """What a window of phones met; times in seconds, errors by what went wrong, `core` the generator's share of its own."""

    opened: list[float] = field(default_factory=list)
    submitted: list[float] = field(default_factory=list)
    polled: list[float] = field(default_factory=list)
    receipts: list[str] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    reopened: int = 0
    late: float = 0.0
    began: float = 0.0
    ended: float = 0.0
    core: float = 0.0
    peak: int = 0


def run(port: int, secrets: Sequence[str], papers: Sequence[bytes], *, window: float, server: int,
        rng: random.Random) -> Crowd:
    """One phone a secret, with its paper; returns when every paper is answered and the window is over."""
    import uvloop

    machine.open_many_files()
    return uvloop.run(_crowd(port, secrets, papers, window, server, rng))


async def _crowd(port: int, secrets: Sequence[str], papers: Sequence[bytes], window: float, server: int,
                 rng: random.Random) -> Crowd:
    crowd = Crowd(began=time.monotonic())
    start = asyncio.get_running_loop().time() + 0.2
    worked = machine.own_cpu_seconds()
    watching = asyncio.create_task(_watch(server, crowd))
    await asyncio.gather(*(
        _Phone(port, secret, paper, crowd, random.Random(rng.getrandbits(64))).live(start, window)
        for secret, paper in zip(secrets, papers, strict=True)))
    watching.cancel()
    crowd.ended = time.monotonic()
    crowd.core = (machine.own_cpu_seconds() - worked) / (crowd.ended - crowd.began)
    return crowd


async def _watch(server: int, crowd: Crowd) -> None:
    """The most memory that the server held, and how far this process lags behind its own clock."""
    while True:
        crowd.peak = max(crowd.peak, machine.memory(server) or 0)
        due = time.monotonic() + SAMPLE_SECONDS
        await asyncio.sleep(SAMPLE_SECONDS)
        crowd.late = max(crowd.late, time.monotonic() - due)


class _Phone:
    def __init__(self, port: int, secret: str, paper: bytes, crowd: Crowd, rng: random.Random) -> None:
        self._port, self._path, self._paper, self._crowd, self._rng = port, f"/b/{secret}", paper, crowd, rng
        self._line: Connection | None = None
        self._tag = ""

    async def live(self, start: float, window: float) -> None:
        opens, submits = sorted(start + self._rng.random() * window for _ in range(2))
        await _until(opens)
        await self._open()
        done, poll = False, asyncio.get_running_loop().time() + self._rng.random() * FIRST_POLL
        while True:
            moment = poll if done else min(poll, submits)
            if done and moment > start + window:
                break
            await _until(moment)
            if not done and moment == submits:
                await self._submit()
                done = True
            else:
                await self._poll()
                poll = asyncio.get_running_loop().time() + self._rng.uniform(POLL_LOW, POLL_HIGH)
        if self._line is not None:
            self._line.close()

    async def _open(self) -> None:
        began = time.perf_counter()
        reply = await self._ask("page", request("GET", self._path, self._port, accept="text/html"), {200})
        if reply is None:
            return
        self._crowd.opened.append(time.perf_counter() - began)
        body = gzip.decompress(reply.body) if reply.header(b"content-encoding") == b"gzip" else reply.body
        found = TAG.search(body)
        self._tag = html.unescape(found[1].decode()) if found else ""
        if b"<form" not in body:
            self._crowd.errors["page without a form"] += 1

    async def _poll(self) -> None:
        began = time.perf_counter()
        reply = await self._ask("poll", request("GET", f"{self._path}/now", self._port, tag=self._tag), {200, 304})
        if reply is not None:
            self._crowd.polled.append(time.perf_counter() - began)
            self._tag = reply.header(b"etag").decode() or self._tag

    async def _submit(self) -> None:
        """Until it is accepted: a busy server says when to come again, and that counts as an error here."""
        began = time.perf_counter()
        for _ in range(AGAIN):
            reply = await self._ask("submit", self._paper, {200})
            if reply is not None:
                self._crowd.submitted.append(time.perf_counter() - began)
                self._crowd.receipts.append(str(json.loads(reply.body)["receipt"]))
                return
            await asyncio.sleep(1 + self._rng.random())
        self._crowd.errors["a paper was given up"] += 1

    async def _ask(self, what: str, raw: bytes, wanted: set[int]) -> Reply | None:
        """The answer, if it is one of those wanted; what went wrong is counted."""
        kept = self._line is not None
        for last in (False, True):
            try:
                if self._line is None or self._line.lost:
                    self._crowd.reopened += kept
                    self._line = await Connection.to(self._port)
                    kept = False
                reply, _ = await self._line.ask(raw)
            except ConnectionResetError as cause:
                if kept and not last:  # closed in the moment of sending: a browser opens a new one
                    continue
                self._crowd.errors[f"{what}: {cause}"] += 1
            except (OSError, TimeoutError, ValueError) as cause:
                self._crowd.errors[f"{what}: {type(cause).__name__}"] += 1
                self._line = None
            else:
                if reply.status in wanted:
                    return reply
                self._crowd.errors[f"{what}: {reply.status}"] += 1
            return None
        return None


async def _until(moment: float) -> None:
    await asyncio.sleep(max(0.0, moment - asyncio.get_running_loop().time()))
