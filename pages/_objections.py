"""异议 on the results page: what was objected to and how it ended, the form to object, the form to review."""

from __future__ import annotations

from html import escape

import streamlit as st

from hall.outcome import objections
from hall.outcome.objections import LONGEST_GROUNDS, Case, Decision, Objections
from office.local_time import minute
from office.people import Staff
from pages._apart import apart
from pages._frame import act, house


def show(key: str, who: Staff) -> None:
    """The section; nothing for whoever sees no objection and may file none."""
    now = objections.objections_of(house().database, key, who, at=house().clock())
    if not now.cases and not now.may_file:
        return
    title = f"异议（{now.unsettled}件未办结）" if now.unsettled else "异议"
    with st.expander(title, expanded=bool(now.cases)):
        for case in now.cases:
            st.html(_case(case))
            if now.may_review and not case.objection.is_settled:
                _review(key, case, who)
        if now.may_file:
            _file(key, now, who)
        elif now.until is not None:
            words = "异议期到" if now.is_open else "异议期已过，截止于"
            st.html(f'<p class="lt-facts">{words}{minute(now.until)}。</p>')


def _case(case: Case) -> str:
    one = case.objection
    settled = one.is_settled
    tone, shape = ("#1E7F4F", "●") if settled else ("#8A5A12", "▲")
    decided = (f'<p>复核：{escape(one.decision_reason)}（{escape(one.decided_by)}，{minute(one.decided_at)}）</p>'
               if one.decided_at is not None else "")
    return (f'<div class="lt-cards"><article><div class="lt-top"><b>{escape(case.name)}　对第{one.version}版</b>'
            f'<span style="color:{tone}">{shape} {escape(case.state)}</span></div><p>{escape(one.grounds)}</p>'
            f'<p class="lt-note">{escape(one.filed_by)}，{minute(one.filed_at)}提出</p>{decided}</article></div>')


def _review(key: str, case: Case, who: Staff) -> None:
    number = case.objection.id
    st.text_area(f"{case.name}异议的复核依据（提出的单位会看到）", key=f"objection/{number}/reason", height=80,
                 max_chars=LONGEST_GROUNDS)
    with st.container(horizontal=True):
        for decision in Decision:
            if case.objection.decision != decision:
                st.button(f"{decision.words}", key=f"objection/{number}/{decision.value}", on_click=_decide,
                          args=(key, number, decision, who))
    st.html('<p class="lt-note">“成绩要更正”后，由主持人另出一版并写明原因，新版公布时这件异议办结；在此之前分数仍冻结。</p>')


def _file(key: str, now: Objections, who: Staff) -> None:
    names = apart(dict(now.may_file))
    assert now.until is not None
    st.html(f'<p class="lt-facts">异议期到{minute(now.until)}。提出后，这个单位本场的加扣分冻结，不计入余额；'
            "复核办结后恢复，或按新版记。</p>")
    if len(names) > 1:
        st.selectbox("代哪个单位提出", list(names), format_func=names.__getitem__, key="objection/target")
    st.text_area("理由和依据", key="objection/grounds", height=100, max_chars=LONGEST_GROUNDS,
                 placeholder="写明对哪一项、哪一个数有异议，应是多少，依据是什么")
    st.button("提出异议", key="objection/file", on_click=_send, args=(key, next(iter(names)), len(names) > 1, who))


def _send(key: str, only: str, chosen: bool, who: Staff) -> None:
    target = st.session_state["objection/target"] if chosen else only
    if act(objections.file_objection, house().database, key, target, st.session_state["objection/grounds"], who=who,
           at=house().clock(), done="异议已提出，分数已冻结，等待复核。"):
        st.session_state["objection/grounds"] = ""


def _decide(key: str, number: int, decision: Decision, who: Staff) -> None:
    act(objections.decide, house().database, key, number, decision, st.session_state[f"objection/{number}/reason"],
        who=who, at=house().clock(), done=f"已复核：{decision.words}。")
