"""Promises that were made again at a later sitting: no item of their own, but one more source of the item that is there.

The source's key names the commitment (`commitment:12`), and through it the target, its unit and its sitting.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, exists, func, literal, or_, select

from db import tables as t

_KEY = literal("commitment:") + cast(t.commitment.c.id, Text)

NUMBER = func.coalesce(t.commitment.c.number, (
    select(t.item.c.number).join_from(t.item_source, t.item, t.item_source.c.item_id == t.item.c.id)
    .where(t.item_source.c.key == _KEY).correlate(t.commitment).scalar_subquery()))
"""The number under which a commitment is on the list, be it its own item or that of an earlier sitting."""

_SAID = (select(t.item_source.c.item_id).join_from(t.commitment, t.item_source, t.item_source.c.key == _KEY)
         .join(t.shortcoming, t.commitment.c.shortcoming_id == t.shortcoming.c.id)
         .join(t.target, t.shortcoming.c.target_id == t.target.c.id))

HOLDS_SOMETHING: ColumnElement[bool] = or_(
    exists().where(t.item.c.sitting_id == t.sitting.c.id),
    _SAID.where(t.target.c.sitting_id == t.sitting.c.id).correlate(t.sitting).exists())
"""Of a sitting: something on the list was said there."""


def said_at(sitting_ids: Select[Any]) -> ColumnElement[bool]:
    """Of an item: it was listed from one of these sittings, or promised there again."""
    return or_(t.item.c.sitting_id.in_(sitting_ids), t.item.c.id.in_(_SAID.where(t.target.c.sitting_id.in_(sitting_ids))))
