"""Thousands of phones in front of one server on one core, with the host's console open all the while.

First the server is warmed up and its memory taken; then three times 3,000 phones in ten seconds. Then, three times in
turn: 50 phones in ten seconds, some quiet seconds of an open round, 1,000 phones in a minute.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench import console, limits, machine, phones
from tests.bench.figure import Figure, Measured, middle, part, said
from tests.bench.hall import Hall, serving_hall
from tests.bench.limits import held
from tests.bench.phones import Crowd

TURNS = 3
WARM_UP, MANY, SOME, FEW = (300, 5.0), (3000, 10.0), (1000, 60.0), (50, 10.0)
QUIET_SECONDS, SETTLE_SECONDS = 8.0, 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """One window of phones with what became of their ballots, and the console's drawings meanwhile."""

    phones: int
    crowd: Crowd
    lost: int
    unknown: int
    cpu: float | None
    console: tuple[float, ...]

    def as_json(self) -> dict[str, object]:
        def told(seconds: Sequence[float]) -> dict[str, float]:
            return {f"p{share:.0%}"[:-1]: round(part(seconds, share) * 1000, 1) for share in (0.5, 0.95, 0.99)}

        one = self.crowd
        return {"phones": self.phones, "seconds": round(one.ended - one.began, 1), "page_ms": told(one.opened),
                "submit_ms": told(one.submitted), "poll_ms": told(one.polled), "polls": len(one.polled),
                "console_ms": told(self.console), "errors": dict(one.errors), "lost": self.lost,
                "only_in_database": self.unknown, "reopened": one.reopened, "server_cpu_s": self.cpu and round(self.cpu, 2),
                "load_core": round(one.core, 2), "load_late_ms": round(one.late * 1000)}


def measure(folder: Path) -> Measured:
    """Rows 4 to 7 of the table."""
    rng = random.Random(3)
    with serving_hall(folder / "crowd", MANY[0]) as hall, console.watching(hall, folder) as host, \
            machine.on_core(machine.LOAD_CORE):
        targets = iter(hall.targets)
        _spell(hall, host, next(targets), WARM_UP, rng)
        idle = _memory_at_rest(hall)
        many = [_spell(hall, host, next(targets), MANY, rng) for _ in range(TURNS)]
        afterwards = _memory_at_rest(hall)
        few: list[Spell] = []
        some: list[Spell] = []
        quiet: list[list[float]] = []
        for _ in range(TURNS):
            few.append(_spell(hall, host, next(targets), FEW, rng))
            some.append(_spell(hall, host, next(targets), SOME, rng, quiet))
    turns = tuple(one.as_json() for one in (*many, *few, *some))
    return Measured(figures=(*_of_window(few, some), *_of_many(many), *_of_console(some, quiet), *_of_memory(idle, afterwards, many)),
                    turns=turns)


def _spell(hall: Hall, host: console.Console, target: str, size: tuple[int, float], rng: random.Random,
           quiet: list[list[float]] | None = None) -> Spell:
    """A round with so many phones in so many seconds; before they come, `quiet` gets the console's drawings of an
    open round in which nothing happens."""
    count, window = size
    opened = hall.open_round(target)
    papers = hall.papers(opened, target, rng, phones=count)
    time.sleep(SETTLE_SECONDS)
    if quiet is not None:
        began = time.monotonic()
        time.sleep(QUIET_SECONDS)
        quiet.append(host.between(began, time.monotonic() - 0.5))
    worked = machine.cpu_seconds(hall.server)
    crowd = phones.run(hall.port, hall.secrets[:count], papers, window=window, server=hall.server, rng=rng)
    works = machine.cpu_seconds(hall.server)
    time.sleep(0.5)
    lost, unknown = hall.unlike(opened, crowd.receipts)
    spell = Spell(phones=count, crowd=crowd, lost=lost, unknown=unknown,
                  cpu=None if worked is None or works is None else works - worked,
                  console=tuple(host.between(crowd.began, crowd.ended - 0.5)))
    hall.close_round()
    print(f"  {count:,} phones in {window:.0f} s: submitting {_ms(crowd.submitted, 0.5)} / {_ms(crowd.submitted, 0.95)} / "
          f"{_ms(crowd.submitted, 0.99)} ms, pages {_ms(crowd.opened, 0.95)} ms, console {_ms(spell.console, 0.5)} / "
          f"{_ms(spell.console, 0.95)} ms, errors {dict(crowd.errors)}, lost {lost}", flush=True)
    return spell


def _memory_at_rest(hall: Hall) -> int | None:
    """The server's memory when nothing is asked of it: the middle of eleven looks."""
    seen = []
    for _ in range(11):
        time.sleep(0.2)
        seen.append(machine.memory(hall.server))
    known = [one for one in seen if one is not None]
    return round(middle(known)) if known else None


def _of_window(few: Sequence[Spell], some: Sequence[Spell]) -> Iterator[Figure]:
    slow, quick = ([part(one.crowd.submitted, 0.95) for one in spells] for spells in (some, few))
    ratios = [a / b for a, b in zip(slow, quick, strict=True) if b]
    both = (*few, *some)
    yield held(limits.WINDOW, middle(ratios), detail=f"{said(ratios)}; {middle(slow) * 1000:.1f} ms against "
                                                     f"{middle(quick) * 1000:.1f} ms")
    yield held(limits.WINDOW_ERRORS, sum(one.crowd.errors.total() + one.lost + one.unknown for one in both),
               detail=_generator(both))


def _of_many(many: Sequence[Spell]) -> Iterator[Figure]:
    errors = sum((one.crowd.errors for one in many), Counter[str]())
    seconds = [one for spell in many for one in spell.crowd.submitted]
    pages = [one for spell in many for one in spell.crowd.opened]
    yield held(limits.CROWD_ERRORS, errors.total(), detail=", ".join(f"{key} {n}" for key, n in errors.most_common(5)))
    yield held(limits.CROWD_LOST, sum(one.lost + one.unknown for one in many),
               detail=f"{len(seconds):,} acknowledged")
    slowest = [part(one.crowd.submitted, 0.99) * 1000 for one in many]
    yield held(limits.CROWD_SLOWEST, middle(slowest), unit=" ms", detail=(
        f"{said(slowest)}; half within {_ms(seconds, 0.5)} ms; pages: half within {_ms(pages, 0.5)}, "
        f"99 of 100 within {_ms(pages, 0.99)} ms; {_generator(many)}"))
    times = [1000 * one.cpu / one.phones for one in many if one.cpu is not None]
    if times:
        yield held("the server's processor time a phone: page, polls, ballot", middle(times), unit=" ms",
                   detail="the host's console and the hall's clock included")


def _of_console(some: Sequence[Spell], quiet: Sequence[Sequence[float]]) -> Iterator[Figure]:
    pairs = list(zip([one.console for one in some], quiet, strict=True))
    for name, share in ((limits.CONSOLE, 0.5), (limits.CONSOLE_SLOWEST, 0.95)):
        ratios = [part(busy, share) / part(idle, share) for busy, idle in pairs]
        yield held(name, middle(ratios), detail=(
            f"{said(ratios)}; {middle([part(busy, share) for busy, _ in pairs]) * 1000:.0f} ms against "
            f"{middle([part(idle, share) for _, idle in pairs]) * 1000:.0f} ms"))


def _of_memory(idle: int | None, afterwards: int | None, many: Sequence[Spell]) -> Iterator[Figure]:
    if idle is None or afterwards is None:
        yield held(limits.MEMORY, None, detail="this system does not tell")
        return
    peak = max(one.crowd.peak for one in many)
    yield held(limits.MEMORY, 100 * (peak - idle) / idle, unit=" %",
               detail=(
        f"{idle / 2**20:.0f} MiB at rest, {peak / 2**20:.0f} MiB at most in {len(many)} such crowds, "
        f"{afterwards / 2**20:.0f} MiB at rest afterwards"))


def _generator(spells: Sequence[Spell]) -> str:
    return (f"the load generator took {max(one.crowd.core for one in spells):.0%} of its core and was at most "
            f"{max(one.crowd.late for one in spells) * 1000:.0f} ms late")


def _ms(seconds: Sequence[float], share: float) -> str:
    return f"{part(seconds, share) * 1000:.1f}"
