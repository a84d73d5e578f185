"""Papers of shadow seats (影子席): kept apart from every ballot, with the seat and the moment, and never counted.

A later paper takes the place of the earlier one: nobody will ever have to account for it. The same nonce keeps its
receipt.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from db import tables as t
from db.clock import text_of
from db.values import Receipt
from scoring.ballot import Line


class Shadows:
    """Writes of the training seats."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def put(self, round_id: int, seat_id: int, lines: Sequence[tuple[int, Line]], *, nonce: str, receipt: str,
            at: datetime) -> Receipt:
        """Store (target id, line) pairs; the receipt, which a repeated nonce gets again."""
        mine = (t.shadow_ballot.c.round_id == round_id, t.shadow_ballot.c.seat_id == seat_id)
        before = self._c.execute(select(t.shadow_ballot).where(*mine).limit(1)).first()
        if before is not None and before.nonce == nonce:
            return Receipt(code=before.receipt, version=before.version, received_at=before.received_at, round=str(round_id))
        version = 1 if before is None else before.version + 1
        self._c.execute(delete(t.shadow_ballot).where(*mine))
        self._c.execute(insert(t.shadow_ballot), [
            {"round_id": round_id, "seat_id": seat_id, "target_id": target_id, "version": version, "state": line.state.value,
             "marks": json.dumps(dict(line.marks)), "nonce": nonce, "receipt": receipt, "received_at": text_of(at)}
            for target_id, line in lines])
        return Receipt(code=receipt, version=version, received_at=text_of(at), round=str(round_id),
                       lines=tuple(line for _target, line in lines))

    def drop_round(self, round_id: int) -> None:
        """Every practice paper of a round that was opened by a slip."""
        self._c.execute(delete(t.shadow_ballot).where(t.shadow_ballot.c.round_id == round_id))

    def drop(self, seat_id: int) -> None:
        """Every paper of a shadow seat that goes."""
        self._c.execute(delete(t.shadow_ballot).where(t.shadow_ballot.c.seat_id == seat_id))
