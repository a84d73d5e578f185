"""What many tests begin with is played once a process and then put, row by row, into each test's own database.

    @played
    def published(house):                        # plays in a house of its own, on SQLite
        hall = make.sitting(house)
        ...
        return hall

    hall = published(house)                      # a house without a row yet now holds all of it

The clock stands where it stood when the play ended; arguments besides the house are part of what is played.
"""

from __future__ import annotations

import atexit
import functools
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, insert, select, text

from db import tables as t
from tests import make


@dataclass(frozen=True)
class Kept:
    """The database as a file and as rows, the hall that was played in, and the time at the end."""

    file: Path
    rows: tuple[tuple[Any, list[dict[str, Any]]], ...]
    hall: make.Hall
    now: datetime

    def put_into(self, house: make.House) -> make.Hall:
        if house.database.file is not None:
            with closing(sqlite3.connect(self.file)) as source, closing(sqlite3.connect(house.database.file)) as goal:
                source.backup(goal)
        else:
            with house.database.write.begin() as c:
                self._insert(c)
        assert isinstance(house.clock, make.Clock)
        house.clock.now = self.now
        house.live.refresh()
        return replace(self.hall, house=house, secrets=dict(self.hall.secrets))

    def _insert(self, c: Connection) -> None:
        counted = []
        for table, rows in self.rows:
            c.execute(insert(table), rows)
            if "id" in table.c and table.c.id.autoincrement:
                counted.append(f"setval(pg_get_serial_sequence('{table.name}', 'id'), {max(row['id'] for row in rows)})")
        c.execute(text(f"select {', '.join(counted)}"))


def played(play: Callable[..., make.Hall]) -> Callable[..., make.Hall]:
    """The play as something that any empty house can be given."""
    done: dict[str, Kept] = {}

    @functools.wraps(play)
    def put(house: make.House, *asked: Any, **also: Any) -> make.Hall:
        wanted = repr((asked, also))
        if wanted not in done:
            done[wanted] = _kept(lambda own: play(own, *asked, **also))
        return done[wanted].put_into(house)

    return put


def _kept(play: Callable[[make.House], make.Hall]) -> Kept:
    folder = Path(tempfile.mkdtemp(prefix="leitai-played-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    clock = make.Clock()
    house = make.house(f"sqlite:///{folder / 'leitai.db'}", clock)
    try:
        hall = play(house)
        with house.database.reading() as c:
            rows = tuple((table, found) for table in t.metadata.sorted_tables if (found := _rows(c, table)))
    finally:
        house.close()
    with closing(sqlite3.connect(folder / "leitai.db")) as c:
        c.execute("pragma wal_checkpoint(truncate)")
    return Kept(file=folder / "leitai.db", rows=rows, hall=hall, now=clock.now)


def _rows(c: Connection, table: Any) -> list[dict[str, Any]]:
    """Parents and reversed entries have smaller ids."""
    found: list[Row[Any]] = list(c.execute(select(table).order_by(*table.primary_key.columns)))
    return [dict(row._mapping) for row in found]


@played
def scored(house: make.House, **marks: int) -> make.Hall:
    """The small sitting with a closed round of each of these targets: `scored(house, U1=90, U2=80)`."""
    hall = make.sitting(house)
    for target, mark in marks.items():
        hall.open(target)
        hall.everybody(mark)
        hall.close()
    return hall


@played
def published(house: make.House, **marks: int) -> make.Hall:
    """The same, published whatever the checklist warns of."""
    hall = scored(house, **marks)
    hall.publish(despite_warnings=True)
    return hall
