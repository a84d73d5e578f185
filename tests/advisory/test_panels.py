"""The count in floats against the exact engine: the hall as it was, and halls where judges sit twice or not at all."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from advisory.panels import Hall, group_scores
from advisory.places import contest_of, places_of, rounded
from advisory.table import Floats, table_of
from scoring.count import count_target, recipe_for
from scoring.number import RoundingMode
from scoring.package import Package
from scoring.papers import Sheet
from scoring.result import CannotTally, Standing
from scoring.rule import BallotKind, MissingCriterion, Rounding
from scoring.tally import Working, place_all
from tests.scoring import make, strategies

SOME = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
FEW = settings(SOME, max_examples=70)  # what needs no drawing beside the package: `SOME` meets the same code with doubles


def worked_out(package: Package) -> Working:
    recipe = recipe_for(package.rule, len(package.targets))
    counts = {target.target: count_target(recipe, package.sheets[target.target]) for target in package.targets}
    try:
        return place_all(package, recipe, counts)
    except CannotTally:
        assume(False)
        raise


def without_quorum(package: Package) -> Package:
    groups = tuple(replace(group, quorum_ballots=0, quorum_share=0) for group in package.rule.groups)
    return replace(package, rule=replace(package.rule, groups=groups))


def ones(hall: Hall) -> list[Floats]:
    return [np.ones((size, 1)) for size in hall.places]


def exact_places(working: Working) -> dict[str, int]:
    return {target: place.above + 1 for target, place in working.places.items()}


def counted_places(targets: tuple[str, ...], places: Any) -> dict[str, int]:
    return {target: int(place) for target, place in zip(targets, places, strict=True) if place}


@given(strategies.packages())
@FEW
def test_the_panel_of_ones_is_the_official_result(package: Package) -> None:
    working = worked_out(package)
    contest = contest_of(package, working)
    hall = contest.hall
    if not hall.targets:
        return

    scores = group_scores(hall, ones(hall))
    places, sound = places_of(contest, ones(hall))

    for t, target in enumerate(hall.targets):
        for g, count in enumerate(working.counts[target]):
            wanted = np.nan if count.exact is None else float(count.exact)
            assert scores[g, t, 0] == pytest.approx(wanted, abs=1e-9, nan_ok=True)
    assert sound.all()
    assert counted_places(hall.targets, places[:, 0]) == exact_places(working)


def seated(sheet: Sheet, times: Mapping[str, int]) -> Sheet:
    """The sheet as if each judge had come as often as `times` says, his doubles in order right behind him."""
    rows = list(zip(*sheet.columns, strict=True))
    kept = [(f"{who}~{k}", row) for who, row in zip(sheet.ids, rows, strict=True) for k in range(times[who])]
    return replace(
        sheet,
        ids=tuple(who for who, _ in kept),
        columns=tuple(zip(*(row for _, row in kept), strict=True)) if kept else tuple(() for _ in sheet.columns),
        whole=not any(None in row for _, row in kept),
        abstained=tuple(f"{who}~{k}" for who in sheet.abstained for k in range(times[who])),
    )


@given(strategies.packages(), st.data())
@SOME
def test_a_panel_of_doubles_and_absentees_is_counted_as_the_engine_would(package: Package, data: Any) -> None:
    package = without_quorum(package)
    rule = package.rule
    whole = all(sheet.whole for sheets in package.sheets.values() for sheet in sheets)
    assume(whole or rule.ballot.missing_criterion is not MissingCriterion.IMPUTE_PANEL_MEAN)
    working = worked_out(package)
    contest = contest_of(package, working)
    hall = contest.hall
    assume(bool(hall.targets))
    panels, times = ones(hall), {}
    for g in hall.drawn:
        drawn = [data.draw(st.sampled_from([0, 1, 1, 2, 3])) for _ in hall.judges[g]]
        panels[g] = np.array(drawn, dtype=np.float64)[:, None]
        times[g] = dict(zip(hall.judges[g], drawn, strict=True))
    everyone = {g: {who: 1 for sheets in package.sheets.values() for who in (*sheets[g].ids, *sheets[g].abstained)}
                for g in range(len(rule.groups))}
    counts = {
        target: count_target(
            working.recipe,
            [seated(sheet, {**everyone[g], **times.get(g, {})}) for g, sheet in enumerate(package.sheets[target])],
        )
        for target in working.counts
    }
    # Whoever has no place officially gets none in a draw: pooled trimming may leave nothing of all and something of few.
    assume(all(c.exact is None for target, own in counts.items() if target not in hall.targets for c in own))

    scores = group_scores(hall, panels)
    for t, target in enumerate(hall.targets):
        for g, count in enumerate(counts[target]):
            wanted = np.nan if count.exact is None else float(count.exact)
            assert scores[g, t, 0] == pytest.approx(wanted, abs=1e-9, nan_ok=True)
    places, sound = places_of(contest, panels)
    try:
        again = place_all(package, working.recipe, counts)
    except CannotTally:
        assert not sound[0]
    else:
        assert sound[0]
        assert counted_places(hall.targets, places[:, 0]) == exact_places(again)


def test_many_panels_at_once_are_each_counted_by_themselves() -> None:
    rule = make.rule(groups={"a": "60%", "b": "40%"}, trim={"high": 1, "low": 1, "min_ballots": 3, "scope": "all_judges"})
    package = make.package(rule, {**make.panel("a", {"U1": [9, 7, 8, 8, 6], "U2": [8, 8, 7, None, 7], "U3": [3, 9, 8, 8, 9]}),
                                  **make.panel("b", {"U1": [5, 6, 7], "U2": [8, 6, 7], "U3": [9, 2, 8]})})
    contest = contest_of(package, worked_out(package))
    panels = [np.random.default_rng(1).integers(0, 4, (5, 50)).astype(float), np.ones((3, 50))]

    together, _ = places_of(contest, panels)
    alone = [places_of(contest, [panel[:, [b]] for panel in panels])[0][:, 0] for b in range(50)]

    assert (np.array(alone) == together.T).all()
    assert len({tuple(column) for column in together.T}) > 3


def test_who_is_below_quorum_stays_out_whatever_is_drawn() -> None:
    rule = make.rule(groups={"g": {"weight": "1", "quorum_ballots": 4}})
    package = make.package(rule, make.panel("g", {"U1": [9, 8, 7, 9, 9], "U2": [9, 9, 9, None, None], "U3": [1, 2, 3, 4, 5]}))
    working = worked_out(package)
    contest = contest_of(package, working)

    assert working.standing["U2"] is Standing.BELOW_QUORUM
    assert contest.hall.targets == ("U1", "U3")
    places, _ = places_of(contest, [np.array([[1.0], [1], [1], [0], [0]])])
    assert places[:, 0].tolist() == [1, 2]


def test_equal_totals_share_a_place_though_their_floats_differ() -> None:
    """0.1 + 0.2 and 0.3: equal to the engine, unequal as sums of floats."""
    rule = make.rule(ballot={"min": "0", "max": "1", "step": "0.1"}, groups={"a": "1/3", "b": "1/3", "c": "1/3"})
    package = make.package(rule, {("a", "a1"): {"U1": "0.1", "U2": "0.3"}, ("b", "b1"): {"U1": "0.2", "U2": "0.2"},
                                  ("c", "c1"): {"U1": "0.3", "U2": "0.1"}})
    contest = contest_of(package, worked_out(package))

    places, _ = places_of(contest, ones(contest.hall))

    assert places[:, 0].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("mode", "steps"),
    [(RoundingMode.HALF_UP, [3, 2, -3, 3]), (RoundingMode.HALF_EVEN, [2, 2, -2, 3]), (RoundingMode.DOWN, [2, 2, -2, 2])],
)
def test_publishing_rounds_a_half_as_a_half(mode: RoundingMode, steps: list[int]) -> None:
    totals = np.array([0.025 - 1e-15, 0.0249, -0.025 + 1e-15, 0.0251])

    assert rounded(totals, Rounding(places=2, mode=mode), 100.0).tolist() == steps


@given(strategies.packages(kind="points"))
@FEW
def test_judge_totals_are_the_amounts_before_trimming(package: Package) -> None:
    """Where judge totals are what is trimmed, the table holds what the engine averages, and of named groups only."""
    working = worked_out(package)
    assume(not working.recipe.by_criterion)
    table = table_of(package.rule, working)
    cells = dict.fromkeys(((judge, target) for judge in table.judges for target in table.targets), np.nan)
    for target, counts in working.counts.items():
        for group, count in zip(package.rule.groups, counts, strict=True):
            if not group.secret:
                amounts = count.means[0].amounts
                cells.update({(who, target): float(v * amounts.unit) for who, v in zip(amounts.ids, amounts.values, strict=True)})

    assert [*cells.values()] == pytest.approx(table.totals.ravel().tolist(), nan_ok=True, abs=1e-12)
    assert package.rule.ballot.kind is BallotKind.POINTS


def test_where_each_criterion_is_trimmed_the_table_still_holds_judge_totals() -> None:
    rule = make.rule(
        criteria={"x": "50%", "y": "50%", "z": "0"},
        trim={"high": 1, "low": 1, "min_ballots": 3, "unit": "criterion"},
        ballot={"missing_criterion": "renormalise"},
    )
    package = make.package(rule, {
        ("g", "J1"): {"U1": {"x": 90, "y": 80, "z": 0}, "U2": {"x": 70, "y": 60, "z": 9}},
        ("g", "J2"): {"U1": {"x": 88, "z": 50}, "U2": {"z": 50}},
        ("g", "J3"): {"U1": {"x": 80, "y": 81, "z": 0}, "U2": {"x": 71, "y": 62, "z": 9}},
        ("g", "J4"): {"U1": {"x": 80, "y": 81, "z": 0}, "U2": {"x": 71, "y": 62, "z": 9}},
    })

    table = table_of(rule, worked_out(package))

    assert table.judges == ("J1", "J2", "J3", "J4")
    assert table.totals == pytest.approx(np.array([[85, 65], [88, np.nan], [80.5, 66.5], [80.5, 66.5]]), nan_ok=True)
