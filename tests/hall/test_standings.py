"""成绩 as a screen shows it: what is seen before and after publication, by whom, and in which words."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

import pytest

from db.reads import sittings as reads
from db.values import Staff
from db.work import work
from hall.moment.discretion import HIDDEN_WORDS
from hall.outcome import results
from hall.outcome.signature import signature_page
from hall.outcome.standings import because_words, board, ranking_csv
from hall.screen.board_view import released_of
from office.people import Role
from office.refusal import Refused
from pages._ranking import table
from tests import make
from tests.kinds import one_kind
from tests.played import published, scored


def person(*roles: Role) -> Staff:
    return Staff(id=1, name="x", title="x", roles=frozenset(roles), unit="", active=True, has_password=True)


DEDUCTIONS = '''
[[deductions]]
key = "overtime"
name = "超时"
points = "-0.1"
[[deductions]]
key = "late"
name = "迟到"
points = "-0.125"
'''


LEADER, LIAISON = person(Role.LEADER), person(Role.LIAISON)


def score(hall: make.Hall, **marks: int) -> None:
    for target, mark in marks.items():
        hall.open(target)
        hall.everybody(mark)
        hall.close()


def seen(hall: make.Hall, who: Staff = LEADER, number: int | None = None):
    shown = board(hall.house.database, hall.key, who, number)
    assert shown is not None
    return shown


@one_kind
@pytest.mark.parametrize("role", [Role.HOST, Role.CLERK, Role.SUPERVISOR, Role.LEADER, Role.ADMINISTRATOR])
def test_the_people_of_the_hall_see_closed_rounds_before_publication(house, role):
    hall = scored(house, U1=90)

    shown = seen(hall, person(role))

    assert shown.version is None
    assert [(one.name, one.place, one.points) for one in shown.ranked] == [("A县", "1", "")]


@one_kind
def test_a_liaison_sees_nothing_before_publication(house):
    hall = scored(house, U1=90)

    assert board(hall.house.database, hall.key, LIAISON) is None


def test_an_open_round_shows_nothing_of_its_target_but_that_it_is_being_scored(house):
    hall = scored(house, U1=90)
    hall.open("U2")
    hall.cast("L1", 77)

    shown = seen(hall)

    assert shown.waiting == (("打分中", ("B县",)), ("还没打分", ("C县",)))
    assert [one.name for one in (*shown.ranked, *shown.others)] == ["A县"]
    assert "77" not in repr((shown.ranked, shown.others, shown.sentence, shown.warnings))


def test_a_draft_follows_every_round_that_closes_or_is_voided(house):
    hall = scored(house, U1=90)
    assert [one.name for one in seen(hall).ranked] == ["A县"]

    score(hall, U2=80)
    assert [one.name for one in seen(hall).ranked] == ["A县", "B县"]

    snapshot = hall.house.live.at(hall.key)
    hall.void(snapshot.round_of("U1").id)
    assert [one.name for one in seen(hall).ranked] == ["B县"]


def test_a_draft_follows_the_check_in_that_a_quorum_looks_at(house):
    share = make.RULE.replace('weight = "60%"', 'weight = "60%"\nquorum_share = "1"')
    hall = make.sitting(house, make.plan(rule=share))
    score(hall, U2=90)
    assert [one.state for one in seen(hall).others] == []
    hall.void(house.live.at(hall.key).round.id)
    hall.open("U2")
    for code in ("L1", "P1", "P2", "P3"):
        hall.cast(code, 80)
    hall.close()
    assert seen(hall).others == ()

    for code in ("L2", "L3"):
        house.live.check_in(house.live.seat(hall.secrets[code]))

    assert [one.state for one in seen(hall).others] == ["有效票不够"]


def test_a_publication_is_shown_with_its_version_and_the_same_for_everyone(house):
    hall = published(house, U1=90, U2=80, U3=70)

    shown = seen(hall, LIAISON)

    assert [(one.place, one.name, one.total, one.points, one.because) for one in shown.ranked] == [
        ("1", "A县", "91.00", "+2", "前1名（并列都算）"), ("2", "B县", "80.70", "0", ""),
        ("3", "C县", "70.70", "-1", "后1名（并列都算）")]
    assert (shown.version.number, shown.version.at, shown.version.by) == (1, hall.now, "host")
    assert shown.sentence == "3家排名：A县91.00分，第1名，比第2名B县多10.30分；末位C县70.70分。"
    assert [one.total for one in shown.ranked] == [one.total for one in seen(hall, LEADER).ranked]


def test_only_the_people_of_the_hall_see_what_became_of_every_seat(house):
    hall = published(house, U1=90, U2=80, U3=70)

    assert seen(hall, LEADER).ranked[0].figures[0].seats == "收到3，回避1"
    assert {figure.seats for one in seen(hall, LIAISON).ranked for figure in one.figures} == {""}
    assert "回避" not in repr(seen(hall, LIAISON))


@one_kind
def test_a_secret_group_with_fewer_than_three_ballots_is_shown_to_nobody(hall):
    hall.open("U1")
    for code, mark in (("L1", 90), ("L2", 90), ("P1", 61), ("P2", 62)):
        hall.cast(code, mark)
    hall.close()

    figure = seen(hall).ranked[0].figures[1]

    assert (figure.words, figure.published, figure.exact) == (HIDDEN_WORDS, None, None)
    assert "61.50" not in repr(seen(hall))
    assert HIDDEN_WORDS in ranking_csv(seen(hall)).decode("utf-8-sig")


@one_kind
def test_a_tie_is_marked_on_both_and_a_broken_tie_says_what_broke_it(house):
    broken = make.RULE.replace("[combine]", '[ranking]\ntie_break = ["leaders"]\n[combine]')
    hall = make.sitting(house, make.plan(rule=broken, leaders=5))
    for target, leaders, public in (("U1", 90, 90), ("U2", 90, 90), ("U3", 88, 93)):
        hall.open(target)
        for code in ("L1", "L2", "L3", "P1", "P2", "P3"):
            hall.cast(code, leaders if code.startswith("L") else public)
        hall.close()

    lines = {one.name: one for one in seen(hall).ranked}

    assert {name: (one.place, one.total, one.tied_with) for name, one in lines.items()} == {
        "A县": ("1", "90.00", ("B县",)), "B县": ("1", "90.00", ("A县",)), "C县": ("3", "90.00", ())}
    assert lines["C县"].decided_by == "总分相同，按市领导组得分定先后"
    assert lines["A县"].decided_by == ""
    assert seen(hall).sentence == "3家排名：A县、B县90.00分，并列第1名，与第3名C县总分相同，按办法定先后；末位C县90.00分。"


@one_kind
def test_who_has_no_place_is_listed_apart_with_the_reason_in_words(house):
    quorum = make.RULE.replace('weight = "60%"', 'weight = "60%"\nquorum_ballots = 2')
    plan = make.plan(rule=quorum)
    hall = make.sitting(house, replace(plan, targets=(*plan.targets[:2], replace(plan.targets[2], ranked=False))))
    score(hall, U1=90, U3=70)
    hall.open("U2")
    for code in ("L1", "P1", "P2", "P3"):
        hall.cast(code, 80)
    hall.close()

    shown = seen(hall)

    assert [(one.name, one.place, one.state) for one in shown.others] == [
        ("B县", "", "有效票不够"), ("C县", "", "只打分不排名")]
    assert shown.sentence == "A县第1名，91.00分。有效票不够：B县。只打分不排名：C县。"


def test_an_older_version_stays_readable_and_the_newer_one_says_why(house):
    hall = published(house, U1=90, U2=80)
    score(hall, U3=95)
    hall.publish(reason="补充打分")

    old, new = seen(hall, LIAISON, 1), seen(hall, LIAISON)

    assert [one.name for one in old.ranked] == ["A县", "B县"]
    assert (old.is_newest, old.waiting) == (False, (("还没打分", ("C县",)),))
    assert [one.name for one in new.ranked] == ["C县", "A县", "B县"]
    assert [(one.number, one.reason) for one in new.versions] == [(1, ""), (2, "补充打分")]
    with pytest.raises(Refused, match="没有第3版"):
        seen(hall, LIAISON, 3)


@one_kind
def test_hashes_are_those_of_the_package_that_is_handed_out(house):
    hall = published(house, U1=90, U2=80, U3=70)

    package = results.package_in_force(hall.house.database, hall.key)

    assert (seen(hall).rule_sha256, seen(hall).ballots_sha256) == (package.rule.sha256, package.ballots_sha256)


@one_kind
def test_a_warning_names_units_and_gives_a_liaison_no_count(hall):
    hall.open("U1")
    for code in ("L1", "L2", "P1", "P2", "P3"):
        hall.cast(code, 90)
    hall.close()
    score(hall, U2=80, U3=70)
    hall.publish(despite_warnings=True)

    assert "A县：市领导有效票2张，不足3张，没有去掉最高最低，取平均" in seen(hall, LEADER).warnings
    assert "A县：市领导有效票不足3张，没有去掉最高最低，取平均" in seen(hall, LIAISON).warnings


@one_kind
@pytest.mark.parametrize(("maximum", "one_axis"), [("100", True), ("10", False)])
def test_groups_stand_beside_the_total_only_where_both_count_to_a_hundred(house, maximum, one_axis):
    rule = make.RULE.replace('kind = "points"', f'kind = "points"\nmax = "{maximum}"').replace("[trim]", f'''
[[components]]
key = "evaluation"
weight = "1"
max = "{maximum}"
[trim]''')
    hall = make.sitting(house, make.plan(rule=rule))

    assert seen(hall).groups_on_scale is one_axis
    assert [(one.key, one.name, one.weight) for one in seen(hall).components] == [("evaluation", "现场测评", "100%")]


@pytest.mark.parametrize(("reason", "words"), [
    ("top 3, share", "前3名（并列都算）"), ("bottom 2, strict", "后2名（并列都不算）"), ("top 1, split", "前1名（并列平分）"),
    ("band >= 90", "90分及以上档"), ("band < 60", "60分以下档"), ("band of all", "不分档"),
])
def test_points_say_in_chinese_what_earned_them(reason, words):
    assert because_words(reason) == words


@one_kind
def test_the_table_to_take_away_is_the_one_on_the_screen(house):
    hall = published(house, U1=90, U2=80, U3=70)

    lines = ranking_csv(seen(hall, LIAISON)).decode("utf-8-sig").splitlines()

    assert lines[0] == "名次,单位,总分,市领导组,社会各界代表组,考绩分,说明"
    assert lines[1] == "1,A县,91.00,91.00,91.00,+2,前1名（并列都算）"


@one_kind
def test_what_was_deducted_stands_beside_the_number_as_it_was_frozen(house):
    """Overtime and a second deduction, on the page, the board, the table to take away and the signed page."""
    hall = make.sitting(house, make.plan(rule=make.RULE + DEDUCTIONS, components=(
        ("U1", "overtime", "1"), ("U2", "overtime", "2"), ("U2", "late", "1"), ("U3", "overtime", "0"))))
    score(hall, U1=90, U2=80)
    words = {"A县": "超时1次，扣0.10分", "B县": "超时2次，扣0.20分；迟到1次，扣0.125分", "C县": ""}
    assert {one.name: one.deducted for one in seen(hall).ranked} == {name: words[name] for name in ("A县", "B县")}
    score(hall, U3=70)
    hall.publish()
    with work(house.database) as w:  # whatever is put in afterwards is not what was published
        found = reads.sitting(w.c, hall.key)
        w.roster.put_component(next(one.id for one in reads.targets(w.c, found.id) if one.key == "U1"), "overtime", "5")

    shown = seen(hall, LIAISON)

    assert {one.name: one.deducted for one in shown.ranked} == words
    for one in shown.ranked:  # the words account for all that stands between the groups' scores and the total
        taken = sum(Fraction(part) for part in re.findall(r"扣([0-9.]+)分", one.deducted))
        result = results.standing(house.database, hall.key).result["targets"][one.target]
        assert one.exact == Fraction(result["evaluation"]["exact"]) - taken
    assert {one.name: one.note for one in released_of(shown).lists[0][1]} == {
        "A县": f"{words['A县']}；前1名（并列都算）", "B县": words["B县"], "C县": "后1名（并列都算）"}
    lines = [line.split(",") for line in ranking_csv(shown).decode("utf-8-sig").splitlines()]
    assert [(line[1], line[3]) for line in lines] == [("单位", "扣分"), *words.items()]
    below = signature_page(house.database, hall.key, LEADER, 1).below
    assert [one for one in below if "超时" in one] == [f"A县：{words['A县']}。", f"B县：{words['B县']}。"]
    assert f'<div class="q">{words["A县"]}</div>' in table(shown, hall.key)
