"""What badges and dead phones do: badges replaced in the middle of a round, and phones that vanish in mid-sentence.

A secret paper is kept under a key that only its badge can compute. With a new badge the same seat is somebody else, and
only the product's own care keeps it from voting twice: also after a restart, when memory is gone.
"""

from __future__ import annotations

import asyncio
import time

from tests.torture import books
from tests.torture.crowds import each, looking_on, voting
from tests.torture.hall import Hall, issue_badges
from tests.torture.outcome import Outcome, settle
from tests.torture.phones import HOST, Phone, Told, fill_in, request
from tests.torture.workshop import Workshop


async def badges_replaced(workshop: Workshop) -> Outcome:
    """Half of the hall votes; every badge is replaced while the other half votes; everybody votes with the new one.
    Then the server dies, every badge is replaced once more, and everybody tries again."""
    phones = workshop.so_many(160, 40)
    async with workshop.hall(phones) as hall:
        await hall.start()
        await hall.open("U01")
        crowd = [hall.phone(n) for n in range(phones)]

        async def vote() -> None:
            await each(crowd, lambda one: _vote_once(hall, one))

        async def replace() -> None:
            secrets = await issue_badges(hall.url, hall.folder)
            for one, secret in zip(crowd, secrets, strict=True):
                one.secret = secret

        await each(crowd[:phones // 2], lambda one: _vote_once(hall, one))
        await asyncio.gather(replace(), each(crowd[phones // 2:], lambda one: _vote_once(hall, one, hall.rng.uniform(0, 2))))
        await vote()
        await hall.kill()
        await replace()
        await hall.start()
        await vote()
        first = hall.round
        counted = sum(row.counted and str(row.round_id) == first for row in books.read_ballots(hall.url))
        await hall.next()
        await vote()
        of_next = sum(row.counted and str(row.round_id) == hall.round for row in books.read_ballots(hall.url))
        for one in crowd:
            one.hang_up()
        return await settle(
            hall, "badges replaced in an open round, also while the server is dead", phones=phones,
            notes=[f"{counted} of {phones} seats count in that round, {of_next} in the next"],
            missed=[] if counted <= phones == of_next else [f"{counted} papers count in that round, {of_next} in the next, "
                                                            f"of {phones} seats"])


async def half_sent(workshop: Workshop) -> Outcome:
    """Phones whose network dies in the middle of a request: the socket stays, nothing more ever comes."""
    phones, dead, seconds = workshop.so_many(200, 40), workshop.so_many(500, 50), workshop.so_many(15, 2)
    async with workshop.hall(phones) as hall:
        await hall.start()
        await hall.open("U01")
        paper = fill_in(hall.round, hall.target, hall.rng).body()
        whole = request("POST", f"/b/{hall.secrets[0]}", hall.port, paper)
        vanished = []
        async with looking_on(hall, (hall.phone(0), hall.phone(1))) as seen, voting(hall, phones):
            for n in range(dead):
                reader, writer = await asyncio.open_connection(HOST, hall.port)
                writer.write(whole[:(0, 40, len(whole) - len(paper), len(whole) - 5)[n % 4]])
                vanished.append((reader, writer))
            began = time.monotonic()
            await asyncio.sleep(seconds)
        let_go = sum(reader.at_eof() for reader, _ in vanished)
        for _, writer in vanished:
            writer.close()
        return await settle(hall, f"{dead} phones vanish in the middle of a request", phones=phones + dead, notes=[
            seen.note(), f"the server let go of {let_go} of {dead} dead connections within {time.monotonic() - began:.0f} s"])


async def _vote_once(hall: Hall, phone: Phone, wait: float = 0.0) -> Told | None:
    await asyncio.sleep(wait)
    return await phone.deliver(fill_in(hall.round, hall.target, phone.rng))


BADGES = {"badges_replaced": badges_replaced, "half_sent": half_sent}
