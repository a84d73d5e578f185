"""A closed loop of phones: so many connections, each sending its next request when its last one is answered.

Raw sockets on uvloop, this machine only, bounded in time and in the requests handed in. What is sent is made before
the clock starts. Every request sent is waited for, so that nothing is in doubt afterwards. `core` is the share of
its core that the generator itself took: near 1, it is the generator that was measured.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from tests.bench import machine
from tests.bench.wire import HOST, Reply, whole_reply

ANSWER_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`seconds` from sending to the last byte; `index` counts the requests handed in."""

    index: int
    reply: Reply
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a closed loop brought; `seconds` from the first request to the last answer."""

    answers: tuple[Answer, ...]
    seconds: float
    core: float

    def rate(self, *statuses: int) -> float:
        """Answers of these statuses a second."""
        return sum(one.reply.status in statuses for one in self.answers) / self.seconds

    def refused(self, *statuses: int) -> list[int]:
        """The statuses that were not wanted."""
        return sorted({one.reply.status for one in self.answers} - set(statuses))


def run(ports: int | Sequence[int], requests: Sequence[bytes], *, connections: int = 64, seconds: float = 6.0) -> Run:
    """Send until the time is over or everything has been sent; connections take the ports in turn."""
    import uvloop

    return uvloop.run(_closed_loop([ports] if isinstance(ports, int) else ports, requests, connections, seconds))


async def _closed_loop(ports: Sequence[int], requests: Sequence[bytes], connections: int, seconds: float) -> Run:
    loop, waiting = asyncio.get_running_loop(), iter(enumerate(requests))
    answers: list[Answer] = []
    phones = [(await loop.create_connection(lambda: _Phone(waiting, answers), HOST, ports[n % len(ports)]))[1]
              for n in range(connections)]
    worked, began = machine.own_cpu_seconds(), time.perf_counter()
    for one in phones:
        one.begin(began + seconds)
    await asyncio.wait_for(asyncio.gather(*(one.ended for one in phones)), seconds + ANSWER_SECONDS)
    passed, works = time.perf_counter() - began, machine.own_cpu_seconds()
    for one in phones:
        one.close()
    return Run(answers=tuple(answers), seconds=passed, core=(works - worked) / passed)


class _Phone(asyncio.Protocol):
    """One connection: the next request leaves in the moment in which the last one is answered."""

    def __init__(self, waiting: Iterator[tuple[int, bytes]], answers: list[Answer]) -> None:
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting, self._answers = waiting, answers
        self._transport: asyncio.Transport | None = None
        self._got, self._index, self._sent, self._until = b"", 0, 0.0, 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def begin(self, until: float) -> None:
        self._until = until
        self._send_next()

    def data_received(self, data: bytes) -> None:
        self._got = self._got + data if self._got else data
        try:
            reply = whole_reply(self._got)
        except ValueError as cause:
            self._end(cause)
            return
        if reply is None:
            return
        now = time.perf_counter()
        self._answers.append(Answer(index=self._index, reply=reply, seconds=now - self._sent))
        self._got = b""
        if now >= self._until:
            self._end()
        else:
            self._send_next()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(ConnectionResetError("the server closed the connection"))

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _send_next(self) -> None:
        following = next(self._waiting, None)
        if following is None or self._transport is None:
            self._end()
            return
        self._index, raw = following
        self._sent = time.perf_counter()
        self._transport.write(raw)

    def _end(self, cause: Exception | None = None) -> None:
        if self.ended.done():
            return
        if cause is None:
            self.ended.set_result(None)
        else:
            self.ended.set_exception(cause)
