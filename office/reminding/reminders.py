"""Reminders (提醒): due within a week, due today, overdue, no progress for a month; what a unit was asked and has not
answered; what waits for a decision; and whom each concerns.

A pure rule over the items that wait for their unit, and over those that wait for others: an extension or a closure that
is asked for, a return, a parked item to be looked at again. Terms are configured. They stand on the home page of whom
they concern, and go out as a file or a message (`office.reminding.notify`). A recipient is a unit's liaison, a contact leader, the
supervisors who check on site, or the office.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from db.engine import Database
from db.reads import item_nodes
from db.reads import items as item_reads
from db.reads import people as people_reads
from db.reads import reminders as reads
from db.reads.item_nodes import Pressed
from db.reads.reminders import Sent, Undecided, Waiting
from db.reads.unanswered import Unanswered, unanswered
from db.values import Staff
from db.work import work
from office.export import csv_of
from office.local_time import day_in_words
from office.people import Role
from office.prints.docx import docx_of, paragraph, table
from office.refusal import Refused
from office.reminding.node_reminders import node_reasons
from office.reminding.why import CONCERNS, LEADER, OFFICE, OFFICE_NAME, SUPERVISOR, SUPERVISOR_NAME, UNIT, Why
from scoring.commitment import Kind, Status

SETTING = "reminder_terms"
_OFFICE_ROLES = frozenset({Role.ADMINISTRATOR, Role.HOST, Role.CLERK})
_BY_STATUS = {Status.RETURNED: Why.RETURNED, Status.CLOSING: Why.TO_CHECK, Status.CHECKED: Why.TO_SIGN,
              Status.SIGNED_OFF: Why.TO_PUBLISH, Status.PARKED: Why.TO_REVIEW}
_BY_DEADLINE = frozenset({Why.OVERDUE, Why.DUE, Why.DUE_SOON, Why.NODE_OVERDUE, Why.NODE_DUE})

_About = Waiting | Undecided | Unanswered | Pressed


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Days before the deadline, and days without a report of progress."""

    soon_days: int = 7
    quiet_days: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Who is reminded: `key` is `unit:lucheng`, `leader:分管副市长`, `supervisor` or `office`."""

    key: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """One thing that one recipient is reminded of. `days`: to the deadline, negative after it; or since it moved, or
    since it has been waiting: `asked` says for what, and of milestones which."""

    item_id: int
    number: str
    text: str
    unit_name: str
    deadline: date | None
    why: Why
    days: int
    recipient: Recipient
    asked: str = ""

    @property
    def words(self) -> str:
        if self.why in (Why.NODE_OVERDUE, Why.NODE_DUE):
            return self.asked
        if self.why is Why.NO_PROGRESS:
            return f"{self.days}天没有报告进展"
        if self.why is Why.DUE:
            return "今天到期"
        if self.why in _BY_DEADLINE:
            return f"逾期{-self.days}天" if self.days < 0 else f"还有{self.days}天到期"
        if self.why is Why.UNANSWERED:
            return f"{self.asked}，{f'{self.days}天没有回应' if self.days else '今天'}"
        return f"{self.asked}，{f'等了{self.days}天' if self.days else '今天刚转来'}"


def reasons(item: Waiting, day: date, terms: Terms) -> Iterator[tuple[Why, int]]:
    """Why this item is reminded of on this day, with the days that say so."""
    if item.deadline is not None:
        left = (item.deadline - day).days
        if left < 0:
            yield Why.OVERDUE, left
        elif left == 0:
            yield Why.DUE, 0
        elif left <= terms.soon_days:
            yield Why.DUE_SOON, left
    quiet = (day - item.moved_on).days
    if quiet >= terms.quiet_days:
        yield Why.NO_PROGRESS, quiet


def decision(item: Undecided) -> tuple[Why, str]:
    """What has to be decided of it, as a kind and in words."""
    why = _BY_STATUS.get(Status(item.status)) or (Why.NO_DEADLINE if item.wanted is None else Why.EXTENSION_ASKED)
    if why is Why.EXTENSION_ASKED and item.wanted is not None:
        return why, f"申请延到{item.wanted.isoformat()}"
    if why is Why.TO_CHECK and item.failed:
        return why, "核查没有通过，待复查或不予销号"
    return why, {Why.RETURNED: "单位退回，待重新交办", Why.TO_CHECK: "申请销号，待现场核查", Why.TO_SIGN: "核查通过，待签批",
                 Why.TO_PUBLISH: "已签批，待公示", Why.TO_REVIEW: "复核日期已到", Why.NO_DEADLINE: "还没有期限"}[why]


def asked_of_unit(item: Unanswered) -> str:
    """What its unit was asked, in words."""
    said = f"（{item.said}）" if item.said else ""
    return {Kind.REMINDED: "已催办，请报告进展", Kind.CLOSURE_REFUSED: "没有准予销号，请补办后再申请",
            Kind.RELAPSED: "反弹重开，请整改", Kind.PART_REOPENED: "分项反弹重开，请整改",
            Kind.EXTENSION_DECIDED: "延期没有批准，请抓紧办理", Kind.NODE_CHECKED: "节点没有核实通过，请补办后再报",
            Kind.SLIP_ISSUED: "督办单待答复"}[item.kind] + said


def reminders_of(items: Iterable[Waiting], day: date, terms: Terms, undecided: Iterable[Undecided] = (),
                 asked: Iterable[Unanswered] = (), nodes: Iterable[Pressed] = (),
                 keys: frozenset[str] | None = None) -> tuple[Reminder, ...]:
    """Every reminder of a day, or those for these recipients: by recipient, the office last, the most urgent first."""
    told: list[tuple[_About, Why, int, str]] = []
    told += [(item, why, days, "") for item in items for why, days in reasons(item, day, terms)]
    told += [(one, decision(one)[0], max(0, (day - one.since).days), decision(one)[1]) for one in undecided]
    told += [(one, Why.UNANSWERED, max(0, (day - one.since).days), asked_of_unit(one)) for one in asked]
    told += [(one, *reason) for one in nodes for reason in node_reasons(one, day)]
    found = [
        Reminder(item_id=item.id, number=item.number, text=item.text, unit_name=item.unit_name, deadline=item.deadline,
                 why=why, days=days, recipient=recipient, asked=words)
        for item, why, days, words in told for recipient in _recipients(item, why) if keys is None or recipient.key in keys]
    order = {why: n for n, why in enumerate(Why)}
    return tuple(sorted(found, key=lambda one: (one.recipient.key == OFFICE, one.recipient.key, order[one.why],
                                                one.days if one.why in _BY_DEADLINE else -one.days, one.number)))


def of_day(database: Database, day: date) -> tuple[Reminder, ...]:
    """What everybody is reminded of on this day."""
    with database.reading() as c:
        terms = _terms(people_reads.setting(c, SETTING))
        return reminders_of(reads.waiting(c, day, soon_days=terms.soon_days, quiet_days=terms.quiet_days), day, terms,
                            reads.undecided(c, day), unanswered(c), item_nodes.pressed(c, day, soon_days=terms.soon_days))


def of_person(database: Database, who: Staff, day: date) -> tuple[Reminder, ...]:
    """What concerns one person on this day; the others' items are not even read."""
    office, keys = bool(who.roles & _OFFICE_ROLES), _keys(who)
    if not keys:
        return ()
    names = (who.title, who.name) if Role.LEADER in who.roles else ()
    own = None if office else (who.unit if Role.LIAISON in who.roles else "", names)
    with database.reading() as c:
        terms = _terms(people_reads.setting(c, SETTING))
        found = reads.waiting(c, day, soon_days=terms.soon_days, quiet_days=terms.quiet_days, of=own)
        waits = reads.undecided(c, day, office=office, checks=SUPERVISOR in keys, leaders=names)
        asked = unanswered(c, who.unit) if Role.LIAISON in who.roles and who.unit else ()
        nodes = item_nodes.pressed(c, day, soon_days=terms.soon_days, of=own)
    return reminders_of(found, day, terms, waits, asked, nodes, keys)


def mine(every: Iterable[Reminder], who: Staff) -> tuple[Reminder, ...]:
    """What concerns this person: the own unit, the items that name this leader, everything of the office."""
    keys = _keys(who)
    return tuple(one for one in every if one.recipient.key in keys)


def _keys(who: Staff) -> frozenset[str]:
    keys = set()
    if Role.LIAISON in who.roles and who.unit:
        keys.add(f"unit:{who.unit}")
    if Role.LEADER in who.roles:
        keys |= {f"leader:{who.title}", f"leader:{who.name}"}  # the list names a leader by title or by name
    if Role.SUPERVISOR in who.roles:
        keys.add(SUPERVISOR)
    if who.roles & _OFFICE_ROLES:
        keys.add(OFFICE)
    return frozenset(keys)


def known_recipients(database: Database) -> dict[str, str]:
    """Name -> key of everybody who can be reminded: units and leaders on the list, supervisors, the office."""
    with database.reading() as c:
        return {**{name: f"unit:{key}" for key, name in item_reads.known_units(c)},
                **{name: f"leader:{name}" for name in item_reads.known_leaders(c)}, SUPERVISOR_NAME: SUPERVISOR,
                OFFICE_NAME: OFFICE}


def sent(database: Database) -> tuple[Sent, ...]:
    """What was sent lately, the newest first, in words."""
    with database.reading() as c:
        return tuple(replace(one, why=Why(one.why).words, channel={"mail": "邮件", "webhook": "消息接口"}[one.channel])
                     for one in reads.sent(c))


def terms_of(database: Database) -> Terms:
    with database.reading() as c:
        return _terms(people_reads.setting(c, SETTING))


def set_terms(database: Database, soon_days: int, quiet_days: int, *, by: str, at: datetime) -> None:
    if not (1 <= soon_days <= 60 and 1 <= quiet_days <= 365):
        raise Refused("到期前提醒请写1到60天，无进展提醒请写1到365天。")
    with work(database) as w:
        w.roster.put_setting(SETTING, json.dumps({"soon_days": soon_days, "quiet_days": quiet_days}))
        w.record.append(at=at, actor=by, action="设置提醒期限", changes={"到期前天数": soon_days, "无进展天数": quiet_days})


def reminders_csv(every: Iterable[Reminder]) -> bytes:
    return csv_of(_HEAD, (_row(one) for one in every))


def reminders_docx(every: Iterable[Reminder], day: date) -> bytes:
    """One sheet for each recipient, to be handed out."""
    rows: dict[Recipient, list[Reminder]] = {}
    for one in every:
        rows.setdefault(one.recipient, []).append(one)
    blocks = [paragraph("清单提醒", style="Title"), paragraph(day_in_words(day), style="Subtitle")]
    for recipient, some in rows.items():
        blocks += [paragraph(f"{recipient.name}（{len(some)}条）", style="Heading1"),
                   table(("编号", "事项", "责任单位", "期限", "提醒"), (_row(one)[1:6] for one in some), shares=(3, 8, 3, 3, 4))]
    return docx_of(*blocks)


_HEAD = ("提醒对象", "编号", "事项", "责任单位", "期限", "提醒", "类别")


def _row(one: Reminder) -> tuple[str, ...]:
    return (one.recipient.name, one.number, one.text, one.unit_name,
            one.deadline.isoformat() if one.deadline else "未定", one.words, one.why.words)


def _recipients(item: _About, why: Why) -> Iterator[Recipient]:
    for one in CONCERNS[why]:
        if one == UNIT:
            yield Recipient(key=f"unit:{item.unit}", name=item.unit_name)
        elif one == LEADER and item.leader:
            yield Recipient(key=f"leader:{item.leader}", name=item.leader)
        elif one == SUPERVISOR:
            yield Recipient(key=SUPERVISOR, name=SUPERVISOR_NAME)
        elif one == OFFICE:
            yield Recipient(key=OFFICE, name=OFFICE_NAME)


def _terms(written: str | None) -> Terms:
    return Terms(**json.loads(written)) if written else Terms()
