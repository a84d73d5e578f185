"""The recount package of one sitting, as the database holds it: everything that counts so far, and nothing open.

The package is what `scoring` counts, what a publication freezes, and what an outsider recounts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from db.engine import Connection
from db.reads import ballots as ballot_reads
from db.reads import results as result_reads
from db.reads import sittings as reads
from db.reads.ballots import StoredLine
from db.values import Seat as StoredSeat
from db.values import Sitting
from db.values import Target as StoredTarget
from office.nearest import no_sitting
from office.sitting.routes import OFF_ROUTE, is_off_route
from scoring.ballot import State
from scoring.package import (
    BallotRow,
    ComponentRow,
    HistoryRow,
    LedgerRow,
    Package,
    Recusal,
    Seat,
    Target,
    zip_of,
)
from scoring.round import Phase
from scoring.rule import BallotKind, read_rule
from scoring.sums import SUMS

COUNTING = (Phase.CLOSED, Phase.PUBLISHED)
HEAD = "record_head.txt"


def sitting_of(c: Connection, key: str) -> Sitting:
    found = reads.sitting(c, key)
    if found is None:
        raise no_sitting(key, (one.key for one in reads.sittings(c)))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """The papers that count so far: as the database has them, and the rows of ballots.csv that come of it."""

    read: Sequence[tuple[Any, ...]]
    whole: bool
    several: Collection[int]
    rows: tuple[BallotRow, ...]


def papers_of(c: Connection, sitting: Sitting, before: Papers | None = None) -> Papers:
    """The papers now. They are read again each time, but where nothing about them has changed they are those `before`:
    to compare them takes a tenth of the time."""
    found, whole, several = _read(c, sitting, COUNTING)
    if before is not None and (before.read, before.whole, before.several) == (found, whole, several):
        return before
    return Papers(read=found, whole=whole, several=several, rows=_ballot_rows(found, whole, several))


def package_of(c: Connection, sitting: Sitting, papers: Papers | None = None) -> Package:
    """Everything that counts so far: closed and published rounds, never an open or void one; nothing of a target that is
    put off to a supplementary sitting. `papers`: those of this transaction, where they are in hand."""
    rule = read_rule(reads.rule_text(c, sitting.id)[0].encode())
    named = {group.key for group in rule.groups if not group.secret}
    seats = reads.seats(c, sitting.id)
    targets = tuple(one for one in reads.targets(c, sitting.id) if not one.postponed)
    here = {one.key for one in targets}
    return Package(
        rule=rule,
        targets=tuple(
            Target(target=one.key, name=one.name, unit=one.unit, parent_unit=one.parent_unit,
                   ranking_group=one.ranking_group, ranked=one.ranked)
            for one in targets),
        seats=tuple(
            Seat(seat=seat.code, group=seat.group, unit=seat.unit, present=seat.checked_in_at is not None)
            for seat in seats if seat.group in named),
        ballots=(papers or papers_of(c, sitting)).rows,
        recusals=_recusals(c, sitting, tuple(seat for seat in seats if seat.group in named), targets),
        components=tuple(
            ComponentRow(target=target, component=component, value=value)
            for target, component, value in reads.components(c, sitting.id) if target in here),
        history=_history(c, sitting, targets), ledger=_ledger(c, targets), published=None,
    )


def _recusals(c: Connection, sitting: Sitting, seats: tuple[StoredSeat, ...],
              targets: tuple[StoredTarget, ...]) -> tuple[Recusal, ...]:
    """Of named seats: what was entered, and what a seat has not seen. Own units are worked out by whoever recounts."""
    off_route = {(seat.id, one.key): OFF_ROUTE for seat in seats for one in targets if is_off_route(seat, one)}
    codes, here = {seat.id: seat.code for seat in seats}, {one.key for one in targets}
    return tuple(Recusal(seat=codes[seat_id], target=target, reason=reason)
                 for (seat_id, target), reason in sorted((off_route | reads.recusals(c, sitting.id)).items())
                 if seat_id in codes and target in here)


def ballot_rows(c: Connection, sitting: Sitting, phases: tuple[Phase, ...],
                also: Collection[int] = ()) -> tuple[BallotRow, ...]:
    """The rows of ballots.csv that the rounds of these phases, and the rounds `also`, hold now.

    A late paper of a secret group is no part of them: it bears the public name of its voter's paper that counts, and
    who came late is known in the hall. Nor is what a secret paper for several targets said before it was changed: all
    its lines were changed as often, and so would stand together.
    """
    return _ballot_rows(*_read(c, sitting, phases, also))


def _read(c: Connection, sitting: Sitting, phases: tuple[Phase, ...],
          also: Collection[int] = ()) -> tuple[list[tuple[Any, ...]], bool, set[int]]:
    """Rows of ballots; whether a paper is one for all targets (a ranking); the rounds of several targets, where not."""
    found = ballot_reads.rows(c, sitting.id, tuple(phase.value for phase in phases), also)
    whole = read_rule(reads.rule_text(c, sitting.id)[0].encode()).ballot.kind is BallotKind.RANKING
    return found, whole, set() if whole else {one.id for one in reads.rounds(c, sitting.id) if len(one.targets) > 1}


def _ballot_rows(found: Sequence[tuple[Any, ...]], whole: bool, several: Collection[int]) -> tuple[BallotRow, ...]:
    lines = [line for line in ballot_reads.lines_of(found) if line.seat or line.state is not State.LATE]
    newest: dict[tuple[int, str, str], int] = {}
    for line in lines:
        key = (line.round_id, line.voter, line.target)
        newest[key] = max(newest.get(key, 0), line.version)
    return tuple(
        row for line in lines for row in (
            _rows(line, whole=whole) if line.seat or line.round_id not in several
            else _rows(replace(line, version=1), whole=whole)
            if line.version == newest[line.round_id, line.voter, line.target] else ()))


def packed(files: Mapping[str, bytes], *, head: tuple[int, str]) -> bytes:
    """The zip that a publication freezes, of a package's files (`scoring.package.files_of`). Beside what is recounted it
    keeps the head of the record before it.

    Whoever holds a published package can so tell later whether the record before it was cut or written anew.
    """
    kept = {**files, HEAD: f"{head[0]} {head[1]}\n".encode()}
    lines = [*kept[SUMS].decode().splitlines(), f"{hashlib.sha256(kept[HEAD]).hexdigest()}  {HEAD}"]
    kept[SUMS] = "".join(f"{line}\n" for line in sorted(lines, key=lambda line: line[66:])).encode()
    return zip_of(kept)


def paper_id(voter: str, target: str, *, whole: bool) -> str:
    """The public name of a secret paper, the same through its versions, and nobody's.

    On a `whole` paper (a ranking) it is one for all targets. Any other has one a target, so that nobody sees which
    targets a paper leaves out: its judge's own unit, say.
    """
    return hashlib.sha256((f"paper {voter}" if whole else f"paper {voter} {target}").encode()).hexdigest()[:12]


def in_names(words: str, package: Package) -> str:
    """The engine speaks in keys; people in the hall read names."""
    names = {one.target: one.name for one in package.targets} | {one.key: one.name for one in package.rule.groups}
    for key, name in names.items():
        words = words.replace(f"“{key}”", f"“{name}”")
    about, colon, rest = words.partition("：")  # a warning begins with what it is about: `U2、U3：...`
    keys = about.split("、")
    return f"{'、'.join(names[key] for key in keys)}：{rest}" if colon and set(keys) <= set(names) else words


def _rows(line: StoredLine, *, whole: bool) -> list[BallotRow]:
    """One row a criterion; what is not submitted is one row with criterion and value empty."""
    submitted = line.state is State.SUBMITTED and line.marks
    return [
        BallotRow(ballot=line.receipt if line.seat else paper_id(line.voter, line.target, whole=whole), group=line.group,
                  seat=line.seat or "", target=line.target, version=str(line.version), state=line.state.value, criterion=criterion,
                  value=value, received_at=line.received_at or "")
        for criterion, value in (line.marks if submitted else (("", ""),))
    ]


def _ledger(c: Connection, targets: tuple[StoredTarget, ...]) -> tuple[LedgerRow, ...]:
    """What is booked up to now for the units that take part, in booking order."""
    units = {one.unit for one in targets}
    return tuple(
        LedgerRow(unit=entry.unit, period=entry.period, cause=entry.cause, kind=entry.kind,
                  points=str(Fraction(entry.points)))
        for entry in result_reads.ledger(c) if entry.unit in units)


def _history(c: Connection, sitting: Sitting, targets: tuple[StoredTarget, ...]) -> tuple[HistoryRow, ...]:
    """Places in earlier published sittings of this arena, oldest first, under the keys that the units have here."""
    rows: list[HistoryRow] = []
    for earlier in reversed(reads.sittings(c)):
        if earlier.arena != sitting.arena or (earlier.held_on, earlier.id) >= (sitting.held_on, sitting.id):
            continue
        versions = result_reads.publications(c, earlier.id)
        if not versions:
            continue
        places = json.loads(versions[-1].result)["targets"]
        agenda = reads.targets(c, earlier.id)
        for then in agenda:
            here, place = _same(then, agenda, targets), places.get(then.key)
            if here is not None and place is not None:
                rows.append(HistoryRow(
                    ranking_group=then.ranking_group, period=earlier.period, target=here.key,
                    rank=_place(place["rank"]), rank_from_bottom=_place(place["rank_from_bottom"])))
    return tuple(rows)


def _same(then: StoredTarget, agenda: tuple[StoredTarget, ...],
          targets: tuple[StoredTarget, ...]) -> StoredTarget | None:
    """This sitting's target of the same unit; where a unit has several, then or now, the one of the same name."""
    found = [one for one in targets if one.unit == then.unit]
    if len(found) == 1 and sum(one.unit == then.unit for one in agenda) == 1:
        return found[0]
    return next((one for one in found if one.name == then.name), None)


def _place(rank: object) -> str:
    return "" if rank is None else str(rank)
