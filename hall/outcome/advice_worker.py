"""The advisory view in a process of its own, so that a thousand judges' ballots never hold up the hall's.

The parent sends the database and the sitting through a pipe and hears the share done; after each it says go on, or
waits: that is how the work stands still while a round is open. A parent that is gone ends the child.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from advisory.advice import advise
from db.engine import Database
from hall.outcome.advising import Finding
from hall.outcome.results import package_in_force
from office.refusal import Refused
from scoring.package import PackageRefused
from scoring.result import CannotTally

ROOT = Path(__file__).resolve().parents[2]
POLITE = 10
LET_GO_SECONDS = 5


def work_apart(url: str, sitting: str, tell: Callable[[float], None]) -> Finding:
    """Have the view of the result in force worked out; `tell` is called with the share done and may take its time.

    Raises Refused where there is no result; EOFError or OSError when the child could not be started or died.
    """
    with subprocess.Popen([sys.executable, "-m", "hall.outcome.advice_worker"], cwd=ROOT, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as child:
        assert child.stdin is not None and child.stdout is not None
        try:
            pickle.dump((url, sitting), child.stdin)
            child.stdin.flush()
            while True:
                kind, value = pickle.load(child.stdout)  # our own child's words
                if kind == "share":
                    tell(value)
                    child.stdin.write(b"\n")
                    child.stdin.flush()
                elif kind == "refused":
                    raise Refused(value)
                else:
                    return value  # type: ignore[no-any-return]
        finally:
            try:
                child.wait(LET_GO_SECONDS if sys.exc_info()[0] is None else 0)
            except subprocess.TimeoutExpired:
                child.kill()


def work(told: BinaryIO, said: BinaryIO) -> None:
    """The child's side: read what is wanted, answer with shares and in the end a finding or a refusal."""
    url, sitting = pickle.load(told)

    def say(kind: str, value: object) -> None:
        pickle.dump((kind, value), said)
        said.flush()

    def tell(share: float) -> None:
        say("share", share)
        if not told.readline():
            raise SystemExit(1)

    database = Database(url)
    try:
        package = package_in_force(database, sitting)
        say("finding", Finding(
            advice=advise(package, progress=tell), ballots_sha256=package.ballots_sha256,
            ranking_groups={row.target: row.ranking_group for row in package.targets}))
    except (Refused, CannotTally, PackageRefused) as refused:
        say("refused", str(refused))
    finally:
        database.dispose()


if __name__ == "__main__":
    if hasattr(os, "nice"):
        os.nice(POLITE)
    answers, sys.stdout = sys.stdout.buffer, sys.stderr
    work(sys.stdin.buffer, answers)
