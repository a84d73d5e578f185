"""Evidence of what was done: who may add it, who may see it, who may take it away.

Everybody who signs in sees the evidence of the list, except that a liaison sees what concerns the own unit. A unit
adds to its own items, the office to all of them. Deleting needs a reason; the line and the hash stay; what a closure
rests on only the office deletes. Visitors of a
look-back come with their own link (`office.visits.visitors`). The content is on the shelf (`office.proof.evidence_shelf`).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from db.engine import Connection, Database
from db.reads import evidence as reads
from db.reads import items as item_reads
from db.reads.evidence import EvidenceLine, ItemUnits
from db.values import Staff
from db.work import Work, work
from office.people import Role
from office.proof.evidence_kinds import Kind
from office.proof.evidence_shelf import Arriving, Shelf
from office.refusal import NotAllowed, NotFound, Refused
from scoring.commitment import Kind as Event

OFFICE = frozenset({Role.ADMINISTRATOR, Role.HOST, Role.CLERK})
SEES_ALL = OFFICE | {Role.SUPERVISOR, Role.LEADER}
MOST_FILES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A file for somebody who may see it."""

    sha256: str
    kind: Kind
    name: str
    size: int


def may_see(who: Staff, item: ItemUnits) -> bool:
    return bool(who.roles & SEES_ALL) or (bool(who.unit) and who.unit in (item.unit, *item.supporting))


def may_add(who: Staff, item: ItemUnits) -> bool:
    """The office and the supervisor everywhere, a liaison where the own unit is responsible or supports."""
    return bool(who.roles & (OFFICE | {Role.SUPERVISOR})) or (
        Role.LIAISON in who.roles and bool(who.unit) and who.unit in (item.unit, *item.supporting))


def may_delete(who: Staff, line: EvidenceLine) -> bool:
    """The office, and whoever added it."""
    return bool(who.roles & OFFICE) or line.added_by == who.name


def item_if_seen(database: Database, number: str, who: Staff) -> ItemUnits | None:
    """The item, or None for somebody who may not see its evidence."""
    try:
        return item_for(database, number, who)
    except NotFound:
        return None


def item_for(database: Database, number: str, who: Staff) -> ItemUnits:
    """The item, for somebody who may see its evidence. An item of others is as unknown as one that never was."""
    with database.reading() as c:
        item = reads.item_units(c, number)
    if item is None or not may_see(who, item):
        raise NotFound(f"清单里没有“{number}”，或者它不归您的单位办理。请从承诺清单打开。")
    return item


def attach(database: Database, number: str, files: Sequence[Arriving], *, who: Staff,
           at: datetime) -> tuple[EvidenceLine, ...]:
    """Put these files with the item: all of them or none."""
    if not files:
        raise Refused("请先选择照片或文件。")
    item = item_for(database, number, who)
    if not may_add(who, item):
        raise NotAllowed("您可以看这一项的佐证，不能添加。请责任单位的联络员上传。")
    for one in files:
        one.look()
    with work(database) as w:
        lines = add_lines(w, item, files, by=who.name, at=at)
        w.record.append(at=at, actor=who.name, action="上传佐证", item=number, count=len(lines),
                        sha256=[one.sha256 for one in lines])
    return lines


def attach_files(database: Database, shelf: Shelf, number: str, files: Sequence[tuple[BinaryIO, str]], *, who: Staff,
                 at: datetime) -> tuple[EvidenceLine, ...]:
    """(open file, its name), from a page of the desktop: all of them or none."""
    with ExitStack() as stack:
        arriving = [stack.enter_context(shelf.arriving(name)).fill(file) for file, name in files]
        return attach(database, number, arriving, who=who, at=at)


def attach_file(database: Database, shelf: Shelf, number: str, file: BinaryIO, name: str, *, who: Staff,
                at: datetime) -> EvidenceLine:
    """One such file."""
    return attach_files(database, shelf, number, [(file, name)], who=who, at=at)[0]


def add_lines(w: Work, item: ItemUnits, files: Sequence[Arriving], *, by: str, at: datetime,
              answer_id: int | None = None) -> tuple[EvidenceLine, ...]:
    """Files that were looked at go onto the shelf and into the list, inside somebody's transaction."""
    if sum(one.deleted_at is None for one in reads.of_item(w.c, item.id)) + len(files) > MOST_FILES:
        raise Refused(f"这一项的佐证已有{MOST_FILES}份上下，没有再收。请先请管理员删去多余的。")
    found = []
    for one in files:
        w.evidence.hold(one.sha256)
        kept = one.keep()
        added = w.evidence.add(item.id, sha256=kept.sha256, name=kept.name, media_type=kept.kind.value,
                               size=kept.size, at=at, by=by, answer_id=answer_id)
        found.append(reads.line(w.c, added))
    return tuple(one for one in found if one is not None)


def evidence_of(database: Database, number: str, who: Staff) -> tuple[EvidenceLine, ...]:
    """Every file of an item, the deleted ones as lines without content."""
    item = item_for(database, number, who)
    with database.reading() as c:
        return lines_for(c, item, who)


def _bears_a_closure(c: Connection, line: EvidenceLine) -> bool:
    """Whether the item was asked to be struck off, or was checked, on the strength of this file."""
    return any(line.sha256 in one.event.evidence for one in item_reads.events(c, line.item_id)
               if one.event.kind in (Event.CLOSURE_ASKED, Event.CHECKED))


def lines_for(c: Connection, item: ItemUnits, who: Staff) -> tuple[EvidenceLine, ...]:
    """What this person may see of an item's files. What visitors photographed a unit sees once its outcome is found."""
    if not may_see(who, item):
        return ()
    lines = reads.of_item(c, item.id)
    if who.roles & SEES_ALL:
        return lines
    hidden = reads.undecided(c, [one.answer_id for one in lines if one.answer_id is not None])
    return tuple(one for one in lines if one.answer_id not in hidden)


def served(database: Database, evidence_id: int, who: Staff) -> Served:
    """What may be sent to this person. Raises NotFound for what is not there and for what is not theirs alike."""
    with database.reading() as c:
        line = reads.line(c, evidence_id)
        item = reads.item_units(c, line.item) if line is not None else None
        shown = lines_for(c, item, who) if item is not None else ()
    if line is None or line not in shown:
        raise NotFound("没有这份佐证。")
    return as_served(line)


def as_served(line: EvidenceLine) -> Served:
    if line.deleted_at is not None:
        raise NotFound(f"这份佐证已删除（{line.deleted_why}），只留校验码 {line.sha256[:12]}…。")
    return Served(sha256=line.sha256, kind=Kind(line.media_type), name=line.name, size=line.size)


def delete(database: Database, shelf: Shelf, evidence_id: int, *, why: str, who: Staff, at: datetime) -> None:
    """Take a file away; its line, its hash and the reason stay. The office, or whoever added it."""
    why = why.strip()
    if not why:
        raise Refused("请写明删除的原因，例如：照片里有群众的身份证号。")
    with work(database) as w:
        line = reads.line(w.c, evidence_id)
        item = reads.item_units(w.c, line.item) if line is not None else None
        if line is None or item is None or not may_see(who, item):
            raise NotFound("没有这份佐证。")
        if not may_delete(who, line):
            raise NotAllowed("只有上传的人和督办机构可以删除佐证。")
        if line.deleted_at is not None:
            raise Refused("这份佐证已经删除。")
        if not who.roles & OFFICE and _bears_a_closure(w.c, line):
            raise NotAllowed("这份佐证是申请销号的依据，不能自己删除。确需删除请联系督办机构。")
        w.evidence.delete(evidence_id, at=at, by=who.name, why=why)
        w.record.append(at=at, actor=who.name, action="删除佐证", item=line.item, sha256=line.sha256, reason=why)
    with work(database) as w:  # the deletion stands; nobody adds the same content while it goes
        w.evidence.hold(line.sha256)
        if not reads.is_wanted(w.c, line.sha256):
            shelf.discard(line.sha256)
