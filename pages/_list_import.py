"""从Excel导入: the template, the file, what it would do, and the key that does it."""

from __future__ import annotations

from html import escape

import streamlit as st

from office import local_time
from office.listing.list_form import list_template
from office.listing.list_import import check_list, import_list
from office.listing.list_workbook import XLSX
from office.people import Staff
from office.refusal import Refused
from office.sheets.workbook_file import MOST_BYTES
from office.sitting.preparation import registered_units
from pages._download import download
from pages._frame import house
from pages._pieces import table
from pages._sheet import forget_filters

KEY = "list-import/file"
MOST = MOST_BYTES // 1_000_000
SHOWN = 30


def draw_list_import(who: Staff) -> None:
    """Folded until it is needed; nothing is written before the key is pressed."""
    with st.expander("从Excel导入清单", icon=":material/upload_file:"):
        download("下载模板", list_template(), "清单模板.xlsx", XLSX, icon=":material/download:")
        file = st.file_uploader(f"填好的清单（.xlsx，最大{MOST}MB）", type=["xlsx"], max_upload_size=MOST,
                                key=f"{KEY}/{st.session_state.get(KEY, 0)}")
        if file is None:
            return
        data = file.getvalue()
        try:
            found = check_list(house().database, data, today=local_time.day(house().clock()))
        except Refused as refused:
            st.error(str(refused))
            return
        (st.warning if found.faults else st.success)(found.sentence)
        for note in found.notes:
            st.html(f'<p class="lt-note">{escape(note)}</p>')
        if found.faults:
            table(("位置", "哪里不对", "怎么改"), [
                (f"第{one.row}行 {one.column}" if one.row else one.column or "整张表", one.said, one.cure)
                for one in found.faults[:SHOWN]], keep=(0,))
        elif found.new or found.linked:
            units = {one.key: one.name for one in registered_units(house().database)}
            if found.new:
                table(("编号", "类别", "责任单位", "内容", "期限"), [
                    (one.number or "自动", one.kind.words, units.get(one.unit, one.unit), one.text, one.deadline or "—")
                    for one in found.new[:SHOWN]], keep=(0, 1, 4))
            words = f"列入这{len(found.new)}项" if found.new else f"关联{len(found.linked)}项的来源"
            st.button(words, type="primary", on_click=_import, args=(data, who))


def _import(data: bytes, who: Staff) -> None:
    try:
        numbers = import_list(house().database, data, who=who, at=house().clock())
    except Refused as refused:
        st.session_state["said"] = ("error", str(refused))
        return
    st.session_state[KEY] = st.session_state.get(KEY, 0) + 1
    first_and_last = "至".join(dict.fromkeys((numbers[0], numbers[-1]))) if numbers else ""
    st.session_state["said"] = ("success", f"已列入{len(numbers)}项，编号{first_and_last}。责任单位签收后开始办理。" if numbers
                                else "清单里已有的各项关联了新的来源。")
    if numbers:
        forget_filters()
    house().live.refresh()
