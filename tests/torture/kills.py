"""Sudden deaths: kill -9 of the server and of PostgreSQL under load, and a thousand phones after a long outage."""

from __future__ import annotations

import asyncio
import os
import time
from functools import partial

from tests.torture import books
from tests.torture.crowds import looking_on, until, voting
from tests.torture.hall import GRACE_SECONDS, Hall, free_port, hall_on, prepare
from tests.torture.outcome import Outcome, middle, settle
from tests.torture.phones import Line, Paper, Phone, Told, fill_in
from tests.torture.workshop import Workshop

LOAD = 300
OUTAGE_SECONDS = float(os.environ.get("SECONDS", "60"))


async def kill_server(workshop: Workshop) -> Outcome:
    """At random moments between 50 ms and a second after the first ballot of a new start; every seventh dies while it
    is still starting. Every tenth start finds another round open."""
    kills, phones = workshop.so_many(50, 1), workshop.so_many(LOAD, 40)
    back: list[float] = []
    on_their_way: list[int] = []
    async with workshop.hall(phones) as hall:
        await hall.start()
        await hall.open("U01")
        async with voting(hall, phones):
            await until(lambda: len(hall.crowd.acknowledged_at) > phones // 2, 20)
            for n in range(1, kills + 1):
                await asyncio.sleep(hall.rng.uniform(0.05, 1))
                await until(lambda: hall.crowd.on_the_wire > 0, 1)
                on_their_way.append(hall.crowd.on_the_wire)
                await hall.kill()
                died = time.monotonic()
                await hall.start(wait=False)
                if n % 7 == 0:
                    await asyncio.sleep(hall.rng.uniform(0.5, 3))
                    continue
                if n % 10 == 0:
                    await hall.next()
                if not await until(partial(_served, hall, died), 60):
                    raise RuntimeError(f"no ballot was taken within 60 s after a kill:\n{hall.log()[-2000:]}")
                back.append(hall.crowd.first_after(died) or 0.0)
            await hall.until_it_serves()
        return await settle(hall, f"kill -9 of the server, {kills} times at a random moment", phones=phones, back=back,
                            notes=[f"{middle(on_their_way)} papers on their way at a kill, at most {max(on_their_way)}"])


async def kill_postgres(workshop: Workshop) -> Outcome:
    """The app and a further ballot process write to it. Every second kill takes all its processes at once."""
    kills, phones = workshop.so_many(10, 1), workshop.so_many(LOAD, 40)
    back: list[float] = []
    async with workshop.postgres() as postgres:
        folder = workshop.new_folder()
        secrets = await prepare(postgres.url, folder, phones)
        async with hall_on(folder, postgres.url, secrets, workshop.seed) as hall:
            await hall.start()
            further = free_port()
            await hall.start_ballots(further)
            await hall.open("U01")
            onlookers = (hall.phone(0), hall.phone(1, further))
            async with looking_on(hall, onlookers) as seen, voting(hall, phones, (hall.port, further)):
                await until(lambda: len(hall.crowd.acknowledged_at) > phones // 2, 20)
                for n in range(kills):
                    await asyncio.sleep(hall.rng.uniform(0.3, 2))
                    died = time.monotonic()
                    await asyncio.to_thread(postgres.kill, everything=n % 2 == 1)
                    await asyncio.to_thread(postgres.start)
                    if not await until(partial(_served, hall, died + 0.2), 60):
                        raise RuntimeError(f"no ballot was taken within 60 s after a kill:\n{hall.log()[-2000:]}")
                    back.append((hall.crowd.first_after(died + 0.2) or 0.0) + 0.2)
                    if n % 4 == 3:
                        await hall.next()
            return await settle(hall, f"kill -9 of PostgreSQL, {kills} times", phones=phones, back=back,
                                notes=[seen.note()])


async def outage(workshop: Workshop) -> Outcome:
    """The server is gone for a minute while everybody submits; in the moment of its return all phones send their paper
    and ask for news, each on a connection of its own: what pages do when the network is back."""
    phones = workshop.so_many(1000, 40)
    seconds = workshop.so_many(int(OUTAGE_SECONDS), 2)
    async with workshop.hall(phones) as hall:
        await hall.start()
        round_id = await hall.open("U01")
        await hall.kill()
        crowd = [hall.phone(n) for n in range(phones)]
        papers = [fill_in(round_id, "U01", one.rng) for one in crowd]
        in_vain = [asyncio.create_task(_press(one, paper, hall.rng.uniform(0, seconds * 0.8)))
                   for one, paper in zip(crowd, papers, strict=True)]
        await asyncio.sleep(seconds)
        for task in in_vain:
            task.cancel()
        await asyncio.gather(*in_vain, return_exceptions=True)
        started = time.monotonic()
        await hall.start()
        came_back = time.monotonic()
        told = await asyncio.gather(*(one.deliver(paper, line=Line(one.port)) for one, paper in zip(crowd, papers, strict=True)),
                                    *(_ask_for_news(one) for one in crowd))
        waits = sorted(one.at - came_back for one in told if isinstance(one, Told))
        polls = sorted(one for one in told if isinstance(one, float))
        return await settle(
            hall, f"{phones:,} phones at once after an outage of {seconds} s", phones=phones, back=[came_back - started],
            notes=[f"from the return on half had their receipt within {_part(waits, 0.5)}, 99 of 100 within "
                   f"{_part(waits, 0.99)}, all within {_part(waits, 1)}",
                   f"{len(polls):,} asked for news, all answered within {_part(polls, 1)}"],
            missed=[] if len(waits) == len(polls) == phones else [
                f"{phones - len(waits)} phones got no answer, {phones - len(polls)} no news"])


async def dead_at_the_close(workshop: Workshop) -> Outcome:
    """The server dies in a timed round and is back only after the grace. Papers made in time and pressed meanwhile
    must have an answer, and be counted or kept as late: none vanishes."""
    phones, seconds = workshop.so_many(120, 40), 6
    async with workshop.hall(phones) as hall:
        await hall.start()
        crowd = [hall.phone(n) for n in range(phones)]
        early, cut_off = crowd[::2], crowd[1::2]
        await hall.open("U01", seconds)
        shuts = time.monotonic() + seconds + GRACE_SECONDS
        made = {one.seat: fill_in(hall.round, "U01", one.rng, made=int(time.time() * 1000)) for one in crowd}
        await asyncio.gather(*(one.deliver(made[one.seat]) for one in early))
        await hall.kill()
        waiting = [asyncio.create_task(one.deliver(made[one.seat])) for one in cut_off]
        await asyncio.sleep(max(0.0, shuts + 1 - time.monotonic()))
        started = time.monotonic()
        await hall.start()
        back = time.monotonic() - started
        told = [one for one in await asyncio.gather(*waiting) if one is not None]
        kept = {row.nonce: row for row in books.read_ballots(hall.url)}
        vanished = sum(one.paper.nonce not in kept for one in told)
        for one in crowd:
            one.hang_up()
        return await settle(
            hall, "the server dead at the close of a timed round, back after the grace", phones=phones, back=[back],
            notes=[f"of {len(cut_off)} papers made in time and cut off {sum(one.accepted for one in told)} count, "
                   f"{len(told) - sum(one.accepted for one in told) - vanished} are kept as late"],
            missed=[f"{vanished} papers were refused and not kept"] if vanished else [])


async def _press(phone: Phone, paper: Paper, when: float) -> None:
    """Submitted while the server is away: tried in vain, and again, and again."""
    await asyncio.sleep(when)
    await phone.deliver(paper, give_up=OUTAGE_SECONDS * 2)


async def _ask_for_news(phone: Phone) -> float | None:
    """Seconds until `/now` was answered, asked again each second; None after a minute."""
    began = time.monotonic()
    while time.monotonic() - began < 60:
        try:
            if (await phone.look()).status == 200:
                phone.hang_up()
                return time.monotonic() - began
        except (OSError, EOFError, TimeoutError):
            pass
        await asyncio.sleep(1)
    return None


def _served(hall: Hall, since: float) -> bool:
    return hall.crowd.first_after(since) is not None


def _part(values: list[float], share: float) -> str:
    return f"{values[min(len(values) - 1, int(len(values) * share))]:.2f} s" if values else "never"


KILLS = {"kill_server": kill_server, "kill_postgres": kill_postgres, "dead_at_the_close": dead_at_the_close, "outage": outage}
