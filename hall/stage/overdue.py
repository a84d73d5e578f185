"""What the clock does to a round, where nobody presses: close it when its collection is over, and give a collection
that no server was there for anew. The record names the clock as the hand.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from db.engine import Database
from db.reads import sittings as reads
from db.work import work
from hall.stage.rounds import close_round, hold
from office.refusal import Refused
from scoring.round import Phase

CLOCK = "时钟"
STORING = timedelta(seconds=1)  # what came in time and waits to be stored is given this long after the collection
MISSED = timedelta(seconds=2)  # a running server closes a round sooner than that after its collection


def close_what_is_due(database: Database, at: datetime, *, is_clear: Callable[[], bool] = lambda: True) -> int:
    """The clock: close every open round whose time is up; how many were closed.

    What reached the hall in time may still wait to be stored: in this process until `is_clear`, in others for the
    moment that they are given. Later papers are told apart by their own moment, whenever the round is closed.
    """
    with database.reading() as c:
        due = reads.open_rounds_past(c, at - STORING)
    closed = 0
    for sitting, round_id in due if due and is_clear() else ():
        try:
            close_round(database, sitting, by=CLOCK, at=at, round_id=round_id)
            closed += 1
        except Refused:  # closed by hand, or extended, in this very moment: the clock has nothing to do
            continue
    return closed


def collect_once_more(database: Database, at: datetime) -> int:
    """For a server that starts: rounds whose collection ended while none was running get it anew; how many.

    Papers that were made in time could not come in. The forms stay frozen: the deadline is this very moment.
    """
    with database.reading() as c:
        missed = reads.open_rounds_past(c, at - MISSED)
    for sitting, round_id in missed:
        with work(database) as w:
            found = hold(w, sitting)
            current = next((one for one in reads.rounds(w.c, found.id) if one.id == round_id), None)
            if current is not None and current.phase is Phase.OPEN:
                w.rounds.set_closing(round_id, at)
                w.roster.touch(found.id)
                w.record.append(at=at, actor=CLOCK, action="补收路上的票", sitting_id=found.id, round=round_id,
                                grace_seconds=found.grace_seconds)
    return len(missed)
