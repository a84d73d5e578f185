"""挂图作战: all items in one picture by unit and month, the five tables of the same records, and the calendar; printable."""

from __future__ import annotations

import streamlit as st

from office import local_time
from office.listing.follow_up import address_of, choices, filter_of, follow_up
from office.listing.wall_chart import VIEWS, beside, chart, month_of, planned
from pages import _items, _sheet, _wall_chart
from pages._frame import header, house, require
from pages._list_archive import columns_and_stand, open_with

A_PAGE = 100

require()
st.html(_sheet.LOOK + _items.LOOK + _wall_chart.LOOK)
database = house().database
today = local_time.day(house().clock())
known = choices(database)
header("挂图作战")
open_with()
if known.notes:
    st.html(_items.notes(known.notes))
with st.container(key="lt-no-print"):
    (first, second, third, fourth), keep = columns_and_stand(4)
    with first:
        _sheet.choose("看什么", "view", {key: words for key, words in VIEWS.items() if key != "chart"}, VIEWS["chart"])
    with second:
        _sheet.choose("联系领导", "leader", known.leaders, "全部领导")
    with third:
        _sheet.choose("类别", "kind", known.kinds, "全部类别")
    with fourth:
        _sheet.choose("批次", "batch", known.batches, "全部批次")
address = st.query_params.to_dict()
wanted = filter_of({key: value for key, value in address.items() if key != "month" or address.get("view") != "calendar"})
kept, view = {**address_of(wanted), **keep}, address.get("view", "chart")
if view == "calendar":
    month = month_of(database, wanted, address.get("month", ""), today=today)
    with st.container(horizontal=True, vertical_alignment="center", key="lt-no-print-steps"):
        for words, step in (("上个月", -1), ("下个月", 1)):
            st.page_link("pages/wallchart.py", label=words, query_params={
                **kept, "view": "calendar", "month": beside(month.name, step)})
    st.html(_wall_chart.calendar(month, kept))
elif view in VIEWS and view != "chart":
    listed = follow_up(database, wanted, as_of=today, per_page=1)
    _sheet.say(listed.sentence)
    asked = address.get("page", "1")
    page = min(max(1, int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1), -(-listed.found // A_PAGE) or 1)
    lines = planned(database, wanted, today=today, limit=A_PAGE, offset=(page - 1) * A_PAGE)
    st.html(f"<h2>{VIEWS[view]}</h2>" + _wall_chart.table(view, lines, today))
    with st.container(horizontal=True, key="lt-no-print-pages"):
        for words, to in (("上一页", page - 1), ("下一页", page + 1)):
            if 1 <= to <= -(-listed.found // A_PAGE):
                st.page_link("pages/wallchart.py", label=words, query_params={**kept, "view": view, "page": str(to)})
else:
    drawn = chart(database, wanted, today=today, start=address.get("from", ""))
    _sheet.say(drawn.sentence)
    first = next(iter(drawn.months))
    with st.container(horizontal=True, key="lt-no-print-months"):
        for words, step in (("更早的月份", -6), ("更晚的月份", 6)):
            st.page_link("pages/wallchart.py", label=words, query_params={**kept, "from": beside(first, step)})
    st.html(_wall_chart.picture(drawn, kept, today))
