"""Sudden deaths: kill -9 of the server and of PostgreSQL under load, and a thousand phones after a long outage."""

from __future__ import annotations

import asyncio
import os
import time
from functools import partial

from tests.torture.crowds import looking_on, until, voting
from tests.torture.hall import Hall, free_port, hall_on, healthy, prepare
from tests.torture.outcome import Outcome, middle, settle
from tests.torture.phones import Line, Phone, Told, fill_in
from tests.torture.workshop import Workshop

LOAD = 200
OUTAGE_SECONDS = float(os.environ.get("SECONDS", "60"))


async def kill_server(workshop: Workshop) -> Outcome:
    """At random moments between 50 ms and a second after the first ballot of a new start; every seventh dies while it
    is still starting. Every tenth start finds another round open."""
    kills, phones = workshop.so_many(50, 2), workshop.so_many(LOAD, 40)
    back: list[float] = []
    on_their_way: list[int] = []
    async with workshop.hall(phones) as hall:
        await hall.start()
        await hall.open("U01")
        async with voting(hall, phones):
            await until(lambda: len(hall.crowd.acknowledged_at) > phones // 2, 20)
            for n in range(1, kills + 1):
                await asyncio.sleep(hall.rng.uniform(0.05, 1))
                on_their_way.append(hall.crowd.in_flight)
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
        return await settle(hall, f"kill -9 of the server at {kills} random moments", phones=phones, back=back,
                            notes=[f"{middle(on_their_way)} papers on their way at a kill"])


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
            return await settle(hall, f"kill -9 of PostgreSQL {kills} times", phones=phones, back=back,
                                notes=[seen.note()])


async def outage(workshop: Workshop) -> Outcome:
    """The server is gone for a minute while everybody submits; the moment it is back, all phones try again at once."""
    phones = workshop.so_many(1000, 60)
    seconds = workshop.so_many(int(OUTAGE_SECONDS), 2)
    async with workshop.hall(phones) as hall:
        await hall.start()
        round_id = await hall.open("U01")
        await hall.kill()
        all_at_once = asyncio.Event()
        crowd = [hall.phone(n) for n in range(phones)]
        answers = [asyncio.create_task(_submit(one, round_id, hall.rng.uniform(0, seconds / 2), all_at_once))
                   for one in crowd]
        await asyncio.sleep(seconds)
        await hall.start(wait=False)
        started = time.monotonic()
        while not await asyncio.to_thread(healthy, hall.port):
            await asyncio.sleep(0.05)
        came_back = time.monotonic()
        all_at_once.set()
        told = [one for one in await asyncio.gather(*answers) if one is not None]
        waits = sorted(one.at - came_back for one in told)
        for one in crowd:
            one.hang_up()
        return await settle(
            hall, f"{phones:,} phones at once after an outage of {seconds} s", phones=phones,
            back=[came_back - started],
            notes=[f"after the return half had their receipt within {middle(waits):.2f} s, 99 of 100 within "
                   f"{waits[len(waits) * 99 // 100]:.2f} s, all within {waits[-1]:.2f} s"] if waits else [],
            missed=[] if len(told) == phones else [f"{phones - len(told)} phones got no answer"])


def _served(hall: Hall, since: float) -> bool:
    return hall.crowd.first_after(since) is not None


async def _submit(phone: Phone, round_id: str, when: float, all_at_once: asyncio.Event) -> Told | None:
    """Pressed while the server is away: tried in vain as the script tries, then again in the moment of its return."""
    await asyncio.sleep(when)
    paper = fill_in(round_id, "U01", phone.rng)
    in_vain = asyncio.create_task(phone.deliver(paper, give_up=OUTAGE_SECONDS * 2, line=Line(phone.port)))
    await all_at_once.wait()
    if not in_vain.done():
        in_vain.cancel()
        await asyncio.wait({in_vain})
        return await phone.deliver(paper)
    return in_vain.result()


KILLS = {"kill_server": kill_server, "kill_postgres": kill_postgres, "outage": outage}
