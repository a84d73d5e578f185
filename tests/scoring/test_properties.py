"""Properties that hold for every package, numbered as in the design notes (section 5)."""

from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from scoring.award import award_points
from scoring.ledger import balances
from scoring.number import RoundingMode, printed, rounded
from scoring.package import BallotRow, LedgerRow, Package
from scoring.rank import Contender, rank
from scoring.result import CannotTally, Result
from scoring.rule import AwardPolicy, RankMethod, Rule, TrimScope, TrimUnit
from scoring.sheets import recused_pairs
from scoring.tally import dumps, tally
from tests.scoring import make, strategies

SOME = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
TRIMMED = make.rule(trim={"high": 1, "low": 1, "min_ballots": 3})
PLAIN = make.rule()
WIDE = make.rule(ballot={"min": "-1000", "max": "1000", "step": "0.5"}, trim={"high": 1, "low": 1, "min_ballots": 3})

columns = st.integers(1, 4).flatmap(
    lambda targets: st.integers(1, 7).flatmap(
        lambda judges: st.lists(
            st.lists(st.integers(0, 100), min_size=judges, max_size=judges), min_size=targets, max_size=targets
        )
    )
)
scores = st.lists(st.one_of(st.integers(0, 5), st.fractions(0, 5)), max_size=8)


def counted(package: Package) -> Result:
    try:
        return tally(package)
    except CannotTally:
        assume(False)
        raise


def panel(own: Rule, table: list[list[Any]]) -> Package:
    ballots = make.panel("g", {f"U{i}": column for i, column in enumerate(table)})
    return make.package(own, ballots, targets=[f"U{i}" for i in range(len(table))])


def totals(package: Package) -> list[Fraction]:
    return [target.total.exact for target in tally(package).targets if target.total.exact is not None]


@given(strategies.packages(), st.randoms(use_true_random=False))
@SOME
def test_1_any_order_of_rows_gives_the_same_bytes(package: Package, random: Random) -> None:
    def shuffled(rows: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(random.sample(rows, len(rows)))

    turned = replace(
        package,
        ballots=shuffled(package.ballots),
        seats=None if package.seats is None else shuffled(package.seats),
        recusals=shuffled(package.recusals),
        components=shuffled(package.components),
    )
    assert dumps(counted(package)) == dumps(counted(turned))


@given(columns, st.data())
@SOME
def test_2_raising_a_counted_ballot_never_hurts_its_target_nor_helps_another(table: Any, data: Any) -> None:
    i, j = data.draw(st.integers(0, len(table) - 1)), data.draw(st.integers(0, len(table[0]) - 1))
    higher = data.draw(st.integers(table[i][j], 100))
    raised = [[higher if (a, b) == (i, j) else x for b, x in enumerate(c)] for a, c in enumerate(table)]
    before, after = tally(panel(TRIMMED, table)), tally(panel(TRIMMED, raised))

    for a, (was, now) in enumerate(zip(before.targets, after.targets, strict=True)):
        assert was.total.exact is not None and now.total.exact is not None
        if a == i:
            assert now.total.exact >= was.total.exact
            assert int(now.rank or 0) <= int(was.rank or 0)
        else:
            assert now.total.exact == was.total.exact


def test_2_adding_a_ballot_may_lower_a_score_by_crossing_the_minimum_for_trimming() -> None:
    own = make.rule(trim={"high": 1, "low": 0, "min_ballots": 3})

    assert totals(panel(own, [[60, 90]])) == [75]
    assert totals(panel(own, [[60, 90, 75]])) == [Fraction(135, 2)]


def test_2_adding_a_ballot_may_lower_a_score_by_filling_an_empty_group() -> None:
    own = make.rule(groups={"a": "1/2", "b": "1/2"}, combine={"empty_group": "reweight_unit"})

    assert make.exact(make.package(own, {("a", "1"): {"U": 90}}), "U") == "90"
    assert make.exact(make.package(own, {("a", "1"): {"U": 90}, ("b", "2"): {"U": 60}}), "U") == "75"


@given(columns)
@SOME
def test_3_a_trimmed_mean_lies_inside_the_ballots(table: Any) -> None:
    for column, total in zip(table, totals(panel(TRIMMED, table)), strict=True):
        ordered = sorted(column)
        assert ordered[0] <= total <= ordered[-1]
        if len(ordered) >= 3:
            assert ordered[1] <= total <= ordered[-2]


@given(columns, st.integers(-100, 100), st.integers(1, 9))
@SOME
def test_4_shifting_and_scaling_every_mark_shifts_and_scales_the_scores(table: Any, shift: int, scale: int) -> None:
    base = tally(panel(WIDE, table))
    moved = tally(panel(WIDE, [[x * scale + shift for x in column] for column in table]))

    for was, now in zip(base.targets, moved.targets, strict=True):
        assert was.total.exact is not None
        assert now.total.exact == was.total.exact * scale + shift
        assert now.rank == was.rank


@given(columns, st.data())
@SOME
def test_5_one_ballot_moves_the_score_by_no_more_than_its_share(table: Any, data: Any) -> None:
    assume(len(table[0]) >= 3)
    j, mark = data.draw(st.integers(0, len(table[0]) - 1)), data.draw(st.integers(0, 100))
    changed = [[mark if b == j else x for b, x in enumerate(table[0])], *table[1:]]
    moved = abs(totals(panel(TRIMMED, table))[0] - totals(panel(TRIMMED, changed))[0])

    assert moved <= Fraction(abs(table[0][j] - mark), len(table[0]) - 2)


@given(columns, st.sampled_from([0, 100]))
@SOME
def test_6_one_outlier_is_absorbed(table: Any, outlier: int) -> None:
    assume(len(table[0]) >= 3)
    others = table[0][1:]

    assert min(others) <= totals(panel(TRIMMED, [[outlier, *others]]))[0] <= max(others)


@given(columns)
@SOME
def test_7_sending_every_plain_ballot_twice_changes_nothing(table: Any) -> None:
    assert totals(panel(PLAIN, table)) == totals(panel(PLAIN, [column * 2 for column in table]))


def test_7_a_trimmed_mean_may_change_when_every_ballot_comes_twice() -> None:
    assert totals(panel(TRIMMED, [[0, 50, 70]])) != totals(panel(TRIMMED, [[0, 50, 70] * 2]))


@given(scores)
@SOME
def test_8_ranks_keep_the_laws_of_ranking(values: list[Fraction]) -> None:
    everyone = [Contender(target=f"U{i}", metrics=(Fraction(v),)) for i, v in enumerate(values)]
    upside_down = [Contender(target=f"U{i}", metrics=(-Fraction(v),)) for i, v in enumerate(values)]
    by = {method: {p.target: p for p in rank(everyone, method)} for method in RankMethod}
    turned = {p.target: p for p in rank(upside_down, RankMethod.STANDARD)}
    n = len(values)

    for target in turned:
        standard = int(by[RankMethod.STANDARD][target].rank)
        assert int(by[RankMethod.MODIFIED][target].rank) >= standard >= int(by[RankMethod.DENSE][target].rank)
        assert sum(int(p.rank) <= standard for p in by[RankMethod.STANDARD].values()) >= standard
        assert turned[target].rank == by[RankMethod.STANDARD][target].rank_from_bottom
        for other in turned:
            same = values[int(target[1:])] == values[int(other[1:])]
            assert same == (by[RankMethod.STANDARD][other].rank == standard)
    assert sum(Fraction(p.rank) for p in by[RankMethod.FRACTIONAL].values()) == Fraction(n * (n + 1), 2)


@given(scores, st.integers(1, 4), st.sampled_from(["top", "bottom"]))
@SOME
def test_9_strict_never_exceeds_k_share_never_falls_short_and_split_gives_exactly_its_points(
    values: list[Fraction], k: int, end: str
) -> None:
    everyone = [Contender(target=f"U{i}", metrics=(Fraction(v),)) for i, v in enumerate(values)]
    places = rank(everyone, RankMethod.STANDARD)
    totals = {f"U{i}": Fraction(v) for i, v in enumerate(values)}

    def winners(policy: AwardPolicy) -> list[Fraction]:
        own = make.rule(awards=[{"end": end, "k": k, "points": ["1"], "policy": str(policy)}])
        return [gain.points for gain in award_points(own, places, totals).values() if gain.points]

    assert len(winners(AwardPolicy.STRICT)) <= k
    assert len(winners(AwardPolicy.SHARE)) >= min(k, len(values))
    assert sum(winners(AwardPolicy.SPLIT), Fraction(0)) == min(k, len(values))


@given(strategies.packages(kind="points"), st.randoms(use_true_random=False))
@SOME
def test_11_whatever_a_recused_late_or_spoiled_ballot_says_changes_nothing(package: Package, random: Random) -> None:
    recused = recused_pairs(package.targets, package.seats, package.recusals)
    secret = {group.key for group in package.rule.groups if group.secret}

    def garbled(row: BallotRow) -> BallotRow:
        if row.state in ("late", "spoiled"):
            return row._replace(value="乱写")
        if row.group not in secret and (row.seat, row.target) in recused and row.value:
            return row._replace(value=random.choice(strategies.marks(package.rule, row.criterion)))
        return row

    before = counted(package)
    after = tally(replace(package, ballots=tuple(map(garbled, package.ballots))))

    assert after.targets == before.targets
    assert after.order == before.order


@pytest.mark.parametrize("parts", [("40%", "30%", "30%"), ("0.4", "0.3", "0.3"), ("4/10", "3/10", "3/10")])
def test_12_the_same_weights_written_in_another_way_give_the_same_score(parts: tuple[str, ...]) -> None:
    own = make.rule(groups=dict(zip("abc", parts, strict=True)))
    package = make.package(own, {("a", "1"): {"U": 90}, ("b", "2"): {"U": 80}, ("c", "3"): {"U": 71}})

    assert make.exact(package, "U") == "813/10"


@given(st.fractions(), st.integers(0, 4), st.sampled_from(RoundingMode))
@SOME
def test_14_rounding_is_near_idempotent_and_symmetric(value: Fraction, places: int, mode: RoundingMode) -> None:
    result = rounded(value, places, mode)
    unit = Fraction(1, 10**places)

    assert abs(result - value) <= (unit if mode is RoundingMode.DOWN else unit / 2)
    assert rounded(result, places, mode) == result
    assert rounded(-value, places, mode) == -result
    assert Fraction(printed(value, places, mode)) == result
    assert not (result == 0 and printed(value, places, mode).startswith("-"))


@given(st.fractions(max_denominator=10**6), st.integers(0, 4))
@SOME
def test_14_half_up_and_half_even_differ_only_on_exact_ties(value: Fraction, places: int) -> None:
    if rounded(value, places, RoundingMode.HALF_UP) != rounded(value, places, RoundingMode.HALF_EVEN):
        assert (abs(value) * 10**places) % 1 == Fraction(1, 2)


entries = st.lists(
    st.tuples(st.sampled_from(["bonus", "deduction"]), st.sampled_from(["1", "-1", "0.5", "-0.3", "2", "1/3"])),
    max_size=8,
)
caps = st.fixed_dictionaries(
    {
        "bonus_cap": st.sampled_from(["", "0", "1.5", "2"]),
        "deduction_cap": st.sampled_from(["", "0", "-1"]),
        "cap_mode": st.sampled_from(["separate", "net", "running"]),
    }
)


@given(entries, caps)
@SOME
def test_18_effects_add_up_to_the_balance_and_caps_hold_at_every_entry(booked: Any, cap: dict[str, str]) -> None:
    terms = make.rule(ledger=cap).ledger
    rows = [LedgerRow("A", "Q1", "", kind, points) for kind, points in booked]
    for account in balances(terms, rows):
        assert sum((entry.effect for entry in account.entries), Fraction(0)) == account.balance
        assert account.bonus + account.deduction == account.balance
        assert account.uncapped == sum(Fraction(points) for _, points in booked)
        if cap["cap_mode"] != "separate":
            for entry in account.entries:
                assert terms.bonus_cap is None or entry.balance <= terms.bonus_cap
                assert terms.deduction_cap is None or entry.balance >= terms.deduction_cap


@given(entries, caps, st.sampled_from(["bonus", "deduction"]))
@SOME
def test_18_reversing_the_last_entry_restores_the_balance(booked: Any, cap: dict[str, str], kind: str) -> None:
    """Under `running` a capped entry is lost for good, so only the summing modes restore."""
    assume(cap["cap_mode"] != "running")
    terms = make.rule(ledger=cap).ledger
    rows = [LedgerRow("A", "Q1", "", own, points) for own, points in booked] + [LedgerRow("A", "Q1", "", kind, "0")]
    wrong = [LedgerRow("A", "Q2", "误记", kind, "3"), LedgerRow("A", "Q2", "冲正", kind, "-3")]

    assert balances(terms, rows + wrong)[0].balance == balances(terms, rows)[0].balance


def by_numpy(package: Package) -> list[Fraction]:
    """Points panels without blanks, summed by numpy's 64-bit integers: one exact division a group."""
    import numpy as np

    trim, out = package.rule.trim, []
    for target in package.targets:
        total = Fraction(0)
        for group, sheet in zip(package.rule.groups, package.sheets[target.target], strict=True):
            marks = np.array(sheet.columns, dtype=np.int64).T
            amounts = np.sort(marks @ np.array([int(c.weight * 60) for c in package.rule.criteria], dtype=np.int64))
            kept = amounts[trim.low : len(amounts) - trim.high] if len(amounts) >= trim.min_ballots else amounts
            total += group.weight * Fraction(int(kept.sum()), 60 * len(kept))
        out.append(total)
    return out


@given(st.integers(1, 12), st.integers(1, 4), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_10_an_integer_path_of_another_library_gives_the_same_fractions(judges: int, n: int, random: Random) -> None:
    own = make.rule(
        criteria={"x": "1/2", "y": "1/3", "z": "1/6"},
        groups={"a": "60%", "b": "40%"},
        trim={"high": 1, "low": 1, "min_ballots": 4},
    )
    lines = {
        (group, f"{group}{j}"): {f"U{i}": {c: random.randint(0, 100) for c in "xyz"} for i in range(n)}
        for group in "ab"
        for j in range(judges)
    }
    package = make.package(own, lines)

    assert totals(package) == by_numpy(package)


@given(strategies.packages())
@SOME
def test_10_the_protocol_adds_up(package: Package) -> None:
    pooled = package.rule.trim.scope is TrimScope.ALL_JUDGES
    for target in counted(package).targets:
        for key, score in target.groups:
            dropped = len(score.dropped_high) + len(score.dropped_low)
            by_criterion = package.rule.trim.unit is TrimUnit.CRITERION
            assert score.received == (
                score.counted + (0 if by_criterion else dropped) + score.abstained + score.dont_know + score.spoiled
            )
            if package.seats is not None and score.recused is not None and score.missing is not None:
                seats = sum(seat.group == key for seat in package.seats)
                assert score.received + score.recused + score.missing == seats
                assert score.missing >= 0
            if not pooled and not by_criterion and score.trimmed:
                assert dropped == package.rule.trim.high + package.rule.trim.low
