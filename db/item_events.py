"""Events of items as rows, and back: `scoring.event_text` says what of one is text, this file where it is written.

The detail of a row holds the local day (`on`), what the event carries, and under `more` what the life of an item does
not know: what was put right in words (`fields`), a document's number. Which milestone a report names stood there too, as
`milestone`, before the life of an item knew of them: it is read as the report's `node`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import Row

from db.clock import day_of, moment_of
from db.item_values import NewItem, Source, SourceKind, StoredEvent
from scoring import event_text
from scoring.commitment import Event, Kind, Origin, Target
from scoring.commitment import Source as Said

_WRITTEN = ("serial", "kind", "at", "by", "by_role", "by_unit", "detail")
_ORIGINS = {one.value: one for one in Origin}


def detail_of(event: Event, more: Mapping[str, object] | None = None) -> str:
    """What is written of an event beside its kind, its moment and its hand."""
    told = {"on": event.on.isoformat(), **event_text.detail_of(event), **({"more": dict(more)} if more else {})}
    return json.dumps(told, ensure_ascii=False, sort_keys=True)


def sha256_of(rows: Iterable[Mapping[str, Any]]) -> str:
    """Of events of one item as they are written, in order: serial, kind, moment, hand, role, unit and detail of each."""
    hashed = hashlib.sha256()
    for row in rows:
        hashed.update("\x1f".join(str(row[name]) for name in _WRITTEN).encode() + b"\x1e")
    return hashed.hexdigest()


def stored_of(r: Row[Any]) -> StoredEvent:
    """A row as it is read: the event, and what else was written with it."""
    detail: dict[str, Any] = json.loads(r.detail)
    more = detail.pop("more", {})
    on = date.fromisoformat(detail.pop("on"))
    if r.kind == Kind.REPORTED and "milestone" in more:
        detail.setdefault("node", more.pop("milestone"))
    event = event_text.event_of(kind=r.kind, at=moment_of(r.at), on=on, by=r.by, by_unit=r.by_unit, role=r.by_role,
                                detail=detail)
    return StoredEvent(serial=r.serial, event=event, more=more)


def listing(new: NewItem, number: str, *, at: datetime, by: str, by_unit: str = "", role: str = "") -> Event:
    """The first event of an item. A list that comes from elsewhere may have been begun before it was entered here."""
    entered = day_of(at)
    on = new.listed_on if 0 <= (entered - new.listed_on).days <= 1 else entered
    return Event(
        kind=Kind.LISTED, at=at, on=on, by=by, by_unit=by_unit, role=role, number=number, unit=new.unit, text=new.text,
        units=tuple(dict.fromkeys(new.supporting)), leader=new.contact_leader, deadline=new.deadline,
        since=min(new.listed_on, on), starts_on=started(new), target=target_of(new), source=said(new.source),
        plan=tuple(one.name for one in new.milestones))


def started(new: NewItem) -> date:
    """Where its schedule begins; never after its deadline."""
    start = new.started_on or new.listed_on
    return min(start, new.deadline or start)


def target_of(new: NewItem) -> Target | None:
    """The promised quantity; None where it was promised without one."""
    if not new.value:
        return None
    return Target(value=Fraction(new.value), measure=new.value_unit, lower_is_better=new.direction == "down",
                  base=Fraction(new.baseline) if new.baseline else None)


def said(source: Source) -> Said:
    """The source as the life of an item knows it."""
    return Said(origin=origin_of(source.kind), ref=source.words)


def origin_of(kind: SourceKind) -> Origin:
    return _ORIGINS.get(kind.value, Origin.INSPECTION if kind is SourceKind.LOOK_BACK else Origin.IMPORT)
