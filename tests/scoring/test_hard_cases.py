"""The hard cases of the domain notes (section 5) that scoring decides, each under its number."""

from fractions import Fraction

import pytest

from scoring.ballot import PaperRefused, Reason, read_paper
from scoring.package import PackageRefused
from scoring.result import CannotTally, Standing
from scoring.rollup import Roll, RollUp, roll_up
from scoring.tally import tally
from tests.scoring import make

TWO_GROUPS = {"leaders": "60%", "rest": "40%"}


def test_case_1_a_tie_in_the_final_score_shares_the_place_and_skips_the_next() -> None:
    package = make.package(make.rule(), {("g", "1"): {"A": 90, "B": 90, "C": 80}})

    assert make.ranks(package) == {"A": 1, "B": 1, "C": 3}


def test_case_1_exact_totals_decide_what_rounded_totals_leave_tied() -> None:
    third = {("g", f"{i}"): {"A": mark, "B": 90} for i, mark in enumerate([90, 90, 90, 90, 90, 91])}
    close = make.rule(rounding={"places": 0}, ranking={"on": "exact"})
    level = make.rule(rounding={"places": 0}, ranking={"on": "published"})
    third_decimal = make.rule(rounding={"places": 0}, ranking={"on": "published", "tie_break": ["more_decimals"]})

    assert make.ranks(make.package(close, third)) == {"A": 1, "B": 2}
    assert make.ranks(make.package(level, third)) == {"A": 1, "B": 1}
    assert make.ranks(make.package(third_decimal, third)) == {"A": 1, "B": 2}
    assert tally(make.package(third_decimal, third)).target("A").decided_by == "more_decimals"


def test_case_1_tie_breakers_are_tried_in_order_and_the_deciding_one_is_named() -> None:
    own = make.rule(groups={"leaders": "1/2", "rest": "1/2"}, ranking={"tie_break": ["untrimmed", "leaders"]})
    lines = {("leaders", "1"): {"A": 90, "B": 80, "C": 70}, ("rest", "2"): {"A": 80, "B": 90, "C": 71}}
    result = tally(make.package(own, lines))

    assert [(t.rank, t.decided_by) for t in result.targets] == [(1, "leaders"), (2, "leaders"), (3, "total")]


def test_case_2_three_units_fill_the_bottom_two_and_the_organiser_is_told() -> None:
    marks = {f"U{i:02d}": 100 - i for i in range(1, 11)} | {"U11": 80, "U12": 80, "U13": 70}
    share = make.rule(awards=[{"end": "bottom", "k": 2, "points": ["-1"], "policy": "share"}])
    strict = make.rule(awards=[{"end": "bottom", "k": 2, "points": ["-1"], "policy": "strict"}])

    shared = tally(make.package(share, {("g", "1"): marks}))
    strictly = tally(make.package(strict, {("g", "1"): marks}))

    assert [t.target for t in shared.targets if t.points] == ["U11", "U12", "U13"]
    assert [t.rank for t in shared.targets][-3:] == [11, 11, 13]
    assert [t.rank_from_bottom for t in shared.targets][-3:] == [2, 2, 1]
    assert shared.warnings == ("U11、U12：在后2名的线上并列，按办法都算",)
    assert [t.target for t in strictly.targets if t.points] == ["U13"]


def test_case_2_a_tie_that_just_fills_the_places_is_no_warning() -> None:
    own = make.rule(awards=[{"end": "top", "k": 2, "points": ["1"], "policy": "share"}])
    result = tally(make.package(own, {("g", "1"): {"A": 90, "B": 90, "C": 80}}))

    assert [t.points for t in result.targets] == [1, 1, 0]
    assert result.warnings == ()


def test_case_2_three_tied_for_last_are_still_in_the_bottom_two() -> None:
    own = make.rule(awards=[{"end": "bottom", "k": 2, "points": ["-1"], "policy": "share"}])
    result = tally(make.package(own, {("g", "1"): {"A": 90, "B": 70, "C": 70, "D": 70}}))

    assert [t.points for t in result.targets] == [0, -1, -1, -1]


def test_case_2_split_shares_the_points_and_tie_break_asks_the_organiser() -> None:
    split = make.rule(awards=[{"k": 2, "points": ["3", "1"], "policy": "split"}])
    decide = make.rule(awards=[{"k": 2, "points": ["3", "1"], "policy": "tie_break"}])
    lines = {("g", "1"): {"A": 90, "B": 90, "C": 90}}

    assert [t.points for t in tally(make.package(split, lines)).targets] == [Fraction(4, 3)] * 3
    with pytest.raises(CannotTally, match=r"“A”、“B”、“C”在前2名的线上并列"):
        tally(make.package(decide, lines))


def test_case_3_a_missing_ballot_is_not_zero_and_stands_in_the_protocol() -> None:
    seats = [make.seat(f"J{i}") for i in range(4)]
    result = tally(make.package(make.rule(), {("g", "J0"): {"U": 90}, ("g", "J1"): {"U": 80}}, seats=seats))
    score = result.target("U").group("g")

    assert (score.exact, score.received, score.counted, score.missing) == (85, 2, 2, 2)


def test_case_4_the_lines_of_a_points_paper_stand_alone_a_ranking_paper_is_whole() -> None:
    own, ranking = make.rule(), make.rule(places=["3", "2", "1"])

    assert [line.target for line in read_paper(own, ["A", "B", "C"], {"m.A.quality": "90", "m.C.quality": "80"})] == ["A", "C"]
    with pytest.raises(PaperRefused) as refused:
        read_paper(ranking, ["A", "B", "C"], {"m.A": "1", "m.C": "2"})
    assert (refused.value.reason, refused.value.field) == (Reason.INCOMPLETE, "m.B")
    with pytest.raises(PackageRefused, match="要有3行，现有2行"):
        tally(make.package(ranking, {("g", "1"): {"A": 1, "B": 2}}, targets="ABC"))


def test_case_5_blank_dont_know_and_two_ticks_are_three_different_things() -> None:
    own = make.rule(grades={"good": "100", "bad": "0"})
    states = {1: "good", 2: "abstain", 3: "dont_know", 4: "spoiled"}
    score = tally(make.package(own, {("g", f"J{i}"): {"U": state} for i, state in states.items()})).target("U").group("g")

    assert (score.exact, score.abstained, score.dont_know, score.spoiled, score.counted) == (100, 1, 1, 1, 1)


def test_case_6_a_ballot_of_nobodys_seat_stops_the_count() -> None:
    with pytest.raises(PackageRefused, match=r"ballots.csv第3行seat列：seats.csv 里没有席位“J9”"):
        tally(make.package(make.rule(), {("g", "J1"): {"U": 90}, ("g", "J9"): {"U": 80}}, seats=[make.seat("J1")]))


def test_case_7_below_quorum_there_is_a_score_to_see_but_no_place_and_no_points() -> None:
    own = make.rule(
        groups={"g": {"weight": "1", "quorum_share": "51%"}}, awards=[{"k": 3, "points": ["1"], "policy": "share"}]
    )
    seats = [make.seat(f"J{i}") for i in range(4)]
    lines = {("g", "J0"): {"A": 90, "B": 80}, ("g", "J1"): {"A": 90, "B": 80}, ("g", "J2"): {"B": 80}}
    result = tally(make.package(own, lines, seats=seats))
    short = result.target("A")

    assert (short.state, short.total.exact, short.rank, short.points) == (Standing.BELOW_QUORUM, 90, None, None)
    assert (result.target("B").state, result.target("B").rank, result.target("B").points) == (Standing.RANKED, 1, 1)
    assert result.order == ("B",)


def test_case_7_a_recused_or_absent_seat_is_not_in_the_base_of_the_quorum() -> None:
    own = make.rule(groups={"g": {"weight": "1", "quorum_share": "100%"}})
    seats = [make.seat("J0"), make.seat("J1", unit="县"), make.seat("J2", present=False), make.seat("J3")]
    package = make.package(
        own, {("g", "J0"): {"A": 90}, ("g", "J3"): {"A": 80}}, targets=[make.target("A", unit="县")], seats=seats
    )

    assert tally(package).target("A").state is Standing.RANKED


@pytest.mark.parametrize(
    ("policy", "a", "b"),
    [("drop_group_for_all", "90", "50"), ("reweight_unit", "90", "62"), ("zero", "54", "62")],
)
def test_case_8_and_9_a_group_without_ballots_for_one_unit(policy: str, a: str, b: str) -> None:
    own = make.rule(groups=TWO_GROUPS, combine={"empty_group": policy})
    package = make.package(own, {("leaders", "1"): {"A": 90, "B": 50}, ("rest", "2"): {"B": 80}})
    result = tally(package)

    assert (make.exact(package, "A"), make.exact(package, "B")) == (a, b)
    assert result.target("A").group("rest").exact is None
    assert result.warnings


def test_case_8_by_default_there_is_no_result_and_group_and_unit_are_named() -> None:
    own = make.rule(groups=TWO_GROUPS)

    with pytest.raises(CannotTally, match="“A”在“rest”组没有可用的票"):
        tally(make.package(own, {("leaders", "1"): {"A": 90, "B": 50}, ("rest", "2"): {"B": 80}}))


def test_case_8_a_unit_below_quorum_takes_no_group_from_the_others() -> None:
    groups = {"leaders": {"weight": "60%", "quorum_ballots": 1}, "rest": {"weight": "40%", "quorum_ballots": 1}}
    own = make.rule(groups=groups, combine={"empty_group": "drop_group_for_all"})
    package = make.package(own, {("leaders", "1"): {"A": 90, "B": 50}, ("rest", "2"): {"B": 80}})
    result = tally(package)

    assert (result.target("A").state, result.target("A").evaluation.exact) == (Standing.BELOW_QUORUM, None)
    assert result.target("B").total.exact == 62


def test_case_9_nobody_scored_a_unit_at_all() -> None:
    result = tally(make.package(make.rule(groups=TWO_GROUPS), {("leaders", "1"): {"B": 50}, ("rest", "2"): {"B": 80}}, targets="AB"))

    assert result.target("A").state is Standing.NO_BALLOTS
    assert result.target("A").total.exact is None
    assert result.target("B").rank == 1


def test_case_12_recusal_by_own_unit_and_by_the_parent_of_a_town_is_not_abstention() -> None:
    seats = [make.seat("J1", unit="乐清市"), make.seat("J2"), make.seat("J3")]
    town = make.target("town", unit="柳市镇", parent_unit="乐清市")
    county = make.target("county", unit="乐清市")
    lines = {("g", f"J{i}"): {"town": mark, "county": mark} for i, mark in ((1, 100), (2, 80), (3, 70))}
    result = tally(make.package(make.rule(), lines, targets=[town, county], seats=seats, recusals=[("J2", "town")]))

    assert (result.target("county").total.exact, result.target("town").total.exact) == (75, 70)
    score = result.target("town").group("g")
    assert (score.received, score.recused, score.missing, score.abstained) == (1, 2, 0, 0)


def test_case_13_peers_score_all_but_themselves() -> None:
    names = "ABCD"
    marks = {"A": 90, "B": 80, "C": 70, "D": 60}
    lines = {("g", f"J{name}"): dict(marks) for name in names}
    targets = [make.target(name, unit=name) for name in names]
    seats = [make.seat(f"J{name}", unit=name) for name in names]
    result = tally(make.package(make.rule(), lines, targets=targets, seats=seats))

    assert [t.group("g").counted for t in result.targets] == [3, 3, 3, 3]
    assert [t.total.exact for t in result.targets] == list(marks.values())


def test_case_14_recusal_can_bring_one_unit_below_the_minimum_for_trimming_and_that_is_said() -> None:
    own = make.rule(trim={"high": 1, "low": 1, "min_ballots": 5})
    marks = [100, 90, 90, 80, 70]
    lines = {("g", f"J{i}"): {"A": mark, "B": mark} for i, mark in enumerate(marks)}
    result = tally(make.package(own, lines, recusals=[("J4", "A")]))

    assert (result.target("A").total.exact, result.target("A").group("g").trimmed) == (90, False)
    assert (result.target("B").total.exact, result.target("B").group("g").trimmed) == (Fraction(260, 3), True)
    assert result.warnings == ("A：g有效票4张，不足5张，没有去掉最高最低，取平均",)


def test_case_15_equal_extremes_lose_one_each_and_the_order_of_seats_decides_which() -> None:
    own = make.rule(trim={"high": 1, "low": 1, "min_ballots": 3})
    lines = {("g", judge): {"U": mark} for judge, mark in (("J3", 90), ("J1", 90), ("J2", 90), ("J4", 90))}
    score = tally(make.package(own, lines)).target("U").group("g")

    assert (score.exact, score.counted, score.dropped_low, score.dropped_high) == (90, 2, ("J1",), ("J4",))


def test_case_15_trimming_inside_the_group_or_over_all_judges_flips_the_winner() -> None:
    lines = {("leaders", f"L{i}"): {"A": a, "B": b} for i, (a, b) in enumerate([(100, 80), (60, 80), (60, 80)])}
    lines |= {("rest", f"R{i}"): {"A": a, "B": b} for i, (a, b) in enumerate([(80, 75), (80, 75), (70, 74)])}
    trim = {"high": 1, "low": 1, "min_ballots": 3}
    groups = {"leaders": "1/2", "rest": "1/2"}
    inside = make.package(make.rule(groups=groups, trim=trim), lines)
    over_all = make.package(make.rule(groups=groups, trim={**trim, "scope": "all_judges"}), lines)

    assert make.exact(inside, "A") == "70"
    assert make.exact(over_all, "A") == str((60 + Fraction(230, 3)) / 2)
    assert tally(over_all).target("A").group("leaders").dropped_low == ("L1",)
    assert tally(over_all).target("A").group("leaders").dropped_high == ("L0",)
    assert tally(over_all).target("A").group("rest").dropped_high == ()


def test_case_15_trimming_criterion_by_criterion_is_not_trimming_judge_totals() -> None:
    criteria = {"x": "1/2", "y": "1/2"}
    pairs = [(100, 60), (60, 100), (80, 80), (90, 70)]
    lines = {("g", f"J{i}"): {"U": {"x": x, "y": y}} for i, (x, y) in enumerate(pairs)}
    trim = {"high": 1, "low": 1, "min_ballots": 4}
    by_total = make.package(make.rule(criteria=criteria, trim=trim), lines)
    each = make.package(make.rule(criteria=criteria, trim={**trim, "unit": "criterion"}), lines)
    score = tally(each).target("U").group("g")

    assert (make.exact(by_total, "U"), make.exact(each, "U")) == ("80", "80")
    assert (score.dropped_high, score.dropped_low, score.counted) == (("J0:x", "J1:y"), ("J0:y", "J1:x"), 4)
    assert tally(by_total).target("U").group("g").dropped_high == ("J3",)


def test_case_16_grade_ballots_may_be_trimmed_but_vote_share_bands_may_not() -> None:
    grades = {"good": "100", "fair": "80", "bad": "0"}
    own = make.rule(grades=grades, trim={"high": 1, "low": 1, "min_ballots": 3})
    package = make.package(own, make.panel("g", {"U": ["good", "good", "fair", "bad"]}))

    assert make.exact(package, "U") == "90"
    assert tally(package).target("U").group("g").satisfaction == Fraction(3, 4)
    with pytest.raises(ValueError, match="得票率分档不能同时去掉最高最低票"):
        make.rule(grades=grades, trim={"high": 1}, share_bands=[{"min_share": "0%", "points": "1"}])


def test_case_24_a_secret_ballot_is_known_by_its_own_number_and_nobody_is_missing() -> None:
    own = make.rule(groups={"open": "1/2", "public": {"weight": "1/2", "secret": True}})
    lines = {("open", "J1"): {"U": 90}, ("public", "b-1"): {"U": 70}, ("public", "b-2"): {"U": 80}}
    package = make.package(own, lines, seats=[make.seat("J1", "open")])
    score = tally(package).target("U").group("public")

    assert (score.exact, score.received, score.recused, score.missing) == (75, 2, None, None)
    with pytest.raises(PackageRefused, match="无记名组，它的席位不能列出"):
        tally(make.package(own, lines, seats=[make.seat("J1", "open"), make.seat("J2", "public")]))
    named = [row._replace(seat="J1") if row.group == "public" else row for row in package.ballots]
    with pytest.raises(PackageRefused, match="无记名组，不能写席位"):
        tally(make.package(own, {}, targets="U", more_rows=named))


def test_case_31_rounding_once_at_the_end_half_up_even_or_down() -> None:
    def shown(mode: str) -> str | None:
        own = make.rule(rounding={"places": 1, "mode": mode})
        return make.published(make.package(own, make.panel("g", {"U": [90, 90, 90, 91]})), "U")

    assert (shown("half_up"), shown("half_even"), shown("down")) == ("90.3", "90.2", "90.2")


def test_case_31_group_scores_are_not_rounded_on_the_way() -> None:
    own = make.rule(groups={"a": "1/2", "b": "1/2"}, rounding={"places": 0})
    lines = {("a", "1"): {"U": 90}, ("a", "2"): {"U": 91}, ("b", "3"): {"U": 90}, ("b", "4"): {"U": 90}}
    result = tally(make.package(own, lines)).target("U")

    assert [score.published for _, score in result.groups] == ["91", "90"]
    assert result.total.published == "90"  # 90.25; from rounded groups it would be 90.5, printed 91


def test_case_33_town_results_roll_up_into_the_county_with_the_number_of_towns_shown() -> None:
    towns = [Roll(item="柳市镇", parent="乐清市", score=Fraction(90)), Roll(item="北白象镇", parent="乐清市", score=Fraction(80))]
    towns += [Roll(item="塘下镇", parent="瑞安市", score=Fraction(86)), Roll(item="虹桥镇", parent="乐清市", score=None)]

    assert roll_up(RollUp.MEAN, towns) == {"乐清市": (Fraction(85), 2), "瑞安市": (Fraction(86), 1)}
    assert roll_up(RollUp.BEST, towns) == {"乐清市": (Fraction(90), 2), "瑞安市": (Fraction(86), 1)}


def test_case_47_a_project_is_balloted_and_its_unit_gets_the_mean_of_its_projects() -> None:
    own = make.rule(ranking={"method": "standard"})
    targets = [make.target("P1", unit="乐清市"), make.target("P2", unit="乐清市"), make.target("P3", unit="瑞安市")]
    result = tally(make.package(own, {("g", "1"): {"P1": 90, "P2": 80, "P3": 86}}, targets=targets))
    rolls = [Roll(item=t.target, parent=t.unit, score=result.target(t.target).total.exact) for t in targets]

    assert result.target("P1").rank == 1
    assert roll_up(RollUp.MEAN, rolls) == {"乐清市": (Fraction(85), 2), "瑞安市": (Fraction(86), 1)}
