"""会前准备: the whole preparation from one Excel file, looked through before anything is written. Drawing only."""

from __future__ import annotations

import hashlib
from html import escape

import streamlit as st

from hall.moment.snapshot import Snapshot
from office.export import csv_of
from office.people import Staff
from office.refusal import Refused
from office.sheets.workbook_form import template
from office.sheets.workbook_import import LookedThrough, bring_in, current_form, look_through
from office.sitting.preparation import Prepared
from pages._download import download
from pages._frame import act, house
from pages._pieces import table

SHOWN = 300
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def draw_import(one: Prepared, snapshot: Snapshot, who: Staff) -> None:
    """Download the form, fill it, bring it back; faults with their cells, changes before they happen."""
    key = one.sitting.key
    st.html('<p class="lt-note">单位、评委、场次设置、环节、提问和承诺都可以在一份 Excel 里准备。'
            "同一份表可以反复上传：一样的不动，改过的更正，新添的加上，表里没有的保持不动。</p>")
    with st.container(horizontal=True):
        download("下载空白模板", lambda: template(one), f"{key}_模板.xlsx", _KIND, on_click="ignore",
                 key=f"{key}/form/blank")
        download("下载本场现有名单", lambda: current_form(house().database, key), f"{key}_名单.xlsx", _KIND,
                 on_click="ignore", key=f"{key}/form/filled")
    turn = st.session_state.setdefault(f"{key}/form/turn", 0)
    with st.container(key="lt-upload"):
        sent = st.file_uploader("上传填好的表（.xlsx，最大5MB），先检查，不会马上导入", key=f"{key}/form/{turn}", max_upload_size=5)
    if sent is None:
        _draw_last(key)
        return
    data = sent.getvalue()
    seen = _look(key, data, snapshot.serial)
    if isinstance(seen, str):
        st.error(seen)
        return
    for note in seen.notes:
        st.html(f'<p class="lt-note">{escape(note)}</p>')
    _draw_faults(key, seen)
    _draw_changes(key, seen, data, sent.name, who)


def _look(key: str, data: bytes, serial: int) -> LookedThrough | str:
    """Worked out once a file and state of the sitting."""
    asked = (hashlib.sha256(data).hexdigest(), serial)
    kept = st.session_state.get(f"{key}/form/seen")
    if kept is None or kept[0] != asked:
        try:
            found: LookedThrough | str = look_through(house().database, key, data)
        except Refused as refused:
            found = str(refused)
        st.session_state[f"{key}/form/seen"] = kept = (asked, found)
    seen: LookedThrough | str = kept[1]
    return seen


def _draw_faults(key: str, seen: LookedThrough) -> None:
    if not seen.faults:
        return
    st.error(f"有{len(seen.faults)}处要改。改好后重新上传即可；下面的行号和列号与 Excel 里一样。")
    head = ("工作表", "行", "列", "问题", "怎么改")
    rows = [(one.sheet, one.row or "", one.column, one.said, one.cure) for one in seen.faults]
    table(head, rows[:SHOWN], keep=(0, 1, 2), height=360 if len(rows) > 8 else None)
    if len(rows) > SHOWN:
        st.html(f'<p class="lt-note">只列出前{SHOWN}处，其余请下载。</p>')
    download("下载问题清单", lambda: csv_of(head, rows), f"{key}_问题清单.csv", "text/csv", on_click="ignore",
             key=f"{key}/form/faults")


def _draw_changes(key: str, seen: LookedThrough, data: bytes, name: str, who: Staff) -> None:
    if seen.unreadable:
        st.warning("上面的问题改好之前，这份表一行也不能导入。")
        return
    if not seen.changes:
        st.info("其余各行和系统里完全一样，没有可以导入的内容。" if seen.faults else "表里的内容和系统里完全一样，不用导入。")
        return
    st.subheader(f"将要改动{len(seen.changes)}处", anchor=False)
    table(("工作表", "行", "改动"), ((s, r or "", words) for s, r, words in seen.changes[:SHOWN]), keep=(0, 1),
          height=300 if len(seen.changes) > 7 else None)
    if len(seen.changes) > SHOWN:
        st.html(f'<p class="lt-note">只列出前{SHOWN}处，导入时全部写入。</p>')
    good_rows_only = False
    if seen.faults:
        places = left_out_words(seen)
        good_rows_only = st.checkbox(f"有问题的行先不导入，只导入其余各行。不导入的是：{places}", key=f"{key}/form/good_only")
    st.button(f"导入{len(seen.changes)}处改动", type="primary", key=f"{key}/form/bring", on_click=_bring,
              args=(key, seen, data, name, good_rows_only, who), disabled=bool(seen.faults) and not good_rows_only)


def _bring(key: str, seen: LookedThrough, data: bytes, name: str, good_rows_only: bool, who: Staff) -> None:
    left = f"没有导入的行：{left_out_words(seen)}。" if seen.faults else "表里的内容都已在系统里。"
    if act(bring_in, house().database, key, data, name=name, agreed=seen.agreed, good_rows_only=good_rows_only,
           by=who.name, at=house().clock(), done=f"已从 {name} 导入{len(seen.changes)}处改动。{left}"):
        st.session_state[f"{key}/form/turn"] += 1
        st.session_state[f"{key}/form/last"] = seen
    st.session_state.pop(f"{key}/form/seen", None)


def _draw_last(key: str) -> None:
    """What was left out of the last import stays until the next upload."""
    last: LookedThrough | None = st.session_state.get(f"{key}/form/last")
    if last is not None and last.faults:
        st.warning("上一次导入时留下的行如下。改好后再上传同一份表即可，已经导入的不会重复。")
        _draw_faults(key, last)


def left_out_words(seen: LookedThrough) -> str:
    """单位 第3、5行；评委 第9行."""
    by_sheet: dict[str, list[str]] = {}
    for sheet, row in seen.left_out:
        by_sheet.setdefault(sheet, []).append(str(row))
    return "；".join(f"{sheet}第{'、'.join(rows[:30])}{'等' if len(rows) > 30 else ''}行（共{len(rows)}行）"
                    if len(rows) > 1 else f"{sheet}第{rows[0]}行" for sheet, rows in by_sheet.items())
