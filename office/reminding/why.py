"""Why somebody is reminded (提醒): the kinds of reminders, their words and shapes, and whom each concerns."""

from __future__ import annotations

from enum import StrEnum

OFFICE = "office"
OFFICE_NAME = "督办机构"
SUPERVISOR = "supervisor"
SUPERVISOR_NAME = "监督员"


class Why(StrEnum):
    """What is reminded of, the most urgent first; from EXTENSION_ASKED on what waits for a decision."""

    OVERDUE = "overdue"
    DUE = "due"
    NODE_OVERDUE = "node_overdue"
    UNANSWERED = "unanswered"
    DUE_SOON = "due_soon"
    NODE_DUE = "node_due"
    NO_PROGRESS = "no_progress"
    EXTENSION_ASKED = "extension_asked"
    RETURNED = "returned"
    NODE_REPORTED = "node_reported"
    TO_CHECK = "to_check"
    TO_SIGN = "to_sign"
    TO_PUBLISH = "to_publish"
    TO_REVIEW = "to_review"
    NO_DEADLINE = "no_deadline"

    @property
    def words(self) -> str:
        return _WORDS[self][1]

    @property
    def shape(self) -> str:
        return _WORDS[self][0]


_WORDS = {
    Why.OVERDUE: ("■", "已逾期"), Why.DUE: ("▲", "今天到期"),
    Why.NODE_OVERDUE: ("■", "节点逾期"), Why.NODE_DUE: ("▲", "节点将到期"), Why.NODE_REPORTED: ("◇", "节点待核实"),
    Why.UNANSWERED: ("▲", "待回应"), Why.DUE_SOON: ("▲", "即将到期"), Why.NO_PROGRESS: ("○", "久无进展"),
    Why.EXTENSION_ASKED: ("◇", "延期待审批"), Why.RETURNED: ("◇", "退回待交办"), Why.TO_CHECK: ("◇", "销号待核查"),
    Why.TO_SIGN: ("◇", "销号待签批"), Why.TO_PUBLISH: ("◇", "销号待公示"), Why.TO_REVIEW: ("◇", "挂账待复核"),
    Why.NO_DEADLINE: ("◇", "期限待定"),
}
UNIT, LEADER = "unit", "leader"
CONCERNS: dict[Why, tuple[str, ...]] = {
    Why.DUE_SOON: (UNIT,), Why.DUE: (UNIT, LEADER), Why.OVERDUE: (UNIT, LEADER, OFFICE), Why.NO_PROGRESS: (UNIT, OFFICE),
    Why.NODE_OVERDUE: (UNIT, LEADER, OFFICE), Why.NODE_DUE: (UNIT,), Why.NODE_REPORTED: (OFFICE,),
    Why.UNANSWERED: (UNIT,), Why.EXTENSION_ASKED: (OFFICE,), Why.RETURNED: (OFFICE,), Why.TO_CHECK: (SUPERVISOR, OFFICE),
    Why.TO_SIGN: (LEADER, OFFICE), Why.TO_PUBLISH: (OFFICE,), Why.TO_REVIEW: (OFFICE,), Why.NO_DEADLINE: (OFFICE,),
}
