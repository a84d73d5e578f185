"""领导总览: how each contact leader's items stand, who has been on site this month, and the log of visits. Drawing only."""

from __future__ import annotations

from html import escape

import streamlit as st

from office import local_time
from office.listing.leaders import READERS, Duty, Overview, log_visit, may_log, overview, take_back, visits
from office.people import Staff
from pages import _items, _leaders, _sheet
from pages._frame import act, header, house, require
from pages._pieces import say_what_happened_everywhere, typed

FEW = 6
who = require(*READERS)
st.html(_sheet.LOOK + _items.LOOK)


def draw_duties(shown: Overview) -> None:
    """Who has not, by post: folded where they are many."""
    for duty in Duty:
        away = shown.without(duty)
        names, span = escape("、".join(away)), "本周" if duty is Duty.BRIEFING else "本月"
        if not away:
            st.html(f'<p class="lt-facts"><b>{duty.rule}</b>　{span}都已{duty.words}。</p>')
        elif len(away) <= FEW:
            st.html(f'<p class="lt-facts"><b>{duty.rule}</b>　{span}还没有{duty.words}：{names}。</p>')
        else:
            st.html(f'<details class="lt-facts"><summary><b>{duty.rule}</b>　{span}还有{len(away)}位没有{duty.words}，'
                    f"点开看是谁</summary>{names}。</details>")


def save(who: Staff) -> None:
    told = typed("visit", "leader", "duty", "on", "about", "found", "number")
    if act(log_visit, house().database, who=who, at=house().clock(), done=f"已登记：{told['leader']}，{told['about']}。", **told):
        for name in ("about", "found", "number"):
            st.session_state[f"visit/{name}"] = ""


def draw_form(who: Staff, leaders: tuple[str, ...]) -> None:
    asked = st.query_params.get("leader", "")
    with st.expander("登记专题了解、现场调研", icon=":material/edit_note:"):
        first, second, third = st.columns(3)
        first.selectbox("联系领导", leaders, index=leaders.index(asked) if asked in leaders else 0, key="visit/leader")
        second.selectbox("做了什么", list(Duty), format_func=lambda one: f"{one.words}（{one.rule}）", key="visit/duty")
        third.date_input("哪一天", value=local_time.day(house().clock()), max_value=local_time.day(house().clock()),
                         key="visit/on")
        st.text_input("专题或现场", key="visit/about", max_chars=200, placeholder="例如：中车产业基地，三个地块的挂牌要件")
        st.text_input("协调结果（可不填）", key="visit/found", max_chars=200)
        st.text_input("清单编号（可不填）", key="visit/number", max_chars=40)
        st.button("登记", type="primary", key="visit/save", on_click=save, args=(who,))


def draw_log(who: Staff, writes_for: tuple[str, ...]) -> None:
    lines = visits(house().database, who, leader=_sheet.from_address("leader", [one.leader for one in shown.rows]))
    st.html(_leaders.log(lines))
    mine = {one.id: f"{one.on.isoformat()} {one.leader}：{one.about[:20]}" for one in lines
            if one.leader in writes_for and not one.taken_back}
    if not mine:
        return
    with st.expander("登记错了，撤回一条"):
        st.selectbox("哪一条", list(mine), format_func=mine.__getitem__, key="back/id")
        st.text_input("为什么撤回", key="back/why", max_chars=200)
        st.button("撤回", key="back/go", on_click=lambda: act(
            take_back, house().database, st.session_state["back/id"], why=st.session_state["back/why"], who=who,
            at=house().clock(), done="已撤回，记录保留。"))


header("领导总览")
say_what_happened_everywhere()
today = local_time.day(house().clock())
shown = overview(house().database, who, today=today)
_sheet.say(shown.sentence)
if shown.rows:
    if shown.counted.open:
        draw_duties(shown)
    st.html(_leaders.table(shown.rows, today) + _leaders.cards(shown.rows, today))
    writes_for = may_log(house().database, who)
    st.subheader("专题了解和现场调研", anchor=False)
    _sheet.choose("看哪位领导的记录", "leader", {one.leader: one.leader for one in shown.rows}, "全部领导")
    if writes_for:
        draw_form(who, writes_for)
    draw_log(who, writes_for)
