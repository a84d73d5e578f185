"""Mending what was prepared: possible until balloting has made it a fact."""

from __future__ import annotations

from datetime import date

import pytest

from db.reads import sittings as reads
from office.refusal import NotFound, Refused
from office.sitting import mending, sittings
from office.sitting.plan import PlannedUnit
from office.sitting.preparation import new_plan, prepared
from tests import make
from tests.kinds import one_kind

BY = {"by": "host", "at": make.START}


def agenda(house, key="small"):
    return [(t.key, t.name, t.presenter, t.ranked) for t in prepared(house.database, key).agenda]


def seats(house, key="small"):
    with house.database.reading() as c:
        return {s.code: (s.name, s.group, s.unit) for s in reads.seats(c, reads.sitting(c, key).id)}


def about(**changes):
    return dict(title="县区比拼现场", arena="县区比拼现场", period="2026Q2", held_on=date(2026, 7, 20), place="", note="",
                ballot_mode="each", seconds=120, grace_seconds=5, desk_check_in=False) | changes


def test_a_new_sitting_takes_over_rule_agenda_and_seats_but_nothing_of_the_quarter(house):
    make.sitting(house)

    plan = new_plan(house.database, key="next", like="small", with_roster=True, **about())
    mending.add_sitting(house.database, plan, **BY)

    house.live.refresh()
    new = house.live.at("next")
    assert agenda(house, "next") == agenda(house)
    assert seats(house, "next") == seats(house)
    assert not any(seat.has_badge for seat in new.seats)
    assert not any(target.declaration.shortcomings for target in new.targets)
    assert new.recusals == {}


def test_a_new_sitting_from_scratch_starts_with_the_example_rule_and_an_empty_agenda(house):
    mending.add_sitting(house.database, new_plan(house.database, key="first", **about()), **BY)

    one = prepared(house.database, "first")
    assert one.agenda == ()
    assert [group.key for group in one.rule.groups] == ["leaders", "departments", "public"]


@one_kind
@pytest.mark.parametrize(("key", "title", "said"), [
    ("季度", "县区比拼现场", "英文字母"), ("", "县区比拼现场", "英文字母"), ("small", "县区比拼现场", "已经用过"),
    ("ok", "  ", "名称"),
])
def test_a_new_sitting_needs_a_free_key_and_a_title(house, key, title, said):
    make.sitting(house)

    with pytest.raises(Refused, match=said):
        mending.add_sitting(house.database, new_plan(house.database, key=key, **about(title=title)), **BY)


def test_another_presenter_until_the_unit_is_scored(house):
    hall = make.sitting(house)
    change = dict(name="A县", ranking_group="", ranked=True, **BY)

    mending.change_target(house.database, "small", "U1", presenter="县长", **change)
    hall.open("U1")

    assert agenda(house)[0] == ("U1", "A县", "县长", True)
    with pytest.raises(Refused, match="已经打分"):
        mending.change_target(house.database, "small", "U1", presenter="书记", **change)
    mending.change_target(house.database, "small", "U2", name="B县", presenter="县长", ranking_group="", ranked=True,
                          **BY)
    with pytest.raises(Refused, match="是否排名"):
        mending.change_target(house.database, "small", "U2", name="B县", presenter="县长", ranking_group="",
                              ranked=False, **BY)


def test_the_person_on_a_seat_may_change_at_any_time_its_group_and_unit_only_before(house):
    hall = make.sitting(house)
    mending.change_seat(house.database, "small", "L2", name="市政协领导席", group="leaders", unit="small-B", **BY)
    hall.open("U1")

    mending.change_seat(house.database, "small", "L2", name="市政府领导席", group="leaders", unit="small-B", **BY)

    assert seats(house)["L2"] == ("市政府领导席", "leaders", "small-B")
    with pytest.raises(Refused, match="只能换人"):
        mending.change_seat(house.database, "small", "L2", name="市政府领导席", group="public", unit="small-B", **BY)
    with pytest.raises(Refused, match="不能再撤"):
        mending.drop_seat(house.database, "small", "L2", **BY)


def test_a_dropped_seat_takes_its_badge_and_recusals_along(house):
    hall = make.sitting(house)
    sittings.recuse(house.database, "small", "L3", "U2", "联系该县", **BY)

    mending.drop_seat(house.database, "small", "L3", **BY)

    house.live.refresh()
    assert "L3" not in seats(house)
    assert house.live.seat(hall.secrets["L3"]) is None
    assert house.live.at("small").recusals == {}


def test_an_entered_recusal_can_be_lifted_until_the_unit_is_scored(house):
    hall = make.sitting(house)
    sittings.recuse(house.database, "small", "L3", "U2", "联系该县", **BY)
    mending.lift_recusal(house.database, "small", "L3", "U2", **BY)
    house.live.refresh()
    assert house.live.at("small").recusals == {}

    hall.open("U2")

    with pytest.raises(Refused, match="回避不能再改"):
        mending.lift_recusal(house.database, "small", "L3", "U2", **BY)


def test_a_unit_is_corrected_everywhere_but_not_under_a_running_sitting(house):
    hall = make.sitting(house)
    change = dict(kind="county", parent="", **BY)
    mending.change_unit(house.database, "small-A", name="甲县", **change)
    assert prepared(house.database, "small").unit_name("small-A") == "甲县"

    hall.open("U1")

    with pytest.raises(Refused, match="公布后再改"):
        mending.change_unit(house.database, "small-A", name="乙县", **change)


@one_kind
def test_a_unit_is_never_above_itself(house):
    make.sitting(house)
    sittings.add_units(house.database, [PlannedUnit(key="town", name="镇", kind="town", parent="small-A")], **BY)

    for parent in ("small-A", "town"):
        with pytest.raises(Refused, match="上级单位"):
            mending.change_unit(house.database, "small-A", name="A县", kind="county", parent=parent, **BY)


PARTS = make.RULE + """
[[components]]
key = "evaluation"
weight = "60%"
max = "100"
[[components]]
key = "indicators"
weight = "40%"
max = "100"
[[deductions]]
key = "overtime"
name = "超时"
points = "-1"
"""


def test_parts_of_the_total_are_entered_all_or_none(house):
    make.sitting(house, make.plan(rule=PARTS))

    def put(values):
        mending.put_components(house.database, "small", values, **BY)

    put({("U1", "indicators"): "96.5", ("U1", "overtime"): "2", ("U2", "indicators"): "90"})
    put({("U2", "indicators"): ""})

    assert prepared(house.database, "small").components == {("U1", "indicators"): "96.5", ("U1", "overtime"): "2"}
    for values, said in (({("U1", "indicators"): "九十"}, "不是数"), ({("U1", "overtime"): "1.5"}, "不是次数"),
                         ({("U1", "evaluation"): "9"}, "没有分项")):
        with pytest.raises(Refused, match=said):
            put({("U3", "indicators"): "88", **values})
    assert ("U3", "indicators") not in prepared(house.database, "small").components


@one_kind
@pytest.mark.parametrize("act", [
    lambda d: mending.drop_seat(d, "small", "X9", **BY),
    lambda d: mending.lift_recusal(d, "small", "L1", "U9", **BY),
    lambda d: mending.change_unit(d, "nowhere", name="n", kind="town", parent="", **BY),
    lambda d: mending.drop_seat(d, "nowhere", "L1", **BY),
])
def test_what_is_not_there_is_said_to_be_missing(house, act):
    make.sitting(house)

    with pytest.raises(NotFound):
        act(house.database)


def test_settings_that_balloting_has_fixed_are_refused(house):
    hall = make.sitting(house)
    hall.open("U1")
    hall.everybody()
    hall.close()

    def change(**changes):
        sittings.change_sitting(house.database, "small", **about(period="2026Q1") | changes, **BY)

    with pytest.raises(Refused, match="打分方式"):
        change(ballot_mode="all")
    change(seconds=60)
    hall.publish(despite_warnings=True)
    with pytest.raises(Refused, match="考核周期"):
        change(period="2026Q2")
