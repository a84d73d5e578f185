"""While the hall is shown a result first: what those read who wait, what the people of the hall are told, and the host's key.

Drawing only; who waits, and until when, is `hall.outcome.hall_first`'s.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import streamlit as st

from hall.moment.snapshot import Snapshot
from hall.outcome import hall_first
from hall.outcome.hall_first import Waiting
from office.people import Staff
from pages._frame import header, house

Do = Callable[..., None]


def or_wait(key: str, who: Staff) -> None:
    """The page ends here for whoever has to wait. Called after the result was read."""
    waits = hall_first.kept_from_here(house().database, key, who, house().clock())
    if waits is None:
        return
    header("成绩")
    which = f"更正后的第{waits.version}版" if waits.version > 1 else "这一场的成绩"
    st.info(f"{which}正在现场揭晓，请看会场大屏。揭晓完毕后在这里查看排名和计算过程，{waits.latest}。")
    st.button("看最新", key="hall-first/again")
    st.stop()


def say_who_waits(key: str) -> None:
    """To the people of the hall: others do not see this yet."""
    waits = hall_first.waiting_here(house().database, key, house().clock())
    if waits is not None:
        st.html(f'<div class="lt-draft"><b>第{waits.version}版还没有揭晓完</b>公开看板和单位联络员等现场揭晓完毕才看得到，'
                f"{waits.latest}；在此之前不得外传。</div>")


def not_in_here_yet(kept: tuple[Waiting, ...]) -> None:
    """Above a ledger: whose points are to come."""
    if kept:
        words = "；".join(f"{escape(one.title)}，{one.latest}" for one in kept)
        st.html(f'<div class="lt-draft"><b>正在揭晓</b>还没有列入，现场揭晓完毕后再来看：{words}。</div>')


def key_to_let_out(snapshot: Snapshot, do: Do) -> None:
    """On the console, while a version waits and the next press of the reveal will not let it out."""
    waits = hall_first.waiting_on(house().database, snapshot, house().clock())
    if waits is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(f'<p class="r-still">▲ 第{waits.version}版现场还没有揭晓完，对外{waits.latest}可见。</p>',
                width="content")
        with st.popover("现在就公开"):
            st.write("不在现场揭晓，或不再揭晓完：公众在看板、单位联络员在成绩页和台账马上看得到，不能收回。大屏不变。")
            st.button(f"确认公开第{waits.version}版", key="hall-first/out", type="primary", on_click=lambda: do(
                hall_first.let_out, waits.version, done=f"第{waits.version}版成绩已对外公开。"))
