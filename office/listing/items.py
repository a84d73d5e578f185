"""Pressing what was promised (督办): entering items, and every move in their lives.

`happen` is the one door through which an item changes: the events are loaded in the transaction, the move is decided
by `scoring.family`, appended with all that follows from it for parts, wholes and survivors, and written in the record.
A move made from a page that has grown old is refused: somebody else was quicker.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from db.engine import Database
from db.item_values import ItemKind, NewItem, Source, SourceKind
from db.reads import evidence as evidence_reads
from db.reads import item_nodes
from db.reads import items as reads
from db.reads import sittings as sitting_reads
from db.reads.known_items import open_twin
from db.record import Record
from db.values import Staff
from db.work import Work, work
from office import local_time
from office.listing.item_rights import as_unit, may, may_list, not_yours
from office.refusal import NotAllowed, NotFound, Refused
from scoring import family
from scoring.commitment import Event, Kind, Part
from scoring.item import Item
from scoring.life import replay
from scoring.life_rules import ACCEPTANCE, LifeRefused
from scoring.number import NotANumber, parse_decimal
from scoring.promise import unmeasurable

_NO_ADDRESS = re.compile(r"[/\\]|\.\.|^\.$")  # an item's number stands in addresses: a browser reads these as folders


def happen(database: Database, number: str, kind: Kind, *, who: Staff, at: datetime, seen: int | None = None,
           more: Mapping[str, object] | None = None, **told: Any) -> int:
    """One move of one item; how many events it has now. `seen`: how many the person was looking at.

    `told` are the fields of the event (`scoring.commitment.Event`), `more` what is kept with it besides.
    Raises NotFound, NotAllowed, Refused.
    """
    with work(database) as w:
        item = _held(w, number)
        if seen is not None and item.length != seen:
            raise Refused(f"{number}刚刚有人办理过，您看到的已不是最新情况。请看过最新记录后再办。")
        if not may(who, item, kind):
            raise NotAllowed(not_yours(kind))
        if kind in ACCEPTANCE and _owner(w, number, at) in (who.name, who.title):
            raise NotAllowed(f"您是这一项的责任人，不能给自己{kind.words}，请由其他领导或监督员办理。")
        event = _event(kind, at=at, by=who.name, by_unit=as_unit(who, item, kind), role=who.title, **told)
        after = happen_in(w, number, event, more=more)
        return after[number].length


def happen_in(w: Work, number: str, event: Event, *, more: Mapping[str, object] | None = None) -> Mapping[str, Item]:
    """The same inside somebody's transaction, without asking who may: a comment taken back, a look-back's outcome."""
    known = kin_of(w, number, event)
    if number not in known:
        raise NotFound(f"清单里没有{number}。")
    if event.into and event.into not in known:
        raise NotFound(f"清单里没有{event.into}，请核对要并入的编号。")
    try:
        happened = family.happen(known, number, event)
    except LifeRefused as refused:
        raise Refused(refused.text) from None
    ids = w.items.ids_of((*(one for one, _event in happened.events), number))
    _refuse_unkept(w, ids[number], number, event)
    _refuse_unplanned(w, ids[number], number, event)
    lengths = {one: known[one].length for one, _event in happened.events if one in known}
    for one, follows in happened.events:
        if follows.kind is Kind.LISTED:
            _enter_part(w, number, one, follows, event.parts)
            continue
        lengths[one] += 1
        w.items.append(ids[one], lengths[one], follows, more if follows is event else None)
        if follows.kind is Kind.LINKED and follows.source is not None:
            w.items.link_source(ids[one], Source(kind=SourceKind(follows.source.origin.value), words=follows.source.ref),
                                at=event.at)
    line = reads.item(w.c, number, event.on)
    sitting = sitting_reads.sitting(w.c, line.sitting) if line is not None and line.sitting else None
    w.record.append(at=event.at, actor=event.by, action=f"清单：{event.kind.words}",
                    sitting_id=sitting.id if sitting else None, item=number, **recorded(event))
    if sitting is not None:
        w.items.touch_later(sitting)
    return happened.items


def _refuse_unkept(w: Work, item_id: int, number: str, event: Event) -> None:
    """What a move rests on are files that this item has: a hash alone proves nothing."""
    kept = {one.sha256 for one in evidence_reads.of_item(w.c, item_id) if one.deleted_at is None} if event.evidence else set()
    if not kept.issuperset(event.evidence):
        raise Refused(f"{number}没有所选的佐证材料，可能已被删除。请刷新页面，重新上传或另选佐证再{event.kind.words}。")


def _refuse_unplanned(w: Work, item_id: int, number: str, event: Event) -> None:
    """A report names a milestone that this item has. What is looked at was reported, under whatever name."""
    if event.node and event.kind is Kind.REPORTED and event.node not in {
            one.name for one in item_nodes.plans_of(w.c, (item_id,)).get(item_id, ())}:
        raise Refused(f"{number}没有节点“{event.node[:40]}”，请在清单列出的时间节点里选。")


def enter(database: Database, new: NewItem, *, who: Staff, at: datetime) -> str:
    """Put something on the list by hand; its number."""
    if not may_list(who):
        raise NotAllowed("列入清单由督办机构办理。单位要补充承诺，请联系督办机构。")
    with work(database) as w:
        w.record.hold()
        twin = open_twin(w.c, replace(new, text=new.text.strip())) if not new.number.strip() else None
        if twin is not None:
            raise Refused(f"清单里已经有{twin}，单位、内容、期限都相同。是同一件事请到那一项关联来源；不是的请把内容写得有区别。")
        number = enter_in(w, new, by=who.name, at=at, role=who.title)
    return number


def enter_in(w: Work, new: NewItem, *, by: str, at: datetime, role: str = "") -> str:
    """The same inside somebody's transaction. What is listed already keeps its number, and nothing is recorded."""
    checked = check_new(new, {one.key for one in sitting_reads.units(w.c)})
    before = w.items.number_of(checked.source.key)
    if before is not None:
        return before
    if checked.number and w.items.ids_of((checked.number,)):
        raise Refused(f"清单里已经有{checked.number}，请换一个编号，或到那一项关联来源。")
    try:
        number = w.items.enter(checked, by=by, at=at, by_role=role)
    except LifeRefused as refused:
        raise Refused(refused.text) from None
    w.record.append(at=at, actor=by, action="清单：列入清单", sitting_id=checked.sitting_id, item=number,
                    kind=checked.kind.words, unit=checked.unit)
    return number


def check_new(new: NewItem, units: set[str], *, listed: Container[str] = ()) -> NewItem:
    """The item with its texts trimmed. Raises Refused, saying what is missing or wrong. `listed`: numbers that the list
    has already, which stay as they are."""
    trimmed = replace(new, text=new.text.strip(), value=new.value.strip(), value_unit=new.value_unit.strip(),
                      baseline=new.baseline.strip(), number=new.number.strip(), owner=new.owner.strip())
    if not trimmed.text:
        raise Refused("请写明内容：要做到什么。")
    if len(trimmed.text) > 500:
        raise Refused("内容最长500字，细节请写在备注里。")
    if len(trimmed.number) > 60:
        raise Refused("编号最长60字，请改短。")
    if _NO_ADDRESS.search(trimmed.number) and trimmed.number not in listed:
        raise Refused(f"编号“{trimmed.number}”里有斜杠或连着的点，网址里写不了。请改用短横线，例如2026-007。")
    for key in (trimmed.unit, *((trimmed.lead_unit,) if trimmed.lead_unit else ()), *trimmed.supporting):
        if key not in units:
            raise Refused(f"没有单位“{key}”，请先在会前准备里登记，或改选已有的单位。" if key else "请选择责任单位。")
    for day in (trimmed.listed_on, trimmed.started_on, trimmed.deadline):
        if day is not None and not 2000 <= day.year <= 2099:
            raise Refused(f"日期{day.isoformat()}不在2000年到2099年之间，请改正。")
    if trimmed.unit in trimmed.supporting:
        raise Refused("责任单位不能同时是配合单位，请去掉一个。")
    for words, value in (("目标值", trimmed.value), ("基数", trimmed.baseline)):
        try:
            _ = parse_decimal(value) if value else None
        except NotANumber:
            raise Refused(f"{words}“{value[:20]}”不是数，请只写数，单位写在旁边。") from None
    if trimmed.baseline and not trimmed.value:
        raise Refused("写了基数没有写目标值，请补上目标值，或把基数清空。")
    return trimmed


def list_promises(database: Database, sitting: str, target: str, *, who: Staff, at: datetime) -> tuple[str, ...]:
    """One click on the console or the declaration: what this unit has promised goes onto the list now."""
    if not may_list(who):
        raise NotAllowed("列入清单由主持人或督办机构办理。")
    with work(database) as w:
        found = sitting_reads.sitting(w.c, sitting)
        one = next((one for one in sitting_reads.targets(w.c, found.id) if one.key == target), None) if found else None
        if found is None or one is None:
            raise NotFound("议程里没有这个单位。")
        w.rounds.lock_sitting(found.id)  # as the hall does: the sitting first, then the record
        numbers = w.items.enter_promises(found, listed_on=local_time.day(at), by=who.name, at=at, by_role=who.title,
                                         target_id=one.id)
        if not numbers:
            raise Refused(f"{one.name}没有还没列入清单的承诺。")
        w.roster.touch(found.id)
        w.record.append(at=at, actor=who.name, action="清单：列入清单", sitting_id=found.id, target=target,
                        item="、".join(numbers))
    return numbers


def advice_of(new: NewItem) -> tuple[str, ...]:
    """What makes it hard to say later whether it was kept; never a reason to refuse."""
    return unmeasurable(new.text, new.value, new.value_unit, new.deadline)


def state_of(database: Database, number: str) -> Item:
    """The item as its events add up."""
    with database.reading() as c:
        item_id = reads.id_of(c, number)
        told = reads.events(c, item_id) if item_id is not None else ()
    found = replay(one.event for one in told)
    if found is None:
        raise NotFound(f"清单里没有{number}。")
    return found


def kin_of(w: Work, number: str, event: Event) -> dict[str, Item]:
    """Every item that the move may concern, replayed: itself, the wholes above it, the one it goes into."""
    known: dict[str, Item] = {}
    asked: set[str] = set()
    waiting = {number, *((event.into,) if event.into else ()), *(part.number for part in event.parts)}
    while waiting:
        for item_id, told in w.items.events_of(w.items.ids_of(waiting).values()).items():
            item = replay(one.event for one in told)
            assert item is not None, f"item {item_id} has no events"
            known[item.number] = item
        asked |= waiting
        waiting = {one.parent for one in known.values() if one.parent} - asked
    return known


def _owner(w: Work, number: str, at: datetime) -> str:
    line = reads.item(w.c, number, local_time.day(at))
    return line.owner if line is not None else ""


def _held(w: Work, number: str) -> Item:
    """The item, with nobody else moving any until this transaction ends."""
    Record(w.c).hold()
    ids = w.items.ids_of((number,))
    told = w.items.events_of(ids.values())
    found = replay(one.event for one in told[ids[number]]) if number in ids else None
    if found is None:
        raise NotFound(f"清单里没有{number}。")
    return found


def _event(kind: Kind, *, at: datetime, by: str, by_unit: str, role: str, **told: Any) -> Event:
    return Event(kind=kind, at=at, on=local_time.day(at), by=by, by_unit=by_unit, role=role, **told)


def _enter_part(w: Work, whole: str, number: str, event: Event, parts: tuple[Part, ...]) -> None:
    line = reads.item(w.c, whole, event.on)
    part = next(one for one in parts if one.number == number)
    assert line is not None
    target = sitting_reads.sitting(w.c, line.sitting) if line.sitting else None
    w.items.enter_as(NewItem(
        kind=ItemKind(line.kind), text=part.text or line.text, unit=part.unit, deadline=part.deadline,
        source=Source(kind=SourceKind.OTHER, words=f"由{whole}分解"), listed_on=event.on, shortcoming=line.shortcoming,
        gap=line.gap, goal=line.goal, contact_leader=event.leader, supervisor=line.supervisor, project=line.project,
        batch=line.batch, category=line.category, sitting_id=target.id if target else None, part_of=whole,
        number=number), event)


def recorded(event: Event) -> dict[str, object]:
    """What of a move stands in the record: enough to know it by; all of it stands with the item."""
    told = {"text": event.text, "unit": event.unit, "deadline": event.deadline.isoformat() if event.deadline else "",
            "into": event.into, "granted": event.granted, "passed": event.passed, "slip": event.slip,
            "level": event.level, "node": event.node, "plan": "；".join(event.plan),
            "verdict": event.verdict.words if event.verdict else ""}
    return {name: value for name, value in told.items() if value not in ("", None)}
