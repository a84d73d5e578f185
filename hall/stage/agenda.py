"""What a host may do to the agenda while the sitting goes on: put a unit off, take that back, another speaks in its
presenter's stead, list it apart, move it. One transaction each, one line in the record, with the reason.

None of these touches a ballot: ballots are kept by target, the order and the listing are not. What a round has counted
stays where it is: a unit is put off before it is scored, and listed apart before a result is published.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from db.engine import Database
from db.reads import results as result_reads
from db.reads import segments as segment_reads
from db.reads import sittings as reads
from db.values import Sitting, Target
from db.work import Work, work
from hall.moment.leaving import leave_stage
from hall.moment.snapshot import Snapshot, TargetCard
from hall.stage.rounds import hold
from hall.stage.supplement import Panel, bring, send_back, supplement_of
from office.refusal import NotFound, Refused
from office.sitting.begun import refuse_latecomer
from scoring.round import Phase

ROLE_BOUND = 40
REASON_BOUND = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PutOff:
    """Where a unit went: the supplementary sitting's key and title, and whether it was made for it just now."""

    sitting: str
    title: str
    made: bool


def postpone(database: Database, sitting: str, target: str, *, reason: str, by: str, at: datetime,
             panel: Panel | None = None) -> PutOff:
    """延到补场: the unit leaves this sitting's ballot and result, and is on the agenda of a supplementary sitting.

    Refused once it was scored here: a round that counts is voided first.
    """
    with work(database) as w:
        found, one = _held(w, sitting, target)
        if one.postponed:
            raise Refused(f"{one.name}已延到补场（{one.postponed}）。")
        why = _reason(reason, "延到补场", "主要负责人在外地抢险")
        _refuse_published(w, found, f"{one.name}不能再延到补场。更正要另出一版并写明原因。")
        for held in reads.rounds(w.c, found.id):
            if target in held.targets and held.phase is not Phase.VOID:
                state = "正在打分" if held.phase is Phase.OPEN else "已经打过分"
                raise Refused(f"{one.name}{state}，不能延到补场。要延期请先作废那一轮。")
        if sum(not other.postponed for other in reads.targets(w.c, found.id)) == 1:
            raise Refused(f"本场只剩{one.name}一家，不能再延。请改开会日期，或结束本场。")
        going = next((run for run in segment_reads.runs(w.c, found.id) if run.ended_at is None), None)
        if reads.stage(w.c, found.id).target == target or (going is not None and going.target == target):
            leave_stage(w, found, at, by=by)  # also while the hall looks at the agenda for a moment
            w.rounds.show(found.id, "agenda", None)
        before = {other.key for other in reads.sittings(w.c)}
        to = supplement_of(w, found, panel or Panel(), at=at)
        bring(w, found, one, to, at=at)
        w.roster.change_target(one.id, postponed=why)
        made = to.key not in before
        if made:
            w.record.append(at=at, actor=by, action="新建补场", sitting_id=to.id, sitting=to.key, source=sitting)
        _tell(w, found, by, at, "延到补场", target=target, reason=why, supplement=to.key)
    return PutOff(sitting=to.key, title=to.title, made=made)


def take_back(database: Database, sitting: str, target: str, *, by: str, at: datetime) -> None:
    """收回延期: the unit is scored here after all, and leaves the supplementary sitting with what was prepared there.

    Refused once it was on there, and while papers that must name every unit are out here.
    """
    with work(database) as w:
        found, one = _held(w, sitting, target)
        if not one.postponed:
            raise Refused(f"{one.name}没有延期，就在本场。")
        _refuse_published(w, found, f"{one.name}不能再收回本场，请在补场打分。")
        refuse_latecomer(w.c, found)
        from_there = send_back(w, one, found, at=at)
        w.roster.change_target(one.id, postponed=None)
        _tell(w, found, by, at, "收回延期", target=target, **({"supplement": from_there.key} if from_there else {}))


def substitute(database: Database, sitting: str, target: str, role: str, *, by: str, at: datetime) -> None:
    """代为发言: who speaks in the presenter's stead, a role; empty takes it back. It deducts nothing."""
    words = " ".join(role.split())
    if len(words) > ROLE_BOUND:
        raise Refused(f"代为发言的人只写职务，最多{ROLE_BOUND}字，例如：常务副县长。")
    with work(database) as w:
        found, one = _held(w, sitting, target)
        if words == one.substitute:
            raise Refused(f"{one.name}已登记由{words}代为发言。" if words else f"{one.name}没有登记代为发言。"
                          "要登记，请写代为发言人的职务，例如：常务副县长。")
        if words and words == one.presenter:
            raise Refused(f"{words}就是{one.name}的汇报人，不用登记代为发言。")
        w.roster.change_target(one.id, substitute=words)
        _tell(w, found, by, at, "代为发言" if words else "撤销代为发言", target=target, presenter=one.presenter,
              substitute=words or one.substitute)


def list_apart(database: Database, sitting: str, target: str, *, reason: str, by: str, at: datetime) -> None:
    """只打分不排名: the unit keeps its ballots and its score, and has no place and no points."""
    with work(database) as w:
        found, one = _held(w, sitting, target)
        if not one.ranked:
            raise Refused(f"{one.name}已列为只打分不排名。")
        why = _reason(reason, "单列", "本季度刚成立，基数不可比")
        _refuse_published(w, found, "名次不能在这里改。更正要另出一版并写明原因。")
        w.roster.change_target(one.id, ranked=False)
        _tell(w, found, by, at, "只打分不排名", target=target, reason=why)


def rank_again(database: Database, sitting: str, target: str, *, reason: str, by: str, at: datetime) -> None:
    """恢复参加排名. A supplementary sitting ranks its units when the host says so here."""
    with work(database) as w:
        found, one = _held(w, sitting, target)
        if one.ranked:
            raise Refused(f"{one.name}本来就参加排名。")
        why = _reason(reason, "参加排名", "补场单位按同一办法排名")
        _refuse_published(w, found, "名次不能在这里改。更正要另出一版并写明原因。")
        w.roster.change_target(one.id, ranked=True)
        _tell(w, found, by, at, "恢复参加排名", target=target, reason=why)


def move(database: Database, sitting: str, target: str, *, after: str | None, by: str, at: datetime) -> None:
    """调整次序: this unit comes right after another one, or first. At any time but while it is balloted."""
    with work(database) as w:
        found, one = _held(w, sitting, target)
        agenda = reads.targets(w.c, found.id)
        if after == target or (after is not None and after not in {other.key for other in agenda}):
            raise NotFound("议程里没有要排在其后的单位，请刷新后重选。")
        if any(held.phase is Phase.OPEN and target in held.targets for held in reads.rounds(w.c, found.id)):
            raise Refused(f"{one.name}正在打分，截止后再调整次序。")
        before = [other.key for other in agenda]
        keys = [key for key in before if key != target]
        keys.insert(0 if after is None else keys.index(after) + 1, target)
        if keys == before:
            raise Refused(f"{one.name}已经排在这里。")
        ids = {other.key: other.id for other in agenda}
        w.roster.order_targets({ids[key]: position for position, key in enumerate(keys, 1)})
        w.roster.change_sitting(found.id, draw_seed=None)
        _tell(w, found, by, at, "调整次序", target=target, order=keys)


def apart_words(snapshot: Snapshot, card: TargetCard) -> str:
    """What listing this unit apart would do, before the host confirms."""
    with_it = [one for one in snapshot.targets
               if one.ranked and not one.postponed and one.ranking_group == card.ranking_group]
    return (f"{card.name}照常打分、公布得分，但没有名次，不记考绩分。其余{max(0, len(with_it) - 1)}家重新排名次，"
            "奖前几名、罚后几名按这些家数算。别家的得分不变。")


def postpone_words(snapshot: Snapshot, card: TargetCard) -> str:
    """What putting this unit off would do."""
    left = sum(not one.postponed for one in snapshot.targets) - 1
    return (f"{card.name}不在本场打分，也不进本场成绩，带着填报转到补场。本场按其余{left}家排名。"
            "在补场里默认只打分不排名，是否参加排名由主持人在补场定。补场打分以前可以收回。")


def panel_words(snapshot: Snapshot, groups: Sequence[str]) -> str:
    """What a panel without some groups asks for, before it is made; empty when every group comes."""
    lacking = [one.name for one in snapshot.rule.groups if one.key not in groups]
    if not lacking or not groups:
        return ""
    return f"{'、'.join(lacking)}不来：请在补场的“评分办法”里去掉这些组、重定权重，补场才算得出成绩。"


def _held(w: Work, sitting: str, target: str) -> tuple[Sitting, Target]:
    found = hold(w, sitting)
    one = next((one for one in reads.targets(w.c, found.id) if one.key == target), None)
    if one is None:
        raise NotFound("议程里没有这个单位，请刷新后重选。")
    return found, one


def _reason(reason: str, move: str, example: str) -> str:
    words = " ".join(reason.split())
    if not words:
        raise Refused(f"{move}要写明原因，例如：{example}。")
    if len(words) > REASON_BOUND:
        raise Refused(f"原因最多{REASON_BOUND}字，请写短一些。")
    return words


def _refuse_published(w: Work, sitting: Sitting, words: str) -> None:
    if result_reads.publication_count(w.c, sitting.id):
        raise Refused(f"成绩已公布，{words}")


def _tell(w: Work, sitting: Sitting, by: str, at: datetime, action: str, **detail: object) -> None:
    w.roster.touch(sitting.id)
    w.record.append(at=at, actor=by, action=action, sitting_id=sitting.id, **detail)
