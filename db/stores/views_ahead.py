"""Views of items made before the writer is held: for a rule of lights that is about to be another one, a list that is
about to be archived, sources that are about to be linked.

Only items that will look different are kept, and only they are written. What is made ahead rests on the events that
there were, the rule and the archives: whoever writes makes again what does not rest on them any more (`put_ahead`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Table, delete, insert, select

from db import tables as t
from db.item_lights import archive_days, rule_in_force
from db.item_rows import Row
from db.stores import item_views
from db.stores.item_views import NOTHING, Events
from scoring.lights import LightRule

_AT_ONCE = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """`serials`: of the last event that each item had. `rows`: of each table all rows of an item, where one of them will
    be another one; of what will be as it was none."""

    rule: LightRule
    archived: Mapping[str, date]
    serials: Mapping[int, int]
    rows: Mapping[Table, Mapping[int, Sequence[Row]]]


def make_ahead(c: Connection, item_ids: Sequence[int], rule: LightRule, archived: Mapping[str, date], *,
               also: Events = NOTHING) -> Ahead:
    """The views of these items, and of the wholes above them, under this rule and these archives. `also`: events that
    are about to be appended."""
    serials = serials_of(c, item_ids)
    rows: dict[Table, dict[int, Sequence[Row]]] = defaultdict(dict)
    for n in range(0, len(item_ids), _AT_ONCE):
        told, fresh = item_views.made(c, item_ids[n:n + _AT_ONCE], rule, archived, also)
        for table, coming in fresh.items():
            held, new = defaultdict[int, list[Row]](list), defaultdict[int, list[Row]](list)
            for r in c.execute(select(table).where(table.c.item_id.in_(told)).order_by(*table.primary_key)):
                held[r.item_id].append(dict(r._mapping))
            for row in coming:
                new[row["item_id"]].append(row)
            rows[table] |= {one: new[one] for one in told if held[one] != new[one]}
    return Ahead(rule=rule, archived=archived, serials=serials, rows=rows)


def serials_of(c: Connection, item_ids: Sequence[int] | None = None) -> dict[int, int]:
    """Item id -> the serial of the last event in its view; of all items where none are named."""
    found: dict[int, int] = {}
    asked = select(t.item_view.c.item_id, t.item_view.c.serial)
    for n in range(0, 1 if item_ids is None else len(item_ids), _AT_ONCE):
        some = asked if item_ids is None else asked.where(t.item_view.c.item_id.in_(item_ids[n:n + _AT_ONCE]))
        found |= {int(r.item_id): int(r.serial) for r in c.execute(some)}
    return found


def put_ahead(c: Connection, ahead: Ahead, item_ids: Sequence[int] | None = None) -> int:
    """What was made, in place of what it replaces, and made again what has moved since; how many items these are, or all
    of them. The rule and the archives are in force by now."""
    serials = serials_of(c, item_ids)
    if (ahead.rule, ahead.archived) == (rule_in_force(c), archive_days(c)):
        replace_views(c, ahead)
        item_views.make_again(c, (one for one, serial in serials.items() if ahead.serials.get(one) != serial))
    else:
        item_views.make_again(c, serials)
    return len(serials)


def replace_views(c: Connection, ahead: Ahead) -> None:
    """The rows that are other ones. Whoever has moved since is made again after it, with the wholes above."""
    for table, by_item in ahead.rows.items():
        ids = list(by_item)
        for n in range(0, len(ids), _AT_ONCE):
            c.execute(delete(table).where(table.c.item_id.in_(ids[n:n + _AT_ONCE])))
        if rows := [row for some in by_item.values() for row in some]:
            c.execute(insert(table), rows)
