"""The console's keys: the one red key, what stands below it for the ballot or the clock, the segments, and undo.

Drawing only. A key carries what it was drawn with: the last move, the run, or the round; a double click never presses
the step after the one that was meant. Shortcuts are single letters, which no field of text hears as one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import streamlit as st

from hall.moment import turn
from hall.moment.moves import id_of, short_words, who_and_when
from hall.moment.snapshot import Snapshot
from hall.moment.timer import Pace
from hall.moment.turn import Segment
from hall.stage import overtime, rounds, segments, undo
from hall.stage.awaited import Awaited
from hall.stage.console import Onstage
from hall.stage.next_step import Move, Step
from pages import _console, _questions
from pages._frame import house

Do = Callable[..., None]
BREATH = timedelta(seconds=0.7)  # what comes within a breath of a press is part of it
HEARD = timedelta(seconds=12)    # how long an answer stays, although the page is drawn anew every second


def red_key(step: Step, snapshot: Snapshot, here: Onstage, now: datetime, do: Do) -> None:
    if step.move in (Move.WAIT, Move.NOTHING):
        st.button(step.words, disabled=True, width="stretch", key="step")
    elif step.move is Move.PUBLISH:
        if st.button(step.words, type="primary", width="stretch", key="step", shortcut="N") and not _resting(now):
            st.session_state["dialog"] = "publish"
            st.rerun()
    else:
        st.button(step.words, type="primary", width="stretch", key="step", shortcut="N", wrap=True, on_click=_press,
                  args=(step, id_of(snapshot.last_move), here, do))
    st.html(_console.hint(step.hint))


def _press(step: Step, seen: int, here: Onstage, do: Do) -> None:
    """What the red key does, when it does it at once."""
    if _is_double():
        return
    if step.move is Move.SHOW:
        do(segments.call_up, step.targets[0], seen=seen)
    elif step.move is Move.BEGIN:
        do(segments.begin, step.segment, step.targets[0] if step.targets else None, seen=seen)
    elif step.move is Move.END and here.run is not None:
        do(segments.end, run=here.run)
    elif step.move is Move.OPEN:
        do(segments.open_ballot, step.targets, seconds=step.seconds, seen=seen)
    elif step.move is Move.CLOSE:
        do(rounds.announce_close, of_round=step.round_id)
    elif step.move is Move.SHOW_RANKING:
        do(segments.show, "ranking", seen=seen)


def ballot_keys(step: Step, waiting: Awaited, do: Do) -> None:
    """While a round is open: more time, or the end at once."""
    if step.move not in (Move.CLOSE, Move.WAIT):
        return
    more, longer, now = st.columns(3)
    for column, seconds, letter in ((more, 30, None), (longer, 60, "M")):
        column.button(f"延时{seconds}秒", width="stretch", key=f"more-{seconds}", on_click=do, args=(rounds.extend,),
                      shortcut=letter,
                      kwargs={"seconds": seconds, "of_round": step.round_id, "done": f"已延时{seconds}秒。"})
    asked = bool(waiting.pending) and st.session_state.get("at-once") == step.round_id
    now.button("不等了，截止" if asked else "立即截止", width="stretch", key="at-once/yes", on_click=_close_at_once,
               args=(step, "" if asked else waiting.pending, do))


def _close_at_once(step: Step, pending: str, do: Do) -> None:
    """Close without waiting; papers known to be on the way make it ask once more."""
    if pending:
        st.session_state["at-once"] = step.round_id
        st.session_state["said"] = ("warning", f"{pending}现在截止，送到也不计票。要截止请再按一次。")
        return
    do(rounds.close_round, of_round=step.round_id)


def clock_keys(snapshot: Snapshot, here: Onstage, do: Do) -> None:
    """While a segment goes on: pause, a minute more, the end."""
    run, reading = here.run, here.reading
    if run is None or reading is None:
        return
    held, more, over = st.columns(3)
    if reading.paused:
        held.button("▶ 继续计时", width="stretch", key="clock/resume", shortcut="P", on_click=do,
                    args=(segments.resume,), kwargs={"run": run})
    else:
        held.button("‖ 暂停计时", width="stretch", key="clock/pause", shortcut="P", on_click=do, args=(segments.pause,),
                    kwargs={"run": run})
    more.button("＋1分钟", width="stretch", key="clock/more", shortcut="M", disabled=not reading.limit, on_click=do,
                args=(segments.give_more, 60), kwargs={"run": run, "done": "已加1分钟。"},
                help=None if reading.limit else "这个环节不限时")
    over.button(f"结束{here.segment.title if here.segment else ''}", width="stretch", key="clock/end", on_click=do,
                args=(segments.end,), kwargs={"run": run})


def segment_keys(snapshot: Snapshot, here: Onstage, do: Do) -> None:
    """The order is the host's: every segment of the unit on stage is a key; so is what the whole hall goes through."""
    if not snapshot.segments or turn.open_round_of(snapshot) is not None:
        return
    seen = id_of(snapshot.last_move)
    done = {one.segment for one in here.used}
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="segments"):
        for one in turn.of_each(snapshot) if here.key else ():
            _segment_key(one, here.key, here, one.key in done, seen, do)
        if here.key and snapshot.sitting.ballot_mode == "each" and not turn.scored(snapshot, here.key):
            st.button("○ 打分", key="segment/ballot", on_click=_once, args=(do, segments.open_ballot, (here.key,)),
                      kwargs={"seconds": turn.ballot_seconds(snapshot), "seen": seen})
        if turn.of_hall(snapshot):
            ran = {one.segment for one in snapshot.runs}
            with st.popover("全场"):
                for one in turn.of_hall(snapshot):
                    _segment_key(one, None, here, one.key in ran, seen, do)
                _ballot_of_all(snapshot, seen, do)
        _overtime(snapshot, here, do)


def _ballot_of_all(snapshot: Snapshot, seen: int, do: Do) -> None:
    """One paper for all: also before everybody has spoken, because somebody is not there or time runs short."""
    everybody = turn.owed_to_all(snapshot)
    title = next((one.title for one in snapshot.segments if one.kind == "ballot"), "打分")
    if snapshot.sitting.ballot_mode == "all" and everybody:
        st.button(f"○ {title}（全部{len(everybody)}家）", key="segment/ballot-all", on_click=_once,
                  args=(do, segments.open_ballot, everybody), help="现在就开始打分；还没有发言的不再上台，照样打分",
                  kwargs={"seconds": turn.ballot_seconds(snapshot), "seen": seen})


def talk_keys(snapshot: Snapshot) -> None:
    """What is asked and said on stage, each in a window of its own."""
    for name, words in (("questions", _questions.waiting_words(snapshot)), ("comments", "点评")):
        if st.button(words, key=f"talk/{name}"):
            st.session_state["dialog"] = name
            st.rerun()


def _segment_key(one: Segment, target: str | None, here: Onstage, done: bool, seen: int, do: Do) -> None:
    goes_on = here.segment is not None and here.segment.key == one.key
    mark = "▶" if goes_on else "✓" if done else "○"
    st.button(f"{mark} {one.title}", key=f"segment/{one.key}", disabled=goes_on, on_click=_once,
              args=(do, segments.begin, one.key, target), kwargs={"seen": seen},
              help="再来一次" if done and not goes_on else None)


def _overtime(snapshot: Snapshot, here: Onstage, do: Do) -> None:
    """Offered when the unit on stage went over a limit; asks before it books."""
    over = any(one.over for one in here.used) or (here.reading is not None and here.reading.pace is Pace.OVER)
    offered = overtime.offer(house().database, snapshot, here.key) if here.key else None
    if here.key is None or offered is None or not (over or offered.counted):
        return
    with st.popover(f"超时扣分 {offered.counted}次" if offered.counted else "超时扣分"):
        st.write(f"{here.title}：{offered.words}，已计{offered.counted}次。")
        st.button("再计一次" if offered.counted else "计一次超时扣分", key="overtime/book", type="primary", on_click=do,
                  args=(overtime.book, here.key, offered.counted + 1),
                  kwargs={"seen": offered.counted, "done": f"{here.title}计超时扣分{offered.counted + 1}次。"})
        if offered.counted:
            st.button("撤销一次", key="overtime/back", on_click=do, args=(overtime.book, here.key, offered.counted - 1),
                      kwargs={"seen": offered.counted, "done": "已撤销一次超时扣分。"})


def last_move(snapshot: Snapshot, step: Step, papers: int, now: datetime, do: Do) -> None:
    """What the last press did, or why it was refused; else who pressed last and when, for whoever takes over; and the
    way back where it is harmless. It is one line of one height, so that no key moves."""
    last = snapshot.last_move
    names = {one.key: one.name for one in snapshot.targets}
    words = undo.undoable(snapshot, now, papers=papers)
    left, right = st.columns([3, 1.25], vertical_alignment="center")
    kind, heard = _heard(now, step)
    left.html(_console.heard(kind, heard) if heard else _console.last_move(who_and_when(last, names) if last else "还没有操作"))
    right.button(f"撤销{short_words(last)}" if words and last else "撤销", key="undo", width="stretch", shortcut="Z",
                 disabled=not words, on_click=_undo,
                 args=(id_of(last), words, do), help=f"撤销“{words}”" if words else "这一步已不能撤销")


def _undo(seen: int, words: str, do: Do) -> None:
    if _is_double():
        return
    do(undo.undo, seen=seen, done=f"已撤销“{words}”。")
    house().live.forget_receipts()


def _heard(now: datetime, step: Step) -> tuple[str, str]:
    """It stays for a while, although the page is drawn anew every second. A question goes with the round that it was
    about."""
    said = st.session_state.pop("said", None)
    if said is not None:
        st.session_state["heard"] = (*said, now + HEARD)
    kind, words, until = st.session_state.get("heard", ("", "", now))
    asks_of_another = kind == "warning" and st.session_state.get("at-once") != step.round_id
    return (kind, words) if now < until and not asks_of_another else ("", "")


def _once(do: Do, *args: object, **kwargs: object) -> None:
    if not _is_double():
        do(*args, **kwargs)


def _resting(now: datetime) -> bool:
    pressed = st.session_state.get("pressed")
    return pressed is not None and timedelta(0) <= now - pressed < BREATH


def _is_double() -> bool:
    """Whether this press belongs to the one before it."""
    now = house().clock()
    if _resting(now):
        return True
    st.session_state["pressed"] = now
    return False
