"""Archived lists on the pages of the list: what a page opens with, the choice between what is pressed and what is
archived, and the office's keys that put a list away or take it up again. Drawing only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from office import local_time
from office.listing.follow_up import asks
from office.listing.list_archive import STANDS, archive, archived, opening, take_up_again
from office.people import Staff
from office.refusal import Refused
from pages import _sheet
from pages._frame import act, house


def open_with() -> None:
    """An address that asks for nothing gets what there is to see: kept in it, so that it can be sent to somebody."""
    if asks(st.query_params.to_dict()):
        return
    for name, value in opening(house().database).items():
        st.query_params[name] = value
        st.session_state[f"filter-{name}"] = value


def columns_and_stand(count: int) -> tuple[list[DeltaGenerator], dict[str, str]]:
    """So many columns for filters, and where anything is archived one more: 在办 or 已归档. And what links have to keep:
    "all" is said in the address, too."""
    if not archived(house().database):
        return st.columns(count), {}
    columns = st.columns(count + 1)
    with columns[-1]:
        return columns[:-1], _choose_stand()


def _choose_stand() -> dict[str, str]:
    key = "filter-archived"
    if st.session_state.get(key) not in STANDS:
        st.session_state[key] = _sheet.from_address("archived", list(STANDS)) or "all"
    chosen = str(st.selectbox("清单", list(STANDS), key=key, format_func=STANDS.__getitem__))
    _sheet.keep_in_address("archived", chosen)
    return {"archived": chosen} if chosen == "all" else {}


def draw_list_archive(who: Staff, batches: Mapping[str, str]) -> None:
    """For the office, folded: a list that is over, and the way back."""
    days = archived(house().database)
    if not batches:
        return
    with st.expander("归档一张清单", icon=":material/inventory_2:"):
        st.html('<p class="lt-note">专项行动结束了，把这一批整张归档：状态灯停在那一天，不再提醒，也不进首页和我的事项。'
                "随时可以查看和恢复；以后再有办理的事项，自己回到在办。</p>")
        left, middle, right = st.columns([3, 2, 2], vertical_alignment="bottom")
        with left:
            batch = st.selectbox("哪一批", list(batches), key="archive/batch", format_func=batches.__getitem__)
        if batch in days:
            middle.button("恢复在办", key="archive/back", on_click=_take_up, args=(who,))
            return
        with middle:
            st.date_input("归档日期", key="archive/on", value=local_time.day(house().clock()),
                          min_value=date(2000, 1, 1), max_value=local_time.day(house().clock()), format="YYYY-MM-DD")
        right.button("归档", key="archive/go", on_click=_archive, args=(who,))


def _archive(who: Staff) -> None:
    """What stands in the fields when the key is pressed, not when it was drawn."""
    batch, on = st.session_state["archive/batch"], st.session_state["archive/on"]
    try:
        done = archive(house().database, batch, on=on, who=who, at=house().clock())
    except Refused as refused:
        st.session_state["said"] = ("error", str(refused))
        return
    st.session_state["said"] = ("success", f"“{batch}”已在{on.isoformat()}归档：{done.words}")


def _take_up(who: Staff) -> None:
    batch = st.session_state["archive/batch"]
    act(take_up_again, house().database, batch, who=who, at=house().clock(), done=f"“{batch}”已恢复在办，按今天的状态提醒。")
