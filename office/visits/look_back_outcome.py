"""What the office finds of one visit (认定): the outcome goes onto the item's timeline with what visitors said and
photographed; something that was struck off and is not kept is reopened under its own number, with a new deadline.

Visitors advise, the office decides, once, and nobody for the own unit. What was found wrongly is corrected with a reason
(`office.visits.look_back_correction`).
"""

from __future__ import annotations

from datetime import date, datetime

from db.engine import Database
from db.reads import evidence as evidence_reads
from db.reads import look_backs as reads
from db.reads.look_backs import Answer
from db.values import Staff
from db.work import work
from office import local_time
from office.listing.items import happen_in
from office.refusal import NotAllowed, NotFound, Refused
from office.visits.look_back import open_plan, refuse_others
from scoring.commitment import Event, Kind, Status, Verdict

STRUCK_OFF = (Status.SIGNED_OFF.value, Status.CLOSED.value)


def decide(database: Database, plan_id: int, number: str, *, outcome: Verdict, reason: str, who: Staff, at: datetime,
           reopen_until: date | None = None) -> None:
    """The outcome of one visit. `reopen_until`: reopen what was struck off, to be mended by that day."""
    refuse_others(who)
    reason = reason.strip()
    if not reason:
        raise Refused("请写明认定的依据，例如：3名走访人员现场看到尚未动工。")
    with work(database) as w:
        open_plan(w, plan_id)  # first the plan, then the record: as answers do
        w.record.hold()
        visit = next((one for one in reads.visits(w.c, plan_id) if one.number == number), None)
        if visit is None:
            raise NotFound("这一项不在这次回头看里。")
        if who.unit and who.unit == visit.unit:
            raise NotAllowed("不能认定自己单位的事项，请由其他单位的经办人认定。")
        if reopen_until is not None and (outcome is Verdict.KEPT or visit.status not in STRUCK_OFF):
            raise Refused("只有已销号、又没有真正兑现的，才需要重开。请去掉整改期限，或改选结论。")
        if not w.look_backs.decide(plan_id, visit.item_id, outcome=outcome.value, reason=reason, at=at, by=who.name):
            raise Refused(f"{number}已经认定过。认定错了请用“更正认定”，写明原因。")
        said = tuple(one for one in reads.standing_answers(w.c, plan_id) if one.item_id == visit.item_id)
        photos = [one for one in evidence_reads.of_answers(w.c, tuple(reads.with_earlier(w.c, said))) if one.deleted_at is None]
        on = local_time.day(at)
        happen_in(w, number, Event(
            kind=Kind.LOOKED_BACK, at=at, on=on, by=who.name, role=who.title, verdict=outcome,
            text=f"{reason}{in_words(said)}", evidence=tuple(dict.fromkeys(one.sha256 for one in photos))))
        if reopen_until is not None:
            happen_in(w, number, Event(kind=Kind.RELAPSED, at=at, on=on, by=who.name, role=who.title,
                                       text=f"回头看认定{outcome.words}：{reason}", deadline=reopen_until))


def in_words(answers: tuple[Answer, ...]) -> str:
    """What visitors said, by their codes; nothing where nobody came."""
    if not answers:
        return ""
    return "（走访意见：" + "；".join(
        f"{one.code}认为{Verdict(one.verdict).words}{'，' + one.words if one.words else ''}" for one in answers) + "）"
