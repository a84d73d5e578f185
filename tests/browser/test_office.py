"""Preparation in a real browser: what only a browser shows (dialogs, tabs, downloads, a phone's width)."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from db.engine import Database
from db.migrate import migrate
from office import people
from office.people import Role
from office.sitting import sittings
from tests import make
from tests.browser.real import Server, chromium, picture

pytestmark = pytest.mark.slow
PASSWORD = "four-different"


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("office")
    made = Server(f"sqlite:///{folder / 'leitai.db'}", folder / "server.log")
    database = Database(made.url)
    migrate(database)
    sittings.load(database, make.plan(), by="test", at=now())
    for name, roles, unit in (("host", [Role.HOST, Role.ADMINISTRATOR], ""), ("liaison", [Role.LIAISON], "small-B")):
        link = people.add_staff(database, name=name, title=name, roles=roles, unit=unit, by="test", at=now())
        people.set_password(database, link, PASSWORD, at=now())
    database.dispose()
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def enter(browser: Browser, server: Server, name: str, width: int, height: int) -> tuple[BrowserContext, Page]:
    context = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
    page = context.new_page()
    page.goto(f"{server.address}/door")
    page.get_by_label("登录名").fill(name)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    return context, page


def test_badges_are_issued_asked_for_again_downloaded_and_open_on_a_phone(server, browser, tmp_path):
    context, page = enter(browser, server, "host", 1366, 768)
    page.goto(f"{server.address}/prepare")
    tab = page.get_by_role("tab", name="胸牌")
    tab.click()
    page.get_by_role("button", name="制发缺的8席").click()
    expect(page.get_by_text("刚制发的8张")).to_be_visible(timeout=20000)
    expect(tab).to_have_attribute("aria-selected", "true")

    page.get_by_role("button", name="全部重新制发（8席）").click()
    page.get_by_role("dialog").get_by_role("button", name="全部重新制发").click()
    expect(page.get_by_role("dialog")).to_have_count(0, timeout=20000)
    expect(tab).to_have_attribute("aria-selected", "true")
    picture(page, "prepare_badges")
    with page.expect_download() as download:
        page.get_by_role("button", name="下载打印页").click()
    file = tmp_path / "badges.html"
    download.value.save_as(file)
    context.close()

    links = re.findall(r'class="link">([^<]+)<', file.read_text(encoding="utf-8"))
    assert len(links) == 8
    with urllib.request.urlopen(links[0], timeout=10) as answer:
        assert answer.status == 200


def test_a_liaison_fills_in_the_form_on_a_phone(server, browser):
    context, page = enter(browser, server, "liaison", 390, 844)
    page.goto(f"{server.address}/unit")
    expect(page.get_by_label("不足（一句话）")).to_have_count(3, timeout=20000)  # they may come in any order
    first = page.get_by_label("不足（一句话）").first
    first.fill("服务业增速靠后")
    first.press("Tab")
    expect(page.get_by_text("有改动还没有保存")).to_be_visible(timeout=20000)
    assert page.evaluate("document.querySelector('.stMain').scrollWidth <= document.querySelector('.stMain').clientWidth")

    page.get_by_role("button", name="保存填报").click()

    expect(page.get_by_text("B县的填报已保存").last).to_be_visible(timeout=20000)
    expect(page.get_by_text("有改动还没有保存")).to_have_count(0, timeout=20000)
    picture(page, "unit_phone")
    page.reload()
    expect(page.get_by_label("不足（一句话）").first).to_have_value("服务业增速靠后", timeout=20000)
    context.close()


def test_home_fits_a_phone(server, browser):
    context, page = enter(browser, server, "host", 390, 844)
    expect(page.get_by_role("heading", name="等您处理")).to_be_visible(timeout=20000)
    assert page.evaluate("document.querySelector('.stMain').scrollWidth <= document.querySelector('.stMain').clientWidth")
    picture(page, "home_phone")
    context.close()
