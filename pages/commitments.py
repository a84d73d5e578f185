"""承诺清单: everything that is pressed until it is kept, most urgent first, a page at a time. Everyone signed in may read it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import streamlit as st

from office import local_time
from office.listing.follow_up import FollowUp, address_of, choices, filter_of, follow_up, node_choices
from office.listing.item_rights import may_list
from office.listing.list_workbook import XLSX, list_workbook
from office.people import Role
from pages import _frame, _items, _sheet
from pages._download import download
from pages._frame import header, require
from pages._list_archive import columns_and_stand, draw_list_archive, open_with
from pages._list_import import draw_list_import
from pages._list_settings import draw_list_settings
from pages._new_item import draw_new_item

who = require()


def day_in_address() -> date:
    try:
        return date.fromisoformat(st.query_params.get("day", ""))
    except ValueError:
        return today


def typed(label: str, param: str, hint: str) -> None:
    """A filter that is typed, kept in the address."""
    key = f"filter-{param}"
    if key not in st.session_state:
        st.session_state[key] = st.query_params.get(param, "")[:80]
    _sheet.keep_in_address(param, st.text_input(label, key=key, placeholder=hint, max_chars=80).strip())


def draw_filters(known: Mapping[str, Mapping[str, str]]) -> tuple[date, dict[str, str]]:
    """Every filter; what is chosen stands in the address. The day the list is read for, and what links have to keep."""
    (first, second, third, fourth), keep = columns_and_stand(4)
    with first:
        _sheet.choose("单位", "unit", known["units"], "全部单位")
    with second:
        _sheet.choose("联系领导", "leader", known["leaders"], "全部领导")
    with third:
        _sheet.choose("环节", "status", known["statuses"], "全部环节")
    with fourth:
        _sheet.choose("状态灯", "light", known["lights"], "全部状态灯")
    folded = {"kind", "source", "sitting", "period", "waits_for", "batch", "month", "text", "day", "nodes"}
    with st.expander("更多筛选", expanded=any(name in st.query_params for name in folded)):
        first, second, third, fourth = st.columns(4)
        with first:
            _sheet.choose("类别", "kind", known["kinds"], "全部类别")
            typed("到期月份", "month", "2019-06")
            _sheet.choose("考核周期", "period", known["periods"], "全部周期")
        with second:
            _sheet.choose("来源", "source", known["sources"], "全部来源")
            typed("文字", "text", "编号、内容、项目、责任人")
        with third:
            _sheet.choose("场次", "sitting", known["sittings"], "全部场次")
            _sheet.choose("等谁办", "waits_for", known["waits"], "不限")
            _sheet.choose("时间节点", "nodes", node_choices(st.query_params.get("nodes", "")), "不限")
        with fourth:
            _sheet.choose("批次", "batch", known["batches"], "全部批次")
            if "filter-day" not in st.session_state:
                st.session_state["filter-day"] = day_in_address()
            day = st.date_input("截至", key="filter-day", min_value=date(2000, 1, 1), max_value=date(2099, 12, 31),
                                format="YYYY-MM-DD") or today
    _sheet.keep_in_address("day", "" if day == today else day.isoformat())
    return day, keep


def turn(listed: FollowUp) -> None:
    """The keys to the pages before and after."""
    if listed.pages == 1:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("上一页", disabled=listed.page == 1, on_click=go, args=(listed.page - 1,), icon=":material/chevron_left:")
        st.html(f'<p class="lt-note" style="margin:0">第{listed.page}页，共{listed.pages}页</p>')
        st.button("下一页", disabled=listed.page == listed.pages, on_click=go, args=(listed.page + 1,),
                  icon=":material/chevron_right:")


def go(page: int) -> None:
    st.query_params["page"] = str(page)


today = local_time.day(_frame.house().clock())
database = _frame.house().database
st.html(_sheet.LOOK + _items.LOOK)
known = choices(database)
header("承诺清单")
if known.notes:
    st.html(_items.notes(known.notes))
_frame.say_what_happened()
if st.query_params.get("s", "") in known.sittings:  # from the card of a sitting: what was said there
    st.query_params.setdefault("sitting", st.query_params["s"])
    del st.query_params["s"]
open_with()
above = st.container()
if may_list(who):
    draw_new_item(who)
    draw_list_import(who)
    draw_list_archive(who, known.batches)
day, keep = draw_filters({"units": known.units, "leaders": known.leaders, "statuses": known.statuses, "lights": known.lights,
                    "kinds": known.kinds, "sources": known.sources, "sittings": known.sittings, "batches": known.batches,
                    "periods": known.periods, "waits": known.waits})
address = st.query_params.to_dict()
wanted = filter_of(address)
asked = address.get("page", "1")
listed = follow_up(database, wanted, as_of=day, page=int(asked) if asked.isascii() and asked.isdigit() else 1)
with above:
    _sheet.say(listed.sentence)
    if day != today:
        st.html(f'<p class="lt-note">按{day.isoformat()}推算，不是今天的状态。</p>')
    st.html(_items.lamps(listed, {**address_of(wanted), **keep, **({"day": day.isoformat()} if day != today else {})}))
if listed.items:
    st.html(f'<p class="lt-note">列出{listed.found}项，最急的在前。</p>'
            + _items.table(listed.items, day) + _items.cards(listed.items, day))
turn(listed)
if listed.found:
    download("下载清单（Excel）", lambda: list_workbook(database, wanted, as_of=day),
             f"承诺清单_{day.isoformat()}.xlsx", XLSX, icon=":material/download:")
if Role.ADMINISTRATOR in who.roles:
    draw_list_settings(who)
