"""评议分析: how far a sitting's result can be trusted. For leaders and the administrator, watermarked 仅供参考.

First the sentence, then the pictures, then the tables. While it is being worked out the page shows how far it is.
"""

from __future__ import annotations

import html
from contextlib import suppress

import streamlit as st

from hall.outcome.advice import READERS, advised, try_again
from hall.outcome.advice_values import Advised, UnderWay
from office.refusal import Refused
from pages import _frame, _judges, _sheet
from pages._frame import choose_sitting, header, require

who = require(*READERS)
house = _frame.house()


@st.fragment(run_every="1s")
def wait(key: str) -> None:
    """How far the work is, once a second; then the whole page anew."""
    try:
        now = advised(house, key, who)
    except Refused:
        st.rerun()
    if not isinstance(now, UnderWay):
        st.rerun()
    st.progress(now.share, text=now.words)
    st.html('<p class="lt-note">算好后自动显示。几个人同时打开，只算一次；先去看别的页面，回来也不会重算。</p>')


def once_more(key: str) -> None:
    with suppress(Refused):  # the run that follows says the same
        try_again(house, key)


def show(found: Advised) -> None:
    _sheet.say(found.sentence)
    with st.container(key="advice-pictures"):
        left, right = st.columns(2, gap="medium")
        with left:
            for group in found.ranking_groups:
                _judges.places(found, group)
            for why in found.places_why:
                st.html(f'<p class="lt-facts">名次区间无法计算：{html.escape(why)}。</p>')
        with right:
            _judges.leniency(found)
    st.html(_judges.neighbours(found) + _judges.agreement(found) + _judges.adjusted(found))
    with st.expander(f"每位实名评委（{len(found.judges)}名）", expanded=len(found.judges) <= _judges.FEW):
        st.html(_judges.judges(found))
    with st.expander("怎么看这一页", expanded=True):
        st.html(_judges.caveats(found))


key = choose_sitting()
st.html(_sheet.LOOK + _judges.LOOK)
header("评议分析")
st.html(_judges.BANNER)
try:
    shown = advised(house, key, who)
except Refused as refused:
    st.error(str(refused))
    st.button("再试一次", on_click=once_more, args=(key,))
    st.stop()
if isinstance(shown, UnderWay):
    wait(key)
else:
    st.html(f'<p class="lt-facts">{html.escape(shown.title)}，{html.escape(shown.edition)}，选票 '
            f'<code>{shown.ballots_sha256[:8]}</code>{f"。{html.escape(shown.note)}" if shown.note else ""}</p>')
    show(shown)
