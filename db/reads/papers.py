"""Paper ballots, read for the clerks: what was printed, what was keyed, what stands against a paper.

Nothing here joins a serial of a secret group to a seat: there is nothing to join it with.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from db import tables as t
from scoring.ballot import Line, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One keying of a paper. `keyed_at` is text in UTC, None of a secret paper."""

    attempt: int
    number: int
    lines: tuple[Line, ...]
    keyed_by: str
    keyed_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPaper:
    """One paper that came back, with all its keyings.

    `overtaken`: since it became a ballot, a later one of the same voter counts. `set_aside`: it was spoiled since.
    """

    round_id: int
    label: str
    group: str
    seat_id: int | None
    voter: str
    state: str
    attempt: int
    chosen: int
    version: int | None
    decided_by: str | None
    reason: str | None
    entries: tuple[Entry, ...]
    overtaken: bool
    set_aside: bool

    @property
    def now_keyed(self) -> tuple[Entry, ...]:
        """The keyings of the present attempt."""
        return tuple(one for one in self.entries if one.attempt == self.attempt)

    @property
    def lines(self) -> tuple[Line, ...]:
        """What is taken as standing on the paper."""
        return next(one.lines for one in self.now_keyed if one.number == self.chosen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Serial:
    """A paper printed for a secret group, and the targets that stand on it."""

    serial: str
    group: str
    targets: tuple[str, ...]


def serials(c: Connection, sitting_id: int) -> dict[str, Serial]:
    rows = c.execute(select(t.paper_serial).where(t.paper_serial.c.sitting_id == sitting_id)
                     .order_by(t.paper_serial.c.serial))
    return {r.serial: Serial(serial=r.serial, group=r.group_key, targets=tuple(json.loads(r.targets))) for r in rows}


def papers(c: Connection, sitting_id: int) -> tuple[StoredPaper, ...]:
    """Every paper of a sitting, by round and label."""
    of_sitting = select(t.round_.c.id).where(t.round_.c.sitting_id == sitting_id)
    entries: dict[tuple[int, str], list[Entry]] = {}
    for r in c.execute(select(t.paper_entry).where(t.paper_entry.c.round_id.in_(of_sitting))
                       .order_by(t.paper_entry.c.attempt, t.paper_entry.c.number)):
        entries.setdefault((r.round_id, r.label), []).append(Entry(
            attempt=r.attempt, number=r.number, keyed_by=r.keyed_by, keyed_at=r.keyed_at, lines=_lines(r.lines)))
    later = select(t.ballot.c.version).where(
        t.ballot.c.round_id == t.paper.c.round_id, t.ballot.c.voter == t.paper.c.voter, t.ballot.c.counted,
        t.ballot.c.version > t.paper.c.version)
    by_phone = later.where(t.ballot.c.state != State.SPOILED.value).exists()
    spoiled = later.where(t.ballot.c.state == State.SPOILED.value).exists()
    rows = c.execute(select(t.paper, by_phone.label("later"), spoiled.label("spoiled")).where(t.paper.c.round_id.in_(of_sitting))
                     .order_by(t.paper.c.round_id, t.paper.c.label))
    return tuple(
        StoredPaper(round_id=r.round_id, label=r.label, group=r.group_key, seat_id=r.seat_id, voter=r.voter,
                    state=r.state, attempt=r.attempt, chosen=r.chosen, version=r.version, decided_by=r.decided_by,
                    reason=r.reason, entries=tuple(entries.get((r.round_id, r.label), ())),
                    overtaken=r.state == "counted" and bool(r.later),
                    set_aside=r.state == "counted" and bool(r.spoiled) and not r.later)
        for r in rows)


def counting_lines(c: Connection, round_id: int, voter: str) -> tuple[Line, ...]:
    """What counts of this voter in this round, by target."""
    rows = c.execute(
        select(t.ballot.c.state, t.ballot.c.marks, t.target.c.key)
        .join_from(t.ballot, t.target, t.ballot.c.target_id == t.target.c.id)
        .where(t.ballot.c.round_id == round_id, t.ballot.c.voter == voter, t.ballot.c.counted)
        .order_by(t.target.c.position, t.target.c.id))
    return tuple(Line(target=r.key, state=State(r.state), marks=tuple(json.loads(r.marks).items())) for r in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class CameBack:
    """How many papers and phone ballots of a group count in a round and are not spoiled: of all its targets together, and
    of each target by its key."""

    voters: int
    lines: dict[str, int]


def came_back(c: Connection, sitting_id: int) -> dict[tuple[int, str], CameBack]:
    """(round, group) -> what came back."""
    of_group = (t.ballot.c.round_id, t.ballot.c.group_key)
    counting = (t.round_.c.sitting_id == sitting_id, t.ballot.c.counted, t.ballot.c.state != State.SPOILED.value)
    voters = c.execute(
        select(*of_group, func.count(t.ballot.c.voter.distinct()).label("voters"))
        .join_from(t.ballot, t.round_, t.ballot.c.round_id == t.round_.c.id).where(*counting).group_by(*of_group))
    found = {(r.round_id, r.group_key): CameBack(voters=r.voters, lines={}) for r in voters}
    lines = c.execute(
        select(*of_group, t.target.c.key, func.count().label("lines"))
        .join_from(t.ballot, t.round_, t.ballot.c.round_id == t.round_.c.id)
        .join(t.target, t.ballot.c.target_id == t.target.c.id).where(*counting).group_by(*of_group, t.target.c.key))
    for r in lines:
        found[(r.round_id, r.group_key)].lines[r.key] = r.lines
    return found


def _lines(written: str) -> tuple[Line, ...]:
    return tuple(Line(target=target, state=State(state), marks=tuple(marks.items()))
                 for target, state, marks in json.loads(written))
