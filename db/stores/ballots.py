"""The ballot box's write path: one batch, one transaction, as few statements as the schema allows.

The statements are plain text, made once, and go straight to the driver: in a full hall this is where time is spent.

A paper is never overwritten: a change is a new version, the old one stays and stops counting. The same
nonce again is the same paper: it gets the answer it got. Everything is decided inside the transaction that
stores it, so that a closing round and a late ballot cannot miss each other. A late paper is kept, and never counts;
of a secret seat it is kept without its marks, because it may be the only one, and the hall may have seen whose it is.
What a paper leaves out keeps the mark it had: so it may not leave out what its judge has marked and still may mark,
and a receipt lists every line that stands, of whichever version.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import Connection

from db.clock import text_of
from db.stores import traces
from db.stores.driver import BADGES, Driver, Question
from db.values import Receipt
from scoring.ballot import Line, State
from scoring.round import Phase

PAGE_NONCE = 16  # characters
_NONE = (None, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One paper on its way into the box.

    `at` is the moment at which it reached the hall, `made_at` the moment at which the phone says that it was handed
    in ("" when it says nothing). `replaced`: the badge of this secret seat took the place of another one after the
    round was opened. `opened_at` stands for the time on the receipt of a secret paper, `late_voter` for its voter when it
    comes too late: who came late is known in the hall, and must not lead to his paper that counts. `of_round`: id and
    key of all that the round is about, in its order; `blank`: ids of what this paper might have marked and did not.
    """

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
    at: str
    opened_at: str
    sitting: str
    made_at: str = ""
    replaced: bool = False
    late_voter: str = ""
    of_round: tuple[tuple[int, str], ...] = ()
    blank: tuple[int, ...] = ()

    @property
    def page(self) -> str:
        """The page on which it was filled in: our pages begin their nonces with one of their own."""
        return self.nonce[:PAGE_NONCE]


class Fate(StrEnum):
    """Why a paper does not count. LATE is the only one that is kept."""

    LATE = "late"
    NOT_OPEN = "not_open"
    OVERTAKEN = "overtaken"  # the voter has made a later one, and that one came in before
    BADGE_STOPPED = "badge_stopped"
    VOTED_BEFORE = "voted_before"
    PERHAPS_VOTED_BEFORE = "perhaps_voted_before"
    BLANKED = "blanked"  # it leaves out what its voter's paper that counts has marked


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTaken:
    """The paper does not count; `phase` is the round's, None when there is no such round. `target`: what is blank."""

    fate: Fate
    phase: Phase | None = Phase.OPEN
    target: int | None = None


class Witness(Protocol):
    """Who remembers what is written nowhere: which secret seats have voted in a round, and on which page and when a
    voter's paper that counts was made ("" when not known)."""

    def saw(self, round_id: int, group: str) -> Set[int]: ...

    def made(self, round_id: int, voter: str) -> tuple[str, str]: ...


class Collided(Exception):
    """Another process stored a paper of the same voter at this very moment: put it again, and it will be known."""


_PHASE = """
select phase, closes_at, grace_seconds from round join sitting on sitting.id = round.sitting_id where round.id = :round
"""
_NOTHING = "select 1"
_BADGES_STAND_STILL = f"select pg_advisory_xact_lock_shared({BADGES})"
_IN_FORCE = "select secret_sha256 from badge where stopped_at is null and secret_sha256 in :badges"
_KNOWN = """
select voter, nonce, receipt, version, state, coalesce(received_at, opened_at), target_id, marks, counted
from ballot join round on round.id = ballot.round_id where round_id = :round and voter in :voters
"""
_HOW_MANY = """
select count(distinct voter) from ballot where round_id = :round and group_key = :group_key and counted
"""
_SUPERSEDE = """
update ballot set counted = false
where round_id = :round_id and voter = :voter and target_id = :target_id and counted
"""
_COLUMNS = {
    "round_id": "integer", "voter": "text", "target_id": "integer", "version": "integer", "group_key": "text",
    "seat_id": "integer", "state": "text", "marks": "text", "nonce": "text", "receipt": "text", "received_at": "text",
    "counted": "boolean"}


def put(c: Connection, papers: Sequence[Paper], witness: Witness) -> list[Receipt | NotTaken]:
    """Store a batch; one answer for each paper, in order. Papers of one voter are taken in order. Raises Collided."""
    driver = Driver(c)
    rounds, known, in_force = _standing(driver, papers)
    answers: list[Receipt | NotTaken] = []
    rows: list[dict[str, object]] = []
    superseded: list[dict[str, object]] = []
    just_voted: set[tuple[int, int]] = set()
    kept_late: set[int] = set()
    for paper in papers:
        versions = known.setdefault((paper.round_id, paper.voter), _Versions())
        earlier = versions.by_nonce.get(paper.nonce)
        if isinstance(earlier, Receipt):
            answers.append(earlier)
            continue
        fate = _fate(driver, paper, rounds.get(paper.round_id), in_force, versions, just_voted, witness)
        if fate is None:
            if versions.newest:
                superseded += [{"round_id": paper.round_id, "voter": paper.voter, "target_id": target_id}
                               for target_id in paper.target_ids]
            versions.newest += 1
            versions.made = (paper.page, paper.made_at)
            rows += (own := _rows(paper, paper.voter, versions.newest))
            just_voted.add((paper.round_id, paper.seat_id))
            answers.append(Receipt(code=paper.receipt, version=versions.newest, round=str(paper.round_id),
                                   lines=_that_stand(paper, versions.standing),
                                   received_at=paper.opened_at if paper.secret else paper.at))
            versions.standing |= {target_id: (str(row["state"]), str(row["marks"]))
                                  for target_id, row in zip(paper.target_ids, own, strict=True)}
        else:
            if fate.fate is Fate.LATE and (late := _late_rows(driver, paper, known)):
                rows += late
                kept_late.add(paper.round_id)
            answers.append(fate)
        versions.by_nonce[paper.nonce] = answers[-1]
    _count_the_newest(rows)
    try:
        driver.tell(_SUPERSEDE, sorted(superseded, key=_key))
        driver.insert("ballot", _COLUMNS, sorted(rows, key=_key))
    except driver.integrity_error as cause:
        raise Collided from cause
    for round_id in kept_late:
        if rounds[round_id].phase is Phase.CLOSED:
            traces.owe(c, round_id)  # its other papers have lost the order in which they came, this one has not yet
    return answers


@dataclass(slots=True)
class _Versions:
    """What the box holds of one voter in one round: what each nonce was told, the newest version, a late one."""

    by_nonce: dict[str, Receipt | NotTaken] = field(default_factory=dict)
    newest: int = 0
    late: bool = False
    made: tuple[str, str] | None = None  # page and moment of the paper in this batch that counts
    standing: dict[int, tuple[str, str]] = field(default_factory=dict)  # state and marks of each target's line that counts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """A round as this transaction sees it: papers are to be made by `deadline`, and in the hall by `shuts`."""

    phase: Phase
    deadline: str
    shuts: str


def _fate(driver: Driver, paper: Paper, of: _Round | None, in_force: Set[str], versions: _Versions,
          just_voted: Set[tuple[int, int]], witness: Witness) -> NotTaken | None:
    """Why this paper does not count; None when it does."""
    if of is None or of.phase not in (Phase.OPEN, Phase.CLOSED):
        return NotTaken(fate=Fate.NOT_OPEN, phase=None if of is None else of.phase)
    if paper.badge_sha256 not in in_force:
        return NotTaken(fate=Fate.BADGE_STOPPED)
    late = of.phase is Phase.CLOSED or bool(of.deadline and (paper.at > of.shuts or paper.made_at > of.deadline))
    if late:
        return NotTaken(fate=Fate.LATE, phase=Phase.CLOSED)
    page, made = versions.made or witness.made(paper.round_id, paper.voter)
    if paper.made_at and page == paper.page and paper.made_at < made:  # two phones' clocks are never compared
        return NotTaken(fate=Fate.OVERTAKEN)
    if paper.replaced and not versions.newest:
        saw = witness.saw(paper.round_id, paper.group)
        if paper.seat_id in saw or (paper.round_id, paper.seat_id) in just_voted:
            return NotTaken(fate=Fate.VOTED_BEFORE)
        (how_many,), = driver.ask(Question(_HOW_MANY, {"round": paper.round_id, "group_key": paper.group}))
        if how_many != len(saw):  # others voted through another process, or before this one was started
            return NotTaken(fate=Fate.PERHAPS_VOTED_BEFORE)
    taken_back = [one for one in paper.blank if versions.standing.get(one, _NONE)[0] not in (None, State.SPOILED.value)]
    return NotTaken(fate=Fate.BLANKED, target=taken_back[0]) if taken_back else None


def _that_stand(paper: Paper, standing: Mapping[int, tuple[str, str]]) -> tuple[Line, ...]:
    """The paper's lines with those of earlier versions that it says nothing of, in the order of the round."""
    if not standing or len(paper.lines) == len(paper.of_round):
        return paper.lines
    own = dict(zip(paper.target_ids, paper.lines, strict=True))
    older = {target_id: Line(target=key, state=State(standing[target_id][0]),
                             marks=tuple(json.loads(standing[target_id][1]).items()))
             for target_id, key in paper.of_round if target_id in standing and target_id not in own}
    stands = own | older
    return tuple(stands[target_id] for target_id, _key in paper.of_round if target_id in stands)


def _rows(paper: Paper, voter: str, version: int, *, late: bool = False) -> list[dict[str, object]]:
    return [{"round_id": paper.round_id, "voter": voter, "target_id": target_id, "version": version,
             "group_key": paper.group, "seat_id": None if paper.secret else paper.seat_id,
             "state": State.LATE.value if late else line.state.value,
             "marks": "{}" if late and paper.secret else json.dumps(dict(line.marks)),
             "nonce": paper.nonce, "receipt": paper.receipt, "received_at": None if paper.secret else paper.at,
             "counted": not late}
            for target_id, line in zip(paper.target_ids, paper.lines, strict=True)]


def _late_rows(driver: Driver, paper: Paper, known: dict[tuple[int, str], _Versions]) -> list[dict[str, object]]:
    """One late paper a voter and round is kept; of a secret one under a key of its own, without its marks."""
    voter = paper.late_voter if paper.secret else paper.voter
    versions = known.get((paper.round_id, voter))
    if versions is None:
        before = driver.ask(Question(_KNOWN, {"round": paper.round_id, "voters": {voter}}))
        versions = known[(paper.round_id, voter)] = _Versions(newest=len(before), late=bool(before))
    if versions.late:
        return []
    versions.late = True
    versions.newest += 1
    return _rows(paper, voter, versions.newest, late=True)


def _count_the_newest(rows: list[dict[str, object]]) -> None:
    """Later papers of one voter in the batch already know the earlier ones: mark them before they are stored."""
    newest: dict[tuple[object, object, object], dict[str, object]] = {}
    for row in rows:
        if not row["counted"]:
            continue
        key = (row["round_id"], row["voter"], row["target_id"])
        if key in newest:
            newest[key]["counted"] = False
        newest[key] = row


def _key(row: Mapping[str, Any]) -> tuple[int, str, int, int]:
    """Two processes go through the same voters in the same order: neither waits for one that waits for it."""
    return row["round_id"], row["voter"], row["target_id"], row.get("version", 0)


def _standing(driver: Driver, papers: Sequence[Paper]) -> tuple[
        dict[int, _Round], dict[tuple[int, str], _Versions], set[str]]:
    """How the rounds of this batch stand (nearly always one), what (round, voter) has handed in, and which of the
    badges are in force."""
    rounds: dict[int, _Round] = {}
    known: dict[tuple[int, str], _Versions] = {}
    voters: dict[int, set[str]] = {}
    for paper in papers:
        voters.setdefault(paper.round_id, set()).add(paper.voter)
    _still, *of_rounds, badges = driver.ask_all(
        Question(_NOTHING if driver.is_sqlite else _BADGES_STAND_STILL, {}),  # first: who waits here holds nothing yet
        *(question for round_id, some in voters.items() for question in (
            Question(_PHASE, {"round": round_id}, held="round"), Question(_KNOWN, {"round": round_id, "voters": some}))),
        Question(_IN_FORCE, {"badges": {paper.badge_sha256 for paper in papers}}))
    for round_id, phases, versions in zip(voters, of_rounds[0::2], of_rounds[1::2], strict=True):
        for phase, closes_at, grace in phases:
            shuts = "" if closes_at is None else text_of(
                datetime.fromisoformat(closes_at) + timedelta(seconds=grace))
            rounds[round_id] = _Round(phase=Phase(phase), deadline=closes_at or "", shuts=shuts)
        for voter, nonce, code, version, state, at, target_id, marks, counts in versions:
            held = known.setdefault((round_id, voter), _Versions())
            late = state == State.LATE.value
            held.late |= late
            held.newest = max(held.newest, version)
            if not late:  # a paper that was late, and is in time since the host extended, has both kinds of row
                held.by_nonce[nonce] = Receipt(code=code, version=version, received_at=at, round=str(round_id))
            if counts:
                held.standing[target_id] = (state, marks)
    return rounds, known, {digest for digest, in badges}
