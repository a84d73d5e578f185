"""Rolling small results up into larger ones: towns into their county (F03), projects into their unit.

No source says how; the choice is named and printed with the number of items behind each result. What was not scored is
left out and not counted as zero.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class RollUp(StrEnum):
    MEAN = "mean"
    BEST = "best"
    WEIGHTED = "weighted"


class CannotRollUp(ValueError):
    """A weighted roll-up whose weights add up to nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """One result to roll up. `score` is None where there is none; `weight` matters only to `weighted`."""

    item: str
    parent: str
    score: Fraction | None
    weight: Fraction = Fraction(1)


def roll_up(how: RollUp, items: Iterable[Roll]) -> dict[str, tuple[Fraction, int]]:
    """Score and number of scored items of every parent that has one, in order of first appearance."""
    by_parent: dict[str, list[tuple[Fraction, Fraction]]] = {}
    for item in items:
        if item.score is not None:
            by_parent.setdefault(item.parent, []).append((item.score, item.weight))
    return {parent: (_rolled(how, parent, scored), len(scored)) for parent, scored in by_parent.items()}


def _rolled(how: RollUp, parent: str, scored: list[tuple[Fraction, Fraction]]) -> Fraction:
    if how is RollUp.BEST:
        return max(score for score, _ in scored)
    if how is RollUp.MEAN:
        return sum((score for score, _ in scored), Fraction(0)) / len(scored)
    weights = sum((weight for _, weight in scored), Fraction(0))
    if weights <= 0:
        raise CannotRollUp(f"“{parent}”下各项的权重加起来不大于0，请改权重。")
    return sum((score * weight for score, weight in scored), Fraction(0)) / weights
