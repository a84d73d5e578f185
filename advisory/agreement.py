"""Do the judges agree? Kendall's W, the six intraclass correlations, Krippendorff's alpha.

W and the ICCs take a complete table (targets x judges); alpha takes any (judges x targets, NaN where nothing was given).
What cannot be said is None: fewer than two judges or targets, everybody level, a divisor of 0. Never NaN, and a
negative value is shown as it is.
"""

from dataclasses import dataclass

import numpy as np

from advisory.quantiles import chi2_tail, f_quantile, ratio
from advisory.table import Floats, level_runs, midranks

CONFIDENCE = 0.95
NOISE = 1e-12  # relative to the spread of the table: smaller residuals are rounding, not disagreement
NEAREST = 1e-6  # to the pole of Spearman-Brown: nearer, an error in the 16th digit is one in the 10th
UPPER = (1 + CONFIDENCE) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Concordance:
    """Kendall's W with its test; all None where undefined."""

    w: float | None = None
    chi2: float | None = None
    df: int | None = None
    p: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A value with its 95 % limits, each None where undefined."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlations:
    """Shrout & Fleiss 1979. (1) one-way, (2) two-way absolute agreement, (3) consistency; k: of the whole panel."""

    icc_1_1: Estimate = Estimate()
    icc_2_1: Estimate = Estimate()
    icc_3_1: Estimate = Estimate()
    icc_1_k: Estimate = Estimate()
    icc_2_k: Estimate = Estimate()
    icc_3_k: Estimate = Estimate()


def kendall_w(complete: Floats) -> Concordance:
    """W = 12 S / (m^2 (n^3 - n) - m sum(t^3 - t)) with mid-ranks; chi2 = m (n - 1) W on n - 1 (Kendall 1970)."""
    n, m = complete.shape
    if n < 2 or m < 2:
        return Concordance()
    ranks = midranks(complete.T)
    first, last = level_runs(np.sort(complete.T, axis=-1))
    ties = float((np.square((last - first + 1).astype(np.float64)) - 1).sum())
    spread = float(np.square(ranks.sum(axis=0) - m * (n + 1) / 2).sum())
    w = ratio(12 * spread, float(m * m * (n**3 - n)) - m * ties)
    if w is None:
        return Concordance()
    chi2 = m * (n - 1) * w
    return Concordance(w=w, chi2=chi2, df=n - 1, p=chi2_tail(chi2, n - 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Squares:
    """Mean squares of the two-way table: rows (targets), columns (judges), error, within rows."""

    n: int
    m: int
    rows: float
    columns: float
    error: float
    within: float


def intraclass(complete: Floats) -> Correlations:
    """The six ICCs of a complete table, limits after McGraw & Wong 1996."""
    n, m = complete.shape
    if n < 2 or m < 2:
        return Correlations()
    s = _squares(complete)
    two = ratio(s.rows - s.error, s.rows + (m - 1) * s.error + m * (s.columns - s.error) / n)
    two_low, two_high = _agreement_limits(s, two)
    panel_divisor = s.rows + (s.columns - s.error) / n
    return Correlations(
        icc_1_1=_single(s.rows, s.within, m, n - 1, n * (m - 1)),
        icc_2_1=Estimate(value=two, low=two_low, high=two_high),
        icc_3_1=_single(s.rows, s.error, m, n - 1, (n - 1) * (m - 1)),
        icc_1_k=_panel(s.rows, s.within, n - 1, n * (m - 1)),
        # A divisor of 0 or less would give a reliability above 1: there is nothing to say.
        icc_2_k=Estimate(
            value=ratio(s.rows - s.error, panel_divisor) if panel_divisor > 0 else None,
            low=_stepped_up(two_low, m),
            high=_stepped_up(two_high, m),
        ),
        icc_3_k=_panel(s.rows, s.error, n - 1, (n - 1) * (m - 1)),
    )


def _squares(complete: Floats) -> _Squares:
    n, m = complete.shape
    y = complete - complete[0, 0]
    grand = float(y.mean())
    by_row, by_column = y.mean(axis=1), y.mean(axis=0)
    rest = y - by_row[:, None] - by_column[None, :] + grand
    noise = float(np.abs(y).max()) * NOISE
    rows, columns = (_quiet(means - grand, noise) for means in (by_row, by_column))
    error = float(np.square(_quiet(rest, noise)).sum())
    between = float(n * np.square(columns).sum())
    return _Squares(
        n=n,
        m=m,
        rows=m * float(np.square(rows).sum()) / (n - 1),
        columns=between / (m - 1),
        error=error / ((n - 1) * (m - 1)),
        within=(between + error) / (n * (m - 1)),
    )


def _quiet(values: Floats, noise: float) -> Floats:
    """Rounding noise set to 0, so that perfect agreement is seen as perfect."""
    return np.where(np.abs(values) <= noise, 0.0, values)


def _single(rows: float, other: float, m: int, above: int, below: int) -> Estimate:
    """(rows - other) / (rows + (m - 1) other); limits from F = rows / other on (above, below)."""
    low, high = (ratio(q * rows - other, q * rows + (m - 1) * other) for q in _quantiles(below, above))
    return Estimate(value=ratio(rows - other, rows + (m - 1) * other), low=low, high=high)


def _panel(rows: float, other: float, above: int, below: int) -> Estimate:
    """(rows - other) / rows, the reliability of the mean of all judges."""
    low, high = (ratio(q * rows - other, q * rows) for q in _quantiles(below, above))
    return Estimate(value=ratio(rows - other, rows), low=low, high=high)


def _quantiles(above: float, below: float) -> tuple[float, float]:
    """The lower and upper 2.5 % points of F; the lower one stands for 1 / F the other way round, and never overflows."""
    return f_quantile(1 - UPPER, above, below), f_quantile(UPPER, above, below)


def _agreement_limits(s: _Squares, value: float | None) -> tuple[float | None, float | None]:
    """Limits of ICC(2,1) by Satterthwaite's approximation (McGraw & Wong 1996, case 2)."""
    if value is None:
        return None, None
    n, m = s.n, s.m
    a = m * value * s.columns
    b = (n * (1 + (m - 1) * value) - m * value) * s.error
    if not s.error and not s.columns:
        return value, value
    # Where all targets come out level, a and b cancel: no degrees of freedom, no limits.
    together = a + b if abs(a + b) > NOISE * (abs(a) + abs(b)) else 0.0
    freedom = ratio((n - 1) * (m - 1) * together**2, (n - 1) * a * a + b * b)
    if not freedom:
        return None, None
    mixed = m * s.columns + (m * n - m - n) * s.error
    low, high = (ratio(n * (q * s.rows - s.error), mixed + n * q * s.rows) for q in _quantiles(freedom, n - 1))
    return low, high


def _stepped_up(single: float | None, m: int) -> float | None:
    """Spearman-Brown: what m judges come to, given one; None where one is at or below -1 / (m - 1), or so near above it
    that the answer would be made of rounding."""
    if single is None or 1 + (m - 1) * single <= NEAREST:
        return None
    return ratio(m * single, 1 + (m - 1) * single)


def alpha_interval(totals: Floats) -> float | None:
    """Krippendorff's alpha = 1 - Do / De with squared differences, in closed form; cells may be missing.

    Do = (1/N) sum_u 2 (m_u Q_u - s_u^2) / (m_u - 1) over targets with m_u >= 2 values, De = 2 (N Q - s^2) / (N (N - 1)).
    """
    pairable = _pairable(totals)
    return None if pairable is None else _alpha(pairable)


def alpha_ordinal(totals: Floats) -> float | None:
    """Krippendorff's alpha with the ordinal metric.

    Its squared difference of c and k, (sum of n_g from c to k - (n_c + n_k) / 2)^2, is that of the mid-ranks of c and k
    among all pairable values; so it is the interval alpha of the mid-ranks.
    """
    pairable = _pairable(totals)
    if pairable is None:
        return None
    ranks = pairable.copy()
    given = ~np.isnan(pairable)
    ranks[given] = midranks(pairable[given])
    return _alpha(ranks)


def _pairable(totals: Floats) -> Floats | None:
    """The columns with two values or more; None where fewer than two are left."""
    columns = totals[:, (~np.isnan(totals)).sum(axis=0) >= 2]
    return columns if columns.shape[1] >= 2 else None


def _alpha(values: Floats) -> float | None:
    given = ~np.isnan(values)
    y = np.where(given, values - values[given][0], 0.0)
    y = np.where(given, y - y.sum() / given.sum(), 0.0)
    count = given.sum(axis=0)
    size = int(count.sum())
    sums, squares = y.sum(axis=0), np.square(y).sum(axis=0)
    observed = float((2 * (count * squares - sums**2) / (count - 1)).sum()) / size
    expected = 2 * (size * float(squares.sum()) - float(sums.sum()) ** 2) / (size * (size - 1))
    disagreement = ratio(observed, expected)
    return None if disagreement is None else min(1.0, 1 - disagreement)
