"""After the close nothing that a database keeps beside its rows tells in which order papers came."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from db import tables as t
from db.engine import Database
from db.stores import traces
from db.traces import Sweeper, sweep
from hall.ballots.ballot_refused import BallotRefused
from tests import make

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


def ballots(hall: make.Hall) -> list[tuple[object, ...]]:
    with hall.house.database.reading() as c:
        return [tuple(row) for row in c.execute(select(t.ballot).order_by(*t.ballot.primary_key.columns))]


def owed(hall: make.Hall) -> set[int]:
    with hall.house.database.reading() as c:
        return set(traces.owed(c))


@ONLY_POSTGRESQL  # SQLite keeps no transaction number with a row
@pytest.mark.parametrize("end", [close, void])
def test_one_transaction_has_written_all_papers_in_the_order_of_their_keys(
        hall: make.Hall, end: Callable[[make.Hall, int], None]) -> None:
    round_id = voted(hall)
    before = ballots(hall)
    with hall.house.database.reading() as c:
        assert len(set(c.execute(text("select xmin::text from ballot")).scalars())) >= 5, "this the close must end"

    end(hall, round_id)

    with hall.house.database.reading() as c:
        writers = set(c.execute(text("select xmin::text from ballot")).scalars())
        steps = set(c.execute(text("select cmin::text from ballot")).scalars())
        places = c.execute(text("select voter, target_id, version from ballot order by ctid")).all()
    assert len(writers) == 1, "the transactions of single papers can still be told apart"
    assert len(steps) == 1
    assert places == sorted(places), "the place in the table tells the order of arrival"
    assert ballots(hall) == before and owed(hall) == set()


def test_the_rows_of_another_sitting_are_left_alone(house: make.House) -> None:
    one, other = make.sitting(house, make.plan("one")), make.sitting(house, make.plan("other"))
    voted(one)
    other.open("U2")
    first = other.cast("P1", 80)
    one.close()

    assert other.cast("P1", 60).version == first.version + 1


@ONLY_POSTGRESQL
def test_no_page_of_the_table_or_its_indexes_keeps_what_was_replaced(hall: make.Hall) -> None:
    """The gaps of a page keep the bytes of rows that were moved or vacuumed away: read the pages, not the rows."""
    voted(hall)
    hall.close()
    with hall.house.database.reading() as c:
        c.execute(text("create extension if not exists pageinspect"))
        rows = c.execute(text("select voter, counted from ballot where seat_id is null")).all()

        def keys_in(relation: str) -> Counter[str]:
            pages = c.execute(text(
                f"select get_raw_page('{relation}', page::int) "
                f"from generate_series(0, pg_relation_size('{relation}') / 8192 - 1) page")).scalars()
            return Counter(key.decode() for page in pages for key in re.findall(b"[0-9a-f]{40}", bytes(page)))

        assert len(rows) == 10
        assert keys_in("ballot") == keys_in("pk_ballot") == Counter(row.voter for row in rows)
        assert keys_in("uq_ballot_counted") == Counter(row.voter for row in rows if row.counted)


@ONLY_SQLITE
def test_a_closed_round_leaves_its_papers_once_in_the_file_and_nothing_in_the_log(hall: make.Hall) -> None:
    database = hall.house.database
    voted(hall)
    hall.close()

    file = Path(database.url.removeprefix("sqlite:///"))
    log = file.with_name(file.name + "-wal")
    with database.reading() as c:
        nonces = list(c.execute(select(t.ballot.c.nonce)).scalars())
        free = c.execute(text("pragma freelist_count")).scalar_one()
    content = file.read_bytes() + (log.read_bytes() if log.exists() else b"")
    assert free == 0
    for nonce in set(nonces):
        assert content.count(b"submitted{\"quality\": \"80\"}" + nonce.encode()) \
            + content.count(b"submitted{\"quality\": \"90\"}" + nonce.encode()) \
            + content.count(b"submitted{\"quality\": \"70\"}" + nonce.encode()) == nonces.count(nonce)


def test_a_reader_in_the_way_does_not_keep_the_round_open_and_the_clock_sweeps_after_it(
        hall: make.Hall, caplog: pytest.LogCaptureFixture) -> None:
    voted(hall)
    sweeper = Sweeper(hall.house.database)
    reader = Database(hall.house.database.url)
    with reader.read.connect().execution_options(isolation_level=_whole_view(reader)) as c, c.begin():
        c.execute(select(t.ballot)).all()
        round_id = hall.close()
        hall.open("U1")
        assert hall.cast("P1", 77).version == 1
        sweeper.tend(hall.now)
        assert owed(hall) == {round_id}
    reader.dispose()

    sweeper.tend(hall.now + timedelta(seconds=1))
    assert owed(hall) == {round_id}, "it tries every other second only"
    sweeper.tend(hall.now + timedelta(seconds=3))
    sweeper.tend(hall.now + timedelta(seconds=6))
    assert owed(hall) == set()
    assert [one.message.split(":")[0] for one in caplog.records if one.name == "leitai.traces"] == [
        "the traces of a closed round are not swept yet", "the traces of every closed round are swept now"]


def test_a_large_database_is_built_anew_only_while_nobody_votes(
        house: make.House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.traces.LARGE", 0)
    one, other = make.sitting(house, make.plan("one")), make.sitting(house, make.plan("other"))
    other.open("U2")
    round_id = voted(one)
    one.close()
    assert owed(one) == {round_id}

    other.close()
    assert owed(one) == set()


def test_a_server_killed_between_close_and_sweep_sweeps_after_its_start(hall: make.Hall) -> None:
    round_id = voted(hall)
    with hall.house.database.write.begin() as c:
        traces.owe(c, round_id)
    hall.house.tick()

    assert owed(hall) == set()


def test_a_debt_made_anew_while_it_is_paid_is_not_struck_off(hall: make.Hall) -> None:
    with hall.house.database.write.begin() as c:
        traces.owe(c, 1)
        first = traces.owed(c)
        traces.owe(c, 1)
        traces.note_rewritten(c, first)
        traces.settle(c, first)
        assert traces.owed(c).keys() == {1} and traces.to_rewrite(traces.owed(c)) == {1}
    assert sweep(hall.house.database)
    assert owed(hall) == set()


def test_late_papers_of_secret_seats_lose_their_order_too_and_carry_no_marks(hall: make.Hall) -> None:
    round_id = hall.open("U2", "U3")
    hall.cast("P2", 80)
    hall.close()
    for code in ("P4", "P1", "P3"):
        with pytest.raises(BallotRefused):
            hall.cast(code, 66, round_id=round_id, form={"m.U2.quality": "66", "m.U3.quality": "66"})
    assert owed(hall) == {round_id}

    assert sweep(hall.house.database)

    with hall.house.database.reading() as c:
        marks = set(c.execute(select(t.ballot.c.marks).where(t.ballot.c.state == "late")).scalars())
        if not hall.house.database.is_sqlite:
            assert len(set(c.execute(text("select xmin::text from ballot")).scalars())) == 1
            places = c.execute(text("select voter, target_id, version from ballot order by ctid")).all()
            assert places == sorted(places)
    assert owed(hall) == set() and marks == {"{}"}


def _whole_view(database: Database) -> str:
    return "SERIALIZABLE" if database.is_sqlite else "REPEATABLE READ"


@ONLY_POSTGRESQL
def test_a_long_transaction_in_another_database_of_the_server_is_nobodys_hindrance(
        hall: make.Hall, postgres: str) -> None:
    voted(hall)
    elsewhere = Database(postgres)
    with elsewhere.read.connect().execution_options(isolation_level="REPEATABLE READ") as c, c.begin():
        c.execute(text("select pg_current_xact_id()"))
        hall.close()
    elsewhere.dispose()

    assert owed(hall) == set()
