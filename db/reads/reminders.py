"""What may have to be reminded of, read from the views of items; and what has been sent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, and_, func, or_, select, true

from db import tables as t
from db.clock import moment_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An open item that its unit has to act on. `moved_on`: the last report of progress, or the day on which its unit
    got it, be it by the listing, by a new assignment or because it was reopened."""

    id: int
    number: str
    text: str
    unit: str
    unit_name: str
    leader: str
    deadline: date | None
    moved_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One reminder that went out, is going out, or did not get through."""

    day: date
    number: str
    why: str
    recipient: str
    channel: str
    state: str
    at: datetime
    by: str
    said: str


def waiting(c: Connection, day: date, *, soon_days: int, quiet_days: int,
            of: tuple[str, tuple[str, ...]] | None = None) -> tuple[Waiting, ...]:
    """Items that wait for their unit and are due within so many days, or have not moved for so many; by deadline.

    A part is its own unit's as a whole is. `of`: the unit's key ("" is none) and the names of the leader to whom it is
    narrowed: items of either.
    """
    moved = func.coalesce(t.item_view.c.progress_on, t.item.c.listed_on)
    rows = c.execute(
        select(t.item.c.id, t.item.c.number, t.item.c.text, t.unit.c.key, t.unit.c.name, t.item_view.c.contact_leader,
               t.item_view.c.deadline, moved.label("moved_on"),
               or_(t.item_view.c.relapses > 0, t.item_view.c.unit_id != t.item.c.unit_id).label("begun_again"))
        .join_from(t.item_view, t.item, t.item.c.id == t.item_view.c.item_id)
        .join(t.unit, t.unit.c.id == t.item_view.c.unit_id)
        .where(t.item_view.c.open, t.item_view.c.waits_for == "unit",
               or_(t.item_view.c.deadline <= (day + timedelta(days=soon_days)).isoformat(),
                   moved <= (day - timedelta(days=quiet_days)).isoformat()),
               true() if of is None else or_(
                   t.unit.c.key == of[0],
                   and_(t.item_view.c.contact_leader.in_(of[1]), t.item_view.c.contact_leader != "")))
        .order_by(t.item_view.c.deadline, t.item.c.number)).all()
    begun = _begun_again(c, [r.id for r in rows if r.begun_again])
    return tuple(
        Waiting(id=r.id, number=r.number, text=r.text, unit=r.key, unit_name=r.name, leader=r.contact_leader,
                deadline=date.fromisoformat(r.deadline) if r.deadline else None,
                moved_on=date.fromisoformat(max(r.moved_on, begun.get(r.id, "")))) for r in rows)


def _begun_again(c: Connection, item_ids: Sequence[int]) -> dict[int, str]:
    """Item id -> the last day on which it was given to another unit or reopened."""
    found: dict[int, str] = {}
    for n in range(0, len(item_ids), 500):
        for item_id, detail in c.execute(
                select(t.item_event.c.item_id, t.item_event.c.detail)
                .where(t.item_event.c.item_id.in_(item_ids[n:n + 500]),
                       t.item_event.c.kind.in_(("reassigned", "relapsed", "part_reopened")))):
            found[item_id] = max(found.get(item_id, ""), str(json.loads(detail)["on"]))
    return found


def sent_on(c: Connection, day: date, channel: str) -> dict[tuple[int, str, str], str]:
    """(item, why, recipient) -> state, of what was sent through this channel on this day."""
    rows = c.execute(select(t.reminder.c.item_id, t.reminder.c.why, t.reminder.c.recipient, t.reminder.c.state)
                     .where(t.reminder.c.day == day.isoformat(), t.reminder.c.channel == channel))
    return {(int(r.item_id), r.why, r.recipient): r.state for r in rows}


def sent(c: Connection, limit: int = 200) -> tuple[Sent, ...]:
    """The newest first."""
    rows = c.execute(select(t.reminder, t.item.c.number).join_from(t.reminder, t.item, t.item.c.id == t.reminder.c.item_id)
                     .order_by(t.reminder.c.id.desc()).limit(limit))
    return tuple(Sent(day=date.fromisoformat(r.day), number=r.number, why=r.why, recipient=r.recipient, channel=r.channel,
                      state=r.state, at=moment_of(r.at), by=r.by, said=r.said) for r in rows)
