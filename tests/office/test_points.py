"""考绩台账 as it is read: balances with and without caps, reversals, units that took part and earned nothing."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from office.points import ledger_csv, points_ledger
from tests import make, played


def score(hall: make.Hall, **marks: int) -> None:
    for target, mark in marks.items():
        hall.open(target)
        hall.everybody(mark)
        hall.close()


@pytest.fixture
def published(house):
    return played.published(house, U1=90, U2=80, U3=70)


def points(ledger) -> dict[str, list[tuple[str, Fraction | None]]]:
    return {one.name: list(one.periods) for one in ledger.accounts}


def test_an_empty_ledger_says_so(house):
    assert points_ledger(house.database).sentence == "还没有公布过成绩，台账是空的。"


def test_every_unit_that_took_part_has_an_account_even_with_nothing_booked(published, house):
    ledger = points_ledger(house.database)

    assert points(ledger) == {"A县": [("2026Q1", 2)], "B县": [("2026Q1", 0)], "C县": [("2026Q1", -1)]}
    assert [(one.balance, one.uncapped, one.bonus, one.deduction) for one in ledger.accounts] == [
        (2, 2, 2, 0), (0, 0, 0, 0), (-1, -1, 0, -1)]
    assert ledger.sentence == "3个单位，2笔记分；余额最高的是A县（+2分），最低的是C县（-1分）。"
    assert ledger.notes == ("示例数据",)


def test_an_entry_knows_its_cause_and_its_version(published, house):
    first = points_ledger(house.database).bookings[0]

    assert (first.unit_name, first.cause, first.points, first.version, first.state) == (
        "A县", "县区比拼现场：A县 第1名", 2, 1, "有效")
    assert (first.sitting, first.booked_by) == ("small", "host")


def test_a_correction_reverses_before_it_books_and_both_stay_readable(house):
    hall = make.sitting(house)
    score(hall, U1=90, U2=80)
    hall.publish(despite_warnings=True)
    score(hall, U3=95)
    hall.publish(reason="补充打分")

    ledger = points_ledger(house.database)

    assert points(ledger) == {"C县": [("2026Q1", 2)], "A县": [("2026Q1", 0)], "B县": [("2026Q1", -1)]}
    said = [(one.id, one.unit_name, int(one.points), one.state) for one in ledger.bookings]
    assert said[:4] == [(1, "A县", 2, "已被第3笔冲销"), (2, "B县", -1, "已被第4笔冲销"), (3, "A县", -2, "冲销第1笔"),
                        (4, "B县", 1, "冲销第2笔")]
    assert {one[3] for one in said[4:]} == {"有效"}


def test_caps_hold_over_all_sittings_and_the_uncapped_sum_stays_visible(house):
    capped = make.RULE + '\n[ledger]\nbonus_cap = "3"\ndeduction_cap = "-1"\ncap_mode = "separate"\n'
    first = make.plan(rule=capped)
    for plan in (first, replace(first, key="next", period="2026Q2")):
        hall = make.sitting(house, plan)
        score(hall, U1=90, U2=80, U3=70)
        hall.publish()

    ledger = points_ledger(house.database)

    assert ledger.periods == ("2026Q1", "2026Q2")
    assert [(one.name, one.balance, one.uncapped) for one in ledger.accounts] == [
        ("A县", 3, 4), ("B县", 0, 0), ("C县", -1, -2)]
    assert ledger.caps_words == "加分最多3分，扣分最多1分，加分和扣分分别封顶"
    last = ledger.accounts[0].bookings[-1]
    assert (last.points, last.effect, last.balance) == (2, 1, 3)


def test_the_table_to_take_away_holds_every_booking(published, house):
    lines = ledger_csv(points_ledger(house.database).bookings).decode("utf-8-sig").splitlines()

    assert len(lines) == 3
    assert lines[1].startswith("1,A县,2026Q1,县区比拼现场：A县 第1名,加分,+2,+2,+2,县区比拼现场,第1版,有效,2026-04-23 09:00,host")
