"""彩排: begun and ended from the preparation page; inside a rehearsal, its simulated phones. Drawing only."""

from __future__ import annotations

from datetime import timedelta
from html import escape
from urllib.parse import urlsplit

import streamlit as st

from hall.moment.snapshot import Snapshot
from hall.rehearsals import crowds, rehearsing
from hall.rehearsals.rehearsing import Rehearsal
from office.local_time import clock_time
from office.people import Staff
from office.prints.badges import qr_svg
from pages._frame import act, house, say_what_happened

WHAT = ("同一份名单、评分办法和议程，装进另一个数据库，由另一个服务端口运行；每个屏幕、每张纸上都有“彩排”。"
        "彩排里的胸牌、选票、成绩和留痕与正式数据互不相干，结束时整个清除。正式胸牌在彩排里扫不开，彩排胸牌在这里也扫不开。")


def draw_rehearsal(snapshot: Snapshot, who: Staff) -> None:
    """The tab of the preparation page: in a real house the rehearsal's door, in a rehearsal its phones."""
    if house().is_rehearsal:
        draw_phones(snapshot, who, explained=True)
        return
    st.html(f'<p class="lt-note">{WHAT}</p>')
    _draw_state(snapshot, who)


@st.fragment(run_every="2s")
def _draw_state(snapshot: Snapshot, who: Staff) -> None:
    say_what_happened()
    database, key = house().database, snapshot.sitting.key
    found, shown = rehearsing.rehearsed(database), rehearsing.running(database)
    if found is None:
        st.button("开始彩排", type="primary", key="rehearsal/begin", on_click=_begin, args=(key, who))
        return
    if shown is None:
        st.write(f"上一次彩排的数据还在：{found.title}（{found.period}）。")
        st.button("接着彩排", type="primary", key="rehearsal/go-on", on_click=_start)
    elif not shown.answers():
        st.info("彩排正在启动，十几秒后这里会出现入口。")
    else:
        _draw_doors(shown, found.key)
    _draw_end()


def _draw_end() -> None:
    """Asked in its place: a dialog would be gone when this part of the page is drawn anew."""
    asked = "rehearsal/asked"
    if not st.session_state.get(asked):
        st.button("结束彩排", key="rehearsal/end", on_click=st.session_state.update, args=({asked: True},))
        return
    st.warning("结束彩排？它的选票、成绩、胸牌和留痕全部清除，不能找回。正式数据不受影响。")
    with st.container(horizontal=True):
        st.button("结束并清除", type="primary", key="rehearsal/wipe", on_click=_finish)
        st.button("不结束", key="rehearsal/stay", on_click=st.session_state.pop, args=(asked, None))


def _draw_doors(shown: Rehearsal, key: str) -> None:
    name = urlsplit(st.context.url or "").hostname or rehearsing.AT_HOME
    here = f"http://{name}:{shown.port}"
    left, right = st.columns([2.4, 1], gap="large")
    with left:
        st.success("● 彩排正在进行。")
        st.html('<p class="lt-note">各人的入口，不用密码，只在彩排里有效：</p>')
        for one in shown.entrances:
            st.link_button(one.words, f"{here}{one.path}")
        st.html(f'<p class="lt-note">大屏：{escape(here)}/screen?s={escape(key)}　（先在大屏电脑上用任一入口进入）</p>')
    with right:
        st.image(qr_svg(f"{shown.phones}/b"), width=220)
        st.html(f'<p class="lt-note">手机访问地址 {escape(shown.phones)}<br>真手机要扫彩排里制发的胸牌。</p>')


def _begin(key: str, who: Staff) -> None:
    def begin() -> None:
        rehearsing.prepare(house().database, key, by=who.name, at=house().clock())
        _serve()

    act(begin, done="彩排正在启动。")


def _start() -> None:
    act(_serve, done="彩排正在启动。")


def _serve() -> None:
    host = st.get_option("server.address") or rehearsing.EVERYWHERE
    rehearsing.start(house().database, host=host, at=house().clock())


def _finish() -> None:
    st.session_state.pop("rehearsal/asked", None)
    act(rehearsing.finish, house().database, done="彩排已结束，数据已清除。")


# -- inside a rehearsal --------------------------------------------------------------------------------------


def draw_phones(snapshot: Snapshot, who: Staff, *, explained: bool = False) -> None:
    """Simulated phones: how many, how quick, how many late; one key on, one key off."""
    on, key = crowds.now_on(house().database), snapshot.sitting.key
    with st.container(horizontal=True, vertical_alignment="bottom", key="lt-crowd"):
        if on is not None:
            st.html(f"<b>● {on.count}部模拟手机在线</b>，最迟{clock_time(on.until)}自己停下。")
            st.button("停止模拟手机", key="crowd/stop", on_click=_stop)
            return
        st.selectbox("模拟手机", (60, 300), format_func="{}部".format, key="crowd/count", width=110)
        st.selectbox("打分快慢", list(crowds.Speed), format_func=lambda one: one.words, key="crowd/speed", index=1, width=170)
        st.selectbox("迟到的", crowds.LATE_SHARES, format_func="{}%".format, key="crowd/late", width=90)
        st.button("模拟手机 开始", key="crowd/begin", on_click=_switch_on, args=(key, who))
    if explained:
        st.html('<p class="lt-note">模拟手机坐在还没发胸牌的席位上，经真实的网络路径打分。给真手机的席位请先在“胸牌”里制发。'
                f"最多{crowds.MOST_PHONES}部，{timedelta(seconds=crowds.MOST_SECONDS) // timedelta(minutes=1)}分钟后自己停下。</p>")


def _switch_on(key: str, who: Staff) -> None:
    state = st.session_state
    act(crowds.begin, house().database, key, count=state["crowd/count"], speed=state["crowd/speed"], late=state["crowd/late"],
        base=f"http://{rehearsing.AT_HOME}:{st.get_option('server.port')}", by=who.name, at=house().clock(),
        done="模拟手机已上线，开始打分后它们就会打。")


def _stop() -> None:
    act(crowds.end, house().database, done="模拟手机已停下，它们的席位留着，下次接着用。")
