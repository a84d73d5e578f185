"""What a recount says: frozen values, and the one JSON they print as.

Exact values print as "p/q" or an integer, published ones as decimals, what is undefined as null. The same package
gives the same bytes. `CannotTally` is a package that reads well and still has no result under its rule.
"""

import json
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from scoring.words import one_sentence

ENGINE = "1"


class CannotTally(ValueError):
    """The rule says that there is no result; one Chinese sentence names the target and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(one_sentence(message))


class Standing(StrEnum):
    """Why a target has a place or has none: the first that applies."""

    NO_BALLOTS = "no_ballots"
    BELOW_QUORUM = "below_quorum"
    INCOMPLETE = "incomplete"
    APART = "apart"
    RANKED = "ranked"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupScore:
    """One group's protocol and score for one target; `recused` and `missing` are None where seats are not known."""

    received: int
    counted: int
    abstained: int
    dont_know: int
    recused: int | None
    spoiled: int
    missing: int | None
    dropped_high: tuple[str, ...]
    dropped_low: tuple[str, ...]
    trimmed: bool
    exact: Fraction | None
    published: str | None
    untrimmed: Fraction | None
    satisfaction: Fraction | None

    def as_json(self) -> dict[str, Any]:
        return {
            "received": self.received,
            "counted": self.counted,
            "abstained": self.abstained,
            "dont_know": self.dont_know,
            "recused": self.recused,
            "spoiled": self.spoiled,
            "missing": self.missing,
            "dropped_high": list(self.dropped_high),
            "dropped_low": list(self.dropped_low),
            "trimmed": self.trimmed,
            "exact": exact_text(self.exact),
            "published": self.published,
            "untrimmed": exact_text(self.untrimmed),
            "satisfaction": exact_text(self.satisfaction),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """An exact value and its published text; both None where undefined."""

    exact: Fraction | None
    published: str | None

    def as_json(self) -> dict[str, Any]:
        return {"exact": exact_text(self.exact), "published": self.published}


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetResult:
    target: str
    groups: tuple[tuple[str, GroupScore], ...]
    components: tuple[tuple[str, Fraction | None], ...]
    evaluation: Score
    total: Score
    rank: int | str | None
    rank_from_bottom: int | None
    tied_with: tuple[str, ...]
    decided_by: str | None
    points: Fraction | None
    points_because: tuple[str, ...]
    state: Standing

    def group(self, key: str) -> GroupScore:
        return dict(self.groups)[key]

    def as_json(self) -> dict[str, Any]:
        return {
            "groups": {key: score.as_json() for key, score in self.groups},
            "components": {key: exact_text(value) for key, value in self.components},
            "evaluation": self.evaluation.as_json(),
            "total": self.total.as_json(),
            "rank": self.rank,
            "rank_from_bottom": self.rank_from_bottom,
            "tied_with": list(self.tied_with),
            "decided_by": self.decided_by,
            "points": exact_text(self.points),
            "points_because": list(self.points_because),
            "state": str(self.state),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    engine: str
    rule_sha256: str
    ballots_sha256: str
    targets: tuple[TargetResult, ...]
    order: tuple[str, ...]
    warnings: tuple[str, ...]

    def target(self, key: str) -> TargetResult:
        return next(target for target in self.targets if target.target == key)

    def as_json(self) -> dict[str, Any]:
        return {
            "engine": self.engine,
            "rule_sha256": self.rule_sha256,
            "ballots_sha256": self.ballots_sha256,
            "targets": {target.target: target.as_json() for target in self.targets},
            "order": list(self.order),
            "warnings": list(self.warnings),
        }


def exact_text(value: Fraction | None) -> str | None:
    return None if value is None else str(value)


def json_text(value: Any) -> str:
    """How every command prints: UTF-8, two spaces, a newline at the end."""
    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
