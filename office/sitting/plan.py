"""A sitting on paper: everything that is prepared before it, as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from db.values import Declaration
from scoring.number import NotANumber, parse_decimal
from scoring.rule import BallotKind, Rule

COUNTED_KINDS = ("county", "department", "town", "zone", "other")
SEGMENT_KINDS = {"film": "短片", "speech": "发言", "questions": "现场提问", "comment": "点评", "ballot": "打分",
                 "viewing": "观摩", "announcement": "宣布", "other": "其他"}
SEGMENT_SCOPES = {"before": "全场开始时", "each": "每家单位", "after": "全场最后"}
QUESTION_BOUND = 200  # letters
KIND_WORDS = {"county": "县（市、区）", "department": "部门", "town": "乡镇街道", "zone": "功能区", "other": "其他"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedUnit:
    key: str
    name: str
    kind: str
    parent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTarget:
    key: str
    name: str
    unit: str
    presenter: str
    ranking_group: str
    ranked: bool
    speaks: bool = True
    route: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSeat:
    code: str
    group: str
    name: str
    unit: str
    route: str = ""
    shadow: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSegment:
    """One line of the agenda template (环节): `scope` before, each (of every target on stage) or after; `seconds` its
    limit, 0 for none; so long before it `warn_seconds` warns."""

    key: str
    kind: str
    title: str
    scope: str = "each"
    seconds: int = 0
    warn_seconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedQuestion:
    """A question that is prepared: `asker` a role, `group` a judge group's key or empty."""

    target: str
    asker: str
    group: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SittingPlan:
    """What a sitting folder says. Recusals are (seat, target, reason), components (target, component, value)."""

    key: str
    title: str
    arena: str
    period: str
    held_on: date
    rule_toml: str
    place: str = ""
    note: str = ""
    ballot_mode: str = "each"
    seconds: int = 0
    grace_seconds: int = 5
    desk_check_in: bool = False
    units: tuple[PlannedUnit, ...] = ()
    targets: tuple[PlannedTarget, ...] = ()
    seats: tuple[PlannedSeat, ...] = ()
    recusals: tuple[tuple[str, str, str], ...] = ()
    components: tuple[tuple[str, str, str], ...] = ()
    declarations: Mapping[str, Declaration] = field(default_factory=dict)
    segments: tuple[PlannedSegment, ...] = ()
    questions: tuple[PlannedQuestion, ...] = ()


def paper_does_not_fit(rule: Rule, ballot_mode: str) -> str | None:
    """Why this rule cannot be balloted in this way, in words; None when it can."""
    if rule.ballot.kind is BallotKind.RANKING and ballot_mode != "all":
        return "排序票一张票要给全部单位排名次，打分方式请选“最后一张票打全部”（ballot = \"all\"）"
    return None


def component_fault(rule: Rule, component: str, value: str) -> str | None:
    """What is wrong with the value of a component, or with the count of a deduction; None when nothing is."""
    if component in {one.key for one in rule.deductions}:
        return None if value.isascii() and value.isdigit() and len(value) <= 6 else "不是次数，请写0、1、2……"
    try:
        parse_decimal(value)
    except NotANumber:
        return "不是数，请写如 96 或 96.5"
    return None
