"""How an item of the list stands after what has happened to it so far.

Made only by `scoring.life.apply`. Nothing here depends on today: what does (age, light, lateness) takes the day as an
argument. `missed` are the deadlines that passed unmet; they stay when the item is made up for later.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from scoring.commitment import DONE, OFF_THE_LIST, PartState, Source, Status, Target, Verdict
from scoring.item_kept import Closing, Extension, LookBack, NodeReport, PartStand, Reading, Requirement, Slip

SHIELD_DAYS = 7
"""Days past the deadline for which an extension that waits for its decision keeps an item from being overdue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One number of the list. `unit` is "" while the item is back at its assigner."""

    number: str
    status: Status
    unit: str
    units: tuple[str, ...] = ()
    leader: str = ""
    parent: str = ""
    sources: tuple[Source, ...] = ()
    target: Target | None = None
    since: date
    starts_on: date
    owner_since: date
    cycle_since: date
    original_deadline: date | None = None
    deadline: date | None = None
    missed: tuple[date, ...] = ()
    extension_asked_on: date | None = None
    extension_wanted: date | None = None
    extensions: tuple[Extension, ...] = ()
    extensions_refused: int = 0
    returned_by: str = ""
    returns: int = 0
    reassignments: int = 0
    reminders: int = 0
    reminded_on: date | None = None
    slips: tuple[Slip, ...] = ()
    readings: tuple[Reading, ...] = ()
    nodes: tuple[NodeReport, ...] = ()
    parked_from: Status | None = None
    parked_on: date | None = None
    review_on: date | None = None
    parks: int = 0
    parts: tuple[PartStand, ...] = ()
    merged_into: str = ""
    absorbed: tuple[str, ...] = ()
    cycle: int = 1
    closings: tuple[Closing, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    rejections: int = 0
    look_backs: tuple[LookBack, ...] = ()
    relapses: int = 0
    corrections: int = 0
    last_at: datetime
    last_on: date
    length: int = 1

    @property
    def done(self) -> bool:
        return self.status in DONE

    @property
    def on_the_list(self) -> bool:
        """Whether it counts: an item merged counts in its survivor, one withdrawn nowhere."""
        return self.status not in OFF_THE_LIST

    @property
    def is_open(self) -> bool:
        return self.on_the_list and not self.done

    @property
    def closing(self) -> Closing | None:
        """The closure now asked for or granted; None where the item is being worked on."""
        asked = self.status in (Status.CLOSING, Status.CHECKED) or self.done
        return self.closings[-1] if asked else None

    @property
    def done_on(self) -> date | None:
        """The day that counts as its end: the closure that succeeded was asked for, or passed after a failed check."""
        return self.closings[-1].stands_from if self.done else None

    @property
    def extension_pending(self) -> bool:
        return self.extension_wanted is not None

    @property
    def waiting(self) -> bool:
        """What was due in time was asked for in time, and the answer is the office's: no missed deadline of the owner's."""
        return self.extension_pending or self.closes_in_time

    @property
    def closes_in_time(self) -> bool:
        """A closure was asked for in time and nobody has found it wanting: a check that failed is an answer."""
        closing = None if self.done else self.closing
        stands = closing.stands_from if closing is not None else None
        return stands is not None and self.deadline is not None and stands <= self.deadline

    @property
    def outstanding(self) -> tuple[Slip, ...]:
        return tuple(slip for slip in self.slips if slip.outstanding)

    @property
    def waiting_nodes(self) -> tuple[NodeReport, ...]:
        """Milestones that are reported reached, and that nobody has looked at yet."""
        return tuple(one for one in self.nodes if one.waits) if self.is_open else ()

    @property
    def open_requirements(self) -> tuple[Requirement, ...]:
        return tuple(one for one in self.requirements if one.met_on is None)

    @property
    def live_parts(self) -> tuple[PartStand, ...]:
        return tuple(part for part in self.parts if part.state is not PartState.WITHDRAWN)

    @property
    def last_reading(self) -> Reading | None:
        return self.readings[-1] if self.readings else None

    @property
    def last_progress_on(self) -> date | None:
        return self.readings[-1].on if self.readings else None

    @property
    def verdict(self) -> Verdict | None:
        """The latest look-back of this cycle; None where nobody has looked."""
        found = [one.verdict for one in self.look_backs if one.cycle == self.cycle]
        return found[-1] if found else None

    @property
    def letter_only(self) -> bool:
        return self.verdict is Verdict.LETTER_ONLY

    @property
    def scheduled_from(self) -> date:
        """Where its schedule begins: at its start, and again where a relapse reopened it."""
        return self.starts_on if self.cycle == 1 else self.cycle_since

    @property
    def share(self) -> Fraction | None:
        """How much is done, from this cycle's latest report that says so; None where none does. Not clipped at 1."""
        for reading in reversed(self.readings):
            if reading.cycle != self.cycle:
                return None
            if reading.value is not None and self.target is not None:
                return share_of_target(self.target, reading.value)
            if reading.share is not None:
                return reading.share
        return None

    def age(self, on: date) -> int:
        """Days since it was first listed, up to its sign-off; a change of owner does not reset it."""
        return (self._until(on) - self.since).days

    def owner_age(self, on: date) -> int:
        """Days it has lain with whoever holds it now (its unit, or the assigner it was returned to)."""
        return (self._until(on) - self.owner_since).days

    def silent_days(self, on: date) -> int:
        """Days without a progress report; before the first one, since its owner got it or it was reopened."""
        return (on - max(self.owner_since, self.cycle_since, self.last_progress_on or self.owner_since)).days

    def review_due(self, on: date) -> bool:
        return self.review_on is not None and on >= self.review_on

    def shielded(self, on: date) -> bool:
        """Whether a deadline that has passed is not held against it on a day: what was asked for in time waits for its
        answer. For an extension only so long: one that nobody decides does not hide for good that the day has passed."""
        pending = self.extension_pending and self.deadline is not None and (on - self.deadline).days <= SHIELD_DAYS
        return pending or self.closes_in_time

    def overdue(self, on: date) -> bool:
        """Past its deadline and neither done, parked, nor shielded by what was asked for in time."""
        if self.deadline is None or not self.is_open or self.status is Status.PARKED:
            return False
        return on > self.deadline and not self.shielded(on)

    def _until(self, on: date) -> date:
        signed = self.closings[-1].signed_on if self.done else None
        return on if signed is None else min(on, signed)


def share_of_target(target: Target, value: Fraction) -> Fraction | None:
    """How much of the way to the target is done; None where that is not defined (a target of zero).

    Without a base, a target that must be reached is value / target, and a limit that must be kept is kept or not.
    """
    if target.base is not None:
        whole = target.value - target.base
        return (value - target.base) / whole if whole else None
    if target.lower_is_better:
        return Fraction(1) if value <= target.value else Fraction(0)
    return value / target.value if target.value > 0 else None


def days_between(start: date, end: date) -> int:
    """Days from start to end, both counted."""
    return (end - start + timedelta(days=1)).days
