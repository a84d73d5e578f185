"""What the list reminds a person of on the home page: one line a reason, leading to where it is seen."""

from __future__ import annotations

from datetime import date

from hall.errands import Errand, reminded
from office.reminders import OFFICE, Recipient, Reminder, Why

UNIT, DESK = Recipient(key="unit:a", name="A县"), Recipient(key=OFFICE, name="督办机构")


def one(number: str, why: Why, days: int, recipient: Recipient = UNIT) -> Reminder:
    return Reminder(item_id=1, number=number, text="打通断头路", unit_name="A县", deadline=date(2026, 6, 30), why=why, days=days,
                    recipient=recipient)


def test_one_item_leads_to_it_several_to_the_list_and_the_office_to_its_page() -> None:
    assert reminded([one("1", Why.NO_PROGRESS, 40), one("1", Why.OVERDUE, -5), one("2", Why.OVERDUE, -2)]) == (
        Errand(words="清单有2项已逾期，先看1（逾期5天）", page="commitments", address=(("unit", "a"), ("light", "overdue"))),
        Errand(words="1 打通断头路：40天没有报告进展", page="item", address=(("n", "1"),)))
    assert reminded([one("1", Why.OVERDUE, -5, DESK), one("2", Why.OVERDUE, -2, DESK)]) == (
        Errand(words="清单有2项已逾期，最久的是1（逾期5天）", page="reminders"),)
    assert reminded([]) == ()
