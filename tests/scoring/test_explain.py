"""The explanation: every node recombines exactly, the leaves are the ballots the count used, gaps add up."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from scoring.explain import NoSuchTarget, explain, recombine
from scoring.package import Package
from scoring.result import CannotTally, json_text
from scoring.tally import tally
from tests.scoring import make, strategies

MANY = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
SOME = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))


def nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node["children"]:
        yield from nodes(child)


def explained(package: Package, target: str) -> dict[str, Any]:
    try:
        return explain(package, target)
    except CannotTally:
        assume(False)
        raise


@given(strategies.packages())
@MANY
def test_every_node_recombines_the_leaves_are_the_ballots_and_a_gap_is_the_sum_of_its_parts(package: Package) -> None:
    """Three properties of one explanation, which costs more to make than to look at."""
    result = tally_or_leave(package)
    for target in package.targets:
        explanation = explained(package, target.target)
        every_node_recombines_from_its_children_exactly(explanation)
        the_leaves_are_exactly_the_ballots_of_the_protocol(explanation, result.target(target.target))
        the_gap_to_a_neighbour_is_the_sum_of_its_parts(package, explanation, result, target.target)


def every_node_recombines_from_its_children_exactly(explanation: dict[str, Any]) -> None:
    for node in nodes(explanation["tree"]):
        assert set(node) == {"what", "formula", "parameters", "exact", "published", "children"}
        if node["exact"] is not None:
            assert recombine(node) == Fraction(node["exact"]), node


def the_leaves_are_exactly_the_ballots_of_the_protocol(explanation: dict[str, Any], result: Any) -> None:
    assert explanation["tree"]["exact"] == result.as_json()["total"]["exact"]
    groups = [node for node in nodes(explanation["tree"]) if node["what"] == "group"]
    for node, (key, score) in zip(groups, result.groups, strict=True):
        leaves = [leaf for leaf in nodes(node) if leaf["what"] == "ballot"]
        said = Counter(leaf["parameters"]["status"] for leaf in leaves)
        assert node["parameters"]["group"] == key
        assert node["exact"] == (None if score.exact is None else str(score.exact))
        assert (said["abstained"], said["dont_know"], said["spoiled"]) == (score.abstained, score.dont_know, score.spoiled)
        assert said["dropped_high"] == len(score.dropped_high)
        assert said["dropped_low"] == len(score.dropped_low)
        if not any(child["what"] == "criterion" for child in node["children"]):
            assert said["counted"] == score.counted


def the_gap_to_a_neighbour_is_the_sum_of_its_parts(
    package: Package, explanation: dict[str, Any], result: Any, target: str
) -> None:
    weights = {item.key: item.weight for item in package.rule.components} or {"evaluation": Fraction(1)}
    for side, gap in explanation["gaps"].items():
        if gap is None:
            continue
        parts = [Fraction(value) for kind in ("components", "deductions") for value in gap[kind].values()]
        mine, theirs = result.target(target), result.target(gap["target"])
        assert mine.total.exact is not None and theirs.total.exact is not None
        assert sum(parts) == Fraction(gap["total"]) == theirs.total.exact - mine.total.exact
        assert sum(map(Fraction, gap["groups"].values())) == Fraction(gap["components"]["evaluation"])
        assert set(gap["components"]) == set(weights)
        assert (theirs.rank_from_bottom or 0) > (mine.rank_from_bottom or 0) or side == "below"


def tally_or_leave(package: Package) -> Any:
    try:
        return tally(package)
    except CannotTally:
        assume(False)


def without(package: Package, judge: str) -> Package:
    rows = tuple(row for row in package.ballots if judge not in (row.seat, row.ballot))
    seats = None if package.seats is None else tuple(seat for seat in package.seats if seat.seat != judge)
    recusals = tuple(recusal for recusal in package.recusals if recusal.seat != judge)
    return replace(package, ballots=rows, seats=seats, recusals=recusals)


@given(strategies.packages())
@SOME
def test_leaving_a_judge_out_is_the_same_as_a_recount_without_his_ballots(package: Package) -> None:
    package = replace(package, rule=replace(package.rule, awards=()))
    tally_or_leave(package)
    for target in package.targets[:2]:
        for judge, place in explain(package, target.target)["alternatives"]["judges"].items():
            try:
                expected = tally(without(package, judge)).target(target.target).rank
            except CannotTally:
                expected = None
            assert place == expected, judge


@given(strategies.packages())
@SOME
def test_the_untrimmed_alternative_is_a_recount_under_a_rule_without_trimming(package: Package) -> None:
    trim = replace(package.rule.trim, high=0, low=0)
    plain = replace(package, rule=replace(package.rule, trim=trim, awards=()))
    package = replace(package, rule=replace(package.rule, awards=()))
    tally_or_leave(package)
    for target in package.targets:
        assert explain(package, target.target)["alternatives"]["untrimmed"] == tally_or_leave(plain).target(target.target).rank


def test_an_explanation_in_words_and_numbers() -> None:
    own = make.rule(
        groups={"leaders": {"name": "市领导", "weight": "60%"}, "rest": {"name": "部门", "weight": "40%"}},
        trim={"high": 1, "low": 1, "min_ballots": 3},
        deductions={"overtime": {"name": "超时", "points": "-1"}},
    )
    lines = make.panel("leaders", {"A": [90, 92, 94], "B": [91, 92, 93]}) | make.panel("rest", {"A": [80, 80, 81], "B": [70, 75, 90]})
    package = make.package(own, lines, components={("B", "overtime"): 1})
    explanation = explain(package, "B")

    assert explanation["words"] == [
        "第2名。",
        "比第1名少3.00分，主要差在部门组。",
        "不去最高最低，是第2名；取中位数，是第2名。",
        "少任何一位评委，都是第2名。",
    ]
    above = explanation["gaps"]["above"]
    assert (above["total"], above["groups"], above["deductions"]) == ("3", {"leaders": "0", "rest": "2"}, {"overtime": "1"})
    assert explanation["alternatives"]["groups"] == {"leaders": 1, "rest": 2}
    assert json.loads(json_text(explanation)) == explanation


def test_a_reading_that_gives_no_place_is_left_out_of_the_words() -> None:
    """Abstentions alone are a score of 0 under this rule; there is no median of them."""
    own = make.rule(
        groups={"g": "50%", "h": "50%"},
        grades={"good": "100", "bad": "0"},
        grading={"denominator": "valid_plus_abstain"},
        trim={"high": 1, "low": 0, "min_ballots": 2},
    )
    package = make.package(own, {("g", "1"): {"A": "good", "B": "bad"}, ("h", "2"): {"A": "good", "B": "good"}})
    silent = tuple(row._replace(state="abstain", value="") if row.seat == "2" and row.target == "B" else row
                   for row in package.ballots)
    explanation = explain(replace(package, ballots=silent), "A")

    assert explanation["alternatives"]["median"] is None
    assert "不去最高最低，是第1名。" in explanation["words"]


def test_a_judge_without_whom_there_is_no_place_is_counted_in_the_words() -> None:
    own = make.rule(groups={"g": "50%", "h": "50%"})
    lines = make.panel("g", {"A": [90, 92], "B": [80, 81]}) | make.panel("h", {"A": [90], "B": [80]})
    words = explain(make.package(own, lines), "A")["words"]

    assert "有1位评委少了就得不出名次；少其他任何一位，都是第1名。" in words


def test_a_target_nobody_knows_is_refused() -> None:
    with pytest.raises(NoSuchTarget, match="没有“X”这个对象，请写 A 之一"):
        explain(make.package(make.rule(), {("g", "1"): {"A": 90}}), "X")


@given(
    st.lists(st.lists(st.integers(0, 3), min_size=6, max_size=6), min_size=2, max_size=4),
    st.sampled_from([(1, 1), (2, 1), (0, 2), (3, 0), (0, 0)]),
    st.integers(1, 6),
    st.sampled_from(["standard", "modified", "fractional", "dense"]),
    st.sampled_from(["exact", "published"]),
)
@settings(max_examples=200, deadline=None)
def test_the_short_cut_for_one_judge_less_is_exact_where_ballots_are_close(
    table: list[list[int]], cut: tuple[int, int], more: int, method: str, on: str
) -> None:
    own = make.rule(
        trim={"high": cut[0], "low": cut[1], "min_ballots": sum(cut) + more},
        ranking={"method": method, "on": on},
        rounding={"places": 1},
    )
    package = make.package(own, make.panel("g", {f"U{i}": column for i, column in enumerate(table)}))
    for judge, place in explain(package, "U0")["alternatives"]["judges"].items():
        assert place == tally(without(package, judge)).target("U0").rank
