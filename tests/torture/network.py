"""What networks and people do to papers: replies lost, requests doubled and overtaken, phones asleep, one badge twice."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import datetime

from tests.torture import books
from tests.torture.crowds import each, voting
from tests.torture.hall import GRACE_SECONDS, Hall, free_port, hall_on, prepare
from tests.torture.outcome import Outcome, settle
from tests.torture.phones import Line, Paper, Phone, Told, fill_in
from tests.torture.wire import cutting
from tests.torture.workshop import Workshop

PROBABILITY = 0.3


async def replies_cut(workshop: Workshop) -> Outcome:
    phones, seconds = workshop.so_many(300, 40), workshop.so_many(20, 2)
    async with workshop.hall(phones) as hall:
        await hall.start()
        await hall.open("U01")
        async with cutting(hall.port, PROBABILITY, hall.rng) as wire:
            async with voting(hall, phones, (wire.port,)):
                for n in range(3):
                    if n and not workshop.quick:
                        await hall.next()
                    await asyncio.sleep(seconds / 3)
            return await settle(hall, f"every reply cut with probability {PROBABILITY}", phones=phones,
                                notes=[f"{wire.cut:,} of {wire.replies:,} replies cut"])


async def doubled(workshop: Workshop) -> Outcome:
    """Each phone: a paper twice at once; a second paper while the first comes again; all four mixed; a last paper that
    is overtaken by the one that was filled in after it."""
    phones = workshop.so_many(150, 40)
    async with workshop.hall(phones) as hall:
        await hall.start()
        await hall.open("U01")
        found = await each([hall.phone(n) for n in range(phones)], lambda one: _mixed(hall, one, hall.port))
        rows = {row.nonce: row for row in books.read_ballots(hall.url)}
        overtaken = sum(told is not None and told.paper.nonce in rows and rows[told.paper.nonce].counted for told in found)
        return await settle(hall, "requests doubled and reordered", phones=phones, notes=[
            f"a paper filled in earlier and delivered last counts: {overtaken} of {phones}, "
            "the others keep the newer one"])


async def two_processes(workshop: Workshop) -> Outcome:
    """The same on PostgreSQL, each request by turns to the app and to a further ballot process, as a proxy in front of
    them would do; and then two papers of one badge at once, one to each. Both must soon show the one that counts."""
    phones = workshop.so_many(100, 30)
    async with workshop.postgres() as postgres:
        folder = workshop.new_folder()
        secrets = await prepare(postgres.url, folder, phones)
        async with hall_on(folder, postgres.url, secrets, workshop.seed) as hall:
            await hall.start()
            further = free_port()
            await hall.start_ballots(further)
            await hall.open("U01")
            crowd = [(hall.phone(n), hall.phone(n, further)) for n in range(phones)]
            await asyncio.gather(*(_mixed(hall, one, hall.port, further) for one, _ in crowd))
            told = await asyncio.gather(*(
                each([*pair], lambda one: one.deliver(fill_in(hall.round, hall.target, one.rng))) for pair in crowd))
            began, seen = time.monotonic(), 0
            while time.monotonic() - began < 5 and seen < 2 * phones:
                await asyncio.sleep(0.2)
                seen = 0
                for pair, answers in zip(crowd, told, strict=True):
                    newest = max((one for one in answers if one), key=lambda one: one.version)
                    for phone in pair:
                        seen += newest.receipt.encode() in (await phone.look()).body
            passed = time.monotonic() - began
            for pair in crowd:
                for phone in pair:
                    phone.hang_up()
            return await settle(
                hall, "two ballot processes on PostgreSQL, requests doubled and reordered across them", phones=phones * 2,
                notes=[f"both processes show the receipt that counts to {seen} of {2 * phones} phones after {passed:.1f} s"],
                missed=[] if seen == 2 * phones else ["a process still shows a receipt that does not count after 5 s"])


async def _mixed(hall: Hall, phone: Phone, *ports: int) -> Told | None:
    """What the overtaken paper was told."""
    lines = [Line(ports[n % len(ports)]) for n in range(4)]
    now = int(time.time() * 1000)
    first, second, overtaken, last = (fill_in(hall.round, hall.target, phone.rng, made=now - late)
                                      for late in (4000, 3000, 2000, 1000))

    async def send(*papers: Paper) -> list[Told | None]:
        return list(await asyncio.gather(*(phone.deliver(one, line=line) for one, line in zip(papers, lines, strict=False))))

    await send(first, first)
    await send(second, first)
    mixed = [first, second, first, second]
    phone.rng.shuffle(mixed)
    await send(*mixed)
    await send(last)
    told, _ = await send(overtaken, last)
    for line in lines:
        line.hang_up()
    return told


async def asleep(workshop: Workshop) -> Outcome:
    """A quarter of the phones sleeps with a filled-in paper from the first round to the fourth. The fourth is timed:
    papers made in time arrive in the grace, papers made too late arrive in it, and others come after the close."""
    phones, seconds = workshop.so_many(120, 40), 6
    async with workshop.hall(phones) as hall:
        await hall.start()
        crowd = [hall.phone(n) for n in range(phones)]
        sleepers, in_grace, too_late, after = (crowd[n::4] for n in range(4))
        missed: list[str] = []

        def expect(words: str, told: list[Told | None], *reasons: str) -> None:
            wrong = sorted({f"{one.status} {one.reason}".strip() if one else "no answer" for one in told}
                           - set(reasons))
            missed.extend([f"{words}: {', '.join(wrong)} instead of {' or '.join(reasons)}"] if wrong else [])

        await hall.open("U01")
        forgotten = {one.secret: _made_now(hall, one) for one in sleepers}
        awake = [*in_grace, *too_late, *after]
        for n in range(3):
            expect("a ballot in time", await each(awake, lambda one: one.deliver(_made_now(hall, one))), "200")
            await hall.close()
            await hall.open(f"U{n + 2:02d}", seconds if n == 2 else 0)
        told = json.loads((await sleepers[0].look()).body)
        deadline = datetime.fromisoformat(told["closes_at"]).timestamp()
        for _ in range(2):  # and once more: the same answer
            expect("the paper of the first round, in the fourth",
                   await each(sleepers, lambda one: one.deliver(forgotten[one.secret])),
                   "409 round_moved_on", "409 round_closed")
        expect("and then the fourth round's", await each(sleepers, lambda one: one.deliver(_made_now(hall, one))), "200")
        made = {one.secret: _made_now(hall, one) for one in (*in_grace, *after)}
        await _sleep_until(deadline + 0.3)
        made |= {one.secret: _made_now(hall, one) for one in too_late}
        await _sleep_until(deadline + GRACE_SECONDS / 2)
        expect("made in time, delivered in the grace", await each(in_grace, lambda one: one.deliver(made[one.secret])),
               "200")
        expect("made too late, delivered in the grace", await each(too_late, lambda one: one.deliver(made[one.secret])),
               "409 round_closed")
        await _sleep_until(deadline + GRACE_SECONDS + 2)
        for _ in range(2):
            expect("delivered after the close", await each(after, lambda one: one.deliver(made[one.secret])),
                   "409 round_closed")
        expect("another paper after the close", await each(after, lambda one: one.deliver(_made_now(hall, one))),
               "409 round_closed")
        rows = books.read_ballots(hall.url)
        kept = sum(row.state == "late" and str(row.round_id) == hall.round for row in rows)
        if kept < len(after):
            missed.append(f"{kept} late papers kept of {len(after)} that came after the close")
        for one in crowd:
            one.hang_up()
        return await settle(hall, "phones asleep across three rounds, and papers in the grace", phones=phones,
                            missed=missed, notes=[f"{len(sleepers)} slept, {len(in_grace)} counted in the grace"])


async def two_phones(workshop: Workshop) -> Outcome:
    """Two phones opened the same badge, and both submit in the same moment."""
    phones = workshop.so_many(200, 40)
    async with workshop.hall(phones) as hall:
        await hall.start()
        await hall.open("U01")
        pairs = [(hall.phone(n), hall.phone(n)) for n in range(phones)]
        told = await asyncio.gather(*(
            each([*pair], lambda one: one.deliver(fill_in(hall.round, hall.target, one.rng))) for pair in pairs))
        missed = []
        unclear = [answers for answers in told
                   if sorted(one.version if one else 0 for one in answers) != [1, 2]]
        if unclear:
            missed.append(f"{len(unclear)} pairs were not told versions 1 and 2, as: {unclear[0]}")
        for pair, answers in zip(pairs, told, strict=True):
            newest = max((one for one in answers if one), key=lambda one: one.version)
            for phone in pair:
                if newest.receipt.encode() not in (await phone.look()).body:
                    missed.append(f"a phone does not see the receipt {newest.receipt} that counts")
                phone.hang_up()
        return await settle(hall, "two phones with one badge at once", phones=phones * 2, missed=missed[:5],
                            notes=[f"{phones - len(unclear)} of {phones} pairs were told versions 1 and 2"])


def _made_now(hall: Hall, phone: Phone) -> Paper:
    return fill_in(hall.round, hall.target, phone.rng, made=int(time.time() * 1000))


async def _sleep_until(moment: float) -> None:
    await asyncio.sleep(max(0.0, moment - time.time()))


NETWORK = {"replies_cut": replies_cut, "doubled": doubled, "asleep": asleep, "two_phones": two_phones,
           "two_processes": two_processes}
