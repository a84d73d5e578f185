"""What happens to an item of the list (承诺清单) and how it then stands: events, and the state they add up to.

An item is never edited: it is listed, and things happen to it. `scoring.life` folds events into an `Item`, which keeps
what `scoring.item_kept` names; this file only says what an `Event` is, and where an item may stand. Units, people and
numbers are plain text here; `by_unit` "" is the office (督办办). `at` is the moment in UTC, `on` the same moment's date in
the city: deadlines are local days.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction


class Kind(StrEnum):
    """What can happen to an item."""

    LISTED = "listed"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    REASSIGNED = "reassigned"
    REPORTED = "reported"
    NODE_CHECKED = "node_checked"
    REMINDED = "reminded"
    SLIP_ISSUED = "slip_issued"
    SLIP_ANSWERED = "slip_answered"
    EXTENSION_ASKED = "extension_asked"
    EXTENSION_DECIDED = "extension_decided"
    PARKED = "parked"
    RESUMED = "resumed"
    SPLIT = "split"
    PART_ACCEPTED = "part_accepted"
    PART_REOPENED = "part_reopened"
    PART_WITHDRAWN = "part_withdrawn"
    MERGED = "merged"
    ABSORBED = "absorbed"
    LINKED = "linked"
    CLOSURE_ASKED = "closure_asked"
    CHECKED = "checked"
    SIGNED_OFF = "signed_off"
    PUBLISHED = "published"
    CLOSURE_REFUSED = "closure_refused"
    LOOKED_BACK = "looked_back"
    RELAPSED = "relapsed"
    WITHDRAWN = "withdrawn"
    CORRECTED = "corrected"

    @property
    def words(self) -> str:
        return KIND_WORDS[self]


KIND_WORDS = {
    Kind.LISTED: "列入清单", Kind.ACCEPTED: "签收", Kind.RETURNED: "退回", Kind.REASSIGNED: "重新交办",
    Kind.REPORTED: "报告进展", Kind.NODE_CHECKED: "核实节点", Kind.REMINDED: "催办", Kind.SLIP_ISSUED: "发督办单",
    Kind.SLIP_ANSWERED: "答复督办单",
    Kind.EXTENSION_ASKED: "申请延期", Kind.EXTENSION_DECIDED: "审批延期", Kind.PARKED: "挂账", Kind.RESUMED: "恢复办理",
    Kind.SPLIT: "分解", Kind.PART_ACCEPTED: "分项验收", Kind.PART_REOPENED: "分项重开", Kind.PART_WITHDRAWN: "分项撤回",
    Kind.MERGED: "并入", Kind.ABSORBED: "并进他项", Kind.LINKED: "关联来源", Kind.CLOSURE_ASKED: "申请销号",
    Kind.CHECKED: "现场核查", Kind.SIGNED_OFF: "签批", Kind.PUBLISHED: "公示销号", Kind.CLOSURE_REFUSED: "不予销号",
    Kind.LOOKED_BACK: "回头看", Kind.RELAPSED: "反弹重开", Kind.WITHDRAWN: "撤回", Kind.CORRECTED: "更正",
}


class Status(StrEnum):
    """Where an item is in its life. SIGNED_OFF and CLOSED are done; MERGED and WITHDRAWN are off the list."""

    LISTED = "listed"
    RETURNED = "returned"
    IN_PROGRESS = "in_progress"
    CLOSING = "closing"
    CHECKED = "checked"
    SIGNED_OFF = "signed_off"
    CLOSED = "closed"
    PARKED = "parked"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"

    @property
    def words(self) -> str:
        return STATUS_WORDS[self]


STATUS_WORDS = {
    Status.LISTED: "待签收", Status.RETURNED: "已退回", Status.IN_PROGRESS: "办理中", Status.CLOSING: "待核查",
    Status.CHECKED: "待签批", Status.SIGNED_OFF: "待公示", Status.CLOSED: "已销号", Status.PARKED: "挂账",
    Status.MERGED: "已并入", Status.WITHDRAWN: "已撤回",
}
DONE = (Status.SIGNED_OFF, Status.CLOSED)
OFF_THE_LIST = (Status.MERGED, Status.WITHDRAWN)


class Verdict(StrEnum):
    """What a look-back finds."""

    KEPT = "kept"
    LETTER_ONLY = "letter_only"
    NOT_KEPT = "not_kept"

    @property
    def words(self) -> str:
        return {"kept": "兑现", "letter_only": "只兑现在纸面", "not_kept": "没有兑现"}[self.value]


class Origin(StrEnum):
    """Where an item comes from."""

    DECLARED = "declared"
    COMMENT = "comment"
    QUESTION = "question"
    INSPECTION = "inspection"
    CAMPAIGN = "campaign"
    IMPORT = "import"

    @property
    def words(self) -> str:
        return {"declared": "台上承诺", "comment": "领导点评", "question": "现场提问", "inspection": "督查交办",
                "campaign": "竞赛活动", "import": "导入"}[self.value]


class PartState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One origin of an item; `ref` says which (a question's id, an inspection's name)."""

    origin: Origin
    ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A promised quantity: from `base` to `value`, in `measure`."""

    value: Fraction
    measure: str
    base: Fraction | None = None
    lower_is_better: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part that an item is split into; it becomes an item of its own with this number."""

    number: str
    weight: Fraction
    unit: str
    text: str
    deadline: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened. Which of the fields below `role` a kind needs and may have: `scoring.life.FIELDS`."""

    kind: Kind
    at: datetime
    on: date
    by: str
    by_unit: str = ""
    role: str = ""
    text: str = ""
    number: str = ""
    unit: str = ""
    units: tuple[str, ...] = ()
    leader: str = ""
    parent: str = ""
    deadline: date | None = None
    original: date | None = None
    since: date | None = None
    starts_on: date | None = None
    target: Target | None = None
    source: Source | None = None
    sources: tuple[Source, ...] = ()
    as_of: date | None = None
    value: Fraction | None = None
    share: Fraction | None = None
    stage: str = ""
    node: str = ""
    plan: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    slip: str = ""
    level: int | None = None
    below: int | None = None
    urgent: bool = False
    due: date | None = None
    granted: bool | None = None
    passed: bool | None = None
    parts: tuple[Part, ...] = ()
    part: str = ""
    into: str = ""
    verdict: Verdict | None = None

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("an event's moment carries its time zone")
        if abs(self.at.astimezone(UTC).date() - self.on) > timedelta(days=1):
            raise ValueError("an event's local date is the date of its moment")
