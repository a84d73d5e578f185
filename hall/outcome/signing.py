"""Four hands under a result: host or clerk propose it, clerk and supervisor confirm exactly these hashes, the host publishes.

Whatever changes after the proposal voids the confirmations, because what would be published is no longer what was
confirmed. Where nobody but the host is in office he publishes alone, and that is said, kept and printed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from db.engine import Connection, Database
from db.reads import people as people_reads
from db.reads import results as result_reads
from db.reads import signing as signing_reads
from db.stores.signing import Signing as SigningStore
from db.values import Confirmation, Proposal, Sitting, Terms
from db.work import Work, work
from hall.moment.packing import sitting_of
from hall.outcome.checklist import Count, checks_of, count, counting_since
from hall.outcome.in_office import PROPOSING, PUBLISHING, refuse_unless_in_office, three_are_in_office
from office.people import Role
from office.refusal import NotFound, Refused
from office.sitting.begun import has_begun

LONGEST_WINDOW = 24 * 90
CONFIRMING = (Role.SUPERVISOR, Role.CLERK)


class Hands(StrEnum):
    """Who has to stand behind a publication of this sitting."""

    BY_STAFF = "by_staff"
    THREE = "three_hands"
    HOST_ALONE = "host_alone"

    @property
    def words(self) -> str:
        return {Hands.BY_STAFF: "有主持人、计票员、监督员三个人时三方确认，否则主持人一人公布",
                Hands.THREE: "必须三方确认", Hands.HOST_ALONE: "主持人一人公布"}[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashes:
    """What exactly is confirmed."""

    rule: str
    ballots: str
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandsUnder:
    """What stands under a publication: the proposal that it was, if any, and what the record says of it."""

    proposal: Proposal | None
    words: str
    confirmed: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """Where version `number` stands. `void`: why the confirmations no longer hold; `alone`: why the host may do it alone.

    A proposal that is void is still shown, for what it was.
    """

    number: int
    terms: Terms
    needed: bool
    alone: str
    proposal: Proposal | None
    void: str
    objections: int

    def confirmation(self, role: Role) -> Confirmation | None:
        given = self.proposal.confirmations if self.proposal is not None and not self.void else ()
        return next((one for one in given if one.role == role.value), None)

    @property
    def missing(self) -> tuple[Role, ...]:
        return tuple(role for role in CONFIRMING if self.confirmation(role) is None) if self.needed else ()

    @property
    def in_force(self) -> Proposal | None:
        return None if self.void else self.proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """One flag on the console: shape and words, and whether it is as it should be."""

    words: str
    ok: bool


def signing_of(database: Database, sitting: str) -> Signing:
    """Where the next version stands; a proposal is compared with what would be published now."""
    with database.reading() as c:
        found = sitting_of(c, sitting)
        return _signing(c, found, counting_since(c, found))


@lru_cache(maxsize=16)
def signing_kept(database: Database, sitting: str, _serial: int) -> Signing:
    """`signing_of`, worked out once a change of the sitting: for a console that draws itself every second."""
    return signing_of(database, sitting)


def flags(now: Signing) -> tuple[Flag, ...]:
    """监督员 ✓ 计票员 ✓ 异议 n: nothing while nothing is proposed and nobody objects."""
    found: list[Flag] = []
    if now.needed and now.proposal is not None:
        found += [Flag(words=f"{role.words} {'✓' if now.confirmation(role) else '○ 未确认'}",
                       ok=now.confirmation(role) is not None) for role in CONFIRMING]
        if now.void:
            found.append(Flag(words="确认已作废", ok=False))
    if now.objections:
        found.append(Flag(words=f"异议 {now.objections}", ok=False))
    return tuple(found)


def set_terms(database: Database, sitting: str, *, hands: Hands, objection_hours: int, by: str, at: datetime) -> None:
    """Set how this sitting is published; only before its first ballot."""
    if not 0 <= objection_hours <= LONGEST_WINDOW:
        raise Refused(f"异议期请写0到{LONGEST_WINDOW}小时，0表示不受理异议。")
    with work(database) as w:
        found = _held(w, sitting)
        if has_begun(w.c, found.id):
            raise Refused("已经开始打分，公布方式和异议期不能再改。")
        SigningStore(w.c).set_terms(found.id, hands=hands.value, objection_hours=objection_hours)
        _tell(w, found, by, at, "设置公布方式", hands=hands.words, hours=objection_hours)


def propose(database: Database, sitting: str, *, by: str, at: datetime, reason: str = "") -> int:
    """Put the result as it stands forward to be confirmed; the proposal's id. A correction needs its reason here."""
    before = _count_before(database, sitting)
    with work(database) as w:
        found = _held(w, sitting)
        counting = counting_since(w.c, found, before)
        refuse_unless_in_office(w.c, by, PROPOSING, "提请确认由主持人或计票员来做。")
        now = _signing(w.c, found, counting)
        if not now.needed:
            raise Refused(f"本场不用提请确认：{now.alone}")
        _refuse_if_blocked(w.c, found, counting)
        if now.number > 1 and not reason.strip():
            raise Refused("更正成绩要写明原因，计票员、监督员要连原因一起确认。")
        if now.in_force is not None and now.in_force.reason == reason.strip():
            raise Refused("这一版成绩已经提请确认，不用再提。")
        hashes = _hashes_now(counting())
        _refuse_the_same_again(w.c, found, counting().written)
        made = SigningStore(w.c).propose(
            found.id, number=now.number, reason=reason.strip(), at=at, by=by, rule_sha256=hashes.rule,
            ballots_sha256=hashes.ballots, result_sha256=hashes.result)
        _tell(w, found, by, at, "提请确认成绩", version=now.number, reason=reason.strip(), rule_sha256=hashes.rule,
              ballots_sha256=hashes.ballots, result_sha256=hashes.result)
    return made


def confirm(database: Database, sitting: str, proposal_id: int, role: Role, *, by: str, at: datetime) -> None:
    """Confirm this very proposal, in this role, on one's own sign-in. Refused once anything has changed."""
    if role not in CONFIRMING:
        raise Refused("只有计票员和监督员要确认；主持人以公布为确认。")
    before = _count_before(database, sitting)
    with work(database) as w:
        found = _held(w, sitting)
        counting = counting_since(w.c, found, before)
        refuse_unless_in_office(w.c, by, frozenset({role}), f"这一步由{role.words}本人登录后确认。")
        now = _signing(w.c, found, counting)
        if now.proposal is None or now.proposal.id != proposal_id:
            raise Refused("您看到的那一份已不是现在提请确认的成绩。请刷新后重新核对。")
        if now.void:
            raise Refused(now.void)
        _refuse_if_blocked(w.c, found, counting)
        for one in now.proposal.confirmations:
            if one.role == role.value:
                raise Refused(f"{role.words}已由{one.by}确认。")
            if one.by == by:
                raise Refused(f"您已以{Role(one.role).words}身份确认，同一个人不能确认两次。请由另一位{role.words}确认。")
        SigningStore(w.c).confirm(proposal_id, role=role.value, at=at, by=by)
        _tell(w, found, by, at, "确认成绩", version=now.number, roles=[role.value],
              rule_sha256=now.proposal.rule_sha256, ballots_sha256=now.proposal.ballots_sha256,
              result_sha256=now.proposal.result_sha256)


def proposed_reason(c: Connection, sitting: Sitting, number: int) -> str:
    """The reason that was put forward with what would become this version."""
    proposal = signing_reads.newest_proposal(c, sitting.id, number)
    return "" if proposal is None else proposal.reason


def hands_under(c: Connection, sitting: Sitting, number: int, now: Hashes, *, reason: str, by: str) -> HandsUnder:
    """Whose hands stand under this publication; Refused where three are needed and not all of them are there."""
    proposal = signing_reads.newest_proposal(c, sitting.id, number)
    needed, alone = _needed(c, sitting.id)
    fits = proposal is not None and _hashes_of(proposal) == now and proposal.reason == reason
    if not needed:
        return HandsUnder(proposal=None, words=alone, confirmed={})
    refuse_unless_in_office(c, by, PUBLISHING, "成绩由主持人公布。")
    if proposal is None:
        raise Refused("还没有提请确认。请先提请计票员、监督员确认成绩，再公布。")
    if not fits:
        raise Refused(_what_changed(proposal, now) or "更正原因与提请确认时不同，请用提请时的原因，或重新提请确认。")
    given = {one.role: one.by for one in proposal.confirmations}
    missing = "、".join(role.words for role in CONFIRMING if role.value not in given)
    if missing:
        raise Refused(f"{missing}还没有确认。请在自己的登录下，到“成绩”页核对并确认。")
    if by in given.values():
        raise Refused("您已以计票员或监督员身份确认，同一个人不能确认两次。请由另一位主持人公布。")
    return HandsUnder(proposal=proposal, words=Hands.THREE.words, confirmed=given)


def hashes_of(result: Mapping[str, Any], written: str) -> Hashes:
    """The hashes of a result as JSON and as it is written."""
    return Hashes(rule=str(result["rule_sha256"]), ballots=str(result["ballots_sha256"]),
                  result=hashlib.sha256(written.encode()).hexdigest())


def confirmed_version(database: Database, sitting: str, number: int) -> Proposal | None:
    """The proposal, with its confirmations, that version `number` was; None where the host published alone."""
    with database.reading() as c:
        found = sitting_of(c, sitting)
        version = next((one for one in result_reads.publications(c, found.id) if one.number == number), None)
        if version is None:
            raise NotFound(f"没有第{number}版成绩。")
        return signing_reads.proposal_of(c, version.id)


def _signing(c: Connection, sitting: Sitting, counting: Callable[[], Count]) -> Signing:
    number = result_reads.publication_count(c, sitting.id) + 1
    needed, alone = _needed(c, sitting.id)
    proposal = signing_reads.newest_proposal(c, sitting.id, number)
    void = ""
    if proposal is not None:
        try:
            void = _what_changed(proposal, _hashes_now(counting()))
        except Refused as refused:
            void = f"提请确认之后有变动，已有的确认作废：{refused}"
    unsettled = sum(1 for one in signing_reads.objections(c, sitting.id) if not one.is_settled)
    return Signing(number=number, terms=signing_reads.terms(c, sitting.id), needed=needed, alone=alone,
                   proposal=proposal, void=void, objections=unsettled)


def _needed(c: Connection, sitting_id: int) -> tuple[bool, str]:
    """Whether three hands are needed; where not, the plain warning that goes with it."""
    hands = Hands(signing_reads.terms(c, sitting_id).hands)
    if hands is Hands.THREE or (hands is Hands.BY_STAFF and three_are_in_office(people_reads.staff(c))):
        return True, ""
    why = "本场设置如此" if hands is Hands.HOST_ALONE else "没有分别由三个人担任、已启用的主持人、计票员和监督员"
    return False, f"主持人一人公布，没有计票员和监督员的确认（{why}）。"


def _what_changed(proposal: Proposal, now: Hashes) -> str:
    """Why the confirmations of this proposal no longer hold; empty when they do."""
    changed = [words for words, then, today in (
        ("评分办法", proposal.rule_sha256, now.rule), ("选票", proposal.ballots_sha256, now.ballots),
        ("成绩", proposal.result_sha256, now.result)) if then != today]
    return f"提请确认之后{'、'.join(changed)}有变动，已有的确认作废。请核对后重新提请确认。" if changed else ""


def _count_before(database: Database, sitting: str) -> Count:
    with database.reading() as c:  # the long part, before the writer is held
        return count(c, sitting_of(c, sitting))


def _hashes_now(counted: Count) -> Hashes:
    if counted.result is None:
        raise Refused(counted.fault)
    return hashes_of(counted.result.as_json(), counted.written)


def _hashes_of(proposal: Proposal) -> Hashes:
    return Hashes(rule=proposal.rule_sha256, ballots=proposal.ballots_sha256, result=proposal.result_sha256)


def _refuse_if_blocked(c: Connection, sitting: Sitting, counting: Callable[[], Count]) -> None:
    if stops := [one.words for one in checks_of(c, sitting, counting) if one.blocking and not one.ok]:
        raise Refused("还不能确认：" + "；".join(stops))


def _refuse_the_same_again(c: Connection, sitting: Sitting, written: str) -> None:
    if any(one.result == written for one in result_reads.publications(c, sitting.id)[-1:]):
        raise Refused("成绩与上一版完全相同，不必再公布。")


def _held(w: Work, sitting: str) -> Sitting:
    found = sitting_of(w.c, sitting)
    w.rounds.lock_sitting(found.id)
    return found


def _tell(w: Work, sitting: Sitting, by: str, at: datetime, action: str, **detail: object) -> None:
    w.roster.touch(sitting.id)
    w.record.append(at=at, actor=by, action=action, sitting_id=sitting.id, **detail)
