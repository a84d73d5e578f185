"""The views of items: what the replay of their events comes to, kept so that a list of thousands answers at once.

A view holds nothing that the events do not say, and can be thrown away. Its light is kept by days, for as long as
nothing else happens to the item: so no view grows old overnight.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select

from db import tables as t
from db.clock import text_of
from db.item_events import stored_of
from db.item_lights import archive_days, rule_in_force, stretches
from db.item_values import Milestone, StoredEvent
from db.reads.item_nodes import plans_of
from scoring import family
from scoring.commitment import Status
from scoring.item import Item
from scoring.life import replay
from scoring.lights import LightRule
from scoring.nodes import NodeState, stand_of
from scoring.number import plain

VERSION = 5
"""Of the code that makes views: a newer one makes all of them again when the program starts."""

Rows = dict[Table, list[dict[str, Any]]]
Events = Mapping[int, Sequence[StoredEvent]]
NOTHING: Events = {}
_AT_ONCE = 400
_WAITS = {Status.LISTED: "unit", Status.RETURNED: "office", Status.IN_PROGRESS: "unit", Status.CLOSING: "supervisor",
          Status.CHECKED: "leader", Status.SIGNED_OFF: "office", Status.PARKED: "nobody", Status.CLOSED: "nobody",
          Status.MERGED: "nobody", Status.WITHDRAWN: "nobody"}


def make_again(c: Connection, item_ids: Iterable[int]) -> None:
    """Replay these items, and the wholes that they are parts of; put their views in place of the old ones."""
    waiting = list(dict.fromkeys(item_ids))
    rule, archived = rule_in_force(c), archive_days(c)
    for n in range(0, len(waiting), _AT_ONCE):
        _make(c, waiting[n:n + _AT_ONCE], rule, archived)


def stale_ids(c: Connection) -> list[int]:
    """Every item whose view is missing or was made by older code."""
    return [int(one) for one in c.execute(
        select(t.item.c.id).outerjoin_from(t.item, t.item_view, t.item_view.c.item_id == t.item.c.id)
        .where(t.item_view.c.version.is_distinct_from(VERSION)).order_by(t.item.c.id)).scalars()]


def batch_ids(c: Connection, batch: str) -> list[int]:
    """Every item of one list."""
    return [int(one) for one in c.execute(
        select(t.item.c.id).where(t.item.c.batch == batch).order_by(t.item.c.id)).scalars()]


def events_of(c: Connection, item_ids: Sequence[int]) -> dict[int, list[StoredEvent]]:
    """Item id -> its events in order."""
    found: dict[int, list[StoredEvent]] = defaultdict(list)
    for r in c.execute(select(t.item_event).where(t.item_event.c.item_id.in_(item_ids))
                       .order_by(t.item_event.c.item_id, t.item_event.c.serial)):
        found[r.item_id].append(stored_of(r))
    return found


def ids_of(c: Connection, numbers: Iterable[str]) -> dict[str, int]:
    """Number -> item id, of those that there are."""
    return {number: int(item_id) for number, item_id in c.execute(
        select(t.item.c.number, t.item.c.id).where(t.item.c.number.in_(set(numbers))))}


def numbers_of(c: Connection, item_ids: Iterable[int]) -> Iterator[tuple[int, str]]:
    """(item id, number)."""
    wanted = list(item_ids)
    for n in range(0, len(wanted), _AT_ONCE):
        for r in c.execute(select(t.item.c.id, t.item.c.number).where(t.item.c.id.in_(wanted[n:n + _AT_ONCE]))):
            yield int(r.id), str(r.number)


def astray(c: Connection, item_ids: Sequence[int]) -> tuple[int, ...]:
    """Of these items the ones whose view, lights or milestones are not what their events come to; older code's views aside."""
    _, fresh = made(c, item_ids, rule_in_force(c), archive_days(c))
    held: dict[int, set[tuple[object, ...]]] = defaultdict(set)
    want: dict[int, set[tuple[object, ...]]] = defaultdict(set)
    versions: dict[int, int] = {}
    for table, rows in fresh.items():
        for r in c.execute(select(table).where(table.c.item_id.in_(list(item_ids)))):
            held[r.item_id].add((table.name, *r))
            if table is t.item_view:
                versions[r.item_id] = r.version
        for one in rows:
            want[one["item_id"]].add((table.name, *(one[column.name] for column in table.c)))
    replanned = _replanned(c, item_ids)
    return tuple(one for one in item_ids if one not in versions or one not in want or one in replanned or (
        versions[one] == VERSION and held[one] != want[one]))


def _replanned(c: Connection, item_ids: Sequence[int]) -> set[int]:
    """Of these items those whose milestones are not what their events last planned; earlier listings said nothing of them."""
    plans = plans_of(c, item_ids)
    last = {item_id: next((one.event.plan for one in reversed(events) if one.event.plan), ())
            for item_id, events in events_of(c, item_ids).items()}
    return {one for one, plan in last.items() if plan and plan != tuple(each.name for each in plans.get(one, ()))}


def _make(c: Connection, item_ids: Sequence[int], rule: LightRule, archived: Mapping[str, date]) -> None:
    told, fresh = made(c, item_ids, rule, archived)
    for table, rows in fresh.items():
        c.execute(delete(table).where(table.c.item_id.in_(told)))
        if rows:
            c.execute(insert(table), rows)


def made(c: Connection, item_ids: Sequence[int], rule: LightRule, archived: Mapping[str, date],
         also: Events = NOTHING) -> tuple[list[int], Rows]:
    """Items (these and the wholes above them), and of each table the rows that they have in it. `also`: events that are
    about to be appended."""
    kin: dict[int, Item] = {}
    told = _with_kin(c, item_ids, kin, also)
    by_number = {one.number: one for one in kin.values()}
    listed = {int(r.id): r for r in c.execute(
        select(t.item.c.id, t.item.c.unit_id, t.item.c.kind, t.item.c.batch, t.item.c.listed_on)
        .where(t.item.c.id.in_(list(told))))}
    units = {key: int(unit_id) for key, unit_id in c.execute(
        select(t.unit.c.key, t.unit.c.id).where(t.unit.c.key.in_({one.unit or one.returned_by for one in kin.values()})))}
    plans = plans_of(c, list(told))
    found: Rows = {t.item_view: [], t.item_light: [], t.item_node: []}
    for item_id, events in told.items():
        item, row = kin[item_id], listed[item_id]
        share = family.progress(by_number, item.number) if _whole(item, by_number) else item.share
        for table, rows in rows_of(
                item, events, dict(row._mapping), plans.get(item_id, ()), share=share, rule=rule, archived=archived,
                unit_id=units.get(item.unit or item.returned_by, row.unit_id)).items():
            found[table] += [{"item_id": item_id, **one} for one in rows]
    return list(told), found


def rows_of(item: Item, events: Sequence[StoredEvent], listed: Mapping[str, Any], plans: Sequence[Milestone], *, unit_id: int,
            share: Fraction | None, rule: LightRule, archived: Mapping[str, date]) -> Rows:
    """The view, the lights and the milestones that an item comes to, without its id. `listed`: kind, batch and listed_on
    of its row, `unit_id`: of the unit that is responsible today, `share`: how far it is, of a whole how far its parts."""
    view = _view(item, events, unit_id) | {"progress": _progress(item, share)}
    until = archived.get(listed["batch"])
    if until is not None and _moved_on(listed["listed_on"], events) > until:
        until = None  # something happened since: it is pressed again
    lights = [{
        "from_day": one.from_day, "until_day": one.until_day, "light": one.light, "urgency": one.urgency, "unit_id": unit_id,
        "contact_leader": view["contact_leader"], "kind": listed["kind"], "due_month": (view["deadline"] or "")[:7],
        "counted": view["counted"], "archived": until is not None} for one in stretches(item, share, rule, until=until)]
    nodes = [{"position": n, **_node(item, one, archived=until is not None)} for n, one in enumerate(plans, 1)]
    return {t.item_view: [view], t.item_light: lights, t.item_node: nodes}


def _node(item: Item, plan: Milestone, *, archived: bool) -> dict[str, Any]:
    """How a milestone stands; in a list that stands still it presses nobody."""
    stand = stand_of(item, plan.text, plan.due)
    state = NodeState.STILL if archived and stand.state is NodeState.AHEAD else stand.state
    report = None if stand.report is None or stand.sent_back else stand.report
    return {"due": plan.due.isoformat(), "state": state.value, "reported_on": _day(report.on) if report else None}


def _moved_on(listed_on: str, events: Sequence[StoredEvent]) -> date:
    """The last day on which something happened to it. Its listing is of the day that the list says, whenever it was
    entered: an old list that is entered today can be archived as of its end."""
    return max((date.fromisoformat(listed_on), *(one.event.on for one in events[1:][-1:])))


def _with_kin(c: Connection, item_ids: Sequence[int], kin: dict[int, Item], also: Events) -> dict[int, list[StoredEvent]]:
    """The events of these items and of the wholes above them; into `kin` also their parts, whose progress they need."""
    told = _told(c, item_ids, also)
    fresh = dict(told)
    while fresh:
        for item_id, events in fresh.items():
            item = replay(one.event for one in events)
            assert item is not None
            kin[item_id] = item
        above = ids_of(c, {kin[one].parent for one in fresh if kin[one].parent})
        fresh = _told(c, [one for one in above.values() if one not in told], also)
        told.update(fresh)
    wanted = {part.number for item in kin.values() for part in item.live_parts}
    while wanted:
        below = {number: one for number, one in ids_of(c, wanted).items() if one not in kin}
        wanted = set()
        for item_id, events in _told(c, list(below.values()), also).items():
            part = replay(one.event for one in events)
            assert part is not None
            kin[item_id] = part
            wanted |= {one.number for one in part.live_parts}
    return told


def _told(c: Connection, item_ids: Sequence[int], also: Events) -> dict[int, list[StoredEvent]]:
    return {item_id: [*events, *also.get(item_id, ())] for item_id, events in events_of(c, item_ids).items()}


def _whole(item: Item, known: Mapping[str, Item]) -> bool:
    """Split, with every part in hand, down to the last: a split is written before its parts are."""
    return bool(item.live_parts) and all(
        part.number in known and (not known[part.number].live_parts or _whole(known[part.number], known))
        for part in item.live_parts)


def _view(item: Item, events: Sequence[StoredEvent], unit_id: int) -> dict[str, Any]:
    asked_to_close = item.status in (Status.CLOSING, Status.CHECKED)  # whoever checks or signs comes first
    undecided = item.extension_pending or (item.is_open and item.deadline is None)
    waits = "office" if undecided and not asked_to_close else _WAITS[item.status]
    slips = item.outstanding
    top = max(slips, key=lambda one: (one.level, one.on), default=None)
    return {
        "version": VERSION, "serial": events[-1].serial, "status": item.status.value, "waits_for": waits,
        "unit_id": unit_id, "contact_leader": item.leader, "deadline": _day(item.deadline), "done_on": _day(item.done_on),
        "late": bool(item.missed), "extensions": len(item.extensions), "refusals": item.rejections,
        "relapses": item.relapses, "reminders": item.reminders, "slips": len(slips),
        "slip_level": "" if top is None else f"{top.slip}/{top.level}", "parked_until": _day(item.review_on),
        "merged_into": item.merged_into or None, "parent": item.parent or None,
        "progress_on": _day(item.last_progress_on), "last_at": text_of(item.last_at), "letter_only": item.letter_only,
        "open": item.is_open, "counted": item.on_the_list and not item.parent,
        "state": json.dumps(_state(item, events), ensure_ascii=False),
    }


def _state(item: Item, events: Sequence[StoredEvent]) -> dict[str, Any]:
    """What a card shows besides, and what was put right in words since the listing."""
    fields: dict[str, str] = {}
    for one in events:
        fields.update(one.more.get("fields", {}))
        if one.event.target is not None and one.serial > 1:
            fields.update(value=plain(one.event.target.value), value_unit=one.event.target.measure)
    reading = item.last_reading
    told = {
        "original": _day(item.original_deadline), "owner_since": _day(item.owner_since), "returns": item.returns,
        "wanted": _day(item.extension_wanted), "stage": reading.stage if reading else "",
        "said": reading.text if reading else "", "requirements": [one.text for one in item.open_requirements],
        "reminded_on": _day(item.reminded_on), "parts": len(item.live_parts), "absorbed": list(item.absorbed),
        "verdict": item.verdict.value if item.verdict else "", "fields": fields,
        "failed": item.closing is not None and item.closing.failed,  # a check of this request has once failed
    }
    return {name: value for name, value in told.items() if value}


def _progress(item: Item, share: Any) -> str:
    """In words, for a list: the share to one tenth of a percent, else the stage that was reported."""
    if share is not None:
        tenths = (share * 2000 + 1) // 2
        return f"{tenths // 10}.{tenths % 10}%" if tenths % 10 else f"{tenths // 10}%"
    reading = item.last_reading
    return reading.stage if reading else ""


def _day(one: date | None) -> str | None:
    return None if one is None else one.isoformat()
