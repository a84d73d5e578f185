"""会前准备: what of the total is not balloted: typed in, or rolled up from a published sitting. Drawing only."""

from __future__ import annotations

from html import escape

import streamlit as st

from office.people import Staff
from office.refusal import Refused
from office.sitting import mending
from office.sitting.preparation import Prepared
from office.sitting.rollup import (
    RolledUp,
    RollUp,
    Source,
    fill_in,
    how_words,
    items,
    outdated,
    read_weights,
    roll_into,
    sources,
    weight_lines,
)
from pages._frame import act, house
from pages._pieces import table


def draw_parts(one: Prepared, who: Staff) -> None:
    """The form of all parts, and the roll-up into one of them."""
    for said in outdated(house().database, one.sitting.key):
        st.warning(said)
    if one.published:
        st.html('<p class="lt-note">成绩已公布，分项得分不能再改。</p>')
        table(("单位", *(label for _, label in one.parts)),
              ((t.name, *(one.components.get((t.key, part), "—") for part, _ in one.parts)) for t in one.agenda))
        return
    _draw_form(one, who)
    _draw_rollup(one, who)


def _draw_form(one: Prepared, who: Staff) -> None:
    key = one.sitting.key
    st.html('<p class="lt-note">办法里不由现场打分的部分。空着的分项没有成绩，总分缺一部分的单位不排名；扣分空着是0次。</p>')
    with st.form(f"{key}/components", border=False):
        shape = [2, *([1] * len(one.parts))]
        for t in one.agenda:
            columns = st.columns(shape, vertical_alignment="bottom")
            columns[0].html(f'<p style="margin:0 0 .6rem">{escape(t.name)}</p>')
            for column, (part, label) in zip(columns[1:], one.parts, strict=True):
                column.text_input(label, value=one.components.get((t.key, part), ""),
                                  label_visibility="visible" if t is one.agenda[0] else "collapsed",
                                  key=f"{key}/component/{t.key}/{part}")
        st.form_submit_button("保存分项得分", on_click=_put_components, args=(one, who))


def _draw_rollup(one: Prepared, who: Staff) -> None:
    """镇街成绩进县区: choose a published sitting, see the values with n, then fill them in."""
    key, database = one.sitting.key, house().database
    own = {part.key: label for part, (_, label) in zip(
        (part for part in one.rule.components if part.key != "evaluation"), one.parts, strict=False)}
    if not own:
        return
    st.subheader("由已公布的场次汇总", anchor=False)
    known = {source.key: source for source in sources(database, key)}
    if not known:
        st.html('<p class="lt-note">还没有可汇总的场次。镇街场次公布后，它的单位在单位库里的上级单位是本场的单位，这里就能选。</p>')
        return
    left, middle, right = st.columns(3)
    source = known[left.selectbox("来源", list(known), format_func=lambda k: known[k].words, key=f"{key}/roll/source")]
    part = middle.selectbox("填入分项", list(own), format_func=own.__getitem__, key=f"{key}/roll/part")
    how = RollUp(right.selectbox("汇总办法", [way.value for way in RollUp], format_func=how_words,
                                 key=f"{key}/roll/how"))
    try:
        rolled = roll_into(database, key, part, source.key, how, _weights(one, source, how))
    except Refused as refused:
        st.error(str(refused))
        return
    st.html(f'<p class="lt-note">只算参加排名的，没有成绩的不按0分；除不尽的取六位小数。{escape(rolled.scale)}</p>')
    table(("单位", "汇总得分", "家数", "来源各家", "现值"),
          ((line.name, line.value or "没有，不填", f"{line.n} / {line.of}" if line.of else "0", "、".join(line.items),
            line.now or "—") for line in rolled.lines), keep=(0, 1, 2, 4), height=430)
    st.button(f"把{len(rolled.filled)}家的得分填入“{part}”", key=f"{key}/roll/fill", disabled=not rolled.filled,
              on_click=_fill_in, args=(one, rolled, who))


def _weights(one: Prepared, source: Source, how: RollUp) -> dict[str, str]:
    """Asked for only where they matter; raises Refused with the line at fault."""
    if how is not RollUp.WEIGHTED:
        return {}
    found = items(house().database, one.sitting.key, source.key)
    text = st.text_area("权重，每行一家（可从表格粘贴）", value=weight_lines(found), height=180,
                        key=f"{one.sitting.key}/roll/weights/{source.key}")
    return read_weights(text, found)


def _put_components(one: Prepared, who: Staff) -> None:
    key = one.sitting.key
    values = {(t.key, part): st.session_state[f"{key}/component/{t.key}/{part}"]
              for t in one.agenda for part, _ in one.parts}
    changed = {place: value for place, value in values.items() if value.strip() != one.components.get(place, "")}
    act(mending.put_components, house().database, key, changed, by=who.name, at=house().clock(),
        done=f"已保存{len(changed)}处。")


def _fill_in(one: Prepared, rolled: RolledUp, who: Staff) -> None:
    """The form above shows what is stored, so what was filled in stands there too."""
    key = one.sitting.key
    if act(fill_in, house().database, key, rolled, by=who.name, at=house().clock(),
           done=f"已填入{len(rolled.filled)}家：{rolled.source.words}，{how_words(rolled.how)}。"):
        for line in rolled.filled:
            st.session_state[f"{key}/component/{line.target}/{rolled.component}"] = line.value
