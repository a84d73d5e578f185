"""纸票: what waits for a decision, side by side, and the list of all papers. Drawing only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import zip_longest

import streamlit as st

from hall.ballots import paper
from hall.ballots.paper_slips import Choice, Fate, Slip
from hall.moment.snapshot import Snapshot
from office.people import Staff
from office.prints.paper_ballots import FEWEST_SERIALS
from office.prints.paper_rows import SHORT
from pages._frame import act, house
from pages._pieces import table
from scoring.ballot import Line, State
from scoring.round import Phase

_STATES = {State.ABSTAIN: "弃权", State.DONT_KNOW: "不了解", State.SPOILED: "作废"}
_MENDED_HERE = (Fate.KEYED, Fate.COUNTED, Fate.SPOILED)


def draw_waiting(snapshot: Snapshot, waiting: Sequence[Slip], who: Staff) -> None:
    if not waiting:
        st.html('<p class="lt-note">没有要裁定的纸票。</p>')
    for one in waiting:
        _draw_one(snapshot, one, who)


def _draw_one(snapshot: Snapshot, one: Slip, who: Staff) -> None:
    prefix = f"{snapshot.sitting.key}/slip/{one.round_id}/{one.label}"
    with st.container(border=True):
        st.markdown(f"**{one.label}**　{snapshot.rule.group(one.group).name}　{_round_words(snapshot, one)}　{one.fate.words}")
        readings = {f"第{n}遍（{by}）": lines for n, (by, lines) in enumerate(zip_longest(one.keyed_by, one.readings), 1)}
        if one.fate is not Fate.DIFFERS:
            readings = {"纸票": one.taken, "手机票": one.phone} if one.phone else {"纸票": one.taken}
            if not one.phone:
                st.html('<p class="lt-note">打分还没截止，手机票的内容不显示；截止后可对照。</p>')
        _draw_readings(snapshot, readings)
        if Choice.PAPER in one.choices:
            st.html('<p class="lt-note">以哪张为准，就整张以它为准。以纸票为准时，纸票上空白的单位按废票计，'
                    '手机上给它的分不再计。</p>')
        st.text_input("裁定原因（必填，记入留痕）", key=f"{prefix}/reason", placeholder="例如：核对原票，第二遍看错一行")
        with st.container(horizontal=True):
            for choice in one.choices:
                st.button(choice.words, key=f"{prefix}/{choice.value}", on_click=partial(_decide, snapshot, one, choice, who))


def _draw_readings(snapshot: Snapshot, readings: Mapping[str, Sequence[Line]]) -> None:
    """Side by side; of a long paper only where they differ, which nobody would find among 185 lines."""
    rows = _side_by_side(snapshot, list(readings.values()))
    different = [row for row in rows if row[-1]]
    if len(readings) > 1 and different and len(rows) > SHORT:
        st.html(f'<p class="lt-note">只列不同的{len(different)}家，其余{len(rows) - len(different)}家相同。</p>')
        rows = different
    table(["单位", *readings, ""], rows)


def _side_by_side(snapshot: Snapshot, readings: Sequence[Sequence[Line]]) -> list[list[str]]:
    by_target = [{line.target: _words(snapshot, line) for line in lines} for lines in readings]
    targets = [card.key for card in snapshot.targets if any(card.key in one for one in by_target)]
    rows = []
    for key in targets:
        said = [one.get(key, "（空白）") for one in by_target]
        rows.append([snapshot.by_key[key].name, *said, "" if len(set(said)) == 1 else "■ 不同"])
    return rows


def _words(snapshot: Snapshot, line: Line) -> str:
    criteria = {one.key: one.name for one in snapshot.rule.criteria}
    grades = {one.key: one.name for one in snapshot.rule.grades}
    marks = "；".join(f"{criteria[key]} {value}" if key in criteria else grades.get(value, value)
                     for key, value in line.marks)
    return _STATES.get(line.state, marks)


def draw_all(snapshot: Snapshot, every: Sequence[Slip], who: Staff) -> None:
    """Every paper that came back; one that counts may be spoiled, one that was spoiled may be keyed anew."""
    table(["号", "评委组", "轮次", "状态", "录入", "裁定"],
          ([one.label, snapshot.rule.group(one.group).name, _round_words(snapshot, one), one.fate.words,
            "、".join(one.keyed_by), f"{one.decided_by}：{one.reason}" if one.decided_by else ""] for one in every),
          keep=(0, 3), empty="还没有收回的纸票。")
    few = {(one.round_id, one.group): count for one in every if snapshot.rule.group(one.group).secret
           and (count := sum((each.round_id, each.group) == (one.round_id, one.group) for each in every)) < FEWEST_SERIALS}
    if few:
        st.warning(f"有的轮次里无记名组只交回一两张纸票。全场若看见是谁用的纸票，录入的人就可能猜到那张是谁的；"
                   f"请尽量让同组凑满{FEWEST_SERIALS}人一起用纸票，或在手机上投。")
    phases = {one.id: one.phase for one in snapshot.rounds}
    readable = {f"{one.round_id} {one.label}": one for one in every if one.fate in _MENDED_HERE
                or (one.readings and phases.get(one.round_id) is not Phase.OPEN)}
    if not readable:
        return
    st.subheader("查看、作废、撤回一张，或重新录入")
    chosen = st.selectbox(
        "纸票", list(readable), key=f"{snapshot.sitting.key}/slip/chosen", format_func=lambda key:
        f"{readable[key].label}　{_round_words(snapshot, readable[key])}　{readable[key].fate.words}")
    one = readable[chosen]
    if one.fate is Fate.KEYED:
        st.html('<p class="lt-note">只录过一遍，还没有计入。号录错了、原票找不到，或评委已登记回避的，写明原因撤回；'
                '撤回后可以照原票重新录两遍。</p>')
    elif phases.get(one.round_id) is not Phase.OPEN:
        shown = {f"第{n}遍（{by}）": lines for n, (by, lines) in enumerate(zip_longest(one.keyed_by, one.readings), 1)}
        shown |= {"手机票": one.phone} if one.phone else {}
        _draw_readings(snapshot, shown)
    if one.fate not in _MENDED_HERE or phases.get(one.round_id) not in paper.ENTERING:
        return
    prefix = f"{snapshot.sitting.key}/slip/{one.round_id}/{one.label}"
    st.text_input("原因（必填，记入留痕）", key=f"{prefix}/reason", placeholder=(
        "例如：席位号录错，应是D06" if one.fate is Fate.KEYED else "例如：收回的票多于发出的票"))
    for choice in one.choices:
        st.button(choice.words, key=f"{prefix}/{choice.value}", on_click=partial(_decide, snapshot, one, choice, who))


def _round_words(snapshot: Snapshot, one: Slip) -> str:
    of_round = next((each for each in snapshot.rounds if each.id == one.round_id), None)
    if of_round is None:
        return ""
    first = snapshot.by_key[of_round.targets[0]].name
    void = "（已作废）" if of_round.phase is Phase.VOID else ""
    return f"第{of_round.number}轮 {first}{'' if len(of_round.targets) == 1 else f'等{len(of_round.targets)}家'}{void}"


def _decide(snapshot: Snapshot, one: Slip, choice: Choice, who: Staff) -> None:
    reason = str(st.session_state.get(f"{snapshot.sitting.key}/slip/{one.round_id}/{one.label}/reason") or "")
    if act(paper.decide, house().database, snapshot.sitting.key, one.round_id, one.label, choice, reason=reason,
           by=who.name, at=house().clock(), seen=one.fate, done=f"{one.label}：{choice.words}，已记入留痕。"):
        house().live.forget_receipts()
