"""The advisory view against nothing but numpy drawing judges: 1,000 judges x 60 targets, 1,000 draws.

`python -m tests.bench.advisory` prints one line; exit 1 when the view takes more than three times the bare loop, which
draws with replacement inside the same three groups, takes the weighted means, ranks, and keeps the ranks. The package
is one that was read (its papers are sorted); the view counts it officially, trims 1 + 1 in every group, and says all
that `python -m advisory` says. The two are timed in turn, and the best of each counts.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence

import numpy as np

from advisory.advice import advise
from scoring.package import BallotRow, Package, Seat, Target
from scoring.rule import read_rule
from tests.bench.figure import Figure
from tests.bench.limits import ADVISORY, held

TARGETS = 60
DRAWS = 1000
TURNS = 11
GROUPS = (("leaders", 100, 0.4), ("departments", 300, 0.3), ("public", 600, 0.3))
CRITERIA = ("quality", "place", "innovation", "project", "environment", "duty")


def package(criteria: Sequence[str] = CRITERIA) -> Package:
    """A sitting of the size, every ballot in, one judge in fifty recused here and there."""
    rng = np.random.default_rng(1)
    seats = [(f"{key}{i:04d}", key) for key, size, _ in GROUPS for i in range(size)]
    level = rng.normal(85, 3, TARGETS)
    leniency = rng.normal(0, 3, len(seats))
    noise = rng.normal(0, 4, (len(seats), TARGETS, len(criteria)))
    marks = np.clip(np.rint(level[None, :, None] + leniency[:, None, None] + noise), 0, 100).astype(int)
    away = rng.random((len(seats), TARGETS)) < 0.02
    made = Package(
        rule=read_rule(_rule(criteria)),
        targets=tuple(Target(f"U{t:02d}", f"U{t:02d}", "", "", "", True) for t in range(TARGETS)),
        seats=tuple(Seat(seat, group, "", True) for seat, group in seats),
        ballots=tuple(
            BallotRow("", group, seat, f"U{t:02d}", "1", "submitted", criterion, str(marks[j, t, c]), "")
            for j, (seat, group) in enumerate(seats)
            for t in range(TARGETS)
            if not away[j, t]
            for c, criterion in enumerate(criteria)
        ),
    )
    _ = made.sheets, made.ballots_sha256
    return made


def _rule(criteria: Sequence[str]) -> bytes:
    lists = "".join(f'[[criteria]]\nkey = "{key}"\nweight = "1/{len(criteria)}"\n' for key in criteria)
    groups = "".join(f'[[groups]]\nkey = "{key}"\nweight = "{weight}"\n' for key, _, weight in GROUPS)
    trim = "[trim]\nhigh = 1\nlow = 1\nmin_ballots = 5\n"
    return f'id = "bench"\ntitle = "bench"\nversion = 1\n[ballot]\nkind = "points"\n{lists}{groups}{trim}'.encode()


def bare_loop() -> None:
    """Nothing but numpy: draw judges inside groups, weigh the means, rank, keep."""
    rng = np.random.default_rng(1)
    panels = [(rng.normal(85, 5, (size, TARGETS)), weight) for _, size, weight in GROUPS]
    ranks = np.empty((DRAWS, TARGETS), dtype=np.int64)
    for draw in range(DRAWS):
        total = np.zeros(TARGETS)
        for marks, weight in panels:
            total += weight * marks[rng.integers(0, len(marks), len(marks))].mean(axis=0)
        ranks[draw] = (-total).argsort().argsort() + 1
    np.percentile(ranks, [2.5, 97.5], axis=0)


def figures() -> list[Figure]:
    """The ratio held to its limit, then the two times for information."""
    made = package()
    views, bares = [], []
    for _ in range(TURNS):
        bares.append(_seconds(bare_loop))
        views.append(_seconds(lambda: advise(made, resamples=DRAWS)))
    view, bare = min(views), min(bares)
    detail = f"{view * 1000:.0f} ms against {bare * 1000:.0f} ms, best of {TURNS} each in turn"
    return [held(ADVISORY, view / bare, detail=detail)]


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> int:
    found = figures()
    for figure in found:
        print(figure.line())
    return 1 if any(figure.missed for figure in found) else 0


if __name__ == "__main__":
    sys.exit(main())
