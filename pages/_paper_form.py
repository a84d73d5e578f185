"""纸票: the form in which one paper is keyed, as it stands on the paper. Drawing only."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from html import escape

import streamlit as st

from hall.ballots import paper
from hall.ballots.paper import Fate
from hall.moment.snapshot import Snapshot
from office.people import Staff
from office.prints.paper_rows import Row, is_long, legend, read_row, rows_of
from office.refusal import Refused
from pages._frame import house
from scoring.ballot import marks_allowed
from scoring.rule import BallotKind, Rule

_STATES = {"abstain": "弃权", "dont_know": "不了解", paper.SPOILED: "作废（两处打勾、看不清）"}
_SAID = {
    Fate.KEYED: "第一遍已录入。请换一位计票员看着原票再录一遍。", Fate.COUNTED: "两遍一致，已计入。",
    Fate.DIFFERS: "两遍不一致，已转到“待裁定”，由第三人看原票裁定。",
    Fate.DUPLICATE: "两遍一致，但这个席位已用手机投票，请到“待裁定”里决定以哪张为准。",
}


def draw_form(snapshot: Snapshot, round_id: int, who: Staff) -> None:
    """Label first (a scanner types it), then each unit of the round. What was keyed before is not shown to anybody."""
    targets = next(one.targets for one in snapshot.rounds if one.id == round_id)
    prefix = f"{snapshot.sitting.key}/paper/{round_id}"
    rule = snapshot.rule
    with st.form(f"{prefix}/form"):
        st.text_input("席位号或编号（可用扫码枪扫纸票上的二维码）", key=f"{prefix}/label")
        if rule.ballot.kind is BallotKind.RANKING:
            st.selectbox("整张票", ["", *_STATES], key=f"{prefix}/whole", format_func=lambda one: _STATES.get(one, "排了名次"))
        if is_long(rule, targets):
            _draw_rows(rule, rows_of(snapshot.targets, targets), prefix)
        else:
            for target in targets:
                _draw_target(rule, target, snapshot.by_key[target].name, len(targets), prefix)
        st.form_submit_button("录入这张纸票", type="primary",
                              on_click=partial(_enter, snapshot, round_id, targets, prefix, who))


def _draw_rows(rule: Rule, rows: Sequence[Row], prefix: str) -> None:
    """A long paper of grades: one sign a unit, as it is read out, ten to a row as it is printed."""
    st.html(f'<p class="lt-note">照纸票上的序号，每家录一个，一行十家，可以留空格：<b>{escape(legend(rule))}</b></p>')
    for row in rows:
        st.text_input(row.words, key=f"{prefix}/row.{row.units[0][0]}", placeholder=f"{len(row.units)}个，每家一个")


def _draw_target(rule: Rule, target: str, name: str, count: int, prefix: str) -> None:
    label, *cells = st.columns([2, *[1] * (len(rule.criteria) if rule.ballot.kind is BallotKind.POINTS else 1),
                                *([] if rule.ballot.kind is BallotKind.RANKING else [2])], vertical_alignment="bottom")
    label.markdown(f"**{name}**")
    match rule.ballot.kind:
        case BallotKind.POINTS:
            for cell, criterion in zip(cells, rule.criteria, strict=False):
                cell.text_input(criterion.name, key=f"{prefix}/m.{target}.{criterion.key}", help=marks_allowed(rule, criterion))
        case BallotKind.GRADES:
            grades = {one.key: one.name for one in rule.grades}
            cells[0].selectbox("等次", ["", *grades], key=f"{prefix}/m.{target}.grade",
                               format_func=lambda one: grades.get(one, "（没有打勾）"))
        case BallotKind.RANKING:
            cells[0].text_input(f"名次（1至{count}）", key=f"{prefix}/m.{target}.place")
            return
    cells[-1].selectbox("没有打分时", ["", *_STATES], key=f"{prefix}/m.{target}.state",
                        format_func=lambda one: _STATES.get(one, "（打了分）"))


def _enter(snapshot: Snapshot, round_id: int, targets: tuple[str, ...], prefix: str, who: Staff) -> None:
    def typed(name: str) -> str:
        return str(st.session_state.get(f"{prefix}/{name}") or "").strip()

    rule, form, by_rows = snapshot.rule, dict[str, str](), is_long(snapshot.rule, targets)
    try:
        for row in rows_of(snapshot.targets, targets) if by_rows else ():
            form |= read_row(rule, row, typed(f"row.{row.units[0][0]}"))
    except Refused as refused:
        st.session_state["said"] = ("error", str(refused))
        return
    for target in () if by_rows else targets:
        state = typed("whole" if rule.ballot.kind is BallotKind.RANKING else f"m.{target}.state")
        match rule.ballot.kind:
            case BallotKind.POINTS:
                form |= {f"m.{target}.{one.key}": typed(f"m.{target}.{one.key}") for one in rule.criteria}
            case BallotKind.GRADES:
                form[f"m.{target}"] = typed(f"m.{target}.grade")
            case BallotKind.RANKING:
                form[f"m.{target}"] = typed(f"m.{target}.place")
        if state:
            if any(value for name, value in form.items() if name == f"m.{target}" or name.startswith(f"m.{target}.")):
                st.session_state["said"] = ("error", "同一家单位既录了分，又选了弃权、不了解或作废。请照原票只留一样。")
                return
            form[f"m.{target}"] = state
    label = typed("label")
    try:
        fate = paper.enter(house().database, snapshot.sitting.key, round_id, label, form, by=who.name, at=house().clock())
    except Refused as refused:
        st.session_state["said"] = ("error", str(refused))
        return
    st.session_state["said"] = ("success" if fate in (Fate.KEYED, Fate.COUNTED) else "error", f"{label}：{_SAID[fate]}")
    for field in [one for one in st.session_state if str(one).startswith(f"{prefix}/")]:
        if isinstance(st.session_state[field], str):
            st.session_state[field] = ""  # the same form, blank for the next paper: a new one would stand beside it for a moment
    house().live.refresh()
    if fate is Fate.COUNTED:
        house().live.forget_receipts()
