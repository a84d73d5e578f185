"""A closed loop of phones: so many connections, each sending its next request when its last one is answered.

Raw asyncio sockets, HTTP/1.1 with keep-alive, this machine only, bounded in time and in the requests handed in.
What is sent is made before the clock starts. Every request sent is waited for, so that nothing is in doubt afterwards.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

HOST = "127.0.0.1"
ANSWER_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`seconds` from sending to the last byte; `index` counts the requests handed in."""

    index: int
    status: int
    seconds: float
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a closed loop brought; `seconds` from the first request to the last answer."""

    answers: tuple[Answer, ...]
    seconds: float

    def rate(self, *statuses: int) -> float:
        """Answers of these statuses a second."""
        return sum(one.status in statuses for one in self.answers) / self.seconds

    def refused(self, *statuses: int) -> list[int]:
        """The statuses that were not wanted."""
        return sorted({one.status for one in self.answers} - set(statuses))


def request(method: str, path: str, port: int, *, body: bytes = b"", **headers: str) -> bytes:
    """One request as a phone's browser would write it; `if_none_match="x"` becomes `If-None-Match: x`."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}:{port}", "User-Agent: Mozilla/5.0 (Linux; Android 10) bench",
             "Accept-Encoding: gzip, deflate", "Accept-Language: zh-CN",
             *(f"{name.replace('_', '-').title()}: {value}" for name, value in headers.items())]
    if method == "POST":
        lines += [f"Origin: http://{HOST}:{port}", "Content-Type: application/x-www-form-urlencoded",
                  f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def run(port: int, requests: Sequence[bytes], *, connections: int = 64, seconds: float = 6.0) -> Run:
    """Send until the time is over or everything has been sent."""
    import uvloop

    return uvloop.run(_closed_loop(port, requests, connections, seconds))


async def _closed_loop(port: int, requests: Sequence[bytes], connections: int, seconds: float) -> Run:
    loop = asyncio.get_running_loop()
    phones = [(await loop.create_connection(_Connection, HOST, port))[1] for _ in range(connections)]
    answers: list[Answer] = []
    waiting = iter(enumerate(requests))
    began = time.perf_counter()
    await asyncio.gather(*(_one_after_another(one, waiting, answers, began + seconds) for one in phones))
    passed = time.perf_counter() - began
    for one in phones:
        one.close()
    return Run(answers=tuple(answers), seconds=passed)


async def _one_after_another(phone: _Connection, waiting: Iterator[tuple[int, bytes]], answers: list[Answer],
                             until: float) -> None:
    for index, raw in waiting:
        sent = time.perf_counter()
        status, body = await asyncio.wait_for(phone.ask(raw), ANSWER_SECONDS)
        now = time.perf_counter()
        answers.append(Answer(index=index, status=status, seconds=now - sent, body=body))
        if now >= until:
            return


class _Connection(asyncio.Protocol):
    """One phone's connection: one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._got = b""
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own kind

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionResetError("the server closed the connection"))

    def ask(self, raw: bytes) -> asyncio.Future[tuple[int, bytes]]:
        assert self._transport is not None
        self._got = b""
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(raw)
        return self._answer

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, blank, body = self._got.partition(b"\r\n\r\n")
        if not blank or self._answer is None or self._answer.done():
            return
        status = int(head[9:12])
        length = head.lower().partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
        if status != 304 and not length:
            self._answer.set_exception(ValueError(f"an answer without a length: {head[:200]!r}"))
        elif status == 304 or len(body) >= int(length):
            self._answer.set_result((status, body))

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
