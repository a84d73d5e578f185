"""The list counted: by unit and month for the wall chart, by day for the calendar, by unit for the sitting that follows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection, and_, case, func, select

from db import tables as t
from db.item_lines import Filter, Tally
from db.item_values import ItemKind
from db.reads.item_nodes import overdue
from db.reads.items import light_at, where
from db.reads.said_again import HOLDS_SOMETHING, said_at

_KINDS = {one.value: one for one in ItemKind}


def grid(c: Connection, wanted: Filter, day: date) -> tuple[tuple[int, str, Tally], ...]:
    """(unit id, month of the deadline or "", what is counted there): the wall chart. The groups stand in the order of an
    index of the lights: nothing is sorted or joined."""
    of = t.item_light.c
    by = (of.unit_id, of.due_month, of.urgency, of.kind, of.archived)
    return tuple((unit_id, month, Tally(kind=_KINDS[kind], light=light_at(urgency), archived=bool(archived), n=n))
                 for unit_id, month, urgency, kind, archived, n in c.execute(
                     where(select(*by, func.count()), wanted, day, view=False).where(of.counted).group_by(*by)))


def due_days(c: Connection, wanted: Filter, day: date, month: str) -> dict[str, dict[str, int]]:
    """Day of the month -> light -> how many of the counted items fall due."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for due, light, n in c.execute(
            where(select(t.item_view.c.deadline, t.item_light.c.light, func.count()), replace(wanted, month=month), day)
            .where(t.item_view.c.counted).group_by(t.item_view.c.deadline, t.item_light.c.light)):
        found[due][light] = int(n)
    return dict(found)


def review_days(c: Connection, wanted: Filter, day: date, month: str) -> dict[str, int]:
    """Day of the month -> how many parked items are to be looked at again."""
    until = t.item_view.c.parked_until
    return {on: int(n) for on, n in c.execute(
        where(select(until, func.count()), replace(wanted, month=""), day)
        .where(until >= f"{month}-01", until < f"{month}-99").group_by(until))}


def node_days(c: Connection, wanted: Filter, day: date, month: str) -> dict[str, tuple[int, int]]:
    """Day of the month -> how many milestones (时间节点) of open items stand there, and how many of them are overdue."""
    of = t.item_node.c
    missed = func.sum(case((overdue(day), 1), else_=0))
    return {on: (int(n), int(late)) for on, n, late in c.execute(
        where(select(of.due, func.count(), missed), replace(wanted, month=""), day)
        .join(t.item_node, of.item_id == t.item_view.c.item_id)
        .where(t.item_view.c.open, of.due >= f"{month}-01", of.due < f"{month}-99").group_by(of.due))}


def sitting_before(c: Connection, arena: str, held_on: date) -> tuple[int, str, str, str] | None:
    """(id, key, title, period) of the last sitting of this arena before a day that put something on the list."""
    row = c.execute(select(t.sitting.c.id, t.sitting.c.key, t.sitting.c.title, t.sitting.c.period)
                    .where(t.sitting.c.arena == arena, t.sitting.c.held_on < held_on.isoformat(),
                           HOLDS_SOMETHING)
                    .order_by(t.sitting.c.held_on.desc(), t.sitting.c.id.desc()).limit(1)).first()
    return None if row is None else (int(row.id), row.key, row.title, row.period)


def promised_in(c: Connection, sitting_id: int, day: date) -> dict[str, dict[str, int]]:
    """Unit key -> light -> how many of what was listed from this sitting or promised there again, by the units that hold it
    today."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    on = day.isoformat()
    for key, light, n in c.execute(
            select(t.unit.c.key, t.item_light.c.light, func.count())
            .join_from(t.item, t.item_view, t.item_view.c.item_id == t.item.c.id)
            .join(t.unit, t.unit.c.id == t.item_view.c.unit_id)
            .join(t.item_light, and_(t.item_light.c.item_id == t.item.c.id, t.item_light.c.from_day <= on,
                                     t.item_light.c.until_day > on))
            .where(said_at(select(t.sitting.c.id).where(t.sitting.c.id == sitting_id)), t.item_view.c.counted)
            .group_by(t.unit.c.key, t.item_light.c.light)):
        found[key][light] = int(n)
    return dict(found)
