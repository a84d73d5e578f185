"""Milestones (时间节点): the plan of each item, how each stands, and which press on a day. A missed one is AHEAD with its
day behind it; whatever is parked, done or archived presses nobody (`scoring.nodes`, `db.stores.item_views`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, func, or_, select, true

from db import tables as t
from db.item_values import Milestone, NamedItem
from scoring.nodes import NodeState, on_day


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeLine:
    """A milestone as it stands on a day; `reported_on` of the report that names it, unless that was sent back."""

    milestone: Milestone
    state: NodeState
    reported_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed(NamedItem):
    """An item with milestones that are due soon, overdue, or reported and not looked at; by their days."""

    nodes: tuple[NodeLine, ...]


def plans_of(c: Connection, item_ids: Sequence[int]) -> dict[int, tuple[Milestone, ...]]:
    """Item id -> its milestones in the order of the plan; their positions are 1, 2, ..."""
    found: dict[int, list[Milestone]] = defaultdict(list)
    for n in range(0, len(item_ids), 500):
        for r in c.execute(select(t.item_milestone).where(t.item_milestone.c.item_id.in_(item_ids[n:n + 500]))
                           .order_by(t.item_milestone.c.item_id, t.item_milestone.c.position)):
            found[r.item_id].append(Milestone(text=r.text, due=date.fromisoformat(r.due), owner=r.owner))
    return {item_id: tuple(some) for item_id, some in found.items()}


def lines_of(c: Connection, item_ids: Sequence[int], day: date) -> dict[int, tuple[NodeLine, ...]]:
    """Item id -> its milestones as they stand on a day."""
    found: dict[int, list[NodeLine]] = defaultdict(list)
    for n in range(0, len(item_ids), 500):
        for r in c.execute(_asked(t.item_node.c.item_id).where(t.item_node.c.item_id.in_(item_ids[n:n + 500]))
                           .order_by(t.item_node.c.item_id, t.item_node.c.position)):
            found[r.item_id].append(_line(r, day))
    return {item_id: tuple(some) for item_id, some in found.items()}


def counts_of(c: Connection, item_ids: Sequence[int], day: date) -> dict[int, tuple[int, int]]:
    """Item id -> how many of its milestones are overdue, how many are reported and wait; of those that have any such."""
    rows = c.execute(
        select(t.item_node.c.item_id, _so_many(overdue(day)), _so_many(WAITS))
        .where(t.item_node.c.item_id.in_(item_ids), or_(overdue(day), WAITS)).group_by(t.item_node.c.item_id))
    return {item_id: (int(late), int(waits)) for item_id, late, waits in rows}


def overdue_by_leader(c: Connection, day: date) -> dict[str, int]:
    """Contact leader -> how many milestones of the leader's items are overdue."""
    leader = t.item_view.c.contact_leader
    return {name: int(n) for name, n in c.execute(
        select(leader, func.count()).join_from(t.item_node, t.item_view, t.item_view.c.item_id == t.item_node.c.item_id)
        .where(overdue(day), leader != "").group_by(leader))}


def pressed(c: Connection, day: date, *, soon_days: int, of: tuple[str, tuple[str, ...]] | None = None) -> tuple[Pressed, ...]:
    """What presses on a day or within so many days, and what was reported, by number. `of`: the unit's key ("" is none) and
    the names of the leader to whom it is narrowed: items of either."""
    view, until = t.item_view.c, (day + timedelta(days=soon_days)).isoformat()
    found: dict[int, Pressed] = {}
    nodes: dict[int, list[NodeLine]] = defaultdict(list)
    for r in c.execute(
            _asked(t.item.c.id, t.item.c.number, t.item.c.text.label("about"), t.unit.c.key, t.unit.c.name,
                   view.contact_leader, view.deadline)
            .join(t.item_view, view.item_id == t.item_node.c.item_id).join(t.item, t.item.c.id == t.item_node.c.item_id)
            .join(t.unit, t.unit.c.id == view.unit_id)
            .where(or_(and_(t.item_node.c.state == NodeState.AHEAD.value, t.item_node.c.due <= until), WAITS),
                   true() if of is None else or_(
                       t.unit.c.key == of[0], and_(view.contact_leader.in_(of[1]), view.contact_leader != "")))
            .order_by(t.item.c.number, t.item_node.c.due, t.item_node.c.position)):
        nodes[r.id].append(_line(r, day))
        found[r.id] = Pressed(
            id=r.id, number=r.number, text=r.about, unit=r.key, unit_name=r.name, leader=r.contact_leader,
            deadline=date.fromisoformat(r.deadline) if r.deadline else None, nodes=tuple(nodes[r.id]))
    return tuple(found.values())


def overdue(day: date) -> ColumnElement[bool]:
    """A condition on milestones: its day has passed, it presses, and nobody has reported it."""
    return and_(t.item_node.c.state == NodeState.AHEAD.value, t.item_node.c.due < day.isoformat())


WAITS = t.item_node.c.state == NodeState.REPORTED.value
"""A condition on milestones: reported, and nobody has looked at it yet."""


def such(nodes: str, day: date) -> ColumnElement[bool]:
    """A condition on milestones, as a filter of the list says it: "overdue", "reported", or the day on which it is due."""
    return {"overdue": overdue(day), "reported": WAITS}.get(nodes, t.item_node.c.due == nodes)


def _so_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _asked(*columns: ColumnElement[Any]) -> Select[Any]:
    """Milestones with what the plan says of them."""
    node, plan = t.item_node.c, t.item_milestone.c
    return select(*columns, plan.text, plan.due, plan.owner, node.state, node.reported_on).join_from(
        t.item_node, t.item_milestone, and_(plan.item_id == node.item_id, plan.position == node.position))


def _line(r: Row[Any], day: date) -> NodeLine:
    due, on = date.fromisoformat(r.due), r.reported_on
    return NodeLine(milestone=Milestone(text=r.text, due=due, owner=r.owner), state=on_day(NodeState(r.state), due, day),
                    reported_on=date.fromisoformat(on) if on else None)
