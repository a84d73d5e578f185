"""The form of 单位填报: shortcomings that grow and shrink, each with promises that do. Drawing and its state only.

What is typed is kept beside the widgets, so that a look at another page loses nothing. Every block has a number
that is never given twice: a widget's key belongs to one block for good.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from office.sitting.declarations import Declaration, TypedCommitment, TypedShortcoming, typed_of


@dataclass
class Form:
    """One target's form: block numbers in order, and what was last typed, by `block/field`."""

    base: str
    source: Declaration
    shortcomings: list[int] = field(default_factory=list)
    promises: dict[int, list[int]] = field(default_factory=dict)
    typed: dict[str, Any] = field(default_factory=dict)

    def add(self, one: TypedShortcoming) -> None:
        block = _new_number()
        self.shortcomings.append(block)
        self.promises[block] = []
        self.typed |= {f"{block}/{name}": getattr(one, name) for name in ("text", "gap", "goal", "measures")}
        for promise in one.commitments:
            self.add_promise(block, promise)

    def add_promise(self, shortcoming: int, one: TypedCommitment) -> None:
        block = _new_number()
        self.promises[shortcoming].append(block)
        self.typed |= {f"{block}/{name}": getattr(one, name)
                       for name in ("text", "owner", "deadline", "amount", "amount_unit")}

    def drop(self, shortcoming: int) -> None:
        self.shortcomings.remove(shortcoming)

    def drop_promise(self, shortcoming: int, promise: int) -> None:
        self.promises[shortcoming].remove(promise)

    def what_was_typed(self) -> tuple[TypedShortcoming, ...]:
        """The form's content; a callback sees what the widgets hold, which is newer than what was drawn."""
        def of(block: int, name: str) -> Any:
            return st.session_state.get(f"{self.base}/{block}/{name}", self.typed[f"{block}/{name}"])

        return tuple(
            TypedShortcoming(
                text=of(s, "text"), gap=of(s, "gap"), goal=of(s, "goal"), measures=of(s, "measures"),
                commitments=tuple(
                    TypedCommitment(text=of(p, "text"), owner=of(p, "owner"), deadline=of(p, "deadline"),
                                    amount=of(p, "amount"), amount_unit=of(p, "amount_unit"))
                    for p in self.promises[s]))
            for s in self.shortcomings)

    @property
    def untouched(self) -> bool:
        return self.what_was_typed() == typed_of(self.source)


def the_form(base: str, stored: Declaration) -> Form:
    """The form in progress; begun anew from what is stored where nothing was typed since."""
    form = st.session_state.get(base)
    if not isinstance(form, Form) or (form.source != stored and form.untouched):
        form = begin_anew(base, stored)
    return form


def begin_anew(base: str, stored: Declaration) -> Form:
    form = Form(base=base, source=stored)
    for one in typed_of(stored):
        form.add(one)
    st.session_state[base] = form
    return form


def draw_form(form: Form) -> None:
    for n, block in enumerate(form.shortcomings, 1):
        with st.container(border=True):
            with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
                st.subheader(f"第{n}条不足", anchor=False)
                st.button("删去这条", key=f"{form.base}/{block}/drop", on_click=form.drop, args=(block,))
            _field(form, block, "text", st.text_input, "不足（一句话）", placeholder="例如：老城区征收签约进度慢")
            left, right = st.columns(2)
            with left:
                _field(form, block, "gap", st.text_input, "差距（现在怎样）", placeholder="一季度签约率61%")
            with right:
                _field(form, block, "goal", st.text_input, "目标（做到怎样）", placeholder="三季度末95%以上")
            _field(form, block, "measures", st.text_area, "措施（每行一条）", height=125)
            for m, promise in enumerate(form.promises[block], 1):
                _draw_promise(form, block, promise, m)
            st.button("加一项承诺", key=f"{form.base}/{block}/more", on_click=form.add_promise,
                      args=(block, TypedCommitment()))
    st.button("加一条不足", key=f"{form.base}/more", on_click=form.add,
              args=(TypedShortcoming(commitments=(TypedCommitment(),)),))


def _draw_promise(form: Form, block: int, promise: int, m: int) -> None:
    _field(form, promise, "text", st.text_input, f"承诺{m}（做成什么）", placeholder="征收签约率达到95%")
    with st.container(key=f"lt-promise-{promise}"):
        a, b, c, d, e = st.columns([2.2, 2, 1.1, 1, 1], vertical_alignment="bottom")
    with a:
        _field(form, promise, "owner", st.text_input, "责任人（职务）", placeholder="分管副区长")
    with b:
        _field(form, promise, "deadline", st.date_input, "期限", format="YYYY-MM-DD")
    with c:
        _field(form, promise, "amount", st.text_input, "数量", placeholder="95")
    with d:
        _field(form, promise, "amount_unit", st.text_input, "单位", placeholder="%")
    e.button("删去", key=f"{form.base}/{promise}/drop", on_click=form.drop_promise, args=(block, promise),
             width="stretch", help=f"删去承诺{m}")


def _field(form: Form, block: int, name: str, draw: Any, label: str, **options: Any) -> None:
    """What is stored is the field's own beginning, not a state set from here: of a page that a slow phone has drawn by
    half, Streamlit would report the other half as emptied."""
    typed = f"{block}/{name}"
    form.typed[typed] = draw(label, value=form.typed[typed], key=f"{form.base}/{typed}", **options)


def _new_number() -> int:
    number = int(st.session_state.get("unit/blocks", 0)) + 1
    st.session_state["unit/blocks"] = number
    return number
