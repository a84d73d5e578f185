"""列入一项: the form by which the office puts something on the list, with what makes it hard to check later."""

from __future__ import annotations

from datetime import date
from html import escape

import streamlit as st

from office import local_time
from office.listing.items import ItemKind, NewItem, Source, SourceKind, advice_of, enter
from office.listing.list_form import milestones_in
from office.people import Staff
from office.refusal import Refused
from office.sitting.preparation import registered_units
from pages._apart import apart
from pages._frame import house
from pages._sheet import forget_filters

BASE = "new-item"
TEXTS = ("text", "owner", "value", "value_unit", "words", "contact_leader", "supervisor", "project", "batch", "note", "nodes")


def draw_new_item(who: Staff) -> None:
    """Folded until it is needed."""
    with st.expander("列入一项", icon=":material/add_task:"):
        registered = registered_units(house().database)
        units = {one.key: one.name for one in registered}
        units = apart(units, {one.key: units.get(one.parent, "") for one in registered})
        if not units:
            st.html('<p class="lt-note">还没有登记单位，请先在会前准备里登记。</p>')
            return
        left, right = st.columns(2)
        with left:
            _pick("类别", "kind", {one.value: one.words for one in ItemKind})
            _text("内容", "text", "要做到什么，例如：开工率达到90%", area=True)
            _pick("责任单位", "unit", units)
            _text("责任人（职务）", "owner", "例如：分管副县长")
            st.date_input("期限", value=None, key=f"{BASE}/deadline", format="YYYY-MM-DD", min_value=date(2000, 1, 1),
                          max_value=date(2099, 12, 31))
            amount, unit = st.columns(2)
            with amount:
                _text("目标值", "value", "90")
            with unit:
                _text("计量单位", "value_unit", "%、家、亿元")
        with right:
            _pick("来源", "source", {one.value: one.words for one in SourceKind})
            _text("来源说明", "words", "例如：第三督查组2026年4月检查")
            _text("联系领导", "contact_leader", "例如：分管副市长")
            _text("督导员", "supervisor", "")
            st.multiselect("配合单位", list(units), format_func=units.__getitem__, key=f"{BASE}/supporting",
                           placeholder="可以不选")
            project, batch = st.columns(2)
            with project:
                _text("项目", "project", "")
            with batch:
                _text("批次", "batch", "")
            _text("时间节点（一行一个）", "nodes", "2026-03-31 主体结顶", area=True)
            _text("备注", "note", "")
        new = _typed()
        if new.text.strip():
            said = "".join(f"<li>{escape(one)}</li>" for one in advice_of(new))
            if said:
                st.html(f'<p style="color:#8A5A12;margin:0"><b>▲ 可以列入，但到期难以核验</b></p><ul>{said}</ul>')
        st.button("列入清单", type="primary", on_click=_enter, args=(who,), disabled=not new.text.strip(),
                  help=None if new.text.strip() else "先写内容")


def _enter(who: Staff) -> None:
    unread = milestones_in(str(st.session_state.get(f"{BASE}/nodes") or ""))[1]
    if unread:
        st.session_state["said"] = ("error", f"时间节点“{unread[0][:20]}”没有写清日期和内容，请一行一个，如 2026-03-31 主体结顶。")
        return
    try:
        number = enter(house().database, _typed(), who=who, at=house().clock())
    except Refused as refused:
        st.session_state["said"] = ("error", str(refused))
        return
    for name in (*TEXTS, "deadline", "supporting"):
        st.session_state.pop(f"{BASE}/{name}", None)
    st.session_state["said"] = ("success", f"已列入清单，编号{number}。责任单位签收后开始办理。")
    forget_filters()
    house().live.refresh()


def _typed() -> NewItem:
    told = {name: str(st.session_state.get(f"{BASE}/{name}") or "") for name in TEXTS}
    return NewItem(
        kind=ItemKind(st.session_state[f"{BASE}/kind"]), unit=st.session_state[f"{BASE}/unit"],
        source=Source(kind=SourceKind(st.session_state[f"{BASE}/source"]), words=told.pop("words")),
        listed_on=local_time.day(house().clock()), deadline=st.session_state.get(f"{BASE}/deadline"),
        supporting=tuple(st.session_state.get(f"{BASE}/supporting") or ()), milestones=milestones_in(told.pop("nodes"))[0], **told)


def _pick(label: str, name: str, words: dict[str, str]) -> None:
    st.selectbox(label, list(words), format_func=words.__getitem__, key=f"{BASE}/{name}")


def _text(label: str, name: str, hint: str, *, area: bool = False) -> None:
    (st.text_area if area else st.text_input)(label, key=f"{BASE}/{name}", placeholder=hint)
