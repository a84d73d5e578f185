"""What may have to be reminded of, read from the views of items; and what has been sent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, and_, false, func, or_, select, true

from db import tables as t
from db.clock import moment_of
from db.item_values import NamedItem
from db.reads.item_archive import PRESSED
from scoring.commitment import Status

_PUT_BEFORE = {Status.RETURNED: ("returned",), Status.CLOSING: ("closure_asked", "checked"), Status.CHECKED: ("checked",),
               Status.SIGNED_OFF: ("signed_off",)}
"""What puts an item before somebody who has to decide; under every other status it is an extension that is asked for."""
_EXTENSION = ("extension_asked",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting(NamedItem):
    """An open item that its unit has to act on. `moved_on`: the last report of progress, or the day on which its unit
    got it, be it by the listing, by a new assignment or because it was reopened."""

    moved_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    """An item on which somebody has to decide before its unit can go on. `since`: the day from which it waits.

    `wanted`: the day to which an extension is asked for; `failed`: the closure that is asked for failed a check.
    """

    id: int
    number: str
    text: str
    unit: str
    unit_name: str
    leader: str
    deadline: date | None
    status: str
    wanted: date | None
    failed: bool
    since: date


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
        .where(t.item_view.c.open, t.item_view.c.waits_for == "unit", PRESSED,
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


def undecided(c: Connection, day: date, *, checks: bool = True, leaders: tuple[str, ...] | None = None,
              office: bool = True) -> tuple[Undecided, ...]:
    """Items that wait for a decision of the office, for a check or a signature, or are to be looked at again; by number.

    Narrowed to whom it concerns: `office` everything, `checks` what waits for a check, `leaders` what waits for the
    signature of a leader of one of these names.
    """
    view = t.item_view.c
    everything = or_(view.waits_for.in_(("office", "supervisor", "leader")),
                     and_(view.status == Status.PARKED.value, view.parked_until <= day.isoformat()))
    some = [view.waits_for == "supervisor"] if checks else []
    some += [and_(view.waits_for == "leader", view.contact_leader.in_(leaders), view.contact_leader != "")] if leaders else []
    rows = c.execute(
        select(t.item.c.id, t.item.c.number, t.item.c.text, t.item.c.listed_on, t.unit.c.key, t.unit.c.name, view.contact_leader,
               view.deadline, view.status, view.parked_until, view.state)
        .join_from(t.item_view, t.item, t.item.c.id == view.item_id).join(t.unit, t.unit.c.id == view.unit_id)
        .where(everything if office else or_(false(), *some), PRESSED).order_by(t.item.c.number)).all()
    asked = _last_days(c, [r.id for r in rows], (*(kind for some in _PUT_BEFORE.values() for kind in some), *_EXTENSION))
    found = []
    for r in rows:
        state = json.loads(r.state)
        kinds = _PUT_BEFORE.get(Status(r.status), _EXTENSION if "wanted" in state else ())
        since = r.parked_until if r.status == Status.PARKED else max(
            (asked[r.id, kind] for kind in kinds if (r.id, kind) in asked), default=r.listed_on)
        found.append(Undecided(
            id=r.id, number=r.number, text=r.text, unit=r.key, unit_name=r.name, leader=r.contact_leader,
            deadline=date.fromisoformat(r.deadline) if r.deadline else None, status=r.status,
            wanted=date.fromisoformat(state["wanted"]) if "wanted" in state else None, failed=bool(state.get("failed")),
            since=date.fromisoformat(since)))
    return tuple(found)


def _begun_again(c: Connection, item_ids: Sequence[int]) -> dict[int, str]:
    """Item id -> the last day on which it was given to another unit or reopened."""
    found: dict[int, str] = {}
    for (item_id, _kind), day in _last_days(c, item_ids, ("reassigned", "relapsed", "part_reopened")).items():
        found[item_id] = max(found.get(item_id, ""), day)
    return found


def _last_days(c: Connection, item_ids: Sequence[int], kinds: tuple[str, ...]) -> dict[tuple[int, str], str]:
    """(item id, kind) -> the last day on which this happened to it; nothing where it never did."""
    found: dict[tuple[int, str], str] = {}
    for n in range(0, len(item_ids), 500):
        for r in c.execute(
                select(t.item_event.c.item_id, t.item_event.c.kind, t.item_event.c.detail)
                .where(t.item_event.c.item_id.in_(item_ids[n:n + 500]), t.item_event.c.kind.in_(kinds))):
            found[r.item_id, r.kind] = max(found.get((r.item_id, r.kind), ""), str(json.loads(r.detail)["on"]))
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
