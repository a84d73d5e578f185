"""Publications, the ledger, and the numbering of commitments: what a published result leaves behind."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from db import tables as t
from db.clock import text_of


class Results:
    """Append-only, all of it."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def add_publication(self, sitting_id: int, *, number: int, reason: str, at: datetime, by: str, rule_sha256: str,
                        ballots_sha256: str, result: str, package: bytes) -> int:
        done = self._c.execute(insert(t.publication).values(
            sitting_id=sitting_id, number=number, reason=reason, published_at=text_of(at), published_by=by,
            rule_sha256=rule_sha256, ballots_sha256=ballots_sha256, result=result, package=package))
        assert done.inserted_primary_key is not None
        return int(done.inserted_primary_key[0])

    def book(self, *, unit_id: int, period: str, kind: str, cause: str, points: str, publication_id: int | None,
             at: datetime, by: str, reverses_id: int | None = None) -> None:
        self._c.execute(insert(t.ledger_entry).values(
            unit_id=unit_id, period=period, kind=kind, cause=cause, points=points, publication_id=publication_id,
            reverses_id=reverses_id, booked_at=text_of(at), booked_by=by))

    def list_commitments(self, sitting_id: int, prefix: str, *, at: datetime, by: str) -> int:
        """Give every commitment of this sitting that has none its number on the list; how many were listed."""
        waiting = self._c.execute(
            select(t.commitment.c.id)
            .join_from(t.commitment, t.shortcoming, t.commitment.c.shortcoming_id == t.shortcoming.c.id)
            .join(t.target, t.shortcoming.c.target_id == t.target.c.id)
            .where(t.target.c.sitting_id == sitting_id, t.commitment.c.number.is_(None))
            .order_by(t.target.c.position, t.shortcoming.c.position, t.commitment.c.position)
        ).scalars().all()
        listed = self._c.execute(
            select(func.count()).select_from(t.commitment).where(t.commitment.c.number.like(f"{prefix}-%"))
        ).scalar_one()
        for n, commitment_id in enumerate(waiting, int(listed) + 1):
            self._c.execute(update(t.commitment).where(t.commitment.c.id == commitment_id)
                            .values(number=f"{prefix}-{n:03d}"))
            self._c.execute(insert(t.commitment_event).values(
                commitment_id=commitment_id, kind="listed", at=text_of(at), by=by, detail="{}"))
        return len(waiting)
