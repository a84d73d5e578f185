"""Durable ballots over HTTP, 64 connections in a closed loop, against the bare rate of commits and an empty POST.

Ballots and bare commits take turns in one run; a ratio is made of neighbours, and the median of three counts. A turn
whose two bare rates differ by more than 30 % was disturbed by other work: it is printed and taken again, four times
at most. The same without those turns, and with a disk whose every fsync takes 5 ms longer, is `slow`.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.bench import bare, limits, load, machine, shim
from tests.bench.figure import Figure, Measured, middle, part, said
from tests.bench.hall import Hall, serving_hall
from tests.bench.limits import held
from tests.bench.wire import request

PHONES, CONNECTIONS = 12_000, 64
TURNS, MORE_TURNS, SECONDS, BARE_SECONDS, SHORT = 3, 4, 4.0, 2.0, 1.5
DISTURBED = 1.3
SLOW_PHONES, SLOW_US = 8_000, 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """What one round of balloting brought; rates a second, times in seconds.

    `cpu` is the server's processor time a ballot: the figure that other work on the machine disturbs least.
    """

    rate: float
    cpu: float | None
    core: float
    latencies: tuple[float, ...]
    acknowledged: int
    unlike: int
    refused: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One round of balloting between two measurements of the bare rate."""

    cast: Cast
    bare_before: float
    bare_after: float
    upsert: float = 0.0
    empty: float = 0.0
    unknown: float = 0.0

    @property
    def bare(self) -> float:
        return (self.bare_before + self.bare_after) / 2

    @property
    def against_bare(self) -> float:
        return self.cast.rate / self.bare

    @property
    def disturbed(self) -> bool:
        return max(self.bare_before, self.bare_after) > DISTURBED * min(self.bare_before, self.bare_after)

    def as_json(self) -> dict[str, object]:
        rates = {"ballots": self.cast.rate, "bare_before": self.bare_before, "bare_after": self.bare_after,
                 "bare_upsert": self.upsert, "empty_post": self.empty, "unknown_badge": self.unknown}
        return {**{key: round(value) for key, value in rates.items()},
                "cpu_us": None if self.cast.cpu is None else round(self.cast.cpu * 1e6),
                "load_core": round(self.cast.core, 2), "against_bare": round(self.against_bare, 3),
                "disturbed": self.disturbed}


def measure(folder: Path) -> Measured:
    """Rows 1 and 3 of the table, and what is printed beside them."""
    rng = random.Random(1)
    with serving_hall(folder / "ballots", PHONES) as hall, machine.on_core(machine.LOAD_CORE):
        rounds = _rounds_of(hall)
        opened = next(rounds)
        arrivals = load.run(hall.port, [_poll(hall, one) for one in hall.secrets], connections=CONNECTIONS, seconds=60)
        turns: list[Turn] = []
        before = bare.measure(folder, BARE_SECONDS)
        while len(turns) < TURNS + MORE_TURNS and sum(not one.disturbed for one in turns) < TURNS:
            if turns:
                opened = next(rounds)
            cast = cast_ballots(hall, *opened, rng)
            empty = load.run(hall.port, [request("POST", f"/b/{one}", hall.port, accept="application/json")
                                         for one in hall.secrets], connections=CONNECTIONS, seconds=SHORT)
            unknown = load.run(hall.port, [request("POST", "/b/unknown", hall.port, accept="application/json")] * 20_000,
                               connections=CONNECTIONS, seconds=SHORT)
            hall.close_round()
            upsert = bare.measure(folder, SHORT, kind="upsert")
            after = bare.measure(folder, BARE_SECONDS)
            turns.append(Turn(cast=cast, bare_before=before, bare_after=after, upsert=upsert, empty=empty.rate(422),
                              unknown=unknown.rate(404)))
            before = after
            print(f"  {opened[1]}: {cast.rate:,.0f} ballots/s, bare {turns[-1].bare:,.0f} commits/s: "
                  f"{turns[-1].against_bare:.2f}"
                  + (" (disturbed: the bare rates differ by more than 30 %)" if turns[-1].disturbed else ""), flush=True)
        next(rounds)
        pages = load.run(hall.port, [request("GET", f"/b/{one}", hall.port, accept="text/html")
                                     for one in hall.secrets], connections=CONNECTIONS, seconds=SHORT)
        few = hall.secrets[:CONNECTIONS]
        known = load.run(hall.port, [_poll(hall, one) for one in few], connections=1, seconds=SHORT)
        again = [_poll(hall, one, answer.reply.header(b"etag").decode())
                 for one, answer in zip(few, known.answers, strict=False)]
        polls = load.run(hall.port, again * 400, connections=CONNECTIONS, seconds=SHORT)
    return Measured(figures=(*_figures(turns),
                             held("first polls of /now, each checking its seat in", arrivals.rate(200), unit="/s"),
                             held("polls of /now with nothing new (304)", polls.rate(304), unit="/s"),
                             held("pages", pages.rate(200), unit="/s")),
                    turns=tuple(one.as_json() for one in turns))


def measure_slow(folder: Path) -> Measured:
    """Row 2: the server and the bare commits under the same slow disk."""
    try:
        under = shim.slow_fsync(folder, SLOW_US)
    except shim.NoCompiler as cause:
        return Measured(figures=(held(limits.SLOW, None, detail=str(cause)),))
    rng, turns = random.Random(2), []
    with serving_hall(folder / "slow", SLOW_PHONES, under=under) as hall, machine.on_core(machine.LOAD_CORE):
        for _, opened in zip(range(TURNS), _rounds_of(hall), strict=False):
            before = bare.measure(folder, SHORT, under=under)
            cast = cast_ballots(hall, *opened, rng)
            turns.append(Turn(cast=cast, bare_before=before, bare_after=bare.measure(folder, SHORT, under=under)))
            hall.close_round()
            print(f"  slow disk, {opened[1]}: {cast.rate:,.0f} ballots/s, bare {turns[-1].bare:,.0f} commits/s: "
                  f"{turns[-1].against_bare:.1f}", flush=True)
    ratios = [one.against_bare for one in turns]
    return Measured(figures=(
        held(limits.SLOW, middle(ratios), detail=f"{said(ratios)}; {middle([t.cast.rate for t in turns]):,.0f}/s against "
                                                 f"{middle([t.bare for t in turns]):,.0f}/s"),
        *_kept(turns, "slow disk: "),
    ), turns=tuple(one.as_json() for one in turns))


def cast_ballots(hall: Hall, round_id: int, target: str, rng: random.Random, *, seconds: float = SECONDS) -> Cast:
    """One paper a phone, as many as the time allows, and what the database then holds."""
    papers, worked = hall.papers(round_id, target, rng), machine.cpu_seconds(hall.server)
    run = load.run(hall.ports, papers, connections=CONNECTIONS, seconds=seconds)
    works = machine.cpu_seconds(hall.server)
    given = [str(json.loads(one.reply.body)["receipt"]) for one in run.answers if one.reply.status == 200]
    return Cast(rate=run.rate(200), cpu=None if worked is None or works is None else (works - worked) / len(run.answers),
                core=run.core, latencies=tuple(one.seconds for one in run.answers), acknowledged=len(given),
                unlike=sum(hall.unlike(round_id, given)), refused=tuple(run.refused(200)))


def _figures(turns: Sequence[Turn]) -> list[Figure]:
    latencies = [one for turn in turns for one in turn.cast.latencies]
    quiet = [turn for turn in turns if not turn.disturbed]
    counted = quiet if len(quiet) == TURNS else turns
    noise = "" if counted is quiet else "; disturbed by other work, repeat on a quiet machine"
    ratios, empties = [t.against_bare for t in counted], [t.cast.rate / t.empty for t in counted]
    return [
        held(limits.BARE, middle(ratios), detail=said(ratios) + noise),
        held("durable ballots against bare commits that may replace (upsert)",
             middle([t.cast.rate / t.upsert for t in counted]), detail=f"{middle([t.upsert for t in counted]):,.0f}/s"),
        held(limits.EMPTY, middle(empties), detail=f"{said(empties)}; empty POST {middle([t.empty for t in counted]):,.0f}/s"),
        held("durable ballots against a POST to an unknown badge", middle([t.cast.rate / t.unknown for t in counted]),
             detail=f"{middle([t.unknown for t in counted]):,.0f}/s"),
        *_kept(turns),
        held("durable ballots", middle([t.cast.rate for t in counted]), unit="/s",
             detail=f"bare rate {middle([t.bare for t in counted]):,.0f}/s; the load generator took "
                    f"{max(t.cast.core for t in turns):.0%} of its core"),
        *(held("the server's processor time a ballot", middle(times) * 1e6, unit=" µs")
          for times in [[t.cast.cpu for t in counted if t.cast.cpu is not None]] if times),
        held("a ballot's answer, median", part(latencies, 0.5) * 1000, unit=" ms",
             detail=f"99 of 100 within {part(latencies, 0.99) * 1000:.0f} ms; {CONNECTIONS} connections"),
    ]


def _kept(turns: Sequence[Turn], where: str = "") -> tuple[Figure, Figure]:
    """Whether phones and database agree, and whether every ballot was taken."""
    refused = sorted({status for turn in turns for status in turn.cast.refused})
    acknowledged = sum(t.cast.acknowledged for t in turns)
    unlike, not_taken = held(limits.UNLIKE, sum(t.cast.unlike for t in turns), detail=f"{acknowledged:,} acknowledged"), held(
        limits.REFUSED, sum(len(t.cast.latencies) - t.cast.acknowledged for t in turns),
        detail=f"statuses {refused}" if refused else "")
    return replace(unlike, name=where + unlike.name), replace(not_taken, name=where + not_taken.name)


def _rounds_of(hall: Hall) -> Iterator[tuple[int, str]]:
    """A new open round for each next(): its id and its target."""
    for target in hall.targets:
        yield hall.open_round(target), target


def _poll(hall: Hall, secret: str, tag: str = "") -> bytes:
    return request("GET", f"/b/{secret}/now", hall.port, tag=tag)
