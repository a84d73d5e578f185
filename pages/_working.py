"""Drawing how one number was made: sentences, one line of dots a group, the sum, and the named ballots."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Callable

import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from hall.outcome.board import Line
from hall.outcome.how import Explained, GroupWorking, Strip
from pages import _sheet

LOOK = """<style>
.lt-sum{border:1px solid #D9DDE3;border-radius:6px;padding:12px 16px;margin:.25rem 0 1rem;line-height:1.7}
.lt-sum b{font-size:1.15rem}
.lt-rule{padding-left:1.4rem;line-height:1.8;margin:0}
.lt-codes{border-bottom:1px solid #D9DDE3;padding:6px 0}
.lt-codes summary{cursor:pointer;min-height:32px;line-height:32px}
.lt-codes p{font-family:ui-monospace,Consolas,monospace;line-height:1.9;font-size:.9rem;margin:.25rem 0}
.lt-words{font-size:1.15rem;line-height:1.75;margin:.25rem 0 .75rem;max-width:60rem}
.lt-words b{font-size:1.4rem}
table.lt .lt-group{min-width:7rem;overflow-wrap:anywhere}
table.lt .lt-part{white-space:normal;min-width:4.2rem;vertical-align:bottom}
</style>"""


def show(told: Explained, line: Line, how_firm: Callable[[], tuple[str, ...]]) -> None:
    """Words first, then the sum, then the picture of every group, then the papers; how firm the place is comes last."""
    opening = st.empty()
    _opening(opening, told, line, ())
    _sum(told, line)
    _groups_table(told)
    strips = [(n, group, strip) for n, group in enumerate(told.groups) for strip in group.strips]
    if strips:
        _picture(strips)
    _gaps(told)
    for group in told.groups:
        if group.papers:
            with st.expander(f"{group.name}的每一张票（实名，{len(group.papers)}张）"):
                st.html(_papers(told, group))
    _opening(opening, told, line, how_firm())


def _opening(place: DeltaGenerator, told: Explained, line: Line, firm: tuple[str, ...]) -> None:
    first = f"<b>{html.escape(told.words[0].rstrip('。'))}，{html.escape(_points(told.total))}。</b>" if told.words else (
        f"<b>没有名次：{html.escape(line.state)}。</b>")
    place.html(f'<p class="lt-words">{first}{html.escape("".join((*told.words[1:], *firm)))}</p>')


def _points(total: str) -> str:
    return f"{total}分" if total[-1:].isdigit() else f"总分{total}"


def _sum(told: Explained, line: Line) -> None:
    said = [f"各组加权：<b>{html.escape(told.sum_words)}</b>"] if told.sum_words else []
    said += [f"{html.escape(one.name)}：{html.escape(one.words)}，计{html.escape(one.brings)}分" for one in told.parts]
    if told.parts:
        said.append(f"总分：<b>{html.escape(told.total)}</b>")
    if line.points:
        because = f"，{html.escape(line.because)}" if line.because else ""
        said.append(f"考绩分：<b>{html.escape(line.points)}</b>{because}")
    if said:
        st.html(f'<div class="lt-sum">{"<br>".join(said)}'
                '<div class="lt-note">按没有修约的数计算，只在最后修约一次，所以用显示的数重算可能差在末位。</div></div>')


def _groups_table(told: Explained) -> None:
    rows = "".join(
        f'<tr><td class="k lt-group">{html.escape(one.name)}</td><td class="n">{html.escape(one.weight)}</td>'
        f'<td class="n k">{html.escape(one.published) or "—"}</td><td class="n">{html.escape(one.brings) or "—"}</td>'
        f'<td class="lt-wide">{html.escape(one.words)}</td></tr>'
        f'<tr class="lt-phone"><td colspan="4" class="q">{html.escape(one.words)}</td></tr>' for one in told.groups)
    st.html('<div class="lt-scroll"><table class="lt"><thead><tr><th>评委组</th><th class="n">占</th>'
            '<th class="n">组分</th><th class="n">计入</th><th class="lt-wide">怎么得来</th></tr></thead>'
            f'<tbody>{rows}</tbody></table></div>')


def _picture(strips: list[tuple[int, GroupWorking, Strip]]) -> None:
    """A line a group: filled dots are in the mean, hollow ones were dropped; equal ballots stand on one another."""
    figure = go.Figure()
    top = len(strips)
    for row, (n, group, strip) in enumerate(strips):
        base = float(top - row)
        colour, symbol = _sheet.GROUP_COLOURS[n % 4], _sheet.GROUP_SYMBOLS[n % 4]
        tallest = max(Counter(dot.value for dot in strip.dots).values(), default=1)
        step = min(0.14, 0.5 / tallest)
        seen: Counter[object] = Counter()
        points = []
        for dot in strip.dots:
            points.append((float(dot.value), base + 0.12 + seen[dot.value] * step, dot))
            seen[dot.value] += 1
        for dropped in (False, True):
            chosen = [one for one in points if one[2].dropped is dropped]
            figure.add_trace(go.Scatter(
                x=[x for x, _, _ in chosen], y=[y for _, y, _ in chosen], mode="markers", showlegend=False,
                text=[html.escape(f"{dot.who} {dot.published}{'（去掉）' if dropped else ''}".strip())
                      for _, _, dot in chosen],
                hovertemplate="%{text}<extra></extra>",
                marker={"symbol": f"{symbol}-open" if dropped else symbol, "size": 10, "color": colour,
                        "line": {"width": 2, "color": colour} if dropped else {"width": 0}}))
        if strip.mean is not None:
            figure.add_shape(type="line", x0=float(strip.mean), x1=float(strip.mean), y0=base - 0.04, y1=base + 0.63,
                             line={"color": _sheet.INK, "width": 2})
            figure.add_annotation(x=float(strip.mean), y=base - 0.04, yanchor="top", showarrow=False,
                                  text=f"<b>{strip.published}</b>", font={"size": 13})
        figure.add_annotation(x=0, xref="paper", xanchor="left", y=base + 0.65, yanchor="bottom", showarrow=False,
                              text=f"{html.escape(strip.label)}（占{html.escape(group.weight)}）"
                              if strip.label == group.name else f"{html.escape(group.name)} · {html.escape(strip.label)}",
                              font={"size": 14, "color": colour})
    _sheet.lay_out(figure, 44 + 126 * top, margin={"l": 8, "r": 8, "t": 4, "b": 30}, hovermode="closest",
                   showlegend=False)
    figure.update_xaxes(fixedrange=True, gridcolor=_sheet.MIST, zeroline=False, tickfont={"size": 12})
    figure.update_yaxes(visible=False, fixedrange=True, range=[0.72, top + 0.9])
    st.html('<h3 class="lt-chart">每张票给了多少</h3>'
            '<p class="lt-key"><span>● 实心：计入平均</span><span>○ 空心：按办法去掉</span><span>┃ 竖线：组分</span></p>')
    st.plotly_chart(figure, width="stretch", config=_sheet.CHART, theme=None, key="working")


def _gaps(told: Explained) -> None:
    """The distance to the neighbours, and the groups that make it: the parts add up to the whole."""
    if not told.gaps:
        return
    names = [name for name, _ in max(told.gaps, key=lambda one: len(one.parts)).parts]
    head = "".join(f'<th class="n lt-part">{html.escape(name)}</th>' for name in names)
    rows = ""
    for one in told.gaps:
        parts = dict(one.parts)
        cells = "".join(f'<td class="n">{html.escape(parts.get(name, "—"))}</td>' for name in names)
        rows += (f'<tr><td class="k">第{html.escape(one.rank)}名 {html.escape(one.name)}</td>'
                 f'<td class="n k">{html.escape(one.total)}</td>{cells}</tr>')
    st.html('<p class="lt-note">与前后名的差：正数是对方多出的分，折成总分，各栏相加等于总差。</p>'
            f'<div class="lt-scroll"><table class="lt"><thead><tr><th>相邻单位</th><th class="n">总差</th>{head}</tr>'
            f'</thead><tbody>{rows}</tbody></table></div>')


def _papers(told: Explained, group: GroupWorking) -> str:
    head = "".join(f'<th class="n">{html.escape(one)}</th>' for one in told.columns)
    rows = "".join(
        f'<tr{"" if one.status == "计入" else " class=off"}><td class="k w">{html.escape(one.seat)}</td>'
        f'<td>{html.escape(one.who)}</td>' + "".join(f'<td class="n">{html.escape(mark)}</td>' for mark in one.marks)
        + f'<td class="n k">{html.escape(one.total)}</td><td>{html.escape(one.status)}</td></tr>'
        for one in group.papers)
    return (f'<div class="lt-scroll"><table class="lt"><thead><tr><th>席位</th><th>评委</th>{head}'
            f'<th class="n">合计</th><th>结果</th></tr></thead><tbody>{rows}</tbody></table></div>')
