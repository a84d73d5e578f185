"""Contact leaders: how their items stand on a day, and the log of their briefings and visits."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, select

from db import tables as t
from db.item_lines import Filter, Tally
from db.item_values import ItemKind
from db.reads.items import light_at, where


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaderVisit:
    """One line of the log. `number` is the item that it was about, or empty; `taken_back` says why it counts no more."""

    id: int
    leader: str
    kind: str
    on: date
    about: str
    found: str
    number: str
    by: str
    taken_back: str


def by_leader(c: Connection, day: date) -> dict[str, tuple[Tally, ...]]:
    """Contact leader -> the counted items, by light and kind."""
    found: dict[str, list[Tally]] = defaultdict(list)
    of = t.item_light.c
    by = (of.contact_leader, of.urgency, of.kind, of.archived)  # in the order of an index: nothing is sorted
    for leader, urgency, kind, archived, n in c.execute(
            where(select(*by, func.count()), Filter(), day, view=False)
            .where(of.counted, of.contact_leader != "").group_by(*by)):
        found[leader].append(Tally(kind=ItemKind(kind), light=light_at(urgency), archived=bool(archived), n=int(n)))
    return {leader: tuple(some) for leader, some in found.items()}


def visits(c: Connection, *, leader: str = "", since: date | None = None, limit: int = 100) -> tuple[LeaderVisit, ...]:
    """The newest first; of one leader, or of all."""
    v = t.leader_visit.c
    asked = select(t.leader_visit, t.item.c.number).outerjoin_from(t.leader_visit, t.item, t.item.c.id == v.item_id)
    if leader:
        asked = asked.where(v.leader == leader)
    if since is not None:
        asked = asked.where(v.on >= since.isoformat())
    return tuple(
        LeaderVisit(id=r.id, leader=r.leader, kind=r.kind, on=date.fromisoformat(r.on), about=r.about, found=r.found,
                    number=r.number or "", by=r.by, taken_back=r.taken_back_why or "")
        for r in c.execute(asked.order_by(v.on.desc(), v.id.desc()).limit(limit)))


def visit(c: Connection, visit_id: int) -> LeaderVisit | None:
    v = t.leader_visit.c
    r = c.execute(select(t.leader_visit, t.item.c.number).outerjoin_from(t.leader_visit, t.item, t.item.c.id == v.item_id)
                  .where(v.id == visit_id)).first()
    return None if r is None else LeaderVisit(
        id=r.id, leader=r.leader, kind=r.kind, on=date.fromisoformat(r.on), about=r.about, found=r.found,
        number=r.number or "", by=r.by, taken_back=r.taken_back_why or "")


def last_visits(c: Connection, until: date) -> dict[tuple[str, str], date]:
    """(leader, kind) -> the last day, up to this one."""
    v = t.leader_visit.c
    rows = c.execute(select(v.leader, v.kind, func.max(v.on).label("last"))
                     .where(v.taken_back_at.is_(None), v.on <= until.isoformat()).group_by(v.leader, v.kind))
    return {(r.leader, r.kind): date.fromisoformat(r.last) for r in rows}
