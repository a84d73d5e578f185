"""The console's keys for the hall screen: freeze it, prepare, rehearse and lead a reveal. Drawing only.

What the next press will reveal stands beside the key before it is pressed. A key carries the step at which it was
drawn; a double click never goes two steps.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from html import escape

import streamlit as st

from hall.moment import turn
from hall.moment.snapshot import Snapshot
from hall.screen import showing
from hall.screen.reveal import Low
from hall.screen.showing import Stand
from office.local_time import clock_time
from pages import _hall_first
from pages._frame import house

Do = Callable[..., None]
BREATH = timedelta(seconds=0.7)

_CSS = """<style>
.r-now{margin:.2rem 0;min-height:2.9em;font-size:.95rem;line-height:1.45}
.r-now b{font-size:1.1rem}
.r-still{margin:.2rem 0;padding:.35rem .7rem;background:#F5F6F8;border-left:4px solid #8A5A12;font-size:.95rem}
.stElementContainer:has(.r-still),.stElementContainer:has(.r-now){margin:0}
</style>"""


def keys(snapshot: Snapshot, do: Do, beside: Callable[[], None] = lambda: None) -> None:
    """Everything about the screen that is not who is on stage; `beside` draws what stands in the same row."""
    screen = snapshot.stage.screen
    stand = showing.stand_of(house().database, snapshot)
    voting = turn.open_round_of(snapshot) is not None
    st.html(_CSS)
    if stand is not None and not voting:
        _reveal(stand, snapshot, do)
    if stand is None or stand.rehearsal or stand.step == stand.of:
        _hall_first.key_to_let_out(snapshot, do)
    with st.container(horizontal=True, vertical_alignment="center"):
        if screen.frozen_at is None:
            st.button("冻结大屏", key="screen/freeze", shortcut="F", on_click=_freeze, args=(snapshot.sitting.key, do))
        else:
            st.button("恢复大屏", key="screen/unfreeze", type="primary", shortcut="F",
                      on_click=lambda: do(showing.unfreeze, done="大屏已恢复。"))
        begun = stand is not None and not stand.rehearsal and stand.step > 0
        if not voting and not begun:
            if screen.rehearsal is None:
                st.button("排练揭晓", key="reveal/rehearse", on_click=lambda: do(showing.rehearse, 0, seen=None),
                          help="大屏按同样的步骤走一遍，名称和分数都不显示")
            with st.popover("后几名怎么公布"):
                _low(snapshot, do)
        beside()
    if screen.frozen_at is not None:
        st.html(f'<p class="r-still">■ 大屏{clock_time(screen.frozen_at)}起已冻结，现场看到的不变；其他操作照常。</p>')


def _reveal(stand: Stand, snapshot: Snapshot, do: Do) -> None:
    head = "排练" if stand.rehearsal else "揭晓"
    following = f"下一步将揭晓：<b>{escape(stand.next)}</b>" if stand.next else "<b>已全部揭晓</b>"
    now = "大屏现在" if snapshot.stage.screen.frozen_at is None else "恢复后显示"
    st.html(f'<p class="r-now">{head}第{stand.step}步／共{stand.of}步　{now}：{escape(stand.now)}<br>{following}</p>')
    end, start = stand.step == stand.of, stand.step == 0
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("下一步", key=f"reveal/next/{stand.step}", type="secondary" if stand.rehearsal or end else "primary",
                  disabled=end, shortcut="Right", on_click=_go, args=(stand, stand.step + 1, do))
        st.button("退一步", key=f"reveal/back/{stand.step}", disabled=start, shortcut="Left", on_click=_go,
                  args=(stand, stand.step - 1, do))
        st.button("直接到底", key=f"reveal/end/{stand.step}", disabled=end, on_click=_go, args=(stand, stand.of, do))
        st.button("从头", key=f"reveal/start/{stand.step}", disabled=start, on_click=_go, args=(stand, 0, do))
        if stand.rehearsal:
            st.button("结束排练", key="reveal/over", type="primary",
                      on_click=lambda: do(showing.rehearse, None, seen=stand.step))


def _go(stand: Stand, to: int, do: Do) -> None:
    """One press, one step: what comes within a breath of the last press is part of it."""
    pressed: datetime | None = st.session_state.get("reveal/pressed")
    now = house().clock()
    if pressed is not None and timedelta(0) <= now - pressed < BREATH:
        return
    st.session_state["reveal/pressed"] = now
    if stand.rehearsal:
        do(showing.rehearse, to, seen=stand.step)
    else:
        do(showing.reveal_to, to, seen=stand.step, version=stand.version)


def _freeze(key: str, do: Do) -> None:
    snapshot = house().live.at(key)
    if snapshot is not None:
        do(showing.freeze, showing.unfrozen(house(), snapshot, house().clock()), done="大屏已冻结。")


def _low(snapshot: Snapshot, do: Do) -> None:
    """Prepared before the reveal: the places nobody needs to be shamed with."""
    screen = snapshot.stage.screen
    way = st.radio("后几名", list(Low), index=list(Low).index(Low(screen.low_way)), key="reveal/way",
                   format_func=lambda one: one.words)
    low = st.number_input("几名", min_value=1, value=max(1, screen.low), key="reveal/low", disabled=way is Low.EACH)
    if way is Low.NEVER:
        st.caption("公开看板和成绩页仍列出全部名次。")
    st.button("就这样", key="reveal/set", on_click=lambda: do(
        showing.set_low, 0 if way is Low.EACH else int(low), way, done="后几名的公布办法已定。"))
