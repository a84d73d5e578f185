"""How reminders leave: mail server, webhook, addresses; and what has been sent. Secrets are typed and never shown again."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from office import local_time
from office.people import Staff
from office.reminding import notify
from office.reminding.notify_settings import Channel, NotifySettings, Security, change, parse_addresses, settings
from office.reminding.reminders import known_recipients, sent
from pages._frame import act, house
from pages._pieces import table

KEY = "notify"
_STATES = {"sent": "● 已发", "failed": "■ 没有发出", "sending": "▲ 发送中断，结果不明，今天不再重发"}


def draw_settings(who: Staff) -> None:
    now = settings(house().database)
    names = {key: name for name, key in known_recipients(house().database).items()}
    with st.form(f"{KEY}/form"):
        st.subheader("邮件", anchor=False)
        st.checkbox("开通邮件", value=now.mail_on, key=f"{KEY}/mail_on")
        host, port, security = st.columns([2, 1, 1])
        host.text_input("邮件服务器", value=now.mail_host, key=f"{KEY}/mail_host", placeholder="smtp.example.gov.cn")
        port.number_input("端口", 1, 65535, now.mail_port, key=f"{KEY}/mail_port")
        security.selectbox("加密", list(Security), index=list(Security).index(now.mail_security), format_func=lambda one: one.words,
                           key=f"{KEY}/mail_security")
        sender, user, password = st.columns(3)
        sender.text_input("发件邮箱", value=now.mail_from, key=f"{KEY}/mail_from")
        user.text_input("用户名（不登录就空着）", value=now.mail_user, key=f"{KEY}/mail_user")
        password.text_input("密码" + _kept(Channel.MAIL in now.kept), type="password", key=f"{KEY}/password", autocomplete="off")
        st.text_area("收件地址，每行一个：单位或联系领导 邮箱", height=140, key=f"{KEY}/addresses",
                     value="\n".join(f"{names.get(key, key)} {mail}" for key, mail in now.addresses.items()))
        st.subheader("消息接口（webhook）", anchor=False)
        st.checkbox("开通消息接口", value=now.hook_on, key=f"{KEY}/hook_on")
        url, secret = st.columns([2, 1])
        url.text_input("地址", value=now.hook_url, key=f"{KEY}/hook_url", placeholder="https://…")
        secret.text_input("签名密钥" + _kept(Channel.WEBHOOK in now.kept), type="password", key=f"{KEY}/key", autocomplete="off")
        st.form_submit_button("保存发送设置", type="primary", on_click=_save, args=(now, who))
    st.html('<p class="lt-note">密码和密钥存下后不再显示，但在数据库和备份文件里，请保管好这两样文件。'
            "在这里开通后，“今天的提醒”里有发送的按键；要每天早上自动发，请在服务器上定时运行 leitai remind（见 docs/follow_up.md），"
            "同一条一天只发一次。加密的邮件服务器，证书要是本机信任的机构签的。"
            "消息接口收到 JSON，请求头 X-Leitai-Signature 是 sha256=HMAC-SHA256（密钥，X-Leitai-Time + “.” + 正文）。</p>")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        to = st.text_input("试发到这个邮箱", key=f"{KEY}/to", value=now.mail_from)
        for channel in Channel:
            st.button(f"试发{channel.words}", key=f"{KEY}/try/{channel.value}", disabled=not now.is_on(channel), on_click=_try,
                      args=(channel, to, who))


def draw_sent() -> None:
    """The newest first."""
    names = {key: name for name, key in known_recipients(house().database).items()}
    table(("时间", "对象", "编号", "类别", "方式", "结果", "发送人"), (
        (local_time.minute(one.at), names.get(one.recipient, one.recipient.partition(":")[2]), one.number, one.why, one.channel,
         f"{_STATES[one.state]}{f'（{one.said}）' if one.said else ''}", one.by) for one in sent(house().database)),
        keep=(0, 2, 3, 4), empty="还没有发过。")


def _kept(is_set: bool) -> str:
    return "（已设，空着不改）" if is_set else ""


def _save(now: NotifySettings, who: Staff) -> None:
    def typed(name: str) -> object:
        return st.session_state[f"{KEY}/{name}"]

    def save() -> None:
        addresses = parse_addresses(str(typed("addresses")), known_recipients(house().database))
        new = replace(now, **{name: typed(name) for name in (
            "mail_on", "mail_host", "mail_security", "mail_from", "mail_user", "hook_on", "hook_url")},
            mail_port=int(str(typed("mail_port"))), addresses=addresses)
        change(house().database, new, password=str(typed("password")), key=str(typed("key")), by=who.name, at=house().clock())

    if act(save, done="发送设置已保存。"):
        st.session_state.update({f"{KEY}/password": "", f"{KEY}/key": ""})


def _try(channel: Channel, to: str, who: Staff) -> None:
    act(notify.try_out, house().database, channel, to, by=who.name, at=house().clock(), done=f"{channel.words}试发成功。")
