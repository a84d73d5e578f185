"""Whose papers are still awaited when a round ends: judges by name, secret groups in words that point at nobody. Pure.

What is told of a secret group rests on three papers or on none, so that nobody can be watched as he arrives.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from hall.moment.progress import STEP
from hall.moment.snapshot import Snapshot
from hall.stage.console import GroupTurnout

ON_THE_WAY, PERHAPS = "还有票在路上", "可能还有票在路上"


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """`named`: (group, judges whose finished paper is not in). `secret`: (group, words).

    `everybody_in`: all who are due have voted, and nobody is known to send anything more.
    """

    named: tuple[tuple[str, tuple[str, ...]], ...] = ()
    secret: tuple[tuple[str, str], ...] = ()
    everybody_in: bool = False

    @property
    def pending(self) -> str:
        """Whose papers are certainly on the way, as a sentence; empty when there is none."""
        who = [*("、".join(names) for _group, names in self.named),
               *(group for group, words in self.secret if words == ON_THE_WAY)]
        return f"{'、'.join(who)}还有票在路上。" if who else ""


def awaited(snapshot: Snapshot, rows: Sequence[GroupTurnout], sending: Collection[int]) -> Awaited:
    """`rows` is the turnout of the open round, `sending` the seats that announced a paper (`hall.moment.presence`)."""
    sent = [seat for seat in snapshot.seats if seat.id in sending]
    named: list[tuple[str, tuple[str, ...]]] = []
    secret: list[tuple[str, str]] = []
    for row in rows:
        on_way = [seat for seat in sent if seat.group == row.key]
        if not row.secret:
            if on_way:
                named.append((row.name, tuple(seat.name or seat.code for seat in on_way)))
        elif len(on_way) >= STEP:
            secret.append((row.name, ON_THE_WAY))
        elif row.voted < row.due:
            secret.append((row.name, PERHAPS))
    everybody = any(row.due for row in rows) and all(row.voted >= row.due for row in rows)
    return Awaited(named=tuple(named), secret=tuple(secret), everybody_in=everybody and not named and not secret)
