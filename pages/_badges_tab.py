"""会前准备: the address of phones, and badges: issued, printed, held up to a phone. Drawing only.

The links of badges live in this browser session alone, from the moment they are issued; the database has their hashes.
"""

from __future__ import annotations

from html import escape

import streamlit as st

from hall.moment.network import lan_address
from hall.moment.snapshot import Snapshot
from office.people import Staff
from office.prints import badges
from office.prints.badge_sheet import sheet
from office.prints.badges import Badge, qr_svg
from pages._download import download
from pages._frame import act, house
from pages._pieces import confirm
from scoring.round import Phase


def draw_badges(snapshot: Snapshot, who: Staff) -> None:
    key = snapshot.sitting.key
    proposal = f"http://{lan_address()}:{st.get_option('server.port')}"
    stored = badges.public_url(house().database, snapshot.public_url)
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    left.text_input("手机访问地址（印在二维码里，会场的手机要能打开）", value=stored or proposal, key="public_url")
    right.button("保存地址", on_click=_save_address, args=(who,), width="stretch",
                 type="secondary" if stored else "primary")
    if not stored:
        st.warning("还没有保存地址。上面是本机在局域网里的地址，核对后请保存，再制发胸牌。")
        return
    if not snapshot.seats:
        st.info("还没有席位，请先到“评委席位”添加。")
        return
    _draw_issue(snapshot, stored, who)
    issued: dict[str, Badge] = st.session_state.get(f"{key}/issued", {})
    if issued:
        _draw_issued(snapshot, issued)


def _draw_issue(snapshot: Snapshot, base: str, who: Staff) -> None:
    key = snapshot.sitting.key
    with_badge = [seat for seat in snapshot.seats if seat.has_badge]
    without = tuple(seat.code for seat in snapshot.seats if not seat.has_badge)
    if any(one.phase is Phase.OPEN for one in snapshot.rounds):
        st.warning("正在打分。换发后，已经投票的无记名席位那张票照常计入，本轮不能再改；其他席位用新胸牌照常打分。")
    st.html(f'<p class="lt-note">{len(snapshot.seats)}席，{len(with_badge)}席已有胸牌。制发时旧胸牌立即失效；'
            "链接只在制发后显示这一次，数据库里没有，离开前请下载或打印。</p>")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if without:
            st.button(f"制发缺的{len(without)}席", type="primary", key=f"{key}/issue/missing",
                      on_click=_issue, args=(key, without, base, who))
        if with_badge and st.button(f"全部重新制发（{len(snapshot.seats)}席）", key=f"{key}/issue/all"):
            confirm(f"重新制发全部{len(snapshot.seats)}席？{len(with_badge)}张已有的胸牌立即失效，"
                    "已经发到评委手里的都要换。", "全部重新制发", lambda: _issue(key, None, base, who))
    names = {seat.code: f"{seat.code}　{seat.name}" for seat in snapshot.seats}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox("一席（补发、换发）", list(names), format_func=names.__getitem__, key=f"{key}/issue/seat")
        if st.button("制发这一席", key=f"{key}/issue/one"):
            words = f"{names[chosen]}的旧胸牌立即失效，" if any(s.code == chosen for s in with_badge) else ""
            confirm(f"{words}给{names[chosen]}制发新胸牌？", "制发",
                    lambda: _issue(key, (chosen,), base, who))


def _draw_issued(snapshot: Snapshot, issued: dict[str, Badge]) -> None:
    key = snapshot.sitting.key
    title = f"{snapshot.sitting.title}（{snapshot.sitting.period}）"
    st.subheader(f"刚制发的{len(issued)}张", anchor=False)
    st.warning("只在这一页、这一次看得到。关掉或刷新网页就没有了，只能重新制发。")
    with st.container(horizontal=True):
        download(f"下载打印页（A4，每页8张，共{-(-len(issued) // 8)}页）", type="primary",
                 data=lambda: sheet(tuple(issued.values()), title), name=f"胸牌_{key}.html",
                 mime="text/html", on_click="ignore", key=f"{key}/sheet")
        st.button("已打印，从本页清除", key=f"{key}/forget",
                  on_click=lambda: st.session_state.pop(f"{key}/issued", None))
    names = {code: f"{code}　{one.name}" for code, one in issued.items()}
    left, right = st.columns([1, 1.4], gap="large")
    chosen = left.selectbox("放大一席，让评委的手机对着扫", list(names), format_func=names.__getitem__,
                            key=f"{key}/show")
    one = issued[chosen]
    left.html(f'<div class="lt-card"><div class="lt-big">{escape(one.seat)}</div><div>{escape(one.name)}</div>'
              f'<div class="lt-note">{escape(one.group_name)}</div></div>')
    left.code(one.link, language=None, wrap_lines=True)
    right.image(qr_svg(one.link), width=420)


def _save_address(who: Staff) -> None:
    act(badges.set_public_url, house().database, st.session_state["public_url"], by=who.name, at=house().clock(),
        done="手机访问地址已保存。已经印好的胸牌还是旧地址，需要的请重新制发。")


def _issue(key: str, codes: tuple[str, ...] | None, base: str, who: Staff) -> None:
    issued: list[Badge] = []

    def issue() -> None:
        issued.extend(badges.issue_badges(house().database, key, codes, base_url=base, by=who.name,
                                          at=house().clock()))

    if act(issue, done="胸牌已制发，旧胸牌已失效。请现在下载打印。"):
        kept = {} if codes is None else st.session_state.get(f"{key}/issued", {})
        st.session_state[f"{key}/issued"] = {**kept, **{one.seat: one for one in issued}}
        st.session_state[f"{key}/show"] = issued[0].seat
