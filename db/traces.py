"""Sweeping away what a database keeps beside its rows: the traces that would tell when a secret paper came.

PostgreSQL's rows are written anew by the transaction that ends a round (`db.stores.traces`). What was there
before stays in the file: in the write-ahead log, in freed pages, in the gaps of pages, as dead rows, and the shape of
the tables still follows the order of arrival. `sweep` therefore builds them anew: SQLite's whole file (VACUUM, then
the log is cut off), PostgreSQL's table in the order of its key (CLUSTER). It waits for nobody for long; what cannot be
done now stays owed, and the hall's clock comes back to it (`Sweeper`) until it is done, after a restart too.
PostgreSQL's own write-ahead log is out of reach: docs/secrecy.md says what it tells, and what the operator does.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, text

from db import tables as t
from db.engine import Database
from db.stores import traces
from scoring.round import Phase

log = logging.getLogger("leitai.traces")

PATIENCE_MS = 300
AGAIN_SECONDS = 2.0
LARGE = 64_000_000  # bytes: building so much anew takes a quarter of a second, which an open round does not notice

_OLD_VIEWS = """
select exists (select from pg_stat_activity
               where pid <> pg_backend_pid() and coalesce(datname, current_database()) = current_database()
               and (age(backend_xmin) > age(cast(:now as xid)) or age(backend_xid) > age(cast(:now as xid))))
    or exists (select from pg_prepared_xacts
               where database = current_database() and age(transaction) > age(cast(:now as xid)))
    or exists (select from pg_replication_slots where age(xmin) > age(cast(:now as xid)))
"""  # whose view of the table is older than `now`; what other databases of the server do does not matter


def sweep(database: Database) -> bool:
    """Do what is owed; False when something of it is left for later. Never raises, and holds nobody up for long."""
    try:
        with database.reading() as c:
            debts: Mapping[int, str] = traces.owed(c)
        if not debts:
            return True
        if traces.to_rewrite(debts):
            debts = _build_anew(database, debts)
        if traces.to_rewrite(debts) or (database.is_sqlite and not _cut_off_the_log(database)):
            return False
        with database.write.begin() as c:
            traces.settle(c, debts)
    except Exception as cause:  # the round is closed already: that must not look as if it had failed
        log.info("the traces of a closed round are not swept yet: %s", type(cause).__name__)
        return False
    return True


class Sweeper:
    """The hall clock's part: comes back to what is owed until it is done."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._last: datetime | None = None
        self._said = False

    def tend(self, at: datetime) -> None:
        """One beat of the clock; works every AGAIN_SECONDS at most."""
        if self._last is not None and 0 <= (at - self._last).total_seconds() < AGAIN_SECONDS:
            return
        self._last = at
        done = sweep(self._database)
        if not done and not self._said:
            log.warning("the traces of a closed round are not swept yet: somebody reads, or the disk is full; trying on")
        if done and self._said:
            log.warning("the traces of every closed round are swept now")
        self._said = not done


def _build_anew(database: Database, debts: Mapping[int, str]) -> Mapping[int, str]:
    """Rows and files; the debts as they stand afterwards (unchanged when it cannot be done now)."""
    with database.write.begin() as c:
        for round_id in sorted(traces.with_late_secrets(c, traces.to_rewrite(debts))):
            traces.write_anew(c, round_id)
        opened = c.execute(select(func.count()).where(t.round_.c.phase == Phase.OPEN.value)).scalar_one()
        size = _size(c)
        now = None if database.is_sqlite else c.execute(text("select cast(pg_current_xact_id() as xid)")).scalar_one()
    if opened and size > LARGE:
        return debts
    if database.is_sqlite:
        with _cursor(database) as cursor:
            _wait_at_most(cursor, PATIENCE_MS, "vacuum")
    else:
        if not _nobody_looks_back(database, str(now)):
            return debts
        with database.write.begin() as c:
            c.execute(text(f"set local lock_timeout = {PATIENCE_MS}"))
            c.execute(text("cluster ballot using pk_ballot"))
    with database.write.begin() as c:
        traces.note_rewritten(c, debts)
    with database.reading() as c:
        now_owed = traces.owed(c)
    return {round_id: now_owed[round_id] for round_id in debts if round_id in now_owed}


def _size(c: Connection) -> int:
    if c.dialect.name == "postgresql":
        return int(c.execute(text("select pg_table_size('ballot')")).scalar_one())
    return int(c.execute(text("pragma page_count")).scalar_one() * c.execute(text("pragma page_size")).scalar_one())


def _nobody_looks_back(database: Database, now: str) -> bool:
    """Whether no transaction of before `now` is left, which would keep dead rows alive; asked for a short while."""
    for _ in range(PATIENCE_MS // 30):
        with database.reading() as c:
            if not c.execute(text(_OLD_VIEWS), {"now": now}).scalar_one():
                return True
        time.sleep(0.03)
    return False


def _cut_off_the_log(database: Database) -> bool:
    """Move the log into the file and cut it off, at once or not at all: waiting for a reader would hold up the box."""
    with _cursor(database) as cursor:
        (busy, _log, _moved), = _wait_at_most(cursor, 0, "pragma wal_checkpoint(truncate)")
        return not busy


@contextmanager
def _cursor(database: Database) -> Iterator[Any]:
    connection = database.write.raw_connection()
    try:
        yield connection.cursor()
    finally:
        connection.close()


def _wait_at_most(cursor: Any, milliseconds: int, statement: str) -> list[tuple[Any, ...]]:
    patience, = cursor.execute("pragma busy_timeout").fetchone()
    cursor.execute(f"pragma busy_timeout={milliseconds}")
    try:
        rows: list[tuple[Any, ...]] = cursor.execute(statement).fetchall()
        return rows
    finally:
        cursor.execute(f"pragma busy_timeout={patience}")
