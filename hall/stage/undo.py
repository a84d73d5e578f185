"""Taking the last move back (撤销): a recorded move of its own, where it is harmless.

Harmless is what nobody else has built on: calling a unit, beginning or ending a segment, switching the screen, within
the last minutes and with nothing after it. Opening a round may be undone only while no paper has come in; the round is
voided, its reason says that it was a slip, and what it made fast is loose again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from db.engine import Database
from db.reads import segments as reads
from db.reads import sittings
from db.reads import stage_talk as talk_reads
from db.stage_values import LastMove
from db.stores.shadow import Shadows
from db.talk import ANSWERED
from db.traces import sweep
from db.values import SLIP, Sitting
from db.work import Work, work
from hall.moment.moves import BEGIN, END, OPEN, SHOW, UNDO, move_words, refuse_if_passed
from hall.moment.snapshot import Snapshot
from hall.stage.rounds import hold
from office.refusal import Refused
from office.sitting.begun import has_begun
from scoring.round import Phase

WITHIN = timedelta(minutes=5)


def undoable(snapshot: Snapshot, now: datetime, *, papers: int) -> str:
    """What the key would take back, in words; empty when there is nothing. `papers`: those of the open round."""
    last = snapshot.last_move
    if last is None or _why_not(last, now) or ("was_shows" not in last.detail and last.action != END):
        return ""
    if last.action == OPEN and (papers or snapshot.round is None or snapshot.round.phase is not Phase.OPEN):
        return ""
    return move_words(last, {one.key: one.name for one in snapshot.targets})


def undo(database: Database, sitting: str, *, seen: int, by: str, at: datetime) -> None:
    """Take the last move back, which must be the one that the press was drawn with."""
    with work(database) as w:
        found = hold(w, sitting)
        last = refuse_if_passed(w, found, seen)
        if last is None or (why := _why_not(last, at)):
            raise Refused("没有可以撤销的操作。" if last is None else why)
        names = {one.key: one.name for one in sittings.targets(w.c, found.id)}
        if last.action == OPEN:
            _void(w, found, _number(last, "round"), by, at)
        elif last.action == BEGIN:
            w.segments.drop(_number(last, "run"))
        if last.action == END:
            _take_up(w, last, _number(last, "run"), at)
        else:
            _restore(w, found, last, by, at)
        w.roster.touch(found.id)
        w.record.append(at=at, actor=by, action=UNDO, sitting_id=found.id, undone=move_words(last, names))
    if last.action == OPEN:
        sweep(database)


def _why_not(last: LastMove, now: datetime) -> str:
    if last.action not in (SHOW, BEGIN, END, OPEN) or (last.action != END and "was_shows" not in last.detail):
        return f"“{last.action}”不能撤销。"
    return "" if now - last.at <= WITHIN else f"已经过了{WITHIN // timedelta(minutes=1)}分钟，不能再撤销。"


def _void(w: Work, sitting: Sitting, round_id: int, by: str, at: datetime) -> None:
    if w.rounds.phase(round_id) is not Phase.OPEN:
        raise Refused("这一轮已经截止，不能撤销。要重新打分请用“作废重投”。")
    if reads.any_paper(w.c, round_id):
        raise Refused("已经有评委交了票，不能撤销。要重新打分请用“作废重投”，并写明原因。")
    Shadows(w.c).drop_round(round_id)  # practice papers hinder nobody
    w.rounds.void(round_id, at=at, by=by, reason=SLIP)
    if not has_begun(w.c, sitting.id):
        w.roster.unlock_rule(sitting.id)


def _restore(w: Work, sitting: Sitting, last: LastMove, by: str, at: datetime) -> None:
    """The stage as it was, and what went on there goes on: the segment, and the question."""
    target = last.detail.get("was_target")
    ids = {one.key: one.id for one in sittings.targets(w.c, sitting.id)}
    if target is not None and target not in ids:
        raise Refused("原来台上的单位已经不在议程里，不能撤销。")
    w.rounds.show(sitting.id, str(last.detail["was_shows"]), ids[str(target)] if target is not None else None)
    _restore_question(w, sitting, last, None if target is None else str(target), by, at)
    if "ended" in last.detail:
        _take_up(w, last, _number(last, "ended"), at)


def _restore_question(w: Work, sitting: Sitting, last: LastMove, target: str | None, by: str, at: datetime) -> None:
    """One that was put on stage since waits for its unit's turn; the one that the move ended is on stage again."""
    now = talk_reads.question_on_stage(w.c, sitting.id)
    if now is not None and now.target != target and now.on_stage_at is not None and now.on_stage_at >= last.at:
        w.talk.back_to_queue(now.id)
        w.record.append(at=at, actor=by, action="提问撤下", sitting_id=sitting.id, question=now.id, why=UNDO)
    if "ended_question" not in last.detail:
        return
    ended = talk_reads.question(w.c, sitting.id, _number(last, "ended_question"))
    if ended is not None and ended.state == ANSWERED:
        w.talk.go_on(ended.id)
        w.record.append(at=at, actor=by, action="提问上台", sitting_id=sitting.id, question=ended.id, target=ended.target,
                        why=UNDO)


def _take_up(w: Work, last: LastMove, run: int, at: datetime) -> None:
    """Nobody spoke since it was ended: that time is a pause. One that was paused then still is."""
    paused = bool(last.detail.get("was_paused"))
    w.segments.take_up(run, at=last.at if paused else at)
    if paused:
        w.segments.pause(run, at=last.at)


def _number(last: LastMove, key: str) -> int:
    found = last.detail[key]
    assert isinstance(found, int)
    return found
