"""回头看: what is visited by whom, what they found, what the office finds of it, the films, the points. Drawing only."""

from __future__ import annotations

from html import escape

import streamlit as st

from office.people import Role, Staff
from office.points import signed
from office.refusal import NotFound
from office.visits.look_back import LookBackView, close_plan, films_csv, look_back, look_backs, summed
from pages import _look_back_visit, _sheet
from pages._apart import apart
from pages._download import download
from pages._frame import act, header, house, require
from pages._look_back_films import draw_films
from pages._look_back_plan import draw_new_plan
from pages._look_back_visitors import draw_links, draw_visitors
from pages._pieces import confirm, say_what_happened_everywhere, table
from scoring.commitment import Verdict

who = require(Role.ADMINISTRATOR, Role.HOST, Role.CLERK, Role.SUPERVISOR, Role.LEADER)
IS_OFFICE = bool(who.roles & {Role.ADMINISTRATOR, Role.HOST})


def chosen_plan() -> LookBackView | None:
    """The look-back of the address (`?p=`), else the newest."""
    plans = look_backs(house().database)
    if not plans:
        st.info("还没有安排过回头看。")
        return None
    names = apart({str(one.id): f"{one.title}（{one.visits}项，{'已办结' if one.closed_at else f'到{one.ends_on.isoformat()}'}）"
                   for one in plans})
    asked = st.query_params.get("p", "")
    known = list(names)
    picked = st.selectbox("回头看", known, index=known.index(asked) if asked in known else 0, format_func=names.__getitem__,
                          label_visibility="collapsed", key=f"lookback/plan/{known[0]}")
    st.query_params["p"] = picked
    try:
        return look_back(house().database, int(picked))
    except NotFound:
        return None


def draw_plan(view: LookBackView, who: Staff) -> None:
    plan = view.plan
    st.html(_sheet.LOOK + f'<p class="lt-say">{escape(view.sentence)}</p>')
    how = (f"随机抽取：从{len(plan.pool)}项里抽{plan.visits}项，抽签号 {plan.seed}（编号排好序，用 Python 的 "
           "random.Random(抽签号) 打乱后取前面的，任何人都能复核）。" if plan.seed is not None else "指定走访。")
    counts = "，".join(f"{one.words} {signed_text(plan.points[one.value])}分" for one in Verdict)
    st.html(f'<p class="lt-note">{escape(how)}　计分（每项，记入{escape(plan.period)}）：{escape(counts)}。</p>')
    tabs = st.tabs(["走访结果", "走访人员", "短片"], key="lookback/tabs")
    with tabs[0]:
        table(("编号", "单位", "承诺", "走访意见", "多数意见", "认定"), (
            (one.visit.number, one.visit.unit_name, one.visit.text,
             "　".join(f"{verdict.words}{n}" for verdict, n in one.counts if n) or "—",
             one.suggested.words if one.suggested else "—",
             Verdict(one.visit.outcome).words if one.visit.outcome else "待认定") for one in view.found), keep=(0, 1, 3, 4, 5))
        _look_back_visit.draw(view, who, is_office=IS_OFFICE and plan.closed_at is None, may_correct=IS_OFFICE)
        _draw_close(view, who)
    with tabs[1]:
        draw_visitors(view, who, is_office=IS_OFFICE and plan.closed_at is None)
    with tabs[2]:
        draw_films(view, who, is_office=IS_OFFICE)
        if any(one.visit.film_place is not None for one in view.found):
            download("下载短片清单", films_csv(view), f"回头看短片_{plan.id}.csv", "text/csv")


def signed_text(points: str) -> str:
    return points if points.startswith("-") or points == "0" else f"+{points}"


def _draw_close(view: LookBackView, who: Staff) -> None:
    """Closing books the points; it can be pressed when every visit has its outcome."""
    if view.plan.closed_at is not None:
        st.success(f"已由{view.plan.closed_by}办结，分数已记入考绩台账。{'认定错了，在上面那一项里更正。' if IS_OFFICE else ''}")
        st.page_link("pages/ledger.py", label="看考绩台账", query_params={"period": view.plan.period})
        return
    if not IS_OFFICE:
        return
    left = view.plan.visits - view.plan.decided
    said = "、".join(f"{unit}{signed(points)}分" for unit, points in summed(view) if points) or "各单位都不加不减"
    if left:
        st.html(f'<p class="lt-note">还有{left}项没有认定，认定完才能办结记分。</p>')
    if st.button("办结并记分", disabled=bool(left), type="secondary" if left else "primary", key="lookback/close"):
        confirm(f"办结后不再接收意见，认定只能写明原因更正。将记入考绩台账：{said}。", "办结并记分",
                lambda: act(close_plan, house().database, view.plan.id, who=who, at=house().clock(),
                            done="已办结，分数已记入考绩台账。"))


header("回头看", "走访人员用手机看承诺和佐证、写意见；意见供参考，结论由督办机构认定，记在事项的经过里。")
say_what_happened_everywhere()
draw_links()
if IS_OFFICE:
    with st.expander("安排一次回头看", expanded=not look_backs(house().database)):
        draw_new_plan(who)
found = chosen_plan()
if found is not None:
    draw_plan(found, who)
