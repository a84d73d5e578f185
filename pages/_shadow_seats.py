"""影子席 on the preparation page: seats for training on a real sitting, and what they have handed in. Drawing only."""

from __future__ import annotations

from html import escape

import streamlit as st

from hall.moment.snapshot import Snapshot
from hall.phones import shadow
from office.people import Staff
from office.prints import badges
from office.prints.badges import Badge, qr_svg
from office.refusal import Refused
from pages._frame import act, house
from pages._pieces import confirm, table


def draw_shadows(snapshot: Snapshot, who: Staff) -> None:
    """Adding is allowed while the sitting runs: nothing that is counted moves."""
    key = snapshot.sitting.key
    st.subheader(f"影子席（{len(snapshot.shadows)}）", anchor=False)
    st.html('<p class="lt-note">供培训用：看到的页面和评委一样，提交的评分单独存放，只有本人和这里看得到；'
            "不计票、不进签到和应到数、不进成绩，也不在任何打印件上。打分进行中也可以加。</p>")
    groups = {group.key: group.name for group in snapshot.rule.groups}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("编号", key=f"{key}/shadow/code", placeholder=f"影{len(snapshot.shadows) + 1}", width=120)
        st.text_input("姓名或职务", key=f"{key}/shadow/name", placeholder="新任评委", width=220)
        st.selectbox("看哪个组的页面", list(groups), format_func=groups.__getitem__, key=f"{key}/shadow/group", width=220)
        st.button("加影子席", key=f"{key}/shadow/add", on_click=_add, args=(key, who))
    if not snapshot.shadows:
        return
    table(("影子席", "姓名或职务", "看哪个组的页面", "胸牌"),
          ((seat.code, seat.name, groups[seat.group], "有" if seat.has_badge else "—") for seat in snapshot.shadows),
          keep=(0, 3))
    names = {seat.code: f"{seat.code}　{seat.name}" for seat in snapshot.shadows}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        code = st.selectbox("影子席", list(names), format_func=names.__getitem__, key=f"{key}/shadow/which", width=360)
        st.button("制发胸牌", key=f"{key}/shadow/badge", on_click=_issue, args=(snapshot, code, who))
        if st.button("撤销影子席", key=f"{key}/shadow/drop"):
            confirm(f"撤销影子席{names[code]}？它的胸牌停用，练习票一并删去。", "撤销",
                    lambda: act(shadow.drop_shadow, house().database, key, code, by=who.name, at=house().clock(),
                                done="影子席已撤销。"))
    issued: Badge | None = st.session_state.get(f"{key}/shadow/issued")
    if issued is not None:
        left, right = st.columns([2, 1])
        left.html(f'<div class="lt-big">{escape(issued.seat)}</div><div>{escape(issued.name)}　影子席，不计票</div>')
        left.code(issued.link, language=None, wrap_lines=True)
        left.button("扫好了", key=f"{key}/shadow/seen", on_click=st.session_state.pop, args=(f"{key}/shadow/issued", None))
        right.image(qr_svg(issued.link), width=260)
    table(("轮次", "影子席", "时间", "练习票"),
          ((one.round, one.seat, one.at, one.said) for one in shadow.practice_papers(house().database, snapshot)),
          keep=(0, 1, 2), height=260, empty="还没有练习票。")


def _add(key: str, who: Staff) -> None:
    state, prefix = st.session_state, f"{key}/shadow"
    if act(shadow.add_shadow, house().database, key, code=state[f"{prefix}/code"], name=state[f"{prefix}/name"],
           group=state[f"{prefix}/group"], by=who.name, at=house().clock(), done="影子席已添加，请制发胸牌。"):
        state[f"{prefix}/code"] = state[f"{prefix}/name"] = ""


def _issue(snapshot: Snapshot, code: str, who: Staff) -> None:
    key, given = snapshot.sitting.key, []

    def issue() -> None:
        base = badges.public_url(house().database, snapshot.public_url)
        if not base:
            raise Refused("还没有手机访问地址，请先在“胸牌”里保存。")
        given.extend(badges.issue_badges(house().database, key, (code,), base_url=base, by=who.name, at=house().clock()))

    if act(issue, done="胸牌已制发，二维码只显示这一次。"):
        st.session_state[f"{key}/shadow/issued"] = given[0]
