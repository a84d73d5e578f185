"""A consistent copy of a whole database while it is in use, and putting it back.

The copy is a SQLite file with the same schema, whatever the database itself is: rows are read in one
transaction, so that the copy shows one moment. What is put back is read from a place of our own: a copy stays as it was
written, may lie where nothing can be written, and somebody else's file is never touched.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import delete, func, insert, inspect, select, text
from sqlalchemy.exc import StatementError

from db import tables as t
from db.engine import Connection, Database
from db.migrate import migrate
from db.rehearsal import mark_of

_BATCH = 2000
RESTORED = 1_000_000
"""Restoring moves every sitting's serial on by at least so much: whoever keeps anything of the old content notices."""


class NotACopy(Exception):
    """The file is not a copy that this program made."""


class Damaged(NotACopy):
    """It was a copy once; something has happened to its bytes since."""


class OtherWorld(Exception):
    """A rehearsal's or a demonstration's copy would go into a real database, or a real one into theirs."""


def copy_to(database: Database, file: Path) -> int:
    """Write the copy; the number of rows. The file appears only when it is whole."""
    half = file.with_name(file.name + ".part")
    half.unlink(missing_ok=True)
    target = Database(f"sqlite:///{half}")
    try:
        migrate(target)
        with database.read.connect() as opened, target.write.begin() as sink:
            source = opened if database.is_sqlite else opened.execution_options(isolation_level="REPEATABLE READ")
            with source.begin():
                rows = _pour(source, sink)
        with target.read.connect() as c:
            c.exec_driver_sql("pragma wal_checkpoint(truncate)")
    finally:
        target.dispose()
    half.replace(file)
    for leftover in (f"{half}-wal", f"{half}-shm"):
        Path(leftover).unlink(missing_ok=True)
    return rows


def put_back(database: Database, file: Path) -> int:
    """Replace everything in the database by the copy, in one transaction; the number of rows."""
    with file.open("rb") as opened:
        if opened.read(16) != b"SQLite format 3\x00":
            raise NotACopy
    try:
        with _own_copy(file) as source, source.read.connect() as c, c.begin(), database.write.begin() as sink:
            if mark_of(c) != mark_of(sink):
                raise OtherWorld
            known = _highest_serial(sink)
            for table in reversed(t.metadata.sorted_tables):
                if table is t.unit:
                    sink.execute(t.unit.update().values(parent_id=None))
                if table is t.ledger_entry:
                    sink.execute(t.ledger_entry.update().values(reverses_id=None))
                sink.execute(delete(table))
            rows = _pour(c, sink)
            _go_on_counting(sink)
            # beyond what anybody has seen: the same copy put back a second time is noticed a second time
            sink.execute(t.sitting.update().values(serial=max(known, _highest_serial(sink)) + RESTORED))
            return rows
    except (StatementError, ValueError) as cause:
        raise NotACopy from cause


@contextmanager
def _own_copy(file: Path) -> Iterator[Database]:
    """The copy's content, checked and brought to the newest schema, in a folder that is gone afterwards."""
    with TemporaryDirectory() as folder:
        own = Path(folder) / "copy.db"
        for tail in ("", "-wal"):  # of a database file that was not shut properly
            if (beside := file.with_name(file.name + tail)).is_file():
                shutil.copyfile(beside, f"{own}{tail}")
        source = Database(f"sqlite:///{own}")
        try:
            with source.read.connect() as c:
                if not _is_whole(c):
                    raise Damaged
                there = set(inspect(c).get_table_names())
            if not {"alembic_version", t.sitting.name, t.record_entry.name} <= there:
                raise NotACopy
            migrate(source)
            yield source
        finally:
            source.dispose()


def _is_whole(c: Connection) -> bool:
    try:
        return c.execute(text("pragma integrity_check")).scalar() == "ok"
    except StatementError:
        return False


def _pour(source: Connection, sink: Connection) -> int:
    rows = 0
    for table in t.metadata.sorted_tables:
        key = [column for column in table.primary_key.columns]
        found = source.execute(select(table).order_by(*key))  # parents and reversed entries have smaller ids
        while batch := found.fetchmany(_BATCH):
            sink.execute(insert(table), [dict(row._mapping) for row in batch])
            rows += len(batch)
    return rows


def _highest_serial(c: Connection) -> int:
    return int(c.execute(select(func.coalesce(func.max(t.sitting.c.serial), 0))).scalar_one())


def _go_on_counting(sink: Connection) -> None:
    """PostgreSQL's sequences do not notice rows that bring their own ids."""
    if sink.dialect.name != "postgresql":
        return
    for table in t.metadata.sorted_tables:
        if "id" in table.c and table.c.id.autoincrement:
            newest = sink.execute(select(func.max(table.c.id))).scalar_one()
            if newest is not None:
                sink.execute(text("select setval(pg_get_serial_sequence(:t, 'id'), :n)"),
                             {"t": table.name, "n": newest})
