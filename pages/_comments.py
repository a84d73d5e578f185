"""点评 on a console: a fast form for what the leader says of the unit on stage, and what was said so far. Drawing only.

`draw(snapshot, key, who, do)` is mounted by the host's console and by the page of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import streamlit as st

from hall.moment.snapshot import Snapshot
from hall.moment.spoken import one_line
from hall.stage import comments, stage_list
from hall.stage.comments import Said
from office.local_time import clock_time
from office.people import Staff
from pages import _list_key, _owed
from pages._apart import apart
from pages._frame import house

Do = Callable[..., None]


def draw(snapshot: Snapshot, key: str, who: Staff, do: Do, target: str | None = None) -> None:
    """Of `target`; of whoever is on stage when none is named; while nobody is (a leader speaks at the end of all), of
    whom the host chooses: calling a unit up would end what goes on."""
    on_stage = snapshot.stage.target if snapshot.stage.shows == "target" else None
    card = snapshot.target(target or on_stage or _chosen(snapshot))
    if card is None:
        return
    said = comments.comments_of(snapshot, card.key, withdrawn=True)
    left, right = st.columns([1.2, 1], gap="large")
    with left:
        _form(snapshot, card.key, card.name, tuple(one.id for one in said), do)
    with right:
        _list_key.draw(key, card, who)
        st.html(f'<p class="lt-note"><b>{escape(card.name)}的点评 {sum(not one.withdrawn for one in said)}</b></p>')
        if not said:
            st.html('<p class="lt-note">还没有。</p>')
        for one in reversed(said):
            _one(one, do)


def _chosen(snapshot: Snapshot) -> str:
    """Whom the leader speaks of while nobody is on stage; those who spoke come first."""
    names = apart({one.key: one.name for one in sorted(snapshot.targets, key=lambda one: not one.speaks)})
    found = st.selectbox("台上没有单位，点评的是哪一家", list(names), index=None, format_func=names.__getitem__, key="comment/whom",
                         placeholder="选一家，可以打字查找")
    return found or ""


def _form(snapshot: Snapshot, target: str, name: str, seen: tuple[int, ...], do: Do) -> None:
    base = _owed.form(f"comment/{target}")
    with st.container(border=True):
        known = [one.speaker for one in reversed(snapshot.comments)]
        speakers = list(dict.fromkeys([*known, *comments.SPEAKERS]))
        who, what = st.columns([1, 1.2])
        who.selectbox("点评人（身份）", speakers, key=f"{base}/speaker", accept_new_options=True)
        kind = what.radio("内容", list(Said), format_func=lambda one: one.words, horizontal=True, key=f"{base}/kind",
                          index=1)
        text = st.text_area(f"对{name}说了什么", key=f"{base}/text", height=90, max_chars=comments.TEXT_BOUND)
        owed = kind is not Said.PRAISE
        if owed:
            _owed.fields(base, stage_list.known_of(house().database, snapshot, target, house().clock()))
            _owed.advise(text, base)
        st.button("记下，列入清单" if owed else "记下", key=f"{base}/yes", type="primary", on_click=_send,
                  args=(snapshot, base, target, seen, do))


def _send(snapshot: Snapshot, base: str, target: str, seen: tuple[int, ...], do: Do) -> None:
    """As the fields are now: the press may have come together with what was typed last."""
    state = st.session_state
    kind = Said(state[f"{base}/kind"])
    more = {} if kind is Said.PRAISE else _owed.typed(base)
    do(comments.say, target, speaker=state[f"{base}/speaker"] or "", kind=kind.value, text=state[f"{base}/text"],
       seen=len(seen), done="已记下。" if kind is Said.PRAISE else f"已记下，{kind.words}已列入清单。", **more)
    now, words = house().live.at(snapshot.sitting.key), one_line(state[f"{base}/text"])
    if now is not None and any(one.text == words and one.id not in seen for one in comments.comments_of(now, target)):
        _owed.begin_anew(f"comment/{target}")


def _one(one: comments.Comment, do: Do) -> None:
    number = f"{'并入' if one.linked else '清单'} {one.number}" if one.number else ""
    facts = "　".join(filter(None, [
        Said(one.kind).words, one.speaker, clock_time(one.said_at), number, one.owner,
        f"{one.deadline.month}月{one.deadline.day}日前" if one.deadline else ""]))
    gone = f"<br><small>✕ 已撤回：{escape(one.withdrawn)}</small>" if one.withdrawn else ""
    words = f"<s>{escape(one.text)}</s>" if one.withdrawn else escape(one.text)
    with st.container(border=True):
        st.html(f'<p style="margin:0;font-size:.95rem;line-height:1.45;overflow-wrap:anywhere">'
                f'<small style="color:#4A525C">{escape(facts)}</small><br>{words}{gone}</p>')
        if not one.withdrawn:
            with st.popover("撤回"):
                st.text_input("原因，写好后回车", key=f"comment/back/{one.id}", on_change=lambda: do(
                    comments.take_back, one.id, st.session_state[f"comment/back/{one.id}"],
                    done="已撤回，清单里的这一项也标明撤回。" if one.number and not one.linked else "已撤回。"))
