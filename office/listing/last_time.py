"""What each unit promised at the last sitting of the same arena, and how that stands: said before it promises again.

One line a unit, loaded once for a whole sitting; the items behind it are the list filtered by unit and sitting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from db.engine import Connection, Database
from db.reads import item_charts as reads
from db.reads import sittings as sitting_reads
from db.values import Sitting
from scoring.lights import Light

_DONE = (Light.DONE, Light.DONE_LATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class LastTime:
    """A unit's promises of the sitting before, as they stand on a day."""

    sitting: str
    title: str
    period: str
    promised: int
    closed: int
    closed_late: int
    overdue: int

    @property
    def words(self) -> str:
        """One short line for a phone: 上次承诺5项，已销号3项."""
        late = f"（逾期{self.closed_late}项）" if self.closed_late else ""
        overdue = f"，逾期未办结{self.overdue}项" if self.overdue else ""
        return f"上次承诺{self.promised}项，已销号{self.closed}项{late}{overdue}"


def promised_last_time(database: Database, sitting: str, *, today: date) -> Mapping[str, LastTime]:
    """Unit key -> what it promised last time; units that promised nothing are absent."""
    with database.reading() as c:
        found = sitting_reads.sitting(c, sitting)
        return {} if found is None else last_time_of(c, found, today)


def last_time_of(c: Connection, sitting: Sitting, day: date) -> dict[str, LastTime]:
    """The same within somebody's read."""
    before = reads.sitting_before(c, sitting.arena, sitting.held_on)
    if before is None:
        return {}
    sitting_id, key, title, period = before
    return {unit: LastTime(sitting=key, title=title, period=period, promised=sum(lights.values()),
                           closed=sum(lights.get(one.value, 0) for one in _DONE),
                           closed_late=lights.get(Light.DONE_LATE.value, 0), overdue=lights.get(Light.OVERDUE.value, 0))
            for unit, lights in reads.promised_in(c, sitting_id, day).items()}
