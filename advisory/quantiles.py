"""The three distributions that the advisory view asks, from scipy's special functions; undefined is None.

Kept apart because scipy carries no types, and because `scipy.stats` would take longer to import than all the rest.
"""

import math

from scipy import special  # type: ignore[import-untyped]


def f_quantile(share: float, above: float, below: float) -> float:
    """The value of F(above, below) under which this share lies; may be infinite."""
    return float(special.fdtri(above, below, share))


def t_quantile(share: float, freedom: float) -> float | None:
    """The value of Student's t under which this share lies."""
    return finite(float(special.stdtrit(freedom, share)))


def chi2_tail(value: float, freedom: float) -> float | None:
    """The chance that chi-squared exceeds the value."""
    return finite(float(special.chdtrc(freedom, value)))


def finite(value: float) -> float | None:
    """The value, or None where it is not a number or has no bound."""
    return value if math.isfinite(value) else None


def ratio(top: float, bottom: float) -> float | None:
    """A quotient; None where the divisor is 0 or not finite, or what comes out is not finite."""
    return finite(top / bottom) if bottom and math.isfinite(bottom) else None
