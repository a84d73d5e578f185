"""Paper ballots: serials that were printed, keyings, and the ballot that a paper becomes.

A paper becomes a ballot like any other: a new version of its voter's, which supersedes what counted until then for the
same targets. The round must be held (`Rounds.phase`) by whoever stores one, so that no phone's paper comes between.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from db import tables as t
from db.clock import text_of
from db.stores import traces
from scoring.ballot import Line
from scoring.round import Phase


class Papers:
    """Writes of paper ballots. Who may do what, and when, is `hall.ballots.paper`'s."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def add_serials(self, sitting_id: int, serials: Mapping[str, tuple[str, tuple[str, ...]]]) -> None:
        """Serial -> (group, targets' keys); stored in the order of the serials, which is chance."""
        self._c.execute(insert(t.paper_serial), [
            {"sitting_id": sitting_id, "serial": serial, "group_key": group, "targets": json.dumps(targets)}
            for serial, (group, targets) in sorted(serials.items())])

    def add(self, round_id: int, label: str, *, group: str, seat_id: int | None, voter: str) -> None:
        """A paper that came back; its first keying follows."""
        self._c.execute(insert(t.paper).values(
            round_id=round_id, label=label, group_key=group, seat_id=seat_id, voter=voter, state="keyed", attempt=1,
            chosen=1))

    def key(self, round_id: int, label: str, attempt: int, number: int, lines: Sequence[Line], *, by: str,
            at: datetime | None) -> None:
        """One keying; `at` of a named paper only."""
        written = json.dumps([[line.target, line.state.value, dict(line.marks)] for line in lines])
        self._c.execute(insert(t.paper_entry).values(
            round_id=round_id, label=label, attempt=attempt, number=number, lines=written, keyed_by=by,
            keyed_at=None if at is None else text_of(at)))

    def became(self, round_id: int, label: str, state: str, **changes: object) -> None:
        self._c.execute(update(t.paper).where(t.paper.c.round_id == round_id, t.paper.c.label == label)
                        .values(state=state, **changes))

    def cast(self, round_id: int, phase: Phase, *, voter: str, group: str, seat_id: int | None, lines: Sequence[Line],
             target_ids: Mapping[str, int], receipt: str, nonce: str, at: datetime) -> int:
        """Store the paper's lines as the newest version of this voter; its number."""
        of_voter = (t.ballot.c.round_id == round_id) & (t.ballot.c.voter == voter)
        version = int(self._c.execute(
            select(func.coalesce(func.max(t.ballot.c.version), 0)).where(of_voter)).scalar_one()) + 1
        self._c.execute(update(t.ballot).where(
            of_voter, t.ballot.c.counted, t.ballot.c.target_id.in_([target_ids[line.target] for line in lines]))
            .values(counted=False))
        self._c.execute(insert(t.ballot), [
            {"round_id": round_id, "voter": voter, "target_id": target_ids[line.target], "version": version,
             "group_key": group, "seat_id": seat_id, "state": line.state.value, "marks": json.dumps(dict(line.marks)),
             "nonce": nonce, "receipt": receipt, "received_at": None if seat_id is None else text_of(at),
             "counted": True} for line in lines])
        if phase is Phase.CLOSED:  # the round's other papers have lost the order in which they came, this one has not yet
            traces.write_anew(self._c, round_id)
            traces.owe(self._c, round_id)
        return version
