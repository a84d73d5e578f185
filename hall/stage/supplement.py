"""The supplementary sitting (补场): made by copying, and filled with the units that are put off to it.

It has the rule, the segments and the manner of the first sitting, a panel of its own by choice (the groups that come),
and nobody's badge: those are issued anew. A unit comes with what it declared, its presenter, its parts of the total,
its recusals and the questions prepared for it; listed apart until the host says that the supplementary sitting ranks.
One supplementary sitting takes in units until its first round is opened; the next one put off gets another.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from db.reads import segments as segment_reads
from db.reads import sittings as reads
from db.reads import stage_talk
from db.talk import PREPARED, QUEUED, WAITING
from db.values import Declaration, Seat, Sitting, Target
from db.work import Work
from hall.moment.extra import key_of
from office.refusal import Refused
from office.sitting.begun import has_been_on, has_begun
from office.sitting.plan import component_fault
from office.sitting.preparation import with_version
from scoring.rule import read_rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Which judge groups come to the supplementary sitting, when and where; empty groups: all of them."""

    groups: tuple[str, ...] = ()
    held_on: date | None = None
    place: str = ""


def supplement_of(w: Work, of: Sitting, panel: Panel, *, at: datetime) -> Sitting:
    """The supplementary sitting that still takes units in, made if there is none. A panel is chosen when it is made."""
    number = 1
    while (found := reads.sitting(w.c, key_of(of.key, number))) is not None:
        if not has_begun(w.c, found.id):
            return found
        number += 1
    return _made(w, of, key_of(of.key, number), number, panel, at=at)


def supplements(w: Work, of: Sitting) -> tuple[Sitting, ...]:
    """Every supplementary sitting of this one, in the order in which they were made."""
    found, number = [], 1
    while (one := reads.sitting(w.c, key_of(of.key, number))) is not None:
        found.append(one)
        number += 1
    return tuple(found)


def bring(w: Work, of: Sitting, one: Target, to: Sitting, *, at: datetime) -> None:
    """Put this unit at the end of the supplementary sitting's agenda, with all that it has prepared."""
    w.rounds.lock_sitting(to.id)
    agenda = reads.targets(w.c, to.id)
    if any(other.key == one.key for other in agenda):
        raise Refused(f"{to.title}的议程里已经有编号“{one.key}”，请先在那里处理。")
    units = {unit.key: unit.id for unit in reads.units(w.c)}
    target_id = w.roster.add_target(
        to.id, key=one.key, name=one.name, unit_id=units[one.unit], presenter=one.presenter,
        ranking_group=one.ranking_group, ranked=False, speaks=one.speaks, route=one.route,
        position=max((other.position for other in agenda), default=0) + 1)
    declared = reads.declarations(w.c, of.id).get(one.key)
    if declared is not None:
        w.roster.put_declaration(target_id, _unnumbered(declared))
    deducted = {each.key for each in read_rule(reads.rule_text(w.c, of.id)[0].encode()).deductions}
    for key, component, value in reads.components(w.c, of.id):
        if key == one.key and component not in deducted:  # what was deducted is of the sitting where it happened
            w.roster.put_component(target_id, component, value)
    codes = {seat.id: seat.code for seat in reads.every_seat(w.c, of.id)}
    there = {seat.code: seat.id for seat in reads.every_seat(w.c, to.id)}
    for (seat_id, key), reason in reads.recusals(w.c, of.id).items():
        if key == one.key and codes[seat_id] in there:
            w.roster.recuse(there[codes[seat_id]], target_id, reason)
    for question in stage_talk.questions(w.c, of.id):
        if question.target == one.key and question.source == PREPARED and question.state in (WAITING, QUEUED):
            w.talk.ask(to.id, target_id, source=PREPARED, asker=question.asker, group=question.group,
                       text=question.text, at=at)
    w.roster.touch(to.id)


def send_back(w: Work, one: Target, of: Sitting, *, at: datetime) -> Sitting | None:
    """Take the unit out of the supplementary sitting again, with what was prepared there; which one that was.

    Refused once it was on stage or scored there.
    """
    for to in reversed(supplements(w, of)):
        there = next((other for other in reads.targets(w.c, to.id) if other.key == one.key), None)
        if there is None:
            continue
        w.rounds.lock_sitting(to.id)  # no round is opened there meanwhile
        if has_been_on(w, to.id, one.key):
            raise Refused(f"{one.name}已在{to.title}上场，延期不能收回。")
        if w.items.holds_target(there.id):
            raise Refused(f"{one.name}在{to.title}已有事项列入清单，延期不能收回。")
        _bring_back(w, to, of, one, at)
        w.roster.drop_target(there.id)
        w.roster.touch(to.id)
        return to
    return None


def _bring_back(w: Work, to: Sitting, of: Sitting, one: Target, at: datetime) -> None:
    """What was prepared in the supplementary sitting is how it stands here too. Promises that are on the list stay."""
    here, there = reads.declarations(w.c, of.id).get(one.key), reads.declarations(w.c, to.id).get(one.key)
    listed = here is not None and any(promise.number for promise in here.commitments)
    if there != here and not listed:
        w.roster.put_declaration(one.id, there or Declaration())
    w.roster.change_target(one.id, presenter=next(
        other.presenter for other in reads.targets(w.c, to.id) if other.key == one.key))
    rule = read_rule(reads.rule_text(w.c, of.id)[0].encode())
    parts = {part.key for part in rule.components}
    for key, component, value in reads.components(w.c, to.id):
        if key == one.key and component in parts and component_fault(rule, component, value) is None:
            w.roster.put_component(one.id, component, value)
    codes = {seat.id: seat.code for seat in reads.every_seat(w.c, to.id)}
    seats = {seat.code: seat.id for seat in reads.every_seat(w.c, of.id)}
    for (seat_id, key), reason in reads.recusals(w.c, to.id).items():
        if key == one.key and codes[seat_id] in seats:
            w.roster.recuse(seats[codes[seat_id]], one.id, reason)
    known = {(each.asker, each.group, each.text) for each in stage_talk.questions(w.c, of.id) if each.target == one.key}
    for question in stage_talk.questions(w.c, to.id):
        if question.target == one.key and question.state in (WAITING, QUEUED) \
                and (question.asker, question.group, question.text) not in known:
            w.talk.ask(of.id, one.id, source=question.source, asker=question.asker, group=question.group,
                       text=question.text, at=question.asked_at, seat_id=seats.get(codes.get(question.seat or 0, "")),
                       state=question.state)


def _made(w: Work, of: Sitting, key: str, number: int, panel: Panel, *, at: datetime) -> Sitting:
    toml = with_version(reads.rule_text(w.c, of.id)[0], 1)
    rule = read_rule(toml.encode())
    coming = panel.groups or tuple(group.key for group in rule.groups)
    seats = [seat for seat in reads.every_seat(w.c, of.id) if seat.group in coming]
    alone = [group.name for group in rule.groups if group.secret and sum(s.group == group.key and not s.shadow for s in seats) == 1]
    if alone:
        raise Refused(f"{'、'.join(alone)}只有1席，无记名等于实名，不能单独进补场。")
    sitting_id = w.roster.add_sitting(
        key=key, title=f"{of.title}（补场{number if number > 1 else ''}）", arena=of.arena, period=of.period,
        held_on=panel.held_on or of.held_on, place=panel.place.strip() or of.place, note=of.note,
        ballot_mode=of.ballot_mode, seconds=of.seconds, grace_seconds=of.grace_seconds,
        desk_check_in=of.desk_check_in, at=at)
    w.roster.put_rule(sitting_id, version=rule.version, toml=toml, sha256=rule.sha256)
    w.segments.put(sitting_id, [replace(one, id=0) for one in segment_reads.segments(w.c, of.id)])
    units = {unit.key: unit.id for unit in reads.units(w.c)}
    for seat in seats:
        _seat(w, sitting_id, seat, units.get(seat.unit))
    found = reads.sitting(w.c, key)
    assert found is not None, "it was made in this transaction"
    return found


def _seat(w: Work, sitting_id: int, seat: Seat, unit_id: int | None) -> None:
    w.roster.add_seat(sitting_id, code=seat.code, group=seat.group, name=seat.name, unit_id=unit_id, route=seat.route,
                      shadow=seat.shadow)


def _unnumbered(declared: Declaration) -> Declaration:
    """Commitments get their numbers on the list from the sitting in which they are made."""
    return Declaration(shortcomings=tuple(
        replace(one, commitments=tuple(replace(promise, number=None) for promise in one.commitments))
        for one in declared.shortcomings))
