"""Visitors of a look-back (回头看): citizen monitors, reporters, representatives, each with a link that ends.

A link's secret is 128 random bits, printed on a badge as a QR code and kept only as SHA-256. It opens the items that
this visitor is asked about, their evidence, and nothing else. An answer that is sent twice is one answer; a later one
takes the place of an earlier one, which stays. Nobody is named: a badge has a code (监督员03).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from db.engine import Connection, Database
from db.reads import evidence as evidence_reads
from db.reads import look_backs as reads
from db.reads.evidence import EvidenceLine
from db.reads.look_backs import Answer, Plan, Visit, Visitor
from db.work import Work, work
from office import local_time
from office.proof import evidence
from office.proof.evidence import Served
from office.proof.evidence_shelf import Arriving
from office.refusal import NotFound, Refused
from scoring.commitment import Verdict

MOST_WORDS, MOST_ANSWERS, MOST_PHOTOS = 1000, 20, 6


class VisitorKind(StrEnum):
    """Who comes from outside (A06)."""

    CITIZEN_MONITOR = "citizen_monitor"
    REPORTER = "reporter"
    REPRESENTATIVE = "representative"

    @property
    def words(self) -> str:
        return {"citizen_monitor": "市民监督团", "reporter": "媒体记者", "representative": "社会各界代表"}[self.value]

    @property
    def code(self) -> str:
        return {"citizen_monitor": "监督员", "reporter": "记者", "representative": "代表"}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What one link opens: the look-back, the visits asked for, this visitor's answers that stand, by item, and the ids
    of all that were ever sent."""

    visitor: Visitor
    plan: Plan
    visits: tuple[Visit, ...]
    answers: tuple[Answer, ...]
    sent: frozenset[int]

    def visit(self, number: str) -> Visit:
        found = next((one for one in self.visits if one.number == number), None)
        if found is None:
            raise NotFound("这一项不在您的走访名单里。请返回名单选择。")
        return found

    def answer(self, visit: Visit) -> Answer | None:
        return next((one for one in self.answers if one.item_id == visit.item_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A visitor's link, shown once."""

    code: str
    kind: VisitorKind
    secret: str


def invite(w: Work, plan_id: int, counts: Sequence[tuple[VisitorKind, int]], item_ids: Sequence[int], *,
           dealt: bool, at: datetime) -> tuple[Link, ...]:
    """So many visitors of each kind, with fresh links; `dealt`: the items are dealt out among them, each to one.

    Otherwise everybody is asked about every item.
    """
    known = [one.code for one in reads.visitors(w.c, plan_id)]
    codes = []
    for kind, count in counts:
        before = sum(code.startswith(kind.code) for code in known)
        codes += [(kind, f"{kind.code}{n:02d}") for n in range(before + 1, before + count + 1)]
    links = []
    for n, (kind, code) in enumerate(codes):
        secret = secrets.token_urlsafe(16)
        w.look_backs.invite(plan_id, code=code, kind=kind.value, secret_sha256=_sha256(secret), at=at,
                            item_ids=item_ids[n::len(codes)] if dealt else item_ids)
        links.append(Link(code=code, kind=kind, secret=secret))
    return tuple(links)


def give_new_link(database: Database, plan_id: int, code: str, *, by: str, at: datetime) -> Link:
    """A lost badge: a new link; the old one stops at once."""
    with work(database) as w:
        visitor = _visitor(w.c, plan_id, code)
        secret = secrets.token_urlsafe(16)
        w.look_backs.give_new_secret(visitor.id, _sha256(secret), at)
        w.record.append(at=at, actor=by, action="重发走访链接", code=code, plan=plan_id)
    return Link(code=code, kind=VisitorKind(visitor.kind), secret=secret)


def stop_link(database: Database, plan_id: int, code: str, *, by: str, at: datetime) -> None:
    with work(database) as w:
        w.look_backs.stop(_visitor(w.c, plan_id, code).id, at)
        w.record.append(at=at, actor=by, action="停用走访链接", code=code, plan=plan_id)


def opened(database: Database, secret: str) -> Invitation:
    """What this link opens. Raises NotFound for a link that never was and for one that was replaced alike."""
    with database.reading() as c:
        return _opened(c, secret)


def may_answer(plan: Plan, at: datetime) -> str:
    """Why nothing is taken any more, in words; empty while the look-back runs."""
    if plan.closed_at is not None or local_time.day(at) > plan.ends_on:
        return f"这次回头看已于{plan.ends_on.isoformat()}结束，不再接收新的意见。谢谢您的走访。"
    return ""


def answer(database: Database, secret: str, number: str, *, verdict: str, words: str, nonce: str,
           files: Sequence[Arriving], at: datetime) -> Answer:
    """A verdict with words and photos; the same nonce again gives the same answer."""
    words, nonce = words.strip(), nonce.strip()
    for one in files:
        if one.look().is_document:
            raise Refused("这里只收照片。请在现场拍照后上传。")
    with work(database) as w:
        invitation = _opened(w.c, secret)
        w.look_backs.hold(invitation.plan.id)
        visit = invitation.visit(number)
        mine = [one for one in reads.answers_of(w.c, invitation.visitor.id)]
        known = next((one for one in mine if one.nonce == nonce), None)
        if known is not None:
            return known
        _refuse(invitation.plan, verdict, words, nonce, files, at)
        if sum(one.item_id == visit.item_id for one in mine) >= MOST_ANSWERS:
            raise Refused("这一项您已经改过很多次，不再接收。请联系组织方。")
        if visit.outcome:
            raise Refused("这一项的回头看结论已经认定，不再接收新的意见。谢谢您的走访。")
        made = w.look_backs.answer(invitation.visitor.id, visit.item_id, nonce=nonce, verdict=verdict, words=words, at=at)
        item = evidence_reads.item_units(w.c, number)
        assert item is not None
        if files:
            evidence.add_lines(w, item, files, by=invitation.visitor.code, at=at, answer_id=made)
        w.record.append(at=at, actor=invitation.visitor.code, action="回头看意见", item=number, verdict=verdict,
                        sha256=[one.sha256 for one in files])
        return next(one for one in reads.answers_of(w.c, invitation.visitor.id) if one.id == made)


def evidence_for(database: Database, invitation: Invitation, visit: Visit, *, at: datetime) -> tuple[EvidenceLine, ...]:
    """What the unit has shown of this item, and the visitor's own photos; nothing of other visitors.

    When the look-back is over only the own photos are left: a badge that lies about opens no files for good.
    """
    ended = bool(may_answer(invitation.plan, at))
    with database.reading() as c:
        return tuple(one for one in evidence_reads.of_item(c, visit.item_id)
                     if one.deleted_at is None and ((one.answer_id is None and not ended) or one.answer_id in invitation.sent))


def served(database: Database, secret: str, evidence_id: int, *, at: datetime) -> Served:
    """A file for the holder of this link."""
    invitation = opened(database, secret)
    for visit in invitation.visits:
        for line in evidence_for(database, invitation, visit, at=at):
            if line.id == evidence_id:
                return evidence.as_served(line)
    raise NotFound("没有这份佐证。")


def _refuse(plan: Plan, verdict: str, words: str, nonce: str, files: Sequence[Arriving], at: datetime) -> None:
    ended = may_answer(plan, at)
    if ended:
        raise Refused(ended)
    if verdict not in tuple(Verdict):
        raise Refused("请先选一个结论：兑现了、只在纸面上兑现，或没有兑现。")
    if verdict != Verdict.KEPT and not words:
        raise Refused("请写几句您看到的情况，办理单位要据此整改。")
    if len(words) > MOST_WORDS:
        raise Refused(f"情况说明最长{MOST_WORDS}字，请删减后再提交。")
    if not 8 <= len(nonce) <= 64:
        raise Refused("页面不完整，没有收下。请重新打开这一项再提交。")
    if len(files) > MOST_PHOTOS:
        raise Refused(f"照片最多{MOST_PHOTOS}张。")


def _opened(c: Connection, secret: str) -> Invitation:
    visitor = reads.visitor_by_secret(c, _sha256(secret))
    plan = reads.plan(c, visitor.plan_id) if visitor is not None else None
    if visitor is None or plan is None:
        raise NotFound("这个走访链接无效或已停用。请核对二维码，或向组织方要新的链接。")
    wanted = set(visitor.items)
    every = reads.answers_of(c, visitor.id)
    latest = {one.item_id: one for one in every}
    return Invitation(visitor=visitor, plan=plan, answers=tuple(latest.values()), sent=frozenset(one.id for one in every),
                      visits=tuple(one for one in reads.visits(c, plan.id) if one.item_id in wanted))


def _visitor(c: Connection, plan_id: int, code: str) -> Visitor:
    found = next((one for one in reads.visitors(c, plan_id) if one.code == code), None)
    if found is None:
        raise NotFound(f"没有走访人员“{code}”。")
    return found


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
