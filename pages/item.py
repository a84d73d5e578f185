"""清单事项: one item whole: how it stands, the keys that are legal now for whoever looks, the timeline, the files."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

import streamlit as st

from office.listing.item_card import item_card
from office.refusal import NotFound
from pages import _item_facts, _items, _sheet
from pages._evidence import draw_evidence
from pages._frame import header, house, require, say_what_happened
from pages._item_moves import draw_moves

who = require()
number = st.query_params.get("n", "")
st.html(_sheet.LOOK + _items.LOOK + _item_facts.LOOK)
st.page_link("pages/commitments.py", label="承诺清单", icon=":material/arrow_back:")
if not number:
    header("清单事项")
    st.info("请从承诺清单打开一项。")
    st.stop()
try:
    card = item_card(house().database, number, who=who, at=house().clock())
except NotFound as refused:
    header("清单事项")
    st.error(str(refused))
    st.stop()

header(_item_facts.title_of(card))
with st.container():
    say_what_happened()
st.html(f'<p style="font-size:1.25rem;font-weight:600;margin:.1rem 0 .4rem">{escape(card.line.text)}</p>'
        + _item_facts.standing(card) + _items.marks(card.line))
draw_moves(card, who)
with st.container(key="lt-item"):
    left, right = st.columns([1.5, 1], gap="large")
with left:
    st.html(_item_facts.facts(card) + _item_facts.lists(card))
    st.subheader("佐证", anchor=False)
    st.html(_item_facts.files(card))
    st.link_button("上传佐证（手机可拍照）", f"/evidence/of/{quote(number)}", icon=":material/add_a_photo:")
    draw_evidence(card, who)
with right:
    st.subheader(f"经过（{len(card.happenings)}条）", anchor=False)
    st.html(_item_facts.timeline(card))
