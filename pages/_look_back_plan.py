"""The form of a new look-back: which items, drawn or chosen; who visits; what each outcome counts. Drawing only."""

from __future__ import annotations

from datetime import date, timedelta

import streamlit as st

from office import local_time
from office.people import Staff
from office.visits.look_back import NewLookBack, candidates, make_plan, sittings_of_the_list
from office.visits.visitors import VisitorKind
from pages._apart import apart
from pages._frame import act, house
from scoring.commitment import Verdict

KEY = "lookback/new"
USUAL_POINTS = {Verdict.KEPT: "0", Verdict.LETTER_ONLY: "-0.5", Verdict.NOT_KEPT: "-1"}
USUAL_COUNTS = {VisitorKind.CITIZEN_MONITOR: 3, VisitorKind.REPORTER: 1, VisitorKind.REPRESENTATIVE: 1}
MOST_SHOWN = 500


def draw_new_plan(who: Staff) -> None:
    today = local_time.day(house().clock())
    first, second, third = st.columns([2, 1, 1])
    first.text_input("名称", value=f"{today.year}年{(today.month + 2) // 3}季度回头看", key=f"{KEY}/title")
    second.text_input("记分的考核周期", value=f"{today.year}Q{(today.month + 2) // 3}", key=f"{KEY}/period")
    third.date_input("链接到哪天为止", value=today + timedelta(days=14), min_value=today, key=f"{KEY}/ends", format="YYYY-MM-DD")
    first, second = st.columns(2)
    sittings = {"": "全部场次", **apart(dict(sittings_of_the_list(house().database)))}
    sitting = first.selectbox("从哪场的事项里", list(sittings), format_func=sittings.__getitem__, key=f"{KEY}/sitting")
    scope = second.radio("范围", ["只看已销号的", "在办和已销号的"], horizontal=True, key=f"{KEY}/scope")
    pool = candidates(house().database, sitting=sitting, struck_off=scope == "只看已销号的")
    way = st.radio("怎么定", ["随机抽取", "指定"], horizontal=True, key=f"{KEY}/way")
    if way == "随机抽取":
        first, second = st.columns(2)
        first.number_input(f"抽几项（共{len(pool)}项可抽）", 1, max(1, len(pool)), min(10, max(1, len(pool))), key=f"{KEY}/draw")
        second.text_input("抽签号（当众报出，记入留痕）", placeholder="例如 20261122", key=f"{KEY}/seed")
    else:
        names = {number: f"{number}　{unit}：{text}" for number, unit, text in pool[:MOST_SHOWN]}
        st.multiselect("走访哪些", list(names), format_func=names.__getitem__, key=f"{KEY}/chosen", placeholder="选择事项")
        if len(pool) > MOST_SHOWN:
            st.html(f'<p class="lt-note">共{len(pool)}项，只列出前{MOST_SHOWN}项；请先选场次缩小范围。</p>')
    columns = st.columns(3)
    for column, kind in zip(columns, VisitorKind, strict=True):
        column.number_input(f"{kind.words}（人）", 0, 100, USUAL_COUNTS[kind], key=f"{KEY}/people/{kind.value}")
    columns = st.columns(3)
    for column, verdict in zip(columns, Verdict, strict=True):
        column.text_input(f"{verdict.words}，每项记分", value=USUAL_POINTS[verdict], key=f"{KEY}/points/{verdict.value}")
    st.checkbox("把事项平均分给各人（不勾：每人都看全部）", key=f"{KEY}/dealt")
    st.button("安排并制发走访证", type="primary", key=f"{KEY}/make", on_click=_make,
              args=(tuple(number for number, _, _ in pool), who))


def _make(pool: tuple[str, ...], who: Staff) -> None:
    typed = {name.removeprefix(f"{KEY}/"): value for name, value in st.session_state.items() if str(name).startswith(f"{KEY}/")}
    by_lot = typed["way"] == "随机抽取"

    def make() -> None:
        ends_on = typed["ends"]
        assert isinstance(ends_on, date)
        new = NewLookBack(
            title=str(typed["title"]), period=str(typed["period"]), ends_on=ends_on,
            pool=pool if by_lot else tuple(typed["chosen"]), draw=int(typed["draw"]) if by_lot else None,
            seed=str(typed["seed"]) if by_lot else "", dealt=bool(typed["dealt"]),
            points={one.value: str(typed[f"points/{one.value}"]) for one in Verdict},
            visitors=tuple((one, int(typed[f"people/{one.value}"])) for one in VisitorKind if typed[f"people/{one.value}"]))
        plan_id, links = make_plan(house().database, new, who=who, at=house().clock())
        st.session_state["lookback/links"] = (new.title, new.ends_on, links)
        st.query_params["p"] = str(plan_id)

    act(make, done="已安排。走访证的链接只显示这一次，请现在下载打印。")
