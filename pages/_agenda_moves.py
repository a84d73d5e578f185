"""What the host does to one unit of the agenda: put off, taken back, spoken for, listed apart, moved. Each says what it
means before it is done; the reason goes into the record."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import streamlit as st

from hall.moment import turn
from hall.moment.snapshot import Snapshot, TargetCard
from hall.stage import agenda
from hall.stage.supplement import Panel
from office.people import Staff
from pages._frame import house, say_what_happened
from scoring.round import Phase

Do = Callable[..., None]
PUT_OFF, BACK, INSTEAD, APART, RANKED, MOVE = "延到补场", "收回延期", "代为发言", "只打分不排名", "恢复参加排名", "移到别处"


def draw(snapshot: Snapshot, key: str, who: Staff, do: Do) -> None:
    """The unit, what may be done with it now, and the form of that. `who` signs: his name is on every line."""
    now = house().live.at(key) or snapshot
    say_what_happened()
    names = {one.key: f"{one.position}　{one.name}{_state(one)}" for one in now.targets}
    here = turn.on_stage(now)
    chosen = st.selectbox("哪一家", sorted(names, key=lambda one: one != here), format_func=names.__getitem__, key="bend/who")
    card = now.target(chosen)
    if card is None:
        return
    moves = _possible(now, card)
    doing = st.radio("怎么办", moves, horizontal=True, key=f"bend/{card.key}/{'-'.join(moves)}")

    def sure(action: Callable[..., object], *args: object, **kwargs: object) -> None:
        """A form that was drawn for another unit than the one chosen meanwhile does nothing."""
        if st.session_state["bend/who"] != card.key:
            st.session_state["said"] = ("error", f"您换了单位，而窗口里还是{card.name}，什么也没有做。请看清后再按一次。")
            return
        do(action, *args, **kwargs)

    _FORMS[doing](now, card, sure)
    if words := _why_not_put_off(now, card):
        st.html(f'<p class="lt-note">{escape(words)}</p>')
    st.html(f'<p class="lt-note">已经交上来的票都不动，别家的得分不变。以{who.name}的名义记入留痕。</p>')


def _possible(now: Snapshot, card: TargetCard) -> list[str]:
    found = now.round_of(card.key)
    if card.postponed:
        return [BACK]
    is_scored = found is not None and found.void_reason is None
    return [*([] if is_scored or now.published else [PUT_OFF]), INSTEAD,
            *([] if now.published else [APART if card.ranked else RANKED]), MOVE]


def _why_not_put_off(now: Snapshot, card: TargetCard) -> str:
    """Why one of the ways is not offered, and what leads to it."""
    found = now.round_of(card.key)
    if now.published and not card.postponed:
        return "成绩已公布，不能再延到补场，也不能再改是否排名。"
    if card.postponed or found is None or found.void_reason is not None:
        return ""
    return f"{card.name}{'正在打分' if found.phase is Phase.OPEN else '已经打过分'}，不能延到补场。要延期请先用“作废重投”作废那一轮。"


def _state(card: TargetCard) -> str:
    said = ["延到补场"] if card.postponed else ["只打分不排名"] if not card.ranked else []
    return "".join(f"（{one}）" for one in [*said, *([f"{card.substitute}代为发言"] if card.substitute else [])])


def _postpone(now: Snapshot, card: TargetCard, do: Do) -> None:
    st.write(agenda.postpone_words(now, card))
    st.text_input("原因", key="bend/why", placeholder="例如：主要负责人在外地抢险")
    groups = {one.key: one.name for one in now.rule.groups}
    st.multiselect("补场来哪些评委组（席位照搬，胸牌另发）", list(groups), default=list(groups), format_func=groups.__getitem__,
                   key="bend/groups")
    if words := agenda.panel_words(now, st.session_state["bend/groups"]):
        st.warning(words)
    day, place = st.columns(2)
    day.date_input("补场日期", value=now.sitting.held_on, key="bend/day")
    place.text_input("补场地点", value=now.sitting.place, key="bend/place")
    st.button(PUT_OFF, type="primary", key="bend/do", on_click=lambda: do(
        agenda.postpone, card.key, reason=st.session_state["bend/why"],
        panel=Panel(groups=tuple(st.session_state["bend/groups"]), held_on=st.session_state["bend/day"],
                    place=st.session_state["bend/place"]),
        done=f"{card.name}已延到补场，补场在“会前准备”里：查席位、发胸牌。"))


def _take_back(_now: Snapshot, card: TargetCard, do: Do) -> None:
    st.write(f"{card.name}延到补场的原因：{card.postponed}。收回以后在本场打分，并从补场的议程里去掉；"
             "在补场填报、登记的带回本场。")
    st.button(BACK, type="primary", key="bend/do", on_click=lambda: do(
        agenda.take_back, card.key, done=f"{card.name}已收回本场。"))


def _instead(_now: Snapshot, card: TargetCard, do: Do) -> None:
    said = f"现在登记的是{card.substitute}代为发言。" if card.substitute else f"汇报人是{card.presenter or '（没有写）'}。"
    st.write(f"{said}代为发言只记录、在大屏和手机上写明，不扣分。")
    st.text_input("谁代为发言（只写职务）", key="bend/role", placeholder="例如：常务副县长")
    left, right = st.columns(2)
    left.button("登记代为发言", type="primary", key="bend/do", on_click=lambda: do(
        agenda.substitute, card.key, st.session_state["bend/role"], done=f"{card.name}已登记代为发言。"))
    if card.substitute:
        right.button("撤销，仍由汇报人发言", key="bend/undo", on_click=lambda: do(
            agenda.substitute, card.key, "", done=f"{card.name}仍由{card.presenter or '汇报人'}发言。"))


def _apart(now: Snapshot, card: TargetCard, do: Do) -> None:
    st.warning(agenda.apart_words(now, card))
    st.text_input("原因", key="bend/why", placeholder="例如：本季度刚成立，基数不可比")
    st.button(f"{card.name}{APART}", type="primary", key="bend/do", on_click=lambda: do(
        agenda.list_apart, card.key, reason=st.session_state["bend/why"], done=f"{card.name}{APART}。"))


def _ranked(_now: Snapshot, card: TargetCard, do: Do) -> None:
    st.warning(f"{card.name}将和同组的单位一起排名次、记考绩分，别家的名次可能因此变动，得分不变。")
    st.text_input("原因", key="bend/why", placeholder="例如：补场单位按同一办法排名")
    st.button(RANKED, type="primary", key="bend/do", on_click=lambda: do(
        agenda.rank_again, card.key, reason=st.session_state["bend/why"], done=f"{card.name}参加排名。"))


def _move(now: Snapshot, card: TargetCard, do: Do) -> None:
    places = {"": "排到最前"} | {one.key: f"排在{one.name}之后" for one in now.targets if one is not card}
    st.selectbox("排到哪里", list(places), format_func=places.__getitem__, key="bend/after")
    st.button("移过去", type="primary", key="bend/do", on_click=lambda: do(
        agenda.move, card.key, after=st.session_state["bend/after"] or None, done=f"{card.name}已换位置。"))


_FORMS: dict[str, Callable[[Snapshot, TargetCard, Do], None]] = {
    PUT_OFF: _postpone, BACK: _take_back, INSTEAD: _instead, APART: _apart, RANKED: _ranked, MOVE: _move}
