"""The fields that every entry from the stage onto the list shares: who, by when, and whether it is there already."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape

import streamlit as st

from hall.stage.stage_list import Known
from office.local_time import day
from pages._frame import house
from scoring.promise import unmeasurable

NEW = "新列一项"


def fields(base: str, known: Sequence[Known]) -> None:
    """Owner, deadline, and the key of what it repeats ("" for something new): `base/owner`, `/deadline`, `/same`."""
    left, right = st.columns(2)
    left.text_input("责任人（职务）", key=f"{base}/owner", max_chars=40)
    right.date_input("完成期限", value=None, key=f"{base}/deadline", format="YYYY-MM-DD",
                     min_value=day(house().clock()))
    words = {one.key: one.words for one in known}
    if known:
        st.selectbox("与已有的是同一件事吗", ["", *words], key=f"{base}/same",
                     format_func=lambda key: words.get(key, NEW))


def form(name: str) -> str:
    """The keys' beginning of a form that stays as it is until what it holds is stored, whoever else stores meanwhile."""
    return f"{name}/{st.session_state.get(f'{name}/nth', 0)}"


def begin_anew(name: str) -> None:
    """An empty form in its place."""
    st.session_state[f"{name}/nth"] = st.session_state.get(f"{name}/nth", 0) + 1


def typed(base: str) -> dict[str, object]:
    """What stands in those fields now, as the use cases take it."""
    state = st.session_state
    return {"owner": state.get(f"{base}/owner", ""), "deadline": state.get(f"{base}/deadline"),
            "same_as": state.get(f"{base}/same") or ""}


def advise(text: str, base: str) -> None:
    """What will be hard to check later, said while it can still be asked for."""
    deadline: date | None = st.session_state.get(f"{base}/deadline")
    said = unmeasurable(text, None, "", deadline) if text.strip() else ()
    shown = [one for one in said if not one.startswith(("没有目标值", "没有计量单位"))]  # words alone may name the figure
    if shown:
        st.html(f'<p style="color:#8A5A12;font-size:.9rem;margin:0">▲ {escape(" ".join(shown))}</p>')
