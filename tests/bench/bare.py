"""What the disk gives without any server: one ballot and its six marks a commit, with nothing but `sqlite3`.

`python -m tests.bench.bare FOLDER SECONDS` prints the commits a second. WAL and `synchronous=FULL`, as the product.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
import uuid
from pathlib import Path

from tests.bench import machine

TABLES = """
create table ballot(id text primary key, voter integer not null, target integer not null, at text not null,
  unique(voter, target));
create table score(voter integer not null, target integer not null, criterion integer not null, mark text not null,
  primary key(voter, target, criterion)) without rowid;
"""


def measure(folder: Path, seconds: float) -> float:
    """Commits a second, in a process of its own on the server's core."""
    command = machine.pinned([sys.executable, "-m", "tests.bench.bare", str(folder), str(seconds)],
                             machine.SERVER_CORE)
    return float(subprocess.run(command, check=True, capture_output=True, text=True, timeout=seconds + 60).stdout)


def commit_ballots(folder: Path, seconds: float) -> float:
    file = folder / f"bare-{uuid.uuid4().hex}.db"
    c = sqlite3.connect(file, isolation_level=None)
    c.execute("pragma journal_mode=wal")
    c.execute("pragma synchronous=full")
    c.executescript(TABLES)
    done, began = 0, time.perf_counter()
    while (passed := time.perf_counter() - began) < seconds:
        c.execute("begin immediate")
        c.execute("insert into ballot values(?, ?, 1, ?)", (str(uuid.uuid4()), done, "2019-04-23T01:30:00.000Z"))
        c.executemany("insert into score values(?, 1, ?, ?)", [(done, n, str(80 + n)) for n in range(6)])
        c.execute("commit")
        done += 1
    c.close()
    for tail in ("", "-wal", "-shm"):
        Path(f"{file}{tail}").unlink(missing_ok=True)
    return done / passed


if __name__ == "__main__":
    print(commit_ballots(Path(sys.argv[1]), float(sys.argv[2])))
