"""Ballots and turnout, read for the tally, the turnout board and a phone's own receipt.

Nothing here joins a secret ballot to a seat: there is nothing to join it with.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Exists, exists, func, or_, select

from db import tables as t
from db.clock import maybe_moment
from db.values import Receipt
from scoring.ballot import Line, State


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLine:
    """One version of one target on one paper. `seat` is a seat's code, None on a secret ballot."""

    round_id: int
    voter: str
    seat: str | None
    group: str
    target: str
    version: int
    state: State
    marks: tuple[tuple[str, str], ...]
    receipt: str
    received_at: str | None


def _set_aside() -> Exists:
    """A line of a seat that was recused after it had voted: it is no turnout any more."""
    return exists().where(t.recusal.c.seat_id == t.ballot.c.seat_id, t.recusal.c.target_id == t.ballot.c.target_id)


def turnout(c: Connection, round_id: int) -> dict[str, int]:
    """Group key -> papers in this round, one a voter. Never a mark; late papers are not turnout."""
    rows = c.execute(
        select(t.ballot.c.group_key, func.count(t.ballot.c.voter.distinct()).label("voted"))
        .where(t.ballot.c.round_id == round_id, t.ballot.c.counted, ~_set_aside())
        .group_by(t.ballot.c.group_key))
    return {row.group_key: row.voted for row in rows}


def how_many(c: Connection, round_id: int) -> int:
    """Lines stored in a round, whatever became of them: it grows with every paper."""
    return int(c.execute(select(func.count()).select_from(t.ballot).where(t.ballot.c.round_id == round_id)).scalar_one())


def newest_versions(c: Connection, round_id: int) -> dict[str, int]:
    """Voter -> the version that counts."""
    rows = c.execute(select(t.ballot.c.voter, func.max(t.ballot.c.version).label("version"))
                     .where(t.ballot.c.round_id == round_id, t.ballot.c.counted).group_by(t.ballot.c.voter))
    return {row.voter: row.version for row in rows}


def voted_named_seats(c: Connection, round_id: int) -> frozenset[int]:
    """Ids of named seats with a ballot in this round; of secret groups only the count is ever told."""
    rows = c.execute(
        select(t.ballot.c.seat_id)
        .where(t.ballot.c.round_id == round_id, t.ballot.c.seat_id.is_not(None), t.ballot.c.counted, ~_set_aside())
        .distinct()
    )
    return frozenset(rows.scalars())


def papers_of_seat(c: Connection, seat_id: int) -> dict[tuple[int, str], State]:
    """(round id, target key) -> state of the version that stands, of one named seat. Never a mark."""
    rows = c.execute(
        select(t.ballot.c.round_id, t.target.c.key, t.ballot.c.state)
        .join_from(t.ballot, t.target, t.ballot.c.target_id == t.target.c.id)
        .where(t.ballot.c.seat_id == seat_id, t.ballot.c.counted))
    return {(row.round_id, row.key): State(row.state) for row in rows}


def lines(c: Connection, sitting_id: int, phases: tuple[str, ...] = ("CLOSED", "PUBLISHED"),
          also: Collection[int] = ()) -> tuple[StoredLine, ...]:
    """Every version of every ballot in the rounds of these phases, and in the rounds `also`. An open round is never
    asked for."""
    return lines_of(rows(c, sitting_id, phases, also))


def rows(c: Connection, sitting_id: int, phases: tuple[str, ...], also: Collection[int] = ()) -> list[tuple[Any, ...]]:
    """The same as the database has it: what is equal to what was read before makes the same lines."""
    found = c.execute(
        select(t.ballot.c.round_id, t.ballot.c.voter, t.seat.c.code, t.ballot.c.group_key, t.target.c.key, t.ballot.c.version,
               t.ballot.c.state, t.ballot.c.marks, t.ballot.c.receipt, t.ballot.c.received_at)
        .join_from(t.ballot, t.round_, t.ballot.c.round_id == t.round_.c.id)
        .join(t.target, t.ballot.c.target_id == t.target.c.id)
        .outerjoin(t.seat, t.ballot.c.seat_id == t.seat.c.id)
        .where(t.round_.c.sitting_id == sitting_id, or_(t.round_.c.phase.in_(phases), t.round_.c.id.in_(also)))
        .order_by(t.ballot.c.round_id, t.ballot.c.voter, t.ballot.c.target_id, t.ballot.c.version)
    )
    return [tuple(r) for r in found]


def lines_of(found: Iterable[tuple[Any, ...]]) -> tuple[StoredLine, ...]:
    """Rows as what they say."""
    return tuple(
        StoredLine(round_id=round_id, voter=voter, seat=seat, group=group, target=target, version=version, state=State(state),
                   marks=tuple(json.loads(marks).items()), receipt=code, received_at=received_at)
        for round_id, voter, seat, group, target, version, state, marks, code, received_at in found
    )


def receipt(c: Connection, round_id: int, voter: str, opened_at: str) -> Receipt | None:
    """The acknowledgement of this voter's latest paper in this round."""
    rows = c.execute(
        select(t.ballot, t.target.c.key.label("target"))
        .join_from(t.ballot, t.target, t.ballot.c.target_id == t.target.c.id)
        .where(t.ballot.c.round_id == round_id, t.ballot.c.voter == voter, t.ballot.c.counted)
        .order_by(t.target.c.position)
    ).all()
    if not rows:
        return None
    newest = max(rows, key=lambda r: r.version)
    return Receipt(
        code=newest.receipt, version=newest.version, received_at=newest.received_at or opened_at, round=str(round_id),
        lines=tuple(Line(target=r.target, state=State(r.state), marks=tuple(json.loads(r.marks).items()))
                    for r in rows),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLate:
    """One paper that came after the close. `counted`: its voter has another one in this round that counts."""

    round_id: int
    seat: str | None
    group: str
    received_at: datetime | None
    counted: bool


def late_papers(c: Connection, sitting_id: int) -> tuple[StoredLate, ...]:
    """Every paper that came too late, by round and seat; the secret ones in the order of their keys, which is chance."""
    same = t.ballot.alias("same")
    in_time = exists().where(
        same.c.round_id == t.ballot.c.round_id, same.c.voter == t.ballot.c.voter, same.c.counted)
    rows = c.execute(
        select(t.ballot.c.round_id, t.ballot.c.voter, t.seat.c.code, t.ballot.c.group_key, t.ballot.c.received_at,
               in_time.label("counted"))
        .join_from(t.ballot, t.round_, t.ballot.c.round_id == t.round_.c.id)
        .outerjoin(t.seat, t.ballot.c.seat_id == t.seat.c.id)
        .where(t.round_.c.sitting_id == sitting_id, t.ballot.c.state == State.LATE.value)
        .distinct().order_by(t.ballot.c.round_id, t.seat.c.code, t.ballot.c.voter)
    )
    return tuple(StoredLate(round_id=r.round_id, seat=r.code, group=r.group_key, received_at=maybe_moment(r.received_at),
                            counted=bool(r.counted)) for r in rows)
