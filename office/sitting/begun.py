"""What the first round makes fast, and for whom: whether balloting has begun, who has been on, who comes too late.

A round that was opened by a slip and taken back before any paper came in makes nothing fast: for all that is asked
here it never was. Asked inside a transaction that holds the sitting, where something is written by the answer.
"""

from __future__ import annotations

from db.engine import Connection
from db.reads import segments as segment_reads
from db.reads import sittings as reads
from db.reads import stage_talk
from db.values import Sitting
from db.work import Work
from office.refusal import Refused
from scoring.round import Phase
from scoring.rule import BallotKind, read_rule


def has_begun(c: Connection, sitting_id: int) -> bool:
    """Whether this sitting has opened a round."""
    return any(not one.is_slip for one in reads.rounds(c, sitting_id))


def has_been_on(w: Work, sitting_id: int, key: str) -> bool:
    """Whether this target has been on stage or in a round, even one that was voided."""
    return any(key in one.targets and not one.is_slip for one in reads.rounds(w.c, sitting_id)) \
        or reads.stage(w.c, sitting_id).target == key \
        or any(run.target == key for run in segment_reads.runs(w.c, sitting_id)) \
        or any(said.target == key for said in stage_talk.comments(w.c, sitting_id)) \
        or any(asked.target == key and asked.on_stage_at for asked in stage_talk.questions(w.c, sitting_id))


def refuse_latecomer(c: Connection, sitting: Sitting) -> None:
    """No further target where every paper has to name them all, once such papers are out. Raises Refused."""
    ranking = read_rule(reads.rule_text(c, sitting.id)[0].encode()).ballot.kind is BallotKind.RANKING
    fault = latecomer_fault(ranking, sitting.ballot_mode, {one.phase for one in reads.rounds(c, sitting.id)})
    if fault is not None:
        raise Refused(f"{fault[0]}。{fault[1]}。")


def latecomer_fault(ranking: bool, ballot_mode: str, phases: set[Phase]) -> tuple[str, str] | None:
    """Why no target may come in any more, and what to do; None while it may."""
    if ranking and Phase.PUBLISHED in phases:
        return "排序票已经公布成绩，不能再加单位", "请列入下一场"
    if ranking and phases - {Phase.VOID}:
        return "评分办法是排序票，每张票要排全部单位，这一轮已经开始打分，不能再加单位", "要加请先作废那一轮，再重新打分"
    if ballot_mode == "all" and Phase.OPEN in phases:
        return "正在用一张票打全部单位，现在加的单位不在票上", "请截止以后再加，再为它单独打分"
    return None
