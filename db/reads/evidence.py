"""Evidence of items, read: which files an item has, and which files the shelf must hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, select

from db import tables as t
from db.clock import maybe_moment, moment_of


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceLine:
    """One file of one item. `answer_id`: of a visitor's photo. A deleted one has lost its content, not its hash."""

    id: int
    item_id: int
    item: str
    answer_id: int | None
    sha256: str
    name: str
    media_type: str
    size: int
    added_at: datetime
    added_by: str
    deleted_at: datetime | None
    deleted_by: str | None
    deleted_why: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemUnits:
    """Whose item it is today, and who supports it: unit keys. `text` is what was promised."""

    id: int
    number: str
    text: str
    unit: str
    unit_name: str
    supporting: tuple[str, ...]


def item_units(c: Connection, number: str) -> ItemUnits | None:
    """The item of this number with its units; None where there is none."""
    row = None if "\0" in number else c.execute(
        select(t.item.c.id, t.item.c.number, t.item.c.text, t.unit.c.key, t.unit.c.name)
        .join_from(t.item, t.item_view, t.item_view.c.item_id == t.item.c.id)
        .join(t.unit, t.unit.c.id == t.item_view.c.unit_id).where(t.item.c.number == number)).first()
    if row is None:
        return None
    supporting = c.execute(select(t.unit.c.key).join_from(t.item_unit, t.unit, t.item_unit.c.unit_id == t.unit.c.id)
                           .where(t.item_unit.c.item_id == row.id).order_by(t.unit.c.key)).scalars()
    return ItemUnits(id=row.id, number=row.number, text=row.text, unit=row.key, unit_name=row.name,
                     supporting=tuple(supporting))


def of_item(c: Connection, item_id: int) -> tuple[EvidenceLine, ...]:
    """Every file, the deleted ones too, oldest first."""
    return tuple(_line(row) for row in c.execute(_wanted().where(t.evidence.c.item_id == item_id)))


def undecided(c: Connection, answer_ids: Iterable[int]) -> frozenset[int]:
    """Of these answers of visitors, those whose visit has no outcome yet."""
    return frozenset(c.execute(
        select(t.visit_answer.c.id).join_from(t.visit_answer, t.visitor, t.visitor.c.id == t.visit_answer.c.visitor_id)
        .join(t.visit, and_(t.visit.c.plan_id == t.visitor.c.plan_id, t.visit.c.item_id == t.visit_answer.c.item_id))
        .where(t.visit_answer.c.id.in_(list(answer_ids)), t.visit.c.outcome.is_(None))).scalars())


def of_answers(c: Connection, answer_ids: tuple[int, ...]) -> tuple[EvidenceLine, ...]:
    """The photos of these answers of visitors."""
    return tuple(_line(row) for row in c.execute(_wanted().where(t.evidence.c.answer_id.in_(answer_ids))))


def line(c: Connection, evidence_id: int) -> EvidenceLine | None:
    row = c.execute(_wanted().where(t.evidence.c.id == evidence_id)).first()
    return None if row is None else _line(row)


def standing(c: Connection) -> tuple[str, ...]:
    """The hashes that the shelf must hold: of every line that is not deleted."""
    return tuple(c.execute(select(t.evidence.c.sha256).where(t.evidence.c.deleted_at.is_(None))
                           .distinct().order_by(t.evidence.c.sha256)).scalars())


def is_wanted(c: Connection, sha256: str) -> bool:
    """Whether any line that is not deleted has this content."""
    return c.execute(select(t.evidence.c.id).where(t.evidence.c.sha256 == sha256, t.evidence.c.deleted_at.is_(None))
                     .limit(1)).first() is not None


def _wanted() -> Select[Any]:
    return (select(t.evidence, t.item.c.number.label("item"))
            .join_from(t.evidence, t.item, t.item.c.id == t.evidence.c.item_id).order_by(t.evidence.c.id))


def _line(r: Row[tuple[object, ...]]) -> EvidenceLine:
    return EvidenceLine(
        id=r.id, item_id=r.item_id, item=r.item, answer_id=r.answer_id, sha256=r.sha256, name=r.name,
        media_type=r.media_type, size=r.size, added_at=moment_of(r.added_at), added_by=r.added_by,
        deleted_at=maybe_moment(r.deleted_at), deleted_by=r.deleted_by, deleted_why=r.deleted_why)
