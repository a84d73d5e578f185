"""Drawing the ranking: totals as ordered marks with their numbers, the groups' scores beside them, and the table."""

from __future__ import annotations

import html

import plotly.graph_objects as go
import streamlit as st

from hall.outcome.board import Board, Line
from hall.outcome.unit_scores import are_projects
from pages import _sheet

MOST_AT_ALL, MOST_DRAWN = 60, 30  # of more units than that the picture shows the first ones
LEAST_SPAN = 4.0  # a hundredth of a point must not look like a chasm


def picture(shown: Board, ranking_group: str) -> None:
    """One row a unit, best on top: the total as a bold mark with its number, each group as a mark of its own shape."""
    lines = [one for one in reversed(shown.ranked) if one.ranking_group == ranking_group and one.exact is not None]
    if not lines:
        return
    cut = lines[-MOST_DRAWN:] if len(lines) > MOST_AT_ALL else lines
    first, lines = f"前{len(cut)}家，全部见下表，" if len(cut) < len(lines) else "", cut
    labels = [f"{one.place}  {html.escape(one.name)}" for one in lines]
    widest = max(sum(8 if ch.isascii() else 14 for ch in f"{one.place}  {one.name}") for one in lines)
    figure = go.Figure()
    columns = list(enumerate(shown.groups)) if shown.groups_on_scale else []
    reach = []
    for label, one in zip(labels, lines, strict=True):
        values = [float(one.exact), *(float(one.figures[n].exact) for n, _ in columns if one.figures[n].exact is not None)]
        reach += values
        figure.add_trace(go.Scatter(x=[min(values), max(values)], y=[label, label], mode="lines", hoverinfo="skip",
                                    line={"color": _sheet.LINE, "width": 2}, showlegend=False))
    for n, column in columns:
        known = [(label, one) for label, one in zip(labels, lines, strict=True) if one.figures[n].exact is not None]
        figure.add_trace(go.Scatter(
            x=[float(one.figures[n].exact) for _, one in known], y=[label for label, _ in known], mode="markers",
            name=f"{column.name}（{column.weight}）", text=[one.figures[n].published for _, one in known],
            hovertemplate=f"%{{y}}<br>{html.escape(column.name)} %{{text}}<extra></extra>",
            marker={"symbol": f"{_sheet.GROUP_SYMBOLS[n % 4]}-open", "size": 10,
                    "color": _sheet.GROUP_COLOURS[n % 4], "line": {"width": 2}}))
    figure.add_trace(go.Scatter(
        x=[float(one.exact) for one in lines], y=labels, mode="markers", name="总分",
        hovertemplate="%{y}<br>总分 %{text}<extra></extra>", text=[_total(one) for one in lines],
        marker={"symbol": "line-ns", "size": 16, "line": {"width": 4, "color": _sheet.INK}}))
    for label, one in zip(labels, lines, strict=True):
        figure.add_annotation(x=1, xref="paper", xanchor="left", xshift=6, y=label, showarrow=False,
                              text=f"<b>{one.total}</b>", font={"size": 14})
    heading = first + ("总分由高到低，各组打分并排" if columns else "总分由高到低")
    if len(shown.ranking_groups) > 1:
        heading = f"{ranking_group}：{heading}"
    _sheet.lay_out(figure, 44 + 29 * len(lines), margin={"l": widest + 14, "r": 58, "t": 6, "b": 30},
                   showlegend=False, hovermode="closest")
    low, high = min(reach), max(reach)
    slack = max(0.0, LEAST_SPAN - (high - low)) / 2 + (high - low) * 0.04
    figure.update_xaxes(range=[low - slack, high + slack], fixedrange=True, showgrid=True, gridcolor=_sheet.MIST,
                        zeroline=False, side="bottom", tickfont={"size": 12, "color": _sheet.GREY})
    figure.update_yaxes(fixedrange=True, showgrid=False, ticks="", ticklabelstandoff=8, range=[-0.7, len(lines) - 0.3])
    st.html(f'<h3 class="lt-chart">{html.escape(heading)}</h3>{_key(shown) if columns else ""}')
    st.plotly_chart(figure, width="stretch", config=_sheet.CHART, theme=None, key=f"ranking-{ranking_group}")


def _total(one: Line) -> str:
    """The total with why it is not what the groups' marks beside it come to."""
    return f"{one.total}（{html.escape(one.deducted)}）" if one.deducted else one.total


def _key(shown: Board) -> str:
    """What each mark stands for, in words that wrap on a phone."""
    marks = "".join(
        f'<span><b style="color:{_sheet.GROUP_COLOURS[n % 4]}">{_sheet.GROUP_SHAPES[n % 4]}</b> '
        f'{html.escape(one.name)}（{html.escape(one.weight)}）</span>' for n, one in enumerate(shown.groups))
    return f'<p class="lt-key"><span><b>┃</b> 总分</span>{marks}</p>'


def table(shown: Board, key: str) -> str:
    """The ranking as numbers, a table a ranking group, and after it whoever has no place, with the reason."""
    parts = []
    for group in shown.ranking_groups:
        title = f"<h3>{html.escape(group)}</h3>" if len(shown.ranking_groups) > 1 else ""
        parts.append(title + _table(shown, key, [one for one in shown.ranked if one.ranking_group == group]))
    if shown.others:
        parts.append("<h3>没有名次的单位</h3>" + _table(shown, key, list(shown.others)))
    return "".join(parts)


def _table(shown: Board, key: str, lines: list[Line]) -> str:
    head = "".join(
        f'<th class="n lt-wide">{html.escape(one.name)}<div class="q">{html.escape(one.weight)}</div></th>'
        for one in (*shown.components, *shown.groups))
    rows = "".join(_row(shown, key, one) for one in lines)
    return (f'<div class="lt-scroll"><table class="lt"><thead><tr><th class="n">名次</th><th class="name">单位</th>'
            f'<th class="n">总分</th>{head}<th class="n">考绩分</th></tr></thead><tbody>{rows}</tbody></table></div>')


def _row(shown: Board, key: str, one: Line) -> str:
    """One unit; on a phone the groups' scores stand under its name instead of beside the total."""
    version = f"&v={shown.version.number}" if shown.version and not shown.is_newest else ""
    of_unit = one.unit_name if one.unit_name != one.name and are_projects((*shown.ranked, *shown.others)) else ""
    notes = [of_unit, one.state, f"与{'、'.join(one.tied_with)}并列" if one.tied_with else "", one.decided_by,
             one.deducted]
    note = "；".join(filter(None, notes))
    said = f'<div class="q">{html.escape(note)}</div>' if note else ""
    place = f"{html.escape(one.place)}{'（并列）' if one.tied_with else ''}" if one.place else "—"
    beside = [*((part.name, value, "") for part, value in zip(shown.components, one.components, strict=True)),
              *((group.name, figure.words, figure.seats)
                for group, figure in zip(shown.groups, one.figures, strict=True))]
    cells = "".join(f'<td class="n lt-wide small">{html.escape(value)}<div class="q">{html.escape(small)}</div></td>'
                    for _, value, small in beside)
    under = "".join(f"<span>{html.escape(name)} {html.escape(value)}</span>" for name, value, _ in beside
                    if value != "—")
    because = f'<div class="q lt-wide">{html.escape(one.because)}</div>' if one.because else ""
    return (f'<tr><td class="n k">{place}</td><td class="k"><a href="?s={html.escape(key)}&u={html.escape(one.target)}'
            f'{version}" target="_self">{html.escape(one.name)}</a>{said}<div class="q lt-phone lt-under">{under}</div>'
            f'</td><td class="n k">{one.total}</td>{cells}<td class="n small">{html.escape(one.points) or "—"}{because}</td>'
            '</tr>')
