"""What contact leaders do themselves, written down: added, or taken back; never changed."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection, insert, update

from db import tables as t
from db.clock import text_of


class Leading:
    """Writes of the log of visits. Who may write what is `office`'s."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def add(self, *, leader: str, kind: str, on: date, about: str, found: str, item_id: int | None, at: datetime,
            by: str) -> int:
        done = self._c.execute(insert(t.leader_visit).values(
            leader=leader, kind=kind, on=on.isoformat(), about=about, found=found, item_id=item_id, at=text_of(at), by=by))
        assert done.inserted_primary_key is not None
        return int(done.inserted_primary_key[0])

    def take_back(self, visit_id: int, *, why: str, at: datetime, by: str) -> bool:
        """Whether it stood until now."""
        done = self._c.execute(
            update(t.leader_visit).where(t.leader_visit.c.id == visit_id, t.leader_visit.c.taken_back_at.is_(None))
            .values(taken_back_at=text_of(at), taken_back_by=by, taken_back_why=why))
        return done.rowcount == 1
