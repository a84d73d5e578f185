"""当场承诺: a promise made in an answer, onto the list with one press. Drawing only."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import streamlit as st

from hall.moment.snapshot import Snapshot
from hall.stage import comments, stage_list
from hall.stage.questions import Question, Queue, questions_of
from pages import _owed
from pages._frame import house

Do = Callable[..., None]


def draw(queue: Queue, snapshot: Snapshot, do: Do) -> None:
    """For the question on stage; while there is none, for the last one that was answered."""
    last = max(queue.answered, key=lambda one: (one.answered_at, one.id), default=None)  # type: ignore[arg-type,return-value]
    one = queue.on_stage or last
    if one is None:
        return
    base = _owed.form(f"q/promise/{one.id}")
    with st.container(border=True):
        st.html(f'<p class="q-one"><b>当场承诺</b><br><small>{escape(one.text)}</small></p>'
                + "".join(f'<p class="q-one">● 已列入清单 {escape(number)}</p>' for number in one.numbers))
        st.text_area("答应办什么", key=f"{base}/text", height=80, max_chars=comments.TEXT_BOUND)
        _owed.fields(base, stage_list.known_of(house().database, snapshot, one.target, house().clock()))
        _owed.advise(st.session_state[f"{base}/text"], base)
        st.button("列入清单", key=f"{base}/yes", on_click=_send, args=(one, base, snapshot, do))


def _send(one: Question, base: str, snapshot: Snapshot, do: Do) -> None:
    do(comments.promise, one.id, text=st.session_state[f"{base}/text"], seen=len(one.numbers), done="已列入清单。",
       **_owed.typed(base))
    now = house().live.at(snapshot.sitting.key)
    kept = next((it for it in questions_of(house().database, now) if it.id == one.id), one) if now is not None else one
    if len(kept.numbers) > len(one.numbers) and st.session_state.get("said", ("",))[0] == "success":
        _owed.begin_anew(f"q/promise/{one.id}")
