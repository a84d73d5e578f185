"""Drawing the advisory view under its watermark: ranges of places, leniencies with their limits, and the tables."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable, Sequence

import plotly.graph_objects as go
import streamlit as st

from hall.outcome.advice_values import Advised, Judge, Place
from pages import _sheet

FEW = 25  # more judges than this: the picture shows the ends, the table is folded
ENDS = 8
CLEAR = "rgba(0,0,0,0)"
AMBER = "#8A5A12"
ROW = 27

_MARK = base64.b64encode(
    '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="190"><text x="150" y="105" text-anchor="middle" '
    'transform="rotate(-24 150 95)" font-size="34" font-weight="600" fill="#1F2328" fill-opacity="0.085" '
    "font-family=\"'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif\">仅供参考</text></svg>".encode()
).decode()
LOOK = f"""<style>
.stMainBlockContainer{{position:relative}}
.stMainBlockContainer::after{{content:"";position:absolute;inset:0;z-index:50;pointer-events:none;
 background:url("data:image/svg+xml;base64,{_MARK}")}}
.lt-advisory{{border:2px solid #1F2328;border-left-width:10px;padding:8px 16px;margin:0 0 .5rem;line-height:1.6}}
.lt-advisory b{{font-size:1.15rem;margin-right:.75rem}}
.lt-odd{{color:{AMBER};font-weight:600;white-space:nowrap}}
.lt-pairs{{margin:.25rem 0 1rem;display:grid;gap:0 28px;
 grid-template-columns:repeat(auto-fit,minmax(min(100%,480px),1fr))}}
.lt-pairs>div{{border-bottom:1px solid #D9DDE3;padding:7px 0;line-height:1.5}}
.lt-pairs b{{font-weight:600}}
.lt-ways{{padding-left:1.2rem;line-height:1.75;margin:0}}
.lt-sub{{font-size:1.05rem!important;padding:.75rem 0 0!important;margin:0!important}}
@media print{{.stMainBlockContainer::after{{print-color-adjust:exact;-webkit-print-color-adjust:exact}}}}
@media (max-width:640px){{
 .st-key-advice-pictures [data-testid=stColumn]{{min-width:100%!important;flex:1 1 100%!important}}
}}
</style>"""
ODD = '<span class="lt-odd">▲ 异常（值得看一看）</span>'
BANNER = '<div class="lt-advisory"><b>仅供参考</b>不作为成绩，不代替公布的名次。</div>'


def places(found: Advised, ranking_group: str) -> None:
    """A line a unit over the places it might have had, in official order, the official place marked."""
    own = [one for one in found.places if one.ranking_group == ranking_group]
    if not any(one.low is not None for one in own):
        return
    rows = list(reversed(own))
    labels = [_cut(f"{one.place}  {one.name}", 9) for one in rows]
    figure = go.Figure()
    for n, one in enumerate(rows):
        if one.low is not None:
            figure.add_trace(go.Scatter(
                x=[one.low - 0.18, one.high + 0.18], y=[n, n], mode="lines", hoverinfo="skip",
                line={"color": "#9FB4C9", "width": 9}))
    figure.add_trace(go.Scatter(
        x=[one.rank for one in rows], y=list(range(len(rows))), mode="markers", cliponaxis=False,
        marker={"symbol": "diamond", "size": 11, "color": _sheet.BLUE}, text=[_place_words(one) for one in rows],
        hovertemplate="%{text}<extra></extra>"))
    for n, one in enumerate(rows):
        figure.add_annotation(x=1, xref="paper", xanchor="left", xshift=8, y=n, showarrow=False,
                              text=html.escape(one.words), font={"size": 13})
    _frame_of(figure, labels, right=92)
    figure.update_xaxes(range=[0.4, len(rows) + 0.6], tickvals=_ticks(len(rows)), tickangle=0, gridcolor=_sheet.LINE,
                        zeroline=False, side="top", tickfont={"size": 12, "color": _sheet.GREY},
                        minor={"tick0": 1, "dtick": 1, "showgrid": len(rows) <= 20, "gridcolor": _sheet.MIST})
    many = len(found.ranking_groups) > 1
    st.html(f'<h3 class="lt-chart">{html.escape(ranking_group) + "：" if many else ""}每家的名次可能落在哪里</h3>'
            '<p class="lt-key"><span><b style="color:#1F4E79">◆</b> '
            f'{"公布的名次" if found.published else "眼下的名次（未公布）"}</span>'
            '<span><b style="color:#9FB4C9">▬</b> 名次区间（约95%）</span></p>')
    st.plotly_chart(figure, width="stretch", config=_sheet.CHART, theme=None, key=f"places-{ranking_group}")


def leniency(found: Advised) -> None:
    """A dot a judge with its limits, the lenient on top; who stands out is filled, marked and named so."""
    known = [one for one in found.judges if one.leniency is not None]
    if not known:
        for why in found.judges_why:
            st.html(f'<p class="lt-facts">{html.escape(why)}</p>')
        return
    shown = _ends(known)
    rows = list(reversed(shown))
    figure = go.Figure()
    for n, one in enumerate(rows):
        colour = _sheet.GROUP_COLOURS[one.group % 4]
        if one.reach is not None:
            figure.add_trace(go.Scatter(
                x=[one.leniency - one.reach, one.leniency + one.reach], y=[n, n], mode="lines", hoverinfo="skip",
                line={"color": colour, "width": 2}))
        symbol = _sheet.GROUP_SYMBOLS[one.group % 4]
        figure.add_trace(go.Scatter(
            x=[one.leniency], y=[n], mode="markers", text=[html.escape(f"{one.seat} {one.role} {one.leniency_words}")],
            hovertemplate="%{text}<extra></extra>",
            marker={"symbol": symbol if one.unusual else f"{symbol}-open", "size": 11, "color": colour,
                    "line": {"width": 2, "color": colour}}))
        figure.add_annotation(
            x=1, xref="paper", xanchor="left", xshift=8, y=n, showarrow=False,
            text=f"{one.leniency_words}{'  <b>▲ 异常</b>' if one.unusual else ''}",
            font={"size": 13, "color": AMBER if one.unusual else _sheet.INK})
    _frame_of(figure, [_cut(f"{one.seat} {one.role}", 9) for one in rows], right=112)
    reach = max([found.large * 1.1, *(abs(one.leniency) + (one.reach or 0) for one in shown)])
    figure.add_shape(type="rect", x0=-found.large, x1=found.large, y0=-0.7, y1=len(rows) - 0.3, layer="below",
                     line={"width": 0}, fillcolor="rgba(31,35,40,0.06)")
    figure.update_xaxes(range=[-reach * 1.04, reach * 1.04], gridcolor=_sheet.MIST, zeroline=True, side="top",
                        zerolinecolor=_sheet.GREY, zerolinewidth=1, tickfont={"size": 12, "color": _sheet.GREY},
                        nticks=7, tickangle=0)
    marks = "".join(f'<span><b style="color:{_sheet.GROUP_COLOURS[n % 4]}">{_sheet.GROUP_SHAPES[n % 4]}</b> '
                    f'{html.escape(name)}</span>' for n, name in dict.fromkeys((o.group, o.group_name) for o in shown))
    left_out = len(known) - len(shown)
    rest = f'<span>两头各{ENDS}名和全部异常；其余{left_out}名见下表</span>' if left_out else ""
    st.html('<h3 class="lt-chart">哪些评委打得偏高、偏低（分）</h3>'
            f'<p class="lt-key">{marks}<span>━ 误差范围</span><span class="lt-odd">实心 ▲ 异常（值得看一看）</span>'
            f'{rest}</p>')
    st.plotly_chart(figure, width="stretch", config=_sheet.CHART, theme=None, key="leniency")


def neighbours(found: Advised) -> str:
    rows = "".join(
        f'<div><b>{html.escape(one.above_place)} {html.escape(one.above)}</b> 比 '
        f'<b>{html.escape(one.below_place)} {html.escape(one.below)}</b>：{html.escape(one.words)}'
        f'{" <span class=lt-odd>▲ 更低的多</span>" if one.contrary else ""}</div>' for one in found.neighbours)
    return f'<h3 class="lt-sub">相邻两家，评委怎么看</h3><div class="lt-pairs">{rows}</div>' if rows else ""


def agreement(found: Advised) -> str:
    rows = [(f'<td class="k">{html.escape(one.name)}<div class="q lt-phone">{html.escape(one.asks)}</div></td>'
             f'<td class="lt-wide">{html.escape(one.asks)}</td><td class="n k">{html.escape(one.value)}</td>'
             f'<td class="n">{html.escape(one.limits) or "—"}</td><td>{html.escape(one.reading)}</td>')
            for one in found.measures]
    why = f'<p class="lt-facts">无法计算：{html.escape(found.measures_why)}。</p>' if found.measures_why else ""
    return ('<h3 class="lt-sub">评委之间有多一致</h3>' + why
            + _table(("指标", "回答什么", "值", "95%范围", "怎么读"), rows, wide={1}, numbers={2, 3})
            + '<p class="lt-facts">ICC按范围的下限读：不到0.5差，0.5起中等，0.75起好，0.9起很好。</p>')


def adjusted(found: Advised) -> str:
    many = len(found.ranking_groups) > 1
    rows = [(f'<td class="n k">{html.escape(one.place)}</td><td class="k">{html.escape(one.name)}'
             + (f'<div class="q">{html.escape(one.ranking_group)}</div>' if many else "")
             + f'</td><td class="n">{html.escape(one.total)}</td><td class="n">{html.escape(one.adjusted)}</td>'
             f'<td>{"<span class=lt-odd>▲ " if one.changes else "<span>"}{html.escape(one.words)}</span></td>')
            for one in found.adjusted]
    return ('<h3 class="lt-sub">扣除评委松严之后</h3>'
            f'<p class="lt-facts">{html.escape(found.adjusted_words)}'
            '调整后的分只含实名评委、不加权、不去最高最低，与左边的总分口径不同，次序不同不等于名次有误。</p>'
            + _table(("名次", "单位", "总分", "调整后", "名次变不变"), rows, numbers={0, 2, 3}))


def judges(found: Advised) -> str:
    rows = [(f'<td class="k w">{html.escape(one.seat)}</td><td>{html.escape(one.role)}'
             f'<div class="q">{html.escape(one.group_name)}</div>'
             f'<div class="lt-phone">{ODD if one.unusual else ""}</div></td>'
             f'<td class="n k">{html.escape(one.leniency_words)}</td><td class="n lt-wide">{html.escape(one.limits)}</td>'
             f'<td class="n lt-wide">{html.escape(one.misfit)}</td><td class="n lt-wide">{html.escape(one.consistency)}</td>'
             f'<td class="n lt-wide">{html.escape(one.dropped)}</td>'
             f'<td class="lt-wide">{ODD if one.unusual else ""}</td>')
            for one in found.judges]
    whys = "".join(f'<p class="lt-facts">{html.escape(one)}</p>' for one in found.judges_why)
    return whys + _table(("席位", "评委", "偏高偏低", "误差范围", "不合群", "与他人一致", "被去掉", "提示"), rows,
                         wide={3, 4, 5, 6, 7}, numbers={2, 3, 4, 5, 6}) + (
        f'<p class="lt-facts">异常：偏高偏低超过{found.large:g}分，而且误差范围不含0（按全体评委从严定范围）。'
        '不合群：1左右正常，2以上与众不同。与他人一致：相关系数，1为完全同向。被去掉：有效票里被当作最高最低去掉的比例。</p>')


def caveats(found: Advised) -> str:
    return f'<ul class="lt-ways">{"".join(f"<li>{html.escape(one)}</li>" for one in found.caveats)}</ul>'


def _table(head: Sequence[str], rows: Iterable[str], *, wide: frozenset[int] | set[int] = frozenset(),
           numbers: frozenset[int] | set[int] = frozenset()) -> str:
    heads = "".join(f'<th class="{"n " if n in numbers else ""}{"lt-wide" if n in wide else ""}">{one}</th>'
                    for n, one in enumerate(head))
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return (f'<div class="lt-scroll"><table class="lt"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>')


def _frame_of(figure: go.Figure, labels: list[str], *, right: int) -> None:
    """Rows with their names on the left and room for the figures on the right; nothing covers the watermark."""
    widest = max(sum(8 if ch.isascii() else 13 for ch in label) for label in labels)
    _sheet.lay_out(figure, 40 + ROW * len(labels), margin={"l": widest + 14, "r": right, "t": 26, "b": 6},
                   showlegend=False, hovermode="closest")
    figure.update_layout(paper_bgcolor=CLEAR, plot_bgcolor=CLEAR)
    figure.update_xaxes(fixedrange=True)
    figure.update_yaxes(fixedrange=True, showgrid=False, zeroline=False, ticks="", ticklabelstandoff=8,
                        range=[-0.7, len(labels) - 0.3], tickmode="array", tickvals=list(range(len(labels))),
                        ticktext=[html.escape(label) for label in labels], tickfont={"size": 13})


def _ticks(places: int) -> list[int]:
    """The first place, every fifth, and the last."""
    return [1, *(n for n in range(5, places - 1, 5)), places] if places > 6 else list(range(1, places + 1))


def _ends(known: list[Judge]) -> list[Judge]:
    """All where they are few; else the most lenient, the most severe, and whoever stands out."""
    if len(known) <= FEW:
        return known
    middle = [one for one in known[ENDS:-ENDS] if one.unusual][:FEW]
    return [*known[:ENDS], *middle, *known[-ENDS:]]


def _place_words(one: Place) -> str:
    return html.escape(f"{one.name}：第{one.place}名，区间{one.words}")


def _cut(words: str, longest: int) -> str:
    """Cut to so many Chinese characters' width."""
    kept, width = "", 0.0
    for ch in words:
        width += 0.6 if ch.isascii() else 1.0
        if width > longest + 1.5:
            return f"{kept}…"
        kept += ch
    return words
