"""单位填报: a unit's three shortcomings, measures and commitments, with a preview as the phone will show it."""

from __future__ import annotations

from html import escape

import streamlit as st

from hall.moment.snapshot import Snapshot, TargetCard
from office.people import Role, Staff
from office.refusal import Refused
from office.sitting.declarations import Declaration, advice, declare, is_listed, may_declare, read_declaration
from pages import _list_key, _said_on_stage
from pages._declaration_form import Form, begin_anew, draw_form, the_form
from pages._declared import LOOK, as_on_the_phone
from pages._frame import act, choose_sitting, header, house, require
from pages._pieces import say_what_happened_everywhere
from scoring.round import Phase


def choose_target(snapshot: Snapshot, who: Staff) -> TargetCard:
    """The person's own target; the host and the administrator choose among all."""
    mine = {one.key: one for one in snapshot.targets if may_declare(who, one.unit)}
    if not mine:
        st.info("您的单位不在这一场的议程里。如有出入，请找主持人。")
        st.stop()
    if len(mine) == 1:
        return next(iter(mine.values()))
    chosen = st.selectbox("单位", list(mine), format_func=lambda key: f"{mine[key].position}　{mine[key].name}",
                          key=f"unit/{snapshot.sitting.key}/which")
    return mine[chosen]


def draw_advice(form: Form, snapshot: Snapshot) -> Declaration:
    """What is still weak or wrong; the declaration that the preview shows."""
    try:
        read = read_declaration(form.what_was_typed())
    except Refused as refused:
        st.html(f'<p style="color:#B3261E"><b>■ 还不能保存</b>　{escape(str(refused))}</p>')
        return form.source
    found = advice(read, snapshot.sitting.held_on)
    if found:
        items = "".join(f"<li>{escape(one)}</li>" for one in found)
        st.html(f'<p style="color:#8A5A12;margin:0"><b>▲ 可以保存，但请看一下</b></p><ul>{items}</ul>')
    else:
        st.html('<p style="color:#1E7F4F"><b>● 三条不足、措施、承诺都已写全</b></p>')
    return read


def save(form: Form, snapshot: Snapshot, target: TargetCard, who: Staff) -> None:
    if act(declare, house().database, snapshot.sitting.key, target.key, target.unit, form.what_was_typed(), who=who,
           at=house().clock(), done=f"{target.name}的填报已保存。"):
        st.session_state.pop(form.base, None)


who = require(Role.LIAISON, Role.HOST, Role.ADMINISTRATOR)
header("单位填报")
say_what_happened_everywhere()
key = choose_sitting()
snapshot = house().live.at(key)
if snapshot is None:
    st.info("这个场次刚刚变动，请刷新。")
    st.stop()
target = choose_target(snapshot, who)
st.html(LOOK)
facts = (snapshot.sitting.title, snapshot.sitting.period, target.name, snapshot.sitting.note)
st.html(f'<p class="lt-note">{escape(" · ".join(part for part in facts if part))}</p>')
_list_key.draw(key, target, who)
if Role.LIAISON in who.roles:
    st.page_link("pages/mine.py", label="本单位在办的事项", icon=":material/assignment_ind:")
_said_on_stage.draw(key, target.key, whole=False)
scored = snapshot.round_of(target.key)
published = scored is not None and scored.phase is Phase.PUBLISHED
if published or is_listed(target.declaration):
    st.info(f"{'成绩已公布，' if published else ''}承诺已列入清单，这里不能再改。进展请到“承诺清单”填写。")
    st.page_link("pages/commitments.py", label="承诺清单", query_params={"unit": target.unit})
    st.html(as_on_the_phone(target, len(snapshot.targets), target.declaration))
    st.stop()

base = f"unit/{key}/{target.key}"
form = the_form(base, target.declaration)
left, right = st.columns([1.75, 1], gap="large")
with left:
    if form.source != target.declaration:
        st.warning("您填写期间，别人保存过这家的填报。保存会以您的为准；要看别人填的，请改用最新的。")
        st.button("改用最新的（放弃我填的）", on_click=begin_anew, args=(base, target.declaration))
    if scored is not None and scored.phase in (Phase.OPEN, Phase.CLOSED):
        st.warning("这家已经上台打分，现在的改动会留痕，评委打分时看到的以当时为准。")
    draw_form(form)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("保存填报", type="primary", on_click=save, args=(form, snapshot, target, who))
        if not form.untouched:
            st.html('<span style="color:#8A5A12">▲ 有改动还没有保存</span>')
with right:
    st.subheader("手机上的样子", anchor=False)
    st.html(as_on_the_phone(target, len(snapshot.targets), draw_advice(form, snapshot)))
