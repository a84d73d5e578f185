"""One visit of a look-back: what each visitor said and photographed, and the office's finding. Drawing only."""

from __future__ import annotations

from datetime import timedelta
from html import escape

import streamlit as st

from office import local_time
from office.people import Staff
from office.visits.look_back import Found, LookBackView, photos_of
from office.visits.look_back_correction import correct
from office.visits.look_back_outcome import STRUCK_OFF, decide
from pages._frame import act, house
from pages._items import LOOK, item_link
from pages._pieces import confirm
from scoring.commitment import Verdict

_LOOK = """<style>
.lt-said{border-left:3px solid #D9DDE3;padding:2px 0 8px 12px;margin:.3rem 0}
.lt-said img{height:110px;border-radius:4px;margin:4px 8px 0 0}
</style>"""


def draw(view: LookBackView, who: Staff, *, is_office: bool, may_correct: bool) -> None:
    """A choice of the visits; the first that waits is chosen. `is_office`: may decide, as long as the look-back goes on;
    `may_correct`: may put another outcome in place of one, also afterwards."""
    names = {one.visit.number: f"{one.visit.number}　{one.visit.unit_name}：{one.visit.text}" for one in view.found}
    if not names:
        return
    first = next((n for n, one in enumerate(view.found) if not one.visit.outcome), 0)
    number = st.selectbox("看一项", list(names), index=first, format_func=names.__getitem__, key=f"lookback/{view.plan.id}/visit")
    one = next(each for each in view.found if each.visit.number == number)
    said, deciding = st.columns([1.3, 1], gap="large")
    with said:
        st.html(LOOK + _LOOK + f"<p>{item_link(number, '看这一项的全部经过')}</p>" + _said(one))
    with deciding:
        if one.visit.outcome:
            st.html(f'<div class="lt-card"><b>已认定：{escape(Verdict(one.visit.outcome).words)}</b>'
                    f'<p class="lt-note">{escape(one.visit.reason)}（{escape(one.visit.decided_by)}）</p>{_replaced(one)}</div>')
            if may_correct:
                _draw_correction(view, one, who)
        elif is_office:
            _draw_form(view, one, who)


def _said(one: Found) -> str:
    if not one.answers:
        return '<p class="lt-note">还没有人写意见。</p>'
    photos = photos_of(house().database, one)
    return "".join(
        f'<div class="lt-said"><b>{escape(each.code)}　{escape(Verdict(each.verdict).words)}</b>'
        f'　<span class="lt-note">{escape(local_time.minute(each.at))}</span><br>{escape(each.words)}<br>'
        + "".join(f'<a href="/evidence/file/{photo}?size=view" target="_blank" rel="noopener">'
                  f'<img src="/evidence/file/{photo}?size=thumb" alt="走访照片"></a>' for photo in photos.get(each.id, ()))
        + "</div>" for each in one.answers)


def _draw_form(view: LookBackView, one: Found, who: Staff) -> None:
    key = f"lookback/{view.plan.id}/{one.visit.number}"
    outcome = st.radio(f"认定{f'（多数意见：{one.suggested.words}）' if one.suggested else ''}", list(Verdict), index=None,
                       format_func=lambda each: each.words, key=f"{key}/outcome", horizontal=True)
    st.text_area("依据", key=f"{key}/reason", height=90, placeholder="例如：3名走访人员现场看到道路仍未通车")
    may_reopen = one.visit.status in STRUCK_OFF and outcome in (Verdict.NOT_KEPT, Verdict.LETTER_ONLY)
    if may_reopen and st.checkbox("反弹，重开这一项（编号不变，销号记录保留）", value=outcome is Verdict.NOT_KEPT,
                                  key=f"{key}/reopen"):
        today = local_time.day(house().clock())
        st.date_input("整改期限", value=today + timedelta(days=30), min_value=today, key=f"{key}/until", format="YYYY-MM-DD")
    st.button("认定", type="primary", key=f"{key}/decide", on_click=_decide,
              args=(view.plan.id, one.visit.number, key, may_reopen, who))


def _replaced(one: Found) -> str:
    """What was found first, and since."""
    return "".join(f'<p class="lt-note">原认定：{escape(Verdict(each.outcome).words)}，{escape(each.reason)}'
                   f"（{escape(each.by)}，{local_time.minute(each.at)}，已更正）</p>" for each in one.visit.replaced)


def _draw_correction(view: LookBackView, one: Found, who: Staff) -> None:
    """Folded: a wrong outcome is rare. Asked once more before the ledger is touched."""
    key = f"lookback/{view.plan.id}/{one.visit.number}/mend{len(one.visit.replaced)}"
    with st.expander("认定错了，更正"):
        others = [each for each in Verdict if each != one.visit.outcome]
        outcome = st.radio("更正为", others, index=None, format_func=lambda each: each.words, key=f"{key}/outcome", horizontal=True)
        reason = st.text_area("更正的原因", key=f"{key}/reason", height=90, placeholder="例如：走访的不是承诺的路段，复核后道路已通车")
        if st.button("更正认定", key=f"{key}/correct"):
            if outcome is None:
                st.error("请先选更正为哪种结论。")
                return
            booked = (f"考绩台账将冲销原来的分，按“{outcome.words}”重新记分。" if view.plan.closed_at is not None
                      else "办结时按更正后的结论记分。")
            confirm(f"{one.visit.number}更正为“{outcome.words}”。{booked}原认定和原因都留着。已经重开的事项不会自动销号。", "更正认定",
                    lambda: act(correct, house().database, view.plan.id, one.visit.number, outcome=outcome, reason=reason,
                                who=who, at=house().clock(), done=f"{one.visit.number}：已更正为{outcome.words}。"))


def _decide(plan_id: int, number: str, key: str, may_reopen: bool, who: Staff) -> None:
    outcome = st.session_state.get(f"{key}/outcome")
    if outcome is None:
        st.session_state["said"] = ("error", "请先选认定的结论。")
        return
    reopen = may_reopen and st.session_state.get(f"{key}/reopen")
    act(decide, house().database, plan_id, number, outcome=outcome, reason=st.session_state[f"{key}/reason"], who=who,
        at=house().clock(), reopen_until=st.session_state[f"{key}/until"] if reopen else None,
        done=f"{number}：已认定{outcome.words}{'，已重开' if reopen else ''}。")
