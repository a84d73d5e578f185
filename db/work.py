"""One transaction: `with work(database) as w`. It commits when the block ends, and undoes all of it on an error.

The stores hang on the work: `w.roster`, `w.rounds`, `w.results`, `w.people`, `w.items`, `w.record`. Reads take `w.c`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection

from db.engine import Database
from db.record import Record
from db.stores.evidence import EvidenceLines
from db.stores.items import Items
from db.stores.leading import Leading
from db.stores.look_backs import LookBacks
from db.stores.people import People
from db.stores.reconciliations import Reconciliations
from db.stores.reminders import Reminders
from db.stores.results import Results
from db.stores.roster import Roster
from db.stores.rounds import Rounds
from db.stores.segments import Segments
from db.stores.stage_talk import StageTalk


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """The stores of one open transaction."""

    c: Connection
    roster: Roster
    rounds: Rounds
    segments: Segments
    results: Results
    people: People
    items: Items
    talk: StageTalk
    evidence: EvidenceLines
    look_backs: LookBacks
    reminders: Reminders
    reconciliations: Reconciliations
    leading: Leading
    record: Record


@contextmanager
def work(database: Database) -> Iterator[Work]:
    """One transaction; after it, in one of its own, the screens that show what it changed of the list are told."""
    with database.write.begin() as c:
        items = Items(c)
        yield Work(c=c, roster=Roster(c), rounds=Rounds(c), segments=Segments(c), results=Results(c), people=People(c),
                   items=items,
                   talk=StageTalk(c), evidence=EvidenceLines(c), look_backs=LookBacks(c), reminders=Reminders(c),
                   reconciliations=Reconciliations(c), leading=Leading(c),
                   record=Record(c, also=items.told))
    if items.touched():
        with database.write.begin() as c:
            Items(c).touch(items.touched())
