"""The ballot box's write path: one batch, one transaction, as few statements as the schema allows.

The statements are plain text, made once, and go straight to the driver: in a full hall this is where time is spent.

A paper is never overwritten: a change is a new version, the old one stays and stops counting. The same
nonce again is the same paper: it gets the receipt it got. Everything is decided inside the transaction that
stores it, so that a closing round and a late ballot cannot miss each other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection

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


class Collided(Exception):
    """Another process stored a paper of the same voter at this very moment: put it again, and it will be known."""


_PHASE = "select phase from round where id = :round"
_PHASE_KEPT = _PHASE + " for share"  # a host who closes waits for this batch; SQLite's BEGIN IMMEDIATE does that
_IN_FORCE = "select secret_sha256 from badge where stopped_at is null and secret_sha256 in :badges"
_KNOWN = """
select voter, nonce, receipt, version, coalesce(received_at, opened_at)
from ballot join round on round.id = ballot.round_id where round_id = :round and voter in :voters
"""
_TURNED_OUT = "select seat_id from turnout where round_id = :round and seat_id in :seats"
_SUPERSEDE = """
update ballot set counted = false
where round_id = :round_id and voter = :voter and target_id = :target_id and counted
"""
_INSERT = """
insert into ballot (round_id, voter, target_id, version, group_key, seat_id, state, marks, nonce, receipt, received_at,
                    counted)
values (:round_id, :voter, :target_id, :version, :group_key, :seat_id, :state, :marks, :nonce, :receipt, :received_at,
        :counted)
"""
_INSERT_TURNOUT = "insert into turnout (round_id, seat_id) values (:round_id, :seat_id)"


def put(c: Connection, papers: Sequence[Paper]) -> list[Receipt | NotTaken]:
    """Store a batch; one answer for each paper, in order. Papers of one voter are taken in order. Raises Collided."""
    driver = _Driver(c)
    phases, known, turned_out = _rounds(driver, papers)
    in_force = {digest for digest, in driver.ask(_IN_FORCE, badges={p.badge_sha256 for p in papers})}
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
            superseded += [{"round_id": paper.round_id, "voter": paper.voter, "target_id": target_id}
                           for target_id in paper.target_ids]
        for target_id, line in zip(paper.target_ids, paper.lines, strict=True):
            rows.append({
                "round_id": paper.round_id, "voter": paper.voter, "target_id": target_id, "version": version,
                "group_key": paper.group, "seat_id": None if paper.secret else paper.seat_id,
                "state": line.state.value, "marks": json.dumps(dict(line.marks)), "nonce": paper.nonce,
                "receipt": paper.receipt, "received_at": None if paper.secret else paper.received_at,
                "counted": True})
        if paper.secret and (paper.round_id, paper.seat_id) not in turned_out:
            turned_out.add((paper.round_id, paper.seat_id))
            turnout.append({"round_id": paper.round_id, "seat_id": paper.seat_id})
        versions[paper.nonce] = receipt
        answers.append(receipt)
    _count_the_newest(rows)
    try:
        driver.tell(_SUPERSEDE, superseded)
        driver.tell(_INSERT, rows)
        driver.tell(_INSERT_TURNOUT, turnout)
    except driver.integrity_error as cause:
        raise Collided from cause
    return answers


def _count_the_newest(rows: list[dict[str, object]]) -> None:
    """Later papers of one voter in the batch already know the earlier ones: mark them before they are stored."""
    newest: dict[tuple[object, object, object], dict[str, object]] = {}
    for row in rows:
        key = (row["round_id"], row["voter"], row["target_id"])
        if key in newest:
            newest[key]["counted"] = False
        newest[key] = row


def _rounds(driver: _Driver, papers: Sequence[Paper]) -> tuple[
        dict[int, Phase], dict[tuple[int, str], dict[str, Receipt]], set[tuple[int, int]]]:
    """Of the rounds in this batch (nearly always one): phase; (round, voter) -> nonce -> the receipt that this nonce
    got; (round, seat) of the secret seats that have voted."""
    phases: dict[int, Phase] = {}
    known: dict[tuple[int, str], dict[str, Receipt]] = {}
    turned_out: set[tuple[int, int]] = set()
    for round_id in {p.round_id for p in papers}:
        of_round = [p for p in papers if p.round_id == round_id]
        for phase, in driver.ask(_PHASE if driver.is_sqlite else _PHASE_KEPT, round=round_id):
            phases[round_id] = Phase(phase)
        # turnout before papers: on PostgreSQL another process may commit between the two, and whoever is seen as
        # having voted must be seen with the paper, or the same paper would be taken for one of an earlier badge
        seats = {p.seat_id for p in of_round if p.secret}
        turned_out |= {(round_id, seat) for seat, in driver.ask(_TURNED_OUT, round=round_id, seats=seats)}
        for voter, nonce, code, version, at in driver.ask(_KNOWN, round=round_id, voters={p.voter for p in of_round}):
            known.setdefault((round_id, voter), {})[nonce] = Receipt(
                code=code, version=version, received_at=at, round=str(round_id))
    return phases, known, turned_out


class _Driver:
    """The connection's own cursor: `:name` stands for a value, `in :names` for a set of them."""

    def __init__(self, c: Connection) -> None:
        self.is_sqlite = c.dialect.name == "sqlite"
        assert c.dialect.dbapi is not None
        self.integrity_error: type[Exception] = c.dialect.dbapi.IntegrityError
        self._cursor: Any = c.connection.cursor()

    def ask(self, statement: str, **values: object) -> list[tuple[Any, ...]]:
        for name, value in values.items():
            if isinstance(value, set):
                values[name] = json.dumps(list(value)) if self.is_sqlite else list(value)
        self._cursor.execute(_spelled(statement, self.is_sqlite), values)
        answer: list[tuple[Any, ...]] = self._cursor.fetchall()
        return answer

    def tell(self, statement: str, rows: Iterable[dict[str, object]]) -> None:
        if rows:
            self._cursor.executemany(_spelled(statement, self.is_sqlite), rows)


@cache
def _spelled(statement: str, is_sqlite: bool) -> str:
    if is_sqlite:
        return re.sub(r"in :(\w+)", r"in (select value from json_each(:\1))", statement)
    return re.sub(r":(\w+)", r"%(\1)s", re.sub(r"in :(\w+)", r"= any(:\1)", statement))
