"""Publications and the ledger: what a published result leaves behind."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert

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
