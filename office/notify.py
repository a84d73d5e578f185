"""Messages that the office sends (SMTP, webhook): off until they are set up, recorded, never the same one twice a day.

What is sent is claimed in the database first, then sent, then marked: two people who press at once send once, and a
crash in between leaves "sending", which nobody repeats on that day. What failed may be tried again. Passwords and
keys go in and never come out again. A webhook is signed: HMAC-SHA256 over the moment, a dot and the body.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import smtplib
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from email.message import EmailMessage

from db.engine import Database
from db.reads import reminders as reads
from db.work import work
from office import local_time, reminders
from office.notify_settings import Channel, NotifySettings, Security, settings_with_secrets
from office.refusal import Refused
from office.reminders import Recipient, Reminder

SECONDS = 15.0
Send = Callable[[Recipient, tuple[Reminder, ...]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What became of one press: recipients and reminders that went out, and who could not be reached, with why."""

    recipients: int
    reminders: int
    failed: tuple[str, ...]
    without_address: tuple[str, ...]

    @property
    def words(self) -> str:
        said = [f"已发给{self.recipients}个对象，共{self.reminders}条"] if self.recipients else []
        said += [f"没有发出：{'；'.join(self.failed)}"] if self.failed else []
        said += [f"没有登记地址：{'、'.join(self.without_address)}"] if self.without_address else []
        return "。".join(said) + "。" if said else "今天该发的都发过了，没有重复发送。"


class _Undelivered(Exception):
    """It did not get through; the words say why."""


def deliver(database: Database, channel: Channel, *, by: str, at: datetime) -> Delivery:
    """Send today's reminders through one channel; what was sent today already is left out."""
    settings, secret = settings_with_secrets(database, channel)
    if not settings.is_on(channel):
        raise Refused(f"{channel.words}没有开通。请先在“发送设置”里填写并开通。")
    day, sent, count = local_time.day(at), 0, 0
    failed, nowhere = [], []
    by_recipient: dict[Recipient, list[Reminder]] = {}
    for one in reminders.of_day(database, day):
        by_recipient.setdefault(one.recipient, []).append(one)
    send = _sender(settings, secret, channel, day, at)
    for recipient, wanted in by_recipient.items():
        if channel is Channel.MAIL and recipient.key not in settings.addresses:
            nowhere.append(recipient.name)
            continue
        claimed = _claim(database, channel, recipient, wanted, day, by=by, at=at)
        if not claimed:
            continue
        try:
            send(recipient, claimed)
            said = ""
        except _Undelivered as why:
            said = str(why)
        with work(database) as w:
            w.reminders.mark(day=day, recipient=recipient.key, channel=channel.value,
                             state="failed" if said else "sent", said=said)
        if said:
            failed.append(f"{recipient.name}（{said}）")
        else:
            sent, count = sent + 1, count + len(claimed)
    if sent or failed:
        with work(database) as w:
            w.record.append(at=at, actor=by, action="发送提醒", channel=channel.words, recipients=sent, count=count,
                            failed=failed)
    return Delivery(recipients=sent, reminders=count, failed=tuple(failed), without_address=tuple(nowhere))


def try_out(database: Database, channel: Channel, to: str, *, by: str, at: datetime) -> None:
    """Send one test message, to this address or to the webhook. Raises Refused with what the other side said."""
    settings, secret = settings_with_secrets(database, channel)
    try:
        if channel is Channel.MAIL:
            _mail(settings, secret, to, "擂台系统测试邮件", "收到这封邮件，说明发送设置是通的。")
        else:
            _hook(settings, secret, {"kind": "test", "at": at.isoformat()}, at)
    except _Undelivered as why:
        raise Refused(f"没有发出去：{why}。请核对设置后再试。") from None
    with work(database) as w:
        w.record.append(at=at, actor=by, action="试发提醒", channel=channel.words)


def signature(key: str, moment: str, body: bytes) -> str:
    """What a receiver computes to know that it was us: `sha256=` and the HMAC over moment, dot, body."""
    return "sha256=" + hmac.new(key.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()


def _claim(database: Database, channel: Channel, recipient: Recipient, wanted: list[Reminder], day: date, *, by: str,
           at: datetime) -> tuple[Reminder, ...]:
    """Those that this press sends: not those that were sent today, nor those that somebody else is sending."""
    with work(database) as w:
        w.record.hold()
        known = reads.sent_on(w.c, day, channel.value)
        claimed = tuple(one for one in wanted
                        if known.get((one.item_id, one.why.value, recipient.key)) in (None, "failed"))
        w.reminders.claim([(one.item_id, one.why.value) for one in claimed], day=day, recipient=recipient.key,
                          channel=channel.value, at=at, by=by)
    return claimed


def _sender(settings: NotifySettings, secret: str, channel: Channel, day: date, at: datetime) -> Send:
    def by_mail(recipient: Recipient, some: tuple[Reminder, ...]) -> None:
        lines = [f"{n}. [{one.why.words}] {one.number} {one.text}（{one.unit_name}，{one.words}）" for n, one in enumerate(some, 1)]
        _mail(settings, secret, settings.addresses[recipient.key], f"清单提醒 {day.isoformat()}：{len(some)}条",
              f"{recipient.name}：\n\n" + "\n".join(lines) + "\n\n请登录擂台系统办理。本邮件由系统发出，无需回复。")

    def by_hook(recipient: Recipient, some: tuple[Reminder, ...]) -> None:
        _hook(settings, secret, {
            "kind": "reminders", "day": day.isoformat(), "recipient": recipient.key, "name": recipient.name,
            "items": [{"number": one.number, "text": one.text, "unit": one.unit_name, "why": one.why.value, "days": one.days,
                       "deadline": one.deadline.isoformat() if one.deadline else None, "words": one.words}
                      for one in some]}, at)

    return by_mail if channel is Channel.MAIL else by_hook


def _mail(settings: NotifySettings, password: str, to: str, subject: str, text: str) -> None:
    message = EmailMessage()
    try:
        message["From"], message["To"], message["Subject"] = settings.mail_from, to, subject
    except ValueError:
        raise _Undelivered("邮箱地址写得不对") from None
    message.set_content(text)
    try:
        context = ssl.create_default_context()
        if settings.mail_security is Security.TLS:
            server: smtplib.SMTP = smtplib.SMTP_SSL(settings.mail_host, settings.mail_port, timeout=SECONDS, context=context)
        else:
            server = smtplib.SMTP(settings.mail_host, settings.mail_port, timeout=SECONDS)
        with server:
            if settings.mail_security is Security.STARTTLS:
                server.starttls(context=context)
            if settings.mail_user:
                server.login(settings.mail_user, password)
            server.send_message(message)
    except smtplib.SMTPAuthenticationError:
        raise _Undelivered("邮件服务器不认用户名或密码") from None
    except smtplib.SMTPRecipientsRefused:
        raise _Undelivered(f"邮件服务器不收 {to}") from None
    except (smtplib.SMTPException, OSError) as cause:
        raise _Undelivered(f"邮件服务器 {settings.mail_host}:{settings.mail_port} 连不上或拒收（{type(cause).__name__}）") from None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object, **_more: object) -> None:
        return None


def _hook(settings: NotifySettings, key: str, told: Mapping[str, object], at: datetime) -> None:
    """POST the JSON, signed. Anything but 2xx has not got through; nothing is followed elsewhere."""
    body, moment = json.dumps(told, ensure_ascii=False, sort_keys=True).encode(), str(int(at.timestamp()))
    request = urllib.request.Request(settings.hook_url, data=body, method="POST", headers={
        "Content-Type": "application/json; charset=utf-8", "User-Agent": "leitai", "X-Leitai-Time": moment,
        "X-Leitai-Signature": signature(key, moment, body)})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)
    try:
        with opener.open(request, timeout=SECONDS) as answer:
            answer.read(1024)
    except urllib.error.HTTPError as answered:
        raise _Undelivered(f"对方答复 {answered.code}") from None
    except (OSError, ValueError) as cause:
        raise _Undelivered(f"地址连不上（{type(cause).__name__}）") from None
