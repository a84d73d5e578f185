"""Who marks high, who marks low, who marks unlike the others: the additive fit y_ij = adjusted_i + leniency_j + rest.

Least squares over all cells, leniencies summing to 0; in a complete table the adjusted score is the plain mean. Where
the ballots do not hang together (no chain of shared targets from judge to judge) there is no fit, and None is said.
A flag is a reason to look, no more: the only word is "unusual". A constant leniency moves no ranking by itself.
"""

from dataclasses import dataclass

import numpy as np

from advisory.quantiles import finite, ratio, t_quantile
from advisory.table import Bools, Floats, Table

FAMILY_ERROR = 0.05
LARGE = 0.02  # of the ballot's scale: 2 points of 100
NOISE = 1e-10  # relative to the spread of the table
UNUSUAL = "unusual"


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeView:
    """One judge. `leniency` and `se` are in points (positive: lenient), the rest are ratios; None where undefined."""

    judge: str
    leniency: float | None
    se: float | None
    misfit: float | None
    consistency: float | None
    dropped_share: float | None
    flag: str | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fit:
    """The additive fit. `leniency` and `se` by judge, `adjusted` by target (NaN where nobody scored), cells' `rest`."""

    leniency: Floats
    adjusted: Floats
    rest: Floats
    freedom: int
    se: Floats | None

    @property
    def misfit(self) -> Floats | None:
        """Each judge's mean squared residual over that of all; None where nothing is left over."""
        squares = np.square(self.rest)
        overall = float(np.nanmean(squares))
        return np.nanmean(squares, axis=1) / overall if self.freedom > 0 and overall else None


def fit_additive(totals: Floats) -> Fit | None:
    """The fit; None with fewer than two judges or targets, or a design that falls apart. Every judge has a cell."""
    given = ~np.isnan(totals)
    scored: Bools = np.asarray(given.any(axis=0))
    judges, targets = len(totals), int(scored.sum())
    if judges < 2 or targets < 2 or not hangs_together(given[:, scored]):
        return None
    cells = given[:, scored].astype(np.float64)
    middle = float(np.nanmean(totals))
    y = np.where(given, totals - middle, 0.0)[:, scored]
    per_judge, per_target = cells.sum(axis=1), cells.sum(axis=0)
    # Judges eliminated: a Laplacian on the targets, made regular by asking that the adjusted scores sum to 0.
    shared = cells / per_judge[:, None]
    laplacian = np.diag(per_target) - cells.T @ shared
    wanted = y.sum(axis=0) - shared.T @ y.sum(axis=1)
    adjusted = np.linalg.solve(laplacian + judges / targets, wanted)
    leniency = (y.sum(axis=1) - cells @ adjusted) / per_judge
    adjusted = adjusted + leniency.mean()
    leniency = leniency - leniency.mean()
    rest = np.where(cells > 0, y - adjusted[None, :] - leniency[:, None], np.nan)
    spread = float(np.abs(y).max())
    rest = np.where(np.abs(rest) <= NOISE * spread, 0.0, rest)
    everywhere = np.full(len(scored), np.nan)
    everywhere[scored] = adjusted + middle
    freedom = int(cells.sum()) - judges - targets + 1
    errors = np.sqrt(np.nansum(np.square(rest)) / freedom * _variances(cells)) if freedom > 0 else None
    return Fit(leniency=leniency, adjusted=everywhere, rest=rest, freedom=freedom, se=errors)


def hangs_together(given: Bools) -> bool:
    """Whether every target can be reached from the first one over judges who scored both ends of each step."""
    reached = np.zeros(given.shape[1], dtype=np.bool_)
    reached[:1] = True
    while True:
        further = given[given[:, reached].any(axis=1)].any(axis=0)
        if (further <= reached).all():
            return bool(reached.all())
        reached |= further


def _variances(cells: Floats) -> Floats:
    """Diagonal of the leniencies' covariance, in units of the residual variance.

    It is that of the pseudo-inverse of D - N' R^-1 N (D, R: cells by judge and by target; N: who scored what). Adding
    1/m everywhere makes it regular; Woodbury's identity leaves a system of targets + 1 unknowns.
    """
    judges = len(cells)
    weight = 1 / cells.sum(axis=1)
    sides = np.column_stack((cells, np.ones(judges)))
    kernel = np.diag(np.append(-cells.sum(axis=0), float(judges)))
    scaled = sides * weight[:, None]
    inner = np.linalg.solve(kernel + sides.T @ scaled, scaled.T)
    variances: Floats = weight - np.einsum("jk,kj->j", scaled, inner) - 1 / judges
    return np.maximum(variances, 0.0)


def look_at_judges(table: Table, fit: Fit | None, dropped: dict[str, tuple[int, int]]) -> tuple[JudgeView, ...]:
    """What is to be said of each judge; `dropped` is (dropped, valid) by judge."""
    limit = None
    if fit is not None and fit.freedom > 0:
        limit = t_quantile(1 - FAMILY_ERROR / (2 * len(table.judges)), fit.freedom)
    misfit = None if fit is None else fit.misfit
    return tuple(
        JudgeView(
            judge=judge,
            leniency=None if fit is None else finite(float(fit.leniency[j])),
            se=None if fit is None or fit.se is None else finite(float(fit.se[j])),
            misfit=None if misfit is None else finite(float(misfit[j])),
            consistency=consistency,
            dropped_share=ratio(*dropped[judge]) if judge in dropped else None,
            flag=UNUSUAL if fit is not None and _stands_out(fit, j, limit, table.scale) else None,
        )
        for j, (judge, consistency) in enumerate(zip(table.judges, consistencies(table.complete), strict=True))
    )


def _stands_out(fit: Fit, j: int, limit: float | None, scale: float) -> bool:
    """Practically large, and beyond Bonferroni's limit for as many judges as there are."""
    if limit is None or fit.se is None:
        return False
    size = abs(float(fit.leniency[j]))
    return size > LARGE * scale and size > limit * float(fit.se[j])


def consistencies(complete: Floats) -> list[float | None]:
    """Each judge's Pearson r with the mean of the others, over targets x judges; None where either does not vary."""
    n, m = complete.shape
    if n < 2 or m < 2:
        return [None] * m
    y = complete - complete[0]
    others = (y.sum(axis=1, keepdims=True) - y) / (m - 1)
    mine, theirs = y - y.mean(axis=0), others - others.mean(axis=0)
    noise = NOISE * float(np.abs(y).max())
    vary = (np.abs(mine).max(axis=0) > noise) & (np.abs(theirs).max(axis=0) > noise)
    scale = np.sqrt(np.square(mine).sum(axis=0) * np.square(theirs).sum(axis=0))
    r = np.clip((mine * theirs).sum(axis=0) / np.where(vary, scale, 1.0), -1.0, 1.0)
    return [float(value) if good else None for value, good in zip(r, vary, strict=True)]
