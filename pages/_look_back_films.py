"""The films of a look-back for the sitting: which items have one, its title, the order. Drawing only."""

from __future__ import annotations

import streamlit as st

from office.people import Staff
from office.visits.look_back import LookBackView, choose_films
from pages._frame import act, house
from pages._pieces import table


def draw_films(view: LookBackView, who: Staff, *, is_office: bool) -> None:
    """The list as it stands, and the choice: in the order in which they are picked."""
    shown = sorted((one.visit for one in view.found if one.visit.film_place is not None), key=lambda one: one.film_place or 0)
    table(("序", "片名", "编号", "单位"), ((one.film_place, one.film, one.number, one.unit_name) for one in shown), keep=(0, 2, 3),
          empty="还没有编排短片。")
    if not is_office:
        return
    key = f"lookback/{view.plan.id}/films"
    names = {one.visit.number: f"{one.visit.number}　{one.visit.unit_name}：{one.visit.text}" for one in view.found}
    titles = {one.visit.number: one.visit.film or f"{one.visit.unit_name}：{one.visit.text}" for one in view.found}
    chosen = st.multiselect("放哪些（按选的先后播放）", list(names), default=[one.number for one in shown],
                            format_func=names.__getitem__, key=f"{key}/chosen", placeholder="选择事项")
    for n, number in enumerate(chosen, 1):
        st.text_input(f"第{n}部的片名（{number}）", value=titles[number], key=f"{key}/title/{number}")
    st.button("保存短片清单", key=f"{key}/save", on_click=_save, args=(view.plan.id, key, who))


def _save(plan_id: int, key: str, who: Staff) -> None:
    films = [(number, str(st.session_state[f"{key}/title/{number}"])) for number in st.session_state[f"{key}/chosen"]]
    act(choose_films, house().database, plan_id, films, who=who, at=house().clock(), done="短片清单已保存。")
