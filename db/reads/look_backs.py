"""Look-backs, read: plans with their visits, visitors by their link, what they answered."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from db import tables as t
from db.clock import maybe_moment, moment_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One look-back. `seed` is None where the items were chosen; `pool` are the numbers that could be drawn."""

    id: int
    title: str
    period: str
    ends_on: date
    seed: str | None
    pool: tuple[str, ...]
    points: Mapping[str, str]
    made_at: datetime
    made_by: str
    closed_at: datetime | None
    closed_by: str | None
    visits: int
    decided: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What the office found of one visit, and later in its place."""

    outcome: str
    reason: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One item of a plan, as it stands today, and what was found of it; `outcome` is empty until it is decided.

    `replaced` are the findings that were corrected, the oldest first: outcome, reason and decided_by are the last word.
    """

    item_id: int
    number: str
    text: str
    unit_id: int
    unit: str
    unit_name: str
    status: str
    deadline: str
    measures: tuple[str, ...]
    value: str
    progress: str
    sitting: str
    project: str
    outcome: str
    reason: str
    decided_by: str
    film: str
    film_place: int | None
    replaced: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody from outside with a link. `items` are the ids of the items that this visitor is asked about."""

    id: int
    plan_id: int
    code: str
    kind: str
    issued_at: datetime
    stopped_at: datetime | None
    items: tuple[int, ...]
    answered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one visitor found of one item."""

    id: int
    visitor_id: int
    code: str
    kind: str
    item_id: int
    nonce: str
    verdict: str
    words: str
    at: datetime


def plans(c: Connection) -> tuple[Plan, ...]:
    """Every look-back, the newest first."""
    counted = (select(t.visit.c.plan_id, func.count().label("visits"), func.count(t.visit.c.outcome).label("decided"))
               .group_by(t.visit.c.plan_id).subquery())
    rows = c.execute(select(t.visit_plan, counted.c.visits, counted.c.decided)
                     .outerjoin_from(t.visit_plan, counted, counted.c.plan_id == t.visit_plan.c.id)
                     .order_by(t.visit_plan.c.id.desc()))
    return tuple(
        Plan(id=r.id, title=r.title, period=r.period, ends_on=date.fromisoformat(r.ends_on), seed=r.seed,
             pool=tuple(json.loads(r.pool)), points=json.loads(r.points), made_at=moment_of(r.made_at),
             made_by=r.made_by, closed_at=maybe_moment(r.closed_at), closed_by=r.closed_by, visits=r.visits or 0,
             decided=r.decided or 0) for r in rows)


def plan(c: Connection, plan_id: int) -> Plan | None:
    return next((one for one in plans(c) if one.id == plan_id), None)


def visits(c: Connection, plan_id: int) -> tuple[Visit, ...]:
    """By number. A visit that is decided stands with the unit that held the item on that day, corrected or not."""
    rows = c.execute(
        select(t.visit, t.item.c.number, t.item.c.text, t.item.c.measures, t.item.c.value, t.item.c.value_unit,
               t.item.c.project, t.item_view.c.unit_id, t.item_view.c.status, t.item_view.c.deadline,
               t.item_view.c.progress, t.unit.c.key.label("unit"), t.unit.c.name.label("unit_name"),
               t.sitting.c.title, t.sitting.c.period)
        .join_from(t.visit, t.item, t.item.c.id == t.visit.c.item_id)
        .join(t.item_view, t.item_view.c.item_id == t.item.c.id).join(t.unit, t.unit.c.id == t.item_view.c.unit_id)
        .outerjoin(t.sitting, t.sitting.c.id == t.item.c.sitting_id)
        .where(t.visit.c.plan_id == plan_id).order_by(t.item.c.number)).all()
    held = _holders(c, {r.item_id: r.decided_at for r in rows if r.decided_at})
    now = {r.item_id: (r.unit_id, r.unit, r.unit_name) for r in rows} | held
    said = _findings(c, plan_id, rows)
    return tuple(
        Visit(item_id=r.item_id, number=r.number, text=r.text, unit_id=now[r.item_id][0], unit=now[r.item_id][1],
              unit_name=now[r.item_id][2],
              status=r.status, deadline=r.deadline or "", measures=tuple(json.loads(r.measures)),
              value=f"{r.value}{r.value_unit}", progress=r.progress,
              sitting=f"{r.title} {r.period}" if r.title else "", project=r.project,
              outcome=said[r.item_id][-1].outcome if r.item_id in said else "",
              reason=said[r.item_id][-1].reason if r.item_id in said else "",
              decided_by=said[r.item_id][-1].by if r.item_id in said else "", film=r.film or "", film_place=r.film_place,
              replaced=tuple(said.get(r.item_id, ())[:-1])) for r in rows)


def _findings(c: Connection, plan_id: int, rows: Sequence[Row[Any]]) -> dict[int, list[Finding]]:
    """Item id -> what was decided of it and every correction since; nothing of what is not decided."""
    said = {r.item_id: [Finding(outcome=r.outcome, reason=r.reason, at=moment_of(r.decided_at), by=r.decided_by)]
            for r in rows if r.outcome}
    for r in c.execute(select(t.visit_correction).where(t.visit_correction.c.plan_id == plan_id)
                       .order_by(t.visit_correction.c.id)):
        said[r.item_id].append(Finding(outcome=r.outcome, reason=r.reason, at=moment_of(r.at), by=r.by))
    return said


def _holders(c: Connection, moments: Mapping[int, str]) -> dict[int, tuple[int, str, str]]:
    """Item id -> (id, key, name) of the unit that it had at its moment."""
    keys = {r.item_id: str(json.loads(r.detail)["unit"]) for r in c.execute(
        select(t.item_event.c.item_id, t.item_event.c.at, t.item_event.c.detail)
        .where(t.item_event.c.item_id.in_(list(moments)), t.item_event.c.kind.in_(("listed", "reassigned")))
        .order_by(t.item_event.c.item_id, t.item_event.c.serial)) if r.at <= moments[r.item_id]}
    units = {r.key: (int(r.id), str(r.key), str(r.name)) for r in c.execute(
        select(t.unit.c.id, t.unit.c.key, t.unit.c.name).where(t.unit.c.key.in_(set(keys.values()))))}
    return {item_id: units[key] for item_id, key in keys.items() if key in units}


def candidates(c: Connection, statuses: Iterable[str], sitting: str = "") -> tuple[tuple[str, str, str], ...]:
    """(number, unit's name, text) of every item in one of these statuses, of one sitting (key) or of all; by number."""
    wanted = (select(t.item.c.number, t.unit.c.name, t.item.c.text)
              .join_from(t.item, t.item_view, t.item_view.c.item_id == t.item.c.id)
              .join(t.unit, t.unit.c.id == t.item_view.c.unit_id)
              .where(t.item_view.c.status.in_(sorted(statuses))).order_by(t.item.c.number))
    if sitting:
        wanted = wanted.join(t.sitting, t.sitting.c.id == t.item.c.sitting_id).where(t.sitting.c.key == sitting)
    return tuple((r.number, r.name, r.text) for r in c.execute(wanted))


def item_ids(c: Connection, numbers: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Number -> (id, status) of the items that are on the list."""
    wanted, found = sorted(set(numbers)), dict[str, tuple[int, str]]()
    for start in range(0, len(wanted), 500):
        rows = c.execute(
            select(t.item.c.number, t.item.c.id, t.item_view.c.status)
            .join_from(t.item, t.item_view, t.item_view.c.item_id == t.item.c.id)
            .where(t.item.c.number.in_(wanted[start:start + 500])))
        found.update({r.number: (int(r.id), str(r.status)) for r in rows})
    return found


def visitors(c: Connection, plan_id: int) -> tuple[Visitor, ...]:
    return tuple(_visitor(c, r) for r in c.execute(_visitors().where(t.visitor.c.plan_id == plan_id)).all())


def visitor_by_secret(c: Connection, secret_sha256: str) -> Visitor | None:
    """Whose link this is, if it has not been stopped."""
    row = c.execute(_visitors().where(t.visitor.c.secret_sha256 == secret_sha256, t.visitor.c.stopped_at.is_(None))).first()
    return None if row is None else _visitor(c, row)


def answers(c: Connection, plan_id: int) -> tuple[Answer, ...]:
    """Every answer, the earlier ones of a visitor too, oldest first."""
    return tuple(_answer(r) for r in c.execute(_answers().where(t.visitor.c.plan_id == plan_id)))


def standing_answers(c: Connection, plan_id: int) -> tuple[Answer, ...]:
    """The latest answer of each visitor to each item, in the order in which they came."""
    latest: dict[tuple[int, int], Answer] = {}
    for one in answers(c, plan_id):
        latest[one.item_id, one.visitor_id] = one
    return tuple(sorted(latest.values(), key=lambda one: one.id))


def with_earlier(c: Connection, standing: Sequence[Answer]) -> dict[int, int]:
    """Id of every answer of the same visitor to the same item -> id of the one that stands: words are corrected without
    photographing anew."""
    stands = {(one.item_id, one.visitor_id): one.id for one in standing}
    rows = c.execute(select(t.visit_answer.c.id, t.visit_answer.c.item_id, t.visit_answer.c.visitor_id)
                     .where(t.visit_answer.c.visitor_id.in_({one.visitor_id for one in standing}))
                     .order_by(t.visit_answer.c.id))
    return {r.id: stands[r.item_id, r.visitor_id] for r in rows if (r.item_id, r.visitor_id) in stands}


def answers_of(c: Connection, visitor_id: int) -> tuple[Answer, ...]:
    return tuple(_answer(r) for r in c.execute(_answers().where(t.visit_answer.c.visitor_id == visitor_id)))


def _visitors() -> Select[Any]:
    return select(t.visitor).order_by(t.visitor.c.id)


def _answers() -> Select[Any]:
    return (select(t.visit_answer, t.visitor.c.code, t.visitor.c.kind)
            .join_from(t.visit_answer, t.visitor, t.visitor.c.id == t.visit_answer.c.visitor_id)
            .order_by(t.visit_answer.c.id))


def _visitor(c: Connection, r: Row[Any]) -> Visitor:
    items = tuple(c.execute(select(t.visitor_item.c.item_id).where(t.visitor_item.c.visitor_id == r.id)
                            .order_by(t.visitor_item.c.item_id)).scalars())
    answered = c.execute(select(func.count(t.visit_answer.c.item_id.distinct()))
                         .where(t.visit_answer.c.visitor_id == r.id)).scalar_one()
    return Visitor(id=r.id, plan_id=r.plan_id, code=r.code, kind=r.kind, issued_at=moment_of(r.issued_at),
                   stopped_at=maybe_moment(r.stopped_at), items=items, answered=int(answered))


def _answer(r: Row[Any]) -> Answer:
    return Answer(id=r.id, visitor_id=r.visitor_id, code=r.code, kind=r.kind, item_id=r.item_id, nonce=r.nonce,
                  verdict=r.verdict, words=r.words, at=moment_of(r.at))
