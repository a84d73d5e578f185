"""The views of items: what the replay of their events comes to, kept so that a list of thousands answers at once.

A view holds nothing that the events do not say. Its light is kept by days, from the last event on and as long as
nothing else happens; so that no view grows old overnight.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert, select

from db import tables as t

VERSION = 1
"""Of the code that makes views: a newer one makes all of them again when the program starts."""

FOREVER = "9999-12-31"


def make_again(c: Connection, item_ids: Iterable[int]) -> None:
    """Replay these items and put their views in place of the old ones."""
    for item_id in item_ids:
        c.execute(delete(t.item_light).where(t.item_light.c.item_id == item_id))
        c.execute(delete(t.item_view).where(t.item_view.c.item_id == item_id))
        item = c.execute(select(t.item).where(t.item.c.id == item_id)).one()
        last = c.execute(select(t.item_event.c.serial, t.item_event.c.at).where(t.item_event.c.item_id == item_id)
                         .order_by(t.item_event.c.serial.desc()).limit(1)).one()
        c.execute(insert(t.item_view).values(
            item_id=item_id, version=VERSION, serial=last.serial, status="listed", waits_for="unit",
            unit_id=item.unit_id, contact_leader=item.contact_leader, deadline=item.deadline, done_on=None, late=False,
            extensions=0, refusals=0, relapses=0, reminders=0, slips=0, slip_level="", parked_until=None,
            merged_into=None, parent=None, progress="", progress_on=None, last_at=last.at, letter_only=False,
            open=True, counted=True, state=json.dumps({})))


def make_stale_again(c: Connection) -> int:
    """Every item whose view is missing or was made by older code; how many."""
    stale = c.execute(
        select(t.item.c.id).outerjoin_from(t.item, t.item_view, t.item_view.c.item_id == t.item.c.id)
        .where(t.item_view.c.version.is_distinct_from(VERSION)).order_by(t.item.c.id)).scalars().all()
    make_again(c, stale)
    return len(stale)
