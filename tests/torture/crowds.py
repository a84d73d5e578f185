"""What a hall full of people does: a crowd that votes and votes again, and onlookers whose pages ask for news.

Each judge of the crowd changes the ballot again and again, so that a fault always meets papers on their way.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from tests.torture.hall import Hall
from tests.torture.phones import Phone, Told, fill_in

PAUSE = (0.3, 1.2)  # seconds between an answer and the judge's next paper
POLL_SECONDS = 0.25


@dataclass(slots=True)
class Onlookers:
    """What pages that ask `/now` all the time were answered, and for how long they were not."""

    answers: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0

    def note(self) -> str:
        return (f"/now meanwhile {', '.join(f'{n:,} × {what}' for what, n in sorted(self.answers.items()))}, "
                f"slowest {self.slowest:.1f} s")


@asynccontextmanager
async def voting(hall: Hall, phones: int, ports: tuple[int, ...] = ()) -> AsyncIterator[None]:
    """So many judges vote while the block runs; afterwards each waits for the answer to its last paper."""
    ending = asyncio.Event()
    judges = [asyncio.create_task(_vote(hall, hall.phone(n, ports[n % len(ports)] if ports else None), ending))
              for n in range(phones)]
    try:
        yield
    finally:
        ending.set()
        hall.open_now.set()
        await asyncio.gather(*judges)


async def _vote(hall: Hall, phone: Phone, ending: asyncio.Event) -> None:
    await hall.open_now.wait()
    await asyncio.sleep(hall.rng.uniform(0, PAUSE[1]))
    while not ending.is_set():
        paper = fill_in(hall.round, hall.target, hall.rng)
        told = await phone.deliver(paper)
        if told is not None and told.status == 409 and hall.round == paper.round:
            with suppress(TimeoutError):
                await asyncio.wait_for(hall.open_now.wait(), 2)
        await asyncio.sleep(hall.rng.uniform(*PAUSE))
    phone.hang_up()


@asynccontextmanager
async def looking_on(hall: Hall, phones: tuple[Phone, ...]) -> AsyncIterator[Onlookers]:
    """These phones ask `/now` four times a second each while the block runs."""
    seen = Onlookers()
    tasks = [asyncio.create_task(_look(one, seen)) for one in phones]
    try:
        yield seen
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _look(phone: Phone, seen: Onlookers) -> None:
    while True:
        began = time.monotonic()
        try:
            seen.answers[str((await phone.look()).status)] += 1
            seen.slowest = max(seen.slowest, time.monotonic() - began)
        except (OSError, EOFError, TimeoutError):
            seen.answers["no answer"] += 1
        await asyncio.sleep(POLL_SECONDS)


async def each(phones: list[Phone], send: Callable[[Phone], Awaitable[Told | None]]) -> list[Told | None]:
    """All of them at once."""
    return list(await asyncio.gather(*(send(one) for one in phones)))


async def until(true: Callable[[], bool], seconds: float) -> bool:
    """Whether it became true in time."""
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > seconds:
            return False
        await asyncio.sleep(0.02)
    return True
