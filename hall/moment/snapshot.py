"""One sitting as phones and screens know it: a frozen snapshot at one serial, and the keys under which ballots are kept.

Pure values: nothing here reads a database or a clock. What can be worked out from a snapshot once for everybody is
left on its shelf (`kept`), under a key of its own, and goes with it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

from db.stage_values import LastMove, Segment, SegmentRun
from db.talk import Comment, Question
from db.values import Declaration, Round, Sitting, Stage
from hall.moment.recusal import why_recused
from scoring.round import Phase
from scoring.rule import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatCard:
    """A seat as its own phone knows it."""

    id: int
    sitting: str
    code: str
    name: str
    group: str
    unit: str
    checked_in: bool
    badge_sha256: str
    replaced_at: str = ""  # when this badge took the place of an earlier one
    route: str = ""
    shadow: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetCard:
    """A target with what its unit states."""

    id: int
    key: str
    name: str
    unit: str
    parent_unit: str
    presenter: str
    position: int
    ranked: bool
    declaration: Declaration
    ranking_group: str = ""
    speaks: bool = True
    route: str = ""
    substitute: str = ""
    postponed: str = ""  # why it is put off to a supplementary sitting
    unit_name: str = ""
    parent_name: str = ""
    last_time: str = ""  # what its unit promised at the sitting before, and how that stands, in one line
    last_sitting: str = ""  # that sitting's key

    @property
    def speaker(self) -> str:
        """The role on stage, and whom it stands in for."""
        instead = f"（代{self.presenter}发言）" if self.presenter else "代为发言"
        return f"{self.substitute}{instead}" if self.substitute else self.presenter


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatInHall:
    """A seat as the host sees it: never with a secret."""

    id: int
    code: str
    name: str
    group: str
    unit: str
    checked_in: bool
    has_badge: bool
    route: str = ""
    shadow: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One sitting at one serial. `round` is the one that matters now: open, else the last one of what is on stage."""

    sitting: Sitting
    rule: Rule
    rule_locked: bool
    serial: int
    targets: tuple[TargetCard, ...]
    rounds: tuple[Round, ...]
    round: Round | None
    stage: Stage
    published: int
    seats: tuple[SeatInHall, ...]
    recusals: Mapping[tuple[int, str], str] = field(repr=False)
    seat_by_badge: Mapping[str, SeatCard] = field(repr=False)
    public_url: str = ""
    shadows: tuple[SeatInHall, ...] = ()  # for training: nothing that counts looks at these
    question: Question | None = None  # the one on stage; `hall.stage.questions` says whether the screen shows it
    questions_waiting: int = 0  # for somebody to look at them
    phones_may_ask: bool = False
    comments: tuple[Comment, ...] = ()  # of the sitting, those taken back too
    segments: tuple[Segment, ...] = ()  # the agenda template; empty: show and ballot
    runs: tuple[SegmentRun, ...] = ()
    last_move: LastMove | None = None  # what a host did last

    by_key: Mapping[str, TargetCard] = field(repr=False, default_factory=dict)
    by_round: Mapping[str, Round] = field(repr=False, default_factory=dict)
    kept: dict[object, object] = field(repr=False, compare=False, default_factory=dict)  # worked out once, of no seat

    def target(self, key: str) -> TargetCard | None:
        return self.by_key.get(key)

    def round_called(self, name: str) -> Round | None:
        """The round that a paper names."""
        return self.by_round.get(name)

    def recused(self, seat: SeatCard | SeatInHall, target: str) -> str | None:
        """Why this seat may not score this target, in words; None when it may."""
        card = self.target(target)
        if card is None:
            return None
        return why_recused(seat, card, self.recusals.get((seat.id, target)))

    @property
    def begun(self) -> bool:
        """Whether a round has been opened, but by a slip."""
        return any(not one.is_slip for one in self.rounds)

    def round_of(self, target: str) -> Round | None:
        """The round that counts for this target, or the last one that was voided; one opened by a slip never was."""
        of_target = [one for one in self.rounds if target in one.targets and not one.is_slip]
        counting = [one for one in of_target if one.phase is not Phase.VOID]
        return next(reversed(counting or of_target), None)


def sha256_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def voter_of(seat: SeatCard, secret: str, round_id: int, *, is_secret: bool) -> str:
    """The key under which a ballot is kept: the seat, or what only the holder of the badge can compute."""
    if not is_secret:
        return f"s{seat.id}"
    return hmac.digest(secret.encode(), f"round {round_id}".encode(), "sha256").hex()[:40]


def late_voter_of(secret: str, round_id: int) -> str:
    """The key of a secret paper that came too late: it does not lead to its voter's paper that counts."""
    return hmac.digest(secret.encode(), f"late for round {round_id}".encode(), "sha256").hex()[:40]
