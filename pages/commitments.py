"""承诺清单: every listed commitment with its light on the chosen day. Everyone signed in may read it."""

from __future__ import annotations

import html
from datetime import date

import streamlit as st

from office import local_time
from office.follow_up import Followed, FollowUp, Light, commitments_csv, follow_up
from pages import _frame, _sheet
from pages._download import download
from pages._frame import header, require

require()


def lamp(light: Light, words: str = "") -> str:
    return f'<span class="lt-light lt-{light.value}">{light.shape} {words or light.words}</span>'


def counts(listed: FollowUp) -> str:
    boxes = "".join(
        f'<div>{lamp(one.light)}<div class="lt-big">{one.count}</div>'
        f'<div class="lt-note">{one.count} / {one.of} 项，{one.share}</div></div>' for one in listed.counts)
    return f'<div class="lt-counts">{boxes}</div>'


def table(items: tuple[Followed, ...]) -> str:
    rows = "".join(
        f'<tr><td>{lamp(one.light)}<div class="q">{one.days_words}</div></td>'
        f'<td class="n">{one.deadline.isoformat()}</td>'
        f'<td class="k">{html.escape(one.unit_name)}<div class="q">{html.escape(one.number)}</div></td>'
        f'<td><b>{html.escape(one.text)}</b><div class="q">{html.escape(one.shortcoming)}</div></td>'
        f'<td class="n">{html.escape(one.amount) or "—"}</td><td>{html.escape(one.owner)}</td></tr>' for one in items)
    return ('<div class="lt-scroll lt-wide"><table class="lt"><thead><tr><th>状态</th><th class="n">期限</th>'
            '<th>单位和编号</th><th>承诺和不足</th><th class="n">数量</th><th>责任人</th></tr></thead>'
            f'<tbody>{rows}</tbody></table></div>')


def cards(items: tuple[Followed, ...]) -> str:
    shown = "".join(
        f'<article><div class="lt-top">{lamp(one.light, f"{one.light.words} · {one.days_words}")}'
        f'<span class="lt-note">{html.escape(one.number)}</span></div>'
        f'<h3>{html.escape(one.unit_name)}：{html.escape(one.text)}</h3>'
        f'<p>{one.deadline.isoformat()} 前 · {html.escape(one.owner)}</p>'
        f'<p class="lt-note">不足：{html.escape(one.shortcoming)}</p></article>' for one in items)
    return f'<div class="lt-cards lt-phone">{shown}</div>'


today = local_time.day(_frame.house().clock())
st.html(_sheet.LOOK)
database = _frame.house().database
known = follow_up(database, as_of=today)
header("承诺清单", "；".join(known.notes))
if not known.all_items:
    _sheet.say(known.sentence)
    st.stop()

if "filter-day" not in st.session_state:
    try:
        st.session_state["filter-day"] = date.fromisoformat(st.query_params.get("day", ""))
    except ValueError:
        st.session_state["filter-day"] = today
above = st.container()
first, second, third, fourth = st.columns(4)
with first:
    unit = _sheet.choose("单位", "unit", dict(known.units), "全部单位")
with second:
    period = _sheet.choose("考核周期", "period", {one: one for one in known.periods}, "全部周期")
with third:
    light = _sheet.choose("状态", "light", {one.value: f"{one.shape} {one.words}" for one in Light}, "全部状态")
with fourth:
    day = st.date_input("截至", key="filter-day", min_value=date(2000, 1, 1), max_value=date(2099, 12, 31),
                        format="YYYY-MM-DD") or today
_sheet.keep_in_address("day", "" if day == today else day.isoformat())

listed = follow_up(database, as_of=day, unit=unit, period=period, light=Light(light) if light else None)
with above:
    _sheet.say(listed.sentence)
    if day != today:
        st.html(f'<p class="lt-note">按{day.isoformat()}推算，不是今天的状态。</p>')
    st.html(counts(listed))
st.html(f'<p class="lt-note">列出{len(listed.items)}项，最急的在前。</p>' + table(listed.items) + cards(listed.items))
download("下载清单（CSV）", commitments_csv(listed.items, day), f"承诺清单_{day.isoformat()}.csv", "text/csv",
         on_click="ignore", icon=":material/download:")
