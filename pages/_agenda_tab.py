"""会前准备: the agenda and the register of units. Drawing only."""

from __future__ import annotations

from html import escape

import streamlit as st

from office.people import Staff
from office.sheets import pasted
from office.sitting import mending, sittings
from office.sitting.plan import KIND_WORDS
from office.sitting.preparation import Prepared
from office.sitting.routes import routes_of
from pages._apart import apart
from pages._frame import act, house
from pages._pieces import confirm, table, typed


def draw_agenda(one: Prepared, who: Staff) -> None:
    """What is scored, in order, and the units of the register."""
    key = one.sitting.key
    table(("次序", "编号", "单位（项目）", "所属单位", "汇报人", "排名组", "排名", "上台", "线路"),
          ((t.position, t.key, t.name, t.unit_name, f"{t.substitute}（代）" if t.substitute else t.presenter,
            t.ranking_group, "是" if t.ranked else "只打分", "延到补场" if t.postponed else "是" if t.speaks else "只测评", t.route)
           for t in one.agenda), keep=(0, 1, 6, 7), height=540, empty="议程还是空的，请在下面列入单位。")
    routes = "；".join(_of_route(one, route) for route in routes_of(one.agenda))
    st.html(f'<p class="lt-note">次序在主持台抽签或手动调整。{escape(routes)}</p>')
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("列入议程", anchor=False)
        on_agenda = {t.unit for t in one.agenda}
        free = apart({unit.key: unit.name for unit in one.units if unit.key not in on_agenda}, _parents(one))
        if free:
            st.multiselect("从已登记的单位选", list(free), format_func=free.__getitem__, key=f"{key}/pick",
                           placeholder="选择单位")
            st.button("列入所选单位", on_click=_add_picked, args=(one, who), key=f"{key}/add_picked")
        st.text_area("或粘贴（每行一家，逗号或制表符分隔）", key=f"{key}/targets", height=120,
                     placeholder="名称，汇报人，所属单位，编号，排名组\n鹿城区，区委书记\n老城改造项目，副区长，鹿城区")
        st.button("列入粘贴的各行", on_click=_add_pasted, args=(one, who), key=f"{key}/add_targets")
    with right:
        st.subheader("更正一家", anchor=False)
        _draw_one_target(one, who)
    with st.expander(f"单位库（{len(one.units)}个，各场次共用）", expanded=not one.units):
        _draw_register(one, who)


def _of_route(one: Prepared, route: str) -> str:
    return f"{route}：{sum(t.route == route for t in one.agenda)}个项目"


def _draw_one_target(one: Prepared, who: Staff) -> None:
    key, names = one.sitting.key, {t.key: f"{t.position}　{t.name}" for t in one.agenda}
    if not names:
        return
    chosen = st.selectbox("单位", list(names), format_func=names.__getitem__, key=f"{key}/target")
    t = next(t for t in one.agenda if t.key == chosen)
    prefix = f"{key}/target/{t.key}"
    st.text_input("名称", value=t.name, key=f"{prefix}/name")
    st.text_input("汇报人（职务）", value=t.presenter, key=f"{prefix}/presenter")
    st.text_input("排名组（同组内排名，可不填）", value=t.ranking_group, key=f"{prefix}/ranking_group")
    st.text_input("观摩线路（分线路观摩才填）", value=t.route, key=f"{prefix}/route", placeholder="例如：第一线路")
    with st.container(horizontal=True):
        st.checkbox("参加排名", value=t.ranked, key=f"{prefix}/ranked")
        st.checkbox("上台发言", value=t.speaks, key=f"{prefix}/speaks", help="不上台的单位只参加测评")
    with st.container(horizontal=True):
        st.button("保存更正", key=f"{prefix}/save", on_click=_change_target, args=(key, t.key, who))
        if st.button("移出议程", key=f"{prefix}/drop"):
            confirm(f"把{t.name}移出议程？它的填报和回避登记一并删除。", "移出",
                     lambda: act(sittings.drop_target, house().database, key, t.key, by=who.name, at=house().clock(),
                                 done=f"{t.name}已移出议程。"))


def _draw_register(one: Prepared, who: Staff) -> None:
    key = one.sitting.key
    table(("编号", "名称", "类别", "上级单位"),
          ((u.key, u.name, KIND_WORDS[u.kind], one.unit_name(u.parent) if u.parent else "") for u in one.units),
          keep=(0,), height=300, empty="单位库还是空的。")
    left, right = st.columns(2, gap="large")
    with left:
        st.text_area("登记单位（每行一个，只有名称必填）", key=f"{key}/units", height=120,
                     placeholder="名称，类别，上级单位，编号\n鹿城区，县（市、区）\n市发改委，部门")
        st.button("登记", on_click=_add_units, args=(one, who), key=f"{key}/add_units")
    with right:
        names = apart({u.key: u.name for u in one.units}, _parents(one))
        if names:
            chosen = st.selectbox("更正单位", list(names), format_func=names.__getitem__, key=f"{key}/unit")
            u = next(u for u in one.units if u.key == chosen)
            prefix, parents = f"{key}/unit/{u.key}", ["", *(k for k in names if k != u.key)]
            st.text_input("名称", value=u.name, key=f"{prefix}/name")
            st.selectbox("类别", list(KIND_WORDS), index=list(KIND_WORDS).index(u.kind),
                         format_func=KIND_WORDS.__getitem__, key=f"{prefix}/kind")
            st.selectbox("上级单位", parents, index=parents.index(u.parent), key=f"{prefix}/parent",
                         format_func=lambda parent: names.get(parent, "（无）"))
            st.button("保存更正", key=f"{prefix}/save", on_click=_change_unit, args=(key, u.key, who))


def _add_picked(one: Prepared, who: Staff) -> None:
    key = one.sitting.key
    chosen = [unit for unit in one.units if unit.key in st.session_state[f"{key}/pick"]]
    targets = pasted.targets_of(chosen, (t.key for t in one.agenda))
    act(sittings.add_targets, house().database, key, targets, by=who.name, at=house().clock(),
        done=f"已列入{len(targets)}家。")


def _add_pasted(one: Prepared, who: Staff) -> None:
    key, field = one.sitting.key, f"{one.sitting.key}/targets"

    def add() -> None:
        targets = pasted.read_targets(st.session_state[field], one.units, (t.key for t in one.agenda))
        sittings.add_targets(house().database, key, targets, by=who.name, at=house().clock())

    if act(add, done="已列入议程。"):
        st.session_state[field] = ""


def _add_units(one: Prepared, who: Staff) -> None:
    field = f"{one.sitting.key}/units"

    def add() -> None:
        units = pasted.read_units(st.session_state[field], one.units)
        sittings.add_units(house().database, units, by=who.name, at=house().clock())

    if act(add, done="单位已登记。"):
        st.session_state[field] = ""


def _change_target(key: str, target: str, who: Staff) -> None:
    values = typed(f"{key}/target/{target}", "name", "presenter", "ranking_group", "ranked", "speaks", "route")
    act(mending.change_target, house().database, key, target, **values, by=who.name, at=house().clock(),
        done="已更正。")


def _change_unit(key: str, unit: str, who: Staff) -> None:
    values = typed(f"{key}/unit/{unit}", "name", "kind", "parent")
    act(mending.change_unit, house().database, unit, **values, by=who.name, at=house().clock(), done="单位已更正。")


def _parents(one: Prepared) -> dict[str, str]:
    """What tells two towns of one name apart: whose they are."""
    return {unit.key: one.unit_name(unit.parent) if unit.parent else "" for unit in one.units}
