"""What the disk gives without any server: one ballot and its six marks a commit, with nothing but `sqlite3`.

`python -m tests.bench.bare FOLDER SECONDS [insert|upsert]` prints the commits a second. WAL and `synchronous=FULL`,
as the product. `insert` writes each ballot once; `upsert` would replace an earlier one of the same voter.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Mapping
from pathlib import Path

from tests.bench import machine

TABLES = """
create table ballot(id text primary key, voter integer not null, target integer not null, at text not null,
  unique(voter, target));
create table score(voter integer not null, target integer not null, criterion integer not null, mark text not null,
  primary key(voter, target, criterion)) without rowid;
"""
INSERT = ("insert into ballot values(?, ?, 1, ?)", "insert into score values(?, 1, ?, ?)")
UPSERT = (f"{INSERT[0]} on conflict(voter, target) do update set id = excluded.id, at = excluded.at",
          f"{INSERT[1]} on conflict(voter, target, criterion) do update set mark = excluded.mark")
KINDS = {"insert": INSERT, "upsert": UPSERT}


def measure(folder: Path, seconds: float, *, kind: str = "insert", under: Mapping[str, str] | None = None) -> float:
    """Commits a second, in a process of its own on the server's core; `under` is added to its environment."""
    command = machine.pinned([sys.executable, "-m", "tests.bench.bare", str(folder), str(seconds), kind],
                             machine.SERVER_CORE)
    return float(subprocess.run(command, check=True, capture_output=True, text=True, timeout=seconds + 60,
                                env={**os.environ, **(under or {})}).stdout)


def commit_ballots(folder: Path, seconds: float, kind: str) -> float:
    of_ballot, of_score = KINDS[kind]
    file = folder / f"bare-{uuid.uuid4().hex}.db"
    c = sqlite3.connect(file, isolation_level=None)
    c.execute("pragma journal_mode=wal")
    c.execute("pragma synchronous=full")
    c.executescript(TABLES)
    done, began = 0, time.perf_counter()
    while (passed := time.perf_counter() - began) < seconds:
        c.execute("begin immediate")
        c.execute(of_ballot, (str(uuid.uuid4()), done, "2019-04-23T01:30:00.000Z"))
        c.executemany(of_score, [(done, n, str(80 + n)) for n in range(6)])
        c.execute("commit")
        done += 1
    c.close()
    for tail in ("", "-wal", "-shm"):
        Path(f"{file}{tail}").unlink(missing_ok=True)
    return done / passed


if __name__ == "__main__":
    print(commit_ballots(Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "insert"))
