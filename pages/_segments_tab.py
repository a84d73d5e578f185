"""会前准备: the agenda template (环节): choose one for the arena, bend its lines, save. Drawing only.

The lines are a draft on this page until they are saved; what has run already keeps its kind, scope and limit.
"""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from hall.moment.snapshot import Snapshot
from hall.stage import segments
from office.people import Staff
from office.sitting.agenda_templates import TEMPLATES, planned, template
from office.sitting.plan import SEGMENT_KINDS, SEGMENT_SCOPES, PlannedSegment
from pages._frame import act, house

WIDTHS = (2.2, 1.3, 1.5, 1.1, 1.1, .5, .5, .5)
NAMES = ("名称", "种类", "范围", "时限（秒，0不限）", "提前几秒提醒", "", "", "")


def draw_segments(snapshot: Snapshot, who: Staff) -> None:
    key, stored = snapshot.sitting.key, planned(snapshot.segments)
    mode = "每家上台后各打一轮分" if snapshot.sitting.ballot_mode == "each" else "最后一张票打全部单位"
    st.html('<p class="lt-note">每家单位上台要走哪些环节，前后全场有什么。主持台的下一步照这里走，随时可以跳过、重来。'
            f'本场：{mode}。</p>')
    fitting = {one.key: f"{one.name}：{one.about}" for one in TEMPLATES if one.ballot_mode == snapshot.sitting.ballot_mode}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox("模板", list(fitting), format_func=fitting.__getitem__, key=f"{key}/template")
        st.button("套用模板", key=f"{key}/template/use", on_click=_use, args=(key,))
        st.button("加一个环节", key=f"{key}/segment/add", on_click=_add, args=(key, stored))
    lines = _draft(key, stored)
    if not lines:
        st.html('<p class="lt-note">没有环节：请单位上台后直接打分。</p>')
    _head(bool(lines))
    for n, one in enumerate(lines):
        _line(key, n, one, len(lines), stored)
    changed = lines != stored
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("保存环节", type="primary", key=f"{key}/segments/save", disabled=not changed, on_click=_save,
                  args=(key, stored, who))
        st.button("放弃修改", key=f"{key}/segments/forget", disabled=not changed, on_click=_forget, args=(key,))
        st.html(f'<p class="lt-note">{"▲ 有修改还没有保存" if changed else "● 与已保存的一致"}</p>')


def _head(any_lines: bool) -> None:
    if any_lines:
        for column, words in zip(st.columns(WIDTHS), NAMES, strict=True):
            column.html(f'<p class="lt-note" style="margin:0">{words}</p>')


def _line(key: str, n: int, one: PlannedSegment, of: int, stored: tuple[PlannedSegment, ...]) -> None:
    prefix = _prefix(key, one)
    title, kind, scope, seconds, warn, up, down, drop = st.columns(WIDTHS, vertical_alignment="center")
    hidden = {"label_visibility": "collapsed"}
    title.text_input("名称", value=one.title, key=f"{prefix}/title", max_chars=20, **hidden)  # type: ignore[arg-type]
    kinds, scopes = list(SEGMENT_KINDS), list(SEGMENT_SCOPES)
    kind.selectbox("种类", kinds, index=kinds.index(one.kind), format_func=SEGMENT_KINDS.__getitem__, key=f"{prefix}/kind",
                   **hidden)  # type: ignore[arg-type]
    scope.selectbox("范围", scopes, index=scopes.index(one.scope), format_func=SEGMENT_SCOPES.__getitem__,
                    key=f"{prefix}/scope", **hidden)  # type: ignore[arg-type]
    seconds.number_input("时限", min_value=0, value=one.seconds, step=30, key=f"{prefix}/seconds", **hidden)  # type: ignore[arg-type]
    warn.number_input("提醒", min_value=0, value=one.warn_seconds, step=15, key=f"{prefix}/warn", **hidden)  # type: ignore[arg-type]
    up.button("▲", key=f"{prefix}/up", disabled=n == 0, on_click=_move, args=(key, stored, n, -1), help="上移")
    down.button("▼", key=f"{prefix}/down", disabled=n == of - 1, on_click=_move, args=(key, stored, n, 1), help="下移")
    drop.button("✕", key=f"{prefix}/drop", on_click=_drop, args=(key, stored, n), help="删去")


def _draft(key: str, stored: tuple[PlannedSegment, ...]) -> tuple[PlannedSegment, ...]:
    """The lines as they stand in the fields."""
    lines: tuple[PlannedSegment, ...] = st.session_state.get(f"{key}/segments", stored)
    return tuple(_typed(key, one) for one in lines)


def _typed(key: str, one: PlannedSegment) -> PlannedSegment:
    prefix, held = _prefix(key, one), st.session_state
    if f"{prefix}/title" not in held:
        return one
    return replace(one, title=str(held[f"{prefix}/title"]), kind=str(held[f"{prefix}/kind"]),
                   scope=str(held[f"{prefix}/scope"]), seconds=int(held[f"{prefix}/seconds"]),
                   warn_seconds=int(held[f"{prefix}/warn"]))


def _prefix(key: str, one: PlannedSegment) -> str:
    """A template that is used anew has fields of its own."""
    return f"{key}/segment/{st.session_state.get(f'{key}/segments/turn', 0)}/{one.key}"


def _put(key: str, lines: tuple[PlannedSegment, ...]) -> None:
    st.session_state[f"{key}/segments"] = lines


def _turn(key: str) -> None:
    st.session_state[f"{key}/segments/turn"] = st.session_state.get(f"{key}/segments/turn", 0) + 1


def _use(key: str) -> None:
    _turn(key)
    _put(key, template(st.session_state[f"{key}/template"]).segments)


def _add(key: str, stored: tuple[PlannedSegment, ...]) -> None:
    lines = _draft(key, stored)
    taken = {one.key for one in lines} | {one.key for one in stored}
    free = next(f"s{n}" for n in range(1, 1000) if f"s{n}" not in taken)
    _put(key, (*lines, PlannedSegment(key=free, kind="other", title="新环节")))


def _move(key: str, stored: tuple[PlannedSegment, ...], n: int, by: int) -> None:
    lines = list(_draft(key, stored))
    lines[n], lines[n + by] = lines[n + by], lines[n]
    _put(key, tuple(lines))


def _drop(key: str, stored: tuple[PlannedSegment, ...], n: int) -> None:
    lines = _draft(key, stored)
    _put(key, (*lines[:n], *lines[n + 1:]))


def _save(key: str, stored: tuple[PlannedSegment, ...], who: Staff) -> None:
    if act(segments.put_template, house().database, key, _draft(key, stored), by=who.name, at=house().clock(),
           done="环节已保存。"):
        _forget(key)


def _forget(key: str) -> None:
    _turn(key)
    st.session_state.pop(f"{key}/segments", None)
