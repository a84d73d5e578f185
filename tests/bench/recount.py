"""The exact recount against pandas' floats: 1,000 judges x 60 targets x 6 criteria, trimmed, weighted, ranked.

`python -m tests.bench.recount` prints its lines; exit 1 when the exact count of papers in memory takes more than 2.5
times what pandas needs for the inexact one from a frame in memory (one row a ballot, one column a criterion). Pandas
gives totals and places; the exact count gives the whole protocol with who was dropped. The two are timed in turn, the
best of each counts. One target's live recompute, an explanation, and reading the package are printed beside it.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from scoring.explain import explain
from scoring.package import BallotRow, Package, Target, files_of, package_from_files
from scoring.rule import read_rule
from scoring.tally import tally
from tests.bench.figure import Figure
from tests.bench.limits import RECOUNT, held

TURNS = 9
GROUPS = {"leaders": 0.4, "departments": 0.3, "public": 0.3}
CRITERIA = {"quality": 0.3, "place": 0.2, "innovation": 0.2, "project": 0.1, "environment": 0.1, "duty": 0.1}


def package(judges: int, targets: int) -> Package:
    """A sitting with every ballot in."""
    draw = random.Random(1)
    criteria = "".join(f'[[criteria]]\nkey = "{key}"\nweight = "{weight}"\n' for key, weight in CRITERIA.items())
    groups = "".join(f'[[groups]]\nkey = "{key}"\nweight = "{weight}"\n' for key, weight in GROUPS.items())
    keys, names = list(GROUPS), [f"U{t:02d}" for t in range(targets)]
    return Package(
        rule=read_rule(f"{criteria}{groups}[trim]\nhigh = 1\nlow = 1\n".encode()),
        targets=tuple(Target(name, name, "", "", "", True) for name in names),
        ballots=tuple(
            BallotRow("", keys[j % 3], f"J{j:04d}", name, "1", "submitted", criterion, str(draw.randint(60, 100)), "")
            for j in range(judges)
            for name in names
            for criterion in CRITERIA
        ),
    )


def frame(made: Package) -> pd.DataFrame:
    rows = pd.DataFrame(made.ballots, columns=list(BallotRow._fields))
    rows["value"] = rows["value"].astype(float)
    return rows.pivot_table(index=["target", "group", "seat"], columns="criterion", values="value")[list(CRITERIA)]


def by_floats(marks: pd.DataFrame) -> pd.Series[float]:
    """Judge totals, one high and one low dropped in each group, weighted, ranked."""
    totals = marks.mul(np.array(list(CRITERIA.values()))).sum(axis=1)
    groups = totals.groupby(level=[0, 1])
    scores = ((groups.sum() - groups.max() - groups.min()) / (groups.count() - 2)).unstack()
    return sum(scores[key] * weight for key, weight in GROUPS.items()).rank(ascending=False, method="min")


def figures() -> list[Figure]:
    made = package(1000, 60)
    files = files_of(made, None)
    read = _seconds(lambda: package_from_files(files))
    one, hall = package(1000, 1), package(150, 13)
    for each in (made, one, hall):
        _ = each.sheets, each.ballots_sha256
    marks = frame(made)
    exact, floats = [], []
    for _ in range(TURNS):
        floats.append(_seconds(lambda: by_floats(marks)))
        exact.append(_seconds(lambda: tally(made)))
    live = min(_seconds(lambda: tally(one)) for _ in range(TURNS))
    why = min(_seconds(lambda: explain(hall, "U07")) for _ in range(3))
    detail = f"{min(exact) * 1000:.1f} ms against {min(floats) * 1000:.1f} ms, best of {TURNS} each in turn"
    return [
        held(RECOUNT, min(exact) / min(floats), detail=detail),
        held("one target of 1,000 judges recomputed", live * 1000, unit=" ms"),
        held("one explanation, 150 judges x 13 targets, each judge left out", why * 1000, unit=" ms"),
        held("one explanation, 1,000 judges x 60 targets", _seconds(lambda: explain(made, "U07")), unit=" s"),
        held("a package of 360,000 rows read and checked", read, unit=" s"),
    ]


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
