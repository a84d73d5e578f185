"""纸票: two clerks key a paper, a third person decides, blank papers are printed, a round is sealed."""

from __future__ import annotations

import pytest

from hall.ballots.paper_slips import Fate, slips
from office.people import Role
from office.sitting.plan import PlannedTarget
from tests import make
from tests.pages.conftest import press, words


def by_key(app, ending):
    found = [one for kind in ("text_input", "selectbox", "multiselect", "number_input", "checkbox", "button")
             for one in app.get(kind) if one.key and one.key.endswith(ending)]
    assert len(found) == 1, (ending, [one.key for one in found])
    return found[0]


def key_one(app, label, mark):
    by_key(app, "/label").input(label)
    by_key(app, "m.U2.quality").input(str(mark))
    return press(app, "录入这张纸票")


def test_two_clerks_key_one_paper_and_it_counts(open_page, house):
    hall = make.sitting(house)
    hall.open("U2")
    app = key_one(open_page("paper", Role.CLERK, name="clerk1"), "L1", 88)
    assert "第一遍已录入" in words(app) and "等别人复录的有1张" in words(app)
    blank = {by_key(app, one).value for one in ("/label", "m.U2.quality", "m.U2.state")}
    assert blank == {""}, "the next paper begins with a blank form"

    app = open_page("paper", Role.CLERK, name="clerk2")
    assert "有1张等您复录：L1" in words(app) and "88" not in words(app)
    app = key_one(app, "L1", 88)

    assert "两遍一致，已计入" in words(app)
    assert slips(house.database, hall.key)[0].fate is Fate.COUNTED


def test_two_readings_stand_side_by_side_until_somebody_else_decides(open_page, house):
    hall = make.sitting(house)
    hall.open("U2")
    key_one(open_page("paper", Role.CLERK, name="clerk1"), "L1", 88)
    app = key_one(open_page("paper", Role.CLERK, name="clerk2"), "L1", 83)
    assert "有1张待裁定：L1" in words(app)
    assert "质量 88" in words(app) and "质量 83" in words(app) and "■ 不同" in words(app)
    app = press(app, "以第二遍为准")
    assert "原因" in words(app)

    app = open_page("paper", Role.SUPERVISOR, name="supervisor1")
    by_key(app, "/L1/reason").input("核对原票").run()
    app = press(app, "以第二遍为准")

    assert "已记入留痕" in words(app) and "supervisor1：核对原票" in words(app)
    assert slips(house.database, hall.key)[0].fate is Fate.COUNTED


def test_a_number_that_was_keyed_wrong_is_withdrawn_with_a_reason_by_whoever_keyed_it(open_page, house):
    hall = make.sitting(house)
    hall.open("U2")
    app = key_one(open_page("paper", Role.CLERK, name="clerk1"), "L1", 88)

    by_key(app, "/L1/reason").input("席位号录错，应是L2").run()
    app = press(app, "撤回这一遍")

    assert "已记入留痕" in words(app) and "clerk1：席位号录错，应是L2" in words(app) and "等别人复录" not in words(app)
    assert slips(house.database, hall.key)[0].fate is Fate.WITHDRAWN


def test_blank_papers_are_made_for_seats_and_for_a_secret_group(open_page, house):
    make.sitting(house)
    app = open_page("paper", Role.HOST)

    by_key(app, "/blank/targets").select("U2")
    by_key(app, "/blank/seats").select("L1")
    by_key(app, "/count/public").set_value(2)
    assert "一次至少印3张" in words(press(app, "生成纸票"))
    by_key(app, "/count/public").set_value(4)
    app = press(app, "生成纸票")

    assert "5张纸票已生成" in words(app)


GRADES = make.RULE.replace('kind = "points"', 'kind = "grades"').replace(
    '[[criteria]]\nkey = "quality"\nname = "质量"\nweight = "1"',
    '[[grades]]\nkey = "good"\nname = "满意"\npoints = "100"\n[[grades]]\nkey = "poor"\nname = "不满意"\npoints = "0"')
RANKING = make.RULE.replace('kind = "points"', 'kind = "ranking"').replace(
    '[[criteria]]\nkey = "quality"\nname = "质量"\nweight = "1"', '[places]\npoints = ["100", "90", "80"]')


@pytest.mark.parametrize(("rule", "targets", "fill", "kept"), [
    (GRADES, ("U2",), {"m.U2.grade": "poor"}, {"U2": ("submitted", "poor")}),
    (GRADES, ("U2",), {"m.U2.state": "spoiled"}, {"U2": ("spoiled", None)}),
    (RANKING, ("U1", "U2", "U3"), {"m.U1.place": "2", "m.U2.place": "3", "m.U3.place": "1"},
     {"U1": ("submitted", "2"), "U2": ("submitted", "3"), "U3": ("submitted", "1")}),
    (RANKING, ("U1", "U2", "U3"), {"/whole": "abstain"}, {f"U{n}": ("abstain", None) for n in (1, 2, 3)})])
def test_grades_and_rankings_have_forms_of_their_own(open_page, house, rule, targets, fill, kept):
    hall = make.sitting(house, make.plan(rule=rule, ballot_mode="all" if len(targets) > 1 else "each"))
    hall.open(*targets)
    for clerk in ("clerk1", "clerk2"):
        app = open_page("paper", Role.CLERK, name=clerk)
        by_key(app, "/label").input("L1")
        for name, value in fill.items():
            by_key(app, name).set_value(value)
        app = press(app, "录入这张纸票")

        assert {by_key(app, name).value for name in ("/label", *fill)} == {""}
    assert "两遍一致，已计入" in words(app)
    slip, = slips(house.database, hall.key)
    assert {one.target: (one.state.value, dict(one.marks).get("")) for one in slip.taken} == kept


def test_a_long_paper_of_grades_is_keyed_by_rows_of_ten_with_one_sign_a_unit(open_page, house):
    many = tuple(PlannedTarget(key=f"T{n}", name=f"{n}镇", unit="small-A", presenter="", ranking_group="", ranked=True)
                 for n in range(1, 14))
    hall = make.sitting(house, make.plan(rule=GRADES, ballot_mode="all", targets=many, declarations={}))
    hall.open(*(one.key for one in many))
    for clerk in ("clerk1", "clerk2"):
        app = open_page("paper", Role.CLERK, name=clerk)
        by_key(app, "/label").input("L1")
        by_key(app, "/row.1").input("11111 22222")
        by_key(app, "/row.11").input("1-")
        app = press(app, "录入这张纸票")
        assert "第11—13号这一行录了2个，应是3个" in words(app) and by_key(app, "/row.1").value == "11111 22222"
        by_key(app, "/row.11").input("1-0")
        app = press(app, "录入这张纸票")
        assert {by_key(app, name).value for name in ("/label", "/row.1", "/row.11")} == {""}

    assert "两遍一致，已计入" in words(app)
    slip, = slips(house.database, hall.key)
    assert [(one.target, one.state.value, dict(one.marks).get("")) for one in slip.taken][9:] == [
        ("T10", "submitted", "poor"), ("T11", "submitted", "good"), ("T13", "abstain", None)]


def test_of_a_long_paper_only_what_two_clerks_read_differently_is_laid_side_by_side(open_page, house):
    many = tuple(PlannedTarget(key=f"T{n}", name=f"{n}镇", unit="small-A", presenter="", ranking_group="", ranked=True)
                 for n in range(1, 14))
    hall = make.sitting(house, make.plan(rule=GRADES, ballot_mode="all", targets=many, declarations={}))
    hall.open(*(one.key for one in many))
    for clerk, first in (("clerk1", "1111122222"), ("clerk2", "1111122221")):
        app = open_page("paper", Role.CLERK, name=clerk)
        by_key(app, "/label").input("L1")
        by_key(app, "/row.1").input(first)
        by_key(app, "/row.11").input("111")
        app = press(app, "录入这张纸票")

    assert "只列不同的1家，其余12家相同。" in words(app) and "<td>10镇" in words(app) and "<td>9镇" not in words(app)


def test_a_mark_and_an_abstention_together_are_asked_about(open_page, house):
    hall = make.sitting(house)
    hall.open("U2")
    app = open_page("paper", Role.CLERK)
    by_key(app, "m.U2.state").set_value("abstain")

    app = key_one(app, "L1", 88)

    assert "只留一样" in words(app) and slips(house.database, hall.key) == ()


def test_a_closed_round_is_sealed_and_the_page_says_whether_it_still_holds(open_page, house):
    hall = make.sitting(house)
    hall.open("U2")
    hall.everybody()
    hall.close()

    app = press(open_page("paper", Role.SUPERVISOR), "生成封存件")

    assert "封存件已生成" in words(app) and "● 一致" in words(app)


def test_a_leader_is_turned_away(open_page, house):
    assert "这一页不对您开放" in words(open_page("paper", Role.LEADER))
