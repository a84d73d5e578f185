"""Publications, ledger entries and listed commitments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Row, func, select

from db import tables as t
from db.clock import moment_of, text_of
from db.reads.sittings import OF
from db.values import Publication


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One signed booking of points, with its cause."""

    id: int
    unit: str
    unit_name: str
    period: str
    kind: str
    cause: str
    points: str
    publication_id: int | None
    reverses_id: int | None
    booked_at: datetime
    booked_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """The newest version of a sitting, without its result."""

    sitting_id: int
    sitting: str
    title: str
    number: int
    published_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCommitment:
    """A commitment on the list (承诺清单), with what it is meant to mend."""

    id: int
    number: str
    sitting: str
    sitting_title: str
    period: str
    target: str
    unit: str
    unit_name: str
    shortcoming: str
    gap: str
    goal: str
    text: str
    owner: str
    deadline: date
    amount: str
    amount_unit: str


_VERSIONS = (select(*(column for column in t.publication.c if column.name != "package"))
             .where(t.publication.c.sitting_id == OF).order_by(t.publication.c.number))
_HOW_MANY = select(func.count()).select_from(t.publication).where(t.publication.c.sitting_id == OF)
_LEDGER = (
    select(t.ledger_entry, t.unit.c.key.label("unit"), t.unit.c.name.label("unit_name"))
    .join_from(t.ledger_entry, t.unit, t.ledger_entry.c.unit_id == t.unit.c.id)
    .order_by(t.ledger_entry.c.id)
)


def publications(c: Connection, sitting_id: int) -> tuple[Publication, ...]:
    """Every version, oldest first."""
    return tuple(_publication(r) for r in c.execute(_VERSIONS, {"of": sitting_id}))


def publication_count(c: Connection, sitting_id: int) -> int:
    return int(c.execute(_HOW_MANY, {"of": sitting_id}).scalar_one())


def published_after(c: Connection, moment: datetime) -> tuple[Newest, ...]:
    """The newest version of each sitting of which one was published after this moment."""
    rows = c.execute(
        select(t.sitting.c.id, t.sitting.c.key, t.sitting.c.title, t.sitting.c.period, t.publication.c.number,
               t.publication.c.published_at)
        .join_from(t.publication, t.sitting, t.publication.c.sitting_id == t.sitting.c.id)
        .where(t.publication.c.published_at > text_of(moment)).order_by(t.publication.c.number))
    newest = {r.key: Newest(sitting_id=r.id, sitting=r.key, title=f"{r.title} {r.period}", number=r.number,
                            published_at=moment_of(r.published_at)) for r in rows}
    return tuple(newest.values())


def package_bytes(c: Connection, publication_id: int) -> bytes:
    """The recount package, as zipped when it was published."""
    return bytes(c.execute(select(t.publication.c.package).where(t.publication.c.id == publication_id)).scalar_one())


def ledger(c: Connection) -> tuple[Entry, ...]:
    """In booking order."""
    return tuple(
        Entry(id=r.id, unit=r.unit, unit_name=r.unit_name, period=r.period, kind=r.kind, cause=r.cause,
              points=r.points, publication_id=r.publication_id, reverses_id=r.reverses_id,
              booked_at=moment_of(r.booked_at), booked_by=r.booked_by)
        for r in c.execute(_LEDGER)
    )


def listed_commitments(c: Connection) -> tuple[ListedCommitment, ...]:
    """Every commitment that has a number, the earliest deadline first."""
    rows = c.execute(
        select(t.commitment, t.shortcoming.c.text.label("shortcoming"), t.shortcoming.c.gap, t.shortcoming.c.goal,
               t.target.c.key.label("target"), t.unit.c.key.label("unit"), t.unit.c.name.label("unit_name"),
               t.sitting.c.key.label("sitting"), t.sitting.c.title.label("sitting_title"), t.sitting.c.period)
        .join_from(t.commitment, t.shortcoming, t.commitment.c.shortcoming_id == t.shortcoming.c.id)
        .join(t.target, t.shortcoming.c.target_id == t.target.c.id)
        .join(t.unit, t.target.c.unit_id == t.unit.c.id)
        .join(t.sitting, t.target.c.sitting_id == t.sitting.c.id)
        .where(t.commitment.c.number.is_not(None))
        .order_by(t.commitment.c.deadline, t.commitment.c.number)
    )
    return tuple(
        ListedCommitment(id=r.id, number=r.number, sitting=r.sitting, sitting_title=r.sitting_title, period=r.period,
                         target=r.target, unit=r.unit, unit_name=r.unit_name, shortcoming=r.shortcoming, gap=r.gap,
                         goal=r.goal, text=r.text, owner=r.owner, deadline=date.fromisoformat(r.deadline),
                         amount=r.amount, amount_unit=r.amount_unit)
        for r in rows
    )


def _publication(r: Row[tuple[object, ...]]) -> Publication:
    return Publication(id=r.id, number=r.number, reason=r.reason, published_at=moment_of(r.published_at),
                       published_by=r.published_by, rule_sha256=r.rule_sha256, ballots_sha256=r.ballots_sha256,
                       result=r.result)
