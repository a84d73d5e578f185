"""首页: the sittings and where they stand, what waits for whoever is signed in, and the way out."""

from __future__ import annotations

from html import escape

import streamlit as st

from hall.errands import SittingCard, Standing, card, errands, reminded
from office import people
from office.local_time import day, day_in_words
from office.people import Role
from office.reminding import reminders
from pages._frame import header, house, require, say_what_happened, sign_out_button

_STYLE = """<style>
.lt-sitting{margin:0}
.lt-sitting b{font-size:1.1rem}
.lt-sitting .meta{color:#4A525C;font-size:.9rem;margin:.1rem 0 .35rem}
.lt-sitting .now{margin:.1rem 0}
.lt-sitting .tag{border:1px solid #1F4E79;color:#1F4E79;border-radius:4px;padding:0 .4rem;font-size:.8rem;
margin-left:.5rem;vertical-align:.1em}
.stMain .stPageLink a{padding-left:0;height:auto;max-width:100%}
.stMain .stPageLink a p,.stMain .stPageLink a span{white-space:normal;overflow:visible;text-overflow:clip}
.stMain .stPageLink a p{color:#1F4E79}
.stMain .stPageLink a:hover p{text-decoration:underline}
.st-key-lt-next a{background:#B3261E!important;padding:.55rem .9rem!important;border-radius:4px;width:fit-content}
.st-key-lt-next a p,.st-key-lt-next a span{color:#fff!important}
</style>"""
_LIGHTS = {
    Standing.PREPARING: ("○", "#57606A"), Standing.OPEN: ("●", "#1E7F4F"), Standing.UNDER_WAY: ("●", "#1E7F4F"),
    Standing.COUNTED: ("▲", "#8A5A00"), Standing.PUBLISHED: ("◆", "#1F4E79"),
}
_LINKS = (
    ("prepare", "会前准备", {Role.HOST, Role.ADMINISTRATOR}),
    ("host", "主持台", {Role.HOST, Role.ADMINISTRATOR}),
    ("unit", "单位填报", {Role.LIAISON, Role.HOST, Role.ADMINISTRATOR}),
    ("results", "成绩", set(Role)),
    ("commitments", "承诺清单", set(Role)),
    ("screen", "大屏", {Role.HOST, Role.ADMINISTRATOR}),
)
SHOWN = 8


def _draw_sitting(one: SittingCard) -> None:
    shape, colour = _LIGHTS[one.standing]
    tag = '<span class="tag">今天</span>' if one.today else ""
    meta = " · ".join(part for part in (one.period, day_in_words(one.held_on), one.place) if part)
    with st.container(border=True):
        note = f'<div class="meta">{escape(one.note)}</div>' if one.note else ""
        st.html(f'<div class="lt-sitting"><b>{escape(one.title)}</b>{tag}<div class="meta">{escape(meta)}</div>'
                f'<div class="now"><span style="color:{colour}">{shape} {one.standing.value}</span>　'
                f"{escape(one.words)}</div>{note}</div>")
        with st.container(horizontal=True, gap="medium"):
            for name, words, wanted in _LINKS:
                if who.roles & wanted:
                    st.page_link(f"pages/{name}.py", label=words, query_params={"s": one.key})


who = require()
st.html(_STYLE)
live = house().live
today = day(house().clock())
snapshots = [found for one in live.sittings() if (found := live.at(one.key)) is not None]

header("首页", day_in_words(today))
with st.container():  # a place of its own: a message that comes or goes moves nothing below it
    say_what_happened()
left, right = st.columns([2.4, 1], gap="large")
with left:
    waiting = (*errands(who, snapshots, people.everybody(house().database), today),
               *reminded(reminders.of_person(house().database, who, today)))
    st.subheader("等您处理", anchor=False)
    for n, errand in enumerate(waiting):
        with st.container(key="lt-next" if n == 0 else None):
            st.page_link(f"pages/{errand.page}.py", label=errand.words, icon=":material/arrow_forward:",
                         query_params=dict(errand.address) or ({"s": errand.sitting} if errand.sitting else None))
    if not waiting:
        st.html('<p class="lt-note">没有要处理的事。</p>')
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.subheader("场次", anchor=False, width="content")
        st.link_button("公开看板", "/board", type="tertiary", icon=":material/public:")
    for snapshot in snapshots[:SHOWN]:
        _draw_sitting(card(snapshot, today))
    if len(snapshots) > SHOWN:
        st.html(f'<p class="lt-note">还有{len(snapshots) - SHOWN}个更早的场次，在各页上方的场次框里选。</p>')
    if not snapshots:
        st.info("还没有场次。")
with right:
    st.subheader("我", anchor=False)
    with st.container(border=True):
        roles = "、".join(role.words for role in Role if role in who.roles)
        st.html(f'<div class="lt-sitting"><b>{escape(who.title)}</b><div class="meta">登录名 {escape(who.name)}'
                f"　角色 {escape(roles)}</div></div>")
        sign_out_button()
