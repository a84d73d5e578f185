"""The console's dialogs: publish, void, order, stage, seats. Each is opened from the page, never from a beating fragment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

import streamlit as st

from hall import console, results, rounds
from hall.live import SeatInHall, Snapshot
from hall.results import Check
from office import badges, sittings
from office.badges import Badge, qr_svg
from pages._frame import act, house, person

Do = Callable[..., None]
NAMES = {"stage": "换人上台／大屏", "void": "作废重投", "order": "换序／抽签", "seats": "席位与胸牌"}


def open_dialog(name: str, snapshot: Snapshot, do: Do, checklist: Callable[[], Sequence[Check]]) -> None:
    """Open one by name; anything unknown opens nothing."""
    if name == "publish":
        publish(snapshot, do, checklist())
    elif name == "void":
        void(snapshot, do)
    elif name == "order":
        order(snapshot, do)
    elif name == "stage":
        stage(snapshot, do)
    elif name == "seats":
        seats(snapshot, do)


@st.dialog("公布成绩", width="large")
def publish(snapshot: Snapshot, do: Do, checks: Sequence[Check]) -> None:
    lines = "".join(
        f'<div style="margin:.35rem 0;color:{tone}">{mark} {escape(one.words)}</div>'
        for one in checks
        for mark, tone in [("● 通过", "#1E7F4F") if one.ok else
                           ("■ 不能公布", "#B3261E") if one.blocking else ("▲ 请留意", "#8A5A12")])
    st.html(lines)
    if any(not one.ok and one.blocking for one in checks):
        st.write("请先处理标■的各项，再公布。")
        return
    warned = any(not one.ok for one in checks)
    accepted = not warned or st.checkbox("已知悉标▲的各项，仍然公布", key="publish/accept")
    reason = st.text_input("更正原因（随新版一起公布）", key="publish/reason") if snapshot.published else ""
    st.write("公布后：成绩定版，加扣分记入台账，承诺列入清单，大屏显示排名。")
    if st.button(f"确认公布第{snapshot.published + 1}版" if snapshot.published else "确认公布", type="primary",
                 disabled=not accepted or bool(snapshot.published and not reason.strip()), key="publish/yes",
                 on_click=lambda: do(results.publish, reason=st.session_state.get("publish/reason", ""),
                                     despite_warnings=warned, done="成绩已公布。")):
        st.rerun()


@st.dialog("作废重投")
def void(snapshot: Snapshot, do: Do) -> None:
    choices = dict(console.voidable(snapshot))
    if not choices:
        st.write("没有可以作废的打分。")
        return
    st.write("作废的票会留存，但不计数；这一家可以重新打分。")
    chosen = st.selectbox("哪一轮", list(choices), format_func=choices.__getitem__, key="void/round")
    reason = st.text_input("原因", placeholder="例如：网络故障，重新打分", key="void/reason")
    if st.button("作废这一轮", type="primary", disabled=not reason.strip(), key="void/yes",
                 on_click=lambda: do(rounds.void_round, chosen, reason=st.session_state["void/reason"],
                                     done="这一轮已作废，可以重新打分。")):
        st.rerun()


@st.dialog("换序／抽签", width="large")
def order(snapshot: Snapshot, do: Do) -> None:
    by_lot, by_hand = st.tabs(["抽签", "手动"])
    with by_lot:
        if snapshot.rounds:
            st.write("已经开始打分，不能重新抽签；可以手动调整还没上场的单位。")
        else:
            st.write("请一位在场代表报一串数字作种子。同一个种子、同一份名单，任何人都能重抽出同样的次序，种子记入留痕。")
            st.text_input("种子", key="order/seed", placeholder="例如：20190423")
            st.button("抽签定序", type="primary", key="order/draw", on_click=lambda: do(
                rounds.draw_order, st.session_state["order/seed"], done="次序已按抽签排定。"))
    with by_hand:
        keys = tuple(one.key for one in snapshot.targets)
        names = {one.key: f"{one.position} {one.name}" for one in snapshot.targets}
        chosen = st.selectbox("移动哪一家", keys, format_func=names.__getitem__, key="order/which")
        up, down = st.columns(2)
        for column, words, by in ((up, "▲ 上移一位", -1), (down, "▼ 下移一位", 1)):
            column.button(words, width="stretch", key=f"order/{by}",
                          on_click=lambda by=by: do(rounds.set_order, console.moved(_keys(snapshot), chosen, by)))
        now = house().live.at(snapshot.sitting.key) or snapshot
        st.html("<ol>" + "".join(f"<li>{escape(one.name)}</li>" for one in now.targets) + "</ol>")


@st.dialog("换人上台／大屏")
def stage(snapshot: Snapshot, do: Do) -> None:
    called = dict(console.may_be_called(snapshot))
    chosen = st.selectbox("请哪一家上台", list(called), format_func=called.__getitem__, key="stage/who")
    if st.button("请上台", type="primary", key="stage/call", on_click=lambda: do(rounds.show, "target", chosen)):
        st.rerun()
    st.divider()
    st.write("大屏改为显示")
    left, right = st.columns(2)
    if left.button("议程", width="stretch", key="stage/agenda", on_click=lambda: do(rounds.show, "agenda", None)):
        st.rerun()
    if right.button("排名", width="stretch", disabled=not snapshot.published, key="stage/ranking",
                    help=None if snapshot.published else "公布成绩后才能显示排名",
                    on_click=lambda: do(rounds.show, "ranking", None)):
        st.rerun()


@st.dialog("席位与胸牌", width="large")
def seats(snapshot: Snapshot, do: Do) -> None:
    words = st.text_input("查席位：编号、姓名或职务、组名", key="seats/words")
    now = house().live.at(snapshot.sitting.key) or snapshot
    found = console.found_seats(now, words)
    if words and not found:
        st.write("没有这样的席位。")
    for seat in found:
        _seat(seat, now, do)
    issued: Badge | None = st.session_state.get("seats/issued")
    if issued is not None and any(seat.code == issued.seat for seat in found):
        left, right = st.columns([1, 1.2])
        left.write(f"请{issued.name or issued.seat}的手机扫这个码。只在这里显示这一次，旧胸牌已停用。")
        right.image(qr_svg(issued.link), width=320)


def _seat(seat: SeatInHall, snapshot: Snapshot, do: Do) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.write(f"**{seat.code}**　{seat.name}　{snapshot.rule.group(seat.group).name}")
        st.button("取消签到" if seat.checked_in else "签到", key=f"seats/in/{seat.code}", on_click=lambda: do(
            sittings.check_in, seat.code, not seat.checked_in))
        st.button("换发胸牌（旧的立即停用）" if seat.has_badge else "制发胸牌", key=f"seats/badge/{seat.code}",
                  on_click=_new_badge, args=(snapshot, seat.code))


def _new_badge(snapshot: Snapshot, code: str) -> None:
    who = person()
    base = snapshot.public_url or str(st.context.url or "").split("/host")[0]

    def issue() -> None:
        st.session_state["seats/issued"] = badges.issue_badges(
            house().database, snapshot.sitting.key, (code,), base_url=base, by=who.name if who else "",
            at=house().clock())[0]

    act(issue)


def _keys(snapshot: Snapshot) -> tuple[str, ...]:
    now = house().live.at(snapshot.sitting.key) or snapshot
    return tuple(one.key for one in now.targets)
