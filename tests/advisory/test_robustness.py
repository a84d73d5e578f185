"""Intervals of places against every draw counted by the exact engine, and the pairs of neighbours."""

from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest

from advisory.advice import advise
from advisory.robustness import Interval, Pair, Stream, every_draw
from scoring.count import count_target
from scoring.package import Package
from scoring.tally import place_all, work_out
from tests.advisory.test_panels import seated
from tests.scoring import make

Intervals = dict[str, Interval | None]
FIVE = {"U1": [95, 90, 80, 85, 88], "U2": [91, 92, 84, 83, 80], "U3": [70, 75, 95, 84, 86], "U4": [60, 70, 61, 64, 66]}
TRIM = {"high": 1, "low": 1, "min_ballots": 3}


def intervals(package: Package, **more: Any) -> Intervals:
    return dict(advise(package, **more).rank_interval)


def panel(columns: dict[str, list[Any]], group: str = "g", **tables: Any) -> Package:
    return make.package(make.rule(**tables), make.panel(group, columns))


def hall_of(sizes: dict[str, int], seed: int = 1, **tables: Any) -> Package:
    """Groups of these sizes with random marks on six targets of nearly one level."""
    rng = np.random.default_rng(seed)
    weight = f"1/{len(sizes)}"
    ballots = {}
    for group, size in sizes.items():
        columns = {f"U{t}": [int(mark) for mark in rng.integers(80 - t, 96 - t, size)] for t in range(6)}
        ballots.update(make.panel(group, columns))
    groups = {group: {"weight": weight} for group in sizes} | tables.pop("groups", {})
    return make.package(make.rule(groups=groups, **tables), ballots)


def drawn_one_by_one(package: Package, judges: list[str]) -> Intervals:
    """The interval from all size^size draws of one group, each counted by the exact engine."""
    working = work_out(package, package.sheets)
    ranks: dict[str, list[int]] = {target: [] for target in working.counts}
    for draw in product(judges, repeat=len(judges)):
        times = {judge: draw.count(judge) for judge in judges}
        counts = {t: count_target(working.recipe, [seated(package.sheets[t][0], times)]) for t in working.counts}
        for target, place in place_all(package, working.recipe, counts).places.items():
            ranks[target].append(place.above + 1)
    found: Intervals = {}
    for target, own in ranks.items():
        ordered, size = sorted(own), len(own)
        low = next(rank for i, rank in enumerate(ordered, 1) if Fraction(i, size) >= Fraction(25, 1000))
        high = next(rank for i, rank in enumerate(ordered, 1) if Fraction(i, size) >= Fraction(975, 1000))
        found[target] = (low, high)
    return found


# Close enough that each of the rules below, and a tail of 5 % instead of 2.5, gives other intervals.
CLOSE = {"U1": [86, 88, 88, 87], "U2": [88, 89, 87, 86], "U3": [84, 87, 85, 87], "U4": [84, 89, 89, 84]}


@pytest.mark.parametrize(
    ("tables", "u1", "u3"),
    [
        pytest.param({}, (1, 3), (2, 4), id="plain"),
        pytest.param({"ranking": {"on": "published"}, "rounding": {"places": 0}}, (1, 2), (1, 4), id="published"),
        pytest.param({"trim": TRIM}, (1, 3), (1, 4), id="trimmed"),
        pytest.param({"trim": TRIM, "ranking": {"tie_break": ["untrimmed"]}}, (1, 3), (2, 4), id="ties broken"),
    ],
)
def test_four_judges_give_the_exact_distribution(tables: Any, u1: Interval, u3: Interval) -> None:
    package = panel(CLOSE, **tables)

    found = intervals(package)

    assert found == drawn_one_by_one(package, ["g01", "g02", "g03", "g04"])
    assert (found["U1"], found["U3"]) == (u1, u3)


@pytest.mark.slow
def test_five_judges_trimmed_and_tied_give_the_exact_distribution() -> None:
    package = panel(FIVE, trim=TRIM, ranking={"tie_break": ["untrimmed"]})

    assert intervals(package) == drawn_one_by_one(package, [f"g{i:02d}" for i in range(1, 6)])


def test_every_draw_of_nine_judges_is_24310_multisets() -> None:
    panels, chances = every_draw([9])

    assert panels[0].shape == (9, 24310)
    assert (panels[0].sum(axis=0) == 9).all()
    assert chances.sum() == pytest.approx(1)
    assert (panels[0] @ chances) == pytest.approx(np.ones(9))


def test_draws_of_two_groups_are_independent() -> None:
    panels, chances = every_draw([2, 2])

    assert {(*a, *b): c for a, b, c in zip(panels[0].T.tolist(), panels[1].T.tolist(), chances, strict=True)} == {
        (*a, *b): p * q
        for (a, p), (b, q) in product([((2, 0), 0.25), ((1, 1), 0.5), ((0, 2), 0.25)], repeat=2)
    }


def test_many_draws_come_near_the_exact_distribution() -> None:
    """Nine judges are enumerated; the same nine with a tenth who abstains from everything he is given are drawn."""
    columns = {key: [*column, *(mark - 1 for mark in column[:4])] for key, column in FIVE.items()}
    exact = intervals(panel(columns))
    more = {f"U{t}": [*columns[f"U{t}"], round(sum(columns[f"U{t}"]) / 9)] for t in range(1, 5)}

    drawn = intervals(panel(more))

    for target, interval in drawn.items():
        wanted = exact[target]
        assert interval is not None
        assert wanted is not None
        assert abs(interval[0] - wanted[0]) <= 1
        assert abs(interval[1] - wanted[1]) <= 1


def test_a_stream_is_the_same_for_everyone_and_however_it_is_cut() -> None:
    seed = "ab" * 32
    whole = Stream(seed, 0, 7).panels(50)
    other = Stream(seed, 0, 7)

    assert (np.hstack([other.panels(20), other.panels(30)]) == whole).all()
    assert (whole.sum(axis=0) == 7).all()
    assert whole[:, :3].T.astype(int).tolist() == [[0, 2, 0, 1, 3, 1, 0], [2, 2, 1, 2, 0, 0, 0], [1, 2, 1, 1, 0, 1, 1]]
    assert not (Stream(seed, 1, 7).panels(50) == whole).all()
    assert not (Stream("ac" * 32, 0, 7).panels(50) == whole).all()


def test_draws_are_fair() -> None:
    seats = Stream("01" * 32, 0, 10).panels(20_000)

    assert seats.mean(axis=1) == pytest.approx(np.ones(10), abs=0.03)
    assert seats.var(axis=1) == pytest.approx(np.full(10, 0.9), abs=0.05)


def test_clear_places_are_firm_and_near_ones_are_not() -> None:
    columns = {"U1": [95, 96, 94, 95] * 5, "U2": [90, 80, 90, 80] * 5, "U3": [80, 90, 80, 90] * 5, "U4": [60, 61] * 10}

    assert intervals(panel(columns)) == {"U1": (1, 1), "U2": (2, 3), "U3": (2, 3), "U4": (4, 4)}


@pytest.mark.parametrize(
    ("sizes", "groups"),
    [
        ({"a": 3}, {}),
        ({"a": 1}, {}),
        ({"a": 30, "b": 3}, {}),
        ({"a": 30}, {"a": {"weight": "1", "secret": True}}),
    ],
    ids=["three judges", "one judge", "one thin group beside a large one", "nobody to draw: all secret"],
)
def test_too_few_judges_to_tell(sizes: dict[str, int], groups: dict[str, Any]) -> None:
    assert set(intervals(hall_of(sizes, groups=groups)).values()) == {None}


def test_four_judges_a_group_are_enough() -> None:
    assert None not in intervals(hall_of({"a": 4, "b": 4})).values()


def test_a_thin_group_of_no_weight_keeps_nobody_from_telling() -> None:
    package = hall_of({"a": 12, "b": 3}, groups={"a": {"weight": "1"}, "b": {"weight": "0"}})

    assert None not in intervals(package).values()


def test_a_secret_group_is_counted_and_not_drawn() -> None:
    """Four targets on which the judges agree, and a secret group that turns their order round."""
    columns = {"U1": [80, 81, 80, 81], "U2": [70, 71, 70, 71], "U3": [60, 61, 60, 61]}
    ballots = make.panel("a", columns) | make.panel("s", {"U1": [0, 90], "U2": [50, 70], "U3": [100, 80]})
    rule = make.rule(groups={"a": {"weight": "30%"}, "s": {"weight": "70%", "secret": True}})

    assert intervals(make.package(rule, ballots)) == {"U1": (3, 3), "U2": (2, 2), "U3": (1, 1)}


def test_targets_without_a_place_or_a_rival_have_no_interval() -> None:
    columns = {f"U{t}": [90 - t, 80 + t, 85, 85 + t, 70] for t in range(5)}
    targets = [make.target("U0"), make.target("U1"), make.target("U2", ranked=False), make.target("U3", ranking_group="b")]
    package = make.package(make.rule(), make.panel("g", columns), targets=[*targets, make.target("U4")])

    found = intervals(package)

    assert {target for target, interval in found.items() if interval is None} == {"U2", "U3"}
    assert max(high for _, high in filter(None, found.values())) <= 3


def test_a_target_that_most_draws_leave_without_a_result_is_too_thin_to_tell() -> None:
    """Only one of five judges scored U2: one draw in three has no ballot on it."""
    columns = {"U1": [90, 91, 92, 93, 94], "U2": [95, None, None, None, None], "U3": [80, 81, 82, 83, 84]}

    assert intervals(panel(columns)) == {"U1": (1, 2), "U2": None, "U3": (2, 3)}


def test_draws_under_which_the_rule_gives_no_result_tell_nothing() -> None:
    """The same beside a second group: now each such draw leaves a group empty, which the rule calls an error."""
    columns = {"U1": [90, 91, 92, 93, 94], "U2": [95, None, None, None, None], "U3": [80, 81, 82, 83, 84]}
    ballots = make.panel("a", columns) | make.panel("b", FIVE | {"U4": [None] * 5})

    found = {}
    for policy in ("error", "zero"):
        rule = make.rule(groups={"a": "50%", "b": "50%"}, combine={"empty_group": policy})
        found[policy] = set(intervals(make.package(rule, ballots)).values())

    assert found["error"] == {None}
    assert None not in found["zero"]


def test_progress_runs_from_nothing_to_all() -> None:
    told: list[float] = []

    advise(hall_of({"a": 40, "b": 40}), progress=told.append, resamples=20_000)

    assert told[0] == 0
    assert told[-1] == 1
    assert told == sorted(told)
    assert len(told) > 3


def test_pairs_count_the_judges_who_scored_both() -> None:
    package = panel({"U1": [90, 91, 92, 80, 70], "U2": [89, 91, 93, 79, None], "U3": [None, None, None, None, 60]})

    assert advise(package).pairs == (
        Pair(above="U2", below="U1", judges_above=1, judges_equal=1, judges_below=2, share=0.25),
        Pair(above="U1", below="U3", judges_above=1, judges_equal=0, judges_below=0, share=1.0),
    )


def test_neighbours_whom_no_judge_scored_both_have_no_share() -> None:
    package = panel({"U1": [90, None], "U2": [None, 80]})

    assert advise(package).pairs == (
        Pair(above="U1", below="U2", judges_above=0, judges_equal=0, judges_below=0, share=None),
    )


def test_pairs_stay_within_their_ranking_group_and_follow_the_official_order() -> None:
    targets = [make.target(f"U{t}", ranking_group="ab"[t % 2]) for t in range(6)]
    package = make.package(make.rule(), make.panel("g", {f"U{t}": [80 + t, 81 + t] for t in range(6)}), targets=targets)

    assert [(pair.above, pair.below) for pair in advise(package).pairs] == [
        ("U4", "U2"), ("U2", "U0"), ("U5", "U3"), ("U3", "U1"),
    ]
