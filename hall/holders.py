"""Who sat on a seat when. The seat keeps its ballots when the person changes; the record says since when it is whose.

A paper is told with the name of the person who had the seat as its round was opened, not of whoever has it now.
"""

from __future__ import annotations

from datetime import datetime

from db.engine import Connection
from db.reads import people as people_reads
from db.reads import sittings as reads
from db.values import Sitting

REPLACING = "换人"


def holders_at(c: Connection, sitting: Sitting, moment: datetime | None = None) -> dict[str, str]:
    """Seat code -> the name of who had it at this moment; now, when none is given."""
    names = {one.code: one.name for one in reads.seats(c, sitting.id)}
    if moment is None:
        return names
    for line in people_reads.record(c, sitting=sitting.key, action=REPLACING):  # the newest first
        if line.at > moment:
            names[str(line.detail["seat"])] = str(line.detail["before"])
    return names


def holders_for(c: Connection, sitting: Sitting, target: str) -> dict[str, str]:
    """Seat code -> who had it when the round that counts for this target was opened."""
    counting = [one for one in reads.rounds(c, sitting.id) if target in one.targets and one.void_reason is None]
    return holders_at(c, sitting, counting[-1].opened_at if counting else None)
