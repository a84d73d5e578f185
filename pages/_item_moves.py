"""The keys of an item: every move that is this person's now, the likeliest red; each opens the few fields it needs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import streamlit as st

from office.listing.item_card import ItemCard
from office.listing.item_moves import FIELDS, Field, part_numbers, read_move
from office.listing.items import happen
from office.local_time import clock_time, day
from office.people import Staff
from office.refusal import Refused
from pages._apart import apart
from pages._frame import house
from scoring.commitment import Kind, Verdict

FIRST_KEYS = 5


def draw_moves(card: ItemCard, who: Staff) -> None:
    """The keys, and under them the form of the one that was pressed."""
    kinds = tuple(sorted(card.kinds, key=lambda kind: kind is not card.next_kind))
    if not kinds:
        st.html('<p class="lt-note">现在没有要您办的。</p>')
        return
    _open_at_node(card)
    chosen = st.session_state.get(_key(card, "move"))
    with st.container(horizontal=True):
        for kind in kinds[:FIRST_KEYS]:
            _key_of(card, kind, red=kind is card.next_kind and chosen is None)
    if kinds[FIRST_KEYS:]:
        with st.expander("更多办理", expanded=chosen in kinds[FIRST_KEYS:]), st.container(horizontal=True):
            for kind in kinds[FIRST_KEYS:]:
                _key_of(card, kind, red=False)
    if chosen in kinds:
        with st.container(border=True):
            st.html(f"<b>{chosen.words}</b>")
            for field in FIELDS[chosen]:
                _draw(card, field)
            with st.container(horizontal=True):
                st.button(f"确认{chosen.words}", type="primary", on_click=_do, args=(card, chosen, who))
                st.button("不办了", on_click=_choose, args=(card, None))


def _open_at_node(card: ItemCard) -> None:
    """An address that names a milestone opens the report of it, once; somebody may have reported it since."""
    asked = st.query_params.pop("node", "")
    if asked and Kind.REPORTED in card.kinds and any(one.name == asked and one.open for one in card.nodes):
        st.session_state[_key(card, "node")] = asked
        _choose(card, Kind.REPORTED)


def _key_of(card: ItemCard, kind: Kind, *, red: bool) -> None:
    st.button(kind.words, type="primary" if red else "secondary", on_click=_choose, args=(card, kind),
              key=_key(card, f"key/{kind.value}"))


def _choose(card: ItemCard, kind: Kind | None) -> None:
    if kind is None:
        st.session_state.pop(_key(card, "move"), None)
    else:
        st.session_state[_key(card, "move")] = kind


def _do(card: ItemCard, kind: Kind, who: Staff) -> None:
    typed = {field.name: st.session_state.get(_key(card, field.name)) for field in FIELDS[kind]}
    try:
        told, more = read_move(card, kind, typed)
        happen(house().database, card.line.number, kind, who=who, at=house().clock(), seen=card.item.length, more=more,
               **told)
    except Refused as refused:
        st.session_state["said"] = ("error", str(refused))
        return
    _choose(card, None)
    for field in FIELDS[kind]:
        st.session_state.pop(_key(card, field.name), None)
    st.session_state["said"] = ("success", f"{card.line.number}：{kind.words}，已记下。")
    house().live.refresh()


def _draw(card: ItemCard, field: Field) -> None:
    """One field; what it starts with comes from the card."""
    key = _key(card, field.name)
    match field.shape:
        case "text":
            st.text_area(field.label, key=key, placeholder=field.hint, height=90)
        case "line":
            st.text_input(field.label, key=key, placeholder=field.hint)
        case "day":
            st.date_input(field.label, value=None, key=key, format="YYYY-MM-DD", min_value=date(2000, 1, 1),
                          max_value=date(2099, 12, 31))
        case "unit":
            others = [one for one in card.unit_names if one != card.item.unit]
            st.selectbox(field.label, others, format_func=_units(card), key=key, index=None, placeholder="请选择")
        case "units":
            others = [one for one in card.unit_names if one != card.item.unit]
            st.multiselect(field.label, others, format_func=_units(card), key=key, placeholder="可以不选")
        case "evidence":
            there = [one for one in card.evidence if one.deleted_at is None]
            names = apart({one.sha256: f"{one.name}（{day(one.added_at):%m-%d}）" for one in there},
                          {one.sha256: clock_time(one.added_at) for one in there})
            st.multiselect(field.label, list(names), format_func=names.__getitem__, key=key,
                           placeholder="选择已上传的佐证" if names else "还没有佐证，请先在下面上传")
        case "yes":
            st.radio(field.label, [True, False], format_func=dict(zip((True, False), field.hint.split("|"), strict=True)).get,
                     key=key, horizontal=True)
        case "verdict":
            st.radio(field.label, list(Verdict), format_func=lambda one: one.words, key=key, horizontal=True)
        case "slip":
            levels = [(kind.key, level.level) for kind in card.slips for level in kind.levels]
            words = {(kind.key, level.level): level.name for kind in card.slips for level in kind.levels}
            st.selectbox(field.label, levels, format_func=words.__getitem__, key=key)
        case "out":
            out = [(one.slip, one.level) for one in card.item.outstanding]
            words = {(kind.key, level.level): level.name for kind in card.slips for level in kind.levels}
            st.selectbox(field.label, out, format_func=lambda one: words.get(one, f"{one[0]} {one[1]}"), key=key)
        case "flag":
            st.checkbox(field.label, key=key)
        case "node":
            open_ones = [one.name for one in card.nodes if one.open]
            if open_ones:
                st.selectbox(field.label, open_ones, key=key, index=None, placeholder="没有就不选")
        case "plan":
            st.text_area(field.label, value="\n".join(one.name for one in card.nodes), key=key, placeholder=field.hint, height=120)
        case "reported":
            st.selectbox(field.label, [one.node for one in card.item.waiting_nodes], key=key)
        case "parts":
            _draw_parts(card, key)
        case "choice":
            words = dict(field.choices)
            st.selectbox(field.label, list(words), format_func=words.__getitem__, key=key)


def _draw_parts(card: ItemCard, key: str) -> None:
    """Two to six parts, each with its share of the whole."""
    count = int(st.number_input("分成几项", 2, 6, 2, key=f"{key}/count"))
    parts: list[dict[str, Any]] = []
    for n, number in enumerate(part_numbers(card, count), 1):
        text, unit, weight, due = st.columns([3, 2, 1, 1.4])
        with text:
            words = st.text_input(f"第{n}项（{number}）", key=f"{key}/{n}/text")
        with unit:
            whose = st.selectbox("责任单位", list(card.unit_names), format_func=_units(card), key=f"{key}/{n}/unit")
        with weight:
            share = st.text_input("权重%", key=f"{key}/{n}/weight", placeholder="不填即均分")
        with due:
            by = st.date_input("期限", value=card.item.deadline, key=f"{key}/{n}/due", format="YYYY-MM-DD")
        parts.append({"number": number, "text": words, "unit": whose, "weight": share, "deadline": by})
    st.session_state[key] = parts


def _key(card: ItemCard, name: str) -> str:
    return f"item/{card.line.number}/{name}"


def _units(card: ItemCard) -> Callable[[str], str]:
    """How a unit is shown among others of its name."""
    return apart(card.unit_names).__getitem__
