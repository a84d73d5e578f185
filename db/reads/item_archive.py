"""What is archived (归档) of the list: lists that are over, by their batch, and the items that stand still with them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, exists, func, select

from db import tables as t

PRESSED = ~exists().where(t.item_light.c.item_id == t.item_view.c.item_id, t.item_light.c.archived)
"""A condition on views: the item does not stand still in an archived list."""


def listed_from(c: Connection, batch: str) -> date | None:
    """The first day on which something of this list was listed; None where there is no such list."""
    first = c.execute(select(func.min(t.item.c.listed_on)).where(t.item.c.batch == batch)).scalar_one()
    return None if first is None else date.fromisoformat(first)


def archived_of(c: Connection, batch: str) -> int:
    """How many items of this list stand still."""
    return int(c.execute(select(func.count()).select_from(t.item).join(t.item_view, t.item_view.c.item_id == t.item.c.id)
                         .where(t.item.c.batch == batch, ~PRESSED)).scalar_one())


def any_pressed(c: Connection) -> bool:
    """Whether anything on the list is not archived."""
    of = t.item_light.c
    return c.execute(select(of.item_id).where(of.archived.is_(False), of.counted).limit(1)).first() is not None
