"""`make bench`: each figure on one line with its limit, all of them in bench.json with the machine's description.

The rate of durable ballots and the bare rate of commits take turns in one run; a ratio is made of neighbours,
and the median of three counts. A turn whose two bare rates differ by more than 30 % was disturbed by other work:
it is printed and taken again, four times at most. Exit code 1 when a must is missed.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import advisory, bare, load, machine, page, recount
from tests.bench.figure import Figure, middle, part
from tests.bench.hall import Hall, acknowledged, serving_hall

ROOT = Path(__file__).resolve().parents[2]
PHONES, CONNECTIONS = 6000, 64
TURNS, MORE_TURNS, SECONDS, BARE_SECONDS, SHORT = 3, 4, 6.0, 2.0, 2.0
DISTURBED = 1.3
AGAINST_BARE, PAGE_BYTES, PAGE_REQUESTS = 0.25, 20_000, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One round of balloting between two measurements of the bare rate; rates a second, times in seconds.

    `cpu` is the server's processor time a ballot: the figure that other work on the machine disturbs least.
    """

    bare_before: float
    bare_after: float
    ballots: float
    empty: float
    cpu: float | None
    latencies: tuple[float, ...]
    acknowledged: int
    in_doubt: int
    refused: tuple[int, ...]

    @property
    def against_bare(self) -> float:
        return self.ballots / ((self.bare_before + self.bare_after) / 2)

    @property
    def disturbed(self) -> bool:
        return max(self.bare_before, self.bare_after) > DISTURBED * min(self.bare_before, self.bare_after)

    def as_json(self) -> dict[str, object]:
        return {"bare_before": round(self.bare_before), "bare_after": round(self.bare_after),
                "ballots": round(self.ballots), "empty_post": round(self.empty),
                "cpu_us": None if self.cpu is None else round(self.cpu * 1e6),
                "against_bare": round(self.against_bare, 3), "disturbed": self.disturbed}


def main() -> int:
    (ROOT / "data").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=ROOT / "data") as name:
        folder = Path(name)
        told = machine.describe(folder)
        print(f"{told['processor']}, {told['cores']} cores, {told['memory']}, {told['filesystem']}, load {told['load']}"
              + ("" if machine.can_pin() else "; not pinned: server and load share every core")
              + ("; OTHER WORK IS RUNNING: the ratios will look too good, repeat on a quiet machine"
                 if machine.others_at_work() else ""), flush=True)
        counts = [*recount.figures(), *advisory.figures()]  # first: this process is pinned to one core later
        with serving_hall(folder, PHONES) as hall:
            figures, turns = _measure(hall, folder)
    figures += counts
    for one in figures:
        print(one.line())
    (ROOT / "bench.json").write_text(json.dumps({
        "at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": told,
        "figures": [one.as_json() for one in figures],
        "turns": [one.as_json() for one in turns],
    }, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return 1 if any(one.missed for one in figures) else 0


def _measure(hall: Hall, folder: Path) -> tuple[list[Figure], list[Turn]]:
    rng = random.Random(1)
    first = hall.open_round(hall.targets[0])
    wire = page.weigh(hall.address, f"/b/{hall.secrets[0]}")
    if machine.can_pin():
        os.sched_setaffinity(0, {machine.LOAD_CORE})
    arrivals = load.run(hall.port, [load.request("GET", f"/b/{one}/now", hall.port) for one in hall.secrets],
                        connections=CONNECTIONS, seconds=60)
    turns: list[Turn] = []
    before = bare.measure(folder, BARE_SECONDS)
    for target in hall.targets[:TURNS + MORE_TURNS]:
        round_id = hall.open_round(target) if turns else first
        turns.append(_turn(hall, folder, round_id, target, before, rng))
        before = turns[-1].bare_after
        hall.close_round()
        if sum(not one.disturbed for one in turns) == TURNS:
            break
    hall.open_round(hall.targets[TURNS + MORE_TURNS])
    pages = load.run(hall.port, [load.request("GET", f"/b/{one}", hall.port, accept="text/html")
                                 for one in hall.secrets], connections=CONNECTIONS, seconds=SHORT)
    tags = [hall.tag(one) for one in hall.secrets[:CONNECTIONS]]
    polls = load.run(hall.port, [load.request("GET", f"/b/{one}/now", hall.port, if_none_match=tag)
                                 for one, tag in zip(hall.secrets[:CONNECTIONS], tags, strict=True)] * 400,
                     connections=CONNECTIONS, seconds=SHORT)
    return [*_of_turns(turns), *_of_page(wire),
            Figure(name="first polls of /now, each checking its seat in", value=arrivals.rate(200), unit="/s"),
            Figure(name="polls of /now with nothing new (304)", value=polls.rate(304), unit="/s"),
            Figure(name="pages", value=pages.rate(200), unit="/s")], turns


def _turn(hall: Hall, folder: Path, round_id: int, target: str, before: float, rng: random.Random) -> Turn:
    papers, worked = hall.ballots(round_id, target, rng), machine.cpu_seconds(hall.server)
    cast = load.run(hall.port, papers, connections=CONNECTIONS, seconds=SECONDS)
    works = machine.cpu_seconds(hall.server)
    given, kept = acknowledged(cast.answers), hall.receipts(round_id)
    empty = load.run(hall.port, [load.request("POST", "/b/unknown", hall.port, accept="application/json")] * 20_000,
                     connections=CONNECTIONS, seconds=SHORT)
    after = bare.measure(folder, BARE_SECONDS)
    turn = Turn(bare_before=before, bare_after=after, ballots=cast.rate(200), empty=empty.rate(404),
                cpu=None if worked is None or works is None else (works - worked) / len(cast.answers),
                latencies=tuple(one.seconds for one in cast.answers), acknowledged=len(given),
                in_doubt=_unlike(given, kept), refused=tuple(cast.refused(200)))
    print(f"  {target}: {turn.ballots:,.0f} ballots/s, bare {before:,.0f} and {after:,.0f} commits/s: "
          f"{turn.against_bare:.2f}" + (" (disturbed: the bare rates differ by more than 30 %)" if turn.disturbed else ""),
          flush=True)
    return turn


def _unlike(given: list[str], kept: list[str]) -> int:
    """Receipts that only the phones or only the database know."""
    phones, database = Counter(given), Counter(kept)
    return ((phones - database) + (database - phones)).total()


def _of_turns(turns: list[Turn]) -> list[Figure]:
    latencies = [one for turn in turns for one in turn.latencies]
    refused = sorted({status for turn in turns for status in turn.refused})
    quiet = [turn for turn in turns if not turn.disturbed]
    counted = quiet if len(quiet) == TURNS else turns
    said = ", ".join(f"{t.against_bare:.2f}" for t in counted)
    return [
        Figure(name="durable ballots against the bare rate of commits", value=middle([t.against_bare for t in counted]),
               at_least=AGAINST_BARE, detail=said + (
                   "; disturbed by other work, repeat on a quiet machine" if counted is turns and quiet != turns else "")),
        Figure(name="receipts that only the phones or only the database know", value=sum(t.in_doubt for t in turns),
               at_most=0, detail=f"{sum(t.acknowledged for t in turns):,} acknowledged"),
        Figure(name="ballots not accepted", value=sum(len(t.latencies) - t.acknowledged for t in turns), at_most=0,
               detail=f"statuses {refused}" if refused else ""),
        Figure(name="durable ballots", value=middle([t.ballots for t in turns]), unit="/s",
               detail=f"bare rate {middle([t.bare_before for t in turns]):,.0f}/s"),
        *(Figure(name="the server's processor time a ballot", value=middle(times) * 1e6, unit=" µs")
          for times in [[t.cpu for t in turns if t.cpu is not None]] if times),
        Figure(name="a ballot's answer, median", value=part(latencies, 0.5) * 1000, unit=" ms",
               detail=f"99 of 100 within {part(latencies, 0.99) * 1000:.0f} ms; {CONNECTIONS} connections"),
        Figure(name="durable ballots against an empty POST", value=middle([t.ballots / t.empty for t in turns]),
               detail=f"empty POST {middle([t.empty for t in turns]):,.0f}/s"),
    ]


def _of_page(wire: page.Wire) -> list[Figure]:
    return [Figure(name="phone page on the wire", value=wire.size, unit=" bytes", at_most=PAGE_BYTES),
            Figure(name="phone page's requests", value=len(wire.asked), at_most=PAGE_REQUESTS,
                   detail=", ".join(wire.asked))]


if __name__ == "__main__":
    sys.exit(main())
