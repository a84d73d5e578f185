"""From the stage onto the list (清单): a leader's problem or task, a promise made in an answer.

The same thing said twice is one item with two sources: where it is on the list already, or was declared by its unit,
the new source is linked. Everything happens in the transaction of whoever says it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from db.engine import Database
from db.item_events import said
from db.item_lines import Filter
from db.item_values import ItemKind, NewItem, Source
from db.reads import items as item_reads
from db.values import Sitting, Target
from db.work import Work
from hall.moment.snapshot import Snapshot
from office.local_time import day
from office.refusal import Refused
from scoring.commitment import Event, Kind
from scoring.life import apply, replay
from scoring.life_rules import LifeRefused

OFFERED = 60
DECLARED = "declared:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Something that a unit already owes: `key` is a number of the list, or a declared commitment's text."""

    key: str
    words: str


def known_of(database: Database, snapshot: Snapshot, target: str, at: datetime) -> tuple[Known, ...]:
    """What may be meant instead of something new: the unit's open items, and what it has declared for today."""
    card = snapshot.target(target)
    if card is None:
        return ()
    with database.reading() as c:
        listed = item_reads.page(c, Filter(unit=card.unit, open_only=True), day(at), limit=OFFERED)
    declared = tuple(Known(key=f"{DECLARED}{promise.text}", words=f"今天的承诺：{promise.text}（不足：{one.text}）")
                     for one in card.declaration.shortcomings for promise in one.commitments if promise.number is None)
    return (*declared, *(Known(key=one.number, words=f"{one.number}　{one.kind.words}：{one.text}") for one in listed))


def put_on_list(w: Work, sitting: Sitting, target: Target, *, kind: ItemKind, text: str, owner: str,
                deadline: date | None, source: Source, by: str, at: datetime) -> str:
    """A new item of this target's unit; its number."""
    if deadline is not None and deadline < day(at):
        raise Refused("完成期限不能早于今天，请改。")
    try:
        return w.items.enter(NewItem(kind=kind, text=text, unit=target.unit, owner=owner, source=source,
                                     listed_on=day(at), deadline=deadline, sitting_id=sitting.id, target_id=target.id),
                             by=by, at=at)
    except LifeRefused as refused:
        raise Refused(refused.text) from None


def link(w: Work, sitting: Sitting, target: Target, known: str, source: Source, *, by: str, at: datetime) -> str:
    """One more source of what `known_of` offered; its number. What was declared goes onto the list with it."""
    number = _declared(w, sitting, target, known, by=by, at=at) if known.startswith(DECLARED) else known
    listed = item_reads.item(w.c, number, day(at))
    if listed is None or listed.unit != target.unit:
        raise Refused("清单里没有这家单位的这一项，请重新选。")
    happen(w, number, Kind.LINKED, by=by, at=at, source=source)
    w.items.link_source(listed.id, source, at=at)
    return number


def withdraw(w: Work, number: str, reason: str, *, by: str, at: datetime) -> None:
    """What was put on the list by mistake is marked so; its number is not given again."""
    happen(w, number, Kind.WITHDRAWN, by=by, at=at, text=reason)


def happen(w: Work, number: str, kind: Kind, *, by: str, at: datetime, text: str = "",
           source: Source | None = None) -> None:
    """One event of an item's life, if it may happen now. Raises Refused."""
    w.record.hold()  # nobody else moves an item meanwhile
    listed = item_reads.item(w.c, number, day(at))
    if listed is None:
        raise Refused(f"清单里没有{number}。")
    before = item_reads.events(w.c, listed.id)
    event = Event(kind=kind, at=at, on=day(at), by=by, text=text, source=None if source is None else said(source))
    try:
        apply(replay(one.event for one in before), event)
    except LifeRefused as refused:
        raise Refused(refused.text) from None
    w.items.append(listed.id, len(before) + 1, event)


def _declared(w: Work, sitting: Sitting, target: Target, known: str, *, by: str, at: datetime) -> str:
    """The number of what the unit has declared for today; it is listed now, if it was not."""
    w.items.enter_promises(sitting, listed_on=day(at), by=by, at=at, target_id=target.id)
    mine = item_reads.page(w.c, Filter(unit=target.unit, target_id=target.id), day(at))
    found = next((one for one in mine if one.text == known.removeprefix(DECLARED)), None)
    if found is None:
        raise Refused("这家单位的填报刚刚改过，请重新选。")
    return found.number
