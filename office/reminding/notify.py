"""Messages that the office sends (SMTP, webhook): off until they are set up, recorded, never the same one twice a day.

What is sent is claimed in the database first, then sent, then marked: two people who press at once send once, and a
crash in between leaves "sending", which nobody repeats on that day. What failed may be tried again. Passwords and
keys go in and never come out again. How a message leaves is `office.reminding.sending`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from db.engine import Database
from db.reads import reminders as reads
from db.work import work
from office import local_time
from office.refusal import Refused
from office.reminding import reminders
from office.reminding.notify_settings import Channel, NotifySettings, settings, settings_with_secrets
from office.reminding.reminders import Recipient, Reminder
from office.reminding.sending import Undelivered, Unreachable, mail, post

Send = Callable[[Recipient, tuple[Reminder, ...]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What became of one press. `sent`: (recipient, how many reminders) that went out; `failed`: who could not be
    reached, with why; `untried`: recipients left out because nothing got through; `due`: reminders there are today."""

    sent: tuple[tuple[str, int], ...]
    failed: tuple[str, ...]
    untried: int
    without_address: tuple[str, ...]
    due: int

    @property
    def recipients(self) -> int:
        return len(self.sent)

    @property
    def reminders(self) -> int:
        return sum(count for _name, count in self.sent)

    @property
    def words(self) -> str:
        said = [f"已发给{self.recipients}个对象，共{self.reminders}条"] if self.sent else []
        rest = f"；其余{self.untried}个对象没有再试" if self.untried else ""
        said += [f"没有发出：{'；'.join(self.failed)}{rest}"] if self.failed else []
        said += [f"没有登记地址：{'、'.join(self.without_address)}"] if self.without_address else []
        if said:
            return "。".join(said) + "。"
        return "今天该发的都发过了，没有重复发送。" if self.due else "今天没有要提醒的。"


def deliver(database: Database, channel: Channel, *, by: str, at: datetime) -> Delivery:
    """Send today's reminders through one channel; what was sent today already is left out."""
    settings, secret = settings_with_secrets(database, channel)
    if not settings.is_on(channel):
        raise Refused(f"{channel.words}没有开通。请先在“发送设置”里填写并开通。")
    day, nowhere = local_time.day(at), []
    wanted: dict[Recipient, list[Reminder]] = {}
    due = reminders.of_day(database, day)
    for one in due:
        if channel is not Channel.MAIL or one.recipient.key in settings.addresses:
            wanted.setdefault(one.recipient, []).append(one)
        elif one.recipient.name not in nowhere:
            nowhere.append(one.recipient.name)
    send = _sender(settings, secret, channel, day, at)
    sent: list[tuple[str, int]] = []
    failed: list[str] = []
    waiting = list(wanted.items())
    reached = True
    while waiting and reached:
        recipient, some = waiting.pop(0)
        claimed = _claim(database, channel, recipient, some, day, by=by, at=at)
        if not claimed:
            continue
        said = ""
        try:
            send(recipient, claimed)
            sent.append((recipient.name, len(claimed)))
        except Undelivered as why:
            said, reached = str(why), not isinstance(why, Unreachable)
            failed.append(f"{recipient.name}（{said}）")
        with work(database) as w:
            w.reminders.mark(day=day, recipient=recipient.key, channel=channel.value,
                             state="failed" if said else "sent", said=said)
    done = Delivery(sent=tuple(sent), failed=tuple(failed), untried=len(waiting), without_address=tuple(nowhere), due=len(due))
    if sent or failed:
        with work(database) as w:
            w.record.append(at=at, actor=by, action="发送提醒", channel=channel.words, recipients=done.recipients,
                            count=done.reminders, failed=failed)
    return done


def deliver_all(database: Database, *, by: str, at: datetime) -> tuple[tuple[Channel, Delivery], ...]:
    """The same through every channel that is on; what fails through one does not keep the other."""
    on = [channel for channel in Channel if settings(database).is_on(channel)]
    if not on:
        raise Refused("邮件和消息接口都没有开通，没有发送。请管理员在“提醒”页的“发送设置”里填写并开通，再运行 leitai remind。")
    return tuple((channel, deliver(database, channel, by=by, at=at)) for channel in on)


def try_out(database: Database, channel: Channel, to: str, *, by: str, at: datetime) -> None:
    """Send one test message, to this address or to the webhook. Raises Refused with what the other side said."""
    settings, secret = settings_with_secrets(database, channel)
    try:
        if channel is Channel.MAIL:
            mail(settings, secret, to, "擂台系统测试邮件", "收到这封邮件，说明发送设置是通的。")
        else:
            post(settings, secret, {"kind": "test", "at": at.isoformat()}, at)
    except Undelivered as why:
        raise Refused(f"没有发出去：{why}。请核对设置后再试。") from None
    with work(database) as w:
        w.record.append(at=at, actor=by, action="试发提醒", channel=channel.words)


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
        mail(settings, secret, settings.addresses[recipient.key], f"清单提醒 {day.isoformat()}：{len(some)}条",
             f"{recipient.name}：\n\n" + "\n".join(lines) + "\n\n请登录擂台系统办理。本邮件由系统发出，无需回复。")

    def by_hook(recipient: Recipient, some: tuple[Reminder, ...]) -> None:
        post(settings, secret, {
            "kind": "reminders", "day": day.isoformat(), "recipient": recipient.key, "name": recipient.name,
            "items": [{"number": one.number, "text": one.text, "unit": one.unit_name, "why": one.why.value, "days": one.days,
                       "deadline": one.deadline.isoformat() if one.deadline else None, "words": one.words}
                      for one in some]}, at)

    return by_mail if channel is Channel.MAIL else by_hook
