"""主持台: the live console. One red key, always the next thing to do; everything else stands below it."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import streamlit as st

from hall.ballots.late import late_of
from hall.moment import turn
from hall.moment.readiness import readiness_of
from hall.moment.snapshot import Snapshot
from hall.outcome import results
from hall.outcome.signing import flags, signing_kept
from hall.pressing import press
from hall.screen import showing
from hall.stage import console
from hall.stage.awaited import Awaited, awaited
from hall.stage.next_step import next_step
from office.people import Role
from pages import _at_seat, _console, _host_dialogs, _host_keys, _reveal_keys
from pages._frame import act, choose_sitting, house, require
from pages._rehearsal import draw_phones

who = require(Role.HOST, Role.ADMINISTRATOR)
st.html(_console.CSS)
key = choose_sitting()
at_start = house().live.at(key)
def do(action: Callable[..., object], *args: object, done: str = "", **kwargs: object) -> None:
    """A host's move: recorded under his name, at this moment, also when it came too late."""
    act(press, action, house().database, key, *args, by=who.name, at=house().clock(), done=done, **kwargs)


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
    stand = showing.stand_of(house().database, snapshot)
    step = next_step(snapshot, now, everybody_in=waiting.everybody_in,
                     revealing=stand is not None and not stand.rehearsal and stand.step < stand.of)
    agenda, middle, right = st.columns([1.05, 1.7, 1.15], gap="medium")
    agenda.html(_console.agenda(*console.of_speakers(console.agenda(snapshot)), collecting=here.collecting))
    with middle:
        st.html(_console.stage(here, console.on_screen(snapshot)))
        _host_keys.red_key(step, snapshot, here, now, do)
        _host_keys.ballot_keys(step, waiting, do)
        _host_keys.clock_keys(snapshot, here, do)
        _host_keys.segment_keys(snapshot, here, do)
        _host_keys.last_move(snapshot, step, sum(row.voted for row in rows) if current else 0, now, do)
        if here.target is not None:
            st.html(_console.said(here.target))
        _reveal_keys.keys(snapshot, do, lambda: _host_keys.talk_keys(snapshot))
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
            early = name == "correct" and not snapshot.published  # time may run out before everybody has spoken
            if st.button("提前公布" if early else words, key=f"ask-{name}",
                         help="还有单位没有打分也可以先公布：先核对清单；没打分的在这一版里不排名" if early else None):
                st.session_state["dialog"] = name
        st.link_button("打开大屏", f"/screen?s={key}")
        st.link_button("公开看板", f"/board/{key}")


if at_start is not None:
    about = at_start.sitting
    words = escape(f"{about.title}　{about.period}　{about.note}")
    st.html(f'<p class="lt-note c-about" title="{words}">{words}</p>')
live()
if at_start is not None:
    below(at_start)
    if house().is_rehearsal:
        draw_phones(at_start, who)
asked, fresh = st.session_state.get("dialog"), house().live.at(key)
if asked is not None and fresh is not None:
    _host_dialogs.open_dialog(asked, fresh, do, lambda: results.checklist(house().database, key))
st.session_state.pop("dialog", None)  # only now: a run that is cut short by the next one leaves its dialog to it
