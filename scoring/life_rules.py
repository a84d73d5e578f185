"""What may happen to an item when: the fields a kind of event needs, the statuses it fits, and who may not do it.

A refusal is a `LifeRefused` with a reason and a sentence saying what to do instead. Roles and rights are not decided
here, except the one that is part of the life itself: nobody accepts their own work.
"""

from dataclasses import fields
from datetime import date
from enum import StrEnum

from scoring.commitment import Event, Kind, PartState, Status, Verdict
from scoring.item import Item


class Reason(StrEnum):
    NOT_LISTED = "not_listed"
    ALREADY_LISTED = "already_listed"
    NOT_NOW = "not_now"
    MISSING = "missing"
    UNEXPECTED = "unexpected"
    BAD_VALUE = "bad_value"
    OUT_OF_ORDER = "out_of_order"
    NOT_THE_OWNER = "not_the_owner"
    OWN_WORK = "own_work"
    SAME_UNIT = "same_unit"
    OVERDUE = "overdue"
    NO_DEADLINE = "no_deadline"
    HAS_DEADLINE = "has_deadline"
    DATE_TOO_EARLY = "date_too_early"
    DATE_TOO_LATE = "date_too_late"
    ALREADY_ASKED = "already_asked"
    NOT_ASKED = "not_asked"
    LADDER = "ladder"
    ALREADY_OUT = "already_out"
    NOT_OUT = "not_out"
    WEIGHTS = "weights"
    ALREADY_SPLIT = "already_split"
    PARTS_OPEN = "parts_open"
    NO_SUCH_PART = "no_such_part"
    IN_A_FAMILY = "in_a_family"
    SAME_ITEM = "same_item"
    ALREADY_LINKED = "already_linked"
    NEEDS_LOOK_BACK = "needs_look_back"


class LifeRefused(ValueError):
    """The event does not happen; the text says why and what to do instead."""

    def __init__(self, reason: Reason, text: str, *, field: str = "") -> None:
        super().__init__(text)
        self.reason = reason
        self.text = text
        self.field = field


COMMON = ("kind", "at", "on", "by", "by_unit", "role")
# Of each kind: the fields it needs, then those it may have besides.
FIELDS: dict[Kind, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Kind.LISTED: (("number", "unit"), ("text", "units", "leader", "parent", "deadline", "original", "since", "starts_on",
                                       "target", "source", "plan", "evidence")),
    Kind.ACCEPTED: ((), ("text",)),
    Kind.RETURNED: (("text",), ("evidence",)),
    Kind.REASSIGNED: (("unit", "text"), ("units", "leader", "deadline")),
    Kind.REPORTED: ((), ("text", "value", "share", "stage", "node", "as_of", "evidence")),
    Kind.NODE_CHECKED: (("node", "passed"), ("text",)),
    Kind.REMINDED: ((), ("text",)),
    Kind.SLIP_ISSUED: (("slip", "level", "text"), ("below", "urgent", "due")),
    Kind.SLIP_ANSWERED: (("slip", "level", "text"), ("evidence",)),
    Kind.EXTENSION_ASKED: (("deadline", "text"), ("stage", "evidence")),
    Kind.EXTENSION_DECIDED: (("granted",), ("deadline", "text")),
    Kind.PARKED: (("text", "due"), ("evidence",)),
    Kind.RESUMED: (("text",), ("deadline",)),
    Kind.SPLIT: (("parts",), ("text",)),
    Kind.PART_ACCEPTED: (("part",), ("text",)),
    Kind.PART_REOPENED: (("part", "text"), ("deadline",)),
    Kind.PART_WITHDRAWN: (("part", "text"), ()),
    Kind.MERGED: (("into", "text"), ("deadline",)),
    Kind.ABSORBED: (("part",), ("deadline", "original", "sources", "since", "granted", "due", "text")),
    Kind.LINKED: (("source",), ("text",)),
    Kind.CLOSURE_ASKED: (("evidence",), ("text",)),
    Kind.CHECKED: (("passed",), ("text", "evidence")),
    Kind.SIGNED_OFF: ((), ("text",)),
    Kind.PUBLISHED: ((), ("text",)),
    Kind.CLOSURE_REFUSED: (("text",), ()),
    Kind.LOOKED_BACK: (("verdict",), ("text", "evidence")),
    Kind.RELAPSED: (("text", "deadline"), ("evidence",)),
    Kind.WITHDRAWN: (("text",), ()),
    Kind.CORRECTED: (("text",), ("deadline", "leader", "units", "target", "starts_on", "plan")),
}
FIELD_WORDS = {
    "number": "编号", "unit": "责任单位", "text": "事由", "deadline": "具体日期", "due": "复核日期", "slip": "督办单种类",
    "level": "督办单等级", "granted": "审批意见", "parts": "分项", "part": "分项编号", "into": "并入的编号", "source": "来源",
    "evidence": "佐证材料", "passed": "核查结果", "verdict": "结论", "by": "经办人",
    "node": "节点",
}
_ALWAYS = (Kind.LINKED, Kind.CORRECTED)
_PARTS = (Kind.PART_ACCEPTED, Kind.PART_REOPENED, Kind.PART_WITHDRAWN)
_PRESSED = (Kind.REMINDED, Kind.SLIP_ISSUED, Kind.SLIP_ANSWERED)
MOMENTS: dict[Status, tuple[Kind, ...]] = {
    Status.LISTED: (Kind.ACCEPTED, Kind.RETURNED, Kind.REASSIGNED, Kind.NODE_CHECKED, *_PRESSED, Kind.PARKED, Kind.MERGED,
                    Kind.ABSORBED, Kind.WITHDRAWN, *_PARTS, *_ALWAYS),
    Status.RETURNED: (Kind.REASSIGNED, Kind.MERGED, Kind.WITHDRAWN, *_PARTS, *_ALWAYS),
    Status.IN_PROGRESS: (Kind.REPORTED, Kind.NODE_CHECKED, Kind.CLOSURE_ASKED, Kind.EXTENSION_ASKED, Kind.EXTENSION_DECIDED, *_PRESSED,
                         Kind.REASSIGNED, Kind.PARKED, Kind.SPLIT, Kind.MERGED, Kind.ABSORBED, Kind.LOOKED_BACK,
                         Kind.WITHDRAWN, *_PARTS, *_ALWAYS),
    Status.CLOSING: (Kind.CHECKED, Kind.NODE_CHECKED, Kind.CLOSURE_REFUSED, Kind.EXTENSION_DECIDED, *_PRESSED, Kind.LOOKED_BACK,
                     Kind.WITHDRAWN, *_PARTS, *_ALWAYS),
    Status.CHECKED: (Kind.SIGNED_OFF, Kind.NODE_CHECKED, Kind.CLOSURE_REFUSED, Kind.EXTENSION_DECIDED, *_PRESSED, Kind.LOOKED_BACK,
                     Kind.WITHDRAWN, *_PARTS, *_ALWAYS),
    Status.SIGNED_OFF: (Kind.PUBLISHED, Kind.LOOKED_BACK, Kind.RELAPSED, *_PARTS, *_ALWAYS),
    Status.CLOSED: (Kind.LOOKED_BACK, Kind.RELAPSED, *_PARTS, *_ALWAYS),
    Status.PARKED: (Kind.RESUMED, Kind.PARKED, Kind.REPORTED, Kind.NODE_CHECKED, Kind.LOOKED_BACK, Kind.WITHDRAWN, *_PARTS, *_ALWAYS),
    Status.MERGED: (),
    Status.WITHDRAWN: (),
}
CURES = {
    Status.LISTED: "请先由责任单位签收",
    Status.RETURNED: "请先重新交办",
    Status.IN_PROGRESS: "请先报告进展、申请销号",
    Status.CLOSING: "请先现场核查，或不予销号并写明补充要求",
    Status.CHECKED: "请先签批，或不予销号并写明补充要求",
    Status.SIGNED_OFF: "请先公示销号；有反弹的请先做回头看",
    Status.CLOSED: "有反弹的请先做回头看，再重开",
    Status.PARKED: "请先恢复办理",
    Status.MERGED: "请到并入的那一项办理",
    Status.WITHDRAWN: "要重提请另列一项",
}
OWNERS_OWN = (Kind.ACCEPTED, Kind.RETURNED, Kind.REPORTED, Kind.SLIP_ANSWERED, Kind.EXTENSION_ASKED, Kind.CLOSURE_ASKED)
NOT_THE_OWNERS = (Kind.REASSIGNED, Kind.NODE_CHECKED, Kind.REMINDED, Kind.SLIP_ISSUED, Kind.EXTENSION_DECIDED,
                  Kind.PARKED, Kind.RESUMED, Kind.MERGED, Kind.ABSORBED, Kind.CHECKED, Kind.SIGNED_OFF, Kind.PUBLISHED,
                  Kind.CLOSURE_REFUSED, Kind.LOOKED_BACK, Kind.RELAPSED, Kind.WITHDRAWN, Kind.CORRECTED)
FOLLOWING = (*_PARTS, Kind.ABSORBED)      # what happens to an item because of another one: no key on a screen
ACCEPTANCE = (Kind.CHECKED, Kind.SIGNED_OFF)


_FOREIGN = {kind: tuple((field.name, field.default) for field in fields(Event)
                        if field.name not in (*COMMON, *needed, *allowed)) for kind, (needed, allowed) in FIELDS.items()}


def refuse_if_ill_formed(event: Event) -> None:
    """Every field that the kind needs is there, and none that it does not know."""
    if not event.by.strip():
        raise LifeRefused(Reason.MISSING, f"{event.kind.words}要写明经办人，请补上。", field="by")
    for name in FIELDS[event.kind][0]:
        value = getattr(event, name)
        if value is None or value == () or (isinstance(value, str) and not value.strip()):
            word = FIELD_WORDS.get(name, name)
            raise LifeRefused(Reason.MISSING, f"{event.kind.words}要写明{word}，请补上。", field=name)
    for name, default in _FOREIGN[event.kind]:
        if getattr(event, name) != default:
            raise LifeRefused(Reason.UNEXPECTED, f"{event.kind.words}没有“{name}”这一项，请去掉。", field=name)


def refuse_if_not_theirs(item: Item, event: Event) -> None:
    """The owner (or the office for it) does the owner's things; nobody judges their own work."""
    theirs = {item.unit, *item.units} if event.kind is Kind.REPORTED else {item.unit}
    if event.kind in OWNERS_OWN and event.by_unit and event.by_unit not in theirs:
        raise LifeRefused(Reason.NOT_THE_OWNER, f"{item.number}由责任单位{event.kind.words}，请由责任单位办理，或由督办部门代录。")
    if event.kind in NOT_THE_OWNERS and event.by_unit and event.by_unit == item.unit:
        raise LifeRefused(Reason.OWN_WORK, f"责任单位不能给自己{event.kind.words}，请由督办部门或领导办理。")
    if event.kind in (*ACCEPTANCE, Kind.NODE_CHECKED) and event.by_unit and event.by_unit in item.units:
        raise LifeRefused(Reason.OWN_WORK, f"配合单位不能给自己的工作{event.kind.words}，请由其他单位的人办理。")
    if event.kind in ACCEPTANCE and event.by == item.closings[-1].asked_by:
        raise LifeRefused(Reason.OWN_WORK, f"申请销号的人不能自己{event.kind.words}，请换一位办理。")


def refusal(item: Item, kind: Kind, on: date) -> LifeRefused | None:
    """Why this kind cannot happen now, whatever the event says; None where it can."""
    if kind is Kind.LISTED:
        return LifeRefused(Reason.ALREADY_LISTED, f"{item.number}已在清单上，不能重复列入；同一件事请关联来源。")
    if kind not in MOMENTS[item.status]:
        text = f"{item.number}现在是“{item.status.words}”，不能{kind.words}，{CURES[item.status]}。"
        return LifeRefused(Reason.NOT_NOW, text)
    match kind:
        case Kind.EXTENSION_ASKED:
            return _extension_refusal(item, on)
        case Kind.EXTENSION_DECIDED if not item.extension_pending:
            return LifeRefused(Reason.NOT_ASKED, f"{item.number}没有待审批的延期申请，请先由责任单位在到期前申请。")
        case Kind.NODE_CHECKED if not item.waiting_nodes:
            return LifeRefused(Reason.NOT_ASKED, f"{item.number}没有待核实的节点，请先由责任单位报告进展，写明完成的节点。")
        case Kind.SLIP_ANSWERED if not item.outstanding:
            return LifeRefused(Reason.NOT_OUT, f"{item.number}没有待答复的督办单。")
        case Kind.CLOSURE_ASKED if any(part.state is PartState.OPEN for part in item.parts):
            waiting = "、".join(part.number for part in item.parts if part.state is PartState.OPEN)
            return LifeRefused(Reason.PARTS_OPEN, f"分项{waiting}还没有验收，总项不能销号，请先把各分项办结。")
        case Kind.SPLIT if item.live_parts:
            return LifeRefused(Reason.ALREADY_SPLIT, f"{item.number}已经分解，要再分请分解它的分项。")
        case Kind.MERGED if item.live_parts or item.parent:
            return LifeRefused(Reason.IN_A_FAMILY, f"{item.number}是分解出来的或已分解，不能并入他项，请先撤回分项。")
        case Kind.WITHDRAWN if item.live_parts:
            return LifeRefused(Reason.PARTS_OPEN, f"{item.number}还有分项，请先撤回各分项；已有分项验收的，请办到销号。")
        case Kind.RELAPSED if item.verdict in (None, Verdict.KEPT) or not _looked_back_since_done(item):
            return LifeRefused(Reason.NEEDS_LOOK_BACK, f"{item.number}销号后没有查出问题的回头看记录，请先登记回头看再重开。")
        case Kind.PART_ACCEPTED | Kind.PART_WITHDRAWN if not any(p.state is PartState.OPEN for p in item.parts):
            return LifeRefused(Reason.NO_SUCH_PART, f"{item.number}没有在办的分项。")
        case Kind.PART_REOPENED if not any(part.state is PartState.ACCEPTED for part in item.parts):
            return LifeRefused(Reason.NO_SUCH_PART, f"{item.number}没有已验收的分项。")
        case _:
            return None


def _looked_back_since_done(item: Item) -> bool:
    return bool(item.look_backs) and item.look_backs[-1].cycle == item.cycle and item.look_backs[-1].done


def _extension_refusal(item: Item, on: date) -> LifeRefused | None:
    if item.deadline is None:
        return LifeRefused(Reason.NO_DEADLINE, f"{item.number}还没有完成期限，谈不上延期，请先由督办部门补上期限。")
    if item.extension_pending:
        return LifeRefused(Reason.ALREADY_ASKED, f"{item.number}已有一份延期申请待审批，请等审批结果。")
    if on > item.deadline:
        text = f"{item.number}的期限是{item.deadline.isoformat()}，已逾期，不能再申请延期，请先报告进展、说明逾期原因。"
        return LifeRefused(Reason.OVERDUE, text)
    return None


def legal(item: Item, on: date) -> tuple[Kind, ...]:
    """Every kind of event that can happen to the item on a day, in the order a menu would show them."""
    return tuple(kind for kind in MOMENTS[item.status] if refusal(item, kind, on) is None)

