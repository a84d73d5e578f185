"""The terms of a scoring rule (评分办法) as frozen values: what may be chosen, and what was chosen.

Nothing here reads TOML or checks coherence (`rule_reader.py` does), and nothing here counts a ballot.
Every number is an int or a Fraction. A *group* is a class of judges with one weight; a *criterion* is one line of a
points ballot; the *evaluation* is the balloted part of the total.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from scoring.number import RoundingMode


class BallotKind(StrEnum):
    POINTS = "points"
    GRADES = "grades"
    RANKING = "ranking"


class MissingCriterion(StrEnum):
    VOID_BALLOT = "void_ballot"
    IMPUTE_PANEL_MEAN = "impute_panel_mean"
    RENORMALISE = "renormalise"


class Denominator(StrEnum):
    VALID = "valid"
    VALID_PLUS_ABSTAIN = "valid_plus_abstain"


class TrimUnit(StrEnum):
    JUDGE_TOTAL = "judge_total"
    CRITERION = "criterion"


class TrimScope(StrEnum):
    GROUP = "group"
    ALL_JUDGES = "all_judges"


class EmptyGroup(StrEnum):
    ERROR = "error"
    DROP_GROUP_FOR_ALL = "drop_group_for_all"
    REWEIGHT_UNIT = "reweight_unit"
    ZERO = "zero"


class Basis(StrEnum):
    """Whether the exact total or the rounded, published one is compared."""

    EXACT = "exact"
    PUBLISHED = "published"


class RankMethod(StrEnum):
    STANDARD = "standard"
    MODIFIED = "modified"
    DENSE = "dense"
    FRACTIONAL = "fractional"


class AwardEnd(StrEnum):
    TOP = "top"
    BOTTOM = "bottom"


class AwardPolicy(StrEnum):
    SHARE = "share"
    STRICT = "strict"
    SPLIT = "split"
    TIE_BREAK = "tie_break"


class CapMode(StrEnum):
    SEPARATE = "separate"
    NET = "net"
    RUNNING = "running"


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotTerms:
    kind: BallotKind
    min: Fraction
    max: Fraction
    step: Fraction
    missing_criterion: MissingCriterion


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """`max` is the criterion's own maximum (the ballot's where the file leaves it empty)."""

    key: str
    name: str
    weight: Fraction
    max: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    key: str
    name: str
    points: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Grading:
    denominator: Denominator
    satisfied: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareBand:
    min_share: Fraction
    points: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    key: str
    name: str
    weight: Fraction
    secret: bool
    quorum_ballots: int
    quorum_share: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Trim:
    high: int
    low: int
    min_ballots: int
    unit: TrimUnit
    scope: TrimScope

    @property
    def wanted(self) -> bool:
        return self.high + self.low > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Combine:
    empty_group: EmptyGroup


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    key: str
    weight: Fraction
    max: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Deduction:
    key: str
    name: str
    points: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounding:
    places: int
    mode: RoundingMode


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    on: Basis
    method: RankMethod
    tie_break: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """`points` holds one value for every place, or one a place."""

    end: AwardEnd
    k: int
    points: tuple[Fraction, ...]
    policy: AwardPolicy
    min_units: int

    def points_at(self, place: int) -> Fraction:
        """Points of a place counted from 1; 0 beyond k."""
        if place > self.k:
            return Fraction(0)
        return self.points[0] if len(self.points) == 1 else self.points[place - 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """`min` is None for the band of everything below."""

    min: Fraction | None
    points: Fraction
    compare: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerTerms:
    """A cap of None is no cap; `deduction_cap` is 0 or negative."""

    bonus_cap: Fraction | None
    deduction_cap: Fraction | None
    cap_mode: CapMode


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A coherent rule. `components` is empty where the evaluation alone is the total."""

    id: str
    title: str
    version: int
    ballot: BallotTerms
    criteria: tuple[Criterion, ...]
    grades: tuple[Grade, ...]
    grading: Grading
    share_bands: tuple[ShareBand, ...]
    places: tuple[Fraction, ...]
    groups: tuple[Group, ...]
    trim: Trim
    combine: Combine
    components: tuple[Component, ...]
    deductions: tuple[Deduction, ...]
    rounding: Rounding
    ranking: Ranking
    awards: tuple[Award, ...]
    bands: tuple[Band, ...]
    ledger: LedgerTerms
    sha256: str
    source: bytes

    def group(self, key: str) -> Group:
        return next(group for group in self.groups if group.key == key)

    def criterion(self, key: str) -> Criterion:
        return next(criterion for criterion in self.criteria if criterion.key == key)

    def grade(self, key: str) -> Grade:
        return next(grade for grade in self.grades if grade.key == key)

    def component(self, key: str) -> Component:
        return next(component for component in self.components if component.key == key)

    def deduction(self, key: str) -> Deduction:
        return next(deduction for deduction in self.deductions if deduction.key == key)

    @property
    def metrics(self) -> tuple[str, ...]:
        """What a tie may be broken by."""
        return (
            *(group.key for group in self.groups),
            "evaluation",
            *(component.key for component in self.components if component.key != "evaluation"),
            "untrimmed",
            "more_decimals",
        )

    @property
    def evaluation_max(self) -> Fraction:
        """The best score the balloted part can give: what it is rescaled from."""
        match self.ballot.kind:
            case BallotKind.POINTS:
                return self.ballot.max
            case BallotKind.RANKING:
                return self.places[0]
            case BallotKind.GRADES:
                if self.share_bands:
                    return max(band.points for band in self.share_bands)
                return self.grades[0].points
