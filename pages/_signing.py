"""Three hands under a result: the publish dialog's inside, the confirming on the results page, the terms, the paper."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

import streamlit as st

from hall.moment.snapshot import Snapshot
from hall.outcome import results, signing
from hall.outcome.board import Board
from hall.outcome.checklist import Check
from hall.outcome.signature import signature_docx
from hall.outcome.signing import CONFIRMING, LONGEST_WINDOW, Hands, Signing
from hall.outcome.standings import board
from office.local_time import minute
from office.people import Role, Staff
from office.prints.signature_page import DOCX
from pages import _ranking
from pages._download import download
from pages._frame import act, house

Do = Callable[..., None]
OVER = "publish/over"  # a key of the dialog was pressed: what it would draw now is another step, so it closes
_MAY_PROPOSE = {Role.HOST, Role.CLERK, Role.ADMINISTRATOR}


def draw_publish(snapshot: Snapshot, do: Do, checks: Sequence[Check]) -> None:
    """The publish dialog: the checklist, then propose, or wait for the others, or publish."""
    if st.session_state.pop(OVER, False):
        st.rerun()
    st.html("".join(
        f'<div style="margin:.35rem 0"><span style="color:{tone}">{mark}</span>　{escape(one.words)}</div>'
        for one in checks
        for mark, tone in [("● 通过", "#1E7F4F") if one.ok else
                           ("■ 不能公布", "#B3261E") if one.blocking else ("▲ 请留意", "#8A5A12")]))
    if any(not one.ok and one.blocking for one in checks):
        st.write("请先处理标■的各项，再公布。")
        return
    now = signing.signing_of(house().database, snapshot.sitting.key)
    if hands := _hands(now):
        st.html(hands)
    if now.needed and now.in_force is None:
        _propose_here(now, do)
        return
    _publish_here(snapshot, now, do, warned=any(not one.ok for one in checks))


def _propose_here(now: Signing, do: Do) -> None:
    if now.number > 1:
        st.text_input("更正原因（随新版一起公布）", key="publish/reason")
    st.write("这一场要三方确认：先提请计票员、监督员核对，他们在自己的登录下到“成绩”页确认，再由主持人公布。")
    st.button("提请计票员、监督员确认", type="primary", key="publish/propose",
              on_click=lambda: _and_close(do, signing.propose, reason=st.session_state.get("publish/reason", ""),
                                          done="已提请确认。计票员、监督员都确认后，再按“公布成绩”。"))


def _publish_here(snapshot: Snapshot, now: Signing, do: Do, *, warned: bool) -> None:
    accepted = st.checkbox("已知悉标▲的各项，仍然公布", key="publish/accept") if warned else True
    if snapshot.published and (now.in_force is None or not now.needed):
        st.text_input("更正原因（随新版一起公布）", key="publish/reason")
    st.write(f"公布后另成第{snapshot.published + 1}版，旧版留存；旧版的加扣分先冲销，再按新版记入台账。" if snapshot.published
             else "公布后：成绩定版，加扣分记入台账，承诺列入清单，大屏等您逐步揭晓；揭晓完毕后公开看板和单位才看得到。")
    if now.missing:
        st.html(f'<p class="lt-note">还差{"、".join(role.words for role in now.missing)}：请他们在自己的登录下，到“成绩”页核对并确认。'
                "主持台右上显示 ✓ 后再公布。</p>")
        st.button("看最新", key="publish/again")
    st.button(f"确认公布第{snapshot.published + 1}版" if snapshot.published else "确认公布", type="primary",
              disabled=bool(now.missing) or not accepted,
              key="publish/yes",
              on_click=lambda: _and_close(
                  do, results.publish, despite_warnings=bool(st.session_state.get("publish/accept")),
                  reason="" if now.needed else st.session_state.get("publish/reason", ""), done="成绩已公布。"))


def _and_close(do: Do, action: Callable[..., object], **options: object) -> None:
    st.session_state[OVER] = True
    do(action, **options)


def show(key: str, who: Staff, shown: Board) -> None:
    """On the results page, for the people of the hall: propose, confirm, and what has been confirmed."""
    now = signing.signing_of(house().database, key)
    if not now.needed:
        return
    if now.proposal is not None:
        with st.container(border=True):
            st.html(f'<b>公布前确认：第{now.number}版</b>{_hands(now)}')
            if now.in_force is not None:
                _confirm_here(key, who, now)
    if now.in_force is None and who.roles & _MAY_PROPOSE and not _blocked(key):
        with st.expander(f"提请确认第{now.number}版", expanded=now.number == 1):
            if now.number > 1:
                st.text_input("更正原因", key="signing/reason")
            st.button("提请计票员、监督员确认", key="signing/propose", on_click=_propose, args=(key, who))


def _confirm_here(key: str, who: Staff, now: Signing) -> None:
    """What is confirmed, and a key for each role of this person that is still missing."""
    proposal = now.in_force
    assert proposal is not None
    if now.number > 1:
        to_come = board(house().database, key, who, draft=True)
        if to_come is not None:
            st.html(f'<p class="lt-facts">第{now.number}版将是：</p>{_ranking.table(to_come, key)}')
    st.html(f'<p class="lt-facts">确认的是：办法 <code>{proposal.rule_sha256[:8]}</code>，选票 '
            f'<code>{proposal.ballots_sha256[:8]}</code>，成绩 <code>{proposal.result_sha256[:8]}</code>。'
            "此后任何一项变动，确认自动作废。</p>")
    with st.container(horizontal=True):
        for role in now.missing:
            if role in who.roles and who.name not in {one.by for one in proposal.confirmations}:
                st.button(f"以{role.words}身份确认第{now.number}版", type="primary", key=f"signing/{role.value}",
                          on_click=_confirm, args=(key, proposal.id, role, who))
        download("打印成绩确认单（待公布，Word）", lambda: signature_docx(house().database, key, who),
                 f"{key}_成绩确认单_待公布.docx", DOCX, on_click="ignore", icon=":material/print:",
                 key="signing/paper")


def draw_paper(key: str, who: Staff, shown: Board) -> None:
    """The signature page of the version that is shown."""
    if shown.version is None:
        return
    number = shown.version.number
    download("下载成绩确认单（Word，打印签字）", lambda: signature_docx(house().database, key, who, number),
             f"{key}_成绩确认单_第{number}版.docx", DOCX, on_click="ignore", icon=":material/print:",
             key="signing/page")


def draw_terms(key: str, who: Staff, *, begun: bool) -> None:
    """Who has to confirm, and how long objections are taken: set before the first ballot."""
    now = signing.signing_of(house().database, key)
    st.subheader("公布与异议", anchor=False)
    if begun:
        hours = now.terms.objection_hours
        st.html(f'<p class="lt-note">公布方式：{Hands(now.terms.hands).words}；异议期：'
                f'{f"公布后{hours}小时" if hours else "不受理"}。已经开始打分，不能再改。</p>')
        return
    with st.form(f"terms/{key}", border=False):
        left, right = st.columns(2)
        ways = list(Hands)
        left.selectbox("谁确认后才能公布", ways, index=ways.index(Hands(now.terms.hands)),
                       format_func=lambda one: one.words, key=f"terms/{key}/hands")
        right.number_input("异议期（公布后多少小时，0为不受理）", 0, LONGEST_WINDOW, now.terms.objection_hours, 1,
                           key=f"terms/{key}/hours")
        st.form_submit_button("保存公布与异议", on_click=_set_terms, args=(key, who))
    if not now.needed:
        st.html(f'<p class="lt-note">▲ 照现在的人员和设置：{escape(now.alone)}这会写进留痕，并印在成绩确认单上。</p>')


def _hands(now: Signing) -> str:
    """Proposed by whom, confirmed by whom; or the warning that the host is alone."""
    if not now.needed:
        return f'<p style="color:#8A5A12;margin:.35rem 0">▲ {escape(now.alone)}这会写进留痕，并印在成绩确认单上。</p>'
    if now.proposal is None:
        return ""
    lines = [f"{minute(now.proposal.proposed_at)} {escape(now.proposal.proposed_by)}提请确认"]
    if now.proposal.reason:
        lines.append(f"更正原因：{escape(now.proposal.reason)}")
    if now.void:
        lines.append(f'<span style="color:#B3261E">■ {escape(now.void)}</span>')
    else:
        for role in CONFIRMING:
            given = now.confirmation(role)
            lines.append(f'<span style="color:#1E7F4F">● {role.words}已确认</span>　{escape(given.by)}，{minute(given.at)}'
                         if given else f'<span style="color:#5B6570">○ {role.words}还没有确认</span>')
    return "".join(f'<div style="margin:.25rem 0">{one}</div>' for one in lines)


def _blocked(key: str) -> bool:
    return any(one.blocking and not one.ok for one in results.checklist(house().database, key))


def _propose(key: str, who: Staff) -> None:
    act(signing.propose, house().database, key, by=who.name, at=house().clock(),
        reason=st.session_state.get("signing/reason", ""), done="已提请计票员、监督员确认。")


def _confirm(key: str, proposal_id: int, role: Role, who: Staff) -> None:
    act(signing.confirm, house().database, key, proposal_id, role, by=who.name, at=house().clock(),
        done=f"已以{role.words}身份确认。")


def _set_terms(key: str, who: Staff) -> None:
    act(signing.set_terms, house().database, key, hands=st.session_state[f"terms/{key}/hands"],
        objection_hours=st.session_state[f"terms/{key}/hours"], by=who.name, at=house().clock(), done="公布与异议已保存。")
