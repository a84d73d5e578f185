"""What `leitai status` prints: where the sitting stands, and turnout by group. Never a mark.

While a round is open the turnout of a secret group goes in steps, as on every screen (`hall.moment.progress`).
"""

from __future__ import annotations

from typing import Any

from db.engine import Database
from db.reads import ballots as ballot_reads
from db.reads import sittings as reads
from db.values import Round
from hall.moment.progress import told
from hall.moment.recusal import why_recused
from office.nearest import no_sitting
from scoring.round import Phase
from scoring.rule import read_rule


def status_of(database: Database, sitting: str) -> dict[str, Any]:
    """The open round, else the last one that counts; without any, phase DRAFT and nothing in it."""
    with database.reading() as c:
        found = reads.sitting(c, sitting)
        if found is None:
            raise no_sitting(sitting, (one.key for one in reads.sittings(c)))
        rule = read_rule(reads.rule_text(c, found.id)[0].encode())
        targets = reads.targets(c, found.id)
        current = _current(reads.rounds(c, found.id))
        voted = ballot_reads.turnout(c, current.id) if current else {}
        on_paper = [one for one in targets if current and one.key in current.targets]
        recusals = reads.recusals(c, found.id)
        due = dict.fromkeys((group.key for group in rule.groups), 0)
        for seat in reads.seats(c, found.id):
            excused = [why_recused(seat, one, recusals.get((seat.id, one.key))) for one in on_paper]
            if not on_paper or not all(excused):
                due[seat.group] += 1
    return {
        "sitting": sitting,
        "phase": (current.phase if current else Phase.DRAFT).value,
        "round": str(current.id) if current else None,
        "target": current.targets[0] if current else None,
        "targets": list(current.targets) if current else [one.key for one in targets if not one.postponed],
        "turnout": {
            group: {"seats": seats, "voted": told(voted.get(group, 0), seats, secret=rule.group(group).secret,
                                                  is_open=current is not None and current.phase is Phase.OPEN)}
            for group, seats in due.items()},
    }


def _current(rounds: tuple[Round, ...]) -> Round | None:
    for one in rounds:
        if one.phase is Phase.OPEN:
            return one
    counting = [one for one in rounds if one.phase is not Phase.VOID]
    return counting[-1] if counting else None
