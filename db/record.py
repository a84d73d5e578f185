"""The audit record (留痕): append-only, each line carrying the hash of the one before it.

Casting a ballot is never recorded here: turnout is kept apart, and a secret ballot leaves no moment.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select, text

from db import tables as t
from db.clock import text_of
from db.reads.people import RecordLine

BEGINNING = "0" * 64
_HEAD = select(t.record_entry.c.id, t.record_entry.c.hash).order_by(t.record_entry.c.id.desc()).limit(1)


class Record:
    """Appends lines. Lines of one transaction are as durable as what they tell of."""

    def __init__(self, connection: Connection, also: Callable[[], Mapping[str, object]] = dict) -> None:
        """`also`: what every line keeps besides what it tells (`Items.told`)."""
        self._c, self._also = connection, also

    def append(self, *, at: datetime, actor: str, action: str, sitting_id: int | None = None,
               **detail: object) -> None:
        self.append_all([(sitting_id, detail)], at=at, actor=actor, action=action)

    def append_all(self, lines: Sequence[tuple[int | None, Mapping[str, object]]], *, at: datetime, actor: str,
                   action: str) -> None:
        """Lines of one kind, one after the other: (sitting, detail) of each. What every line keeps besides stands in
        the first of them."""
        _number, previous = self.hold()
        sittings: dict[int, str] = {}
        written: list[dict[str, object]] = []
        also = self._also()
        for sitting_id, detail in lines:
            if sitting_id is not None and sitting_id not in sittings:
                sittings[sitting_id] = self._c.execute(
                    select(t.sitting.c.key).where(t.sitting.c.id == sitting_id)).scalar_one()
            values: dict[str, object] = {
                "at": text_of(at), "actor": actor, "action": action, "previous_hash": previous,
                "detail": json.dumps({**detail, **also}, ensure_ascii=False, sort_keys=True)}
            also = {}
            hashed = {key: str(value) for key, value in values.items()} | {
                "sitting": "" if sitting_id is None else sittings[sitting_id]}
            previous = chain_hash(hashed)
            written.append({**values, "sitting_id": sitting_id, "hash": previous})
        if written:
            self._c.execute(insert(t.record_entry), written)

    def hold(self) -> tuple[int, str]:
        """The head of the record, which nobody else moves until this transaction ends."""
        if self._c.dialect.name == "postgresql":  # one writer of the chain at a time; SQLite has only one anyway
            self._c.execute(text("select pg_advisory_xact_lock(7251)"))
        return head_of(self._c) or (0, BEGINNING)


def head_of(c: Connection) -> tuple[int, str] | None:
    """Number and hash of the last line. Kept outside, it shows later that no line up to it was cut off or changed."""
    row = c.execute(_HEAD).first()
    return None if row is None else (int(row.id), str(row.hash))


def chain_hash(values: Mapping[str, str]) -> str:
    """SHA-256 over previous hash, time, actor, action, the sitting's key (or nothing) and detail, joined by U+001F."""
    parts = (values[k] for k in ("previous_hash", "at", "actor", "action", "sitting", "detail"))
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def hashed_of(line: RecordLine) -> dict[str, str]:
    """What its hash is made of, in this order, as it was written."""
    return {"previous_hash": line.previous_hash, "at": text_of(line.at), "actor": line.actor, "action": line.action,
            "sitting": line.sitting or "", "detail": json.dumps(line.detail, ensure_ascii=False, sort_keys=True)}


def first_break(lines: Iterable[RecordLine]) -> int | None:
    """The id of the first line that does not follow from the one before it; None when the chain holds.

    `lines` in the order they were written.
    """
    previous = BEGINNING
    for line in lines:
        expected = chain_hash({**hashed_of(line), "previous_hash": previous})
        if line.previous_hash != previous or line.hash != expected:
            return line.id
        previous = line.hash
    return None
