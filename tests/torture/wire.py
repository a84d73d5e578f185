"""A bad wire between phones and server: a TCP proxy that loses replies.

The request goes through, the server does its work, and then the connection breaks: before the reply, or in the middle
of it. To the phone that is the same as a lost request, to the server it is not.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.torture.phones import HOST


@dataclass(slots=True)
class Wire:
    """`replies` that came from the server, `cut` of them on their way to the phone."""

    port: int
    upstream: int
    probability: float
    rng: random.Random
    replies: int = 0
    cut: int = 0

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            from_server, to_server = await asyncio.open_connection(HOST, self.upstream)
        except OSError:
            writer.close()
            return
        up = asyncio.create_task(_pass_on(reader, to_server))
        try:
            while piece := await from_server.read(65536):
                self.replies += piece.startswith(b"HTTP/1.1 ")
                if self.rng.random() < self.probability:
                    self.cut += 1
                    if self.rng.random() < 0.5:
                        writer.write(piece[:len(piece) // 2])
                    break
                writer.write(piece)
                await writer.drain()
        except OSError:
            pass
        finally:
            up.cancel()
            writer.close()
            to_server.close()


@asynccontextmanager
async def cutting(upstream: int, probability: float, rng: random.Random) -> AsyncIterator[Wire]:
    wire = Wire(port=0, upstream=upstream, probability=probability, rng=rng)
    server = await asyncio.start_server(wire.carry, HOST, 0)
    wire.port = server.sockets[0].getsockname()[1]
    try:
        yield wire
    finally:
        server.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()
