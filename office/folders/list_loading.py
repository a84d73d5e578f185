"""Putting a list that was read from a folder (`office.folders.list_folder`) into the database, whole, in one transaction.

An item whose number is there already is left as it is; a list of which all is new is archived where its folder says
so. Its files go onto the shelf of evidence, and the events that name them carry their hashes.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime

from db.engine import Connection, Database
from db.item_values import NewItem
from db.reads import sittings as sitting_reads
from db.stores.item_views import ids_of
from db.stores.whole_lists import Ready, Seen, make_ready, seen_by
from db.work import Work, work
from office.folders.list_folder import ListPlan, first_event
from office.listing.list_archive import put_away, set_away
from office.proof.evidence_shelf import Arriving, Kept, Shelf, shelf_of
from office.sitting.sittings import add_units
from scoring import family
from scoring.commitment import Event
from scoring.item import Item
from scoring.life import apply


@dataclass(frozen=True, slots=True, kw_only=True)
class Lives:
    """What has happened to new items: (number, serial, event) of every move, with all that follows for others, and
    (number, file) of what moves rest on."""

    fresh: frozenset[str]
    moves: tuple[tuple[str, int, Event], ...]
    proofs: tuple[tuple[str, str], ...]


def load_list(database: Database, plan: ListPlan, *, sitting: str = "", by: str, at: datetime) -> tuple[str, ...]:
    """Enter what is not there yet; the numbers entered. `sitting`: the key of the sitting that it stands with."""
    listed = {one.number for one in plan.items}
    with database.reading() as c:
        wanted = listed - set(ids_of(c, listed))
    if not wanted:
        return ()
    if plan.units:
        add_units(database, plan.units, by=by, at=at)
    shelf = shelf_of(database)
    with ExitStack() as open_files:
        files = _arriving(open_files, shelf, plan)
        lives = _lived(plan, wanted, files)  # the long part: nobody waits for it
        with database.reading() as c:
            seen = seen_by(c)
            ready = _ready(c, _placed(c, plan, wanted, sitting), seen, by=by, at=at)
        with work(database) as w:
            found = sitting_reads.sitting(w.c, sitting) if sitting else None
            if found is not None:
                w.rounds.lock_sitting(found.id)
            w.record.hold()
            there = w.items.ids_of(listed)
            fresh = {one.number: one for one in plan.items if one.number not in there}
            if not fresh:
                return ()
            if lives.fresh != set(fresh):
                lives = _lived(plan, set(fresh), files)
            new, seen = _placed(w.c, plan, set(fresh), sitting), seen_by(w.c)
            if (ready.asked, ready.seen) != (new, seen):
                ready = _ready(w.c, new, seen, by=by, at=at)
            over = dict.fromkeys(one.batch for one in plan.items if one.batch) \
                if plan.archived_on is not None and len(fresh) == len(plan.items) else {}
            with w.items.views_later():
                w.items.enter_ready(ready)
                _live(w, lives, files, by=by, at=at)
                if plan.archived_on is not None and over:
                    set_away(w, dict.fromkeys(over, plan.archived_on))
            w.record.append(at=at, actor=by, action="清单：批量列入", sitting_id=found.id if found else None, count=len(fresh),
                            item=f"{next(iter(fresh))} 至 {list(fresh)[-1]}", title=plan.title)
            for batch in over:
                assert plan.archived_on is not None
                put_away(w, batch, plan.archived_on, by=by, at=at)
            if found is not None:
                w.roster.touch(found.id)
    return tuple(fresh)


def _placed(c: Connection, plan: ListPlan, fresh: set[str], sitting: str) -> tuple[NewItem, ...]:
    """These items, each with the sitting and the target that it stands with."""
    found = sitting_reads.sitting(c, sitting) if sitting else None
    targets = {one.key: one.id for one in sitting_reads.targets(c, found.id)} if found else {}
    return tuple(replace(one, sitting_id=found.id if found else None, target_id=targets.get(plan.targets.get(one.number, "")))
                 for one in plan.items if one.number in fresh)


def _ready(c: Connection, new: tuple[NewItem, ...], seen: Seen, *, by: str, at: datetime) -> Ready:
    return make_ready(c, new, seen, by=by, at=at, listed={one.number: first_event(one) for one in new})


def _arriving(open_files: ExitStack, shelf: Shelf, plan: ListPlan) -> dict[str, Arriving]:
    """Name -> a file that events name, looked at and ready to be kept; once, however many items it belongs to."""
    arriving: dict[str, Arriving] = {}
    for name in dict.fromkeys(name for _number, _event, names in plan.events for name in names):
        with plan.files[name].open("rb") as file:
            arriving[name] = open_files.enter_context(shelf.arriving(name)).fill(file)
        arriving[name].look()
    return arriving


def _lived(plan: ListPlan, fresh: set[str], files: Mapping[str, Arriving]) -> Lives:
    """The lives of these items, from the folder alone."""
    stand: dict[str, Item] = {one.number: apply(None, first_event(one)) for one in plan.items}
    moves: list[tuple[str, int, Event]] = []
    proofs: dict[tuple[str, str], None] = {}
    for number, event, names in plan.events:
        if number in fresh:
            proofs |= dict.fromkeys((number, name) for name in names)
            happened = family.happen(stand, number, replace(event, evidence=tuple(files[name].sha256 for name in names)))
            moves += [(one, happened.items[one].length, follows) for one, follows in happened.events]
            stand |= happened.items
    return Lives(fresh=frozenset(fresh), moves=tuple(moves), proofs=tuple(proofs))


def _live(w: Work, lives: Lives, files: Mapping[str, Arriving], *, by: str, at: datetime) -> None:
    """Append everything that has happened to the new items, and keep the files that it rests on."""
    ids = w.items.ids_of({*lives.fresh, *(number for number, _serial, _event in lives.moves)})
    kept: dict[str, Kept] = {}
    for name in dict.fromkeys(name for _number, name in lives.proofs):
        w.evidence.hold(files[name].sha256)
        kept[name] = files[name].keep()
    w.evidence.add_to_new([(ids[number], kept[name].sha256, kept[name].name, kept[name].kind.value, kept[name].size)
                           for number, name in lives.proofs], at=at, by=by)
    w.items.append_each((ids[number], serial, event) for number, serial, event in lives.moves)
