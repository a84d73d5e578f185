"""After the close, with everything in hand: no order, no moment, no seat of a secret paper can be told.

The strongest statement that can be made is made: whatever the adversary holds is the same, byte for byte, in whichever
order the papers came, one by one or in batches, with changed papers, a badge replaced in the round, a restart and late
papers. What is the same for all orders tells nothing about any of them, so no guess is better than chance.
"""

from __future__ import annotations

import itertools
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text

from db import tables as t
from tests import make
from tests.hall import make_votes
from tests.hall.make_votes import Cast, in_batches, one_by_one, with_a_restart
from tests.postgres import new_database, server

ONLY_SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
ONLY_POSTGRESQL = pytest.mark.parametrize("url", ["postgresql"], indirect=True)
PATTERNS: tuple[tuple[Cast, int], ...] = (
    (one_by_one, 1), (one_by_one, 2), (in_batches, 3), (in_batches, 4), (with_a_restart, 5), (with_a_restart, 6))
SECRET_KEY = re.compile(rb"[0-9a-f]{40}(?![0-9a-f])")


def test_a_secret_paper_touches_no_row_but_its_own_so_that_an_open_round_too_joins_it_to_no_seat(url: str) -> None:
    sittings = make_votes.prepare(url)
    with sittings.again() as hall:
        hall.open(*make_votes.TARGETS)
        before = _all_but_ballots(hall)
        one_by_one(hall, [vote for vote in make_votes.in_order(1) if vote[0].startswith("P")])

        assert _all_but_ballots(hall) == before
        with hall.house.database.reading() as c:
            assert c.execute(text("select distinct seat_id, received_at from ballot")).all() == [(None, None)]


@ONLY_SQLITE
def test_the_file_is_the_same_byte_for_byte_in_whichever_order_papers_came(url: str) -> None:
    sittings = make_votes.prepare(url)
    seen = []
    for cast, seed in PATTERNS:
        with sittings.again() as hall:
            sittings.whole(hall, cast, seed)
            file = Path(hall.house.database.url.removeprefix("sqlite:///"))
            log, index = file.with_name(f"{file.name}-wal").read_bytes(), file.with_name(f"{file.name}-shm").read_bytes()
        assert not SECRET_KEY.search(index) and b"nonce-" not in index
        assert b"nonce-" not in log, "the log still holds papers while the server runs on"
        seen.append(file.read_bytes())

    for content in seen[1:]:
        assert _different_pages(seen[0], content) == []


@ONLY_POSTGRESQL
def test_pages_and_system_columns_are_the_same_in_whichever_order_papers_came(url: str) -> None:
    sittings = make_votes.prepare(url)
    seen = []
    for cast, seed in PATTERNS:
        with sittings.again() as hall:
            sittings.whole(hall, cast, seed)
            with hall.house.database.reading() as c:
                c.execute(text("create extension if not exists pageinspect"))
                seen.append(_all_that_postgresql_shows(c))

    for observed in seen[1:]:
        for name, what in seen[0].items():
            assert observed[name] == what, f"{name} depends on the order of arrival"


@ONLY_POSTGRESQL
def test_statistics_gathered_while_papers_came_hold_values_in_their_own_order_only(url: str) -> None:
    sittings = make_votes.prepare(url)
    with sittings.again() as hall:
        hall.open(*make_votes.TARGETS)
        one_by_one(hall, make_votes.in_order(1))
        with hall.house.database.write.begin() as c:
            c.execute(text("analyze ballot"))
        hall.close()
        with hall.house.database.reading() as c:
            rows = c.execute(text(
                "select attname, most_common_vals::text as common, histogram_bounds::text as bounds from pg_stats "
                "where tablename = 'ballot' and attname in ('voter', 'nonce', 'receipt')")).all()
            voters = {one for one, in c.execute(text("select voter from ballot where seat_id is null")).all()}

    keys = [re.findall("[0-9a-f]{40}", f"{row.common or row.bounds}") for row in rows if row.attname == "voter"]
    assert keys and set(keys[0]) <= voters
    for found in keys:
        # equally common values are kept in the order of their hash or value, never of their arrival
        assert found != [key for key in _arrival(hall) if key in found]


def test_what_is_recorded_and_logged_names_no_paper(
        url: str, caplog: pytest.LogCaptureFixture) -> None:
    """The record, every table but `ballot`, and the log at its most talkative."""
    caplog.set_level("DEBUG")
    sittings = make_votes.prepare(url)
    with sittings.again() as hall:
        sittings.whole(hall, one_by_one, 1)
        with hall.house.database.reading() as c:
            voters = set(c.execute(text("select voter from ballot where seat_id is null")).scalars())
            elsewhere = {table.name: repr(c.execute(table.select()).all())
                         for table in t.metadata.sorted_tables if table is not t.ballot}
            columns = {column.name: [row[0] for row in c.execute(text(
                f"select distinct {column.name} from ballot where seat_id is null"))] for column in t.ballot.columns}
            actions = list(c.execute(text("select action from record_entry order by id")).scalars())

    assert len(voters) == 9
    private = [*voters, *hall.secrets.values(), "nonce-", "ZZ-V1"]
    for name, content in {**elsewhere, "the log": caplog.text}.items():
        assert [one for one in private if one in content] == [], f"{name} repeats what belongs to one paper"
    assert columns["seat_id"] == columns["received_at"] == [None], "a secret paper has a seat or a time"
    assert actions == ["装入场次", "制发胸牌", "开始打分", "制发胸牌", "截止打分"]


@pytest.fixture(scope="module")
def own_server() -> Iterator[tuple[str, Path]]:
    """A server whose write-ahead log holds nothing but this test's, set up as docs/secrecy.md tells the operator."""
    with tempfile.TemporaryDirectory(prefix="leitai-pg-") as name, server(Path(name)) as address:
        _as_operator(address, "alter system set wal_recycle = off", "alter system set log_error_verbosity = terse",
                     "select pg_reload_conf()")
        yield new_database(address, "walled"), Path(name) / "data"


def test_postgresqls_own_log_tells_the_order_until_the_operator_ends_it(own_server: tuple[str, Path]) -> None:
    """What is not promised, shown; and what docs/secrecy.md has the operator do about it, tried."""
    url, data = own_server
    house = make.house(url)
    hall = make.sitting(house, make_votes.PLAN)
    hall.open(*make_votes.TARGETS)
    one_by_one(hall, make_votes.in_order(1))
    arrival = _arrival(hall)
    hall.close()
    house.close()

    def logged() -> list[str]:
        whole = b"".join(one.read_bytes() for one in sorted((data / "pg_wal").glob("0*")))
        return list(dict.fromkeys(key.decode() for key in SECRET_KEY.findall(whole)))

    assert [key for key in logged() if key in arrival] == arrival, "the page would promise less than is kept"
    _as_operator(url, "select pg_switch_wal()", "checkpoint")
    assert set(logged()) & set(arrival) == set()


def _arrival(hall: make.Hall) -> list[str]:
    """The keys of the secret papers in the order in which `one_by_one` casts them, as only the phones could tell it."""
    from hall.moment.snapshot import voter_of

    seats = {code: hall.house.live.seat(secret) for code, secret in hall.secrets.items() if code.startswith("P")}
    codes = dict.fromkeys(code for code, _version, _mark in make_votes.in_order(1) if code in seats)
    return [voter_of(seats[code], hall.secrets[code], 1, is_secret=True) for code in codes]  # type: ignore[arg-type]


def _all_but_ballots(hall: make.Hall) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every other table, on PostgreSQL with its place and the transactions that wrote or locked it.

    A paper locks its round and what is scored in it, for they must stand still while it is stored; neither has a seat.
    """
    shown: dict[str, list[tuple[object, ...]]] = {}
    with hall.house.database.reading() as c:
        for table in t.metadata.sorted_tables:
            if table is not t.ballot:
                system = "" if hall.house.database.is_sqlite else "ctid::text, xmin::text, xmax::text, "
                if table in (t.round_, t.round_target):
                    system = system.replace("xmax::text, ", "")
                shown[table.name] = sorted(
                    (tuple(row) for row in c.execute(text(f'select {system}r.* from "{table.name}" r'))), key=repr)
    return shown


def _different_pages(one: bytes, other: bytes) -> list[int]:
    size = max(len(one), len(other))
    return [start // 4096 for start in range(0, size, 4096) if one[start:start + 4096] != other[start:start + 4096]]


def _all_that_postgresql_shows(c: Connection) -> dict[str, list[tuple[object, ...]]]:
    """Rows with their places, and in which order transactions wrote or locked them; every page of the ballots."""
    shown: dict[str, list[tuple[object, ...]]] = {}
    ages: list[tuple[int, str, int]] = []
    for table in t.metadata.sorted_tables:
        kept = [tuple(row) for row in c.execute(text(
            "select ctid::text, age(xmin) as wrote, case when xmax::text <> '0' then age(xmax) end as locked, r.* "
            f'from "{table.name}" r order by ctid'))]
        shown[table.name] = [(row[0], *row[3:]) for row in kept]
        ages += [(row[1], f"{table.name} written", n) for n, row in enumerate(kept)]
        ages += [(row[2], f"{table.name} locked", n) for n, row in enumerate(kept)
                 if row[2] is not None and table not in (t.round_, t.round_target)]
    ages.sort(key=lambda one: (-one[0], one[1:]))
    shown["the order of transactions"] = [
        tuple(one[1:] for one in group) for _age, group in itertools.groupby(ages, key=lambda one: one[0])]
    for relation in ("ballot", "pk_ballot", "uq_ballot_counted"):
        pages = range(c.execute(text(f"select pg_relation_size('{relation}') / 8192")).scalar_one())
        shown[f"pages of {relation}"] = [
            _without_counters(bytes(c.execute(text(f"select get_raw_page('{relation}', {page})")).scalar_one()), relation)
            for page in pages]
    return shown


def _without_counters(page: bytes, relation: str) -> tuple[object, ...]:
    """A page less what counts transactions: its place in the log, its checksum, and each row's xmin (all the same)."""
    if relation != "ballot":
        return (page[10:],)
    lower = int.from_bytes(page[12:14], "little")
    rows, xmins, gaps = [], set(), bytearray(page)
    gaps[:10] = bytes(10)
    for place in range(24, lower, 4):
        word = int.from_bytes(page[place:place + 4], "little")
        start = word & 0x7FFF
        xmins.add(page[start:start + 4])
        gaps[start:start + 4] = bytes(4)
        rows.append(word)
    return (len(xmins), tuple(rows), bytes(gaps))


def _as_operator(address: str, *statements: str) -> None:
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as c:
        for statement in statements:
            c.execute(text(statement))
    engine.dispose()
