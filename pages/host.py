"""主持台: the live console. One red key, always the next thing to do; everything else stands below it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from html import escape

import streamlit as st

from hall import console, results, rounds, turn
from hall.awaited import Awaited, awaited
from hall.late import late_of
from hall.next_step import Move, Step, next_step
from hall.readiness import readiness_of
from hall.signing import flags, signing_kept
from hall.snapshot import Snapshot
from office.people import Role
from pages import _at_seat, _console, _host_dialogs, _reveal_keys
from pages._frame import act, choose_sitting, house, require

who = require(Role.HOST, Role.ADMINISTRATOR)
st.html(_console.CSS)
key = choose_sitting()
at_start = house().live.at(key)
BREATH = timedelta(seconds=0.7)  # a double click never presses the step after the one that was meant
HEARD = timedelta(seconds=12)    # how long an answer stays, although the page is drawn anew every second


def do(action: Callable[..., object], *args: object, done: str = "", **kwargs: object) -> None:
    """A host's move: recorded under his name, at this moment."""
    act(action, house().database, key, *args, by=who.name, at=house().clock(), done=done, **kwargs)


def press(step: Step) -> None:
    """What the red key does, when it does it at once."""
    st.session_state["pressed"] = house().clock()
    if step.move is Move.SHOW:
        do(rounds.show, "target", step.targets[0])
    elif step.move is Move.OPEN:
        do(rounds.open_round, step.targets)
    elif step.move is Move.CLOSE:
        do(rounds.announce_close, of_round=step.round_id)
    elif step.move is Move.SHOW_RANKING:
        do(rounds.show, "ranking", None)


def red_key(step: Step, now: datetime) -> None:
    pressed = st.session_state.get("pressed")
    resting = pressed is not None and timedelta(0) <= now - pressed < BREATH
    if step.move in (Move.WAIT, Move.NOTHING):
        st.button(step.words, disabled=True, width="stretch", key="step")
    elif step.move is Move.PUBLISH:
        if st.button(step.words, type="primary", width="stretch", key="step", disabled=resting):
            st.session_state["dialog"] = "publish"
            st.rerun()
    else:
        st.button(step.words, type="primary", width="stretch", key="step", disabled=resting, on_click=press,
                  args=(step,))
    st.html(_console.hint(step.hint))


def more_time(step: Step, waiting: Awaited) -> None:
    if step.move not in (Move.CLOSE, Move.WAIT):
        return
    more, longer, now = st.columns(3)
    for column, seconds in ((more, 30), (longer, 60)):
        column.button(f"延时{seconds}秒", width="stretch", key=f"more-{seconds}", on_click=do, args=(rounds.extend,),
                      kwargs={"seconds": seconds, "of_round": step.round_id, "done": f"已延时{seconds}秒。"})
    asked = bool(waiting.pending) and st.session_state.get("at-once") == step.round_id
    now.button("不等了，截止" if asked else "立即截止", width="stretch", key="at-once/yes", on_click=close_at_once,
               args=(step, "" if asked else waiting.pending))


def close_at_once(step: Step, pending: str) -> None:
    """Close without waiting; papers known to be on the way make it ask once more."""
    if pending:
        st.session_state["at-once"] = step.round_id
        st.session_state["said"] = ("warning", f"{pending}现在截止，送到也不计票。要截止请再按一次。")
        return
    do(rounds.close_round, of_round=step.round_id)


def answer(now: datetime, step: Step) -> None:
    """What the last press did, or why it was refused: it stays for a while, and moves no key.

    A question goes with the round that it was about.
    """
    said = st.session_state.pop("said", None)
    if said is not None:
        st.session_state["heard"] = (*said, now + HEARD)
    kind, words, until = st.session_state.get("heard", ("", "", now))
    if now < until and (kind != "warning" or st.session_state.get("at-once") == step.round_id):
        {"error": st.error, "warning": st.warning}.get(kind, st.success)(words)


@st.fragment(run_every="1s")
def live() -> None:
    snapshot = house().live.at(key)
    if snapshot is None:
        st.info("这个场次已经撤下。")
        return
    if at_start is not None and bool(snapshot.published) != bool(at_start.published):
        st.rerun()  # published from another console: what stands below the live part has changed too
    now = house().clock()
    here, current = console.onstage(snapshot, now), turn.open_round_of(snapshot)
    rows = console.turnout_rows(
        snapshot, here.round.targets if here.round else (here.key,) if here.key else (),
        house().live.turnout(here.round.id) if here.round else {},
        house().live.voted_named(current.id) if current else ())
    waiting = awaited(snapshot, rows, house().presence.on_the_way(current.id, now)) if current else Awaited()
    step = next_step(snapshot, now, everybody_in=waiting.everybody_in)
    agenda, middle, right = st.columns([1.05, 1.7, 1.15], gap="medium")
    agenda.html(_console.agenda(console.agenda(snapshot), collecting=here.collecting))
    with middle:
        st.html(_console.stage(here, console.on_screen(snapshot)))
        red_key(step, now)
        more_time(step, waiting)
        if here.target is not None:
            st.html(_console.said(here.target.declaration))
        _reveal_keys.keys(snapshot, do)
        answer(now, step)
    with right:
        hands = _console.hands(flags(signing_kept(house().database, key, snapshot.serial)))
        online = console.online(snapshot, house().presence.seen(now))
        if current is not None:
            st.html(hands + _console.during(rows, online, waiting, ending=here.closing or here.collecting))
        else:
            late = late_of(house().database, key).words_of(here.round.id) if here.round else ""
            ready = readiness_of(snapshot, house().readiness.checks(key))
            st.html(hands + _console.around(rows, online, ready, late, voted=here.round is not None))


def find() -> None:
    """The words in the field lead to their seat."""
    _at_seat.ask(st.session_state["find"], key, who)
    st.session_state["dialog"], st.session_state["find"] = "seats", ""


def below(snapshot: Snapshot) -> None:
    """What is needed now and then; each asks before it does what cannot be undone."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text_input("查席位", key="find", on_change=find, width=250, label_visibility="collapsed",
                      placeholder="手机坏了？席位或姓名，回车")
        for name, words in _host_dialogs.NAMES.items():
            if (name != "correct" or snapshot.published) and st.button(words, key=f"ask-{name}"):
                st.session_state["dialog"] = name
        st.link_button("打开大屏", f"/screen?s={key}")
        st.link_button("公开看板", f"/board/{key}")


if at_start is not None:
    about = at_start.sitting
    st.html(f'<p class="lt-note">{escape(about.title)}　{escape(about.period)}　{escape(about.note)}</p>')
live()
if at_start is not None:
    below(at_start)
asked = st.session_state.pop("dialog", None)
fresh = house().live.at(key)
if asked is not None and fresh is not None:
    _host_dialogs.open_dialog(asked, fresh, do, lambda: results.checklist(house().database, key))
