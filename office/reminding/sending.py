"""How one message leaves: a mail over SMTP, or signed JSON to a webhook. What is told to whom is `office.reminding.notify`.

Over TLS and STARTTLS the server's certificate has to be one that this machine trusts and has to name the server, before
a user name, a password or a word of the message is sent. Whatever goes wrong is said in words; `Unreachable` is what
goes wrong with everybody's message alike, so that nobody tries a wrong password sixty times.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import smtplib
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from email.message import EmailMessage

from office.reminding.notify_settings import NotifySettings, Security

SECONDS = 15.0
_SELF_SIGNED, _EXPIRED, _OTHER_NAME = (18, 19), (10,), (62, 64)  # OpenSSL's X509_V_ERR numbers


class Undelivered(Exception):
    """It did not get through; the words say why."""


class Unreachable(Undelivered):
    """Nothing gets through, whoever it is for."""


def mail(settings: NotifySettings, password: str, to: str, subject: str, text: str) -> None:
    """One mail. Raises Undelivered; what the server has taken is sent, whatever it says afterwards."""
    message = EmailMessage()
    try:
        message["From"], message["To"], message["Subject"] = settings.mail_from, to, subject
    except ValueError:
        raise Undelivered("邮箱地址写得不对") from None
    message.set_content(text)
    where = f"邮件服务器 {settings.mail_host}:{settings.mail_port} "
    try:
        server = _greeted(settings)
        try:
            if settings.mail_user:
                server.login(settings.mail_user, password)
            try:
                server.send_message(message)
            except smtplib.SMTPNotSupportedError:
                raise Undelivered(f"邮件服务器不支持 {to} 这样的地址") from None
        finally:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
    except smtplib.SMTPAuthenticationError:
        raise Unreachable("邮件服务器不认用户名或密码") from None
    except smtplib.SMTPRecipientsRefused:
        raise Undelivered(f"邮件服务器不收 {to}") from None
    except smtplib.SMTPDataError as refused:
        raise Undelivered(f"邮件服务器不收这封邮件（{refused.smtp_code}）") from None
    except smtplib.SMTPSenderRefused:
        raise Unreachable(f"邮件服务器不让 {settings.mail_from} 发信") from None
    except smtplib.SMTPNotSupportedError:
        wanted = "STARTTLS" if settings.mail_security is Security.STARTTLS else "用户名和密码登录"
        raise Unreachable(f"{where}不支持{wanted}，没有交出密码，请核对端口和加密方式") from None
    except ssl.SSLError as cause:
        raise Unreachable(where + _of_tls(cause)) from None
    except (smtplib.SMTPException, OSError) as cause:
        raise Unreachable(f"{where}连不上或拒收（{type(cause).__name__}）") from None
    except ValueError:  # neither SMTP nor DNS takes Chinese where it stands
        raise Unreachable("邮件服务器的地址、用户名或密码里有不能用的字符") from None


def post(settings: NotifySettings, key: str, told: Mapping[str, object], at: datetime) -> None:
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
        raise Undelivered(f"对方答复 {answered.code}") from None
    except (OSError, ValueError) as cause:
        why = cause.reason if isinstance(cause, urllib.error.URLError) else cause
        if isinstance(why, ssl.SSLError):
            raise Unreachable(f"消息接口{_of_tls(why)}") from None
        raise Unreachable(f"地址连不上（{type(why).__name__}）") from None


def signature(key: str, moment: str, body: bytes) -> str:
    """What a receiver computes to know that it was us: `sha256=` and the HMAC over moment, dot, body."""
    return "sha256=" + hmac.new(key.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()


def _greeted(settings: NotifySettings) -> smtplib.SMTP:
    """The server at the other end, its certificate checked where the connection is to be secured."""
    context = ssl.create_default_context()
    if settings.mail_security is Security.TLS:
        return smtplib.SMTP_SSL(settings.mail_host, settings.mail_port, timeout=SECONDS, context=context)
    server = smtplib.SMTP(settings.mail_host, settings.mail_port, timeout=SECONDS)
    if settings.mail_security is Security.STARTTLS:
        try:
            server.starttls(context=context)
        except BaseException:
            server.close()
            raise
    return server


def _of_tls(cause: ssl.SSLError) -> str:
    if not isinstance(cause, ssl.SSLCertVerificationError):
        return "没有按 TLS 应答，没有交出密码，请核对端口和加密方式"
    code = cause.verify_code
    why = ("是自己签的" if code in _SELF_SIGNED else "已经过期" if code in _EXPIRED
           else "不是这个地址的" if code in _OTHER_NAME else "不是受信任的机构签的")
    return (f"的证书{why}，不能确认对方是谁，没有交出密码，也没有发送。请让对方换用受信任的证书；"
            "单位自建的证书机构，请把它的证书文件写进环境变量 SSL_CERT_FILE")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object, **_more: object) -> None:
        return None
