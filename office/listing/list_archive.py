"""Lists that are over (归档): a campaign ends, its list is put away as it stands on a day. Its lights stand still from
then on, nobody is reminded of it, and it leaves the pages of today; it can still be read, and taken up again.

A list is known by its batch (批次). What happens to an item later brings that item back to where things are pressed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from db.engine import Database
from db.item_lights import ARCHIVE_SETTING, archive_days, rule_in_force
from db.reads import item_archive as reads
from db.stores.item_views import batch_ids
from db.stores.views_ahead import make_ahead, put_ahead
from db.values import Staff
from db.work import Work, work
from office import local_time
from office.listing.item_rights import OFFICE
from office.refusal import NotAllowed, NotFound, Refused

ARCHIVED, TAKEN_UP = "清单归档", "清单恢复在办"
STANDS = {"no": "在办的", "yes": "已归档的", "all": "全部清单"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PutAway:
    """How many items stand still with the list, and how many of it something has happened to since that day."""

    still: int
    alive: int

    @property
    def words(self) -> str:
        alive = f"；另有{self.alive}项在那天以后还有办理，仍算在办" if self.alive else ""
        return f"{self.still}项停在归档那天的状态，不再提醒{alive}。"


def archived(database: Database) -> Mapping[str, date]:
    """Batch -> the day on which that list was put away, the newest first."""
    with database.reading() as c:
        return dict(sorted(archive_days(c).items(), key=lambda pair: (pair[1], pair[0]), reverse=True))


def opening(database: Database) -> Mapping[str, str]:
    """What the list and the wall chart open with when their address asks for nothing: what is being pressed, or where
    that is nothing the list that was put away last."""
    with database.reading() as c:
        days = archive_days(c)
        if not days:
            return {}
        return {"archived": "no"} if reads.any_pressed(c) else {"batch": max(days, key=lambda batch: (days[batch], batch))}


def archive(database: Database, batch: str, *, on: date, who: Staff, at: datetime) -> PutAway:
    """Put a list away as it stood at the end of this day. Raises NotAllowed, NotFound, Refused."""
    _only_the_office(who)
    if on > local_time.day(at):
        raise Refused("归档日期不能晚于今天，请改正。")
    with database.reading() as c:  # the long part: nobody waits for it
        ahead = make_ahead(c, batch_ids(c, batch), rule_in_force(c), {**archive_days(c), batch: on})
    with work(database) as w:
        w.record.hold()
        begun = reads.listed_from(w.c, batch) if batch else None
        if begun is None:
            raise NotFound("清单里没有这个批次，请从列出的批次里选。")
        if on < begun:
            raise Refused(f"“{batch}”{begun.isoformat()}才开始列入，归档日期不能比这早。")
        if archive_days(w.c).get(batch) == on:
            raise Refused(f"“{batch}”已经在{on.isoformat()}归档。")
        set_away(w, {batch: on})
        put_ahead(w.c, ahead, batch_ids(w.c, batch))
        return put_away(w, batch, on, by=who.name, at=at)


def take_up_again(database: Database, batch: str, *, who: Staff, at: datetime) -> None:
    """From now on it is pressed again, by the lights of today. Raises NotAllowed, NotFound."""
    _only_the_office(who)
    with database.reading() as c:
        ahead = make_ahead(c, batch_ids(c, batch), rule_in_force(c),
                           {one: day for one, day in archive_days(c).items() if one != batch})
    with work(database) as w:
        w.record.hold()
        days = archive_days(w.c)
        if batch not in days:
            raise NotFound(f"“{batch[:40]}”没有归档，不用恢复。")
        was = days.pop(batch)
        w.roster.put_setting(ARCHIVE_SETTING, _written(days))
        count = put_ahead(w.c, ahead, batch_ids(w.c, batch))
        w.record.append(at=at, actor=who.name, action=TAKEN_UP, name=batch, day=was.isoformat(), count=count)


def set_away(w: Work, days: Mapping[str, date]) -> None:
    """Within somebody's transaction: the days from which these lists stand still. Their views are still to be made."""
    w.roster.put_setting(ARCHIVE_SETTING, _written({**archive_days(w.c), **days}))


def put_away(w: Work, batch: str, on: date, *, by: str, at: datetime) -> PutAway:
    """Within somebody's transaction: what was set, and stands in the views by now, written down."""
    seen = len(batch_ids(w.c, batch))
    still = reads.archived_of(w.c, batch)
    w.record.append(at=at, actor=by, action=ARCHIVED, name=batch, day=on.isoformat(), count=still)
    return PutAway(still=still, alive=seen - still)


def _written(days: Mapping[str, date]) -> str:
    return json.dumps({batch: day.isoformat() for batch, day in days.items()}, ensure_ascii=False, sort_keys=True)


def _only_the_office(who: Staff) -> None:
    if not who.roles & OFFICE:
        raise NotAllowed("清单归档由督办机构办理。")
