"""What a machine does to the server: a full disk, a database that somebody else holds, a clock that jumps."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress

from tests.torture.crowds import looking_on, until, voting
from tests.torture.hall import GRACE_SECONDS, SITTING, Hall, leitai
from tests.torture.outcome import Outcome, settle
from tests.torture.workshop import Workshop

LOAD = 200
HOLD = """
import sqlite3, sys, time
c = sqlite3.connect(sys.argv[1], isolation_level=None)
c.execute("pragma busy_timeout=10000")
c.execute("begin immediate")
print("held", flush=True)
time.sleep(float(sys.argv[2]))
c.execute("rollback")
"""
HOUR = 3600


async def disk_full(workshop: Workshop) -> Outcome:
    """Every write and fsync beside the database answers ENOSPC for a while. The server's log is on another disk."""
    home = workshop.new_folder()
    faults = workshop.faults(home)
    phones, seconds = workshop.so_many(LOAD, 40), workshop.so_many(10, 2)
    async with workshop.hall(phones, folder=home, env=faults.env) as hall:
        return await _without_room(
            hall, f"disk full for {seconds} s (every write answers ENOSPC)", phones, seconds, fill=faults.fill_disk,
            make_room=faults.make_room, host=faults.env, may_acknowledge=False)


async def small_disk(workshop: Workshop) -> Outcome:
    """The same on a real file system without room. What the log has already room for may still be acknowledged."""
    phones, seconds = workshop.so_many(LOAD, 40), workshop.so_many(8, 2)
    with workshop.small_disk(24) as home:
        ballast = home / "ballast"

        def fill() -> None:
            with ballast.open("wb", buffering=0) as file, suppress(OSError):
                while file.write(b"x" * 65536) == 65536:
                    pass
            with ballast.open("ab", buffering=0) as file, suppress(OSError):
                while file.write(b"x") == 1:
                    pass

        async with workshop.hall(phones, folder=home) as hall:
            return await _without_room(hall, f"a real small disk full for {seconds} s", phones, seconds, fill=fill,
                                       make_room=ballast.unlink, host={}, may_acknowledge=True)


async def _without_room(hall: Hall, title: str, phones: int, seconds: float, *, fill: Callable[[], None],
                        make_room: Callable[[], None], host: dict[str, str], may_acknowledge: bool) -> Outcome:
    missed: list[str] = []
    await hall.start()
    await hall.open("U01")
    async with looking_on(hall, (hall.phone(0), hall.phone(1))) as seen, voting(hall, phones):
        await until(lambda: len(hall.crowd.acknowledged_at) > phones, 20)
        await asyncio.to_thread(fill)
        full = time.monotonic()
        await asyncio.sleep(seconds / 2)
        code, _, err = await leitai("close", SITTING, url=hall.url, env=host)
        if "Traceback" in err or (code != 0 and len(err.strip().splitlines()) != 1):
            missed.append(f"leitai close on a full disk: exit {code}: {err.strip()[-200:]}")
        await asyncio.sleep(seconds / 2)
        meanwhile = sum(at > full + 0.5 for at in hall.crowd.acknowledged_at)
        room = time.monotonic()
        await asyncio.to_thread(make_room)
        if code == 0:
            await hall.open("U02")
        if not await until(lambda: hall.crowd.first_after(room) is not None, 30):
            missed.append("no ballot was taken within 30 s after there was room again")
        await asyncio.sleep(min(3, seconds))
    if meanwhile and not may_acknowledge:
        missed.append(f"{meanwhile} ballots acknowledged while nothing could be written")
    back = hall.crowd.first_after(room)
    return await settle(hall, title, phones=phones, back=[] if back is None else [back], missed=missed,
                        notes=[f"{meanwhile} acknowledged while it was full", seen.note(),
                               f"leitai close meanwhile: exit {code}"])


async def database_locked(workshop: Workshop) -> Outcome:
    """Another process holds the write lock."""
    phones, seconds = workshop.so_many(LOAD, 40), workshop.so_many(10, 2)
    async with workshop.hall(phones) as hall:
        await hall.start()
        await hall.open("U01")
        async with looking_on(hall, (hall.phone(0), hall.phone(1))) as seen, voting(hall, phones):
            await until(lambda: len(hall.crowd.acknowledged_at) > phones, 20)
            holder = await asyncio.create_subprocess_exec(
                sys.executable, "-c", HOLD, hall.url.removeprefix("sqlite:///"), str(seconds),
                stdout=asyncio.subprocess.PIPE, env={**os.environ})
            assert holder.stdout is not None
            await holder.stdout.readline()
            await holder.wait()
            free = time.monotonic()
            await until(lambda: hall.crowd.first_after(free) is not None, 30)
            await asyncio.sleep(min(3, seconds))
        back = hall.crowd.first_after(free)
        return await settle(hall, f"database locked by another process for {seconds} s", phones=phones,
                            back=[] if back is None else [back], notes=[seen.note()],
                            missed=["no ballot was taken within 30 s after the lock was gone"] if back is None else [])


async def clock_jumps(workshop: Workshop) -> Outcome:
    """The wall clock is set back an hour during a timed round, and put right during the next one."""
    home = workshop.new_folder()
    faults = workshop.faults(home)
    phones, seconds = workshop.so_many(LOAD, 40), workshop.so_many(10, 3)
    async with workshop.hall(phones, folder=home, env=faults.env) as hall:
        await hall.start()
        missed, notes = [], []
        async with voting(hall, phones):
            for target, jump, words in (("U01", -HOUR, "set back an hour"), ("U02", 0, "set forward an hour")):
                asked = time.monotonic()
                await hall.open(target, seconds, env=hall.env)
                began = time.monotonic()
                await asyncio.sleep(seconds * 0.3)
                faults.set_clock(jump)
                ended = await _until_closed(hall, began + seconds + GRACE_SECONDS + 6)
                hall.open_now.clear()
                if ended is None:
                    missed.append(f"clock {words}: the round of {seconds} s was still open {time.monotonic() - began:.0f} s on")
                    await hall.ask("close", SITTING, env=hall.env)
                    continue
                notes.append(f"clock {words}: the round of {seconds} s + {GRACE_SECONDS} s for deliveries ended after "
                             f"{ended - began:.1f} s")
                if ended - asked < seconds or ended - began > seconds + GRACE_SECONDS + 3:
                    missed.append(notes[-1])
        return await settle(hall, "clock set back an hour and forward again in timed rounds", phones=phones, notes=notes,
                            missed=missed)


async def _until_closed(hall: Hall, give_up: float) -> float | None:
    """When a phone is told that the open round is over."""
    phone = hall.phone(0)
    try:
        while time.monotonic() < give_up:
            told = json.loads((await phone.look()).body)
            if told["round"] != hall.round or told["phase"] != "OPEN":
                return time.monotonic()
            await asyncio.sleep(0.1)
        return None
    finally:
        phone.hang_up()


MACHINE = {"disk_full": disk_full, "small_disk": small_disk, "database_locked": database_locked,
           "clock_jumps": clock_jumps}
