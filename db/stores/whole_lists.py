"""Lists that come whole (批量列入), and sources that come with them: rows made ready before anybody waits for them.

SQLite has one writer, and phones may be waiting for it. So everything that takes long (numbers, events, views, lights) is
made on a connection that only reads; whoever then holds the list asks whether it still stands (`Seen`), and puts all
rows with one statement a table. Where it does not stand, it is made again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from sqlalchemy import Connection, Table, bindparam, func, insert, select, update

from db import tables as t
from db.item_events import listing
from db.item_lights import archive_days, rule_in_force
from db.item_rows import Row, event_row, item_row, milestone_rows, source_row
from db.item_values import NewItem, StoredEvent
from db.stores import item_views
from db.stores.item_numbers import Numbers
from scoring.commitment import Event
from scoring.life import replay
from scoring.lights import LightRule

_AT_ONCE = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What rows rest on: the list and its sources, which only ever grow, the ids of units, what lights depend on."""

    items: int
    newest: int
    sources: int
    units: Mapping[str, int]
    rule: LightRule
    archived: Mapping[str, date]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One new item as rows that lack only its id."""

    item: Row
    sources: tuple[Row, ...]
    milestones: tuple[Row, ...]
    supporting: tuple[int, ...]
    event: Row
    views: item_views.Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """`asked`: everything that was asked for, `numbers` of it in that order; `entries` of what is not on the list yet."""

    seen: Seen
    asked: tuple[NewItem, ...]
    numbers: tuple[str, ...]
    entries: tuple[Entry, ...]


def seen_by(c: Connection) -> Seen:
    """The list as it is now. Equal again later: nothing of what rows rest on has changed in between."""
    items, newest = c.execute(select(func.count(), func.max(t.item.c.id)).select_from(t.item)).one()
    sources = c.execute(select(func.count()).select_from(t.item_source)).scalar_one()
    return Seen(items=int(items), newest=int(newest or 0), sources=int(sources), rule=rule_in_force(c), archived=archive_days(c),
                units={r.key: int(r.id) for r in c.execute(select(t.unit.c.key, t.unit.c.id))})


def make_ready(c: Connection, new: Sequence[NewItem], seen: Seen, *, by: str, at: datetime, role: str = "",
               listed: Mapping[str, Event] = MappingProxyType({})) -> Ready:
    """The rows of these items; `seen` before anything else was read; `listed`: by their numbers the listings of items
    that were listed elsewhere. Raises LifeRefused where one cannot be listed so, KeyError for a unit that there is not."""
    give = Numbers(c)
    known = _known(c, [one.source.key for one in new if one.source.key])
    numbers: list[str] = []
    entries: list[Entry] = []
    for one in new:
        if one.source.key in known:
            numbers.append(known[one.source.key])
            continue
        place = give.next(one)
        numbers.append(place.number)
        if one.source.key:
            known[one.source.key] = place.number
        event = listed.get(place.number) or listing(one, place.number, at=at, by=by, role=role)
        item = replay((event,))
        assert item is not None
        row = item_row(one, place, seen.units, at=event.at, by=event.by)
        views = item_views.rows_of(
            item, (StoredEvent(serial=1, event=event),), row, one.milestones, unit_id=row["unit_id"], share=item.share,
            rule=seen.rule, archived=seen.archived)
        supporting = tuple(dict.fromkeys(seen.units[key] for key in one.supporting))
        entries.append(Entry(
            item=row, sources=(source_row(one.source, at=event.at),), milestones=tuple(milestone_rows(one.milestones)),
            supporting=supporting, event=event_row(1, event), views=views))
    return Ready(seen=seen, asked=tuple(new), numbers=tuple(numbers), entries=tuple(entries))


def put(c: Connection, ready: Ready, *, views: bool = True) -> dict[str, int]:
    """Everything, or all but the views, with one statement a table; number -> id. Whoever puts them holds the record, and
    what they rest on still stands (`seen_by`)."""
    if not ready.entries:
        return {}
    c.execute(insert(t.item), [one.item for one in ready.entries])
    ids = {str(r.number): int(r.id) for r in c.execute(
        select(t.item.c.number, t.item.c.id).where(t.item.c.id > ready.seen.newest))}
    with_ids = [(ids[one.item["number"]], one) for one in ready.entries]
    _put(c, t.item_source, ({"item_id": n, **row} for n, one in with_ids for row in one.sources))
    _put(c, t.item_unit, ({"item_id": n, "unit_id": unit} for n, one in with_ids for unit in one.supporting))
    _put(c, t.item_milestone, ({"item_id": n, **row} for n, one in with_ids for row in one.milestones))
    _put(c, t.item_event, ({"item_id": n, **one.event} for n, one in with_ids))
    for table in (t.item_view, t.item_light, t.item_node) if views else ():
        _put(c, table, ({"item_id": n, **row} for n, one in with_ids for row in one.views[table]))
    promised = [{"of": one.item["commitment_id"], "as_number": one.item["number"]} for one in ready.entries
                if one.item["commitment_id"] is not None]
    if promised:
        c.execute(update(t.commitment).where(t.commitment.c.id == bindparam("of")).values(number=bindparam("as_number")), promised)
    return {one.item["number"]: n for n, one in with_ids}


def _put(c: Connection, table: Table, rows: Iterable[Row]) -> None:
    if together := list(rows):
        c.execute(insert(table), together)


def _known(c: Connection, keys: Sequence[str]) -> dict[str, str]:
    """Source's key -> number, of what is on the list already."""
    found: dict[str, str] = {}
    for n in range(0, len(keys), _AT_ONCE):
        found |= {str(r.key): str(r.number) for r in c.execute(
            select(t.item_source.c.key, t.item.c.number).join_from(t.item_source, t.item, t.item_source.c.item_id == t.item.c.id)
            .where(t.item_source.c.key.in_(keys[n:n + _AT_ONCE])))}
    return found
