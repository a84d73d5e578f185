"""What was asked of a unit and has not been answered: the last thing that happened to its item is a reminder by hand, a
closure or an extension that was refused, a milestone that was sent back, or a relapse; or a supervision slip is out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, and_, or_, select, true

from db import tables as t
from db.item_values import NamedItem
from db.reads.item_archive import PRESSED
from scoring.commitment import Kind

_ASKING = (Kind.REMINDED, Kind.CLOSURE_REFUSED, Kind.RELAPSED, Kind.PART_REOPENED, Kind.EXTENSION_DECIDED, Kind.NODE_CHECKED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered(NamedItem):
    """An item of which its unit was asked something. `kind`: by what; `said`: in whose words; `since`: on which day."""

    kind: Kind
    said: str
    since: date


def unanswered(c: Connection, unit: str | None = None) -> tuple[Unanswered, ...]:
    """Of every unit, or of one (its key), by number. What was granted or found reached asks for nothing."""
    view, event = t.item_view.c, t.item_event.c
    rows = c.execute(
        select(t.item.c.id, t.item.c.number, t.item.c.text, t.unit.c.key, t.unit.c.name, view.contact_leader, view.deadline,
               view.slips, event.kind, event.detail)
        .join_from(t.item_view, t.item, t.item.c.id == view.item_id).join(t.unit, t.unit.c.id == view.unit_id)
        .join(t.item_event, and_(event.item_id == view.item_id, event.serial == view.serial))
        .where(view.open, or_(view.slips > 0, and_(view.waits_for == "unit", event.kind.in_(_ASKING))), PRESSED,
               true() if unit is None else t.unit.c.key == unit)
        .order_by(t.item.c.number)).all()
    slips = _slips(c, [r.id for r in rows if r.slips])
    found = []
    for r in rows:
        detail = json.loads(r.detail)
        if (detail.get("granted") or detail.get("passed")) and not r.slips:
            continue
        kind, told = (Kind.SLIP_ISSUED, slips[r.id]) if r.slips else (Kind(r.kind), detail)
        found.append(Unanswered(
            id=r.id, number=r.number, text=r.text, unit=r.key, unit_name=r.name, leader=r.contact_leader,
            deadline=date.fromisoformat(r.deadline) if r.deadline else None, kind=kind, said=str(told.get("text", "")),
            since=date.fromisoformat(str(told["on"]))))
    return tuple(found)


def _slips(c: Connection, item_ids: list[int]) -> dict[int, dict[str, object]]:
    """Item id -> what its last slip says."""
    found: dict[int, dict[str, object]] = {}
    for n in range(0, len(item_ids), 500):
        for r in c.execute(select(t.item_event.c.item_id, t.item_event.c.detail)
                           .where(t.item_event.c.item_id.in_(item_ids[n:n + 500]), t.item_event.c.kind == Kind.SLIP_ISSUED.value)
                           .order_by(t.item_event.c.item_id, t.item_event.c.serial)):
            found[r.item_id] = json.loads(r.detail)
    return found
