"""What stands before and after a publication: terms, proposals with their confirmations, objections, frozen points."""

from __future__ import annotations

from sqlalchemy import Connection, Row, or_, select

from db import tables as t
from db.clock import moment_of
from db.values import Confirmation, Objection, Proposal, Terms


def terms(c: Connection, sitting_id: int) -> Terms:
    """What was set for this sitting, or what holds where nothing was set."""
    r = c.execute(select(t.publishing_terms).where(t.publishing_terms.c.sitting_id == sitting_id)).first()
    return Terms() if r is None else Terms(hands=r.hands, objection_hours=r.objection_hours)


def newest_proposal(c: Connection, sitting_id: int, number: int) -> Proposal | None:
    """The last proposal of what would become this version, or has become it."""
    r = c.execute(select(t.proposal).where(t.proposal.c.sitting_id == sitting_id, t.proposal.c.number == number)
                  .order_by(t.proposal.c.id.desc()).limit(1)).first()
    return None if r is None else _proposal(c, r)


def proposal_of(c: Connection, publication_id: int) -> Proposal | None:
    """The proposal that was published as this version."""
    r = c.execute(select(t.proposal).where(t.proposal.c.publication_id == publication_id)).first()
    return None if r is None else _proposal(c, r)


def objections(c: Connection, sitting_id: int) -> tuple[Objection, ...]:
    """Every objection against any version of this sitting, in the order they were filed."""
    rows = c.execute(
        select(t.objection, t.publication.c.number, t.target.c.key.label("target"), t.unit.c.key.label("unit"))
        .join_from(t.objection, t.publication, t.objection.c.publication_id == t.publication.c.id)
        .join(t.target, t.objection.c.target_id == t.target.c.id)
        .join(t.unit, t.target.c.unit_id == t.unit.c.id)
        .where(t.publication.c.sitting_id == sitting_id).order_by(t.objection.c.id)).all()
    numbers = {r.id: r.number for r in c.execute(
        select(t.publication.c.id, t.publication.c.number).where(t.publication.c.sitting_id == sitting_id))}
    return tuple(
        Objection(id=r.id, version=r.number, target=r.target, unit=r.unit, grounds=r.grounds,
                  filed_at=moment_of(r.filed_at), filed_by=r.filed_by, decision=r.decision or "",
                  decided_at=None if r.decided_at is None else moment_of(r.decided_at),
                  decided_by=r.decided_by or "", decision_reason=r.decision_reason or "",
                  mended_by=numbers.get(r.mended_by_id))
        for r in rows)


def frozen(c: Connection) -> frozenset[tuple[int, str]]:
    """(publication, unit): whose points of which publications wait for an objection of that unit to be settled.

    All versions of the sitting: a correction of something else meanwhile does not thaw them.
    """
    objected, any_version = t.publication.alias("objected"), t.publication.alias("any_version")
    rows = c.execute(
        select(any_version.c.id, t.unit.c.key)
        .join_from(t.objection, objected, t.objection.c.publication_id == objected.c.id)
        .join(any_version, any_version.c.sitting_id == objected.c.sitting_id)
        .join(t.target, t.objection.c.target_id == t.target.c.id)
        .join(t.unit, t.target.c.unit_id == t.unit.c.id)
        .where(or_(t.objection.c.decision.is_(None), t.objection.c.decision == "corrected"),
               t.objection.c.mended_by_id.is_(None)))
    return frozenset((r.id, r.key) for r in rows)


def _proposal(c: Connection, r: Row[tuple[object, ...]]) -> Proposal:
    rows = c.execute(select(t.confirmation).where(t.confirmation.c.proposal_id == r.id)
                     .order_by(t.confirmation.c.confirmed_at, t.confirmation.c.role))
    return Proposal(
        id=r.id, number=r.number, reason=r.reason, proposed_at=moment_of(r.proposed_at), proposed_by=r.proposed_by,
        rule_sha256=r.rule_sha256, ballots_sha256=r.ballots_sha256, result_sha256=r.result_sha256,
        confirmations=tuple(Confirmation(role=one.role, by=one.confirmed_by, at=moment_of(one.confirmed_at))
                            for one in rows))
