"""A rule tried out on made-up ballots: what it makes of them, and the engine's sentence where it makes nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from office.refusal import NotFound, Refused
from office.sitting import sittings
from office.sitting.plan import PlannedSeat
from office.sitting.preparation import prepared
from office.sitting.sample_papers import Chair, sample_papers
from office.sitting.starts import start_text, starts
from office.sitting.tryout import try_out
from scoring.rows import Target
from scoring.rule import read_rule
from scoring.tally import tally
from tests import make
from tests.kinds import one_kind

BY = {"by": "host", "at": make.START}


def small(house, **changes):
    make.sitting(house, make.plan(**changes))
    return house.database


def one_leader(**changes):
    """A single leader, who belongs to unit A and is recused from it."""
    plan = make.plan(**changes)
    return replace(plan, seats=(PlannedSeat(code="L1", group="leaders", name="", unit="small-A"),
                                *(seat for seat in plan.seats if seat.group == "public")))


def test_the_sittings_own_targets_and_seats_are_counted_by_the_rule_as_typed(house):
    database = small(house, units=5, leaders=6, public=8)

    tried = try_out(database, "small", make.RULE.replace('"60%"', '"50%"').replace('"40%"', '"50%"'), seed=1)

    assert tried.refusal == ""
    assert tried.groups == ("市领导组（50%）", "社会各界代表组（50%）")
    assert sorted(line.name for line in tried.lines) == ["A县", "B县", "C县", "D县", "E县"]
    assert all(line.place and line.total != "—" for line in tried.lines)
    assert all(line.dropped[0].startswith("去高 L") for line in tried.lines)
    assert all(line.dropped[1] == "去高1张、去低1张" for line in tried.lines)
    assert tried.lines[0].points == "+2" and tried.lines[-1].points == "-1"


@one_kind
def test_the_same_seed_gives_the_same_ballots_and_another_seed_others(house):
    database = small(house, units=5)

    assert try_out(database, "small", make.RULE, seed=1) == try_out(database, "small", make.RULE, seed=1)
    assert try_out(database, "small", make.RULE, seed=1).lines != try_out(database, "small", make.RULE, seed=2).lines


@one_kind
@pytest.mark.parametrize("seed", range(1, 6))
def test_a_missing_paper_an_abstention_a_recusal_and_a_tie_are_among_them(house, seed):
    database = small(house, units=5, leaders=6)

    tried = try_out(database, "small", make.RULE, seed=seed)

    said = "\n".join(tried.put_in)
    assert all(word in said for word in ("未交：", "弃权：", "回避：L6席对A县", "同分："))
    assert sum("并列" in line.place for line in tried.lines) == 2


@one_kind
@pytest.mark.parametrize("seed", range(1, 6))
def test_the_tie_lies_across_the_line_of_the_first_award(house, seed):
    rule = make.RULE.replace("k = 1\npoints = [\"2\"]", "k = 3\npoints = [\"2\"]", 1)
    database = small(house, units=12, leaders=9, public=30, rule=rule)

    tried = try_out(database, "small", rule, seed=seed)

    assert [line.place for line in tried.lines].count("3（并列）") == 2
    assert any("在前3名的线上并列" in one for one in tried.warnings)


@one_kind
def test_where_the_rule_gives_no_result_the_engines_sentence_is_shown_in_names(house):
    make.sitting(house, one_leader())

    tried = try_out(house.database, "small", make.RULE, seed=1)

    assert tried.lines == ()
    assert "A县" in tried.refusal and "市领导" in tried.refusal


@one_kind
def test_an_empty_agenda_and_groups_without_seats_are_filled_with_made_up_ones_and_said(house):
    plan = make.plan()
    sittings.load(house.database, replace(plan, targets=(), seats=(), declarations={}), **BY)

    tried = try_out(house.database, "small", make.RULE, seed=1)

    assert len(tried.lines) == 6
    assert tried.notes == ("议程还是空的，用6家示例单位。", "市领导组还没有席位，按7席示例。",
                           "社会各界代表组还没有席位，按7席示例。")


@one_kind
def test_seats_of_a_group_that_the_rule_does_not_have_are_left_out_and_said(house):
    database = small(house)

    tried = try_out(database, "small", start_text("linshui_2017"), seed=1)

    assert any("8席属于“leaders、public”" in one for one in tried.notes)
    assert tried.refusal == ""


@one_kind
@pytest.mark.parametrize(("key", "secret"), [("example", True), ("jining_2015", False), ("jining_2015", True),
                                             ("civil_service", False)])
def test_where_every_unit_has_judges_of_its_own_the_tie_is_there_too(house, key, secret):
    """As in the sample: representatives come from every county, and are recused from their own."""
    plan = make.plan(units=6)
    judges = tuple(PlannedSeat(code=f"{g}{n}", group=g, name="", unit=f"small-{'ABCDEF'[n % 6]}")
                   for g in ("leaders", "departments", "public", "observers", "judges") for n in range(1, 25))
    toml = start_text(key) if secret else start_text(key).replace("secret = true", "secret = false")
    own = {group.key for group in read_rule(toml.encode()).groups}
    sittings.load(house.database, replace(plan, rule_toml=toml, ballot_mode="all", seats=tuple(
        one for one in judges if one.group in own)), **BY)

    tried = try_out(house.database, "small", toml, seed=1)

    assert tried.refusal == ""
    assert any(one.startswith("同分：") for one in tried.put_in), tried.put_in
    assert any(one.startswith("弃权：") for one in tried.put_in)


@one_kind
@pytest.mark.parametrize("start", starts(), ids=lambda one: one.key)
@pytest.mark.parametrize("seed", [1, 2])
def test_every_rule_to_start_from_can_be_tried_out_and_shows_its_answer_to_a_tie(house, start, seed):
    plan = make.plan(units=13)
    sittings.load(house.database, replace(plan, seats=()), **BY)

    tried = try_out(house.database, "small", start.toml, seed=seed)

    assert tried.refusal == ""
    assert len(tried.lines) == 13
    assert any(one.startswith("同分：") for one in tried.put_in), tried.put_in


def test_a_ranking_ballot_with_seats_recused_still_counts():
    rule = read_rule(start_text("jining_2015").replace("secret = true", "secret = false").encode())
    targets = [Target(target=f"U{n}", name=f"{n}县", unit=f"u{n}", parent_unit="", ranking_group="", ranked=True)
               for n in range(1, 8)]
    chairs = [Chair(code=f"J{n}", group="observers", unit="u1" if n == 1 else "") for n in range(1, 10)]

    sample = sample_papers(rule, targets, chairs, [("J2", "U2")], seed=3)
    result = tally(sample.package)

    assert result.target("U1").group("observers").recused == 1
    assert result.target("U2").group("observers").recused == 1
    assert sample.alike is not None
    first, second = (result.target(key) for key in sample.alike)
    assert first.evaluation.exact == second.evaluation.exact


@pytest.mark.parametrize(("units", "seats"), [(1, 1), (1, 5), (2, 2), (2, 4), (3, 1)])
def test_the_smallest_sittings_have_samples_too(units, seats):
    rule = read_rule(make.RULE.encode())
    targets = [Target(target=f"U{n}", name=f"{n}县", unit="", parent_unit="", ranking_group="", ranked=True)
               for n in range(units)]
    chairs = [Chair(code=f"{g}{n}", group=g, unit="") for g in ("leaders", "public") for n in range(seats)]

    result = tally(sample_papers(rule, targets, chairs, [], seed=1).package)

    assert len(result.order) == units


@one_kind
def test_components_and_a_deduction_are_made_up_and_said_to_be(house):
    rule = make.RULE + """
[[components]]
key = "evaluation"
weight = "80%"
[[components]]
key = "indicators"
weight = "20%"
max = "50"
[[deductions]]
key = "overtime"
name = "超时"
points = "-1"
"""
    database = small(house, units=5, leaders=6, rule=rule)

    tried = try_out(database, "small", rule, seed=1)

    assert tried.parts == ("现场测评（80%）", "indicators（20%）")
    assert all(len(line.parts) == 2 and "—" not in line.parts for line in tried.lines)
    assert tried.put_in[-3].startswith("扣分：") and tried.put_in[-3].endswith("超时1次")
    assert tried.put_in[-2] == "各分项的得分也是示例"
    assert sum("并列" in line.place for line in tried.lines) == 2


def test_nothing_is_stored(house):
    database = small(house)
    before = prepared(database, "small")

    try_out(database, "small", make.RULE, seed=1)

    assert prepared(database, "small") == before


@one_kind
def test_a_rule_that_cannot_be_read_and_a_sitting_that_is_not_there_are_refused(house):
    database = small(house)

    with pytest.raises(Refused, match="改好才能试算"):
        try_out(database, "small", make.RULE.replace('"60%"', '"50%"'), seed=1)
    with pytest.raises(NotFound):
        try_out(database, "nowhere", make.RULE, seed=1)


def test_every_start_says_where_it_comes_from_and_what_in_it_is_ours():
    assert [one.key for one in starts()] == ["example", "linshui_2017", "ruian_2012", "yuzhou_2018", "jining_2015",
                                             "hangzhou_2018", "civil_service"]
    assert all(one.source and one.ours for one in starts())
    assert "原文未写分差和小数位" in next(one.ours for one in starts() if one.key == "linshui_2017")
