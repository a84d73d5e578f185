"""A sheet: the ballots of one group for one target, ready to be counted, and the census of the seats behind it.

`papers.py` makes sheets from rows, `count.py` makes scores from sheets. Marks are whole numbers here: points in the
ballot's smallest step, grades as indexes, places as they are. Nothing in a sheet depends on the order of any file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from scoring.rows import Recusal, Seat, Target
from scoring.rule import BallotKind, Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The ballots of one group for one target.

    `ids` are seats (ballot ids in a secret group) in code point order; `columns[c][i]` is what ids[i] gave criterion c,
    None where blank (no blank at all: `whole`): points in units of 1 / mark_scale(rule), the index of a grade, or a
    place. `seats` is the number of the group's seats, None where it is not known; `eligible` are those present and not
    recused.
    """

    ids: tuple[str, ...]
    columns: tuple[tuple[int | None, ...], ...]
    whole: bool = True
    abstained: tuple[str, ...] = ()
    dont_know: tuple[str, ...] = ()
    spoiled: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    set_aside: tuple[str, ...] = ()
    superseded: tuple[tuple[str, int], ...] = ()
    recused: int | None = None
    seats: int | None = None
    eligible: int | None = None

    @property
    def received(self) -> int:
        return len(self.ids) + len(self.abstained) + len(self.dont_know) + len(self.spoiled)


Sheets = Mapping[str, tuple[Sheet, ...]]


def mark_scale(rule: Rule) -> int:
    """Marks of a points ballot are whole numbers of 1 / this."""
    return lcm(rule.ballot.min.denominator, rule.ballot.step.denominator)


def recused_pairs(
    targets: Sequence[Target], seats: Sequence[Seat] | None, recusals: Sequence[Recusal]
) -> frozenset[tuple[str, str]]:
    """(seat, target) pairs that may not count: those listed, and a judge's own unit or its subordinate."""
    pairs = {(recusal.seat, recusal.target) for recusal in recusals}
    by_unit: dict[str, list[str]] = {}
    for target in targets:
        for unit in {target.unit, target.parent_unit} - {""}:
            by_unit.setdefault(unit, []).append(target.target)
    for seat in seats or ():
        pairs.update((seat.seat, target) for target in by_unit.get(seat.unit, ()) if seat.unit)
    return frozenset(pairs)


class Census:
    """How many seats a group has, for each target: recused, all, and those present and not recused."""

    def __init__(
        self,
        rule: Rule,
        group_of: Mapping[str, str],
        recused: frozenset[tuple[str, str]],
        seats: Sequence[Seat] | None,
    ) -> None:
        self.listed = seats is not None
        self.recused: dict[tuple[str, str], int] = {}
        self.away: dict[tuple[str, str], int] = {}
        self.seats = {group.key: 0 for group in rule.groups}
        self.present = dict(self.seats)
        here = {seat.seat for seat in seats or () if seat.present}
        for seat in seats or ():
            self.seats[seat.group] += 1
            self.present[seat.group] += seat.present
        for who, target in recused:
            if who in group_of:
                key = (target, group_of[who])
                self.recused[key] = self.recused.get(key, 0) + 1
                self.away[key] = self.away.get(key, 0) + (who in here)

    def of(self, target: str, group: str, secret: bool) -> tuple[int | None, int | None, int | None]:
        if secret:
            return None, None, None
        recused = self.recused.get((target, group), 0)
        if not self.listed:
            return recused, None, None
        return recused, self.seats[group], self.present[group] - self.away.get((target, group), 0)


def points_in_order(rule: Rule, targets: int) -> tuple[Fraction, ...]:
    """What the index of a grade, or a place (index 0 unused), is worth."""
    if rule.ballot.kind is BallotKind.GRADES:
        return tuple(grade.points for grade in rule.grades)
    listed_points = rule.places[:targets]
    return (Fraction(0), *listed_points, *(Fraction(0) for _ in range(targets - len(listed_points))))
