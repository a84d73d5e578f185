"""PostgreSQL with one and with two ballot processes in front of it: the same papers, the same 64 connections.

Both processes run all the time; in a turn of one, the other is left alone. Turns of one and of two alternate, and the
median of three counts. Nothing is pinned here: the database, the processes and the load generator share every core,
so this tells the order, not the size.
"""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench import limits, load
from tests.bench.figure import Measured, middle, said
from tests.bench.hall import Hall, serving_ballots
from tests.bench.limits import held

PHONES, CONNECTIONS, TURNS, SECONDS, WARM_UP = 6_000, 64, 3, 3.0, 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A round through so many processes; `unlike` receipts are known to one side only."""

    processes: int
    rate: float
    core: float
    acknowledged: int
    unlike: int
    refused: tuple[int, ...]

    def as_json(self) -> dict[str, object]:
        return {"processes": self.processes, "ballots": round(self.rate), "load_core": round(self.core, 2),
                "acknowledged": self.acknowledged, "unlike": self.unlike, "refused": list(self.refused)}


def measure(_folder: Path) -> Measured:
    """Row 10 of the table."""
    from tests.postgres import new_database, server

    rng, turns = random.Random(5), []
    with tempfile.TemporaryDirectory(prefix="bench-pg-") as name, server(Path(name)) as address, \
            serving_ballots(new_database(address, "bench"), Path(name), PHONES) as hall:
        targets = iter(hall.targets)
        for processes in (1, 2):
            _turn(hall, next(targets), processes, rng, WARM_UP)
        for _ in range(TURNS):
            turns += [_turn(hall, next(targets), processes, rng, SECONDS) for processes in (1, 2)]
            print(f"  PostgreSQL: {turns[-2].rate:,.0f} ballots/s through one process, {turns[-1].rate:,.0f} through two",
                  flush=True)
    one, two = turns[0::2], turns[1::2]
    ratios = [b.rate / a.rate for a, b in zip(one, two, strict=True)]
    refused = sorted({status for turn in turns for status in turn.refused})
    return Measured(figures=(
        held(limits.POSTGRES_LOST, sum(turn.unlike for turn in turns),
             detail=f"{sum(turn.acknowledged for turn in turns):,} acknowledged" + (f"; statuses {refused}" if refused else "")),
        held(limits.POSTGRES_RATE, middle(ratios), detail=(
            f"{said(ratios)}; {_rate(two):,.0f}/s against {_rate(one):,.0f}/s; not pinned, the load generator took "
            f"{max(turn.core for turn in turns):.0%} of a core")),
    ), turns=tuple(turn.as_json() for turn in turns))


def _turn(hall: Hall, target: str, processes: int, rng: random.Random, seconds: float) -> Turn:
    opened = hall.open_round(target)
    run = load.run(hall.ports[:processes], hall.papers(opened, target, rng), connections=CONNECTIONS, seconds=seconds)
    given = [str(json.loads(one.reply.body)["receipt"]) for one in run.answers if one.reply.status == 200]
    turn = Turn(processes=processes, rate=run.rate(200), core=run.core, acknowledged=len(given),
                unlike=sum(hall.unlike(opened, given)), refused=tuple(run.refused(200)))
    hall.close_round()
    return turn


def _rate(turns: Sequence[Turn]) -> float:
    return middle([turn.rate for turn in turns])
