"""试算: what a rule makes of sample ballots, in a window over the preparation page. Drawing only."""

from __future__ import annotations

from html import escape

import streamlit as st

from hall.outcome.standings import because_words
from office.refusal import Refused
from office.sitting.tryout import Tried, TriedLine, try_out
from pages import _sheet
from pages._frame import house

_STYLE = """<style>
.lt-tried{border-collapse:collapse;width:100%;font-size:.92rem;line-height:1.35;font-variant-numeric:tabular-nums}
.lt-tried th{font-weight:600;text-align:left;border-bottom:2px solid #1F2328;padding:5px 8px;white-space:nowrap}
.lt-tried td{border-bottom:1px solid #D9DDE3;padding:4px 8px;vertical-align:top}
.lt-tried .n{text-align:right;white-space:nowrap}
.lt-tried .q{color:#4A525C;font-size:.84rem;font-weight:400}
.lt-tried .u{min-width:7em}.lt-tried .b{min-width:9em}
.lt-sample{border:2px solid #1F2328;border-left-width:10px;padding:8px 14px;margin:0 0 .5rem}
</style>"""


@st.dialog("试算（示例选票，不保存）", width="large")
def show_tryout(key: str, toml: str) -> None:
    """Count made-up ballots by the rule as typed; another press takes other ballots."""
    seed_field = f"{key}/tryout/seed"
    seed = int(st.session_state.get(seed_field, 1))
    try:
        tried = try_out(house().database, key, toml, seed=seed)
    except Refused as refused:
        st.error(str(refused))
        return
    st.html(_STYLE + f'<div class="lt-sample"><b>示例选票，不是成绩。</b>分数由第{seed}组样本生成，不保存、不公布。'
            f'{_listed("里面有", tried.put_in)}{_listed("", tried.notes)}</div>')
    st.button("换一组示例选票", key=f"{key}/tryout/again",
              on_click=lambda: st.session_state.update({seed_field: seed + 1}))
    if tried.refusal:
        st.error(f"这份办法算不出结果：{tried.refusal}")
    else:
        st.html(_table(tried))
        if tried.warnings:
            items = "".join(f"<li>{escape(one)}</li>" for one in tried.warnings)
            st.html(f'<p style="margin:.4rem 0 0"><b>▲ 公布时会提醒</b></p><ul style="margin:.1rem 0 0">{items}</ul>')


def _listed(what: str, said: tuple[str, ...]) -> str:
    if not said:
        return ""
    words = "；".join(one.removesuffix("。") for one in said)
    return f'<div class="q">{what}{"：" if what else ""}{escape(words)}。</div>'


def _table(tried: Tried) -> str:
    several = len({line.ranking_group for line in tried.lines}) > 1
    names = (one.removesuffix("）").rpartition("（") for one in (*tried.parts, *tried.groups))
    head = "".join(f'<th class="n">{escape(name)}<div class="q">{escape(weight)}</div></th>' for name, _, weight in names)
    group = "<th>排名组</th>" if several else ""
    rows = "".join(_row(line, several) for line in tried.lines)
    return (f'<div class="lt-scroll"><table class="lt-tried"><thead><tr><th class="n">名次</th>{group}<th>单位</th>'
            f'<th class="n">总分</th>{head}<th class="n">考绩分</th><th>依据</th></tr></thead><tbody>{rows}</tbody>'
            "</table></div>")


def _row(line: TriedLine, several: bool) -> str:
    group = f"<td>{escape(line.ranking_group)}</td>" if several else ""
    parts = "".join(f'<td class="n">{escape(one)}</td>' for one in line.parts)
    scores = "".join(
        f'<td class="n" style="color:{_sheet.GROUP_COLOURS[n % 4]}">{escape(score)}'
        f'<div class="q">{escape(dropped)}</div></td>'
        for n, (score, dropped) in enumerate(zip(line.scores, line.dropped, strict=True)))
    because = "；".join(because_words(one) for one in line.because)
    return (f'<tr><td class="n"><b>{escape(line.place) or "—"}</b></td>{group}<td class="u">{escape(line.name)}</td>'
            f'<td class="n"><b>{escape(line.total)}</b></td>{parts}{scores}<td class="n">{escape(line.points) or "—"}</td>'
            f'<td class="q b">{escape("；".join(filter(None, (line.state, because))))}</td></tr>')
