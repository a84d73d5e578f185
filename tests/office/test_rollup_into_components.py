"""Towns roll up into their county's component: over whoever was ranked, with n, by a rule that the record names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from office.audit import read_audit
from office.refusal import NotFound, Refused
from office.sitting import sittings
from office.sitting.mending import put_components
from office.sitting.plan import PlannedTarget, PlannedUnit
from office.sitting.preparation import prepared
from office.sitting.rollup import fill_in, items, outdated, read_weights, roll_into, sources, weight_lines
from scoring.rollup import RollUp
from tests import make
from tests.kinds import one_kind
from tests.played import played

BY = {"by": "host", "at": make.START}
COUNTY_RULE = make.RULE + """
[[components]]
key = "evaluation"
weight = "80%"
max = "100"
[[components]]
key = "towns"
weight = "20%"
max = "100"
"""
TOWNS = (("T1", "上塘镇", "small-A"), ("T2", "桥头镇", "small-A"), ("T3", "瓯北街道", "small-A"),
         ("T4", "昆阳镇", "small-B"), ("T5", "鳌江镇", "small-B"))
MARKS = {"T1": 90, "T2": 81, "T3": 82, "T4": 70, "T5": 95}


def town_plan(rule=make.RULE, unranked=()):
    """Three towns of county A and two of county B; county C has none."""
    plan = make.plan("town", leaders=3, public=3, rule=rule, title="镇街亮绩赛场", declarations={})
    return replace(
        plan, seats=tuple(replace(seat, unit="") for seat in plan.seats),
        units=tuple(PlannedUnit(key=key, name=name, kind="town", parent=parent) for key, name, parent in TOWNS),
        targets=tuple(PlannedTarget(key=key, name=name, unit=key, presenter="镇党委书记", ranking_group="",
                                    ranked=key not in unranked) for key, name, _ in TOWNS))


@played
def a_county_and_its_towns(house, *, rule=make.RULE, county_rule=COUNTY_RULE, marks=MARKS, unranked=()):
    """The county sitting before its first ballot, and the town sitting with everybody's marks, published."""
    make.sitting(house, make.plan(rule=county_rule))
    towns = make.sitting(house, town_plan(rule, unranked))
    for key, mark in marks.items():
        towns.open(key)
        for code in towns.secrets:
            towns.cast(code, mark)
        towns.close()
    towns.publish(despite_warnings=True)
    return towns


def shown(rolled):
    return [(line.name, line.value, line.n, line.of) for line in rolled.lines]


@pytest.mark.parametrize(("how", "values"), [
    (RollUp.MEAN, [("A县", "84.333333", 3, 3), ("B县", "82.5", 2, 2), ("C县", "", 0, 0)]),
    (RollUp.BEST, [("A县", "90", 3, 3), ("B县", "95", 2, 2), ("C县", "", 0, 0)]),
])
def test_each_county_gets_its_towns_rolled_up_with_n(house, how, values):
    a_county_and_its_towns(house)

    rolled = roll_into(house.database, "small", "towns", "town", how)

    assert shown(rolled) == values
    assert rolled.lines[0].items == ("上塘镇 90.00", "桥头镇 81.00", "瓯北街道 82.00")
    assert rolled.scale == ""


@one_kind
def test_weights_are_pasted_by_name_and_stated(house):
    a_county_and_its_towns(house)
    known = items(house.database, "small", "town")
    assert weight_lines(known).splitlines()[0] == "上塘镇，1"

    weights = read_weights("上塘镇\t2\n桥头镇,1\n瓯北街道，1\nT4，50%\n鳌江镇，1.5", known)
    rolled = roll_into(house.database, "small", "towns", "town", RollUp.WEIGHTED, weights)

    assert shown(rolled) == [("A县", "85.75", 3, 3), ("B县", "88.75", 2, 2), ("C县", "", 0, 0)]
    assert rolled.lines[0].items[0] == "上塘镇 90.00（权重2）"


@one_kind
@pytest.mark.parametrize(("text", "said"), [
    ("上塘镇", "第1行请写成"), ("上塘镇，重", "不是权重"), ("塘下镇，1", "来源里没有"), ("上塘镇，1", "还没有写权重：桥头镇"),
    ("上塘镇，1\n上塘镇，2", "写了两次"), ("上塘镇，-1", "不是权重"),
])
def test_a_weight_that_cannot_be_read_is_named_with_its_line(house, text, said):
    a_county_and_its_towns(house)

    with pytest.raises(Refused, match=said):
        read_weights(text, items(house.database, "small", "town"))


@one_kind
def test_weights_that_add_up_to_nothing_are_refused(house):
    a_county_and_its_towns(house)

    with pytest.raises(Refused, match="权重"):
        roll_into(house.database, "small", "towns", "town", RollUp.WEIGHTED, dict.fromkeys(MARKS, "0"))


def test_a_town_that_was_not_ranked_is_left_out_and_never_zero(house):
    a_county_and_its_towns(house, unranked=("T2",))

    rolled = roll_into(house.database, "small", "towns", "town", RollUp.MEAN)

    assert shown(rolled)[0] == ("A县", "86", 2, 3)
    assert "桥头镇 未排名" in rolled.lines[0].items


def test_the_full_mark_of_the_source_becomes_the_components(house):
    ten = make.RULE.replace('kind = "points"', 'kind = "points"\nmax = "10"')
    marks = {key: mark // 10 for key, mark in MARKS.items()}
    county = COUNTY_RULE.replace('key = "towns"\nweight = "20%"\nmax = "100"', 'key = "towns"\nweight = "20%"\nmax = "50"')
    a_county_and_its_towns(house, rule=ten, county_rule=county, marks=marks)

    rolled = roll_into(house.database, "small", "towns", "town", RollUp.BEST)

    assert [line.value for line in rolled.lines] == ["45", "45", ""]
    assert rolled.scale == "来源满分10分，折成本分项的满分50分。"


def test_filling_in_writes_the_values_and_the_record_names_source_version_and_method(house):
    a_county_and_its_towns(house)
    put_components(house.database, "small", {("U3", "towns"): "60"}, **BY)

    filled = fill_in(house.database, "small", roll_into(house.database, "small", "towns", "town", RollUp.MEAN), **BY)

    assert filled == 2
    assert prepared(house.database, "small").components == {
        ("U1", "towns"): "84.333333", ("U2", "towns"): "82.5", ("U3", "towns"): "60"}
    line = read_audit(house.database).lines[0]
    assert line.action == "汇总分项"
    assert "来源：镇街亮绩赛场 2026Q1" in line.detail and "来源版次：1" in line.detail
    assert "汇总办法：取平均" in line.detail and "家数：A县 3、B县 2" in line.detail
    assert "分项：A县 towns 84.333333、B县 towns 82.5" in line.detail


@one_kind
def test_weights_stand_in_the_record_by_name(house):
    a_county_and_its_towns(house)
    rolled = roll_into(house.database, "small", "towns", "town", RollUp.WEIGHTED, dict.fromkeys(MARKS, "2"))

    fill_in(house.database, "small", rolled, **BY)

    assert "A县上塘镇 2" in read_audit(house.database).lines[0].detail


def test_a_correction_of_the_source_stops_the_filling_and_is_said_of_what_was_filled(house):
    towns = a_county_and_its_towns(house, marks={key: MARKS[key] for key in ("T1", "T2", "T3", "T4")})
    before = roll_into(house.database, "small", "towns", "town", RollUp.MEAN)
    fill_in(house.database, "small", before, **BY)
    assert outdated(house.database, "small") == ()
    towns.open("T5")
    for code in towns.secrets:
        towns.cast(code, 95)
    towns.close()
    towns.publish(despite_warnings=True, reason="补鳌江镇")

    with pytest.raises(Refused, match="已更正为第2版"):
        fill_in(house.database, "small", before, **BY)
    assert outdated(house.database, "small") == (
        "分项“towns”是按镇街亮绩赛场（2026Q1）第1版汇总的，现在已是第2版，请重新汇总。",)

    fill_in(house.database, "small", roll_into(house.database, "small", "towns", "town", RollUp.MEAN), **BY)
    assert outdated(house.database, "small") == ()


def test_only_published_sittings_with_these_units_are_sources_and_towns_come_first(house):
    make.sitting(house, make.plan(rule=COUNTY_RULE))
    towns = make.sitting(house, town_plan())
    assert sources(house.database, "small") == ()

    earlier = make.sitting(house, replace(make.plan("month1", title="一月评分"), units=make.plan("small").units,
                                          seats=make.plan("small").seats, targets=make.plan("small").targets))
    for hall, targets in ((earlier, ("U1",)), (towns, ("T1",))):
        hall.open(*targets)
        hall.everybody()
        hall.close()
        hall.publish(despite_warnings=True)
    make.sitting(house, make.plan("elsewhere"))

    assert [one.words for one in sources(house.database, "small")] == [
        "镇街亮绩赛场（2026Q1，第1版）", "一月评分（2026Q1，第1版）"]
    monthly = roll_into(house.database, "small", "towns", "month1", RollUp.MEAN)
    assert [(line.name, line.n) for line in monthly.lines] == [("A县", 1), ("B县", 0), ("C县", 0)]


def test_a_source_without_results_an_unknown_component_and_nothing_to_fill_are_refused(house):
    a_county_and_its_towns(house, marks={"T1": 90}, unranked=("T1",))
    make.sitting(house, make.plan("quiet"))

    for component, source in (("towns", "quiet"), ("evaluation", "town"), ("towns", "small"), ("towns", "nowhere")):
        with pytest.raises(NotFound):
            roll_into(house.database, "small", component, source, RollUp.MEAN)
    with pytest.raises(Refused, match="没有可以汇总的成绩"):
        fill_in(house.database, "small", roll_into(house.database, "small", "towns", "town", RollUp.MEAN), **BY)


def test_after_publication_nothing_is_filled_in(house):
    a_county_and_its_towns(house)
    rolled = roll_into(house.database, "small", "towns", "town", RollUp.MEAN)
    fill_in(house.database, "small", rolled, **BY)
    county = make.Hall(house=house, key="small")
    county.badge()
    for key in ("U1", "U2", "U3"):
        county.open(key)
        county.everybody()
        county.close()
    county.publish(despite_warnings=True)

    with pytest.raises(Refused, match="已公布"):
        fill_in(house.database, "small", roll_into(house.database, "small", "towns", "town", RollUp.BEST), **BY)


def test_the_sitting_that_rolls_up_keeps_its_own_total(house):
    """The rolled-up value goes through the county's own weights like any other component."""
    a_county_and_its_towns(house)
    sittings.put_rule(house.database, "small", COUNTY_RULE.replace("version = 1", "version = 2"), **BY)
    fill_in(house.database, "small", roll_into(house.database, "small", "towns", "town", RollUp.BEST), **BY)
    county = make.Hall(house=house, key="small")
    county.badge()
    county.open("U2")
    for code in county.secrets:
        county.cast(code, 80)
    county.close()
    county.publish(despite_warnings=True)

    from hall.outcome.results import standing

    assert standing(house.database, "small").result["targets"]["U2"]["total"]["exact"] == "83"
