"""Places within one ranking group: an ordered list of metrics, higher first, nothing (None) last.

Contenders equal on every metric are tied. Whoever is counted from the bottom is really counted from the bottom:
`rank > n - k` on 1224 ranks would punish nobody when three tie for last.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoring.rule import RankMethod

Metrics = tuple[Fraction | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """`metrics`: the total (exact or published) first, then the tie-break metrics."""

    target: str
    metrics: Metrics


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`above` and `below` count the others; `tied_with` are the others in the same place; `decided` the index of the
    last metric needed to tell the contender from every other one, None when tied."""

    target: str
    rank: int | str
    above: int
    below: int
    tied_with: tuple[str, ...]
    decided: int | None

    @property
    def rank_from_bottom(self) -> int:
        return 1 + self.below

    @property
    def level(self) -> int:
        """How many share the place, itself included."""
        return 1 + len(self.tied_with)


def _key(metrics: Metrics) -> tuple[tuple[bool, Fraction], ...]:
    return tuple((value is None, Fraction(0) if value is None else -value) for value in metrics)


def rank(contenders: Sequence[Contender], method: RankMethod) -> tuple[Place, ...]:
    """Everyone's place, best first, equals by code point."""
    ordered = sorted(contenders, key=lambda contender: (_key(contender.metrics), contender.target))
    places: list[Place] = []
    start = dense = 0
    while start < len(ordered):
        end = start + 1
        while end < len(ordered) and ordered[end].metrics == ordered[start].metrics:
            end += 1
        dense += 1
        names = [contender.target for contender in ordered[start:end]]
        # The closest rivals in metric order are the neighbours, so they need the longest list of metrics.
        rivals = [ordered[i].metrics for i in (start - 1, end) if 0 <= i < len(ordered)]
        needed = max((_first_difference(ordered[start].metrics, rival) for rival in rivals), default=0)
        decided = None if len(names) > 1 else needed
        for name in names:
            places.append(
                Place(
                    target=name,
                    rank=_rank(method, start, len(names), dense),
                    above=start,
                    below=len(ordered) - end,
                    tied_with=tuple(other for other in names if other != name),
                    decided=decided,
                )
            )
        start = end
    return tuple(places)


def _first_difference(mine: Metrics, other: Metrics) -> int:
    return next(i for i, (a, b) in enumerate(zip(mine, other, strict=True)) if a != b)


def _rank(method: RankMethod, above: int, level: int, dense: int) -> int | str:
    match method:
        case RankMethod.STANDARD:
            return above + 1
        case RankMethod.MODIFIED:
            return above + level
        case RankMethod.DENSE:
            return dense
        case RankMethod.FRACTIONAL:
            return str(Fraction(2 * above + level + 1, 2))
