"""Evidence of items: the lines in the database; the content is in a folder, by its hash."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select, text, update

from db import tables as t
from db.clock import text_of


class EvidenceLines:
    """Writes about evidence. Who may add, see or delete is `office`'s."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def hold(self, sha256: str) -> None:
        """Until this transaction ends, nobody else adds this content or takes it off the shelf."""
        if self._c.dialect.name == "postgresql":  # SQLite has one writer anyway
            self._c.execute(text("select pg_advisory_xact_lock(:n)"), {"n": int(sha256[:15], 16)})

    def add(self, item_id: int, *, sha256: str, name: str, media_type: str, size: int, at: datetime, by: str,
            answer_id: int | None = None) -> int:
        """The line of this file; the one that is there already when the item has the same content."""
        if answer_id is None:
            known = self._c.execute(select(t.evidence.c.id).where(
                t.evidence.c.item_id == item_id, t.evidence.c.sha256 == sha256, t.evidence.c.deleted_at.is_(None),
                t.evidence.c.answer_id.is_(None))).scalar_one_or_none()
            if known is not None:
                return int(known)
        done = self._c.execute(insert(t.evidence).values(
            item_id=item_id, answer_id=answer_id, sha256=sha256, name=name, media_type=media_type, size=size,
            added_at=text_of(at), added_by=by))
        assert done.inserted_primary_key is not None
        return int(done.inserted_primary_key[0])

    def add_to_new(self, lines: Sequence[tuple[int, str, str, str, int]], *, at: datetime, by: str) -> None:
        """(item id, hash, name, media type, size) of files of items that have none yet; of one content the first line."""
        first: dict[tuple[int, str], tuple[str, str, int]] = {}
        for item_id, sha256, name, media_type, size in lines:
            first.setdefault((item_id, sha256), (name, media_type, size))
        if first:
            self._c.execute(insert(t.evidence), [
                {"item_id": item_id, "sha256": sha256, "name": name, "media_type": media_type, "size": size,
                 "added_at": text_of(at), "added_by": by}
                for (item_id, sha256), (name, media_type, size) in first.items()])

    def delete(self, evidence_id: int, *, at: datetime, by: str, why: str) -> None:
        """The line stays, with the hash."""
        self._c.execute(update(t.evidence).where(t.evidence.c.id == evidence_id, t.evidence.c.deleted_at.is_(None))
                        .values(deleted_at=text_of(at), deleted_by=by, deleted_why=why))
