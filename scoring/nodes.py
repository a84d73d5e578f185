"""How the milestones (时间节点) of an item stand: not yet, overdue and unreported, reported, found reached.

The plan of milestones stands with the item; what happened to them are its events: a report that names one, and what the
office found (`scoring.life_work`). A milestone is named by its day and its words; reports of earlier times by the words
alone. Nothing here changes the light of an item: a missed milestone is said beside it.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from scoring.commitment import Status
from scoring.item import Item
from scoring.item_kept import NodeReport
from scoring.node_names import node_name

_PRESSED = (Status.LISTED, Status.RETURNED, Status.IN_PROGRESS)


class NodeState(StrEnum):
    """How a milestone stands. STILL: not reported, and not pressed either, while the item is parked or asked to be closed;
    SETTLED: never reported by itself, and over with its item."""

    AHEAD = "ahead"
    OVERDUE = "overdue"
    REPORTED = "reported"
    DONE = "done"
    STILL = "still"
    SETTLED = "settled"

    @property
    def words(self) -> str:
        return {"ahead": "未到", "overdue": "到期未报", "reported": "已报待核实", "done": "已完成", "still": "未报，暂不催",
                "settled": "随事项了结"}[self.value]

    @property
    def shape(self) -> str:
        return {"ahead": "○", "overdue": "■", "reported": "◇", "done": "✔", "still": "‖", "settled": "—"}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeStand:
    """A milestone, whatever the day is: AHEAD is overdue once its day has passed. `report`: the last one that names it."""

    state: NodeState
    report: NodeReport | None = None

    @property
    def sent_back(self) -> bool:
        return self.report is not None and self.report.passed is False


def stand_of(item: Item, text: str, due: date) -> NodeStand:
    """How the milestone stands after what has happened to its item."""
    names = (node_name(text, due), text)
    report = next((one for one in reversed(item.nodes) if one.node in names), None)
    if report is not None and report.passed:
        return NodeStand(state=NodeState.DONE, report=report)
    if report is not None and report.waits and item.is_open:
        return NodeStand(state=NodeState.REPORTED, report=report)
    if not item.is_open or (item.cycle > 1 and due < item.cycle_since):
        return NodeStand(state=NodeState.SETTLED, report=report)
    return NodeStand(state=NodeState.AHEAD if item.status in _PRESSED else NodeState.STILL, report=report)


def on_day(state: NodeState, due: date, on: date) -> NodeState:
    """The same on a day."""
    return NodeState.OVERDUE if state is NodeState.AHEAD and due < on else state
