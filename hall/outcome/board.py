"""The result of a sitting as a screen shows it, as frozen values: versions, columns, figures, lines, and the board of them.

Exact scores stand beside the words that are shown; what may not be seen is not in here. `hall.outcome.standings`
makes a board of a publication, or of the closed rounds so far.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from db.values import Sitting
from hall.moment.discretion import HIDDEN_WORDS, WITHHELD_WORDS
from scoring.rule import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One publication, as it is listed."""

    number: int
    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A judge group or a component of the total: what stands beside the total."""

    key: str
    name: str
    weight: str
    secret: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One group's score for one target. `seats` says what became of every seat, for the people of the hall only.

    `hidden`: secret and fewer than three ballots; `withheld`: it would tell, with the total, a hidden one.
    """

    published: str | None
    exact: Fraction | None
    hidden: bool
    seats: str
    withheld: bool = False

    @property
    def words(self) -> str:
        return HIDDEN_WORDS if self.hidden else WITHHELD_WORDS if self.withheld else self.published or "—"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One target. `place` is empty, and `state` says why, where it has none. `deducted`: why a total is not its groups'."""

    target: str
    name: str
    unit: str
    ranking_group: str
    place: str
    tied_with: tuple[str, ...]
    total: str
    exact: Fraction | None
    figures: tuple[Figure, ...]
    components: tuple[str, ...]
    points: str
    because: str
    decided_by: str
    state: str
    unit_name: str = ""
    deducted: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Everything the page of results shows of one version; `version` is None for what is not published yet.

    `others` have ballots and no place; `waiting` are names by state of whoever has not been scored at all; `put_off`
    those who are scored in a supplementary sitting;
    `groups_on_scale` says whether group scores and totals can stand on one axis.
    """

    sitting: Sitting
    version: Version | None
    versions: tuple[Version, ...]
    rule_title: str
    rule_version: int
    rule_sha256: str
    ballots_sha256: str
    groups: tuple[Column, ...]
    groups_on_scale: bool
    components: tuple[Column, ...]
    ranked: tuple[Line, ...]
    others: tuple[Line, ...]
    waiting: tuple[tuple[str, tuple[str, ...]], ...]
    sentence: str
    warnings: tuple[str, ...]
    rule_words: tuple[str, ...]
    rule: Rule
    put_off: tuple[str, ...] = ()

    def line(self, target: str) -> Line | None:
        return next((one for one in (*self.ranked, *self.others) if one.target == target), None)

    @property
    def ranking_groups(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.ranking_group for one in self.ranked))

    @property
    def is_newest(self) -> bool:
        return self.version is None or self.version == self.versions[-1]
