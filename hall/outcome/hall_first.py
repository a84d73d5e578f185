"""Nobody outside the hall learns a result before the hall does: which version waits, for whom, and until when.

A version waits from its publication until its reveal on the hall screen has come to its end, until the host lets it out,
or for an hour at most, whatever the screen shows meanwhile. Once out it stays out, also where the reveal begins anew. A
correction waits on a day of the sitting (version 1 was published on it, or a round closed), and where the version before
it still waited; on any later day no hall waits. People of the hall (`hall.moment.discretion`) saw the draft and wait for
nothing. Pages, downloads and the board ask `kept_from`. That a version is out is a line of the record.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from db.engine import Connection, Database
from db.reads import results as result_reads
from db.reads import segments as record_reads
from db.reads import sittings as reads
from db.reads.results import Newest
from db.values import Publication, Sitting, Staff
from db.work import Work, work
from hall.moment.discretion import is_of_the_hall
from hall.moment.packing import sitting_of
from hall.moment.snapshot import Snapshot
from office.local_time import day, minute
from office.points import PointsLedger, points_ledger
from office.refusal import Overtaken, Refused

AT_MOST = timedelta(hours=1)  # a reveal may never be led to its end
LET_OUT = "公开成绩"
BY_REVEAL, BY_HOST = "现场揭晓完毕", "主持人决定公开，不等揭晓完毕"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The newest version of a sitting while it is the hall's alone. `until`: when it is out at the latest."""

    sitting: str
    title: str
    version: int
    until: datetime

    @property
    def latest(self) -> str:
        """`最迟10:01`: the minute in which it is out at the latest."""
        return f"最迟{minute(self.until + timedelta(seconds=59))[-5:]}"


def kept_from(database: Database, who: Staff, now: datetime) -> tuple[Waiting, ...]:
    """What this person may not see yet: nothing of these sittings' results, their older versions included.

    To be asked after the result was read: what is published in between is then in the answer.
    """
    if is_of_the_hall(who):
        return ()
    return waiting(database, now)


def waiting(database: Database, now: datetime) -> tuple[Waiting, ...]:
    """What waits for the hall, whoever asks: for the people of the hall themselves."""
    with database.reading() as c:
        return _waiting(c, now)


def waiting_here(database: Database, sitting: str, now: datetime) -> Waiting | None:
    """`waiting` of one sitting."""
    return _of(waiting(database, now), sitting)


def waiting_on(database: Database, snapshot: Snapshot, now: datetime) -> Waiting | None:
    """The same of one sitting, asked once a snapshot: a console draws itself every second."""
    if not snapshot.published:
        return None
    if "hall first" not in snapshot.kept:
        snapshot.kept["hall first"] = waiting_here(database, snapshot.sitting.key, now)
    found = snapshot.kept["hall first"]
    return found if isinstance(found, Waiting) and now < found.until else None


def kept_from_here(database: Database, sitting: str, who: Staff, now: datetime) -> Waiting | None:
    """`kept_from` of one sitting."""
    return _of(kept_from(database, who, now), sitting)


def ledger_for(database: Database, who: Staff, now: datetime) -> tuple[PointsLedger, tuple[Waiting, ...]]:
    """The ledger as this person may see it, and whose points are not in it yet."""
    kept: tuple[Waiting, ...] = ()
    while True:
        book = points_ledger(database, without=frozenset(one.sitting for one in kept))
        known, kept = kept, kept_from(database, who, now)
        if {one.sitting for one in kept} <= {one.sitting for one in known}:
            return book, known


def let_out(database: Database, sitting: str, version: int, *, by: str, at: datetime) -> None:
    """The host lets this version out before the hall has seen it to the end."""
    with work(database) as w:
        found = sitting_of(w.c, sitting)
        w.rounds.lock_sitting(found.id)
        newest = result_reads.publication_count(w.c, found.id)
        if newest != version:
            raise Overtaken(f"成绩已另出第{newest}版，请看清后再按。")
        if not let_out_in(w, found, version, by=by, at=at, why=BY_HOST):
            raise Refused(f"第{version}版成绩已经公开，不用再按。")


def let_out_in(w: Work, found: Sitting, version: int, *, by: str, at: datetime, why: str) -> bool:
    """Inside a transaction that holds the sitting: whether this version waited, and is out now."""
    waits = _of(_waiting(w.c, at), found.key)
    if waits is None or waits.version != version:
        return False
    w.roster.touch(found.id)
    w.record.append(at=at, actor=by, action=LET_OUT, sitting_id=found.id, version=version, why=why)
    return True


def out_at(c: Connection, sitting: Sitting, version: Publication) -> datetime:
    """When this newest version was, or at the latest will be, there for everybody: a unit can object only to what it sees."""
    line = record_reads.last_move(c, sitting.id, (LET_OUT,))
    if line is not None and line.detail["version"] == version.number:
        return line.at
    newest = Newest(sitting_id=sitting.id, sitting=sitting.key, title=sitting.title, number=version.number,
                    published_at=version.published_at)
    return version.published_at + AT_MOST if _waits(c, newest) else version.published_at


def _of(some: tuple[Waiting, ...], sitting: str) -> Waiting | None:
    return next((one for one in some if one.sitting == sitting), None)


def _waiting(c: Connection, now: datetime) -> tuple[Waiting, ...]:
    return tuple(Waiting(sitting=one.sitting, title=one.title, version=one.number, until=one.published_at + AT_MOST)
                 for one in result_reads.published_after(c, now - AT_MOST) if _waits(c, one))


def _waits(c: Connection, newest: Newest) -> bool:
    """Whether this version was ever to wait and was not let out; the hour is the caller's to count."""
    line = record_reads.last_move(c, newest.sitting_id, (LET_OUT,))
    out = 0 if line is None else line.detail["version"]
    if newest.number == 1 or out == newest.number:
        return out != newest.number
    versions, today = result_reads.publications(c, newest.sitting_id), day(newest.published_at)
    before = versions[-2]
    return (day(versions[0].published_at) == today
            or any(one.closed_at is not None and day(one.closed_at) == today
                   for one in reads.rounds(c, newest.sitting_id))
            or (out != before.number and before.published_at + AT_MOST > newest.published_at))  # it still waited
