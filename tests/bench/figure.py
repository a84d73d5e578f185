"""One measured figure with the limit it is held to, and how it is printed and kept.

A figure without a limit is for information; one without a value could not be measured here, and its detail says
why. `aim` is what we reach for beyond the must. Floats are welcome: these are measurements, not scores.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """What a figure is held to: the must, and what we reach for. `least`: more is better."""

    must: float | None = None
    aim: float | None = None
    least: bool = False

    def met(self, value: float, asked: float | None) -> bool:
        return asked is None or (value >= asked if self.least else value <= asked)

    def words(self) -> str:
        bound = "at least" if self.least else "at most"
        said = [f"{verb} {bound} {asked:,g}" for verb, asked in (("must be", self.must), ("aim", self.aim)) if asked is not None]
        return ", ".join(said) or "for information"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`detail` says what the value was made of, or why there is none."""

    name: str
    value: float | None
    unit: str = ""
    limit: Limit = Limit()
    detail: str = ""

    @property
    def missed(self) -> bool:
        return self.value is not None and not self.limit.met(self.value, self.limit.must)

    @property
    def reached(self) -> bool:
        """Whether the aim was met too."""
        return self.value is not None and self.limit.aim is not None and self.limit.met(self.value, self.limit.aim)

    def line(self) -> str:
        verdict = "not measured" if self.value is None else "MISSED" if self.missed else "aim" if self.reached \
            else "ok" if self.limit.must is not None else ""
        value = "–" if self.value is None else _short(self.value) + self.unit
        detail = f"  ({self.detail})" if self.detail else ""
        return f"{verdict:<13}{self.name}: {value}, {self.limit.words()}{detail}"

    def as_json(self) -> dict[str, object]:
        return {"name": self.name, "value": None if self.value is None else round(self.value, 4),
                "unit": self.unit.strip(), "at_least" if self.limit.least else "at_most": self.limit.must,
                "aim": self.limit.aim, "met": None if self.value is None else not self.missed,
                "reached": self.reached, "detail": self.detail}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one part of the bench brought: its figures, and what each turn gave."""

    figures: tuple[Figure, ...]
    turns: tuple[Mapping[str, object], ...] = ()


def middle(values: Sequence[float]) -> float:
    """The median of an odd number of values."""
    return sorted(values)[len(values) // 2]


def part(values: Sequence[float], share: float) -> float:
    """The value below which this share of the values lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else 0.0


def said(values: Sequence[float]) -> str:
    """The values of the turns, one after the other."""
    return ", ".join(_short(one) for one in values)


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.2f}"
