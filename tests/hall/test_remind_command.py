"""`leitai remind`, as a timer runs it: what went to whom, nothing twice on a day, and exit codes that an alarm can read."""

from __future__ import annotations

import re
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from hall import cli
from office.reminding.notify_settings import NotifySettings, Security, change
from tests import make, make_list
from tests.office.test_reminders import Receiver, serving

ROOT = Path(__file__).parent.parent.parent
KEY = "一把至少十六位的密钥-0123456789"


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'leitai.db'}"


def test_a_timer_sends_each_reminder_once_a_day_and_says_to_whom(house: make.House, url: str, monkeypatch: pytest.MonkeyPatch,
                                                                capsys: pytest.CaptureFixture[str]) -> None:
    made = make_list.of(house)
    monkeypatch.setattr(cli, "utc_now", house.clock)

    def remind() -> tuple[int, str, str]:
        code = cli.main(["remind", "--database-url", url])
        return code, *capsys.readouterr()

    code, said, refused = remind()
    assert (code, said) == (2, "") and refused.startswith("邮件和消息接口都没有开通，没有发送。请管理员在“提醒”页")
    inbox: list[object] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.status = 500  # type: ignore[attr-defined]
    with serving(server, inbox) as port:
        webhook = NotifySettings(hook_on=True, hook_url=f"http://127.0.0.1:{port}/in")
        change(house.database, webhook, key=KEY, by="office", at=house.clock())
        assert remind() == (0, "消息接口：今天没有要提醒的。\n", "") and not inbox
        house.clock.advance(86400 * 69)  # type: ignore[attr-defined]
        code, said, _err = remind()
        assert code == 1 and said.count("（对方答复 500）") == 5
        server.status, before = 204, len(inbox)  # type: ignore[attr-defined]
        told = "".join(f"  {name}条\n" for name in ("分管副市长 2", "市委副书记 1", "A县 4", "B县 2", "督办机构 6"))
        assert remind() == (0, f"消息接口：已发给5个对象，共15条。\n{told}", "")
        assert remind() == (0, "消息接口：今天该发的都发过了，没有重复发送。\n", "") and len(inbox) == before + 5
        house.clock.advance(86400)  # type: ignore[attr-defined]
        change(house.database, NotifySettings(
            hook_on=True, hook_url=webhook.hook_url, mail_on=True, mail_host="127.0.0.1", mail_port=1, mail_from="a@b.cn",
            mail_security=Security.NONE, addresses={"office": "c@d.cn"}), by="office", at=house.clock())
        code, said, _err = remind()
    assert code == 1 and "邮件：没有发出：督办机构（邮件服务器 127.0.0.1:1 连不上" in said, "the other channel goes out all the same"
    assert "消息接口：已发给5个对象，共15条。" in said
    assert len(made.record("发送提醒")) == 4 and {one["channel"] for one in made.record("发送提醒")} == {"邮件", "消息接口"}


def test_the_timer_and_its_service_run_the_command_that_there_is() -> None:
    service, timer = ((ROOT / "docs" / f"leitai-remind.{kind}").read_text(encoding="utf-8") for kind in ("service", "timer"))
    app = (ROOT / "docs" / "leitai.service").read_text(encoding="utf-8")

    def of(unit: str, name: str) -> list[str]:
        return re.findall(rf"^{name}=(.*)$", unit, re.MULTILINE)

    assert of(service, "ExecStart") == ["/opt/leitai/.venv/bin/leitai remind"] and of(service, "Type") == ["oneshot"]
    assert of(timer, "OnCalendar") == ["*-*-* 08:30:00 Asia/Shanghai"] and of(timer, "WantedBy") == ["timers.target"]
    for name in ("User", "WorkingDirectory", "EnvironmentFile", "NoNewPrivileges", "ProtectSystem", "StateDirectory"):
        assert of(service, name) == of(app, name), name
