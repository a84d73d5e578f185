"""A judge's phone is dead in the middle of a round: from those words to a vote on another phone, in clicks and seconds.

Every press of the host's mouse and every line typed is counted; the phone's scan of the code is a load of its link.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from db.engine import Database
from db.migrate import migrate
from hall.serving import SAMPLES
from office import people
from office.folders.folder import read_folder
from office.people import Role
from office.prints import badges
from office.sitting import sittings
from tests.browser.real import Server, chromium, picture
from tests.browser.test_one_sitting import KEY, PASSWORD, mark, phone, press

pytestmark = pytest.mark.slow
MOST_CLICKS, MOST_SECONDS = 2, 30.0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(f"sqlite:///{tmp_path / 'leitai.db'}", tmp_path / "server.log")
    yield made
    made.stop()


class Counted:
    """The host's hand: how often it pressed."""

    def __init__(self) -> None:
        self.clicks = 0

    def click(self, key: Locator) -> None:
        key.click()
        self.clicks += 1


def signed_in(host: Page, server: Server, database: Database) -> None:
    link = people.add_staff(database, name="zhuchi", title="主持人", roles=(Role.HOST,), unit="", by="test",
                            at=datetime.now(UTC))
    host.goto(f"{server.address}/door/link/{link}")
    host.get_by_label("新密码").fill(PASSWORD)
    host.get_by_label("再输入一次").fill(PASSWORD)
    host.get_by_role("button", name="设置并进入").click()
    expect(host.get_by_text("县区比拼现场").first).to_be_visible(timeout=60_000)


def fits(page: Page) -> bool:
    """Nothing of the page is below the edge of the screen."""
    return bool(page.evaluate("""() => [...document.querySelectorAll('*')].every(one =>
        one.scrollHeight <= one.clientHeight + 1 || !one.matches('.stMain, body, html'))"""))


def test_from_my_phone_is_dead_to_i_can_vote(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    database = Database(server.url)
    migrate(database)
    now = datetime.now(UTC)
    people.first_link(database, at=now)
    sittings.load(database, replace(read_folder(SAMPLES / KEY), segments=()), by="test", at=now)
    links = {one.seat: one.link for one in badges.issue_badges(database, KEY, base_url=server.address, by="test", at=now)}
    server.start()
    with chromium() as browser:
        host = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
        signed_in(host, server, database)
        host.goto(f"{server.address}/host?s={KEY}")
        press(host, re.compile("第1家 鹿城区上台"))
        host.wait_for_timeout(900)  # within a breath it would be a double click
        press(host, "开始打分")
        expect(host.get_by_role("button", name="截止打分")).to_be_visible(timeout=15_000)
        dead = phone(browser, links["L02"])
        expect(dead.locator("[name='m.U01.quality']")).to_be_visible(timeout=15_000)
        mark(dead, "U01", 61)
        dead.get_by_role("button", name=re.compile("提\\s*交")).click()
        expect(dead.get_by_text("已计票").first).to_be_visible(timeout=15_000)
        picture(host, "host-people")
        assert fits(host), "the console scrolls"

        hand, began = Counted(), time.monotonic()
        hand.click(host.get_by_placeholder(re.compile("手机坏了")))
        host.keyboard.type("L02")
        host.keyboard.press("Enter")
        key = host.get_by_role("button", name=re.compile("手机坏了"))
        expect(key).to_be_visible(timeout=15_000)
        picture(host, "host-dead-phone")
        hand.click(key)
        shown = host.get_by_test_id("new-link")
        expect(shown).to_be_visible(timeout=15_000)
        code = time.monotonic() - began
        fresh = phone(browser, shown.inner_text())
        expect(fresh.get_by_text("已计票").first).to_be_visible(timeout=15_000)
        able = time.monotonic() - began
        host.wait_for_timeout(400)
        picture(host, "host-new-badge")
        with capsys.disabled():
            print(f"\ndead phone: {hand.clicks} clicks, a new code after {code:.1f} s, the vote in reach after {able:.1f} s")
        assert hand.clicks <= MOST_CLICKS and able <= MOST_SECONDS

        # the mark that was sent is there, and may be changed; the old badge is stopped
        fresh.get_by_text("修改评分").click()
        expect(fresh.locator("[name='m.U01.quality']")).to_have_value("61")
        mark(fresh, "U01", 71)
        fresh.get_by_role("button", name=re.compile("提\\s*交")).click()
        expect(fresh.get_by_text("第2次提交").first).to_be_visible(timeout=15_000)
        assert dead.request.get(links["L02"]).status == 404

        # he has to step back after all: the host is told that a paper is in, and the phone says that it does not count
        host.get_by_role("button", name="好了").click()
        host.get_by_role("button", name="登记回避").click()
        expect(host.get_by_text(re.compile("已经投了：确认后按回避处理"))).to_be_visible(timeout=15_000)
        host.get_by_label("原因").fill("与该单位负责人是亲属")
        host.get_by_label("原因").press("Enter")
        host.wait_for_timeout(500)
        picture(host, "host-recusal")
        host.get_by_role("button", name="确认回避").click()
        expect(fresh.get_by_text("您需回避鹿城区，不参加打分。")).to_be_visible(timeout=30_000)
        expect(fresh.get_by_text(re.compile("您此前提交的评分不再计入"))).to_be_visible()
        expect(fresh.get_by_text("已计票")).to_have_count(0)
        picture(fresh, "phone-recused-on-the-spot")

        # the desk
        host.goto(f"{server.address}/desk?s={KEY}")
        field = host.get_by_label(re.compile("查席位"))
        expect(field).to_be_visible(timeout=60_000)
        field.fill(links["D01"])
        field.press("Enter")
        expect(host.get_by_text(re.compile("D01.*已签到。")).first).to_be_visible(timeout=15_000)
        expect(field).to_have_value("")
        picture(host, "desk")
    assert "Traceback" not in server.log()
