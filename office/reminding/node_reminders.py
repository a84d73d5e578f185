"""Reminders of milestones (时间节点): which of an item's are overdue, come due, or were reported and wait, in one line each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from db.reads.item_nodes import NodeLine, Pressed
from office.reminding.why import Why
from scoring.nodes import NodeState

NAMED = 3


def node_reasons(item: Pressed, day: date) -> Iterator[tuple[Why, int, str]]:
    """Why this item's milestones are reminded of, the days that say so, and in words: how many, which, and how late."""
    missed = [one for one in item.nodes if one.state is NodeState.OVERDUE]
    soon = [one for one in item.nodes if one.state is NodeState.AHEAD]
    waits = [one for one in item.nodes if one.state is NodeState.REPORTED]
    if missed:
        late = max((day - one.milestone.due).days for one in missed)
        yield Why.NODE_OVERDUE, -late, f"{len(missed)}个节点逾期{'，最久' if len(missed) > 1 else ''}{late}天：{_names(missed)}"
    if soon:
        left = min((one.milestone.due - day).days for one in soon)
        when = "今天到期" if left == 0 else f"{left}天后到期"
        yield Why.NODE_DUE, left, f"{len(soon)}个节点{'将到期，最近的' if len(soon) > 1 else ''}{when}：{_names(soon)}"
    if waits:
        since = max(0, *((day - (one.reported_on or day)).days for one in waits))
        yield Why.NODE_REPORTED, since, f"{len(waits)}个节点已报，待核实：{_names(waits)}"


def _names(nodes: Iterable[NodeLine]) -> str:
    """The first ones by day and name."""
    told = [one.milestone.name for one in nodes]
    return "、".join(told[:NAMED]) + ("等" if len(told) > NAMED else "")
