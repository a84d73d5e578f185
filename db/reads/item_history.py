"""Events of the list as they stand in the table, for whoever holds them against the record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from db import tables as t


def numbers(c: Connection) -> list[tuple[int, str]]:
    """(id, number) of every item, in the order in which they were entered."""
    return [(int(r.id), str(r.number)) for r in c.execute(select(t.item.c.id, t.item.c.number).order_by(t.item.c.id))]


def rows_of(c: Connection, ids: Sequence[int]) -> Mapping[int, list[Mapping[str, Any]]]:
    """Item id -> its events as rows, by serial; an item without any has an empty list."""
    found: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for r in c.execute(select(t.item_event).where(t.item_event.c.item_id.in_(ids))
                       .order_by(t.item_event.c.item_id, t.item_event.c.serial)):
        found[r.item_id].append(dict(r._mapping))
    return found
