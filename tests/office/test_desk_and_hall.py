"""A desk that moves items and a hall that goes on at the same moment: neither waits for the other for good."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

from db.reads import sittings as sitting_reads
from db.values import Staff
from hall.stage import rounds
from office.listing.items import happen, list_promises, state_of
from office.people import Role
from scoring.commitment import Kind
from tests import make

OFFICE = Staff(id=1, name="督办员", title="督办员", roles=frozenset({Role.CLERK}), unit="", active=True, has_password=True)
TIMES = 10


def test_a_desk_and_the_hall_of_the_next_sitting_lock_in_one_order(hall: make.Hall) -> None:
    """On PostgreSQL each move would wait for the sitting that the hall holds, which waits for the record: a deadlock."""
    database = hall.house.database
    make.sitting(hall.house, make.plan("later", held_on=date(2026, 7, 20), period="2026Q2"))
    at = datetime(2026, 7, 20, 1, 0, tzinfo=UTC)
    number = list_promises(database, "small", "U1", who=OFFICE, at=at)[0]
    with database.reading() as c:
        before = sitting_reads.sitting(c, "later")

    def desk(_n: int) -> None:
        happen(database, number, Kind.REMINDED, who=OFFICE, at=at)

    def stage(n: int) -> None:
        rounds.show(database, "later", "target", f"U{n % 3 + 1}", by="host", at=at)

    with ThreadPoolExecutor(4) as both:
        done = [both.submit(move, n) for n in range(TIMES) for move in (desk, stage)]
        for one in done:
            one.result(timeout=60)
    with database.reading() as c:
        after = sitting_reads.sitting(c, "later")
    assert before is not None and after is not None
    assert state_of(database, number).reminders == TIMES and after.serial >= before.serial + 2 * TIMES
