"""What ends an item, joins it with others, or brings it back: splitting, merging, closure, look-back, relapse.

Each function takes the item and an event that may happen now (`scoring.life_rules`), refuses what does not fit this
item, and gives the item after it. `scoring.life.apply` is the only caller.
"""

from dataclasses import replace
from datetime import date
from fractions import Fraction

from scoring.commitment import DONE, Event, PartState, Status
from scoring.item import Item
from scoring.item_kept import Closing, LookBack, PartStand, Requirement
from scoring.life_rules import LifeRefused, Reason
from scoring.node_names import node_name, node_of


def split(item: Item, event: Event) -> Item:
    """Weights are of one whole, exactly; no part may be due later than the whole."""
    numbers = [part.number for part in event.parts]
    if len(numbers) < 2 or len(set(numbers)) < len(numbers) or item.number in numbers or not all(numbers):
        raise LifeRefused(Reason.BAD_VALUE, "分解至少要有两个分项，编号各不相同，请改正。", field="parts")
    if any(part.weight <= 0 for part in event.parts) or sum((part.weight for part in event.parts), Fraction(0)) != 1:
        raise LifeRefused(Reason.WEIGHTS, "各分项的权重都应大于0，合计应正好是1（100%），请改正。", field="parts")
    if not all(part.unit.strip() for part in event.parts):
        raise LifeRefused(Reason.MISSING, "每个分项都要有责任单位，请补上。", field="parts")
    if item.deadline is not None and any(part.deadline is None or part.deadline > item.deadline for part in event.parts):
        text = f"分项的期限都要写明，且不能晚于总项的期限{item.deadline.isoformat()}，请改正，或先给总项延期。"
        raise LifeRefused(Reason.DATE_TOO_LATE, text, field="parts")
    parts = tuple(PartStand(number=part.number, weight=part.weight) for part in event.parts)
    return replace(item, parts=(*item.parts, *parts))


def _part(item: Item, event: Event, before: PartState, after: PartState) -> Item:
    if not any(part.number == event.part and part.state is before for part in item.parts):
        raise LifeRefused(Reason.NO_SUCH_PART, f"{item.number}没有这样的分项，请核对分项编号。", field="part")
    return replace(item, parts=tuple(replace(part, state=after) if part.number == event.part else part
                                     for part in item.parts))


def part_reopened(item: Item, event: Event) -> Item:
    """A whole is not done while a part is not: a closed one begins a new cycle, a request for closure falls."""
    after = _part(item, event, PartState.ACCEPTED, PartState.OPEN)
    later = max((day for day in (item.deadline, event.deadline) if day is not None), default=None)
    if item.status in DONE:
        return _new_cycle(after, event.on, later)
    if item.status in (Status.CLOSING, Status.CHECKED):
        return replace(after, status=Status.IN_PROGRESS)
    return after


def part_accepted(item: Item, event: Event) -> Item:
    return _part(item, event, PartState.OPEN, PartState.ACCEPTED)


def part_withdrawn(item: Item, event: Event) -> Item:
    return _part(item, event, PartState.OPEN, PartState.WITHDRAWN)


def merged(item: Item, event: Event) -> Item:
    """It keeps its history and counts no more; its survivor counts once for both."""
    if event.into == item.number:
        raise LifeRefused(Reason.SAME_ITEM, f"{item.number}不能并入自己，请选另一项。", field="into")
    return replace(item, status=Status.MERGED, merged_into=event.into, extension_asked_on=None, extension_wanted=None)


def absorbed(item: Item, event: Event) -> Item:
    """The survivor of a merger takes the earlier deadline, unless another one was approved (`granted`).

    A deadline that the other one had missed (`due`) stays marked: a merger makes nothing late unmissed.
    """
    if event.part == item.number or event.part in item.absorbed:
        raise LifeRefused(Reason.SAME_ITEM, f"{event.part}已经并入，不能重复并入。", field="part")
    both = [day for day in (item.deadline, event.deadline) if day is not None]
    originals = [day for day in (item.original_deadline, event.original or event.deadline) if day is not None]
    return replace(
        item,
        deadline=event.deadline if event.granted else min(both, default=None),
        original_deadline=min(originals, default=None),
        missed=item.missed if event.due is None or event.due in item.missed else (*item.missed, event.due),
        since=min(item.since, event.since or item.since),
        sources=(*item.sources, *(one for one in event.sources if one not in item.sources)),
        absorbed=(*item.absorbed, event.part),
    )


def linked(item: Item, event: Event) -> Item:
    """The same thing from another source: one item, counted under each origin."""
    if event.source is None or event.source in item.sources:
        raise LifeRefused(Reason.ALREADY_LINKED, f"{item.number}已经关联了这个来源。", field="source")
    return replace(item, sources=(*item.sources, event.source))


def closure_asked(item: Item, event: Event) -> Item:
    closing = Closing(cycle=item.cycle, deadline=item.deadline, asked_on=event.on, asked_by=event.by,
                      evidence=event.evidence)
    return replace(item, status=Status.CLOSING, closings=(*item.closings, closing))


def checked(item: Item, event: Event) -> Item:
    """A check that fails leaves the request where it is: it can be refused, or checked again."""
    if not event.passed and not event.text.strip():
        raise LifeRefused(Reason.MISSING, "现场核查不通过要写明问题，请补上。", field="text")
    closing = replace(item.closings[-1], checked_on=event.on, checked_by=event.by, passed=event.passed,
                      failed=item.closings[-1].failed or not event.passed)
    return replace(item, status=Status.CHECKED if event.passed else Status.CLOSING,
                   closings=(*item.closings[:-1], closing))


def signed_off(item: Item, event: Event) -> Item:
    """Accepted: slips are settled, requirements met, reported milestones found reached.

    What stands only after the deadline was late and stays marked.
    """
    closing = replace(item.closings[-1], signed_on=event.on, signed_by=event.by)
    stands = closing.stands_from or event.on
    late = item.deadline is not None and stands > item.deadline and item.deadline not in item.missed
    return replace(
        item,
        status=Status.SIGNED_OFF,
        closings=(*item.closings[:-1], closing),
        missed=(*item.missed, item.deadline) if late and item.deadline else item.missed,
        slips=tuple(replace(slip, settled_on=event.on) if slip.outstanding else slip for slip in item.slips),
        requirements=tuple(replace(one, met_on=one.met_on or event.on) for one in item.requirements),
        nodes=tuple(replace(one, checked_on=event.on, checked_by=event.by, passed=True) if one.waits else one
                    for one in item.nodes),
        extension_asked_on=None,
        extension_wanted=None,
    )


def published(item: Item, event: Event) -> Item:
    closing = replace(item.closings[-1], published_on=event.on)
    return replace(item, status=Status.CLOSED, closings=(*item.closings[:-1], closing))


def closure_refused(item: Item, event: Event) -> Item:
    """Back to work, with what is asked for besides."""
    return replace(item, status=Status.IN_PROGRESS, rejections=item.rejections + 1,
                   requirements=(*item.requirements, Requirement(on=event.on, text=event.text)))


def looked_back(item: Item, event: Event) -> Item:
    if event.verdict is None:
        raise LifeRefused(Reason.MISSING, "回头看要写明结论，请补上。", field="verdict")
    found = LookBack(on=event.on, by=event.by, cycle=item.cycle, done=item.done, verdict=event.verdict,
                     text=event.text, evidence=event.evidence)
    return replace(item, look_backs=(*item.look_backs, found))


def relapsed(item: Item, event: Event) -> Item:
    """The same number begins a new cycle with a deadline of its own; the closing record stays."""
    if event.deadline is None or event.deadline < event.on:
        text = f"反弹重开要有新的整改期限，且不能早于今天（{event.on.isoformat()}），请改正。"
        raise LifeRefused(Reason.DATE_TOO_EARLY, text, field="deadline")
    return _new_cycle(item, event.on, event.deadline)


def _new_cycle(item: Item, on: date, deadline: date | None) -> Item:
    return replace(item, status=Status.IN_PROGRESS, cycle=item.cycle + 1, cycle_since=on,
                   relapses=item.relapses + 1, deadline=deadline,
                   original_deadline=item.original_deadline or deadline)


def withdrawn(item: Item, event: Event) -> Item:
    return replace(item, status=Status.WITHDRAWN, extension_asked_on=None, extension_wanted=None, parked_from=None,
                   parked_on=None, review_on=None)


def _refuse_unfit_plan(item: Item, event: Event) -> None:
    """A milestone has a day and words, and stands once; what was reported stays in the plan, unless it was sent back."""
    texts = []
    for name in event.plan:
        try:
            due, text = node_of(name)
        except ValueError:
            said = f"时间节点“{name[:40]}”没有写清日期和内容，请写如2026-03-31 主体结顶。"
            raise LifeRefused(Reason.BAD_VALUE, said, field="plan") from None
        if event.plan.count(node_name(text, due)) != 1:
            raise LifeRefused(Reason.BAD_VALUE, f"时间节点“{name[:40]}”写了两次，请去掉一个。", field="plan")
        texts.append(text)
    for one in item.nodes:
        if event.plan and one.passed is not False and one.node not in (*event.plan, *texts):
            text = f"节点“{one.node}”已经报告，不能改掉；要改请先把它退回。"
            raise LifeRefused(Reason.BAD_VALUE, text, field="plan")


def corrected(item: Item, event: Event) -> Item:
    """Puts right what was entered wrongly. A deadline that is there is changed by an extension, never by this."""
    if event.deadline is not None and item.deadline is not None:
        text = f"{item.number}的期限已定为{item.deadline.isoformat()}，不能更正，要改请走延期。"
        raise LifeRefused(Reason.HAS_DEADLINE, text, field="deadline")
    _refuse_unfit_plan(item, event)
    return replace(
        item,
        deadline=item.deadline or event.deadline,
        original_deadline=item.original_deadline or event.deadline,
        leader=event.leader or item.leader,
        units=event.units or item.units,
        target=event.target or item.target,
        starts_on=event.starts_on or item.starts_on,
        corrections=item.corrections + 1,
    )
