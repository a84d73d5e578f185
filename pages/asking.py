"""提问台: questions from the hall and from phones, and leaders' comments, for the host and the clerks. Drawing only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from html import escape

import streamlit as st

from hall.pressing import press
from office.people import Role
from pages import _comments, _questions
from pages._apart import apart
from pages._frame import act, choose_sitting, header, house, require

who = require(Role.HOST, Role.CLERK, Role.ADMINISTRATOR)
key = choose_sitting()
HEARD = timedelta(seconds=12)


def do(action: Callable[..., object], *args: object, done: str = "", **kwargs: object) -> None:
    if not act(press, action, house().database, key, *args, by=who.name, at=house().clock(), done=done, **kwargs):
        house().live.refresh()  # what it was refused for is to be seen at once


def answer() -> str:
    """What the last press did, or why it was refused; it stays for a while, although the page is drawn anew."""
    now, said = house().clock(), st.session_state.pop("said", None)
    if said is not None:
        st.session_state["q/heard"] = (*said, now + HEARD)
    kind, words, until = st.session_state.get("q/heard", ("", "", now))
    if now >= until:
        return ""
    colour, shape = ("#B3261E", "■") if kind == "error" else ("#1E7F4F", "●")
    return f'<b style="color:{colour}">{shape} {escape(words)}</b>'


@st.fragment(run_every="2s")
def live(target: str | None) -> None:
    snapshot = house().live.at(key)
    if snapshot is None:
        st.info("这个场次已经撤下。")
        return
    on_stage = snapshot.target(snapshot.stage.target or "") if snapshot.stage.shows == "target" else None
    st.html(f'<div style="min-height:3.4rem" role="status"><p class="lt-note" style="margin:0">'  # moves no key below it
            f'台上：{escape(on_stage.name) if on_stage else "（没有单位）"}　待审的提问：{snapshot.questions_waiting}'
            f'　点评：{sum(not one.withdrawn for one in snapshot.comments)}</p>{answer()}</div>')
    asked, said = st.tabs(["提问", "点评"])
    with asked:
        _questions.draw(snapshot, key, who, do, target)
    with said:
        _comments.draw(snapshot, key, who, do, target)


at_start = house().live.at(key)
if at_start is not None:
    header("提问台", f"{at_start.sitting.title}　{at_start.sitting.period}　{at_start.sitting.note}")
    names = apart({one.key: one.name for one in sorted(at_start.targets, key=lambda one: not one.speaks)})
    chosen = st.selectbox("哪一家", ["", *names], format_func=lambda one: names.get(one, "台上的单位"), key="q/whom",
                          label_visibility="collapsed")
    live(chosen or None)
