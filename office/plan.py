"""A sitting on paper: everything that is prepared before it, as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from db.values import Declaration

COUNTED_KINDS = ("county", "department", "town", "zone", "other")
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


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSeat:
    code: str
    group: str
    name: str
    unit: str


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
