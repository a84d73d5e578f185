"""How messages leave: the mail server, the webhook, and who has which address. Off until somebody turns them on.

The password of the mail server and the key of the webhook are kept apart from what is shown: a page learns only that
they are set. They are in the database, so its file and its backups are to be kept as what they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit

from db.engine import Connection, Database
from db.reads import people as people_reads
from db.rehearsal import mark_of
from db.work import work
from office.prints.watermark import MARKS
from office.refusal import Refused

_SETTING = "notify"
_SECRETS = {"mail": "notify_mail_password", "webhook": "notify_webhook_key"}
_MAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+")
KEY_LENGTH = 16


class Channel(StrEnum):
    MAIL = "mail"
    WEBHOOK = "webhook"

    @property
    def words(self) -> str:
        return {"mail": "邮件", "webhook": "消息接口"}[self.value]


class Security(StrEnum):
    """How the connection to the mail server is secured."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"

    @property
    def words(self) -> str:
        return {"tls": "TLS（465）", "starttls": "STARTTLS（587）", "none": "不加密（只用于内网）"}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifySettings:
    """What a page may show. `addresses`: recipient's key -> mail address; `kept`: channels whose secret is set."""

    mail_on: bool = False
    mail_host: str = ""
    mail_port: int = 465
    mail_security: Security = Security.TLS
    mail_user: str = ""
    mail_from: str = ""
    addresses: Mapping[str, str] = field(default_factory=dict)
    hook_on: bool = False
    hook_url: str = ""
    kept: frozenset[str] = frozenset()

    def is_on(self, channel: Channel) -> bool:
        return self.mail_on if channel is Channel.MAIL else self.hook_on


def settings(database: Database) -> NotifySettings:
    with database.reading() as c:
        return _settings(c)


def settings_with_secrets(database: Database, channel: Channel) -> tuple[NotifySettings, str]:
    """For sending: the settings, and this channel's password or key. A rehearsal or a demonstration sends nothing: Refused."""
    with database.reading() as c:
        if mark := MARKS.get(mark_of(c)):
            raise Refused(f"{mark.word}不往外发消息。")
        return _settings(c), people_reads.setting(c, _SECRETS[channel.value]) or ""


def change(database: Database, new: NotifySettings, *, password: str = "", key: str = "", by: str, at: datetime) -> None:
    """Keep these settings. An empty password or key leaves the one that is kept. Raises Refused."""
    kept = settings(database).kept
    new = replace(new, mail_host=new.mail_host.strip(), mail_user=new.mail_user.strip(),
                  mail_from=new.mail_from.strip(), hook_url=new.hook_url.strip())
    if new.mail_on:
        _refuse_mail(new, bool(password) or Channel.MAIL in kept)
    if new.hook_on or new.hook_url:
        _refuse_hook(new, key, Channel.WEBHOOK in kept)
    wrong = [one for one in new.addresses.values() if not _MAIL.fullmatch(one)]
    if wrong:
        raise Refused(f"邮箱地址写得不对：{wrong[0]}。")
    written = {name: value for name, value in asdict(new).items() if name != "kept"}
    with work(database) as w:
        w.roster.put_setting(_SETTING, json.dumps(written, ensure_ascii=False, sort_keys=True))
        for channel, secret in ((Channel.MAIL, password), (Channel.WEBHOOK, key)):
            if secret:
                w.roster.put_setting(_SECRETS[channel.value], secret)
        w.record.append(at=at, actor=by, action="发送设置", changes={
            "邮件": "开通" if new.mail_on else "关闭", "消息接口": "开通" if new.hook_on else "关闭",
            "地址": f"{len(new.addresses)}个"})


def parse_addresses(text: str, known: Mapping[str, str]) -> dict[str, str]:
    """Lines of `name address` as recipient's key -> address; `known`: name -> key. Raises Refused naming the line."""
    found: dict[str, str] = {}
    for n, line in enumerate(text.splitlines(), 1):
        parts = line.replace("，", " ").replace(",", " ").split()
        if not parts:
            continue
        name, address = " ".join(parts[:-1]), parts[-1]
        if name not in known:
            raise Refused(f"第{n}行：没有“{name or line.strip()}”这个对象。每行写“单位或联系领导 邮箱”。")
        if not _MAIL.fullmatch(address):
            raise Refused(f"第{n}行：邮箱地址写得不对：{address}。")
        found[known[name]] = address
    return found


def _refuse_mail(new: NotifySettings, has_password: bool) -> None:
    if not new.mail_host or not 1 <= new.mail_port <= 65535:
        raise Refused("请填写邮件服务器的地址和端口，例如 smtp.example.gov.cn，465。")
    if not _MAIL.fullmatch(new.mail_from):
        raise Refused("请填写发件邮箱，例如 duban@example.gov.cn。")
    if new.mail_user and not has_password:
        raise Refused("填了邮件用户名，还要填密码。")


def _refuse_hook(new: NotifySettings, key: str, has_key: bool) -> None:
    try:
        parts = urlsplit(new.hook_url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        good = False
    if not good or re.search(r"\s", new.hook_url):
        raise Refused("消息接口的地址请写成 https://主机/路径。")
    if (key or not has_key) and len(key) < KEY_LENGTH and (key or new.hook_on):
        raise Refused(f"消息接口的签名密钥至少{KEY_LENGTH}位，请与接收方约定后填写。")


def _settings(c: Connection) -> NotifySettings:
    kept = frozenset(channel for channel, name in _SECRETS.items() if people_reads.setting(c, name))
    written = people_reads.setting(c, _SETTING)
    if written is None:
        return NotifySettings(kept=kept)
    told = json.loads(written)
    return NotifySettings(**{**told, "mail_security": Security(told["mail_security"]), "kept": kept})
