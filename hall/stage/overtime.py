"""Overtime and its deduction: offered when a speech went over its limit, booked as a count of the rule's own deduction.

Nothing is deducted by the clock: a host presses, after looking. The count stands with what else is not balloted, until
the result is published; every change of it is on record.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from db.engine import Database
from db.reads import results as result_reads
from db.reads import sittings as reads
from db.work import work
from hall.moment.snapshot import Snapshot
from hall.stage.rounds import hold
from office.points import signed
from office.refusal import NotFound, Overtaken, Refused
from scoring.rule import Deduction, Rule, read_rule

KEY, WORD = "overtime", "超时"
BOOK, TAKE_BACK = "计超时扣分", "撤销超时扣分"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What the rule deducts for overtime, and how often it is booked for the unit on stage."""

    component: str
    words: str
    counted: int


def deduction_of(rule: Rule) -> Deduction | None:
    """The rule's deduction for overtime: by its key, else by its name."""
    return next((one for one in rule.deductions if one.key == KEY),
                next((one for one in rule.deductions if WORD in one.name), None))


def offer(database: Database, snapshot: Snapshot, target: str) -> Offer | None:
    """None where the rule deducts nothing for it, or the result is out. Read once a snapshot."""
    found = deduction_of(snapshot.rule)
    if found is None or snapshot.published:
        return None
    kept = snapshot.kept.get("overtime")
    if not isinstance(kept, dict):
        with database.reading() as c:
            kept = {key: int(value) for key, component, value in reads.components(c, snapshot.sitting.id)
                    if component == found.key}
        snapshot.kept["overtime"] = kept
    return Offer(component=found.key, words=f"{found.name}，每次{signed(found.points)}分", counted=kept.get(target, 0))


def book(database: Database, sitting: str, target: str, to: int, *, seen: int, by: str, at: datetime) -> None:
    """Let this many be booked for the target, as pressed by someone who saw `seen` of them."""
    with work(database) as w:
        found = hold(w, sitting)
        if result_reads.publication_count(w.c, found.id):
            raise Refused("成绩已公布，扣分不能再改。更正要另出一版并写明原因。")
        deduction = deduction_of(read_rule(reads.rule_text(w.c, found.id)[0].encode()))
        if deduction is None:
            raise Refused("评分办法里没有超时扣分。")
        one = next((one for one in reads.targets(w.c, found.id) if one.key == target), None)
        if one is None:
            raise NotFound("议程里没有这个单位。")
        if one.postponed:
            raise Refused(f"{one.name}已延到补场，本场不计它的超时扣分。超时在补场按补场的发言计。")
        now = next((int(value) for key, component, value in reads.components(w.c, found.id)
                    if (key, component) == (target, deduction.key)), 0)
        if now != seen:
            raise Overtaken(f"{one.name}的超时扣分现在是{now}次，另一台主持台刚刚改过。请看清后再操作。")
        if to < 0:
            raise Refused("没有可以撤销的超时扣分。")
        w.roster.put_component(one.id, deduction.key, str(to) if to else "")
        w.roster.touch(found.id)
        w.record.append(at=at, actor=by, action=BOOK if to > now else TAKE_BACK, sitting_id=found.id, target=target,
                        component=deduction.name, value=to)
