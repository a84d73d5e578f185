"""The recount package of one sitting, as the database holds it: everything that counts so far, and nothing open.

The package is what `scoring` counts, what a publication freezes, and what an outsider recounts.
"""

from __future__ import annotations

import hashlib

from db.engine import Connection
from db.reads import ballots as ballot_reads
from db.reads import sittings as reads
from db.reads.ballots import StoredLine
from db.values import Sitting
from office.refusal import NotFound
from scoring.ballot import State
from scoring.package import BallotRow, ComponentRow, Package, Recusal, Seat, Target
from scoring.rule import read_rule


def sitting_of(c: Connection, key: str) -> Sitting:
    found = reads.sitting(c, key)
    if found is None:
        known = "、".join(one.key for one in reads.sittings(c)) or "（还没有任何场次）"
        raise NotFound(f"没有场次“{key}”。现有场次：{known}。")
    return found


def package_of(c: Connection, sitting: Sitting) -> Package:
    """Everything that counts so far: closed and published rounds, never an open or void one."""
    rule = read_rule(reads.rule_text(c, sitting.id)[0].encode())
    named = {group.key for group in rule.groups if not group.secret}
    seats = reads.seats(c, sitting.id)
    codes = {seat.id: seat.code for seat in seats if seat.group in named}
    return Package(
        rule=rule,
        targets=tuple(
            Target(target=one.key, name=one.name, unit=one.unit, parent_unit=one.parent_unit,
                   ranking_group=one.ranking_group, ranked=one.ranked)
            for one in reads.targets(c, sitting.id)),
        seats=tuple(
            Seat(seat=seat.code, group=seat.group, unit=seat.unit, present=seat.checked_in_at is not None)
            for seat in seats if seat.group in named),
        ballots=tuple(row for line in ballot_reads.lines(c, sitting.id) for row in _rows(line)),
        recusals=tuple(
            Recusal(seat=codes[seat_id], target=target, reason=reason)
            for (seat_id, target), reason in sorted(reads.recusals(c, sitting.id).items()) if seat_id in codes),
        components=tuple(
            ComponentRow(target=target, component=component, value=value)
            for target, component, value in reads.components(c, sitting.id)),
        history=(), ledger=(), published=None,
    )


def paper_id(voter: str) -> str:
    """The public name of a secret paper: the same through its versions, and nobody's."""
    return hashlib.sha256(f"paper {voter}".encode()).hexdigest()[:12]


def in_names(words: str, package: Package) -> str:
    """The engine speaks in keys; people in the hall read names."""
    names = {one.target: one.name for one in package.targets} | {one.key: one.name for one in package.rule.groups}
    for key, name in names.items():
        words = words.replace(f"“{key}”", f"“{name}”")
    about, colon, rest = words.partition("：")  # a warning begins with what it is about: `U2、U3：...`
    keys = about.split("、")
    return f"{'、'.join(names[key] for key in keys)}：{rest}" if colon and set(keys) <= set(names) else words


def _rows(line: StoredLine) -> list[BallotRow]:
    """One row a criterion; what is not submitted is one row with criterion and value empty."""
    submitted = line.state is State.SUBMITTED and line.marks
    return [
        BallotRow(ballot=line.receipt if line.seat else paper_id(line.voter), group=line.group, seat=line.seat or "",
                  target=line.target, version=str(line.version), state=line.state.value, criterion=criterion,
                  value=value, received_at=line.received_at or "")
        for criterion, value in (line.marks if submitted else (("", ""),))
    ]
