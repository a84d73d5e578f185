"""A round of many units on the sealed printout: a number a unit, a row a paper.

A row a unit and judge would be four hundred pages for 185 towns; so they are thirty, and still all that was balloted.
Secret papers are a row a unit instead: a row a paper would show which units it leaves out, and so whose it is.
Pure: rows of text in, rows of text out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SECRET = "无记名"
VALID = "有效"
COUNTED = "收回／有效／弃权／不了解／作废"


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotRow:
    """What one paper says of one unit. `number` is the paper's; `said` its marks, or why there are none."""

    target: str
    group: str
    seat: str
    number: str
    state: str
    marks: str
    received_at: str

    @property
    def said(self) -> str:
        """The marks of a valid paper; of any other what it is, with the marks that it kept."""
        if self.state == VALID:
            return self.marks
        return f"{self.state}（{self.marks}）" if self.marks else self.state


def counts_by_unit(numbers: Mapping[str, int], names: Mapping[str, str], groups: Sequence[str],
                   counted: Mapping[tuple[str, str], Sequence[int]]) -> tuple[tuple[str, ...], ...]:
    """(number, unit, then the counts of every group as one cell); `counted` by target and group. `numbers` are those of the
    paper ballots, in their order."""
    return tuple((str(n), names[target], *("／".join(map(str, counted[target, group])) for group in groups))
                 for target, n in numbers.items())


def by_paper(numbers: Mapping[str, int], rows: Sequence[BallotRow], *, whole: bool) -> tuple[tuple[str, ...], ...]:
    """(group, seat, paper, what it says by the units' numbers, time): a row a paper, what it says in their order.

    Of a secret group, unless papers are `whole`, a row a unit: how many there are, and what each says, sorted.
    """
    papers: dict[tuple[str, str, str, str], list[tuple[int, str]]] = {}
    units: dict[tuple[str, int], list[str]] = {}
    for row in rows:
        if row.seat == SECRET and not whole:
            units.setdefault((row.group, numbers[row.target]), []).append(row.said)
        else:
            papers.setdefault((row.group, row.seat, row.number, row.received_at), []).append(
                (numbers[row.target], row.said))
    return (*((group, seat, paper, "，".join(f"{n} {said}" for n, said in sorted(lines)), at)
              for (group, seat, paper, at), lines in sorted(papers.items())),
            *((group, SECRET, f"序号{n}共{len(said)}张", f"{n} " + "，".join(sorted(said)), "")
              for (group, n), said in sorted(units.items())))
