"""What the tables hold, as frozen values: no SQL, no behaviour beyond looking things up.

Keys (`lucheng`, `U01`, `L03`) are what people and files use; ids are the database's own. Times are aware
UTC datetimes here and text in the tables.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from scoring.ballot import Line
from scoring.round import Phase

SLIP = "误操作，主持人撤销"  # why a round was voided that was opened by mistake, before any paper came in


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A county, department or town; `parent` is another unit's key or empty."""

    id: int
    key: str
    name: str
    kind: str
    parent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """One 场次 of one arena. `serial` grows with every change that a phone or a screen could show."""

    id: int
    key: str
    title: str
    arena: str
    period: str
    held_on: date
    place: str
    note: str
    ballot_mode: str
    seconds: int
    grace_seconds: int
    desk_check_in: bool
    draw_seed: str | None
    serial: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is scored; `position` is its place on the agenda, from 1. One that does not speak is scored only; `route`
    is that of a viewing on several routes, "" = seen by all; `substitute`: who speaks in the presenter's stead, a role;
    `postponed`: why it is put off to a supplementary sitting, "" = it is not."""

    id: int
    key: str
    name: str
    unit: str
    unit_name: str
    parent_unit: str
    presenter: str
    ranking_group: str
    ranked: bool
    position: int
    speaks: bool = True
    route: str = ""
    substitute: str = ""
    postponed: str = ""
    parent_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A place in the hall. `unit` is the judge's own unit's key, or empty; `route`: what was seen, "" = all of it;
    `shadow`: for training, its papers are kept apart and never counted."""

    id: int
    code: str
    group: str
    name: str
    unit: str
    checked_in_at: datetime | None
    badge_issued_at: datetime | None = None
    route: str = ""
    shadow: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One balloting of one or several targets."""

    id: int
    number: int
    phase: Phase
    targets: tuple[str, ...]
    opened_at: datetime
    closes_at: datetime | None
    closed_at: datetime | None
    closed_by: str | None
    void_reason: str | None

    @property
    def is_slip(self) -> bool:
        """Opened by mistake and taken back before any paper came in: it counts as if it had never been."""
        return self.void_reason == SLIP


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """How the stage is shown. `step` of the reveal of publication `version`; `low` ranks from the bottom are revealed
    `low_way` (each, together, never); `rehearsal`: the step of a rehearsed reveal, None when there is none;
    `frozen`: what the hall has been seeing since `frozen_at`, as JSON."""

    version: int = 0
    step: int = 0
    low: int = 0
    low_way: str = "each"
    rehearsal: int | None = None
    frozen: str | None = field(default=None, repr=False)
    frozen_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What the hall looks at: the agenda, one target, or the ranking."""

    shows: str = "agenda"
    target: str | None = None
    screen: Screen = Screen()


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """A promise with owner and deadline; `amount` is an exact decimal as text, or empty."""

    text: str
    owner: str
    deadline: date
    amount: str = ""
    amount_unit: str = ""
    number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortcoming:
    """One of the three 不足: where it stands, where it should stand, what is done, what is promised."""

    text: str
    gap: str = ""
    goal: str = ""
    measures: tuple[str, ...] = ()
    commitments: tuple[Commitment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What a unit states on stage."""

    shortcomings: tuple[Shortcoming, ...] = ()

    @property
    def commitments(self) -> tuple[Commitment, ...]:
        return tuple(one for shortcoming in self.shortcomings for one in shortcoming.commitments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The acknowledgement of one paper. `received_at` of a secret ballot is the round's opening: no finer."""

    code: str
    version: int
    received_at: str
    round: str
    lines: tuple[Line, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCheck:
    """What one seat's phone found when it tried itself out: can it keep a draft, how far is its clock from the
    hall's (positive: ahead), how long does an answer take, how many of five answers did not come."""

    seat_id: int
    checked_at: datetime
    storage: bool
    skew_ms: int
    round_trip_ms: int
    lost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """A person who signs in. `unit` is set for a liaison."""

    id: int
    name: str
    title: str
    roles: frozenset[str]
    unit: str
    active: bool
    has_password: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A frozen, numbered version of a result."""

    id: int
    number: int
    reason: str
    published_at: datetime
    published_by: str
    rule_sha256: str
    ballots_sha256: str
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How a sitting is published, and how long after it an objection may be filed (hours; 0: none is taken)."""

    hands: str = "by_staff"
    objection_hours: int = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """One hand under a proposal: the clerk's or the supervisor's."""

    role: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A result put forward to be confirmed, as these hashes; `number` is the version that it would become."""

    id: int
    number: int
    reason: str
    proposed_at: datetime
    proposed_by: str
    rule_sha256: str
    ballots_sha256: str
    result_sha256: str
    confirmations: tuple[Confirmation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """异议 against one version. `decision` is empty, "upheld" (维持) or "corrected" (更正, by version `mended_by`)."""

    id: int
    version: int
    target: str
    unit: str
    grounds: str
    filed_at: datetime
    filed_by: str
    decision: str
    decided_at: datetime | None
    decided_by: str
    decision_reason: str
    mended_by: int | None

    @property
    def is_settled(self) -> bool:
        return self.decision == "upheld" or self.mended_by is not None
