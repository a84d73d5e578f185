"""Correcting what was found of a visit (更正认定): the wrong outcome stays and is replaced, with the reason.

Where the look-back has booked its points already, the entry of the wrong outcome is reversed in the ledger and the
points of the right one are booked beside it, in one transaction with the line of the record. The item's timeline gets
the outcome that now stands; what was reopened stays open and is struck off in the usual way.
"""

from __future__ import annotations

from datetime import datetime

from db.engine import Database
from db.reads import look_backs as reads
from db.reads import people as people_reads
from db.reads import results as result_reads
from db.reads.look_backs import Plan, Visit
from db.reads.results import Entry
from db.values import Staff
from db.work import Work, work
from office import local_time
from office.listing.items import happen_in, kin_of
from office.points import ledger_sha256
from office.refusal import NotAllowed, NotFound, Refused
from office.visits.look_back import BOOKING, held_plan, refuse_others
from scoring.commitment import Event, Kind, Verdict
from scoring.life_rules import refusal
from scoring.number import parse_exact, plain

CORRECTING = "回头看更正认定"
_SAID = "（更正认定）"


def correct(database: Database, plan_id: int, number: str, *, outcome: Verdict, reason: str, who: Staff,
            at: datetime) -> tuple[int, ...]:
    """Put another outcome in the place of the one that stands; the ids of what the ledger got for it, the reversal first.

    Nothing is booked as long as the look-back is not closed: closing books what then stands. Raises Refused.
    """
    refuse_others(who)
    reason = reason.strip()
    if not reason:
        raise Refused("请写明更正的原因，例如：走访的不是承诺的路段，复核后道路已通车。")
    with work(database) as w:
        plan = held_plan(w, plan_id)
        w.record.hold()
        visit = next((one for one in reads.visits(w.c, plan_id) if one.number == number), None)
        if visit is None:
            raise NotFound("这一项不在这次回头看里。")
        if not visit.outcome:
            raise Refused(f"{number}还没有认定，请直接认定。")
        if who.unit and who.unit == visit.unit:
            raise NotAllowed("不能更正自己单位的认定，请由其他单位的经办人更正。")
        before = Verdict(visit.outcome)
        if before is outcome:
            raise Refused(f"{number}现在的认定就是“{outcome.words}”，没有要更正的。")
        w.look_backs.correct(plan_id, visit.item_id, outcome=outcome.value, reason=reason, at=at, by=who.name)
        _tell_the_item(w, number, before, outcome, reason, who=who, at=at)
        booked = _book(w, plan, visit, outcome, who=who, at=at) if plan.closed_at is not None else ()
        w.record.append(at=at, actor=who.name, action=CORRECTING, plan=plan_id, title=plan.title, number=number,
                        before=before.words, outcome=outcome.words, reason=reason, entries=[one.id for one in booked],
                        ledger_sha256=ledger_sha256(booked))
    return tuple(one.id for one in booked)


def _tell_the_item(w: Work, number: str, before: Verdict, outcome: Verdict, reason: str, *, who: Staff,
                   at: datetime) -> None:
    """Onto its timeline, where its life still takes a look-back: not for what has been merged, withdrawn or given anew."""
    event = Event(kind=Kind.LOOKED_BACK, at=at, on=local_time.day(at), by=who.name, role=who.title, verdict=outcome,
                  text=f"更正认定，原认定{before.words}：{reason}")
    if refusal(kin_of(w, number, event)[number], event.kind, event.on) is None:
        happen_in(w, number, event)


def _book(w: Work, plan: Plan, visit: Visit, outcome: Verdict, *, who: Staff, at: datetime) -> tuple[Entry, ...]:
    """Reverse what stands for this visit, then book the points of the right outcome; what had no points has no entry."""
    entries = result_reads.ledger(w.c)
    for one in _standing(w, plan, visit, entries):
        w.results.book(unit_id=visit.unit_id, period=one.period, kind=one.kind, cause=f"冲销：{one.cause.removesuffix(_SAID)}{_SAID}",
                       points=plain(-parse_exact(one.points)), publication_id=None, reverses_id=one.id, at=at, by=who.name)
    points = parse_exact(plan.points[outcome])
    if points:
        w.results.book(unit_id=visit.unit_id, period=plan.period, kind="bonus" if points > 0 else "deduction",
                       cause=f"回头看 {visit.number} {outcome.words}{_SAID}", points=plain(points), publication_id=None,
                       at=at, by=who.name)
    known = {one.id for one in entries}
    return tuple(one for one in result_reads.ledger(w.c) if one.id not in known)


def _standing(w: Work, plan: Plan, visit: Visit, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """The entries of this visit that nothing has reversed, by what the record tells of this look-back's bookings."""
    own = {entry for action in (BOOKING, CORRECTING) for line in people_reads.record(w.c, action=action)
           if line.detail.get("plan") == plan.id for entry in _ids(line.detail.get("entries"))}
    undone = {one.reverses_id for one in entries}
    return tuple(one for one in entries if one.id in own and one.id not in undone and one.reverses_id is None
                 and one.cause.startswith(f"回头看 {visit.number} "))


def _ids(told: object) -> tuple[int, ...]:
    return tuple(one for one in told if isinstance(one, int)) if isinstance(told, list) else ()
