"""Kendall's W, the ICCs and alpha against other people's programmes, by their properties, and where they are undefined."""

from dataclasses import astuple
from typing import Any

import krippendorff
import numpy as np
import pandas as pd
import pingouin
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from scipy import stats

from advisory.agreement import (
    Concordance,
    Correlations,
    Estimate,
    alpha_interval,
    alpha_ordinal,
    intraclass,
    kendall_w,
)
from advisory.table import Floats
from tests.advisory.tables import SHROUT_FLEISS, near, table, tables_with_gaps, whole_tables

SOME = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
FEW = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
KINDS = ["icc_1_1", "icc_2_1", "icc_3_1", "icc_1_k", "icc_2_k", "icc_3_k"]
CLOSE = {"abs": 1e-9, "rel": 1e-9}


def oracle(totals: Floats) -> dict[str, tuple[float, float, float]]:
    """Pingouin's six ICCs of judges x targets with limits, unrounded."""
    judges, targets = totals.shape
    long = pd.DataFrame(
        [(t, j, totals[j, t]) for j in range(judges) for t in range(targets)], columns=["target", "judge", "score"]
    )
    pingouin.options["round.column.CI95"] = None  # it rounds its limits to two places unless told
    with np.errstate(all="ignore"):
        found = pingouin.intraclass_corr(data=long, targets="target", raters="judge", ratings="score")
    order = ["ICC(1,1)", "ICC(A,1)", "ICC(C,1)", "ICC(1,k)", "ICC(A,k)", "ICC(C,k)"]
    rows = found.set_index("Type").loc[order]
    return {kind: (row.ICC, *row.CI95) for kind, (_, row) in zip(KINDS, rows.iterrows(), strict=True)}


def test_the_icc_of_shrout_and_fleiss_1979() -> None:
    found = intraclass(table(SHROUT_FLEISS).T)

    values = [round(getattr(found, kind).value, 2) for kind in KINDS]
    assert values == [0.17, 0.29, 0.71, 0.44, 0.62, 0.91]


@given(whole_tables(least=3))
@FEW
def test_every_icc_and_its_limits_agree_with_pingouin(totals: Floats) -> None:
    found, wanted = intraclass(totals.T), oracle(totals)

    for kind in KINDS:
        # Where ours is undefined, pingouin's divides by zero or steps a limit up across its pole.
        for ours, theirs in zip(astuple(getattr(found, kind)), wanted[kind], strict=True):
            assert ours is None or ours == pytest.approx(theirs, **CLOSE), kind


def test_icc_and_limits_of_a_usual_panel_agree_with_pingouin_in_all_eighteen_numbers() -> None:
    rng = np.random.default_rng(3)
    totals = rng.normal(85, 4, (1, 13)) + rng.normal(0, 2, (18, 1)) + rng.normal(0, 2, (18, 13))

    found, wanted = intraclass(totals.T), oracle(totals)

    for kind in KINDS:
        assert astuple(getattr(found, kind)) == pytest.approx(wanted[kind], **CLOSE)


def test_limits_of_the_panel_are_the_step_up_of_those_of_one_judge() -> None:
    found, m = intraclass(table(SHROUT_FLEISS).T), 4

    for one, many in ((found.icc_2_1.low, found.icc_2_k.low), (found.icc_2_1.high, found.icc_2_k.high)):
        assert one is not None
        assert many == pytest.approx(m * one / (1 + (m - 1) * one), **CLOSE)


@given(tables_with_gaps())
@SOME
def test_alpha_agrees_with_krippendorff(totals: Floats) -> None:
    for ours, level in ((alpha_interval(totals), "interval"), (alpha_ordinal(totals), "ordinal")):
        if ours is not None:
            assert ours == pytest.approx(krippendorff.alpha(totals, level_of_measurement=level), **CLOSE)


def test_alpha_is_there_on_data_with_gaps() -> None:
    totals = table([[1, 2, 3, 3, 2, 1, 4, 1, 2, None], [1, 2, 3, 3, 2, 2, 4, 1, 2, 5], [None, 3, 3, 3, 2, 3, 4, 2, 2, 5]])

    assert alpha_interval(totals) == pytest.approx(krippendorff.alpha(totals, level_of_measurement="interval"), **CLOSE)
    assert alpha_ordinal(totals) == pytest.approx(krippendorff.alpha(totals, level_of_measurement="ordinal"), **CLOSE)


@given(whole_tables(least=3))
@SOME
def test_kendall_with_ties_is_friedmans_test(totals: Floats) -> None:
    found = kendall_w(totals.T)
    if found.w is None:
        assert (totals == totals[:, :1]).all()
        return
    chi2, p = stats.friedmanchisquare(*totals.T)

    assert (found.chi2, found.p) == pytest.approx((chi2, p), **CLOSE)
    assert found.df == totals.shape[1] - 1


def test_perfect_agreement_is_one_and_its_limits_too() -> None:
    rows = table([[1, 2, 4], [1, 2, 4], [1, 2, 4]])
    found = intraclass(rows.T)

    assert kendall_w(rows.T).w == 1
    assert [getattr(found, kind) for kind in KINDS] == [Estimate(value=1.0, low=1.0, high=1.0)] * 6
    assert alpha_interval(rows) == alpha_ordinal(rows) == 1


def test_consistent_judges_who_differ_by_a_constant_agree_in_order_and_not_in_level() -> None:
    found = intraclass(table([[0.1, 0.2, 0.4], [10.1, 10.2, 10.4]]).T)

    assert found.icc_3_1 == found.icc_3_k == Estimate(value=1.0, low=1.0, high=1.0)
    assert found.icc_2_1.value is not None
    assert found.icc_2_1.value < 0.01


def test_disagreement_is_shown_as_a_negative_number_not_as_zero() -> None:
    found = intraclass(table([[1, 2, 3], [3, 2, 1.5]]).T)

    assert found.icc_1_1.value is not None
    assert found.icc_1_1.value < 0


NOTHING: dict[str, Any] = {"w": Concordance(), "icc": Correlations(), "interval": None, "ordinal": None}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        pytest.param([[90, 80, 70]], NOTHING, id="one judge"),
        pytest.param([[90], [80], [70]], NOTHING, id="one target"),
        pytest.param([[0.1, 0.1, 0.1]] * 3, NOTHING, id="everybody says the same"),
    ],
)
def test_what_cannot_be_said_is_none(rows: list[list[float]], said: dict[str, Any]) -> None:
    totals = table(rows)

    assert {
        "w": kendall_w(totals.T),
        "icc": intraclass(totals.T),
        "interval": alpha_interval(totals),
        "ordinal": alpha_ordinal(totals),
    } == said


def test_judges_who_each_tie_everything_have_no_w_but_an_icc() -> None:
    totals = table([[80, 80, 80], [90, 90, 90]])
    found = intraclass(totals.T)

    assert kendall_w(totals.T) == Concordance()
    assert found.icc_1_1.value == -1
    assert found.icc_3_1.value is None
    assert found.icc_3_k == Estimate()


@pytest.mark.parametrize("factor", [1, 3])
def test_targets_that_come_out_level_have_no_limits_of_agreement(factor: int) -> None:
    """Their limits rest on no degrees of freedom; what rounding leaves of them is not a number to print."""
    found = intraclass(factor * table([[0, 0], [0, 1], [4, 3]]).T)

    assert (found.icc_2_1.low, found.icc_2_1.high) == (None, None)
    assert found.icc_2_1.value == pytest.approx(-1 / 22)


def test_no_target_scored_by_everyone_leaves_alpha_alone() -> None:
    totals = table([[90, 80, None], [91, None, 70], [None, 79, 71]])

    assert kendall_w(np.empty((0, 3))) == Concordance()
    assert intraclass(np.empty((0, 3))) == Correlations()
    assert alpha_interval(totals) == pytest.approx(krippendorff.alpha(totals, level_of_measurement="interval"), **CLOSE)


@given(whole_tables(), st.randoms(use_true_random=False))
@SOME
def test_15_within_bounds_and_whatever_the_order_of_judges(totals: Floats, random: Any) -> None:
    other = totals[random.sample(range(len(totals)), len(totals))]

    w, again = kendall_w(totals.T).w, kendall_w(other.T).w
    assert near(w, again)
    assert w is None or -1e-12 <= w <= 1 + 1e-12
    for alpha in (alpha_interval, alpha_ordinal):
        assert near(alpha(totals), alpha(other))
        assert (alpha(totals) or 0) <= 1
    for kind in KINDS:
        mine, theirs = astuple(getattr(intraclass(totals.T), kind)), astuple(getattr(intraclass(other.T), kind))
        assert all(near(a, b, 1e-7) for a, b in zip(mine, theirs, strict=True)), kind
        assert mine[0] is None or mine[0] <= 1 + 1e-12


@given(whole_tables(), st.lists(st.sampled_from([lambda x: x**3, lambda x: 5 * x - 1, np.exp]), min_size=6, max_size=6))
@SOME
def test_15_w_does_not_mind_how_each_judge_spreads_his_marks(totals: Floats, curves: Any) -> None:
    bent = np.array([curve(row) for curve, row in zip(curves, totals, strict=False)])

    assert near(kendall_w(bent.T).w, kendall_w(totals.T).w)


@given(whole_tables(), st.integers(-50, 50), st.sampled_from([-2.0, 0.5, 3.0]))
@example(np.array([[12.0, 0.0], [12.0, 15.0]]), 0, 3.0)  # a lower limit a rounding above -1, where two judges have none
@SOME
def test_15_alpha_and_icc_do_not_mind_the_scale_all_use(totals: Floats, shift: int, factor: float) -> None:
    other = totals * factor + shift

    assert near(alpha_interval(other), alpha_interval(totals))
    for kind in KINDS:
        mine, theirs = astuple(getattr(intraclass(totals.T), kind)), astuple(getattr(intraclass(other.T), kind))
        assert all(near(a, b, 1e-7) for a, b in zip(mine, theirs, strict=True)), kind
