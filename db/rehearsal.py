"""Which database is a rehearsal's, and what of a sitting is copied into one: its roster, and nothing that happened.

Only the tables that are named here are copied. Badges, passwords, sign-ins, ballots, papers, results, the ledger and the
record stay where they are, and so does every table that is not thought of.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, Table, insert, select, true

from db import tables as t
from db.engine import Connection

MARK = "rehearsal"

Change = Mapping[str, object]


def is_marked(c: Connection) -> bool:
    """Whether this database was made for a rehearsal. The mark is set once, when it is made."""
    return bool(c.execute(select(t.setting.c.value).where(t.setting.c.key == MARK)).scalar_one_or_none())


def copy_roster(source: Connection, sink: Connection, sitting_id: int) -> None:
    """The sitting as it was prepared, into an empty database, which is marked as a rehearsal's."""
    sink.execute(insert(t.setting).values(key=MARK, value="1"))
    for table, wanted, change in _copied(sitting_id):
        rows = [{**dict(row._mapping), **change} for row in source.execute(
            select(table).where(wanted).order_by(*table.primary_key.columns))]
        if rows:
            sink.execute(insert(table), rows)


def check_in(sink: Connection, codes: tuple[str, ...], at: str) -> None:
    """Simulated phones have no body that could come to the desk."""
    sink.execute(t.seat.update().where(t.seat.c.code.in_(codes), t.seat.c.checked_in_at.is_(None)).values(checked_in_at=at))


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
