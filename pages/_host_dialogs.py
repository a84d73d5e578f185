"""The console's dialogs: publish, void, order, stage, seats. Each is opened by the page, and acts through callbacks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from html import escape

import streamlit as st

from hall.moment import turn
from hall.moment.moves import id_of
from hall.moment.snapshot import Snapshot
from hall.outcome.results import Check
from hall.stage import choices, console, rounds, segments
from pages import _agenda_moves, _at_seat, _comments, _questions, _signing
from pages._apart import apart
from pages._frame import house, person, say_what_happened

Do = Callable[..., None]
_HEARD = timedelta(seconds=8)
NAMES = {"stage": "换人上台／大屏", "void": "作废重投", "order": "换序／抽签", "bend": "延期／代发言／单列",
         "seats": "签到／胸牌／换人／回避",
         "correct": "更正成绩"}


def open_dialog(name: str, snapshot: Snapshot, do: Do, checklist: Callable[[], Sequence[Check]]) -> None:
    """Open one by name; anything unknown opens nothing."""
    if name in ("publish", "correct"):
        st.session_state.pop(_signing.OVER, None)
        publish(snapshot, do, checklist())
    elif name == "void":
        void(snapshot, do)
    elif name == "order":
        order(snapshot, do)
    elif name == "questions":
        questions(snapshot, do)
    elif name == "comments":
        comments(snapshot, do)
    elif name == "bend":
        bend(snapshot, do)
    elif name == "stage":
        stage(snapshot, do)
    elif name == "seats":
        st.session_state.pop(_at_seat.ISSUED, None)
        seats(snapshot)


@st.dialog("公布成绩", width="medium")
def publish(snapshot: Snapshot, do: Do, checks: Sequence[Check]) -> None:
    _signing.draw_publish(snapshot, do, checks)


@st.dialog("作废重投")
def void(snapshot: Snapshot, do: Do) -> None:
    may_be = dict(choices.voidable(snapshot))
    if not may_be:
        st.write("没有可以作废的打分。")
        return
    st.write("作废的票会留存，但不计数；这一家可以重新打分。")
    if snapshot.published:
        st.write(f"已公布的第{snapshot.published}版原样留存，到公布更正的一版为止仍以它为准。")
    st.selectbox("哪一轮", list(may_be), format_func=may_be.__getitem__, key="void/round")
    reason = st.text_input("原因", placeholder="例如：网络故障，重新打分", key="void/reason")

    def void_it() -> None:
        do(rounds.void_round, st.session_state["void/round"], reason=st.session_state["void/reason"],
           done="这一轮已作废，可以重新打分。")
        house().live.forget_receipts()

    if st.button("作废这一轮", type="primary", key="void/yes", on_click=void_it):
        if reason.strip():
            st.rerun()
        st.warning("作废要写明原因，例如：设备故障，重新打分。")


@st.dialog("换序／抽签", width="medium")
def order(snapshot: Snapshot, do: Do) -> None:
    now = house().live.at(snapshot.sitting.key) or snapshot
    say_what_happened()
    by_lot, by_hand = st.tabs(["抽签", "手动"], default="手动" if now.begun else "抽签")
    with by_lot:
        if now.begun:
            st.write("已经开始打分，不能重新抽签；可以手动调整还没上场的单位。")
        else:
            st.write("请一位在场代表报一串数字作种子。同一个种子、同一份名单，任何人都能重抽出同样的次序，种子记入留痕。")
            seed = st.text_input("种子", key="order/seed", placeholder="例如：20190423")
            st.button("抽签定序", type="primary", key="order/draw", disabled=not seed.strip(), on_click=lambda: do(
                rounds.draw_order, st.session_state["order/seed"], done="次序已按抽签排定。"))
            if now.sitting.draw_seed:
                st.write(f"现在的次序是抽签排定的，种子：{now.sitting.draw_seed}")
    with by_hand:
        voting = turn.open_round_of(now) is not None
        if voting:
            st.write("正在打分，截止后再换序。")
        names = apart({one.key: one.name for one in now.targets}, {one.key: one.key for one in now.targets})
        st.selectbox("移动哪一家", list(names), format_func=names.__getitem__, key="order/which")
        up, down = st.columns(2)
        for column, words, by in ((up, "▲ 上移一位", -1), (down, "▼ 下移一位", 1)):
            column.button(words, width="stretch", key=f"order/{by}", disabled=voting,
                          on_click=_move, args=(now.sitting.key, by, do))
    st.html('<ol style="columns:2;margin:0">' + "".join(
        f'<li style="break-inside:avoid">{escape(one.name)}</li>' for one in now.targets) + "</ol>")


def _move(sitting: str, by: int, do: Do) -> None:
    now = house().live.at(sitting)
    if now is not None:
        do(rounds.set_order, choices.moved(tuple(one.key for one in now.targets), st.session_state["order/which"], by))


@st.dialog("现场提问", width="large", on_dismiss="rerun")
def questions(snapshot: Snapshot, do: Do) -> None:
    _talk(_questions.draw, snapshot, do)


@st.dialog("点评", width="large", on_dismiss="rerun")
def comments(snapshot: Snapshot, do: Do) -> None:
    _talk(_comments.draw, snapshot, do)


@st.fragment(run_every="2s")
def _talk(draw: Callable[..., None], snapshot: Snapshot, do: Do) -> None:
    """As it is by now, of whoever is on stage: what phones ask and clerks write comes in while the host looks. What a press
    did is said inside the dialog, and stays for a while. Whoever closes the dialog ends the redrawing (`on_dismiss`)."""
    who, now, at = person(), house().live.at(snapshot.sitting.key), house().clock()
    said = st.session_state.get("said")
    if said is not None:
        st.session_state["talk/heard"] = (said, at + _HEARD)
    heard, until = st.session_state.get("talk/heard", (None, at))
    if said is None and heard is not None and at < until:
        st.session_state["said"] = heard
    if who is not None and now is not None:
        say_what_happened()
        draw(now, now.sitting.key, who, do, turn.on_stage(now))


@st.dialog("延期、代为发言、单列", width="medium")
def bend(snapshot: Snapshot, do: Do) -> None:
    who = person()
    if who is not None:
        _agenda_moves.draw(snapshot, snapshot.sitting.key, who, do)


@st.dialog("换人上台／大屏")
def stage(snapshot: Snapshot, do: Do) -> None:
    seen = id_of(snapshot.last_move)
    called = apart(dict(choices.may_be_called(snapshot)))
    if called:
        st.selectbox("请哪一家上台", list(called), format_func=called.__getitem__, key="stage/who")
        if st.button("请上台", type="primary", key="stage/call",
                     on_click=lambda: do(segments.call_up, st.session_state["stage/who"], seen=seen)):
            st.rerun()
    st.divider()
    st.write(f"大屏现在显示：{console.on_screen(snapshot)}。改为显示：")
    left, right = st.columns(2)
    if left.button("议程", width="stretch", key="stage/agenda", on_click=lambda: do(segments.show, "agenda", seen=seen)):
        st.rerun()
    if right.button("排名", width="stretch", disabled=not snapshot.published, key="stage/ranking",
                    help=None if snapshot.published else "公布成绩后才能显示排名",
                    on_click=lambda: do(segments.show, "ranking", seen=seen)):
        st.rerun()


@st.dialog("签到、胸牌、换人、回避", width="medium")
def seats(snapshot: Snapshot) -> None:
    who = person()
    if who is not None:
        _at_seat.draw(snapshot, who)
