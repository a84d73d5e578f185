"""The advisory view as frozen values: what `hall.outcome.advice` fills in and a page draws.

Everything that is printed is text already; floats are there for the place of a mark on its line, and None where there
is nothing to draw. A judge is a seat of a named group with its role, never a person.
"""

from __future__ import annotations

from dataclasses import dataclass

CANNOT = "无法计算"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay:
    """Not there yet: the share done, and in words what is waited for."""

    share: float
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One figure of agreement. `limits` is text; `reading` says it plainly, by the lower limit where there is one."""

    name: str
    asks: str
    value: str
    limits: str
    reading: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A unit's official place and the range it might have had. `rank` counts 1, 2, 2, 4 whatever the rule prints."""

    target: str
    name: str
    ranking_group: str
    place: str
    rank: int
    low: int | None
    high: int | None
    words: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """Two units that follow one another, and what can be counted of the judges who scored both."""

    ranking_group: str
    above: str
    above_place: str
    below: str
    below_place: str
    words: str
    contrary: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """One named seat. `leniency` and `reach` (its limits either way) are in points of a ballot."""

    seat: str
    role: str
    group: int
    group_name: str
    leniency: float | None
    reach: float | None
    leniency_words: str
    limits: str
    misfit: str
    consistency: str
    dropped: str
    unusual: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjusted:
    """A unit's official total beside its score with everybody's leniency taken out."""

    name: str
    ranking_group: str
    place: str
    total: str
    adjusted: str
    changes: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Advised:
    """Everything the page shows. The `..._why` are empty unless something could not be worked out.

    `large` is how many points of leniency are worth a look.
    """

    title: str
    note: str
    edition: str
    published: bool
    ballots_sha256: str
    sentence: str
    large: float
    measures: tuple[Measure, ...]
    measures_why: str
    places: tuple[Place, ...]
    places_why: tuple[str, ...]
    neighbours: tuple[Neighbours, ...]
    judges: tuple[Judge, ...]
    judges_why: tuple[str, ...]
    adjusted: tuple[Adjusted, ...]
    adjusted_words: str
    caveats: tuple[str, ...]

    @property
    def ranking_groups(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.ranking_group for one in self.places))
