"""Real judges' marks against their official results (sources in tests/data/README.md)."""

import csv
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from scoring.explain import explain
from scoring.number import RoundingMode, printed, rounded
from scoring.rank import Contender, rank
from scoring.rule import RankMethod
from scoring.tally import tally
from tests.scoring import make

DATA = Path(__file__).parents[1] / "data"


def read(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def test_song_contest_2021_every_group_sum_total_and_place() -> None:
    """Two groups with equal say, own entry recused, ties decided by the second group. A mean of 38 is the sum / 38."""
    own = make.rule(
        criteria={"points": "1"},
        ballot={"min": "0", "max": "12", "step": "1"},
        groups={"jury": "1/2", "televote": "1/2"},
        ranking={"tie_break": ["televote"]},
    )
    lines: dict[tuple[str, str], dict[str, str]] = {}
    for row in read("song_contest_2021.csv"):
        lines.setdefault((row["group"], f"{row['judge']}-{row['group']}"), {})[row["entrant"]] = row["score"]
    official = {row["entrant"]: row for row in read("song_contest_2021.official.csv")}
    targets = [make.target(entrant, unit=entrant) for entrant in official]
    seats = [make.seat(judge, group, unit=judge.split("-")[0]) for group, judge in lines]
    result = tally(make.package(own, lines, targets=targets, seats=seats))

    for target in result.targets:
        row = official[target.target]
        assert target.group("jury").received == target.group("televote").received == 38
        assert target.group("jury").recused == 1
        assert (target.group("jury").exact or 0) * 38 == int(row["points_jury"])
        assert (target.group("televote").exact or 0) * 38 == int(row["points_televote"])
        assert (target.total.exact or 0) * 76 == int(row["points_total"])
        assert target.rank == int(row["place"])
    # Two entries have 170 points each; the televote tells them apart, as it did on the night.
    assert [result.target(t).decided_by for t in ("gr", "bg")] == ["televote", "televote"]


@pytest.fixture(scope="module")
def skating() -> dict[str, list[dict[str, str]]]:
    official: dict[str, list[dict[str, str]]] = {}
    for row in read("skating_pairs_2016.official.csv"):
        official.setdefault(row["entrant"], []).append(row)
    return official


def test_skating_pairs_2016_every_panel_score_and_total(skating: dict[str, list[dict[str, str]]]) -> None:
    """One high and one low dropped per criterion, the mean rounded to 2 places, x 0.8 and rounded again, summed.

    The contract rounds once, at the end; the sport rounds three times. The panel scores are therefore read
    from the explanation's criterion nodes, and the sport's extra steps are made here with the same functions.
    """
    names = ["Skating Skills", "Transitions", "Performance", "Composition", "Interpretation of the Music"]
    own = make.rule(
        criteria=dict.fromkeys(names, "20%"),
        ballot={"min": "0.25", "max": "10", "step": "0.25"},
        trim={"high": 1, "low": 1, "min_ballots": 5, "unit": "criterion"},
    )
    lines: dict[tuple[str, str], dict[str, dict[str, str]]] = {}
    for row in read("skating_pairs_2016.csv"):
        marks = lines.setdefault(("g", row["judge"]), {}).setdefault(row["entrant"], {})
        marks[row["criterion"]] = row["score"]
    package = make.package(own, lines)

    for entrant, rows in skating.items():
        group = explain(package, entrant)["tree"]["children"][0]["children"][0]
        panel = {node["parameters"]["criterion"]: Fraction(node["exact"]) for node in group["children"]}
        total = Fraction(0)
        for row in rows:
            score = rounded(panel[row["criterion"]], 2, RoundingMode.HALF_UP)
            assert score == Fraction(row["official_panel_score"])
            total += rounded(score * Fraction(row["factor"]), 2, RoundingMode.HALF_UP)
        assert printed(total, 2, RoundingMode.HALF_UP) == rows[0]["official_component_total"]


def test_skating_pairs_2016_places_follow_the_segment_totals(skating: dict[str, list[dict[str, str]]]) -> None:
    contenders = [
        Contender(target=entrant, metrics=(Fraction(rows[0]["official_segment_total"]),))
        for entrant, rows in skating.items()
    ]
    places = {place.target: place.rank for place in rank(contenders, RankMethod.STANDARD)}

    assert places == {entrant: int(rows[0]["official_rank"]) for entrant, rows in skating.items()}


def test_wine_white_2012_means_of_nine_judges_who_hardly_agree() -> None:
    own = make.rule(ballot={"min": "0", "max": "20", "step": "0.5"}, criteria={"overall": "1"})
    lines: dict[tuple[str, str], dict[str, str]] = {}
    sums: dict[str, Fraction] = {}
    for row in read("wine_white_2012.csv"):
        lines.setdefault(("g", row["judge"]), {})[row["entrant"]] = row["score"]
        sums[row["entrant"]] = sums.get(row["entrant"], Fraction(0)) + Fraction(row["score"])
    result = tally(make.package(own, lines))

    assert len(result.targets) == 10
    assert {t.target: t.total.exact for t in result.targets} == {wine: total / 9 for wine, total in sums.items()}
