"""The visitors of a look-back: their links, shown once; how far each has come; new links for lost badges. Drawing only."""

from __future__ import annotations

import os
from html import escape

import streamlit as st

from hall.moment.network import lan_address
from office.people import Staff
from office.prints import badges
from office.visits.look_back import LookBackView, add_visitors
from office.visits.visitor_sheet import link_of, visitor_sheet
from office.visits.visitors import VisitorKind, give_new_link, stop_link
from pages._download import download
from pages._frame import act, house
from pages._pieces import confirm, table

LINKS = "lookback/links"


def base_url() -> str:
    """The address under which phones reach this system."""
    here = os.environ.get("LEITAI_PUBLIC_URL") or f"http://{lan_address()}:{st.get_option('server.port')}"
    return badges.public_url(house().database, here)


def draw_links() -> None:
    """Links that were just made, in this browser session alone, until they are said to be printed."""
    made = st.session_state.get(LINKS)
    if made is None:
        return
    title, ends_on, links = made
    with st.container(border=True):
        st.warning(f"刚制发{len(links)}张走访证。链接只在这一页、这一次看得到，关掉或刷新就没有了。")
        with st.container(horizontal=True):
            download(f"下载打印页（A4，每页8张，共{-(-len(links) // 8)}页）",
                     lambda: visitor_sheet(links, title=title, ends_on=ends_on, base_url=base_url()), f"走访证_{title}.html",
                     "text/html", type="primary", key="lookback/sheet")
            st.button("已打印，从本页清除", key="lookback/forget", on_click=lambda: st.session_state.pop(LINKS, None))
        left, right = st.columns([1, 1.4], gap="large")
        by_code = {one.code: one for one in links}
        code = left.selectbox("放大一张，让走访人员的手机对着扫", list(by_code), key="lookback/show")
        left.html(f'<div class="lt-card"><div class="lt-big">{escape(code)}</div><div>{escape(by_code[code].kind.words)}</div></div>')
        left.code(link_of(by_code[code], base_url()), language=None, wrap_lines=True)
        right.image(badges.qr_svg(link_of(by_code[code], base_url())), width=320)


def draw_visitors(view: LookBackView, who: Staff, *, is_office: bool) -> None:
    table(("编号", "身份", "走访", "状态"),
          ((one.code, VisitorKind(one.kind).words, f"已写{one.answered} / {len(one.items)}项", "已停用" if one.stopped_at else "有效")
           for one in view.visitors), keep=(0, 1, 2, 3))
    if not is_office:
        return
    plan = view.plan
    left, right = st.columns(2, gap="large")
    with left:
        code = st.selectbox("补发、停用", [one.code for one in view.visitors], key="lookback/visitor")
        with st.container(horizontal=True):
            st.button("补发走访证", key="lookback/again", on_click=_again, args=(view, code, who))
            if st.button("停用", key="lookback/stop"):
                confirm(f"停用{code}的链接？已写的意见保留。", "停用", lambda: act(
                    stop_link, house().database, plan.id, code, by=who.name, at=house().clock(), done=f"{code}的链接已停用。"))
    with right:
        kind = st.selectbox("增加走访人员", list(VisitorKind), format_func=lambda one: one.words, key="lookback/add/kind")
        count = st.number_input("人数", 1, 100, 1, key="lookback/add/count")
        st.button("增加并制发", key="lookback/add", on_click=_add, args=(view, kind, int(count), who))


def _again(view: LookBackView, code: str, who: Staff) -> None:
    def again() -> None:
        link = give_new_link(house().database, view.plan.id, code, by=who.name, at=house().clock())
        st.session_state[LINKS] = (view.plan.title, view.plan.ends_on, (link,))

    act(again, done=f"{code}的旧链接已失效，新的在上面。")


def _add(view: LookBackView, kind: VisitorKind, count: int, who: Staff) -> None:
    def add() -> None:
        links = add_visitors(house().database, view.plan.id, [(kind, count)], who=who, at=house().clock())
        st.session_state[LINKS] = (view.plan.title, view.plan.ends_on, links)

    act(add, done="已制发，链接在上面，只显示这一次。")
