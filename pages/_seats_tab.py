"""会前准备: judges' seats, and who will not score whom. Drawing only."""

from __future__ import annotations

import streamlit as st

from hall.moment.snapshot import Snapshot
from hall.preflight import recusals
from office.people import Staff
from office.sheets import pasted
from office.sitting import mending, sittings
from office.sitting.preparation import Prepared
from office.sitting.routes import routes_of
from pages._apart import apart
from pages._frame import act, house
from pages._pieces import confirm, table, typed


def draw_seats(one: Prepared, snapshot: Snapshot, who: Staff) -> None:
    """Seats by group, and who will not score whom."""
    key = one.sitting.key
    groups = {group.key: group.name + ("（无记名）" if group.secret else "") for group in snapshot.rule.groups}
    table(("席位", "评委组", "姓名或职务", "本人单位", "胸牌", "签到", "线路"),
          ((s.code, groups[s.group], s.name, one.unit_name(s.unit) if s.unit else "", "有" if s.has_badge else "—",
            "已到" if s.checked_in else "", s.route) for s in snapshot.seats),
          keep=(0, 1, 4, 5), height=430, empty="还没有席位，请在下面添加。")
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("添加席位", anchor=False)
        st.text_area("每行一席，逗号或制表符分隔", key=f"{key}/seats", height=120,
                     placeholder="编号，组，姓名或职务，单位\n" + "\n".join(
                         f"{g.key[:1].upper()}01，{g.name}，{g.name}一席" for g in snapshot.rule.groups[:2]))
        st.html(f'<p class="lt-note">评委组来自评分办法：{"、".join(groups.values())}。'
                "单位写评委自己的单位，可不写。</p>")
        st.button("添加", on_click=_add_seats, args=(one, snapshot, who), key=f"{key}/add_seats")
    with right:
        st.subheader("更正一席", anchor=False)
        _draw_one_seat(one, snapshot, groups, who)
    st.subheader("回避", anchor=False)
    st.html('<p class="lt-note">评委对本单位、本单位的下属单位、没有看过的线路自动回避，不必登记；'
            "其他情形在这里登记，要在该单位打分之前。</p>")
    lines = recusals(snapshot)
    table(("不打分的单位", "席位", "评委", "原因", "来历"),
          ((r.target_name, r.seat, r.judge, r.reason, "登记" if r.entered else "自动") for r in lines),
          keep=(1, 4), height=300, empty="没有人需要回避。")
    _draw_recusal_forms(one, snapshot, who)


def _draw_one_seat(one: Prepared, snapshot: Snapshot, groups: dict[str, str], who: Staff) -> None:
    key, names = one.sitting.key, {s.code: f"{s.code}　{s.name}" for s in snapshot.seats}
    if not names:
        return
    chosen = st.selectbox("席位", list(names), format_func=names.__getitem__, key=f"{key}/seat")
    s = next(s for s in snapshot.seats if s.code == chosen)
    prefix, units = f"{key}/seat/{s.code}", ["", *(unit.key for unit in one.units)]
    st.text_input("姓名或职务", value=s.name, key=f"{prefix}/name")
    st.selectbox("评委组", list(groups), index=list(groups).index(s.group), format_func=groups.__getitem__,
                 key=f"{prefix}/group")
    st.selectbox("本人单位", units, index=units.index(s.unit), key=f"{prefix}/unit",
                 format_func=lambda unit: one.unit_name(unit) if unit else "（无）")
    routes = ["", *routes_of(one.agenda)]
    if len(routes) > 1:
        st.selectbox("观摩线路", routes, index=routes.index(s.route) if s.route in routes else 0, key=f"{prefix}/route",
                     format_func=lambda route: route or "（全都看过）")
    with st.container(horizontal=True):
        st.button("保存更正", key=f"{prefix}/save", on_click=_change_seat, args=(key, s.code, who))
        if st.button("撤销席位", key=f"{prefix}/drop"):
            confirm(f"撤销席位{s.code}（{s.name}）？它的胸牌同时停用。", "撤销席位",
                     lambda: act(mending.drop_seat, house().database, key, s.code, by=who.name, at=house().clock(),
                                 done=f"席位{s.code}已撤销。"))


def _draw_recusal_forms(one: Prepared, snapshot: Snapshot, who: Staff) -> None:
    key = one.sitting.key
    if not snapshot.seats or not one.agenda:
        return
    seats = {s.code: f"{s.code}　{s.name}" for s in snapshot.seats}
    targets = apart({t.key: t.name for t in one.agenda}, {t.key: t.key for t in one.agenda})
    a, b, c, d = st.columns([2, 2, 3, 1.2], vertical_alignment="bottom")
    a.selectbox("评委席位", list(seats), format_func=seats.__getitem__, key=f"{key}/recuse/seat")
    b.selectbox("对这个单位回避", list(targets), format_func=targets.__getitem__, key=f"{key}/recuse/target")
    c.text_input("原因", key=f"{key}/recuse/reason", placeholder="例如：联系该县的市领导回避")
    d.button("登记回避", key=f"{key}/recuse", on_click=_recuse, args=(key, who), width="stretch")
    entered = {f"{r.seat} {r.target}": f"{r.seat} {r.judge} 对 {r.target_name}" for r in recusals(snapshot)
               if r.entered}
    if entered:
        a, d = st.columns([7, 1.2], vertical_alignment="bottom")
        a.selectbox("已登记的回避", list(entered), format_func=entered.__getitem__, key=f"{key}/lift/which")
        d.button("撤销回避", key=f"{key}/lift", on_click=_lift, args=(key, who), width="stretch")


def _add_seats(one: Prepared, snapshot: Snapshot, who: Staff) -> None:
    key, field = one.sitting.key, f"{one.sitting.key}/seats"

    def add() -> None:
        seats = pasted.read_seats(st.session_state[field], snapshot.rule, one.units)
        sittings.add_seats(house().database, key, seats, by=who.name, at=house().clock())

    if act(add, done="席位已添加。新席位还没有胸牌，请到“胸牌”里制发。"):
        st.session_state[field] = ""


def _change_seat(key: str, code: str, who: Staff) -> None:
    values = typed(f"{key}/seat/{code}", "name", "group", "unit")
    if f"{key}/seat/{code}/route" in st.session_state:
        values |= typed(f"{key}/seat/{code}", "route")
    act(mending.change_seat, house().database, key, code, **values, by=who.name, at=house().clock(), done="已更正。")


def _recuse(key: str, who: Staff) -> None:
    values = typed(f"{key}/recuse", "seat", "target", "reason")
    if act(sittings.recuse, house().database, key, **values, by=who.name, at=house().clock(), done="回避已登记。"):
        st.session_state[f"{key}/recuse/reason"] = ""


def _lift(key: str, who: Staff) -> None:
    seat, target = st.session_state[f"{key}/lift/which"].split(" ", 1)
    act(mending.lift_recusal, house().database, key, seat, target, by=who.name, at=house().clock(),
        done="回避已撤销。")
