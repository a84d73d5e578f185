"""对账亮账: the month walked item by item, fact against list, and the quarter's rates as they were disclosed. Drawing only."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from office import local_time
from office.listing import reconciliation
from office.listing.disclosure import Disclosed, Line, disclose, disclosure_docx, disclosures
from office.listing.reconciliation import RunView, Walked, protocol_docx, run_of, runs
from office.people import Role, Staff
from office.prints.docx import DOCX
from pages import _sheet
from pages._download import download
from pages._frame import act, header, house, require
from pages._pieces import confirm, say_what_happened_everywhere, table

who = require()
IS_OFFICE = bool(who.roles & {Role.ADMINISTRATOR, Role.HOST, Role.CLERK})
SHOWN = 50


def draw_months(who: Staff) -> None:
    known = {one.month: f"{one.month}（{'已办结' if one.closed_at else '进行中'}）" for one in runs(house().database)}
    if IS_OFFICE:
        today = local_time.day(house().clock())
        this, last = today.strftime("%Y-%m"), (today.replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
        with st.container(horizontal=True):
            for month in (last, this):
                if month not in known:
                    st.button(f"开始{month}对账", key=f"reconcile/open/{month}", type="primary" if month == this else "secondary",
                              on_click=_open, args=(month, who))
    if not known:
        st.info("还没有开过对账。")
        return
    asked = st.query_params.get("m", "")
    months = list(known)
    month = st.selectbox("月份", months, index=months.index(asked) if asked in months else 0, format_func=known.__getitem__,
                         label_visibility="collapsed", key="reconcile/month")
    st.query_params["m"] = month
    draw_run(run_of(house().database, month), who)


def draw_run(view: RunView, who: Staff) -> None:
    run = view.run
    st.html(_sheet.LOOK + f'<p class="lt-say">{view.sentence}</p>')
    if run.closed_at is not None:
        download("下载对账记录", lambda: protocol_docx(run), f"对账记录_{run.month}.docx", DOCX, key="reconcile/docx")
        st.html(f'<p class="lt-note">{local_time.minute(run.closed_at)}由{run.closed_by}办结，记录不再改动；以后补录的另外标明。'
                f"校验码 {str(run.protocol_sha256)[:16]}…</p>")
    by_unit, by_leader = st.columns(2, gap="large")
    head = ("项数", "相符", "不符", "未对账")
    with by_unit:
        table(("单位", *head), ((one.name, one.items, one.agree, one.differ, one.open) for one in view.units))
    with by_leader:
        table(("联系领导", *head), ((one.name or "（未定）", one.items, one.agree, one.differ, one.open) for one in view.leaders))
    draw_lines(view, who)
    if IS_OFFICE and run.closed_at is None:
        left = sum(one.open for one in view.units)
        if st.button("办结对账", key="reconcile/close", type="secondary" if left else "primary"):
            confirm(f"办结后记录不再改动。还有{left}项未对账，将照此写入记录。" if left else "办结后记录不再改动。", "办结",
                    lambda: act(reconciliation.close_run, house().database, run.month, who=who, at=house().clock(), done="已办结。"))


def draw_lines(view: RunView, who: Staff) -> None:
    """The lines of one unit at a time, those not walked first."""
    own = [one.said["unit"] for one in view.lines if one.said["unit_key"] == who.unit]
    units = list(dict.fromkeys(one.said["unit"] for one in view.lines)) if not own or IS_OFFICE else list(dict.fromkeys(own))
    unit = st.selectbox("逐项核对哪个单位", units, key="reconcile/unit")
    lines = sorted((one for one in view.lines if one.said["unit"] == unit), key=lambda one: one.state != "未对账")
    table(("编号", "事项", "期限", "清单", "对账", "实际", "办结后补录"), (
        (one.said["number"], one.said["text"], one.said["deadline"], _said(one), one.state, one.found.fact if one.found else "",
         "；".join(f"{'相符' if late.agrees else '不符'} {late.fact}（{late.by}，{local_time.minute(late.at)}）" for late in one.late))
        for one in lines[:SHOWN]), keep=(0, 2, 4))
    names = {one.said["number"]: f"{one.said['number']}　{one.said['text']}" for one in lines}
    number = st.selectbox("核对一项", list(names), format_func=names.__getitem__, key="reconcile/line")
    agrees = st.radio("与实际", [True, False], format_func=lambda one: "相符" if one else "不符", horizontal=True,
                      key="reconcile/agrees")
    st.text_input("实际情况（不符时必填）", key="reconcile/fact")
    st.button("记下" if view.run.closed_at is None else "补录（标明办结后补录）", key="reconcile/enter", on_click=_enter,
              args=(view.run.month, number, agrees, who), type="secondary" if view.run.closed_at else "primary")


def draw_quarters(who: Staff) -> None:
    made = disclosures(house().database)
    if IS_OFFICE:
        today = local_time.day(house().clock())
        ended = today.replace(day=1, month=(today.month - 1) // 3 * 3 + 1) - timedelta(days=1)
        quarter = f"{ended.year}Q{ended.month // 3}"
        if all(one.quarter != quarter for one in made) and st.button(f"亮{quarter}的账", type="primary", key="reconcile/disclose"):
            confirm(f"按{ended.isoformat()}当天的清单算出各项比率，亮出后不再改动。", "亮账",
                    lambda: act(disclose, house().database, quarter, who=who, at=house().clock(), done=f"{quarter}已亮账。"))
    if not made:
        st.info("还没有亮过账。")
    for one in made:
        _draw_quarter(one)


def _draw_quarter(one: Disclosed) -> None:
    with st.container(border=True):
        st.subheader(one.quarter, anchor=False)
        st.html(f'<p class="lt-note">{one.note}</p>')
        _draw_rates("指标", "比率", "分子 / 分母", one.overall, by_kind=one.by_kind)
        with st.expander("、".join(title for title, _lines in one.tables)):
            for title, lines in one.tables:
                _draw_rates(title.removeprefix("按"), "化解率", "销号 / 总数", lines, by_kind=one.by_kind)
        download("下载亮账表", lambda: disclosure_docx(one), f"清单亮账_{one.quarter}.docx", DOCX, key=f"reconcile/docx/{one.quarter}")


def _draw_rates(first: str, percent: str, numbers: str, lines: tuple[Line, ...], *, by_kind: bool) -> None:
    """A line a rate, on a phone to be moved sideways; no column of kinds where they were counted together."""
    table((first, *(["类别"] if by_kind else []), percent, numbers, "截至", "基数"), (
        (one.name or "（未定）", *([one.kind] if by_kind else []), one.rate.percent,
         f"{one.rate.numerator} / {one.rate.denominator}", one.rate.as_of.isoformat(), one.base) for one in lines),
        keep=range(6))


def _said(one: Walked) -> str:
    return " ".join(part for part in (one.said["status"], one.said["progress"], one.said["light"], one.said.get("nodes", "")) if part)


def _open(month: str, who: Staff) -> None:
    if act(reconciliation.open_run, house().database, month, who=who, at=house().clock(), done=f"{month}对账已开始。"):
        st.query_params["m"] = month
        st.session_state.pop("reconcile/month", None)


def _enter(month: str, number: str, agrees: bool, who: Staff) -> None:
    if act(reconciliation.enter, house().database, month, number, agrees=agrees, fact=st.session_state["reconcile/fact"], who=who,
           at=house().clock(), done=f"{number}：已记下{'相符' if agrees else '不符'}。"):
        st.session_state["reconcile/fact"] = ""
        st.session_state.pop("reconcile/line", None)


header("对账亮账", "每月逐项把清单与实际对一遍，办结后留下记录；每季末亮出化解率和按期率。")
say_what_happened_everywhere()
months, quarters = st.tabs(["月度对账", "季度亮账"], key="reconcile/tabs")
with months:
    draw_months(who)
with quarters:
    draw_quarters(who)
