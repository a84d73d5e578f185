"""Putting a list that was read from a folder (`office.folders.list_folder`) into the database, whole, in one transaction.

An item whose number is there already is left as it is; a list of which all is new is archived where its folder says
so. Its files go onto the shelf of evidence, and the events that name them carry their hashes.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime

from db.engine import Database
from db.reads import sittings as sitting_reads
from db.work import Work, work
from office.folders.list_folder import ListPlan, first_event
from office.listing.list_archive import put_away
from office.proof.evidence_shelf import Arriving, Kept, Shelf, shelf_of
from office.sitting.sittings import add_units
from scoring import family
from scoring.item import Item
from scoring.life import apply


def load_list(database: Database, plan: ListPlan, *, sitting: str = "", by: str, at: datetime) -> tuple[str, ...]:
    """Enter what is not there yet; the numbers entered. `sitting`: the key of the sitting that it stands with."""
    with work(database) as w:
        if len(w.items.ids_of(one.number for one in plan.items)) == len({one.number for one in plan.items}):
            return ()
    if plan.units:
        add_units(database, plan.units, by=by, at=at)
    shelf = shelf_of(database)
    with ExitStack() as open_files, work(database) as w:
        there = w.items.ids_of(one.number for one in plan.items)
        fresh = {one.number: one for one in plan.items if one.number not in there}
        if not fresh:
            return ()
        found = sitting_reads.sitting(w.c, sitting) if sitting else None
        if found is not None:
            w.rounds.lock_sitting(found.id)
        targets = {one.key: one.id for one in sitting_reads.targets(w.c, found.id)} if found else {}
        with w.items.views_later():
            for number, one in fresh.items():
                target = targets.get(plan.targets.get(number, ""))
                w.items.enter_as(replace(one, sitting_id=found.id if found else None, target_id=target), first_event(one))
        _live(w, plan, set(fresh), _arriving(open_files, shelf, plan), by=by, at=at)
        w.record.append(at=at, actor=by, action="清单：批量列入", sitting_id=found.id if found else None, count=len(fresh),
                        item=f"{next(iter(fresh))} 至 {list(fresh)[-1]}", title=plan.title)
        if plan.archived_on is not None and len(fresh) == len(plan.items):
            for batch in dict.fromkeys(one.batch for one in plan.items if one.batch):
                put_away(w, batch, plan.archived_on, by=by, at=at)
        if found is not None:
            w.roster.touch(found.id)
    return tuple(fresh)


def _arriving(open_files: ExitStack, shelf: Shelf, plan: ListPlan) -> dict[str, Arriving]:
    """Name -> a file that events name, looked at and ready to be kept; once, however many items it belongs to."""
    arriving: dict[str, Arriving] = {}
    for name in dict.fromkeys(name for _number, _event, names in plan.events for name in names):
        with plan.files[name].open("rb") as file:
            arriving[name] = open_files.enter_context(shelf.arriving(name)).fill(file)
        arriving[name].look()
    return arriving


def _live(w: Work, plan: ListPlan, fresh: set[str], files: Mapping[str, Arriving], *, by: str, at: datetime) -> None:
    """Append everything that has happened to the new items, with all that follows for others."""
    ids = w.items.ids_of(one.number for one in plan.items)
    stand: dict[str, Item] = {one.number: apply(None, first_event(one)) for one in plan.items}
    kept: dict[str, Kept] = {}
    with w.items.views_later():
        for number, event, names in plan.events:
            if number not in fresh:
                continue
            for name in names:
                if name not in kept:
                    w.evidence.hold(files[name].sha256)
                    kept[name] = files[name].keep()
                w.evidence.add(ids[number], sha256=kept[name].sha256, name=kept[name].name,
                               media_type=kept[name].kind.value, size=kept[name].size, at=at, by=by)
            happened = family.happen(stand, number, replace(event, evidence=tuple(files[name].sha256 for name in names)))
            for one, follows in happened.events:
                w.items.append(ids[one], happened.items[one].length, follows)
            stand |= happened.items
