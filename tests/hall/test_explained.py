"""How one number was made: in words, as a sum, ballot by ballot, and never more than this person may see."""

from __future__ import annotations

from fractions import Fraction

import pytest

from db.values import Staff
from hall.outcome.explained import explained, how_firm
from office.people import Role
from office.refusal import Refused
from tests import make, played
from tests.hall.test_standings import LEADER, LIAISON, score
from tests.kinds import one_kind


@pytest.fixture
def published(house):
    return played.published(house, U1=90, U2=80, U3=70)


def told(hall: make.Hall, target: str, who: Staff = LEADER):
    return explained(hall.house.database, hall.key, target, who)


def test_first_the_place_the_neighbours_and_what_makes_the_difference(published):
    assert told(published, "U2").words == (
        "第2名。", "比第1名A县少10.30分，主要差在市领导组。", "比第3名C县多10.00分，主要强在市领导组。")


@one_kind
def test_how_firm_a_place_is_comes_in_sentences_too(published):
    assert how_firm(published.house.database, published.key, "U2") == (
        "如果不去最高最低，是第2名；如果取中位数，是第2名。", "少任何一位评委，都是第2名。")


@one_kind
def test_one_judge_who_decides_a_place_is_told_as_a_range(hall):
    for target, marks in (("U1", (80, 81, 82)), ("U2", (80, 81, 60))):
        hall.open(target)
        for n, mark in enumerate(marks, 1):
            hall.cast(f"L{n}", mark)
            hall.cast(f"P{n}", 80)
        hall.close()
    assert how_firm(hall.house.database, hall.key, "U2") == ()  # while the hall votes, nobody asks
    hall.publish(despite_warnings=True)

    said = how_firm(hall.house.database, hall.key, "U2")

    assert said[-1] == "少任何一位评委，名次在第1至第2名之间。"


@one_kind
def test_a_tie_that_the_rule_broke_is_not_told_as_a_gap_of_nothing(house):
    rule = make.RULE.replace("[combine]", '[ranking]\ntie_break = ["leaders"]\n[combine]')
    hall = make.sitting(house, make.plan(rule=rule))
    for target, leaders, public in (("U2", 90, 90), ("U3", 88, 93)):
        hall.open(target)
        for code in ("L1", "L2", "L3", "P1", "P2", "P3"):
            hall.cast(code, leaders if code.startswith("L") else public)
        hall.close()

    assert told(hall, "U3").words == ("第2名。", "与第1名B县总分相同，按办法定先后。")


@one_kind
def test_the_sum_is_written_out_and_every_group_says_what_was_done(published):
    view = told(published, "U2")

    assert view.sum_words == "60%×80.50 + 40%×81.00 = 80.70"
    assert [(one.name, one.weight, one.published, one.brings) for one in view.groups] == [
        ("市领导组", "60%", "80.50", "48.30"), ("社会各界代表组", "40%", "81.00", "32.40")]
    assert view.groups[0].words == "有效票4张，去掉1个最高分、1个最低分，余下2张取平均，不去最高最低是80.75分。"


@one_kind
def test_dots_are_hollow_where_the_rule_dropped_the_ballot(published):
    dots = told(published, "U2").groups[0].strips[0].dots

    assert [(int(dot.value), dot.status, dot.who) for dot in dots] == [
        (80, "dropped_low", "L1 市领导1席"), (80, "counted", "L4 市领导4席"), (81, "counted", "L2 市领导2席"),
        (82, "dropped_high", "L3 市领导3席")]
    assert sum(dot.value for dot in dots if not dot.dropped) / 2 == Fraction(161, 2)


@one_kind
def test_the_parts_of_a_gap_add_up_to_it(published):
    above, below = told(published, "U2").gaps

    assert (above.name, above.rank, above.total, above.parts) == (
        "A县", "1", "+10.30", (("市领导组", "+6.30"), ("社会各界代表组", "+4.00")))
    assert (below.name, below.total) == ("C县", "-10.00")


@one_kind
def test_named_ballots_stand_with_their_seat_and_secret_ones_without(published):
    leaders, public = told(published, "U2").groups

    assert [(one.seat, one.who, one.marks, one.status) for one in leaders.papers] == [
        ("L1", "市领导1席", ("80",), "去掉（最低）"), ("L2", "市领导2席", ("81",), "计入"),
        ("L3", "市领导3席", ("82",), "去掉（最高）"), ("L4", "市领导4席", ("80",), "计入")]
    assert public.papers == ()
    assert {dot.who for dot in public.strips[0].dots} == {""}
    assert len(public.strips[0].dots) == 4


@one_kind
def test_a_liaison_sees_group_figures_and_neither_marks_nor_counts(published):
    view = told(published, "U2", LIAISON)

    assert [(one.published, one.strips, one.papers) for one in view.groups] == [("80.50", (), ()), ("81.00", (), ())]
    assert view.groups[0].words == "去掉1个最高分、1个最低分，余下取平均，不去最高最低是80.75分。"
    assert "L1" not in repr(view) and "有效票" not in repr(view)


@one_kind
@pytest.mark.parametrize("who", [LEADER, LIAISON])
def test_of_a_secret_group_below_three_ballots_nothing_is_shown_not_even_in_the_gap(hall, who):
    score(hall, U2=80)
    hall.open("U1")
    for code, mark in (("L1", 95), ("L2", 95), ("P1", 61), ("P2", 62)):
        hall.cast(code, mark)
    hall.close()
    score(hall, U3=70)
    hall.publish(despite_warnings=True)

    for target in ("U1", "U2"):
        view = told(hall, target, who)
        assert all("社会各界代表组" not in dict(gap.parts) for gap in view.gaps if "A县" in (gap.name, view.name))
    public = told(hall, "U1", who).groups[1]
    assert (public.hidden, public.published, public.brings, public.strips) == (True, "", "", ())
    assert told(hall, "U1", who).sum_words == ""
    assert "61.50" not in repr(told(hall, "U1", who))


@one_kind
def test_an_unknown_unit_is_refused_in_words(published):
    with pytest.raises(Refused, match="没有这个单位"):
        told(published, "U9")


def test_what_became_of_papers_that_never_reached_the_mean(hall):
    hall.open("U2")
    for code in ("L1", "L2", "L3", "P1", "P2", "P3"):
        hall.cast(code, 80)
    hall.cast("L3", form={"m.U2": "abstain"})
    hall.close()

    papers = {(one.seat, one.status): one.total for one in told(hall, "U2").groups[0].papers}

    assert papers == {("L1", "计入"): "80.00", ("L2", "计入"): "80.00", ("L3", "弃权"): "", ("L3", "已被后一版代替"): ""}


def test_components_and_deductions_stand_in_the_sum(house):
    rule = make.RULE.replace("[trim]", '''[[components]]
key = "evaluation"
weight = "80%"
max = "100"
[[components]]
key = "指标"
weight = "20%"
max = "50"
[[deductions]]
key = "overtime"
name = "超时"
points = "-1"
[trim]''')
    values = tuple((target, "指标", "40") for target in ("U1", "U2", "U3"))
    hall = make.sitting(house, make.plan(rule=rule, components=(*values, ("U2", "overtime", "2"))))
    score(hall, U2=80)

    parts = told(hall, "U2").parts

    assert [(one.name, one.words, one.brings) for one in parts] == [
        ("现场测评", "80.70分（满分100），折成百分80.70，占80%", "64.56"),
        ("指标", "40.00分（满分50），折成百分80.00，占20%", "16.00"), ("超时", "2次，每次-1分", "-2.00")]
    assert told(hall, "U2").total == "78.56"


@one_kind
def test_grades_are_shown_by_their_names(house):
    rule = make.RULE.replace('kind = "points"', 'kind = "grades"').replace('''[[criteria]]
key = "quality"
name = "质量"
weight = "1"''', '''[[grades]]
key = "good"
name = "满意"
points = "100"
[[grades]]
key = "fair"
name = "基本满意"
points = "80"
[grading]
denominator = "valid"
satisfied = 1''')
    hall = make.sitting(house, make.plan(rule=rule))
    hall.open("U2")
    for n, code in enumerate(("L1", "L2", "L3", "L4", "P1", "P2", "P3")):
        hall.cast(code, form={"m.U2": "good" if n % 2 else "fair"})
    hall.close()

    view = told(hall, "U2")

    assert view.columns == ("等次",)
    assert [one.marks for one in view.groups[0].papers] == [("基本满意",), ("满意",), ("基本满意",), ("满意",)]


@one_kind
def test_each_criterion_trimmed_by_itself_has_a_line_of_its_own(house):
    rule = make.RULE.replace("min_ballots = 3", 'min_ballots = 3\nunit = "criterion"').replace('weight = "1"\n', '''weight = "50%"
[[criteria]]
key = "duty"
name = "担当"
weight = "50%"
''')
    hall = make.sitting(house, make.plan(rule=rule))
    hall.open("U2")
    for n, code in enumerate(("L1", "L2", "L3", "P1", "P2", "P3")):
        hall.cast(code, form={"m.U2.quality": str(80 + n), "m.U2.duty": str(90 - n)})
    hall.close()

    leaders = told(hall, "U2").groups[0]

    assert [(strip.label, strip.published, len(strip.dots)) for strip in leaders.strips] == [
        ("质量", "81.00", 3), ("担当", "89.00", 3)]
    assert [(one.seat, one.marks) for one in leaders.papers] == [
        ("L1", ("（80.00）", "（90.00）")), ("L2", ("81.00", "89.00")), ("L3", ("（82.00）", "（88.00）"))]


def test_a_version_that_was_corrected_keeps_its_own_working(hall):
    score(hall, U1=90, U2=80)
    hall.publish(despite_warnings=True)
    score(hall, U3=95)
    hall.publish(reason="补充打分")

    first = explained(hall.house.database, hall.key, "U1", LEADER, 1)

    assert first.words[0] == "第1名。"
    assert told(hall, "U1").words[0] == "第2名。"


@one_kind
def test_a_seat_that_is_a_supervisor_s_business_is_shown_to_the_supervisor(published):
    supervisor = Staff(id=2, name="s", title="s", roles=frozenset({Role.SUPERVISOR, Role.LIAISON}), unit="",
                       active=True, has_password=True)

    assert told(published, "U2", supervisor).groups[0].papers != ()
