"""Bringing a workbook into a sitting: looked through first, then written in one transaction with one line in the record.

    seen = look_through(database, "county_2026q2", data)      # faults, changes in words, notes
    bring_in(database, "county_2026q2", data, agreed=seen.agreed, ...)

The same file a second time changes nothing. Rows with faults are left out only where the host says so.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from db.engine import Connection, Database
from db.reads import results as result_reads
from db.reads import segments as segment_reads
from db.reads import sittings as reads
from db.reads import stage_talk
from db.talk import PREPARED
from db.work import Work, work
from office.refusal import NotFound, Refused
from office.sheets.workbook import Fault, Workbook, read_workbook
from office.sheets.workbook_check import Changes, Checker, Held
from office.sheets.workbook_form import COLUMNS, PROMISES, QUESTIONS, SEATS, SITTING, STAGE, UNITS, filled_form
from office.sheets.workbook_promises import check_promises
from office.sheets.workbook_seats import check_seats, check_settings
from office.sheets.workbook_stage import check_questions, check_segments
from office.sitting.agenda_templates import planned, stored
from office.sitting.begun import latecomer_fault
from office.sitting.plan import PlannedQuestion, PlannedUnit
from office.sitting.preparation import prepared
from scoring.round import Phase
from scoring.rule import BallotKind, read_rule

RECORDED = 300  # changes that one line of the record names; the file's hash tells the rest


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedThrough:
    """What a workbook would do to a sitting. `agreed` names exactly this outcome; `changes` are (sheet, row, words)."""

    faults: tuple[Fault, ...]
    changes: tuple[tuple[str, int, str], ...]
    notes: tuple[str, ...]
    unreadable: bool
    agreed: str
    along: tuple[tuple[str, int], ...] = ()

    @property
    def left_out(self) -> tuple[tuple[str, int], ...]:
        """(sheet, row) of every row at fault, and of good rows that cannot come without one of those."""
        rows = {(one.sheet, one.row) for one in self.faults} | set(self.along)
        sheets = list(COLUMNS)
        return tuple(sorted(rows, key=lambda one: (sheets.index(one[0]) if one[0] in sheets else 99, one[1])))


def current_form(database: Database, sitting: str) -> bytes:
    """The form filled with what the sitting holds."""
    one = prepared(database, sitting)
    with database.reading() as c:
        return filled_form(one, reads.every_seat(c, one.sitting.id), reads.declarations(c, one.sitting.id),
                           planned(segment_reads.segments(c, one.sitting.id)), _prepared(c, one.sitting.id))


def look_through(database: Database, sitting: str, data: bytes) -> LookedThrough:
    """Nothing is changed. Raises Refused for a file that cannot be read at all."""
    book = read_workbook(data)
    with database.reading() as c:
        return _looked(book, _checked(book, _held(c, sitting)))


def bring_in(database: Database, sitting: str, data: bytes, *, name: str, agreed: str, good_rows_only: bool,
             by: str, at: datetime) -> LookedThrough:
    """Write what was agreed to; refused when the sitting has changed since, so that it would do something else."""
    book = read_workbook(data)
    with work(database) as w:
        found = reads.sitting(w.c, sitting)
        if found is not None:
            w.rounds.lock_sitting(found.id)  # no round is opened between looking and writing
        held = _held(w.c, sitting)
        checker = _checked(book, held)
        seen = _looked(book, checker)
        if seen.agreed != agreed:
            raise Refused("这一场的名单或进程刚才有变动，导入的结果会和您看到的不同，没有导入。请核对后再按一次。")
        if seen.unreadable or (seen.faults and not good_rows_only):
            raise Refused(f"还有{len(seen.faults)}处要改，没有导入任何内容。")
        if not seen.changes:
            raise Refused("表里的内容和系统里一样，不用导入。")
        _write(w, held, checker.changes, at)
        w.roster.touch(held.sitting.id)
        w.record.append(
            at=at, actor=by, action="Excel导入", sitting_id=held.sitting.id, file=name[:80],
            sha256=hashlib.sha256(data).hexdigest(), changes=[words for _s, _r, words in seen.changes[:RECORDED]],
            count=len(seen.changes), left_out=[_place(*one) for one in seen.left_out[:RECORDED]])
        return seen


def _held(c: Connection, key: str) -> Held:
    sitting = reads.sitting(c, key)
    if sitting is None:
        raise NotFound(f"没有场次“{key}”。")
    rounds = reads.rounds(c, sitting.id)
    declarations = reads.declarations(c, sitting.id)
    rule = read_rule(reads.rule_text(c, sitting.id)[0].encode())
    listed = {target for target, one in declarations.items() if any(promise.number for promise in one.commitments)}
    return Held(
        sitting=sitting, rule=rule, units=reads.units(c),
        targets=reads.targets(c, sitting.id), seats=reads.every_seat(c, sitting.id), declarations=declarations,
        begun=any(not one.is_slip for one in rounds), open=any(one.phase is Phase.OPEN for one in rounds),
        published=bool(result_reads.publication_count(c, sitting.id)),
        scored=frozenset(target for one in rounds if one.phase is not Phase.VOID for target in one.targets),
        fixed=frozenset(listed | {t for one in rounds if one.phase is Phase.PUBLISHED for t in one.targets}),
        segments=planned(segment_reads.segments(c, sitting.id)), ran=bool(segment_reads.runs(c, sitting.id)),
        questions=_prepared(c, sitting.id),
        latecomer=latecomer_fault(rule.ballot.kind is BallotKind.RANKING, sitting.ballot_mode,
                                  {one.phase for one in rounds}))


def _prepared(c: Connection, sitting_id: int) -> tuple[PlannedQuestion, ...]:
    return tuple(PlannedQuestion(target=one.target, asker=one.asker, group=one.group, text=one.text)
                 for one in stage_talk.questions(c, sitting_id) if one.source == PREPARED)


def _checked(book: Workbook, held: Held) -> Checker:
    """Nothing is held against the sitting where a sheet could not be read: its rows would only look missing."""
    if book.unreadable:
        return Checker(held)
    checker = Checker(held, orderly=all(one.sheet != UNITS for one in book.faults))
    check_settings(checker, book.lines.get(SITTING, ()))
    checker.agenda(book.lines.get(UNITS, ()))
    check_seats(checker, book.lines.get(SEATS, ()))
    check_promises(checker, book.lines.get(PROMISES, ()), faulty_units=book.faulty_units)
    check_segments(checker, book.lines.get(STAGE, ()), whole=all(one.sheet != STAGE for one in book.faults))
    check_questions(checker, book.lines.get(QUESTIONS, ()))
    return checker


def _looked(book: Workbook, checker: Checker) -> LookedThrough:
    order = {name: n for n, name in enumerate(book.lines)}
    faults = tuple(sorted((*book.faults, *checker.faults), key=lambda one: (order.get(one.sheet, 99), one.row, one.column)))
    changes = tuple(checker.changes.words)
    said = repr(([one.words for one in faults], changes, checker.changes))
    return LookedThrough(faults=faults, changes=changes, notes=(*book.notes, *checker.notes),
                         unreadable=book.unreadable or checker.other_sitting, agreed=hashlib.sha256(said.encode()).hexdigest(),
                         along=tuple(checker.along))


def _write(w: Work, held: Held, changes: Changes, at: datetime) -> None:
    sitting, roster = held.sitting.id, w.roster
    if changes.settings:
        roster.change_sitting(sitting, **changes.settings)
    units = {one.key: one.id for one in held.units} | _register(w, changes.units)
    targets = {one.key: one.id for one in held.targets}
    for key, values in changes.changed_targets.items():
        roster.change_target(targets[key], **values)
    last = max((one.position for one in held.targets), default=0)
    for position, new in enumerate(changes.targets, last + 1):
        targets[new.key] = roster.add_target(
            sitting, key=new.key, name=new.name, unit_id=units[new.unit], presenter=new.presenter,
            ranking_group=new.ranking_group, ranked=new.ranked, position=position, speaks=new.speaks,
            route=new.route)
    if changes.order:
        roster.order_targets({targets[key]: position for position, key in enumerate(changes.order, 1)})
    seats = {one.code: one.id for one in held.seats}
    for code, seat in changes.changed_seats.items():
        roster.change_seat(seats[code], name=seat["name"], group_key=seat["group"], unit_id=units.get(seat["unit"]),
                           route=seat["route"])
    for one in changes.seats:
        roster.add_seat(sitting, code=one.code, group=one.group, name=one.name, unit_id=units.get(one.unit),
                        route=one.route, shadow=one.shadow)
    for key, declaration in changes.declarations.items():
        roster.put_declaration(targets[key], declaration)
    if changes.segments is not None:
        w.segments.put(sitting, stored(changes.segments))
    for asked in changes.questions:
        w.talk.ask(sitting, targets[asked.target], source=PREPARED, asker=asked.asker, group=asked.group, text=asked.text,
                   at=at)


def _register(w: Work, units: list[PlannedUnit]) -> dict[str, int]:
    ids = {one.key: w.roster.add_unit(key=one.key, name=one.name, kind=one.kind) for one in units}
    known = {one.key: one.id for one in reads.units(w.c)} if units else {}
    for one in units:
        if one.parent:
            w.roster.set_parent(ids[one.key], known[one.parent])
    return ids


def _place(sheet: str, row: int) -> str:
    return f"{sheet}第{row}行" if row else sheet
