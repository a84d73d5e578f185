"""Terms, proposals, confirmations and objections: what people do with a result before and after it is published."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from db import tables as t
from db.clock import text_of


class Signing:
    """Writes around a publication. Who may do what, and when, is `hall`'s."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def set_terms(self, sitting_id: int, *, hands: str, objection_hours: int) -> None:
        self._c.execute(delete(t.publishing_terms).where(t.publishing_terms.c.sitting_id == sitting_id))
        self._c.execute(insert(t.publishing_terms).values(
            sitting_id=sitting_id, hands=hands, objection_hours=objection_hours))

    def propose(self, sitting_id: int, *, number: int, reason: str, at: datetime, by: str, rule_sha256: str,
                ballots_sha256: str, result_sha256: str) -> int:
        done = self._c.execute(insert(t.proposal).values(
            sitting_id=sitting_id, number=number, reason=reason, proposed_at=text_of(at), proposed_by=by,
            rule_sha256=rule_sha256, ballots_sha256=ballots_sha256, result_sha256=result_sha256))
        assert done.inserted_primary_key is not None
        return int(done.inserted_primary_key[0])

    def confirm(self, proposal_id: int, *, role: str, at: datetime, by: str) -> None:
        self._c.execute(insert(t.confirmation).values(
            proposal_id=proposal_id, role=role, confirmed_at=text_of(at), confirmed_by=by))

    def became(self, proposal_id: int, publication_id: int) -> None:
        """This proposal was published as this version."""
        self._c.execute(update(t.proposal).where(t.proposal.c.id == proposal_id).values(publication_id=publication_id))

    def file_objection(self, publication_id: int, target_id: int, *, grounds: str, at: datetime, by: str) -> int:
        done = self._c.execute(insert(t.objection).values(
            publication_id=publication_id, target_id=target_id, grounds=grounds, filed_at=text_of(at), filed_by=by))
        assert done.inserted_primary_key is not None
        return int(done.inserted_primary_key[0])

    def decide(self, objection_id: int, *, decision: str, reason: str, at: datetime, by: str) -> None:
        self._c.execute(update(t.objection).where(t.objection.c.id == objection_id).values(
            decision=decision, decision_reason=reason, decided_at=text_of(at), decided_by=by))

    def mend(self, sitting_id: int, publication_id: int) -> tuple[int, ...]:
        """Objections that were found right are settled by this version; their ids."""
        versions = select(t.publication.c.id).where(t.publication.c.sitting_id == sitting_id)
        waiting = self._c.execute(
            select(t.objection.c.id).where(
                t.objection.c.publication_id.in_(versions), t.objection.c.decision == "corrected",
                t.objection.c.mended_by_id.is_(None)).order_by(t.objection.c.id)).scalars().all()
        if waiting:
            self._c.execute(update(t.objection).where(t.objection.c.id.in_(waiting))
                            .values(mended_by_id=publication_id))
        return tuple(int(one) for one in waiting)
