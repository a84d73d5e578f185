"""我的事项: what of the list waits for whoever is signed in, and how what is theirs stands. On a phone: cards."""

from __future__ import annotations

from html import escape

import streamlit as st

from office import local_time
from office.listing.follow_up import address_of
from office.listing.leaders import duties_of
from office.listing.my_items import SHOWN, my_items
from office.people import Role
from pages import _item_nodes, _items, _sheet
from pages._frame import header, house, require

who = require()
st.html(_sheet.LOOK + _items.LOOK)
header("我的事项")
today = local_time.day(house().clock())
mine = my_items(house().database, who, today=today)
seen: set[str] = set()
if mine.nodes:
    st.subheader(f"时间节点（{mine.nodes_words}）", anchor=False)
    st.html(_item_nodes.due(mine.nodes[:SHOWN], today))
    if len(mine.nodes) > SHOWN:
        st.page_link("pages/commitments.py", label="全部有节点逾期的事项", query_params={"unit": who.unit, "nodes": "overdue"})
elif not mine.waiting:
    _sheet.say("现在没有等您办的事项。")
for one in mine.waiting:
    fresh = tuple(line for line in one.items if line.number not in seen)
    if not fresh:
        continue
    seen |= {line.number for line in fresh}
    st.subheader(f"{one.words}（{one.found}项）", anchor=False)
    st.html(_items.table(fresh, today) + _items.cards(fresh, today))
    if one.found > SHOWN:
        st.page_link("pages/commitments.py", label=f"全部{one.found}项", query_params=address_of(one.wanted))
if mine.all_of_it is not None:
    st.subheader(mine.whose, anchor=False)
    if Role.LEADER in who.roles and mine.all_of_it.wanted.leader:
        leader = mine.all_of_it.wanted.leader
        done = duties_of(house().database, leader, today=today)
        said = "；".join(f"{duty.rule}：{f'{day.isoformat()}已{duty.words}' if day else f'还没有{duty.words}'}"
                        for duty, day in done.items())
        st.html(f'<p class="lt-facts">{escape(said)}。</p>')
        st.page_link("pages/overview.py", label="登记专题了解、现场调研", query_params={"leader": leader})
    _sheet.say(mine.all_of_it.sentence)
    st.html(_items.lamps(mine.all_of_it, address_of(mine.all_of_it.wanted)))
    rest = tuple(line for line in mine.all_of_it.items if line.number not in seen)
    if rest:
        st.html(f'<p class="lt-note">{"其余，" if seen else ""}最急的在前。</p>'
                + _items.table(rest, today) + _items.cards(rest, today))
    st.page_link("pages/commitments.py", label="在承诺清单里看全部", query_params=address_of(mine.all_of_it.wanted))
