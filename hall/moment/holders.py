"""Who sat on a seat when, and what was done about it.

The seat keeps its ballots when the person changes; the record says since when it is whose. A paper is told with the
name of the person who had the seat as its round was opened, not of whoever has it now.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from db.engine import Connection, Database
from db.reads import people as people_reads
from db.reads import sittings as reads
from db.reads.people import RecordLine
from db.values import Sitting
from hall.moment.packing import sitting_of
from office.local_time import clock_time

REPLACING = "换人"
ABOUT_A_SEAT = frozenset({"签到", "取消签到", "离席", REPLACING, "制发胸牌", "停用胸牌", "更正席位", "登记回避", "当场回避",
                          "撤销回避", "作废一张票"})


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


def story_of(database: Database, sitting: str, code: str) -> tuple[str, ...]:
    """What the record says of one seat, the newest first: `10:31 换人：市领导2席 → 候补一，急事（主持人）`."""
    with database.reading() as c:
        found = sitting_of(c, sitting)
        names = {one.key: one.name for one in reads.targets(c, found.id)}
        lines = people_reads.record(c, sitting=found.key)
    return tuple(_told(line, names) for line in lines if line.action in ABOUT_A_SEAT and _is_about(line, code))


def _is_about(line: RecordLine, code: str) -> bool:
    seats = line.detail.get("seats")
    return line.detail.get("seat") == code or seats == "全部" or (isinstance(seats, list) and code in seats)


def _told(line: RecordLine, names: Mapping[str, str]) -> str:
    detail = line.detail
    listed = detail.get("targets")
    keys = [*(listed if isinstance(listed, list) else []), *([detail["target"]] if "target" in detail else [])]
    said = [f"{detail['before']} → {detail.get('name', '')}"] if "before" in detail else []
    said += [names.get(str(key), str(key)) for key in keys]
    said += [str(detail[word]) for word in ("reason", "note") if detail.get(word)]
    return f"{clock_time(line.at)} {line.action}{'：' if said else ''}{'，'.join(said)}（{line.actor}）"
