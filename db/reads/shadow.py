"""What shadow seats have handed in: for their own phones and for whoever trains them. Nothing that counts reads this."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from db import tables as t
from db.clock import moment_of
from db.values import Receipt
from scoring.ballot import Line, State


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowPaper:
    """One paper of one shadow seat in one round."""

    round_id: int
    seat: str
    received_at: datetime
    receipt: Receipt


def receipt(c: Connection, round_id: int, seat_id: int) -> Receipt | None:
    """What this seat last handed in for this round."""
    rows = c.execute(_PAPERS.where(t.shadow_ballot.c.round_id == round_id, t.shadow_ballot.c.seat_id == seat_id)).all()
    return _receipt(rows) if rows else None


def papers(c: Connection, sitting_id: int) -> tuple[ShadowPaper, ...]:
    """By round, then by seat."""
    found: dict[tuple[int, str], list[Row[Any]]] = {}
    for row in c.execute(_PAPERS.where(t.seat.c.sitting_id == sitting_id)):
        found.setdefault((row.round_id, row.code), []).append(row)
    return tuple(
        ShadowPaper(round_id=round_id, seat=code, received_at=moment_of(str(rows[0].received_at)), receipt=_receipt(rows))
        for (round_id, code), rows in found.items())


_PAPERS = (
    select(t.shadow_ballot, t.target.c.key.label("target"), t.seat.c.code)
    .join_from(t.shadow_ballot, t.target, t.shadow_ballot.c.target_id == t.target.c.id)
    .join(t.seat, t.shadow_ballot.c.seat_id == t.seat.c.id)
    .order_by(t.shadow_ballot.c.round_id, t.seat.c.code, t.target.c.position))


def _receipt(rows: Sequence[Row[Any]]) -> Receipt:
    first = rows[0]
    return Receipt(
        code=first.receipt, version=first.version, received_at=first.received_at, round=str(first.round_id),
        lines=tuple(Line(target=r.target, state=State(r.state), marks=tuple(json.loads(r.marks).items())) for r in rows))
