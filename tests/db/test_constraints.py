"""The database itself refuses wrong states, whatever the code above it does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from db import tables as t
from tests import make

BALLOT = {"version": 1, "group_key": "leaders", "state": "submitted", "marks": "{}", "nonce": "n", "receipt": "r",
          "received_at": "2026-04-23T01:00:00.000Z", "counted": True}


def ids(c: Connection) -> tuple[int, int, int]:
    """(round, seat, target) of the open round."""
    round_id, target_id = c.execute(select(t.round_target.c.round_id, t.round_target.c.target_id)).one()
    return round_id, c.execute(select(t.seat.c.id).where(t.seat.c.code == "L1")).scalar_one(), target_id


def named(c: Connection, **changes: object) -> dict[str, object]:
    round_id, seat_id, target_id = ids(c)
    return {**BALLOT, "round_id": round_id, "target_id": target_id, "seat_id": seat_id, "voter": f"s{seat_id}", **changes}


def two_counted_versions(c: Connection) -> None:
    c.execute(insert(t.ballot), named(c))
    c.execute(insert(t.ballot), named(c, version=2))


def two_open_rounds(c: Connection) -> None:
    sitting_id = c.execute(select(t.sitting.c.id)).scalar_one()
    c.execute(insert(t.round_).values(sitting_id=sitting_id, number=99, phase="OPEN", opened_at="x"))


def two_counting_rounds_of_a_target(c: Connection) -> None:
    _round, _seat, target_id = ids(c)
    sitting_id = c.execute(select(t.sitting.c.id)).scalar_one()
    made = c.execute(insert(t.round_).values(sitting_id=sitting_id, number=99, phase="CLOSED", opened_at="x", closed_at="y"))
    c.execute(insert(t.round_target).values(round_id=made.inserted_primary_key[0], target_id=target_id, counts=True))


def a_secret_ballot_with_a_time(c: Connection) -> None:
    c.execute(insert(t.ballot), named(c, seat_id=None, voter="f00"))


def a_named_ballot_of_another_seat(c: Connection) -> None:
    c.execute(insert(t.ballot), named(c, voter="s999"))


def a_ballot_for_a_target_that_is_not_on_the_paper(c: Connection) -> None:
    other = c.execute(select(t.target.c.id).where(t.target.c.key == "U2")).scalar_one()
    c.execute(insert(t.ballot), named(c, target_id=other))


def a_late_ballot_that_counts(c: Connection) -> None:
    c.execute(insert(t.ballot), named(c, state="late"))


def two_badges_in_force(c: Connection) -> None:
    seat_id = ids(c)[1]
    c.execute(insert(t.badge).values(seat_id=seat_id, secret_sha256="another", issued_at="x"))


def a_void_round_without_a_reason(c: Connection) -> None:
    c.execute(update(t.round_).values(phase="VOID", closed_at="x"))


def a_correction_without_a_reason(c: Connection) -> None:
    sitting_id = c.execute(select(t.sitting.c.id)).scalar_one()
    c.execute(insert(t.publication).values(
        sitting_id=sitting_id, number=2, reason="", published_at="x", published_by="y", rule_sha256="r",
        ballots_sha256="b", result="{}", package=b""))


@pytest.mark.parametrize("wrong", [
    two_counted_versions, two_open_rounds, two_counting_rounds_of_a_target, a_secret_ballot_with_a_time,
    a_named_ballot_of_another_seat, a_ballot_for_a_target_that_is_not_on_the_paper, a_late_ballot_that_counts,
    two_badges_in_force, a_void_round_without_a_reason, a_correction_without_a_reason,
], ids=lambda one: one.__name__)
def test_the_database_refuses(hall: make.Hall, wrong: Callable[[Connection], None]) -> None:
    hall.open("U1")

    with pytest.raises(IntegrityError), hall.house.database.write.begin() as c:
        wrong(c)


def test_no_number_is_ever_a_binary_float() -> None:
    kinds = {column.type.__class__.__name__ for table in t.metadata.tables.values() for column in table.c}

    assert kinds == {"Integer", "Text", "Boolean", "LargeBinary"}


def test_readers_cannot_write_by_mistake_on_sqlite(tmp_path) -> None:  # type: ignore[no-untyped-def]
    from sqlalchemy.exc import OperationalError

    house = make.house(f"sqlite:///{tmp_path / 'x.db'}")
    with pytest.raises(OperationalError, match="readonly"), house.database.reading() as c:
        c.execute(insert(t.setting).values(key="a", value="b"))
    house.close()


def test_eighty_increments_from_four_threads_are_eighty(hall: make.Hall) -> None:
    """SQLite's default transactions lose updates silently; ours do not."""
    from threading import Thread

    from db.reads import sittings as reads
    from db.work import work

    def twenty_times() -> None:
        for _ in range(20):
            with work(hall.house.database) as w:
                found = reads.sitting(w.c, hall.key)
                assert found is not None
                w.rounds.lock_sitting(found.id)
                again = reads.sitting(w.c, hall.key)
                assert again is not None
                w.roster.change_sitting(found.id, seconds=again.seconds + 1)

    threads = [Thread(target=twenty_times) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    with hall.house.database.reading() as c:
        after = reads.sitting(c, hall.key)
    assert after is not None and after.seconds == 80
