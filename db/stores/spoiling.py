"""Spoiling a named paper after the close: a new version that says so. What was marked stays, superseded.

An older version does not come back: the spoiled one is the newest, and it decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from db import tables as t
from db.clock import text_of
from scoring.ballot import State


def spoil(c: Connection, *, round_id: int, seat_id: int, target_ids: Sequence[int], receipt: str, at: datetime) -> int:
    """The version that is spoiled from now on. The caller holds the round."""
    of_seat = (t.ballot.c.round_id == round_id, t.ballot.c.voter == f"s{seat_id}")
    version = int(c.execute(select(func.max(t.ballot.c.version)).where(*of_seat)).scalar_one()) + 1
    lines = c.execute(select(t.ballot.c.target_id, t.ballot.c.group_key)
                      .where(*of_seat, t.ballot.c.target_id.in_(target_ids), t.ballot.c.counted)).all()
    c.execute(update(t.ballot).where(*of_seat, t.ballot.c.target_id.in_(target_ids)).values(counted=False))
    c.execute(insert(t.ballot), [
        {"round_id": round_id, "voter": f"s{seat_id}", "target_id": line.target_id, "version": version,
         "group_key": line.group_key, "seat_id": seat_id, "state": State.SPOILED.value, "marks": "{}",
         "nonce": f"spoiled-{version}", "receipt": receipt, "received_at": text_of(at), "counted": True}
        for line in lines])
    return version
