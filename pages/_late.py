"""迟到的票: papers that came after the close, kept for the record and not counted. Drawing only."""

from __future__ import annotations

from html import escape

import streamlit as st

from hall.ballots.late import FEWER, late_of
from office.local_time import second
from pages._frame import house


def show_late(key: str) -> None:
    """The section of the results page for the people of the hall; nothing while nothing came too late."""
    late = late_of(house().database, key)
    if not late:
        return
    with st.expander("迟到的票：收下备查，不计票"):
        st.html(f'<p class="lt-facts">截止前没有按下提交，或过了收票时间才送到的票，收在这里备查，不进入成绩。{FEWER}</p>')
        rows = "".join(
            f'<tr><td class="w">{escape(one.unit)}</td><td class="w">{escape(one.group)}</td>'
            f'<td>{escape(one.seat)}　{escape(one.judge)}</td><td class="w">{second(one.received_at)}</td>'
            f'<td>{"不计；截止前另有一张，那张照常计票" if one.counted else "不计"}</td></tr>' for one in late.named)
        rows += "".join(
            f'<tr><td class="w">{escape(one.unit)}</td><td class="w">{escape(one.group)}</td><td>无记名，{one.words}</td>'
            "<td>—</td><td>不计</td></tr>" for one in late.secret)
        st.html('<div class="lt-scroll"><table class="lt"><thead><tr><th>单位</th><th>评委组</th><th>席位</th>'
                f"<th>送到时间</th><th>计票</th></tr></thead><tbody>{rows}</tbody></table></div>")
