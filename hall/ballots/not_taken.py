"""What a judge is told whose paper was not taken by the transaction that was to store it. Pure.

Every sentence says what became of the paper and of what counted before it, and what can be done now.
"""

from __future__ import annotations

from db.stores.ballots import Fate, NotTaken, Paper
from hall.ballots.ballot_refused import BallotRefused, Reason
from hall.moment.snapshot import Snapshot
from scoring.ballot import fields
from scoring.round import Phase

MOVED_ON = "主持人已开始下一家，这张评分没有计入任何单位。请看清单位名称后重新打分。"


def why_not_taken(snapshot: Snapshot | None, paper: Paper, answer: NotTaken) -> BallotRefused:
    """`snapshot`: the sitting as it is known now; None when it is there no longer."""
    if answer.fate is Fate.BADGE_STOPPED:
        return BallotRefused(Reason.UNKNOWN_BADGE, "这张胸牌已停用，请向工作人员领取新的二维码。")
    if answer.fate is Fate.BLANKED:
        return _left_blank(snapshot, paper, answer.target)
    if answer.fate is Fate.OVERTAKEN:
        return BallotRefused(Reason.OVERTAKEN, "这张评分提交在前、送达在后，您后来提交的那张已经计票，以那张为准。要改请重新提交。")
    if answer.fate is Fate.VOTED_BEFORE:
        words = "本席位这一轮在换胸牌之前已经投票，那张票照常计入，这一轮不能再投。"
    elif answer.fate is Fate.PERHAPS_VOTED_BEFORE:
        words = "胸牌是这一轮开始以后换的，系统无法确认本席位是否已经投过票，这一轮不能再投；下一轮起用新胸牌照常投票。"
    elif answer.phase is Phase.VOID:
        words = "这一轮已作废，将重新打分，请等主持人宣布。"
    else:
        late = "来迟了，已收下备查，" if answer.fate is Fate.LATE else ""
        now = None if snapshot is None else snapshot.round
        if now is not None and now.phase is Phase.OPEN and now.id != paper.round_id:
            return BallotRefused(Reason.ROUND_MOVED_ON, MOVED_ON.replace("，这张评分", f"，这张评分{late}"), field="round")
        words = f"这一轮已截止，这张评分{late or '没有计入。'}{late and '不计票。'}此前已计票的评分不受影响。"
    return BallotRefused(Reason.ROUND_CLOSED, words, field="round")


def _left_blank(snapshot: Snapshot | None, paper: Paper, target_id: int | None) -> BallotRefused:
    """A mark that counts is replaced by another one, or by an abstention; never by nothing."""
    key = dict(paper.of_round).get(target_id or 0, "")
    card = None if snapshot is None else snapshot.target(key)
    wanted = () if snapshot is None else fields(snapshot.rule, (key,))
    return BallotRefused(
        Reason.INCOMPLETE, f"{card.name if card else key}您已交过，不能留空；不评请选弃权。此前已计票的评分不受影响。",
        field=wanted[0].name if wanted else f"m.{key}")
