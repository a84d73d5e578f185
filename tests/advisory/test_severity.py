"""The additive fit: what it must give, against a plain least-squares solution, and when it has nothing to say."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from advisory.severity import Fit, consistencies, fit_additive, hangs_together, look_at_judges
from advisory.table import Floats, Table
from tests.advisory.tables import table, tables_with_gaps, whole_tables

SOME = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def fitted(totals: Floats) -> Fit:
    fit = fit_additive(totals)
    assert fit is not None
    return fit


def of_judges(totals: Floats) -> Table:
    judges = tuple(f"J{i:02d}" for i in range(len(totals)))
    return Table(judges=judges, targets=tuple(f"U{t}" for t in range(totals.shape[1])), totals=totals, scale=100.0)


def looked_at(totals: Floats) -> Any:
    return look_at_judges(of_judges(totals), fit_additive(totals), {})


def by_least_squares(totals: Floats) -> tuple[Floats, Floats, Floats | None]:
    """(leniency, adjusted, se) from the design matrix and its pseudo-inverse, leniencies coded to sum to 0."""
    judges, targets = totals.shape
    cells = [(j, t) for j in range(judges) for t in range(targets) if not np.isnan(totals[j, t])]
    coding = np.vstack([np.eye(judges - 1), -np.ones(judges - 1)])
    design = np.array([np.concatenate((coding[j], np.eye(targets)[t])) for j, t in cells])
    y = np.array([totals[j, t] for j, t in cells])
    beta = np.linalg.lstsq(design, y, rcond=None)[0]
    freedom = len(cells) - judges - targets + 1
    se = None
    if freedom > 0:
        covariance = coding @ np.linalg.inv(design.T @ design)[: judges - 1, : judges - 1] @ coding.T
        se = np.sqrt(np.square(y - design @ beta).sum() / freedom * np.diag(covariance))
    return coding @ beta[: judges - 1], beta[judges - 1 :], se


@given(tables_with_gaps())
@SOME
def test_the_fit_is_the_least_squares_solution(totals: Floats) -> None:
    fit = fit_additive(totals)
    assume(fit is not None and not np.isnan(totals).all(axis=0).any())
    assert fit is not None
    leniency, adjusted, se = by_least_squares(totals)

    assert fit.leniency == pytest.approx(leniency, abs=1e-9)
    assert fit.adjusted == pytest.approx(adjusted, abs=1e-9)
    assert (fit.se is None) == (se is None)
    if se is not None:
        assert fit.se == pytest.approx(se, abs=1e-7)


@given(whole_tables())
@SOME
def test_16_in_a_complete_table_the_adjusted_score_is_the_mean(totals: Floats) -> None:
    fit = fitted(totals)

    assert fit.adjusted == pytest.approx(totals.mean(axis=0), abs=1e-9)
    assert fit.leniency == pytest.approx(totals.mean(axis=1) - totals.mean(), abs=1e-9)


@given(tables_with_gaps())
@SOME
def test_16_leniencies_and_residuals_sum_to_zero(totals: Floats) -> None:
    fit = fit_additive(totals)
    assume(fit is not None)
    assert fit is not None

    assert fit.leniency.sum() == pytest.approx(0, abs=1e-9)
    assert np.nansum(fit.rest, axis=0) == pytest.approx(0, abs=1e-9)
    assert np.nansum(fit.rest, axis=1) == pytest.approx(0, abs=1e-9)


def test_the_error_of_a_complete_table_is_the_textbook_one() -> None:
    totals = np.random.default_rng(5).normal(85, 3, (9, 13))
    m, n = totals.shape
    fit = fitted(totals)

    s2 = np.square(fit.rest).sum() / ((m - 1) * (n - 1))
    assert fit.se == pytest.approx(np.full(m, np.sqrt(s2 * (m - 1) / (m * n))), rel=1e-9)


def test_a_lenient_judge_moves_nobody_else_against_the_others() -> None:
    """Adding d to one judge moves his leniency against every other judge by d, and no target against another."""
    totals = table([[90, 80, None, 70], [85, 86, 60, None], [None, 84, 66, 78], [91, 77, 65, 71]])
    before, after = fitted(totals), fitted(totals + np.array([[7.0], [0], [0], [0]]))

    assert after.leniency[0] - after.leniency[1:] == pytest.approx(before.leniency[0] - before.leniency[1:] + 7)
    assert np.diff(after.adjusted) == pytest.approx(np.diff(before.adjusted), abs=1e-9)


def test_a_recusal_by_a_harsh_judge_no_longer_lifts_the_target() -> None:
    """The plain mean puts U2 first because the harsh judge sat it out; adjusted, U1 is first again."""
    totals = table([[90, 88, 80], [91, 89, 81], [70, None, 60]])
    plain, adjusted = np.nanmean(totals, axis=0), fitted(totals).adjusted

    assert plain[1] > plain[0]
    assert adjusted[0] > adjusted[1]


@pytest.mark.parametrize(
    ("rows", "together"),
    [
        ([[90, 80, None, None], [None, None, 70, 60]], False),
        ([[90, 80, None, None], [85, 81, None, None], [None, None, 70, 60], [None, None, 71, 61]], False),
        ([[90, 80, None, None], [None, 81, 70, None], [None, None, 71, 60]], True),
        ([[90, None], [None, 80]], False),
    ],
)
def test_a_design_that_falls_apart_is_not_fitted(rows: list[list[float | None]], together: bool) -> None:
    totals = table(rows)

    assert hangs_together(~np.isnan(totals)) is together
    assert (fit_additive(totals) is not None) is together
    if not together:
        assert {(j.leniency, j.se, j.misfit, j.flag) for j in looked_at(totals)} == {(None, None, None, None)}


@pytest.mark.parametrize("rows", [[[90, 80]], [[90], [80]], [[90, None], [80, None]]])
def test_one_judge_or_one_target_is_nothing_to_compare(rows: list[list[float | None]]) -> None:
    assert fit_additive(table(rows)) is None


def test_a_target_that_nobody_scored_has_no_adjusted_score_and_spoils_none() -> None:
    fit = fitted(table([[90, None, 80], [92, None, 83]]))

    assert np.isnan(fit.adjusted[1])
    assert fit.adjusted[[0, 2]] == pytest.approx([91, 81.5])


def test_ballots_with_nothing_to_spare_give_leniency_without_error_or_misfit() -> None:
    """Three cells for two judges and two targets: the fit goes through every point."""
    judges = looked_at(table([[90, 80], [84, None]]))

    assert [j.leniency for j in judges] == pytest.approx([3, -3])
    assert {(j.se, j.misfit, j.flag) for j in judges} == {(None, None, None)}


def test_judges_who_differ_by_constants_alone_have_no_misfit() -> None:
    judges = looked_at(table([[90.1, 80.2, 70.3], [90.4, 80.5, 70.6], [90.7, 80.8, 70.9]]))

    assert {(j.se, j.misfit) for j in judges} == {(0.0, None)}
    assert [j.consistency for j in judges] == pytest.approx([1, 1, 1])


def test_misfit_is_the_judges_share_of_what_does_not_fit() -> None:
    totals = np.random.default_rng(11).normal(85, 3, (6, 8))
    totals[2] += np.random.default_rng(12).normal(0, 12, 8)
    judges, rest = looked_at(totals), fitted(totals).rest

    assert [j.misfit for j in judges] == pytest.approx(np.square(rest).mean(axis=1) / np.square(rest).mean())
    assert max(judges, key=lambda j: j.misfit).judge == "J02"


def test_only_a_large_and_certain_leniency_is_called_unusual() -> None:
    """Of twelve judges: +8 steady is unusual; +1.5 steady is too small; +8 of a judge with two ballots is uncertain."""
    rng = np.random.default_rng(7)
    totals = np.full((12, 30), 85.0) + rng.normal(0, 0.6, (12, 30)) + rng.normal(0, 4, (1, 30))
    totals[0] += 8
    totals[1] += 1.5
    noisy = totals + rng.normal(0, 9, totals.shape)
    noisy[0, 2:] = np.nan

    assert [j.judge for j in looked_at(totals) if j.flag == "unusual"] == ["J00"]
    assert [j.judge for j in looked_at(noisy) if j.flag] == []


def test_the_limit_of_a_flag_is_bonferronis() -> None:
    """A judge just inside and just outside t(1 - 0.05 / 2m) standard errors, all else far from it."""
    rng = np.random.default_rng(2)
    m, n = 20, 6
    totals = rng.normal(85, 4, (m, n))
    limit = stats.t.ppf(1 - 0.05 / (2 * m), (m - 1) * (n - 1))
    totals -= totals.mean(axis=1, keepdims=True) - 85  # everyone as lenient as the others
    se = fitted(totals).se
    assert se is not None
    shift = np.zeros((m, 1))
    for size, flags in ((limit * se[0] * 0.999, []), (limit * se[0] * 1.001, ["J00"])):
        shift[0] = size * m / (m - 1)
        assert [j.judge for j in looked_at(totals + shift) if j.flag] == flags


@given(whole_tables(least=3))
@SOME
def test_consistency_is_pearsons_r_with_the_mean_of_the_others(totals: Floats) -> None:
    for j, found in enumerate(consistencies(totals.T)):
        others = np.delete(totals, j, axis=0).mean(axis=0)
        if np.ptp(totals[j]) == 0 or np.ptp(others) < 1e-9:
            assert found is None
        else:
            assert found == pytest.approx(np.corrcoef(totals[j], others)[0, 1], abs=1e-9)


def test_a_judge_who_gives_everyone_90_has_no_consistency() -> None:
    judges = looked_at(table([[90, 90, 90], [88, 80, 84], [91, 83, 86]]))

    assert judges[0].consistency is None
    assert judges[1].consistency is not None


def test_shares_of_dropped_ballots_come_with_the_judges() -> None:
    totals = table([[90, 80], [91, 82], [70, 83]])
    judges = look_at_judges(of_judges(totals), None, {"J00": (1, 2), "J01": (0, 2), "J02": (2, 2)})

    assert [j.dropped_share for j in judges] == [0.5, 0.0, 1.0]


@given(tables_with_gaps(), st.floats(0.5, 4))
@SOME
def test_nothing_is_ever_nan_or_infinite(totals: Floats, factor: float) -> None:
    for judge in look_at_judges(replace(of_judges(totals * factor), scale=1.0), fit_additive(totals * factor), {}):
        for value in (judge.leniency, judge.se, judge.misfit, judge.consistency):
            assert value is None or np.isfinite(value)
