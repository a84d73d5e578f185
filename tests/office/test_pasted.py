"""Lines pasted from a spreadsheet become units, targets and seats, or are refused with the line's number."""

from __future__ import annotations

import pytest

from db.values import Unit
from office.refusal import Refused
from office.sheets.pasted import read_seats, read_targets, read_units, targets_of
from office.sitting.plan import PlannedSeat, PlannedTarget, PlannedUnit
from scoring.rule import read_rule
from tests import make

RULE = read_rule(make.RULE.encode())
UNITS = (Unit(id=1, key="lucheng", name="鹿城区", kind="county"),
         Unit(id=2, key="fagaiwei", name="市发改委", kind="department"))


def test_units_need_only_a_name_and_are_numbered_on():
    found = read_units("名称,类别,上级单位,编号\n瑞安市，县级市\n\n市财政局\t部门\t\tcaizheng\n塘下镇,街道,瑞安市", UNITS)

    assert found == (
        PlannedUnit(key="D01", name="瑞安市", kind="county"),
        PlannedUnit(key="caizheng", name="市财政局", kind="department"),
        PlannedUnit(key="D02", name="塘下镇", kind="town", parent="D01"),
    )


@pytest.mark.parametrize(("text", "said"), [
    ("瑞安市\n鹿城区", "第2行：“鹿城区”已经登记过"),
    ("瑞安市,星球", "第1行：“星球”不是单位类别"),
    ("瑞安市,县,温州", "第1行：没有登记过单位“温州”"),
    ("瑞安市,县,,lucheng", "第1行：编号“lucheng”已经用过"),
    ("瑞安市,县,,rui an", "第1行：编号“rui an”里有不能用的字符"),
    (",县", "第1行没有写名称"),
    ("瑞安市,县,,k,多,余", "第1行有6列，最多4列"),
    ("瑞安市\n瑞安市", "第2行：“瑞安市”已经登记过"),
])
def test_a_unit_that_cannot_be_registered_names_its_line(text, said):
    with pytest.raises(Refused) as refused:
        read_units(text, UNITS)
    assert said in str(refused.value)


def test_targets_are_units_under_their_names_or_projects_of_a_unit():
    found = read_targets("鹿城区，区委书记\n老城改造，副区长，鹿城区，P1，项目组", UNITS, taken=("U01", "U02"))

    assert found == (
        PlannedTarget(key="U03", name="鹿城区", unit="lucheng", presenter="区委书记", ranking_group="", ranked=True),
        PlannedTarget(key="P1", name="老城改造", unit="lucheng", presenter="副区长", ranking_group="项目组", ranked=True),
    )
    assert [one.key for one in targets_of(UNITS, ["U01"])] == ["U02", "U03"]


def test_a_target_of_an_unknown_unit_names_its_line():
    with pytest.raises(Refused, match="第2行：没有登记过单位“龙湾区”"):
        read_targets("鹿城区\n龙湾区", UNITS, taken=())


def test_seats_name_their_group_and_unit_by_name_or_key():
    found = read_seats("编号,组,姓名或职务,单位\nL01,市领导,市委领导一席\nD01\tleaders\t市发改委负责人\t市发改委\n"
                       "P01，社会各界代表组，代表01，lucheng", RULE, UNITS)

    assert found == (
        PlannedSeat(code="L01", group="leaders", name="市委领导一席", unit=""),
        PlannedSeat(code="D01", group="leaders", name="市发改委负责人", unit="fagaiwei"),
        PlannedSeat(code="P01", group="public", name="代表01", unit="lucheng"),
    )


@pytest.mark.parametrize(("text", "said"), [
    ("L01,专家", "第1行：没有评委组“专家”，可用的是市领导、社会各界代表"),
    ("L01,市领导,一席,无此单位", "第1行：没有登记过单位“无此单位”"),
])
def test_a_seat_that_cannot_be_added_names_its_line(text, said):
    with pytest.raises(Refused) as refused:
        read_seats(text, RULE, UNITS)
    assert said in str(refused.value)
