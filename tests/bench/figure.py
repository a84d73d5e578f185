"""One measured figure with the limit it is held to, and how it is printed and kept.

A figure without a limit is for information. Floats are welcome here: these are measurements, not scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`at_least` or `at_most` makes it a must; `detail` says what the value was made of."""

    name: str
    value: float
    unit: str = ""
    at_least: float | None = None
    at_most: float | None = None
    detail: str = ""

    @property
    def missed(self) -> bool:
        below = self.at_least is not None and self.value < self.at_least
        return below or (self.at_most is not None and self.value > self.at_most)

    def line(self) -> str:
        limit = "for information"
        if self.at_least is not None:
            limit = f"must be at least {self.at_least:g}"
        if self.at_most is not None:
            limit = f"must be at most {self.at_most:g}"
        verdict = "MISSED" if self.missed else "ok" if limit.startswith("must") else ""
        detail = f"  ({self.detail})" if self.detail else ""
        return f"{verdict:<7}{self.name}: {_short(self.value)}{self.unit}, {limit}{detail}"

    def as_json(self) -> dict[str, object]:
        return {"name": self.name, "value": round(self.value, 4), "unit": self.unit.strip(), "at_least": self.at_least,
                "at_most": self.at_most, "met": not self.missed, "detail": self.detail}


def middle(values: Sequence[float]) -> float:
    """The median of an odd number of values."""
    return sorted(values)[len(values) // 2]


def part(values: Sequence[float], share: float) -> float:
    """The value below which this share of the values lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else 0.0


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.2f}"
