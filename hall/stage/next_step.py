"""The one next step: what the host's red key does, in words. Pure functions of a snapshot and the moment.

An open round comes before everything; then what the unit on stage goes through, the next unit, what the whole hall
goes through at the end, and the publication. A step says what it ends (`结束发言，开始现场提问`) before it is pressed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from db.stage_values import Segment
from hall.moment import turn
from hall.moment.closing import is_closing, is_collecting
from hall.moment.snapshot import Snapshot
from scoring.round import Phase

EVERYBODY_IN = "应投的都已投票，可以立即截止。"


class Move(StrEnum):
    """What the one obvious key does. WAIT and NOTHING have no key to press."""

    SHOW = "show"
    BEGIN = "begin"
    END = "end"
    OPEN = "open"
    CLOSE = "close"
    WAIT = "wait"
    PUBLISH = "publish"
    SHOW_RANKING = "show_ranking"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The next step: what it does, the words on the key, what it is about, and a sentence beside it. `seconds`: the
    limit of a ballot where the template gives one."""

    move: Move
    words: str
    targets: tuple[str, ...] = ()
    round_id: int | None = None
    segment: str = ""
    seconds: int | None = None
    hint: str = ""


def next_step(snapshot: Snapshot, now: datetime, *, everybody_in: bool = False, revealing: bool = False) -> Step:
    """The one obvious thing to do; `everybody_in` is `Awaited`'s, once a round is open; `revealing`: the reveal of a
    result is on its way, and its own keys lead it."""
    if not snapshot.targets:
        return Step(move=Move.NOTHING, words="议程还是空的", hint="请到“会前准备”添加单位。")
    if turn.open_round_of(snapshot) is not None:
        return _closing(snapshot, now, everybody_in)
    if revealing:
        return Step(move=Move.NOTHING, words="成绩已公布", hint="用下面的“下一步”逐步揭晓；揭晓完毕，公开看板才列出成绩。")
    steps = _by_template(snapshot) if snapshot.segments else _plain(snapshot)
    return steps or _ending(snapshot)


def _closing(snapshot: Snapshot, now: datetime, everybody_in: bool) -> Step:
    current, grace = turn.open_round_of(snapshot), snapshot.sitting.grace_seconds
    assert current is not None
    move, words = Move.CLOSE, "截止打分"
    hint = f"按下后倒计时{grace}秒，再收{grace}秒路上的票，然后自动截止。" if grace else "按下立即截止。"
    if is_collecting(current, now):
        move, words = Move.WAIT, "已截止，正在收票"
        hint = "截止前提交的票，到了都收。按延时可重新开放。"
    elif is_closing(current, grace, now):
        move, words, hint = Move.WAIT, "马上截止", f"到时手机停止填写，再收{grace}秒路上的票。还要时间请按延时。"
    return Step(move=move, words=words, targets=current.targets, round_id=current.id,
                hint=EVERYBODY_IN if everybody_in else hint)


def _plain(snapshot: Snapshot) -> Step | None:
    """Without a template: call, ballot, call the next."""
    here = turn.on_stage(snapshot)
    if snapshot.sitting.ballot_mode == "all":
        last = turn.speakers(snapshot)[-1:]
        ready = snapshot.begun or not last or here == last[0].key
        if ready and (opening := _open_all(snapshot)) is not None:
            return opening
    elif here is not None and not turn.scored(snapshot, here):
        return _open_one(snapshot, here)
    return _call(snapshot)


def _by_template(snapshot: Snapshot) -> Step | None:
    before = turn.next_before(snapshot)
    if before is not None:
        return _begin(snapshot, before, ())
    here = turn.on_stage(snapshot)
    if here is not None and (following := turn.next_of_target(snapshot, here)) is not None:
        return _open_one(snapshot, here) if following.kind == "ballot" else _begin(snapshot, following, (here,))
    called = _call(snapshot)
    if called is not None:
        return called
    after = turn.next_after(snapshot)
    if after is None:
        return None
    if after.kind == "ballot":
        return _open_all(snapshot)
    if after.kind == "announcement" and _closed(snapshot):
        return None  # the publication is the announcement
    return _begin(snapshot, after, ())


def _ending(snapshot: Snapshot) -> Step:
    """Nothing is left to speak or to ballot."""
    if _closed(snapshot):
        words = f"公布第{snapshot.published + 1}版成绩" if snapshot.published else "公布成绩"
        return Step(move=Move.PUBLISH, words=words, hint="先核对清单，再公布。")
    run = turn.going(snapshot)
    if run is not None:
        return Step(move=Move.END, words=f"结束{turn.segment_of(snapshot, run.segment).title}", segment=run.segment)
    if snapshot.published and snapshot.stage.shows != "ranking":
        return Step(move=Move.SHOW_RANKING, words="大屏显示排名", hint=_left_out(snapshot))
    if snapshot.published:
        return Step(move=Move.NOTHING, words="成绩已公布", hint=_left_out(snapshot) or "各数的来历见“成绩”页。")
    return Step(move=Move.NOTHING, words="没有要打分的单位", hint="全部单位都已延到补场，或议程还没有准备好。")


def _left_out(snapshot: Snapshot) -> str:
    """Published before everybody was balloted: nobody is called any more, unless the host wants it so."""
    names = [one.name for one in turn.left_out(snapshot)]
    if not names:
        return ""
    some = "、".join(names[:2]) + (f"等{len(names)}家" if len(names) > 2 else "")
    return f"{some}没有打分，不在已公布的成绩里。要接着打分，请用下面的“换人上台”，打完另出更正的一版。"


def _call(snapshot: Snapshot) -> Step | None:
    following = turn.next_target(snapshot)
    if following is None:
        return None
    called = f"第{turn.place_of(snapshot, following)}家 {following.name}上台"
    started = turn.on_stage(snapshot) is not None
    return Step(move=Move.SHOW, words=_ending_first(snapshot, f"下一家：{called}" if started else f"请{called}"),
                targets=(following.key,), hint="手机会显示这一家的不足与承诺；大屏已冻结，恢复后才显示。" if _frozen(snapshot)
                else "大屏和手机会显示这一家的不足与承诺。")


def _begin(snapshot: Snapshot, segment: Segment, targets: tuple[str, ...]) -> Step:
    limit = f"（{limit_words(segment.seconds)}）" if segment.seconds else ""
    return Step(move=Move.BEGIN, words=_ending_first(snapshot, f"开始{segment.title}{limit}"), targets=targets,
                segment=segment.key, hint="大屏已冻结，恢复后才显示这个环节。" if _frozen(snapshot) else "大屏同时显示这个环节。")


def _open_one(snapshot: Snapshot, here: str) -> Step:
    again = turn.round_of(snapshot, here) is not None
    limit = turn.ballot_seconds(snapshot) or snapshot.sitting.seconds
    return Step(move=Move.OPEN, words=_ending_first(snapshot, "重新打分" if again else "开始打分"), targets=(here,),
                seconds=turn.ballot_seconds(snapshot),
                hint=f"打分时间{limit}秒，到时截止，再收{snapshot.sitting.grace_seconds}秒路上的票。" if limit
                else "不限时，由主持人截止。")


def _open_all(snapshot: Snapshot) -> Step | None:
    everybody = turn.owed_to_all(snapshot)
    if not everybody:
        return None
    return Step(move=Move.OPEN, words=_ending_first(snapshot, f"开始打分（全部{len(everybody)}家）"), targets=everybody,
                seconds=turn.ballot_seconds(snapshot), hint="每位评委一张票，打全部单位。")


def _ending_first(snapshot: Snapshot, words: str) -> str:
    run = turn.going(snapshot)
    return words if run is None else f"结束{turn.segment_of(snapshot, run.segment).title}，{words}"


def _frozen(snapshot: Snapshot) -> bool:
    return snapshot.stage.screen.frozen_at is not None


def _closed(snapshot: Snapshot) -> bool:
    return any(one.phase is Phase.CLOSED for one in snapshot.rounds)


def limit_words(seconds: int) -> str:
    return f"{seconds // 60}分钟" if seconds % 60 == 0 else f"{seconds}秒"
