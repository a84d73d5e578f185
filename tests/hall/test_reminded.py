"""What the list reminds a person of on the home page: one line a reason, leading to where it is seen."""

from __future__ import annotations

from datetime import date

from hall.errands import Errand, reminded
from office.reminding.reminders import Recipient, Reminder
from office.reminding.why import OFFICE, SUPERVISOR, Why

UNIT, DESK = Recipient(key="unit:a", name="A县"), Recipient(key=OFFICE, name="督办机构")


def one(number: str, why: Why, days: int, recipient: Recipient = UNIT, asked: str = "") -> Reminder:
    return Reminder(item_id=1, number=number, text="打通断头路", unit_name="A县", deadline=date(2026, 6, 30), why=why, days=days,
                    recipient=recipient, asked=asked)


def test_one_item_leads_to_it_several_to_the_list_and_the_office_to_its_page() -> None:
    assert reminded([one("1", Why.NO_PROGRESS, 40), one("1", Why.OVERDUE, -5), one("2", Why.OVERDUE, -2)]) == (
        Errand(words="清单有2项已逾期，先看1（逾期5天）", page="commitments", address=(("unit", "a"), ("light", "overdue"))),
        Errand(words="1 打通断头路：40天没有报告进展", page="item", address=(("n", "1"),)))
    assert reminded([one("1", Why.OVERDUE, -5, DESK), one("2", Why.OVERDUE, -2, DESK)]) == (
        Errand(words="清单有2项已逾期，最久的是1（逾期5天）", page="reminders"),)
    assert reminded([]) == ()


def test_what_is_to_be_decided_or_answered_leads_to_where_that_is_done() -> None:
    leader, checks = Recipient(key="leader:分管副市长", name="分管副市长"), Recipient(key=SUPERVISOR, name="监督员")
    assert reminded([one("1", Why.TO_SIGN, 3, leader, "核查通过，待签批"), one("2", Why.TO_SIGN, 1, leader)]) == (
        Errand(words="清单有2项销号待签批，先看1（核查通过，待签批，等了3天）", page="commitments",
               address=(("leader", "分管副市长"), ("status", "checked"))),)
    assert reminded([one("1", Why.TO_CHECK, 0, checks, "申请销号，待现场核查"), one("2", Why.TO_CHECK, 0, checks)]) == (
        Errand(words="清单有2项销号待核查，最久的是1（申请销号，待现场核查，今天刚转来）", page="mine"),)
    assert reminded([one("1", Why.UNANSWERED, 2, asked="督办单待答复"), one("2", Why.UNANSWERED, 0)]) == (
        Errand(words="清单有2项待回应，先看1（督办单待答复，2天没有回应）", page="mine"),)


def test_milestones_lead_to_the_items_that_have_them_and_to_those_due_among_ones_own() -> None:
    late = "1个节点逾期3天：2026-05-01 开工"
    assert reminded([one("1", Why.NODE_OVERDUE, -3, asked=late), one("2", Why.NODE_OVERDUE, -1, asked="x")]) == (
        Errand(words=f"清单有2项节点逾期，先看1（{late}）", page="commitments", address=(("unit", "a"), ("nodes", "overdue"))),)
    soon = [one(number, Why.NODE_DUE, 2, asked="1个节点2天后到期：2026-05-06 结顶") for number in "12"]
    assert reminded(soon) == (Errand(words="清单有2项节点将到期，先看1（1个节点2天后到期：2026-05-06 结顶）", page="mine"),)
    assert reminded([one("1", Why.NODE_REPORTED, 2, DESK, "1个节点已报，待核实：2026-05-01 开工")]) == (
        Errand(words="1 打通断头路：1个节点已报，待核实：2026-05-01 开工，等了2天", page="item", address=(("n", "1"),)),)
