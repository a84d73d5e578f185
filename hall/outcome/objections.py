"""异议: a unit objects to its published result, its points are frozen, clerk or supervisor review, and it is settled.

Upheld (维持) settles it at once and thaws the points; corrected (更正) settles it with the next version, which carries
its own reason. Nothing is deleted, no version is touched; the ledger only leaves frozen points out of the balance.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from db.engine import Connection, Database
from db.reads import results as result_reads
from db.reads import signing as signing_reads
from db.reads import sittings as reads
from db.stores.signing import Signing as SigningStore
from db.values import Objection, Publication, Sitting, Staff, Target
from db.work import Work, work
from hall.moment.discretion import is_of_the_hall
from hall.moment.packing import sitting_of
from hall.outcome.hall_first import out_at
from office.local_time import minute
from office.people import Role
from office.refusal import NotAllowed, NotFound, Refused

FILING, DECIDING = "提出异议", "复核异议"
LONGEST_GROUNDS = 2000
REVIEWING = frozenset({Role.CLERK, Role.SUPERVISOR})
_ON_BEHALF = frozenset({Role.HOST, Role.ADMINISTRATOR})


class Decision(StrEnum):
    """What a review ends in."""

    UPHELD = "upheld"
    CORRECTED = "corrected"

    @property
    def words(self) -> str:
        return "维持原成绩" if self is Decision.UPHELD else "成绩要更正"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One objection as it is shown, with the name of its unit and what is to happen next."""

    objection: Objection
    name: str

    @property
    def state(self) -> str:
        one = self.objection
        if not one.decision:
            return "待复核，分数冻结"
        if one.decision == Decision.UPHELD:
            return "已复核：维持原成绩"
        return f"已更正，见第{one.mended_by}版" if one.mended_by is not None else "复核定为更正，待公布新版，分数冻结"


@dataclass(frozen=True, slots=True, kw_only=True)
class Objections:
    """What a person sees of a sitting's objections, and what they may do: file for `may_file` until `until`, review."""

    cases: tuple[Case, ...]
    may_file: tuple[tuple[str, str], ...]
    until: datetime | None
    is_open: bool
    may_review: bool

    @property
    def unsettled(self) -> int:
        return sum(1 for one in self.cases if not one.objection.is_settled)


def objections_of(database: Database, sitting: str, who: Staff, *, at: datetime) -> Objections:
    """People of the hall see every objection; a liaison those of the own unit."""
    with database.reading() as c:
        found = sitting_of(c, sitting)
        versions = result_reads.publications(c, found.id)
        targets = {one.key: one for one in reads.targets(c, found.id)}
        filed = signing_reads.objections(c, found.id)
        until = _until(c, found, versions)
    seen = tuple(Case(objection=one, name=targets[one.target].name) for one in filed
                 if is_of_the_hall(who) or one.unit == who.unit)
    open_now = until is not None and at <= until
    current = versions[-1].number if versions else 0
    barred = {one.target for one in filed if not one.is_settled or one.version == current}
    mine = tuple((one.key, one.name) for one in targets.values() if open_now and one.key not in barred
                 and _may_file(who, one))
    return Objections(cases=seen, may_file=mine, until=until, is_open=open_now,
                      may_review=bool(who.roles & REVIEWING))


def file_objection(database: Database, sitting: str, target: str, grounds: str, *, who: Staff, at: datetime) -> int:
    """Object to the latest version for this target: its unit's liaison, or the host on its behalf. The number of it."""
    grounds = grounds.strip()
    if not grounds:
        raise Refused("请写明异议的理由和依据，例如：哪一项、哪一个数、应是多少。")
    if len(grounds) > LONGEST_GROUNDS:
        raise Refused(f"理由最长{LONGEST_GROUNDS}字，请写要点，材料另附。")
    with work(database) as w:
        found = _held(w, sitting)
        one = next((one for one in reads.targets(w.c, found.id) if one.key == target), None)
        if one is None:
            raise NotFound("这一场没有这个单位。")
        if not _may_file(who, one):
            raise NotAllowed("只能为本单位提异议；主持人可以代单位登记。")
        versions = result_reads.publications(w.c, found.id)
        until = _until(w.c, found, versions)
        if not versions:
            raise Refused("成绩还没有公布，公布后才能提异议。")
        if until is None:
            raise Refused("本场设置为不受理异议。")
        if at > until:
            raise Refused(f"异议期已过，截止时间是{minute(until)}。")
        for earlier in signing_reads.objections(w.c, found.id):
            if earlier.target == target and not earlier.is_settled:
                raise Refused(f"{one.name}的异议正在处理（{minute(earlier.filed_at)}提出），不用重复提。")
            if earlier.target == target and earlier.version == versions[-1].number:
                raise Refused(f"{one.name}对第{earlier.version}版的异议已复核，结论是{Decision(earlier.decision).words}。")
        number = SigningStore(w.c).file_objection(versions[-1].id, one.id, grounds=grounds, at=at, by=who.name)
        _tell(w, found, who.name, at, FILING, objection=number, target=target, version=versions[-1].number,
              grounds=grounds)
    return number


def decide(database: Database, sitting: str, objection_id: int, decision: Decision, reason: str, *, who: Staff,
           at: datetime) -> None:
    """Review: uphold the result, or find that it is to be corrected; either with a reason.

    Found to be corrected it may still be upheld later, as long as no version has come of it.
    """
    if not who.roles & REVIEWING:
        raise NotAllowed("异议由计票员或监督员复核。")
    if not reason.strip():
        raise Refused("请写明复核的依据，提异议的单位会看到。")
    with work(database) as w:
        found = _held(w, sitting)
        one = next((one for one in signing_reads.objections(w.c, found.id) if one.id == objection_id), None)
        if one is None:
            raise NotFound("没有这条异议。")
        if who.unit and who.unit == one.unit:
            raise NotAllowed("本单位的异议不能由本单位的人复核。")
        if one.is_settled or one.decision == decision:
            raise Refused(f"这条异议已由{one.decided_by}复核：{Decision(one.decision).words}。")
        SigningStore(w.c).decide(one.id, decision=decision.value, reason=reason.strip(), at=at, by=who.name)
        _tell(w, found, who.name, at, DECIDING, objection=one.id, target=one.target, decision=decision.words,
              reason=reason.strip())


def _may_file(who: Staff, target: Target) -> bool:
    return bool(who.roles & _ON_BEHALF) or (Role.LIAISON in who.roles and bool(who.unit) and who.unit == target.unit)


def _until(c: Connection, sitting: Sitting, versions: tuple[Publication, ...]) -> datetime | None:
    """The end of the window of the latest version, counted from when the units can see it; None while there is none, or
    where no objection is taken."""
    hours = signing_reads.terms(c, sitting.id).objection_hours
    return out_at(c, sitting, versions[-1]) + timedelta(hours=hours) if versions and hours else None


def _held(w: Work, sitting: str) -> Sitting:
    found = sitting_of(w.c, sitting)
    w.rounds.lock_sitting(found.id)
    return found


def _tell(w: Work, sitting: Sitting, by: str, at: datetime, action: str, **detail: object) -> None:
    w.roster.touch(sitting.id)
    w.record.append(at=at, actor=by, action=action, sitting_id=sitting.id, **detail)
