"""kill -9 before every single write of a reveal's step, of both keyings of a paper, and of a publication.

A process of its own does the use case and is gone right before its n-th statement that is no question, begin and commit
among them, for every n up to the last. What it leaves is what was there before, or all of it; whoever comes back does
it again and ends where an undisturbed hall ends.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from db.engine import Database
from db.reads import results as result_reads
from db.reads import sittings as reads
from hall.ballots import paper
from hall.ballots.paper_slips import slips
from hall.moment.packing import package_of, sitting_of
from hall.outcome import results, verification
from hall.screen import showing
from office.refusal import Refused
from scoring.tally import tally
from tests import make

KEY, AT = "mortal", make.START
pytestmark = pytest.mark.slow


def publish(database: Database, at: datetime) -> None:
    results.publish(database, KEY, by="host", at=at)


def reveal(database: Database, at: datetime) -> None:
    showing.reveal_to(database, KEY, 2, seen=1, version=1, by="host", at=at)


def first_keying(database: Database, at: datetime) -> None:
    paper.enter(database, KEY, 1, "L3", {"m.U1.quality": "77"}, by="clerk1", at=at)


def second_keying(database: Database, at: datetime) -> None:
    paper.enter(database, KEY, 1, "L3", {"m.U1.quality": "77"}, by="clerk2", at=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One use case, what has to be there before it, and how many writes it is known to take at least."""

    does: Callable[[Database, datetime], None]
    before: Callable[[make.Hall], None]
    writes: int


def three_scored(hall: make.Hall, papers: bool = False) -> None:
    for n, target in enumerate(("U1", "U2", "U3")):
        hall.open(target)
        for m, code in enumerate(code for code in hall.secrets if (code, target) != ("L4", "U1")):
            if not (papers and code == "L3"):
                hall.cast(code, 90 - 7 * n - m % 3)
        hall.close()


def all_scored(hall: make.Hall) -> None:
    three_scored(hall)


def at_step_one(hall: make.Hall) -> None:
    three_scored(hall)
    hall.publish()
    showing.reveal_to(hall.house.database, KEY, 1, seen=0, version=1, by="host", at=hall.now)


def one_phone_less(hall: make.Hall) -> None:
    three_scored(hall, papers=True)


def keyed_once(hall: make.Hall) -> None:
    one_phone_less(hall)
    first_keying(hall.house.database, hall.now)


ACTS = {
    "publish": Act(does=publish, before=all_scored, writes=25),
    "reveal": Act(does=reveal, before=at_step_one, writes=5),
    "first_keying": Act(does=first_keying, before=one_phone_less, writes=5),
    "second_keying": Act(does=second_keying, before=keyed_once, writes=8),
}


def die_at(file: str, name: str, nth: int) -> None:
    """In a process of its own: be gone right before the nth statement of any connection that is no question."""
    database, left = Database(f"sqlite:///{file}"), [nth]

    def count(statement: str) -> None:
        if statement.lstrip().lower().startswith("select"):
            return
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1

    for engine in (database.write, database.read):
        event.listen(engine, "connect", lambda connection, _record: connection.set_trace_callback(count))
    ACTS[name].does(database, AT)


@contextmanager
def opened(file: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{file}")
    try:
        yield database
    finally:
        database.dispose()


def facts(database: Database) -> dict[str, Any]:
    """What a person would find: nothing random, nothing of when."""
    with database.reading() as c:
        found = sitting_of(c, KEY)
        return {
            "checks": [words for words, holds in verification.checks(c) if not holds],
            "phases": [one.phase for one in reads.rounds(c, found.id)],
            "stage": reads.stage(c, found.id),
            "publications": [(one.number, one.reason) for one in result_reads.publications(c, found.id)],
            "ledger": [(one.unit, one.points, one.cause) for one in result_reads.ledger(c)],
            "list": [(one.number, one.text) for one in result_reads.listed_commitments(c)],
            "count": tally(package_of(c, found)).as_json() | {"ballots_sha256": "of marks and of drawn numbers"},
            "papers": [(one.label, one.fate, one.keyed_by) for one in slips(database, KEY)],
        }


def rows(file: Path) -> str:
    """Every row, as a restarted process finds it."""
    with closing(sqlite3.connect(file)) as c:
        return "\n".join(c.iterdump())


@pytest.fixture(scope="module")
def processes() -> Any:
    """Every death is forked from one clean process that has all the code in memory."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.torture.test_sudden_death"])
    return context


@pytest.mark.parametrize("name", sorted(ACTS))
def test_killed_before_every_write_all_of_it_or_nothing_has_happened(
        tmp_path: Path, sqlite_with_tables: Path, processes: Any, name: str) -> None:
    act, start, file = ACTS[name], tmp_path / "start.db", tmp_path / "leitai.db"
    shutil.copyfile(sqlite_with_tables, start)
    house = make.house(f"sqlite:///{start}")
    act.before(make.sitting(house, make.plan(KEY)))
    house.close()
    with opened(start) as database:
        unborn = facts(database)
    shutil.copyfile(start, file)
    with opened(file) as database:
        act.does(database, AT)
        whole = facts(database)
    assert whole != unborn and whole["checks"] == []

    clean = rows(start)
    nothing = everything = nth = 0
    while True:
        for left in tmp_path.glob("leitai.db*"):
            left.unlink(missing_ok=True)
        shutil.copyfile(start, file)
        child = processes.Process(target=die_at, args=(str(file), name, nth))
        child.start()
        child.join(timeout=60)
        if child.exitcode == 0:
            break
        assert child.exitcode == -signal.SIGKILL
        if rows(file) == clean:
            nothing += 1
            if nothing % 8 == 1:
                with opened(file) as database:
                    act.does(database, AT)
                    assert facts(database) == whole, f"not as it would have been, killed before write {nth}"
        else:
            everything += 1
            with opened(file) as database:
                assert facts(database) == whole, f"half of it, killed before write {nth}"
                with pytest.raises(Refused):
                    act.does(database, AT)
                assert facts(database) == whole
        nth += 1
    assert nothing >= act.writes and nth == nothing + everything
