"""A backup is put back while phones are connected: nobody keeps the receipt of a ballot that is gone."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import delete, update

from db import tables as t
from db.values import Receipt
from hall import care
from tests import make


def held(hall: make.Hall, code: str, round_id: int) -> Receipt | None:
    """What the phone of this seat is told that it has handed in."""
    secret = hall.secrets[code]
    seat = hall.house.live.seat(secret)
    assert seat is not None
    return hall.house.live.receipt(seat, secret, round_id)


def put_back(hall: make.Hall, file: Path) -> None:
    hall.house.clock.advance(1)  # type: ignore[attr-defined]
    care.restore(hall.house.database, file, by="host", at=hall.now)
    hall.house.live.refresh()


def test_a_restore_takes_the_receipts_of_later_ballots_with_it_and_so_does_the_next(
        hall: make.Hall, tmp_path: Path) -> None:
    round_id = hall.open("U2")
    earlier = hall.cast("L1", 90)
    care.backup(hall.house.database, tmp_path / "copy.db", by="host", at=hall.now)
    for _time in ("first", "second"):
        hall.cast("L1", 70)
        hall.cast("P1", 80)
        assert held(hall, "P1", round_id) is not None

        put_back(hall, tmp_path / "copy.db")

        assert (held(hall, "L1", round_id), held(hall, "P1", round_id)) == (earlier, None)


def test_a_database_file_put_in_place_by_hand_is_noticed_by_its_lower_serial(hall: make.Hall) -> None:
    round_id = hall.open("U2")
    hall.cast("L1", 90)
    with hall.house.database.write.begin() as c:
        c.execute(delete(t.ballot))
        c.execute(update(t.sitting).values(serial=1))
    hall.house.live.refresh()

    assert held(hall, "L1", round_id) is None
