"""What is written of an item and of its events: rows of the tables of the list, made without asking a database.

So the rows of a list that comes whole can be made before anybody waits for them. A row holds everything but the
item's id, which it gets when it is put.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from db.clock import text_of
from db.item_events import detail_of, started
from db.item_values import Milestone, NewItem, Source
from scoring.commitment import Event

Row = dict[str, Any]


class Place(NamedTuple):
    """Where an item stands among the numbers: 2019Q1-003 is the third of the series 2019Q1."""

    series: str
    nth: int
    number: str


def item_row(new: NewItem, place: Place, units: Mapping[str, int], *, at: datetime, by: str) -> Row:
    """`units`: the ids of its units. Raises KeyError for one that there is not."""
    return {
        "number": place.number, "series": place.series, "nth": place.nth, "kind": new.kind.value, "text": new.text,
        "shortcoming": new.shortcoming, "gap": new.gap, "goal": new.goal,
        "measures": json.dumps(new.measures, ensure_ascii=False), "unit_id": units[new.unit],
        "lead_unit_id": units[new.lead_unit] if new.lead_unit else None, "owner": new.owner,
        "contact_leader": new.contact_leader, "supervisor": new.supervisor, "team": new.team, "project": new.project,
        "batch": new.batch, "category": new.category, "value": new.value, "value_unit": new.value_unit,
        "baseline": new.baseline, "direction": new.direction, "started_on": started(new).isoformat(),
        "listed_on": new.listed_on.isoformat(), "deadline": _day(new.deadline), "sitting_id": new.sitting_id,
        "target_id": new.target_id, "commitment_id": new.commitment_id, "part_of": new.part_of or None,
        "note": new.note, "entered_at": text_of(at), "entered_by": by}


def source_row(source: Source, *, at: datetime) -> Row:
    return {"kind": source.kind.value, "words": source.words, "key": source.key or None, "at": text_of(at)}


def milestone_rows(plan: Sequence[Milestone]) -> list[Row]:
    return [{"position": position, "text": one.text, "due": one.due.isoformat(), "owner": one.owner}
            for position, one in enumerate(plan, 1)]


def event_row(serial: int, event: Event, more: Mapping[str, object] | None = None) -> Row:
    return {"serial": serial, "kind": event.kind.value, "at": text_of(event.at), "by": event.by, "by_role": event.role,
            "by_unit": event.by_unit, "detail": detail_of(event, more)}


def _day(one: date | None) -> str | None:
    return None if one is None else one.isoformat()
