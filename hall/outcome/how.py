"""How one target's number was made, as frozen values: what `hall.outcome.explained` fills in and a page draws.

Everything that is printed is text already; the exact values are there for the place of a dot on its line.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One ballot on the line. `who` is empty in a secret group."""

    value: Fraction
    published: str
    status: str
    who: str

    @property
    def dropped(self) -> bool:
        return self.status != "counted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """One line of dots with its mean: a group's, or one criterion's where each is trimmed by itself."""

    label: str
    mean: Fraction | None
    published: str
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One named ballot in full: marks in the order of the columns, "" where there is none."""

    seat: str
    who: str
    status: str
    marks: tuple[str, ...]
    total: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupWorking:
    """One group's part of the total. `strips` and `papers` are empty for whoever may not see them."""

    key: str
    name: str
    secret: bool
    hidden: bool
    weight: str
    published: str
    brings: str
    words: str
    strips: tuple[Strip, ...]
    papers: tuple[Paper, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A component or deduction of the total: what it was, and what it brings."""

    name: str
    words: str
    brings: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """How far the neighbour is ahead (+) or behind (-), and where the difference comes from."""

    name: str
    rank: str
    total: str
    parts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """`sum_words` is the whole computation in one line."""

    target: str
    name: str
    total: str
    words: tuple[str, ...]
    sum_words: str
    groups: tuple[GroupWorking, ...]
    parts: tuple[Part, ...]
    gaps: tuple[Gap, ...]
    columns: tuple[str, ...]
