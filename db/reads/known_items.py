"""What is on the list already, so that the same file twice is the file once: by number, or as the same thing.

The same thing is the same words for the same unit, of one kind, and by the same day: next year's target is another one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from db import tables as t
from db.item_values import NewItem, Source
from db.reads.items import sources_of
from scoring.commitment import OFF_THE_LIST, Status

Thing = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownItem:
    """The item that a thing was first listed as; `live`: it can be linked with one more source."""

    id: int
    number: str
    live: bool


def thing_of(new: NewItem) -> Thing:
    return new.unit, new.kind.value, new.text, new.deadline.isoformat() if new.deadline else ""


def known_things(c: Connection) -> tuple[set[str], dict[Thing, KnownItem]]:
    """Every number, and every thing that is on the list."""
    rows = c.execute(select(t.item.c.id, t.item.c.number, t.unit.c.key, t.item.c.kind, t.item.c.text, t.item.c.deadline,
                            t.item_view.c.status)
                     .join_from(t.item, t.unit, t.unit.c.id == t.item.c.unit_id)
                     .join(t.item_view, t.item_view.c.item_id == t.item.c.id).order_by(t.item.c.id.desc())).all()
    return {r.number for r in rows}, {
        (r.key, r.kind, r.text, r.deadline or ""): KnownItem(id=r.id, number=r.number, live=Status(r.status) not in OFF_THE_LIST)
        for r in rows}


def open_twin(c: Connection, new: NewItem) -> str | None:
    """The number of the same thing, where it is on the list and not done."""
    unit, kind, words, deadline = thing_of(new)
    return c.execute(
        select(t.item.c.number).join_from(t.item, t.unit, t.unit.c.id == t.item.c.unit_id)
        .join(t.item_view, t.item_view.c.item_id == t.item.c.id)
        .where(t.unit.c.key == unit, t.item.c.kind == kind, t.item.c.text == words, t.item_view.c.open,
               t.item.c.deadline == deadline if deadline else t.item.c.deadline.is_(None))
        .order_by(t.item.c.id).limit(1)).scalar_one_or_none()


def said_anew(c: Connection, told: Collection[tuple[KnownItem, Source]]) -> tuple[tuple[str, Source], ...]:
    """Of things that were said again, (number, source) where the item does not have that source yet."""
    live = [(item, source) for item, source in told if item.live]
    before = sources_of(c, [item.id for item, _source in live])
    found = dict.fromkeys(
        (item.number, source) for item, source in live
        if not any(one.kind is source.kind and source.words in ("", one.words) for one in before.get(item.id, ())))
    return tuple(found)


def sittings_of(c: Connection, item_ids: Sequence[int]) -> dict[int, int]:
    """Item id -> the id of the sitting that it was listed from, of those that were listed from one."""
    found: dict[int, int] = {}
    for n in range(0, len(item_ids), 400):
        found |= {int(r.id): int(r.sitting_id) for r in c.execute(
            select(t.item.c.id, t.item.c.sitting_id)
            .where(t.item.c.id.in_(item_ids[n:n + 400]), t.item.c.sitting_id.is_not(None)))}
    return found
