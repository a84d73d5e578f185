"""Mail over TLS, STARTTLS and with a log-in, to a real server with a certificate of its own making: what is not trusted
gets neither a password nor a word, and nothing counts as sent."""

from __future__ import annotations

import base64
import socketserver
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from db.reads import reminders as reads
from office.refusal import Refused
from office.reminding import notify
from office.reminding.notify_settings import Channel, NotifySettings, Security, change
from tests import make, make_list

USER, PASSWORD = "duban", "four-different-words"
REQUEST = """
[req]
distinguished_name = name
prompt = no
x509_extensions = more
[name]
CN = here
[more]
subjectAltName = {names}
basicConstraints = critical,CA:TRUE
"""


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'leitai.db'}"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `here.pem` for 127.0.0.1 and `elsewhere.pem` for another name, each with its key in `*.key`."""
    folder = tmp_path_factory.mktemp("certificates")
    for name, names in (("here", "IP:127.0.0.1"), ("elsewhere", "DNS:mail.example.gov.cn")):
        (folder / f"{name}.cnf").write_text(REQUEST.format(names=names), encoding="ascii")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-config", f"{name}.cnf",
                        "-keyout", f"{name}.key", "-out", f"{name}.pem"], cwd=folder, check=True, capture_output=True)
    return folder


@dataclass
class Post:
    """A mail server: the words that it heard before and after the connection was secured, and the letters that it took."""

    context: ssl.SSLContext
    implicit: bool = False
    offers: tuple[bytes, ...] = (b"STARTTLS",)
    in_clear: list[bytes] = field(default_factory=list)
    secured: list[bytes] = field(default_factory=list)
    letters: list[bytes] = field(default_factory=list)
    port: int = 0


class Handler(socketserver.BaseRequestHandler):
    """One connection, spoken as far as a client needs it."""

    def handle(self) -> None:
        post: Post = self.server.post  # type: ignore[attr-defined]
        try:
            if post.implicit:
                self.request = post.context.wrap_socket(self.request, server_side=True)
            self._speak(post, secured=post.implicit)
        except OSError:  # a client that does not trust us hangs up
            return

    def _speak(self, post: Post, *, secured: bool) -> None:
        file = self.request.makefile("rb")
        if not secured or post.implicit:
            self.request.sendall(b"220 here\r\n")
        while line := file.readline():
            word, _space, rest = line.strip().partition(b" ")
            word = word.upper()
            (post.secured if secured else post.in_clear).append(word)
            if word == b"EHLO":
                offers = (b"AUTH PLAIN",) if secured else post.offers
                self.request.sendall(b"".join(b"250-%s\r\n" % one for one in (b"here", *offers)) + b"250 8BITMIME\r\n")
            elif word == b"STARTTLS":
                self.request.sendall(b"220 go on\r\n")
                self.request = post.context.wrap_socket(self.request, server_side=True)
                self._speak(post, secured=True)
                return
            elif word == b"AUTH":
                good = base64.b64decode(rest.split()[-1]) == f"\0{USER}\0{PASSWORD}".encode()
                self.request.sendall(b"235 welcome\r\n" if good else b"535 no\r\n")
            elif word == b"DATA":
                self.request.sendall(b"354 go on\r\n")
                post.letters.append(b"".join(iter(file.readline, b".\r\n")))
                self.request.sendall(b"250 taken\r\n")
            else:
                self.request.sendall(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")


@contextmanager
def post_office(certificates: Path, name: str = "here", **how: object) -> Iterator[Post]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / f"{name}.pem", certificates / f"{name}.key")
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    post = server.post = Post(context=context, port=server.server_address[1], **how)  # type: ignore[arg-type, attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield post
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


def set_up(house: make.House, post: Post, security: Security, password: str = PASSWORD) -> None:
    change(house.database, NotifySettings(
        mail_on=True, mail_host="127.0.0.1", mail_port=post.port, mail_security=security, mail_user=USER,
        mail_from="duban@example.gov.cn", addresses={"unit:small-A": "a@example.gov.cn", "unit:small-B": "b@example.gov.cn"}),
        password=password, by="office", at=house.clock())


def deliver(house: make.House) -> notify.Delivery:
    return notify.deliver(house.database, Channel.MAIL, by="office", at=house.clock())


def states(house: make.House) -> set[str]:
    with house.database.reading() as c:
        return {one.state for one in reads.sent(c)}


@pytest.fixture
def late(house: make.House) -> make.House:
    make_list.of(house)
    house.clock.advance(86400 * 69)  # type: ignore[attr-defined]
    return house


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_mail_is_sent_to_a_server_that_is_trusted_and_the_password_only_under_cover(
        late: make.House, certificates: Path, security: Security, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates / "here.pem"))
    with post_office(certificates, implicit=security is Security.TLS) as post:
        set_up(late, post, security)

        done = deliver(late)

        assert (done.recipients, done.failed, len(post.letters)) == (2, (), 2) and states(late) == {"sent"}
        assert post.secured.count(b"AUTH") == 2 and b"AUTH" not in post.in_clear
        set_up(late, post, security, password="another-word")
        late.clock.advance(86400)  # type: ignore[attr-defined]
        wrong, heard = deliver(late), post.secured.count(b"AUTH")
    assert wrong.words.startswith("没有发出：A县（邮件服务器不认用户名或密码）；其余1个对象没有再试。")
    assert (heard, len(post.letters)) == (3, 2), "a wrong password is tried once"


@pytest.mark.parametrize(("trusted", "name", "why"), [
    (False, "here", "自己签的"), (True, "elsewhere", "不是这个地址的")])
@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_a_server_that_is_not_trusted_gets_nothing_and_nothing_counts_as_sent(
        late: make.House, certificates: Path, security: Security, trusted: bool, name: str, why: str,
        monkeypatch: pytest.MonkeyPatch) -> None:
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificates / f"{name}.pem"))
    with post_office(certificates, name, implicit=security is Security.TLS) as post:
        set_up(late, post, security)

        done = deliver(late)

        assert done.recipients == 0 and f"的证书{'' if '不是' in why else '是'}{why}" in done.words and "没有交出密码" in done.words
        assert (post.letters, post.secured) == ([], []) and states(late) == {"failed"}
        with pytest.raises(Refused, match=r"没有发出去：邮件服务器.*证书"):
            notify.try_out(late.database, Channel.MAIL, "x@y.cn", by="office", at=late.clock())
        assert set(post.in_clear) <= {b"EHLO", b"STARTTLS"}
        monkeypatch.setenv("SSL_CERT_FILE", str(certificates / f"{name}.pem"))
        if name == "here":
            assert deliver(late).recipients == 2, "once the certificate is trusted the same day's reminders go out"


def test_a_server_without_starttls_or_without_tls_gets_no_password(late: make.House, certificates: Path) -> None:
    with post_office(certificates, offers=(b"AUTH PLAIN",)) as post:
        set_up(late, post, Security.STARTTLS)
        assert "不支持STARTTLS，没有交出密码" in deliver(late).words
        set_up(late, post, Security.TLS)
        assert "没有按 TLS 应答，没有交出密码，请核对端口和加密方式" in deliver(late).words
    assert not {b"AUTH", b"MAIL"} & set(post.in_clear) and states(late) == {"failed"}
