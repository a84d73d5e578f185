"""What one fault did to the people in the hall, as numbers: one printed line, and a part of torture.json."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tests.torture import books
from tests.torture.hall import Hall

RAISED = re.compile(r"^([\w.]+(?:Error|Exception|Exit|Refused|Interrupt|Collided)\b[^\n\"]{0,60})", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`missed` are the musts that were missed, in words; `back` the seconds until service came back, one a fault."""

    title: str
    phones: int = 0
    acknowledged: int = 0
    stored: int = 0
    late: int = 0
    lost: int = 0
    twice: int = 0
    refused: tuple[tuple[str, int], ...] = ()
    again: tuple[tuple[str, int], ...] = ()
    worst_wait: float = 0.0
    back: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    not_measured: str = ""

    def line(self) -> str:
        if self.not_measured:
            return f"-      {self.title}: not measured: {self.not_measured}"
        said = [f"{self.phones:,} phones", f"{self.acknowledged:,} ballots acknowledged", f"{self.stored:,} in the database",
                f"lost {self.lost}", f"counted twice {self.twice}", f"refused {_listed(self.refused)}",
                f"sent again {_listed(self.again)}", f"worst wait {self.worst_wait:.1f} s"]
        if self.back:
            said.append(f"service back after {middle(self.back):.1f} s, at worst {max(self.back):.1f} s")
        if self.late:
            said.append(f"{self.late} kept as late")
        return "\n".join([f"{'MISSED' if self.missed else 'ok':<7}{self.title}: " + ", ".join([*said, *self.notes]),
                          *(f"         {one}" for one in self.missed)])

    def as_json(self) -> dict[str, object]:
        if self.not_measured:
            return {"title": self.title, "not_measured": self.not_measured}
        return {"title": self.title, "phones": self.phones, "acknowledged": self.acknowledged,
                "in_the_database": self.stored, "kept_as_late": self.late, "lost": self.lost, "counted_twice": self.twice,
                "refused": dict(self.refused), "sent_again": dict(self.again), "worst_wait_s": round(self.worst_wait, 2),
                "back_s": [round(one, 2) for one in self.back], "notes": list(self.notes), "missed": list(self.missed)}


async def settle(hall: Hall, title: str, *, phones: int, back: Sequence[float] = (), notes: Sequence[str] = (),
                 missed: Sequence[str] = ()) -> Outcome:
    """Close what is open, compare phones with the database, and say so. `missed`: what the scenario itself found."""
    crowd = hall.crowd
    await hall.end()
    rows = books.read_ballots(hall.url)
    balance = books.compare(rows, crowd)
    found = [*missed, *await books.recount(hall, rows)]
    for words, cases in (("lost", balance.lost), ("counted twice", balance.twice), ("wrong", balance.wrong)):
        found += [f"{len(cases)} {words}, as: {'; '.join(cases[:3])}"] if cases else []
    if crowd.broken:
        found.append(f"answers that the contract does not know: {_listed(tuple(crowd.broken.items()))}")
    if balance.unheard or crowd.unanswered:
        found.append(f"{crowd.unanswered} papers never got an answer; {balance.unheard} of those count")
    if "Traceback" in hall.log():
        notes = [*notes, f"{hall.log().count('Traceback')} tracebacks in the server's log: "
                 + ", ".join(f"{n} × {words}" for words, n in Counter(RAISED.findall(hall.log())).most_common(4))]
    return Outcome(
        title=title, phones=phones, acknowledged=len(crowd.accepted), stored=balance.stored, late=balance.late,
        lost=len(balance.lost), twice=len(balance.twice), refused=tuple(sorted(crowd.refused.items())),
        again=tuple(sorted(crowd.again.items())), worst_wait=max(crowd.waits, default=0.0), back=tuple(back),
        notes=tuple(notes), missed=tuple(found))


def middle(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]


def _listed(counts: Sequence[tuple[str, int]]) -> str:
    total = sum(n for _, n in counts)
    return f"{total:,}" + (f" ({', '.join(f'{n:,} × {what}' for what, n in counts)})" if counts else "")
