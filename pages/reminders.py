"""提醒: what everybody is reminded of today; as a file, as mail, to a webhook; how it is sent, and what was. Drawing only."""

from __future__ import annotations

import streamlit as st

from office import local_time
from office.people import Role, Staff
from office.prints.docx import DOCX
from office.refusal import Refused
from office.reminding import notify, reminders
from office.reminding.notify_settings import Channel, settings
from office.reminding.reminders import reminders_csv, reminders_docx
from office.reminding.why import Why
from pages import _sheet
from pages._download import download
from pages._frame import act, header, house, require
from pages._items import item_link
from pages._notify_tab import draw_sent, draw_settings
from pages._pieces import confirm, say_what_happened_everywhere

who = require(Role.ADMINISTRATOR, Role.HOST, Role.CLERK)
SHOWN = 100


def draw_today(who: Staff) -> None:
    """By recipient, the most urgent first."""
    day = local_time.day(house().clock())
    every = reminders.of_day(house().database, day)
    names = {"": "全部对象", **{one.recipient.key: one.recipient.name for one in every}}
    people, kinds = st.columns(2)
    whom = people.selectbox("提醒对象", list(names), format_func=names.__getitem__, key="reminders/whom")
    why = kinds.selectbox("类别", ["", *Why], format_func=lambda one: one.words if one else "全部类别", key="reminders/why")
    shown = [one for one in every if whom in ("", one.recipient.key) and why in ("", one.why)]
    counts = "，".join(f"{one.words}{len({each.number for each in every if each.why is one})}项" for one in Why
                      if any(each.why is one for each in every))
    st.html(_sheet.LOOK + f'<p class="lt-say">{f"今天：{counts}。" if counts else "今天没有要提醒的。"}</p>')
    if not every:
        return
    with st.container(horizontal=True):
        on = settings(house().database)
        for channel in Channel:
            if on.is_on(channel) and st.button(f"发{channel.words}", type="primary", key=f"reminders/send/{channel.value}"):
                confirm(f"把今天的{len(every)}条提醒按对象发出（{channel.words}）。今天发过的不会重复发。", "发送",
                        lambda c=channel: _send(c, who))
        download("下载通知单", lambda: reminders_docx(shown, day), f"清单提醒_{day.isoformat()}.docx", DOCX, key="reminders/docx")
        download("下载表格", lambda: reminders_csv(shown), f"清单提醒_{day.isoformat()}.csv", "text/csv", key="reminders/csv")
    rows = "".join(
        f"<tr><td class=w>{_sheet.html.escape(one.recipient.name)}</td><td class=w>{one.why.shape} {one.why.words}</td>"
        f"<td class=w>{item_link(one.number)}</td><td>{_sheet.html.escape(one.text)}</td>"
        f"<td class=w>{_sheet.html.escape(one.unit_name)}</td><td class=w>{one.words}</td></tr>" for one in shown[:SHOWN])
    head = "".join(f"<th>{one}</th>" for one in ("提醒对象", "类别", "编号", "事项", "责任单位", "提醒"))
    st.html(f'<div class="lt-scroll"><table class="lt"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
            + (f'<p class="lt-note">还有{len(shown) - SHOWN}条，请选对象或下载。</p>' if len(shown) > SHOWN else ""))


def _send(channel: Channel, who: Staff) -> None:
    try:
        done = notify.deliver(house().database, channel, by=who.name, at=house().clock())
    except Refused as refused:
        st.session_state["said"] = ("error", str(refused))
        return
    st.session_state["said"] = ("error" if done.failed else "success", done.words)


def draw_terms(who: Staff) -> None:
    terms = reminders.terms_of(house().database)
    with st.form("reminders/terms", border=False):
        soon, quiet = st.columns(2)
        soon.number_input("到期前几天提醒", 1, 60, terms.soon_days, key="reminders/soon")
        quiet.number_input("几天没有进展就提醒", 1, 365, terms.quiet_days, key="reminders/quiet")
        st.form_submit_button("保存期限", on_click=_set_terms, args=(who,))


def _set_terms(who: Staff) -> None:
    act(reminders.set_terms, house().database, int(st.session_state["reminders/soon"]), int(st.session_state["reminders/quiet"]),
        by=who.name, at=house().clock(), done="提醒期限已保存。")


header("提醒", "到期、逾期、久无进展的事项和时间节点，等单位回应的，等人审批、核查、签批、公示的；各人的首页上也看得到自己的。")
say_what_happened_everywhere()
today, sent, how = st.tabs(["今天的提醒", "发送记录", "发送设置"], key="reminders/tabs")
with today:
    draw_today(who)
with sent:
    draw_sent()
with how:
    draw_terms(who)
    if Role.ADMINISTRATOR in who.roles:
        draw_settings(who)
    else:
        st.html('<p class="lt-note">邮件和消息接口由管理员设置。</p>')
