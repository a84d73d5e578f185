"""The milestones (时间节点) of an item in words: how each stands on a day, by which report, and what a person does next.

A unit reports a milestone reached with its report of progress; the office or the supervisor finds it reached or sends it
back. A missed one changes no light: it is said beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from db.engine import Database
from db.item_values import Milestone
from db.reads import item_nodes
from db.reads import items as reads
from db.reads.item_nodes import NodeLine
from scoring.item import Item
from scoring.item_kept import NodeReport
from scoring.nodes import NodeState, on_day, stand_of

UNREPORTED = (NodeState.OVERDUE, NodeState.AHEAD, NodeState.STILL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A milestone of one item on a day: where it stands, and the last report that names it."""

    milestone: Milestone
    state: NodeState
    day: date
    report: NodeReport | None

    @property
    def name(self) -> str:
        return self.milestone.name

    @property
    def open(self) -> bool:
        """Whether its unit may report it now or later."""
        return self.state in UNREPORTED

    @property
    def words(self) -> str:
        """How it stands, with the days that say so, and what came of its report."""
        return "；".join((state_words(self.state, self.milestone.due, self.day), *self._came_of_it()))

    @property
    def late(self) -> bool:
        """Reported after its day."""
        return self.report is not None and self.report.on > self.milestone.due

    def _came_of_it(self) -> tuple[str, ...]:
        report = self.report
        if report is None:
            return ()
        late = f"，晚{(report.on - self.milestone.due).days}天" if self.late else ""
        of = f"，数据截至{report.as_of.isoformat()}" if report.as_of != report.on else ""
        told = [f"{report.on.isoformat()}报告{late}{of}"]
        if report.checked_on is not None:
            answer = f"：{report.answer}" if report.answer else ""
            told.append(f"{report.checked_on.isoformat()}{'核实完成' if report.passed else '退回'}{answer}")
        return tuple(told)


def nodes_of(item: Item, plan: tuple[Milestone, ...], day: date, *, archived: bool) -> tuple[Node, ...]:
    """Every milestone of the plan on a day; in an archived list they press no more."""
    stands = ((one, stand_of(item, one.text, one.due)) for one in plan)
    return tuple(
        Node(milestone=one, day=day, report=stand.report,
             state=NodeState.STILL if archived and stand.state is NodeState.AHEAD else on_day(stand.state, one.due, day))
        for one, stand in stands)


def reportable(database: Database, item: Item, day: date) -> tuple[str, ...]:
    """The names of the milestones that a report of this item may say are reached."""
    with database.reading() as c:
        item_id = reads.id_of(c, item.number)
        plan = item_nodes.plans_of(c, [item_id]).get(item_id, ()) if item_id is not None else ()
    return tuple(one.name for one in nodes_of(item, plan, day, archived=False) if one.open)


def state_words(state: NodeState, due: date, day: date) -> str:
    """How a milestone stands, with the days that say so."""
    left = (due - day).days
    ahead = "今天到期" if left == 0 else f"未到，还有{left}天"
    return {NodeState.OVERDUE: f"到期未报，逾期{-left}天", NodeState.AHEAD: ahead}.get(state, state.words)


def line_words(one: NodeLine) -> str:
    """One milestone in a table or a cell: day, words, and how it stands."""
    reported = f"（{one.reported_on.isoformat()}报告）" if one.reported_on is not None else ""
    return f"{one.milestone.name}：{one.state.words}{reported}"
