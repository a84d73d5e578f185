"""What goes over the wire: requests as a phone's browser writes them, and answers as they come back. HTTP/1.1 only."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import cast

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One whole answer; `head` as it came."""

    status: int
    head: bytes
    body: bytes

    def header(self, name: bytes) -> bytes:
        """A header's value, by its name in small letters; b"" when it is not there."""
        at = self.head.lower().find(b"\r\n" + name + b":")
        if at < 0:
            return b""
        return self.head[at + 3 + len(name):].partition(b"\r\n")[0].strip()


def request(method: str, path: str, port: int, *, body: bytes = b"", accept: str = "", tag: str = "") -> bytes:
    """One request as a phone's browser would write it; `tag` is what it already has."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}:{port}", "User-Agent: Mozilla/5.0 (Linux; Android 10) bench",
             "Accept-Encoding: gzip, deflate", "Accept-Language: zh-CN",
             *([f"Accept: {accept}"] if accept else []), *([f"If-None-Match: {tag}"] if tag else [])]
    if method == "POST":
        lines += [f"Origin: http://{HOST}:{port}", "Content-Type: application/x-www-form-urlencoded",
                  f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def whole_reply(got: bytes) -> Reply | None:
    """The answer, once all of it has arrived. Raises ValueError for one whose end cannot be known."""
    end = got.find(b"\r\n\r\n")
    if end < 0:
        return None
    head, status = got[:end], int(got[9:12])
    if status == 304:
        return Reply(status=status, head=head, body=b"")
    at = head.find(b"\r\ncontent-length:")
    if at < 0:
        at = head.lower().find(b"\r\ncontent-length:")
    if at < 0:
        raise ValueError(f"an answer without a length: {head[:200]!r}")
    length = int(head[at + 17:].partition(b"\r\n")[0])
    body = got[end + 4:]
    return Reply(status=status, head=head, body=body) if len(body) >= length else None


class Connection(asyncio.Protocol):
    """One connection: one request at a time."""

    def __init__(self) -> None:
        self.lost = False
        self._transport: asyncio.Transport | None = None
        self._got = b""
        self._reply: asyncio.Future[Reply] | None = None

    @classmethod
    async def to(cls, port: int) -> Connection:
        return (await asyncio.get_running_loop().create_connection(cls, HOST, port))[1]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own kind

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        if self._reply is not None and not self._reply.done():
            self._reply.set_exception(ConnectionResetError("the server closed the connection"))

    async def ask(self, raw: bytes, seconds: float = 30.0) -> tuple[Reply, float]:
        """The answer, and the seconds from sending to its last byte."""
        if self.lost or self._transport is None:
            raise ConnectionResetError("the connection is closed")
        self._got = b""
        self._reply = asyncio.get_running_loop().create_future()
        sent = time.perf_counter()
        self._transport.write(raw)
        reply = await asyncio.wait_for(self._reply, seconds)
        return reply, time.perf_counter() - sent

    def data_received(self, data: bytes) -> None:
        self._got = self._got + data if self._got else data
        if self._reply is None or self._reply.done():
            return
        try:
            reply = whole_reply(self._got)
        except ValueError as cause:
            self._reply.set_exception(cause)
            return
        if reply is not None:
            if reply.header(b"connection") == b"close":
                self.close()
            self._reply.set_result(reply)

    def close(self) -> None:
        self.lost = True
        if self._transport is not None:
            self._transport.close()
