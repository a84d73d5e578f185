"""A hundred screens that ask for the live board once a second, while ballots trickle in: what it takes of a core.

Each keeps its connection and the tag of what it has. Where the board is not served, the figure says so.
"""

from __future__ import annotations

import asyncio
import random
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench import limits, machine
from tests.bench.figure import Measured, middle, part, said
from tests.bench.hall import SITTING, Hall, serving_hall
from tests.bench.limits import held
from tests.bench.wire import Connection, request

VIEWERS, EVERY, TURNS, SECONDS, QUIET_SECONDS = 100, 1.0, 3, 6.0, 3.0
BALLOTS_A_SECOND = 10


@dataclass(slots=True, kw_only=True)
class Looks:
    """What the screens saw: seconds of each answer, statuses, bytes of the last whole one."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    size: int = 0


def measure(folder: Path) -> Measured:
    """Row 9 of the table."""
    rng = random.Random(4)
    phones = round(TURNS * (SECONDS + QUIET_SECONDS) * BALLOTS_A_SECOND) + 100
    with serving_hall(folder / "board", phones) as hall, machine.on_core(machine.LOAD_CORE):
        target = hall.targets[0]
        papers = iter(hall.papers(hall.open_round(target), target, rng))
        path = f"/board/{SITTING}/now"
        if not _is_served(hall, path):
            return Measured(figures=(held(limits.BOARD, None, detail=f"{path} is not served"),))
        shares, quiet, looks = [], [], Looks()
        for _ in range(TURNS):
            quiet.append(_spell(hall, path, 0, QUIET_SECONDS, papers, Looks()))
            shares.append(_spell(hall, path, VIEWERS, SECONDS, papers, looks))
        hall.close_round()
    if None in shares:
        return Measured(figures=(held(limits.BOARD, None, detail="this system does not tell"),))
    percent, without = ([100 * one for one in some if one is not None] for some in (shares, quiet))
    return Measured(figures=(
        held(limits.BOARD, middle(percent), unit=" %", detail=(
            f"{said(percent)}; without screens {middle(without):.1f} %; {BALLOTS_A_SECOND} ballots a second meanwhile; "
            "answers: " + ", ".join(f"{n:,} x {status}" for status, n in looks.statuses.items()))),
        held("a screen's answer, median", part(looks.seconds, 0.5) * 1000, unit=" ms",
             detail=f"99 of 100 within {part(looks.seconds, 0.99) * 1000:.1f} ms; {looks.size:,} bytes when new"),
    ))


def _is_served(hall: Hall, path: str) -> bool:
    """Streamlit answers a path that nobody knows with its own page, which is not JSON."""
    try:
        with urllib.request.urlopen(hall.address + path, timeout=10) as answer:
            return "json" in str(answer.headers["Content-Type"])
    except urllib.error.HTTPError:
        return False


def _spell(hall: Hall, path: str, viewers: int, seconds: float, papers: Iterator[bytes],
           looks: Looks) -> float | None:
    """The share of a core that the server took."""
    import uvloop

    began, worked = time.monotonic(), machine.cpu_seconds(hall.server)
    uvloop.run(_look(hall.port, path, viewers, seconds, papers, looks))
    passed, works = time.monotonic() - began, machine.cpu_seconds(hall.server)
    return None if worked is None or works is None else (works - worked) / passed


async def _look(port: int, path: str, viewers: int, seconds: float, papers: Iterator[bytes], looks: Looks) -> None:
    until = asyncio.get_running_loop().time() + seconds
    await asyncio.gather(_trickle(port, papers, until), *(
        _watch(port, path, until - seconds + n * EVERY / viewers, until, looks) for n in range(viewers)))


async def _watch(port: int, path: str, first: float, until: float, looks: Looks) -> None:
    """One screen; a new connection when the server has closed the last one."""
    loop, line, tag, moment = asyncio.get_running_loop(), await Connection.to(port), "", first
    while moment < until:
        await asyncio.sleep(max(0.0, moment - loop.time()))
        if line.lost:
            line = await Connection.to(port)
        reply, took = await line.ask(request("GET", path, port, tag=tag))
        tag = reply.header(b"etag").decode() or tag
        looks.seconds.append(took)
        looks.statuses[reply.status] += 1
        looks.size = len(reply.body) or looks.size
        moment += EVERY
    line.close()


async def _trickle(port: int, papers: Iterator[bytes], until: float) -> None:
    loop, line = asyncio.get_running_loop(), await Connection.to(port)
    moment = loop.time()
    while moment < until:
        await asyncio.sleep(max(0.0, moment - loop.time()))
        await line.ask(next(papers))
        moment += 1 / BALLOTS_A_SECOND
    line.close()
