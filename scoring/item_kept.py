"""What an item keeps of what happened to it: reports, slips, extensions, requests to be struck off, findings, parts.

Values only, one for each thing that is looked at again later; `scoring.life` makes them from events, `scoring.item` holds
them. Days are days in the city. Nothing here is ever taken back: a cycle ends, and what it left stays readable.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from scoring.commitment import PartState, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A progress report. `as_of` is the day the figures are of; reported in a later month it is a late entry."""

    cycle: int
    on: date
    as_of: date
    by: str
    by_unit: str
    share: Fraction | None
    value: Fraction | None
    stage: str
    text: str
    evidence: tuple[str, ...]

    @property
    def late_entry(self) -> bool:
        return (self.on.year, self.on.month) > (self.as_of.year, self.as_of.month)


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeReport:
    """A milestone (时间节点) that was last reported reached on `on`; `passed` says what was found, None before anybody looked.

    What is sent back keeps its report and the words with which it came back, until it is reported again.
    """

    node: str
    on: date
    as_of: date
    by: str
    by_unit: str
    text: str
    evidence: tuple[str, ...]
    checked_on: date | None = None
    checked_by: str = ""
    passed: bool | None = None
    answer: str = ""

    @property
    def waits(self) -> bool:
        return self.passed is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """A supervision slip (督办单) about the item. Settled by an answer or by the item's sign-off."""

    slip: str
    level: int
    on: date
    urgent: bool
    due: date | None
    text: str
    answered_on: date | None = None
    answer: str = ""
    settled_on: date | None = None

    @property
    def outstanding(self) -> bool:
        return self.answered_on is None and self.settled_on is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """A granted change of the deadline."""

    on: date
    before: date
    after: date
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """One request to be struck off and what became of it. Kept for good, also when the item is reopened."""

    cycle: int
    deadline: date | None
    asked_on: date
    asked_by: str
    evidence: tuple[str, ...]
    checked_on: date | None = None
    checked_by: str = ""
    passed: bool | None = None
    signed_on: date | None = None
    signed_by: str = ""
    published_on: date | None = None
    failed: bool = False

    @property
    def stands_from(self) -> date | None:
        """The day from which it counts as kept if it is signed: the asking, or, once a check has failed, the check that
        passed after all; None until then."""
        if not self.failed:
            return self.asked_on
        return self.checked_on if self.passed else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """What a refused closure asked for besides; open until a sign-off."""

    on: date
    text: str
    met_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LookBack:
    """A visit's finding; `done` says whether the item was struck off when it was visited."""

    on: date
    by: str
    cycle: int
    done: bool
    verdict: Verdict
    text: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartStand:
    """A part as its parent item knows it."""

    number: str
    weight: Fraction
    state: PartState = PartState.OPEN
