"""The database of a rehearsal: a SQLite file that is made beside the real database, marked, and thrown away.

What is copied into it is one sitting's roster, and nothing that happened.
Only the tables that are named here are copied. Badges, passwords, sign-ins, ballots, papers, results, the ledger and the
record stay where they are, and so does every table that is not thought of.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import ColumnElement, Table, insert, select, true

from db import tables as t
from db.engine import Connection, Database
from db.migrate import migrate

MARK, DEMO = "rehearsal", "demo"

Change = Mapping[str, object]


def is_marked(c: Connection) -> bool:
    """Whether this database was made for a rehearsal. The mark is set once, when it is made."""
    return bool(c.execute(select(t.setting.c.value).where(t.setting.c.key == MARK)).scalar_one_or_none())


def mark_of(c: Connection) -> str:
    """MARK of a rehearsal's database, DEMO of a demonstration's, "" of a real one."""
    found = set(c.execute(select(t.setting.c.key).where(t.setting.c.key.in_((MARK, DEMO)), t.setting.c.value != "")).scalars())
    return MARK if MARK in found else DEMO if found else ""


def mark_as_demo(c: Connection) -> None:
    """For good: whatever is done on this database later is a demonstration."""
    c.execute(insert(t.setting).values(key=DEMO, value="1"))


def make(database: Database, file: Path, sitting_id: int) -> None:
    """The rehearsal's database of one sitting. The file appears only when it is whole and marked."""
    half = file.with_name(f"{file.name}.part")
    wipe(half)
    target = Database(f"sqlite:///{half}")
    try:
        migrate(target)
        with database.read.connect() as opened, target.write.begin() as sink:
            source = opened if database.is_sqlite else opened.execution_options(isolation_level="REPEATABLE READ")
            with source.begin():
                copy_roster(source, sink, sitting_id)
        with target.read.connect() as c:
            c.exec_driver_sql("pragma wal_checkpoint(truncate)")
    finally:
        target.dispose()
    half.replace(file)
    wipe(half)


def copy_roster(source: Connection, sink: Connection, sitting_id: int) -> None:
    """The sitting as it was prepared, into an empty database, which is marked as a rehearsal's."""
    sink.execute(insert(t.setting).values(key=MARK, value="1"))
    for table, wanted, change in _copied(sitting_id):
        rows = [{**dict(row._mapping), **change} for row in source.execute(
            select(table).where(wanted).order_by(*table.primary_key.columns))]
        if rows:
            sink.execute(insert(table), rows)


def wipe(file: Path) -> None:
    """The file, what SQLite and its server leave beside it, and the pictures that were handed in."""
    for tail in ("", "-wal", "-shm", ".serving"):
        file.with_name(file.name + tail).unlink(missing_ok=True)
    shutil.rmtree(file.with_name(f"{file.stem}.evidence"), ignore_errors=True)


def _copied(sitting_id: int) -> tuple[tuple[Table, ColumnElement[bool], Change], ...]:
    """(table, which rows, what is changed in each), parents first."""
    everything = true()

    def mine(table: Table) -> ColumnElement[bool]:
        return table.c.sitting_id == sitting_id

    targets = select(t.target.c.id).where(t.target.c.sitting_id == sitting_id)
    shortcomings = select(t.shortcoming.c.id).where(t.shortcoming.c.target_id.in_(targets))
    return (
        (t.unit, everything, {}),
        (t.sitting, t.sitting.c.id == sitting_id, {}),
        (t.rule, mine(t.rule), {"locked_at": None}),
        (t.target, mine(t.target), {}),
        (t.segment, mine(t.segment), {}),
        (t.seat, mine(t.seat), {"checked_in_at": None}),
        (t.recusal, t.recusal.c.target_id.in_(targets), {}),
        (t.component_value, t.component_value.c.target_id.in_(targets), {}),
        (t.publishing_terms, mine(t.publishing_terms), {}),
        (t.shortcoming, t.shortcoming.c.target_id.in_(targets), {}),
        (t.measure, t.measure.c.shortcoming_id.in_(shortcomings), {}),
        (t.commitment, t.commitment.c.shortcoming_id.in_(shortcomings), {"number": None}),
        (t.question, mine(t.question) & (t.question.c.source == "prepared") & t.question.c.follows_id.is_(None),
         {"state": "waiting", "answer": "", "on_stage_at": None, "answered_at": None, "set_aside": None}),
        (t.staff, everything, {"password_hash": None}),
        (t.staff_role, everything, {}),
    )
