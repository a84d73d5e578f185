"""The list (清单), read for screens: one page of it by its filters, how many stand under which light, one item whole.

Everything comes from the views, by indexes: nothing is replayed to draw a list. A light is the light of a day.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, exists, func, or_, select, text

from db import tables as t
from db.clock import moment_of
from db.item_lights import LAST, OFF_THE_LIST, archive_days
from db.item_lines import Filter, ItemSource, ListedItem, Tally
from db.item_values import ItemKind, SourceKind, StoredEvent
from db.reads.item_nodes import counts_of, such
from db.reads.said_again import HOLDS_SOMETHING, said_at
from db.stores.item_views import events_of
from scoring.commitment import Status
from scoring.lights import Light

_unit = t.unit.alias("responsible")
_lead = t.unit.alias("lead")
_LIGHTS = tuple(one.value for one in Light)  # by urgency


def page(c: Connection, wanted: Filter, day: date, *, limit: int | None = None, offset: int = 0) -> tuple[ListedItem, ...]:
    """What is archived last, then most urgent first, by the light of the day, the deadline, the number."""
    ids = (where(select(t.item_view.c.item_id), wanted, day)
           .order_by(t.item_light.c.archived, t.item_light.c.urgency, t.item_view.c.deadline.is_(None),
                     t.item_view.c.deadline, t.item_view.c.item_id))
    if limit is not None:
        ids = ids.limit(limit).offset(offset)
    found = [int(one) for one in c.execute(ids).scalars()]
    return _lines(c, found, day)


def count(c: Connection, wanted: Filter, day: date) -> int:
    return int(c.execute(where(select(func.count()), wanted, day, view=False)).scalar_one())


def lights(c: Connection, wanted: Filter, day: date) -> dict[str, int]:
    """Light -> how many of the counted items stand under it, whatever light is asked for."""
    found: dict[str, int] = defaultdict(int)
    for one in tally(c, wanted, day)[0]:
        found[one.light] += one.n
    return dict(found)


def tally(c: Connection, wanted: Filter, day: date) -> tuple[tuple[Tally, ...], int]:
    """The counted items by kind and light, whatever light is asked for, and how many lines there are under the light
    asked for."""
    counted: list[Tally] = []
    lines = 0
    of = t.item_light.c
    by = (of.archived, of.urgency, of.kind, of.counted)  # in the order of an index: nothing is sorted
    for archived, urgency, kind, is_counted, n in c.execute(
            where(select(*by, func.count()), wanted, day, light=False, view=False).group_by(*by)):
        light = light_at(urgency)
        if is_counted:
            counted.append(Tally(kind=ItemKind(kind), light=light, archived=bool(archived), n=int(n)))
        if wanted.light in ("", light):
            lines += int(n)
    return tuple(counted), lines


def item(c: Connection, number: str, day: date) -> ListedItem | None:
    """One item as it stands on a day."""
    item_id = id_of(c, number)
    return None if item_id is None else next(iter(_lines(c, [item_id], day)), None)


def id_of(c: Connection, number: str) -> int | None:
    if "\0" in number:  # an address that somebody made up: PostgreSQL takes no such text
        return None
    return c.execute(select(t.item.c.id).where(t.item.c.number == number)).scalar_one_or_none()


def events(c: Connection, item_id: int) -> tuple[StoredEvent, ...]:
    """Everything that has happened to it, in order."""
    return tuple(events_of(c, [item_id]).get(item_id, ()))


def sources(c: Connection, item_id: int) -> tuple[ItemSource, ...]:
    return sources_of(c, [item_id]).get(item_id, ())


def sources_of(c: Connection, item_ids: Sequence[int]) -> dict[int, tuple[ItemSource, ...]]:
    found: dict[int, list[ItemSource]] = defaultdict(list)
    for n in range(0, len(item_ids), 500):
        for r in c.execute(select(t.item_source).where(t.item_source.c.item_id.in_(item_ids[n:n + 500]))
                           .order_by(t.item_source.c.id)):
            found[r.item_id].append(ItemSource(kind=SourceKind(r.kind), words=r.words, at=moment_of(r.at)))
    return {item_id: tuple(some) for item_id, some in found.items()}


def supporting_of(c: Connection, item_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Item id -> the names of the supporting units of today."""
    found: dict[int, list[str]] = defaultdict(list)
    for n in range(0, len(item_ids), 500):
        for item_id, name in c.execute(
                select(t.item_unit.c.item_id, t.unit.c.name).join_from(t.item_unit, t.unit, t.item_unit.c.unit_id == t.unit.c.id)
                .where(t.item_unit.c.item_id.in_(item_ids[n:n + 500])).order_by(t.unit.c.id)):
            found[item_id].append(name)
    return {item_id: tuple(some) for item_id, some in found.items()}


def belonging(c: Connection, number: str, day: date) -> tuple[ListedItem, ...]:
    """What was listed as belonging to this number: its parts, its measures."""
    ids = c.execute(select(t.item.c.id).where(t.item.c.part_of == number).order_by(t.item.c.id)).scalars()
    return _lines(c, [int(one) for one in ids], day)


def kinds(c: Connection) -> dict[str, str]:
    """Number -> kind, of everything that was ever listed."""
    return {str(r.number): str(r.kind) for r in c.execute(select(t.item.c.number, t.item.c.kind))}


def known_units(c: Connection) -> tuple[tuple[str, str], ...]:
    """(key, name) of every unit that holds an item, as units are ordered."""
    held = exists().where(t.item_view.c.unit_id == t.unit.c.id)
    return tuple((key, name) for key, name in c.execute(
        select(t.unit.c.key, t.unit.c.name).where(held).order_by(t.unit.c.id)))


def known_leaders(c: Connection) -> tuple[str, ...]:
    return _each(c, t.item_view.c.contact_leader)


def known_sittings(c: Connection) -> tuple[tuple[str, str], ...]:
    """(key, title and period) of every sitting that something on the list comes from, newest first."""
    return tuple((r.key, f"{r.title} {r.period}") for r in c.execute(
        select(t.sitting.c.key, t.sitting.c.title, t.sitting.c.period).where(HOLDS_SOMETHING)
        .order_by(t.sitting.c.held_on.desc(), t.sitting.c.id.desc())))


def known_periods(c: Connection) -> tuple[str, ...]:
    return tuple(sorted(c.execute(select(t.sitting.c.period).where(HOLDS_SOMETHING).distinct()).scalars()))


def sample_notes(c: Connection) -> tuple[str, ...]:
    """What items of sample lists say of themselves: that they are made up."""
    made_up = text("note like '示例数据%'")  # as the index of these few has it
    return tuple(c.execute(select(t.item.c.note).where(made_up).distinct().order_by(t.item.c.note).limit(8)).scalars())


def known_batches(c: Connection) -> tuple[str, ...]:
    return _each(c, t.item.c.batch)


def _each(c: Connection, column: ColumnElement[Any]) -> tuple[str, ...]:
    """Each value but "", by one step along the column's index a value, however many rows there are of it."""
    steps = select(func.min(column).label("one")).where(column > "").cte("steps", recursive=True)
    after = select(func.min(column)).where(column > steps.c.one).scalar_subquery()
    steps = steps.union_all(select(after).where(steps.c.one.is_not(None)))
    return tuple(sorted(c.execute(select(steps.c.one).where(steps.c.one.is_not(None))).scalars()))


def where(wanted_columns: Any, wanted: Filter, day: date, *, light: bool = True, view: bool = True) -> Select[Any]:
    """The items that a filter lets through, each with its light of the day. `view`: the view is asked for columns, too;
    without it what is counted comes from the lights alone, as far as the filter can be told by them."""
    on = day.isoformat()
    of = t.item_light.c
    conditions: list[ColumnElement[bool]] = [of.from_day <= on, of.until_day > on]
    conditions += [column == value for column, value in (
        (of.contact_leader, wanted.leader), (of.kind, wanted.kind)) if value]
    if wanted.light and light:
        conditions.append(of.urgency == (_LIGHTS.index(wanted.light) if wanted.light in _LIGHTS else LAST))
    if wanted.unit:
        conditions.append(of.unit_id.in_(select(t.unit.c.id).where(t.unit.c.key == wanted.unit)))
    if wanted.source:
        conditions.append(of.item_id.in_(select(t.item_source.c.item_id).where(t.item_source.c.kind == wanted.source)))
    if wanted.archived:  # told so that no index is walked for it: nearly everything is on the one side or on the other
        conditions.append(of.archived.is_distinct_from(wanted.archived != "yes"))
    if wanted.nodes:
        conditions.append(of.item_id.in_(select(t.item_node.c.item_id).where(such(wanted.nodes, day))))
    of_view, of_item = _view_conditions(wanted, on), _item_conditions(wanted)
    asked: Select[Any] = wanted_columns.select_from(t.item_light)
    if view or of_view:
        asked = asked.join(t.item_view, t.item_view.c.item_id == of.item_id)
    if of_item:
        asked = asked.join(t.item, t.item.c.id == of.item_id)
    return asked.where(*conditions, *of_view, *of_item)


def _view_conditions(wanted: Filter, on: str) -> list[ColumnElement[bool]]:
    of = t.item_view.c
    conditions: list[ColumnElement[bool]] = [column == value for column, value in (
        (of.status, wanted.status), (of.waits_for, wanted.waits_for)) if value]
    if wanted.month:
        conditions += [of.deadline >= wanted.month, of.deadline < f"{wanted.month}-99"]
    if wanted.open_only:
        conditions.append(of.open)
    if wanted.nodes not in ("", "overdue", "reported"):  # of a day, as the calendar counts them
        conditions.append(of.open)
    if wanted.review_due:
        conditions += [of.status == Status.PARKED.value, of.parked_until <= on]
    if wanted.slips_out:
        conditions.append(of.slips > 0)
    return conditions


def _item_conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.batch:
        conditions.append(t.item.c.batch == wanted.batch)
    if wanted.sitting:
        conditions.append(said_at(select(t.sitting.c.id).where(t.sitting.c.key == wanted.sitting)))
    if wanted.period:
        conditions.append(t.item.c.sitting_id.in_(select(t.sitting.c.id).where(t.sitting.c.period == wanted.period)))
    if wanted.target_id is not None:
        conditions.append(t.item.c.target_id == wanted.target_id)
    if wanted.numbers is not None:
        conditions.append(t.item.c.number.in_(wanted.numbers))
    if wanted.text.strip():
        conditions.append(or_(*(column.contains(wanted.text.strip(), autoescape=True) for column in (
            t.item.c.number, t.item.c.text, t.item.c.shortcoming, t.item.c.project, t.item.c.owner))))
    return conditions


def _lines(c: Connection, item_ids: Sequence[int], day: date) -> tuple[ListedItem, ...]:
    on = day.isoformat()
    found: dict[int, ListedItem] = {}
    archived = archive_days(c) if item_ids else {}
    for n in range(0, len(item_ids), 500):
        rows = c.execute(
            select(t.item, t.item_view, t.item_light.c.light, t.item_light.c.urgency, t.item_light.c.archived,
                   _unit.c.key.label("unit"), _unit.c.name.label("unit_name"), _lead.c.name.label("lead_unit"),
                   t.sitting.c.key.label("sitting"),
                   t.sitting.c.title.label("sitting_title"), t.sitting.c.period, t.target.c.key.label("target"))
            .join_from(t.item, t.item_view, t.item_view.c.item_id == t.item.c.id)
            .join(t.item_light, and_(t.item_light.c.item_id == t.item.c.id, t.item_light.c.from_day <= on,
                                     t.item_light.c.until_day > on))
            .join(_unit, _unit.c.id == t.item_view.c.unit_id)
            .outerjoin(_lead, _lead.c.id == t.item.c.lead_unit_id)
            .outerjoin(t.sitting, t.sitting.c.id == t.item.c.sitting_id)
            .outerjoin(t.target, t.target.c.id == t.item.c.target_id)
            .where(t.item.c.id.in_(item_ids[n:n + 500])))
        nodes = counts_of(c, item_ids[n:n + 500], day)
        found |= {r.id: _line(r, archived.get(r.batch) if r.archived else None, *nodes.get(r.id, (0, 0))) for r in rows}
    return tuple(found[one] for one in item_ids if one in found)


def _line(r: Row[Any], archived_on: date | None, nodes_overdue: int, nodes_reported: int) -> ListedItem:
    view, state = t.item_view.c, json.loads(r.state)
    put_right = state.get("fields", {})
    seen = r._mapping
    return ListedItem(
        id=r.id, number=r.number, kind=ItemKind(r.kind), text=put_right.get("text", r.text), unit=r.unit,
        unit_name=r.unit_name, lead_unit=r.lead_unit or "", owner=put_right.get("owner", r.owner),
        contact_leader=seen[view.contact_leader], supervisor=put_right.get("supervisor", r.supervisor),
        team=put_right.get("team", r.team), shortcoming=r.shortcoming, gap=r.gap, goal=r.goal,
        measures=tuple(json.loads(r.measures)), project=r.project, batch=r.batch, category=r.category,
        value=put_right.get("value", r.value), value_unit=put_right.get("value_unit", r.value_unit), baseline=r.baseline,
        direction=r.direction, started_on=date.fromisoformat(r.started_on),
        listed_on=date.fromisoformat(r.listed_on), original_deadline=_day(state.get("original")),
        deadline=_day(seen[view.deadline]), status=r.status, light=r.light, urgency=r.urgency, waits_for=r.waits_for,
        done_on=_day(r.done_on), late=bool(r.late), extensions=r.extensions, refusals=r.refusals, relapses=r.relapses,
        reminders=r.reminders, slips=r.slips, slip_level=r.slip_level, parked_until=_day(r.parked_until),
        merged_into=r.merged_into or "", parent=r.parent or "", part_of=r.part_of or "", progress=r.progress,
        progress_on=_day(r.progress_on), letter_only=bool(r.letter_only), is_open=bool(r.open), counted=bool(r.counted),
        serial=r.serial, last_at=moment_of(r.last_at), sitting=r.sitting or "", sitting_title=r.sitting_title or "",
        period=r.period or "", target=r.target or "", note=r.note, nodes_overdue=nodes_overdue,
        nodes_reported=nodes_reported, archived_on=archived_on, state=state)


def light_at(urgency: int) -> str:
    return _LIGHTS[urgency] if urgency < len(_LIGHTS) else OFF_THE_LIST


def _day(one: str | None) -> date | None:
    return None if one is None else date.fromisoformat(one)
