"""The ballot box's write path: one batch, one transaction, as few statements as the schema allows.

A paper is never overwritten: a change is a new version, the old one stays and stops counting. The same
nonce again is the same paper: it gets the receipt it got. Everything is decided inside the transaction that
stores it, so that a closing round and a late ballot cannot miss each other.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, bindparam, insert, or_, select, update

from db import tables as t
from db.values import Receipt
from scoring.ballot import Line
from scoring.round import Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One paper on its way into the box. `in_time`: it came before the round's own clock ran out."""

    round_id: int
    voter: str
    seat_id: int
    secret: bool
    group: str
    badge_sha256: str
    nonce: str
    lines: tuple[Line, ...]
    target_ids: tuple[int, ...]
    receipt: str
    received_at: str
    opened_at: str
    in_time: bool
    sitting: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTaken:
    """The round is not open, the badge has been stopped, or a secret seat has voted with an earlier badge."""

    phase: Phase | None
    badge_stopped: bool = False
    voted_before: bool = False


_rounds = select(t.round_.c.id, t.round_.c.phase).where(t.round_.c.id.in_(bindparam("ids", expanding=True)))
_badges = select(t.badge.c.secret_sha256).where(
    t.badge.c.secret_sha256.in_(bindparam("hashes", expanding=True)), t.badge.c.stopped_at.is_(None))
_insert_ballots = insert(t.ballot)
_insert_turnout = insert(t.turnout)
_supersede = (
    update(t.ballot)
    .where(t.ballot.c.round_id == bindparam("r"), t.ballot.c.voter == bindparam("v"),
           t.ballot.c.target_id == bindparam("t"), t.ballot.c.counted)
    .values(counted=False)
)


def put(c: Connection, papers: Sequence[Paper]) -> list[Receipt | NotTaken]:
    """Store a batch; one answer for each paper, in order. Papers of one voter are taken in order."""
    phases = _phases(c, {p.round_id for p in papers})
    in_force = set(c.execute(_badges, {"hashes": list({p.badge_sha256 for p in papers})}).scalars())
    known = _versions(c, {(p.round_id, p.voter) for p in papers})
    turned_out = _turned_out(c, {(p.round_id, p.seat_id) for p in papers if p.secret})
    answers: list[Receipt | NotTaken] = []
    rows: list[dict[str, object]] = []
    superseded: list[dict[str, object]] = []
    turnout: list[dict[str, object]] = []
    for paper in papers:
        versions = known.setdefault((paper.round_id, paper.voter), {})
        if (earlier := versions.get(paper.nonce)) is not None:
            answers.append(earlier)
            continue
        phase = phases.get(paper.round_id)
        if phase is not Phase.OPEN or not paper.in_time:
            answers.append(NotTaken(phase=Phase.CLOSED if phase is Phase.OPEN else phase))
            continue
        if paper.badge_sha256 not in in_force:
            answers.append(NotTaken(phase=Phase.OPEN, badge_stopped=True))
            continue
        if paper.secret and not versions and (paper.round_id, paper.seat_id) in turned_out:
            answers.append(NotTaken(phase=Phase.OPEN, voted_before=True))
            continue
        version = 1 + max((r.version for r in versions.values()), default=0)
        receipt = Receipt(code=paper.receipt, version=version, round=str(paper.round_id), lines=paper.lines,
                          received_at=paper.opened_at if paper.secret else paper.received_at)
        if versions:
            superseded += [{"r": paper.round_id, "v": paper.voter, "t": target_id} for target_id in paper.target_ids]
        for target_id, line in zip(paper.target_ids, paper.lines, strict=True):
            row: dict[str, object] = {
                "round_id": paper.round_id, "voter": paper.voter, "target_id": target_id, "version": version,
                "group_key": paper.group, "seat_id": None if paper.secret else paper.seat_id,
                "state": line.state.value, "marks": json.dumps(dict(line.marks)), "nonce": paper.nonce,
                "receipt": paper.receipt, "received_at": None if paper.secret else paper.received_at,
                "counted": True}
            rows.append(row)
        if paper.secret and (paper.round_id, paper.seat_id) not in turned_out:
            turned_out.add((paper.round_id, paper.seat_id))
            turnout.append({"round_id": paper.round_id, "seat_id": paper.seat_id})
        versions[paper.nonce] = receipt
        answers.append(receipt)
    _supersede_and_insert(c, rows, superseded)
    if turnout:
        c.execute(_insert_turnout, turnout)
    return answers


def _supersede_and_insert(c: Connection, rows: list[dict[str, object]], superseded: list[dict[str, object]]) -> None:
    """Later papers of one voter in the batch already know the earlier ones: mark them before they are stored."""
    newest: dict[tuple[object, object, object], dict[str, object]] = {}
    for row in rows:
        key = (row["round_id"], row["voter"], row["target_id"])
        if key in newest:
            newest[key]["counted"] = False
        newest[key] = row
    if superseded:
        c.execute(_supersede, superseded)
    if rows:
        c.execute(_insert_ballots, rows)


def _phases(c: Connection, round_ids: set[int]) -> dict[int, Phase]:
    wanted = _rounds
    if c.dialect.name == "postgresql":  # a host who closes waits for this batch; SQLite's BEGIN IMMEDIATE does it
        wanted = wanted.with_for_update(read=True)
    return {row.id: Phase(row.phase) for row in c.execute(wanted, {"ids": list(round_ids)})}


def _versions(c: Connection, voters: set[tuple[int, str]]) -> dict[tuple[int, str], dict[str, Receipt]]:
    """(round, voter) -> nonce -> the receipt that this nonce got."""
    by_round: dict[int, list[str]] = {}
    for round_id, voter in voters:
        by_round.setdefault(round_id, []).append(voter)
    rows = c.execute(
        select(t.ballot.c.round_id, t.ballot.c.voter, t.ballot.c.version, t.ballot.c.nonce, t.ballot.c.receipt,
               t.ballot.c.received_at, t.round_.c.opened_at)
        .join_from(t.ballot, t.round_, t.ballot.c.round_id == t.round_.c.id)
        .where(or_(*(and_(t.ballot.c.round_id == round_id, t.ballot.c.voter.in_(names))
                     for round_id, names in by_round.items())))
    )
    found: dict[tuple[int, str], dict[str, Receipt]] = {}
    for r in rows:
        found.setdefault((r.round_id, r.voter), {})[r.nonce] = Receipt(
            code=r.receipt, version=r.version, received_at=r.received_at or r.opened_at, round=str(r.round_id))
    return found


def _turned_out(c: Connection, pairs: set[tuple[int, int]]) -> set[tuple[int, int]]:
    if not pairs:
        return set()
    rows = c.execute(select(t.turnout.c.round_id, t.turnout.c.seat_id).where(
        t.turnout.c.round_id.in_({r for r, _ in pairs}), t.turnout.c.seat_id.in_({s for _, s in pairs})))
    return {(r.round_id, r.seat_id) for r in rows}
