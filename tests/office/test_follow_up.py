"""承诺清单: lights on a day, counts with numerator, denominator and date."""

from __future__ import annotations

from datetime import date

import pytest

from db.values import Commitment, Declaration, Shortcoming
from office.follow_up import Light, commitments_csv, follow_up, light_of
from tests import make

DUE = date(2026, 6, 30)


@pytest.mark.parametrize(("today", "light"), [
    (date(2026, 5, 30), Light.GREEN),       # 31 days before
    (date(2026, 5, 31), Light.YELLOW),      # 30 days before
    (DUE, Light.YELLOW),                    # the day itself is still in time
    (date(2026, 7, 1), Light.RED),
])
def test_the_light_follows_the_deadline(today, light):
    assert light_of(DUE, today) is light


def test_every_light_has_a_shape_a_word_and_its_own_colour_name():
    assert [(one.value, one.shape, one.words) for one in Light] == [
        ("red", "■", "已过期"), ("yellow", "▲", "30天内到期"), ("green", "●", "未到期")]


@pytest.fixture
def published(house):
    def promised(*deadlines: str) -> Declaration:
        return Declaration(shortcomings=(Shortcoming(text="开工慢", gap="61%", goal="90%", commitments=tuple(
            Commitment(text=f"承诺{n}", owner="分管副县长", deadline=date.fromisoformat(due), amount="90", amount_unit="%")
            for n, due in enumerate(deadlines, 1))),))

    hall = make.sitting(house, make.plan(declarations={
        "U1": promised("2026-12-31", "2026-03-01"), "U2": promised("2026-06-30")}))
    for target, mark in (("U1", 90), ("U2", 80), ("U3", 70)):
        hall.open(target)
        hall.everybody(mark)
        hall.close()
    return hall


def test_nothing_is_on_the_list_before_the_result_is_published(published, house):
    listed = follow_up(house.database, as_of=date(2026, 6, 10))

    assert listed.all_items == ()
    assert listed.sentence == "清单还是空的。成绩公布后，各单位的承诺会编号列入。"


def test_the_most_urgent_comes_first_and_the_counts_add_up(published, house):
    published.publish()

    listed = follow_up(house.database, as_of=date(2026, 6, 10))

    assert [(one.number, one.unit_name, one.light.value, one.days_words) for one in listed.items] == [
        ("2026Q1-002", "A县", "red", "过期101天"), ("2026Q1-003", "B县", "yellow", "还有20天"),
        ("2026Q1-001", "A县", "green", "还有204天")]
    assert [(one.light.value, one.count, one.of, one.share, one.as_of) for one in listed.counts] == [
        ("red", 1, 3, "33.3%", date(2026, 6, 10)), ("yellow", 1, 3, "33.3%", date(2026, 6, 10)),
        ("green", 1, 3, "33.3%", date(2026, 6, 10))]
    assert listed.sentence == "共3项承诺，1项已过期，1项30天内到期（截至2026-06-10）。"
    assert listed.notes == ("示例数据",)


def test_a_filter_by_unit_changes_the_denominator_and_a_light_does_not(published, house):
    published.publish()

    of_unit = follow_up(house.database, as_of=date(2026, 6, 10), unit="small-A")
    of_light = follow_up(house.database, as_of=date(2026, 6, 10), light=Light.RED)

    assert [(one.count, one.of) for one in of_unit.counts] == [(1, 2), (0, 2), (1, 2)]
    assert [one.number for one in of_light.items] == ["2026Q1-002"]
    assert [one.of for one in of_light.counts] == [3, 3, 3]
    assert of_light.units == (("small-A", "A县"), ("small-B", "B县"))


def test_a_share_of_nothing_is_a_dash_and_not_zero(published, house):
    published.publish()

    assert {one.share for one in follow_up(house.database, as_of=DUE, period="1999Q1").counts} == {"—"}


def test_the_table_to_take_away_says_as_of_when(published, house):
    published.publish()
    listed = follow_up(house.database, as_of=date(2026, 6, 10), unit="small-B")

    header, row = commitments_csv(listed.items, listed.as_of).decode("utf-8-sig").splitlines()

    assert "状态（截至2026-06-10）" in header
    assert row == "2026Q1-003,B县,2026Q1,开工慢,61%,90%,承诺1,90%,分管副县长,2026-06-30,30天内到期,20"
