"""Monthly reconciliations and quarterly disclosures, read."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, select, true

from db import tables as t
from db.clock import maybe_moment, moment_of
from db.stores.item_views import events_of
from scoring.commitment import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The reconciliation of one month (`2026-06`). `protocol` is frozen JSON once it is closed."""

    id: int
    month: str
    as_of: date
    opened_at: datetime
    opened_by: str
    closed_at: datetime | None
    closed_by: str | None
    protocol: str | None
    protocol_sha256: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What somebody found when fact was held against the list. A late one came after the close."""

    item_id: int
    agrees: bool
    fact: str
    at: datetime
    by: str
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An item as the list told of it when the run was opened, and what was found, oldest first."""

    item_id: int
    said: Mapping[str, str]
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """The rates of a quarter (`2026Q2`) as they were disclosed: frozen JSON with its hash."""

    quarter: str
    as_of: date
    at: datetime
    by: str
    rates: str
    sha256: str


def runs(c: Connection) -> tuple[Run, ...]:
    """The newest month first."""
    return tuple(_run(r) for r in c.execute(select(t.reconciliation).order_by(t.reconciliation.c.month.desc())))


def run(c: Connection, month: str) -> Run | None:
    row = c.execute(select(t.reconciliation).where(t.reconciliation.c.month == month)).first()
    return None if row is None else _run(row)


def lines(c: Connection, run_id: int, number: str = "") -> tuple[Line, ...]:
    """By unit, then number: the order in which a run is walked. With a number, the line of this item alone."""
    own = true() if not number else t.item.c.number == number
    entries: dict[int, list[Entry]] = defaultdict(list)
    for r in c.execute(select(t.reconciliation_entry)
                       .join_from(t.reconciliation_entry, t.item, t.item.c.id == t.reconciliation_entry.c.item_id)
                       .where(t.reconciliation_entry.c.reconciliation_id == run_id, own)
                       .order_by(t.reconciliation_entry.c.id)):
        entries[r.item_id].append(Entry(item_id=r.item_id, agrees=bool(r.agrees), fact=r.fact, at=moment_of(r.at),
                                        by=r.by, late=bool(r.late)))
    rows = c.execute(select(t.reconciliation_line)
                     .join_from(t.reconciliation_line, t.item, t.item.c.id == t.reconciliation_line.c.item_id)
                     .where(t.reconciliation_line.c.reconciliation_id == run_id, own))
    found = [Line(item_id=r.item_id, said=json.loads(r.said), entries=tuple(entries[r.item_id])) for r in rows]
    return tuple(sorted(found, key=lambda one: (one.said["unit"], one.said["number"])))


def disclosures(c: Connection) -> tuple[Disclosure, ...]:
    """The newest quarter first."""
    return tuple(
        Disclosure(quarter=r.quarter, as_of=date.fromisoformat(r.as_of), at=moment_of(r.at), by=r.by, rates=r.rates,
                   sha256=r.sha256)
        for r in c.execute(select(t.disclosure).order_by(t.disclosure.c.quarter.desc())))


def logs(c: Connection) -> dict[str, tuple[Event, ...]]:
    """Everything that has happened to every item, by number."""
    numbers = {int(r.id): str(r.number) for r in c.execute(select(t.item.c.id, t.item.c.number).order_by(t.item.c.id))}
    ids, found = list(numbers), dict[str, tuple[Event, ...]]()
    for n in range(0, len(ids), 500):
        for item_id, told in events_of(c, ids[n:n + 500]).items():
            found[numbers[item_id]] = tuple(one.event for one in told)
    return found


def _run(r: Row[Any]) -> Run:
    return Run(id=r.id, month=r.month, as_of=date.fromisoformat(r.as_of), opened_at=moment_of(r.opened_at),
               opened_by=r.opened_by, closed_at=maybe_moment(r.closed_at), closed_by=r.closed_by, protocol=r.protocol,
               protocol_sha256=r.protocol_sha256)
