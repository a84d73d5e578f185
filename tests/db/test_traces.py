"""After the close nothing that a database keeps beside its rows joins a secret paper to the seat that sent it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, text

from db import tables as t
from db.engine import Database
from tests import make

BY_TRANSACTION = """
select distinct s.code, b.voter from turnout t join ballot b on t.xmin = b.xmin and b.seat_id is null
join seat s on s.id = t.seat_id
"""
ARRIVAL = ["P3", "P1", "P4", "P2"]

ONLY_POSTGRESQL = pytest.mark.parametrize("url", ["postgresql"], indirect=True)
ONLY_SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


def close(hall: make.Hall, _round_id: int) -> None:
    hall.close()


def void(hall: make.Hall, round_id: int) -> None:
    hall.void(round_id)


def voted(hall: make.Hall) -> int:
    """Each secret seat by itself, one of them twice, and a named one between them."""
    round_id = hall.open("U2", "U3")
    for code in ARRIVAL:
        hall.cast(code, 80)
    hall.cast("L1", 90)
    hall.cast("P1", 70)
    return round_id


def everything(hall: make.Hall) -> list[tuple[object, ...]]:
    with hall.house.database.reading() as c:
        return [tuple(row) for table in (t.ballot, t.turnout)
                for row in c.execute(select(table).order_by(*table.primary_key.columns))]


@ONLY_POSTGRESQL  # SQLite keeps no transaction number with a row
@pytest.mark.parametrize("end", [close, void])
def test_the_transaction_that_wrote_a_paper_joins_every_seat_to_every_paper_or_none(
        hall: make.Hall, end: Callable[[make.Hall, int], None]) -> None:
    round_id = voted(hall)
    before = everything(hall)
    with hall.house.database.reading() as c:
        assert len(c.execute(text(BY_TRANSACTION)).all()) >= 3, "an open round joins: this is what the close must end"

    end(hall, round_id)

    with hall.house.database.reading() as c:
        joined = {tuple(row) for row in c.execute(text(BY_TRANSACTION))}
        voters = [row.voter for row in c.execute(text(
            "select voter from ballot where seat_id is null order by ctid")).all()]
        seats = [row.seat_id for row in c.execute(text("select seat_id from turnout order by ctid")).all()]
    assert len(joined) in (0, 4 * 4)
    assert (voters, seats) == (sorted(voters), sorted(seats)), "the place in the file tells the order of arrival"
    assert everything(hall) == before


def test_the_rows_of_another_sitting_are_left_alone(house: make.House) -> None:
    one, other = make.sitting(house, make.plan("one")), make.sitting(house, make.plan("other"))
    voted(one)
    other.open("U2")
    first = other.cast("P1", 80)
    one.close()

    assert other.cast("P1", 60).version == first.version + 1


@ONLY_POSTGRESQL  # it keeps the rows that a transaction replaced until they are swept
def test_dead_rows_are_swept_after_the_close(hall: make.Hall) -> None:
    voted(hall)
    hall.close()
    with hall.house.database.reading() as c:
        c.execute(text("create extension if not exists pageinspect"))
        dead = c.execute(text(
            "select count(*) from generate_series(0, pg_relation_size('ballot') / 8192 - 1) page, "
            "lateral heap_page_items(get_raw_page('ballot', page::int)) item where item.t_xmax <> 0 "
            "and item.t_data is not null")).scalar_one()
    assert dead == 0


@ONLY_SQLITE
def test_a_closed_round_leaves_no_order_of_arrival_in_the_sqlite_files(hall: make.Hall) -> None:
    database = hall.house.database
    voted(hall)
    hall.close()

    file = Path(database.url.removeprefix("sqlite:///"))
    log = file.with_name(file.name + "-wal")
    assert not log.exists() or log.stat().st_size == 0, "the log still shows what came after what"
    with database.reading() as c:
        voters = set(c.execute(select(t.ballot.c.voter).where(t.ballot.c.seat_id.is_(None))).scalars())
    content = file.read_bytes()
    for start in range(0, len(content), 4096):
        found = [one for one in re.findall(rb"[0-9a-f]{40}", content[start:start + 4096]) if one.decode() in voters]
        order = list(dict.fromkeys(found))
        assert order in (sorted(order), sorted(order, reverse=True)), "the place in the page tells the order of arrival"


def test_a_reader_that_stands_in_the_way_does_not_keep_the_round_open(hall: make.Hall) -> None:
    voted(hall)
    reader = Database(hall.house.database.url)
    with reader.reading() as c:
        c.execute(select(t.ballot)).all()
        round_id = hall.close()
        hall.open("U1")
        assert hall.cast("P1", 77).version == 1
    reader.dispose()

    assert round_id == 1
