"""考绩台账: points of every unit, period by period, with the cause of every booking. Everyone signed in may read it.

Points of a version that the hall is still being shown are not in it for whoever is not of the hall.
"""

from __future__ import annotations

import html

import plotly.graph_objects as go
import streamlit as st

from hall.outcome.hall_first import ledger_for
from office.local_time import minute
from office.points import Account, Booking, PointsLedger, ledger_csv, signed
from pages import _frame, _hall_first, _sheet
from pages._download import download
from pages._frame import header, require

who = require()


def picture(accounts: tuple[Account, ...], title: str) -> None:
    """One bar a unit, to the right for a credit and to the left for a debit, with its number at the end."""
    shown = list(reversed(accounts))
    values = [float(one.balance) for one in shown]  # a bar's length; the number beside it is the exact one
    figure = go.Figure(go.Bar(
        x=values, y=[one.name for one in shown], orientation="h", text=[signed(one.balance) for one in shown],
        textposition="outside", cliponaxis=False, width=0.62, hoverinfo="skip",
        marker={"color": [_sheet.OCHRE if value < 0 else _sheet.BLUE for value in values]}))
    reach = max(1.0, *map(abs, values)) * 1.25
    _sheet.lay_out(figure, 60 + 30 * len(shown), margin={"l": 8, "r": 8, "t": 40, "b": 8}, showlegend=False,
                   title={"text": html.escape(title), "font": {"size": 16}, "x": 0, "xanchor": "left"})
    low = -reach if min(values) < 0 else -reach / 12
    figure.update_xaxes(range=[low, reach], visible=True, showticklabels=False, showgrid=False, zeroline=True,
                        zerolinecolor=_sheet.INK, zerolinewidth=1, fixedrange=True)
    figure.update_yaxes(automargin=True, fixedrange=True, ticks="", ticklabelstandoff=8)
    st.plotly_chart(figure, width="stretch", config=_sheet.CHART, theme=None)


def units_table(book: PointsLedger, accounts: tuple[Account, ...], periods: tuple[str, ...]) -> str:
    def cell(value: object) -> str:
        return "—" if value is None else signed(value)  # type: ignore[arg-type]

    head = "".join(f'<th class="n">{html.escape(period)}</th>' for period in periods)
    own_caps = "" if book.caps_words else '<th class="lt-wide">封顶办法</th>'
    rows = "".join(
        f'<tr><td class="k w">{html.escape(one.name)}</td>'
        + "".join(f'<td class="n">{cell(points)}</td>' for period, points in one.periods if period in periods)
        + f'<td class="n k">{signed(one.balance)}</td><td class="n">{signed(one.uncapped)}</td>'
          f'<td class="n lt-wide">{signed(one.bonus)}</td><td class="n lt-wide">{signed(one.deduction)}</td>'
          + ("" if book.caps_words else f'<td class="q lt-wide">{html.escape(one.caps_words)}</td>') + "</tr>"
        for one in accounts)
    return (f'<div class="lt-scroll"><table class="lt"><thead><tr><th>单位</th>{head}<th class="n">余额</th>'
            '<th class="n">未封顶</th><th class="n lt-wide">加分</th><th class="n lt-wide">扣分</th>'
            f'{own_caps}</tr></thead><tbody>{rows}</tbody></table></div>')


def bookings_table(bookings: tuple[Booking, ...]) -> str:
    rows = "".join(
        f'<tr{"" if one.state == "有效" else " class=off"}><td class="n">{one.id}</td>'
        f'<td class="k">{html.escape(one.unit_name)}</td><td>{html.escape(one.period)}</td>'
        f'<td>{html.escape(one.cause)}<div class="q">{html.escape(one.state)}</div></td>'
        f'<td class="n k">{signed(one.points)}</td><td class="n">{signed(one.balance)}</td>'
        f'<td class="q">{f"第{one.version}版" if one.version else ""}<div>{minute(one.booked_at)}</div></td></tr>'
        for one in reversed(bookings))
    return ('<div class="lt-scroll lt-wide"><table class="lt"><thead><tr><th class="n">序号</th><th>单位</th>'
            '<th>周期</th><th>事由</th><th class="n">分值</th><th class="n">余额</th><th>版本和时间</th></tr></thead>'
            f'<tbody>{rows}</tbody></table></div>')


def bookings_cards(bookings: tuple[Booking, ...]) -> str:
    cards = "".join(
        f'<article><div class="lt-top"><b>{html.escape(one.unit_name)} {signed(one.points)}分</b>'
        f'<span class="lt-note">第{one.id}笔 · {html.escape(one.period)}</span></div>'
        f'<p>{html.escape(one.cause)}</p><p class="lt-note">{html.escape(one.state)}，余额{signed(one.balance)}分，'
        f'{minute(one.booked_at)}</p></article>' for one in reversed(bookings))
    return f'<div class="lt-cards lt-phone">{cards}</div>'


book, to_come = ledger_for(_frame.house().database, who, _frame.house().clock())
st.html(_sheet.LOOK)
header("考绩台账", "；".join(book.notes))
_hall_first.not_in_here_yet(to_come)
if book.accounts or not to_come:
    _sheet.say(book.sentence)
if book.frozen_words:
    st.html(f'<div class="lt-draft"><b>冻结</b>{html.escape(book.frozen_words)}</div>')
if not book.accounts:
    st.stop()

left, right = st.columns(2)
with left:
    unit = _sheet.choose("单位", "unit", {one.unit: one.name for one in book.accounts}, "全部单位")
with right:
    period = _sheet.choose("考核周期", "period", {one: one for one in book.periods}, "全部周期")
accounts = tuple(one for one in book.accounts if unit in ("", one.unit))
periods = tuple(one for one in book.periods if period in ("", one))
bookings = tuple(one for one in book.bookings if unit in ("", one.unit) and period in ("", one.period))

if len(accounts) > 1:
    picture(accounts, "各单位余额（封顶后，全部周期）")
st.subheader("单位与周期")
st.html('<p class="lt-note">周期栏是当期净得分；“—”是当期没有参加。余额按办法封顶，“未封顶”是全部记分相加。'
        + (f"办法：{html.escape(book.caps_words)}。" if book.caps_words else "") + "</p>"
        + units_table(book, accounts, periods))
st.subheader(f"逐笔记分（{len(bookings)}笔）")
st.html('<p class="lt-note">新的在上。更正不改旧账：先冲销，再按更正后的成绩或回头看认定重新记分。</p>'
        + (bookings_table(bookings) + bookings_cards(bookings) if bookings else "<p>没有符合条件的记分。</p>"))
download("下载台账（CSV）", ledger_csv(bookings), "考绩台账.csv", "text/csv", on_click="ignore",
         icon=":material/download:")
