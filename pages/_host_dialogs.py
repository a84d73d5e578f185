"""The console's dialogs: publish, void, order, stage, seats. Each is opened by the page, and acts through callbacks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

import streamlit as st

from hall import console, results, rounds, wall
from hall.live import SeatInHall, Snapshot
from hall.results import Check
from office import badges, sittings
from office.badges import Badge, qr_svg
from pages._frame import act, house, person, say_what_happened

Do = Callable[..., None]
NAMES = {"stage": "换人上台／大屏", "void": "作废重投", "order": "换序／抽签", "seats": "签到与胸牌", "correct": "更正成绩"}


def open_dialog(name: str, snapshot: Snapshot, do: Do, checklist: Callable[[], Sequence[Check]]) -> None:
    """Open one by name; anything unknown opens nothing."""
    if name in ("publish", "correct"):
        publish(snapshot, do, checklist())
    elif name == "void":
        void(snapshot, do)
    elif name == "order":
        order(snapshot, do)
    elif name == "stage":
        stage(snapshot, do)
    elif name == "seats":
        st.session_state.pop("seats/issued", None)
        seats(snapshot, do)


@st.dialog("公布成绩", width="medium")
def publish(snapshot: Snapshot, do: Do, checks: Sequence[Check]) -> None:
    lines = "".join(
        f'<div style="margin:.35rem 0"><span style="color:{tone}">{mark}</span>　{escape(one.words)}</div>'
        for one in checks
        for mark, tone in [("● 通过", "#1E7F4F") if one.ok else
                           ("■ 不能公布", "#B3261E") if one.blocking else ("▲ 请留意", "#8A5A12")])
    st.html(lines)
    if any(not one.ok and one.blocking for one in checks):
        st.write("请先处理标■的各项，再公布。")
        return
    warned = any(not one.ok for one in checks)
    accepted = st.checkbox("已知悉标▲的各项，仍然公布", key="publish/accept") if warned else True
    reason = st.text_input("更正原因（随新版一起公布）", key="publish/reason") if snapshot.published else ""
    st.write(f"公布后另成第{snapshot.published + 1}版，旧版留存；旧版的加扣分先冲销，再按新版记入台账。" if snapshot.published
             else "公布后：成绩定版，加扣分记入台账，承诺列入清单，大屏显示排名。")
    if st.button(f"确认公布第{snapshot.published + 1}版" if snapshot.published else "确认公布", type="primary",
                 disabled=not accepted or bool(snapshot.published and not reason.strip()), key="publish/yes",
                 on_click=lambda: do(results.publish, reason=st.session_state.get("publish/reason", ""),
                                     despite_warnings=bool(st.session_state.get("publish/accept")),
                                     done="成绩已公布。")):
        st.rerun()


@st.dialog("作废重投")
def void(snapshot: Snapshot, do: Do) -> None:
    choices = dict(console.voidable(snapshot))
    if not choices:
        st.write("没有可以作废的打分。已公布的成绩不能作废，要更正请另出一版。")
        return
    st.write("作废的票会留存，但不计数；这一家可以重新打分。")
    st.selectbox("哪一轮", list(choices), format_func=choices.__getitem__, key="void/round")
    reason = st.text_input("原因", placeholder="例如：网络故障，重新打分", key="void/reason")

    def void_it() -> None:
        do(rounds.void_round, st.session_state["void/round"], reason=st.session_state["void/reason"],
           done="这一轮已作废，可以重新打分。")
        house().live.forget_receipts()

    if st.button("作废这一轮", type="primary", disabled=not reason.strip(), key="void/yes", on_click=void_it):
        st.rerun()


@st.dialog("换序／抽签", width="medium")
def order(snapshot: Snapshot, do: Do) -> None:
    now = house().live.at(snapshot.sitting.key) or snapshot
    say_what_happened()
    by_lot, by_hand = st.tabs(["抽签", "手动"])
    with by_lot:
        if now.rounds:
            st.write("已经开始打分，不能重新抽签；可以手动调整还没上场的单位。")
        else:
            st.write("请一位在场代表报一串数字作种子。同一个种子、同一份名单，任何人都能重抽出同样的次序，种子记入留痕。")
            seed = st.text_input("种子", key="order/seed", placeholder="例如：20190423")
            st.button("抽签定序", type="primary", key="order/draw", disabled=not seed.strip(), on_click=lambda: do(
                rounds.draw_order, st.session_state["order/seed"], done="次序已按抽签排定。"))
            if now.sitting.draw_seed:
                st.write(f"现在的次序是抽签排定的，种子：{now.sitting.draw_seed}")
    with by_hand:
        voting = console.open_round_of(now) is not None
        if voting:
            st.write("正在打分，截止后再换序。")
        names = {one.key: one.name for one in now.targets}
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
        do(rounds.set_order, console.moved(tuple(one.key for one in now.targets), st.session_state["order/which"], by))


@st.dialog("换人上台／大屏")
def stage(snapshot: Snapshot, do: Do) -> None:
    called = dict(console.may_be_called(snapshot))
    if called:
        st.selectbox("请哪一家上台", list(called), format_func=called.__getitem__, key="stage/who")
        if st.button("请上台", type="primary", key="stage/call",
                     on_click=lambda: do(rounds.show, "target", st.session_state["stage/who"])):
            st.rerun()
    st.divider()
    st.write(f"大屏现在显示：{console.on_screen(snapshot)}。改为显示：")
    left, right = st.columns(2)
    if left.button("议程", width="stretch", key="stage/agenda", on_click=lambda: do(rounds.show, "agenda", None)):
        st.rerun()
    if right.button("排名", width="stretch", disabled=not snapshot.published, key="stage/ranking",
                    help=None if snapshot.published else "公布成绩后才能显示排名",
                    on_click=lambda: do(rounds.show, "ranking", None)):
        st.rerun()


@st.dialog("签到与胸牌", width="medium")
def seats(snapshot: Snapshot, do: Do) -> None:
    words = st.text_input("查席位：编号、姓名或职务、组名", key="seats/words")
    say_what_happened()
    now = house().live.at(snapshot.sitting.key) or snapshot
    found = console.found_seats(now, words)
    if words and not found:
        st.write("没有这样的席位。")
    issued: Badge | None = st.session_state.get("seats/issued")
    for seat in found:
        _seat(seat, now, do)
        if issued is not None and seat.code == issued.seat:
            left, right = st.columns([1, 1.2])
            left.write("请这一席的手机扫右边的码。只显示这一次；旧胸牌已停用。")
            if wall.phone_address(now.public_url, st.context.url) is None:
                left.warning("手机打不开这台电脑自己的地址，请先在“会前准备”填写手机访问地址。")
            right.image(qr_svg(issued.link), width=280)


def _seat(seat: SeatInHall, snapshot: Snapshot, do: Do) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        present = "● 已签到" if seat.checked_in else "○ 未签到"
        st.write(f"**{seat.code}**　{seat.name}　{snapshot.rule.group(seat.group).name}　{present}")
        st.button("取消签到" if seat.checked_in else "签到", key=f"seats/in/{seat.code}", on_click=lambda: do(
            sittings.check_in, seat.code, not seat.checked_in))
        if not seat.has_badge:
            st.button("制发胸牌", key=f"seats/badge/{seat.code}", on_click=_new_badge, args=(snapshot, seat.code))
            return
        asked = st.session_state.get("seats/ask") == seat.code
        if not asked:
            st.button("换发胸牌", key=f"seats/ask/{seat.code}",
                      on_click=lambda: st.session_state.update({"seats/ask": seat.code}))
    if asked:
        kept = snapshot.rule.group(seat.group).secret
        st.warning("换发后，原来的胸牌立即停用。" + ("若已投了这一轮，那张票照算，新胸牌从下一轮起打分。" if kept else ""))
        with st.container(horizontal=True):
            st.button("确认换发", key=f"seats/badge/{seat.code}", on_click=_new_badge, args=(snapshot, seat.code))
            st.button("不换", key=f"seats/keep/{seat.code}", on_click=lambda: st.session_state.pop("seats/ask", None))


def _new_badge(snapshot: Snapshot, code: str) -> None:
    st.session_state.pop("seats/ask", None)
    who = person()
    base = wall.phone_address(snapshot.public_url, st.context.url) or str(st.context.url or "").split("/host")[0]

    def issue() -> None:
        st.session_state["seats/issued"] = badges.issue_badges(
            house().database, snapshot.sitting.key, (code,), base_url=base, by=who.name if who else "",
            at=house().clock())[0]

    act(issue)
