"""Worked examples with known answers: published results and the small vectors of the domain notes (section 6)."""

from fractions import Fraction
from random import Random

import pytest

from scoring.number import RoundingMode, printed
from scoring.rule import RuleRefused
from scoring.tally import tally
from tests.scoring import make

GRADES = {"excellent": "100", "good": "80", "fair": "60", "poor": "40"}
VOTES = {"excellent": 30, "good": 12, "fair": 6, "poor": 2}
JINING = ["95.71", "91.64", "88.14", "87.79", "86.43", "81.50", "80.79", "80.14", "77.93", "77.93", "75.50", "73.43", "69.07"]
JINING_SUMS = [1340, 1283, 1234, 1229, 1210, 1141, 1131, 1122, 1091, 1091, 1057, 1028, 967]


def votes(counts: dict[str, int]) -> dict[tuple[str, str], dict[str, str]]:
    ballots = [vote for vote, count in counts.items() for _ in range(count)]
    return {("g", f"J{i:03d}"): {"U": vote} for i, vote in enumerate(ballots)}


def ranking_ballots(sums: list[int], ballots: int) -> list[list[int]]:
    """Whole ranking papers whose points (100 - 3(k-1) for place k) add up to the given sums.

    Starts from papers that all agree and swaps two places on one paper wherever that brings the sums no further away.
    """
    random, n = Random(2015), len(sums)
    papers = [list(range(1, n + 1)) for _ in range(ballots)]
    over = [sum(paper[i] for paper in papers) - (103 * ballots - total) // 3 for i, total in enumerate(sums)]
    while any(over):
        paper, (i, j) = random.choice(papers), random.sample(range(n), 2)
        shift = paper[j] - paper[i]
        if (over[i] + shift) ** 2 + (over[j] - shift) ** 2 <= over[i] ** 2 + over[j] ** 2:
            paper[i], paper[j] = paper[j], paper[i]
            over[i], over[j] = over[i] + shift, over[j] - shift
    return papers


def test_jining_2015_q1_every_score_and_place_including_the_two_ninths() -> None:
    """The notes infer 14 ballots from the sums alone; every paper's points are 1 mod 3, so whole papers need 42."""
    papers = ranking_ballots([3 * total for total in JINING_SUMS], 42)
    assert all(sorted(paper) == list(range(1, 14)) for paper in papers)
    own = make.rule(places=[str(100 - 3 * k) for k in range(13)])
    ballots = {("g", f"J{b:02d}"): {f"U{i:02d}": paper[i] for i in range(13)} for b, paper in enumerate(papers)}

    result = tally(make.package(own, ballots))

    assert [target.total.published for target in result.targets] == JINING
    assert [target.rank for target in result.targets] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 11, 12, 13]
    assert [target.total.exact for target in result.targets] == [Fraction(total, 14) for total in JINING_SUMS]
    assert result.target("U08").tied_with == ("U09",)
    assert result.target("U08").decided_by == "shared"


def test_r01_grades_100_80_60_40_over_the_valid_ballots() -> None:
    assert make.published(make.package(make.rule(grades=GRADES), votes(VOTES)), "U") == "88.00"


def test_r09_r50_r51_dont_know_blank_and_two_ticks_leave_the_score_alone() -> None:
    package = make.package(make.rule(grades=GRADES), votes({**VOTES, "dont_know": 5, "abstain": 1, "spoiled": 1}))
    score = tally(package).target("U").group("g")

    assert score.published == "88.00"
    assert (score.received, score.counted, score.dont_know, score.abstained, score.spoiled) == (57, 50, 5, 1, 1)
    assert score.satisfaction == Fraction(42, 50)


def test_abstentions_in_the_denominator_where_the_rule_says_so() -> None:
    own = make.rule(grades=GRADES, grading={"denominator": "valid_plus_abstain"})

    assert make.exact(make.package(own, votes({**VOTES, "abstain": 5, "dont_know": 9})), "U") == "80"
    assert make.exact(make.package(own, votes({"abstain": 5})), "U") == "0"


def test_r20_linshui_leaders_60_all_others_40() -> None:
    own = make.rule(ballot={"min": "0", "max": "10", "step": "0.1"}, groups={"A": "60%", "B": "40%"})
    ballots = {("A", f"A{i}"): {"U": mark} for i, mark in enumerate(["8.5", "8.6", "8.7"])}
    ballots |= {("B", f"B{i:03d}"): {"U": "9.1"} for i in range(120)}

    assert make.published(make.package(own, ballots), "U") == "8.80"


def test_r05_leaders_rank_first_is_200_each_place_lower_two_percent_less() -> None:
    own = make.rule(places=[str(200 - 4 * k) for k in range(13)])
    places = {"U": [1, 3, 2], "V": [2, 1, 3], "W": [3, 2, 1]}
    package = make.package(own, make.panel("g", places))

    assert make.published(package, "U") == "196.00"


RUIAN = {
    "grades": {"excellent": "200", "competent": "180", "basic": "160", "incompetent": "130"},
    "share_bands": [
        {"min_share": share, "points": points}
        for share, points in (("90%", "200"), ("80%", "190"), ("70%", "180"), ("60%", "170"), ("0%", "160"))
    ],
}


@pytest.mark.parametrize(
    ("best", "others", "points"), [(8, 2, "190"), (7999, 2001, "180"), (9, 1, "200"), (6, 4, "170"), (59, 41, "160")]
)
def test_r04_ruian_points_by_the_share_of_excellent(best: int, others: int, points: str) -> None:
    package = make.package(make.rule(**RUIAN), votes({"excellent": best, "competent": others}))

    assert make.exact(package, "U") == points


def test_r04_ruian_the_last_step_is_a_second_condition_the_office_decides() -> None:
    """58 % excellent gives 160; that the two lowest grades reach exactly one third (130) reads off the counts."""
    package = make.package(make.rule(**RUIAN), votes({"excellent": 58, "competent": 9, "basic": 17, "incompetent": 16}))
    group = tally(package).target("U").group("g")

    assert group.exact == 160
    assert group.satisfaction is not None and 1 - group.satisfaction == Fraction(33, 100)


def test_r22_yuzhou_three_months_at_30_and_the_leaders_at_10() -> None:
    own = make.rule(
        components={
            "evaluation": {"weight": "10%"},
            **{f"month{i}": {"weight": "30%", "max": "100"} for i in (1, 2, 3)},
        }
    )
    months = {("U", f"month{i}"): score for i, score in enumerate([92, 88, 95], start=1)}

    assert make.exact(make.package(own, {("g", "1"): {"U": 90}}, components=months), "U") == "183/2"


@pytest.mark.parametrize(("least", "score"), [(6, "86.60"), (5, "89.33")])
def test_r40_and_r41_five_raters_trimmed_or_not(least: int, score: str) -> None:
    own = make.rule(trim={"high": 1, "low": 1, "min_ballots": least})
    package = make.package(own, make.panel("g", {"U": [95, 90, 90, 88, 70]}))

    assert make.published(package, "U") == score


def test_two_ballots_are_not_trimmed_when_three_are_needed() -> None:
    own = make.rule(trim={"high": 1, "low": 1, "min_ballots": 3})
    result = tally(make.package(own, make.panel("g", {"U": [95, 70]})))

    assert result.target("U").total.published == "82.50"
    assert not result.target("U").group("g").trimmed
    assert result.warnings == ("U：g有效票2张，不足3张，没有去掉最高最低，取平均",)


@pytest.mark.parametrize(
    ("top", "bottom", "places", "mode", "expected"),
    [
        (305 * 100, 313, 1, RoundingMode.HALF_UP, "97.4"),
        (49_2, 33, 4, RoundingMode.HALF_UP, "14.9091"),
        (37_47 * 100, 28_20, 1, RoundingMode.HALF_UP, "132.9"),
        (23_05 * 100, 12_60, 2, RoundingMode.HALF_UP, "182.94"),
        (23_05 * 100, 12_60, 2, RoundingMode.DOWN, "182.93"),
        (17 * 100, 169, 1, RoundingMode.HALF_UP, "10.1"),
        (14_458 * 100, 14_527, 2, RoundingMode.HALF_UP, "99.53"),
        (-5, 1000, 2, RoundingMode.HALF_UP, "-0.01"),
        (-4, 1000, 2, RoundingMode.HALF_UP, "0.00"),
        (25, 1000, 2, RoundingMode.HALF_EVEN, "0.02"),
        (35, 1000, 2, RoundingMode.HALF_EVEN, "0.04"),
        (5, 10, 0, RoundingMode.HALF_UP, "1"),
    ],
)
def test_rates_are_printed_as_the_papers_print_them(
    top: int, bottom: int, places: int, mode: RoundingMode, expected: str
) -> None:
    assert printed(Fraction(top, bottom), places, mode) == expected


def test_r90_yinchuan_bands_with_a_gap_below_are_refused() -> None:
    with pytest.raises(RuleRefused, match="以下全部"):
        make.rule(bands=[{"min": "10", "points": "-1"}, {"min": "30", "points": "-2"}])
