"""What work on an item does to it: taking it on, reporting, being pressed, more time, parking.

Each function takes the item and an event that may happen now (`scoring.life_rules`), refuses what does not fit this
item, and gives the item after it. `scoring.life.apply` is the only caller.
"""

from dataclasses import replace
from datetime import date

from scoring.commitment import Event, Status
from scoring.item import Item
from scoring.item_kept import Extension, NodeReport, Reading, Slip
from scoring.life_rules import LifeRefused, Reason


def accepted(item: Item, event: Event) -> Item:
    return replace(item, status=Status.IN_PROGRESS)


def returned(item: Item, event: Event) -> Item:
    return replace(item, status=Status.RETURNED, unit="", returned_by=item.unit, owner_since=event.on,
                   returns=item.returns + 1)


def reassigned(item: Item, event: Event) -> Item:
    """The next owner's clock starts anew; the total age and the original deadline stay."""
    if event.unit == item.unit:
        raise LifeRefused(Reason.SAME_UNIT, f"{item.number}现在就由该单位负责，请选另一个单位。", field="unit")
    if event.deadline is not None:
        refuse_unless_later(item, event.deadline, event)
    return replace(
        item,
        status=Status.LISTED,
        unit=event.unit,
        units=event.units,
        leader=event.leader or item.leader,
        owner_since=event.on,
        reassignments=item.reassignments + 1,
        deadline=event.deadline or item.deadline,
        original_deadline=item.original_deadline or event.deadline,
        extension_asked_on=None,
        extension_wanted=None,
        returned_by="",
    )


def reported(item: Item, event: Event) -> Item:
    as_of = event.as_of or event.on
    if not (event.text.strip() or event.stage.strip() or event.evidence) and event.value is None and event.share is None:
        raise LifeRefused(Reason.MISSING, "进展要写明数值、完成比例、形象进度或情况说明中的至少一项。", field="text")
    if event.share is not None and not 0 <= event.share <= 1:
        raise LifeRefused(Reason.BAD_VALUE, "完成比例应在0%到100%之间，请改正。", field="share")
    if item.live_parts and (event.share is not None or event.value is not None):
        raise LifeRefused(Reason.IN_A_FAMILY, "已分解的总项进度由分项加权算出，请在分项里报进度。", field="share")
    if as_of > event.on:
        raise LifeRefused(Reason.DATE_TOO_LATE, "数据截至日期不能晚于今天，请改正。", field="as_of")
    reading = Reading(cycle=item.cycle, on=event.on, as_of=as_of, by=event.by, by_unit=event.by_unit, share=event.share,
                      value=event.value, stage=event.stage, text=event.text, evidence=event.evidence)
    return replace(item, readings=(*item.readings, reading), nodes=_reached(item, event, as_of) if event.node else item.nodes)


def _reached(item: Item, event: Event, as_of: date) -> tuple[NodeReport, ...]:
    """The milestone's last report is the one that stands; what was found reached is not reported again."""
    if any(one.node == event.node and one.passed for one in item.nodes):
        raise LifeRefused(Reason.BAD_VALUE, f"节点“{event.node}”已核实完成，不用再报，请另选节点或不选。", field="node")
    report = NodeReport(node=event.node, on=event.on, as_of=as_of, by=event.by, by_unit=event.by_unit,
                        text=event.text or event.stage, evidence=event.evidence)
    return (*(one for one in item.nodes if one.node != event.node), report)


def node_checked(item: Item, event: Event) -> Item:
    """A milestone that was reported is found reached, or goes back to its unit with what is missing."""
    found = next((one for one in item.waiting_nodes if one.node == event.node), None)
    if found is None:
        raise LifeRefused(Reason.NOT_ASKED, f"{item.number}没有待核实的节点“{event.node}”，请重新选择。", field="node")
    if not event.passed and not event.text.strip():
        raise LifeRefused(Reason.MISSING, "退回节点要写明还差什么，请补上。", field="text")
    if event.by == found.by:
        raise LifeRefused(Reason.OWN_WORK, "报告节点的人不能自己核实节点，请换一位办理。")
    after = replace(found, checked_on=event.on, checked_by=event.by, passed=event.passed, answer=event.text)
    return replace(item, nodes=tuple(after if one is found else one for one in item.nodes))


def reminded(item: Item, event: Event) -> Item:
    return replace(item, reminders=item.reminders + 1, reminded_on=event.on)


def slip_issued(item: Item, event: Event) -> Item:
    """One level at a time: a higher slip answers a lower one left unanswered, unless the matter is urgent."""
    level = event.level or 0
    out = [slip.level for slip in item.outstanding if slip.slip == event.slip]
    if level < 1 or (event.below is not None and event.below >= level):
        raise LifeRefused(Reason.BAD_VALUE, "督办单等级不对，请重新选择。", field="level")
    if any(one >= level for one in out):
        raise LifeRefused(Reason.ALREADY_OUT, "同级或更高一级的督办单还没有答复，请先催答复，或升级发单。", field="level")
    if event.below is not None and event.below not in out and not event.urgent:
        text = "上一级督办单没有发出或已经答复，不能直接升级；紧急事项请注明紧急。"
        raise LifeRefused(Reason.LADDER, text, field="level")
    if event.due is not None and event.due < event.on:
        raise LifeRefused(Reason.DATE_TOO_EARLY, "答复期限不能早于今天，请改正。", field="due")
    slip = Slip(slip=event.slip, level=level, on=event.on, urgent=event.urgent, due=event.due, text=event.text)
    return replace(item, slips=(*item.slips, slip))


def slip_answered(item: Item, event: Event) -> Item:
    """An answer to a slip answers the lower ones of the same kind too."""
    answered = [slip for slip in item.outstanding if slip.slip == event.slip and slip.level == event.level]
    if not answered:
        raise LifeRefused(Reason.NOT_OUT, f"{item.number}没有这一级待答复的督办单，请重新选择。", field="level")
    return replace(item, slips=tuple(
        replace(slip, answered_on=event.on, answer=event.text)
        if slip.outstanding and slip.slip == event.slip and slip.level <= answered[0].level else slip
        for slip in item.slips
    ))


def extension_asked(item: Item, event: Event) -> Item:
    if event.deadline is not None:
        refuse_unless_later(item, event.deadline, event)
    return replace(item, extension_asked_on=event.on, extension_wanted=event.deadline)


def extension_decided(item: Item, event: Event) -> Item:
    freed = replace(item, extension_asked_on=None, extension_wanted=None)
    if not event.granted:
        if not event.text.strip():
            raise LifeRefused(Reason.MISSING, "不同意延期要写明理由，请补上。", field="text")
        if event.deadline is not None:
            raise LifeRefused(Reason.UNEXPECTED, "不同意延期就没有新的期限，请去掉日期。", field="deadline")
        return replace(freed, extensions_refused=item.extensions_refused + 1)
    if event.deadline is None or item.deadline is None:
        raise LifeRefused(Reason.MISSING, "同意延期要写明延到哪一天，请补上具体日期。", field="deadline")
    refuse_unless_later(item, event.deadline, event)
    extension = Extension(on=event.on, before=item.deadline, after=event.deadline, text=event.text)
    return replace(freed, deadline=event.deadline, extensions=(*item.extensions, extension))


def refuse_unless_later(item: Item, wanted: date, event: Event) -> None:
    if item.deadline is not None and wanted <= item.deadline:
        text = f"新的期限应晚于现在的期限{item.deadline.isoformat()}，请改正。"
        raise LifeRefused(Reason.DATE_TOO_EARLY, text, field="deadline")
    if wanted < event.on:
        raise LifeRefused(Reason.DATE_TOO_EARLY, f"新的期限不能早于今天（{event.on.isoformat()}），请改正。", field="deadline")


def parked(item: Item, event: Event) -> Item:
    if event.due is None or event.due <= event.on:
        raise LifeRefused(Reason.DATE_TOO_EARLY, "复核日期应晚于今天，请改正。", field="due")
    if item.status is Status.PARKED:
        return replace(item, review_on=event.due, parks=item.parks + 1)
    return replace(item, status=Status.PARKED, parked_from=item.status, parked_on=event.on, review_on=event.due,
                   parks=item.parks + 1, extension_asked_on=None, extension_wanted=None)


def resumed(item: Item, event: Event) -> Item:
    """What was in time when it was parked gets a new date if the old one has passed; what was late stays late."""
    late = item.deadline in item.missed
    passed = item.deadline is not None and event.on > item.deadline
    if event.deadline is not None:
        if late:
            text = f"{item.number}挂账前已逾期，恢复后仍按原来的期限计，请不要填新的期限。"
            raise LifeRefused(Reason.OVERDUE, text, field="deadline")
        refuse_unless_later(item, event.deadline, event)
    elif passed and not late:
        raise LifeRefused(Reason.MISSING, "挂账期间期限已过，恢复办理要写明新的期限，请补上具体日期。", field="deadline")
    return replace(item, status=item.parked_from or Status.IN_PROGRESS, parked_from=None, parked_on=None, review_on=None,
                   deadline=event.deadline or item.deadline,
                   original_deadline=item.original_deadline or event.deadline)
