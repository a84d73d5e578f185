"""One result through four hands in a real browser: each on an own sign-in, the paper downloaded, an objection settled."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from hall.house import House
from office import people
from office.people import Role
from tests import make
from tests.browser.real import Server, chromium, picture

pytestmark = pytest.mark.slow
PASSWORD = "four-different"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A sitting that is scored and waits to be published; host, clerk, supervisor and unit A's liaison."""
    made = Server(f"sqlite:///{tmp_path / 'leitai.db'}", tmp_path / "server.log")
    house: House = make.house(made.url, make.Clock(datetime.now(UTC)))
    hall = make.sitting(house)
    for role in (Role.HOST, Role.CLERK, Role.SUPERVISOR, Role.LIAISON):
        link = people.add_staff(house.database, name=role.value, title=role.words, roles=[role], by="test",
                                unit="small-A" if role is Role.LIAISON else "", at=house.clock())
        people.set_password(house.database, link, PASSWORD, at=house.clock())
    for target, mark in (("U1", 90), ("U2", 85), ("U3", 80)):
        hall.open(target)
        hall.everybody(mark)
        hall.close()
    house.close()
    made.start()
    yield made
    made.stop()


def enter(browser: Browser, server: Server, role: Role, page_name: str) -> Page:
    page = browser.new_context(viewport={"width": 1366, "height": 768}, accept_downloads=True).new_page()
    page.goto(f"{server.address}/door")
    page.get_by_label("登录名").fill(role.value)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.goto(f"{server.address}/{page_name}")
    return page


def test_a_result_goes_through_four_hands_and_an_objection_is_settled(server: Server, tmp_path: Path) -> None:
    with chromium() as browser:
        host = enter(browser, server, Role.HOST, "host")
        host.get_by_role("button", name="公布成绩").click()
        host.get_by_role("button", name="提请计票员、监督员确认").click()
        expect(host.get_by_role("dialog")).to_have_count(0, timeout=15000)
        expect(host.get_by_text("监督员 ○ 未确认")).to_be_visible(timeout=15000)

        clerk = enter(browser, server, Role.CLERK, "results")
        clerk.get_by_role("button", name="以计票员身份确认第1版").click()
        expect(clerk.get_by_text("● 计票员已确认")).to_be_visible(timeout=15000)
        picture(clerk, "four_hands_clerk")
        supervisor = enter(browser, server, Role.SUPERVISOR, "results")
        supervisor.get_by_role("button", name="以监督员身份确认第1版").click()
        expect(supervisor.get_by_text("● 监督员已确认")).to_be_visible(timeout=15000)

        expect(host.get_by_text("监督员 ✓")).to_be_visible(timeout=15000)
        picture(host, "four_hands_console")
        host.get_by_role("button", name="公布成绩").click()
        expect(host.get_by_role("button", name="确认公布")).to_be_enabled(timeout=15000)
        picture(host, "four_hands_publish")
        host.get_by_role("button", name="确认公布").click()
        expect(host.get_by_role("dialog")).to_have_count(0, timeout=15000)
        expect(host.get_by_text("成绩已公布。")).to_be_visible(timeout=15000)
        unit = enter(browser, server, Role.LIAISON, "results")
        expect(unit.get_by_text("正在现场揭晓，请看会场大屏")).to_be_visible(timeout=15000)
        picture(unit, "hall_first_unit")
        host.get_by_role("button", name="直接到底").click()
        expect(host.get_by_text("已全部揭晓")).to_be_visible(timeout=15000)
        unit.get_by_role("button", name="看最新").click()

        with unit.expect_download(timeout=15000) as paper:
            unit.get_by_role("button", name="下载成绩确认单").click()
        paper.value.save_as(tmp_path / "paper.docx")
        with zipfile.ZipFile(tmp_path / "paper.docx") as archive:
            assert "clerk，" in archive.read("word/document.xml").decode()
        unit.get_by_text("异议", exact=True).click()
        unit.get_by_label("理由和依据").fill("第二项少计一张票")
        unit.get_by_role("button", name="提出异议").click()
        expect(unit.get_by_text("待复核，分数冻结")).to_be_visible(timeout=15000)
        picture(unit, "objection_unit")

        supervisor.goto(f"{server.address}/results")
        supervisor.get_by_label("A县异议的复核依据").fill("复算无误")
        supervisor.get_by_role("button", name="维持原成绩").click()
        expect(supervisor.get_by_text("● 已复核：维持原成绩")).to_be_visible(timeout=15000)
        picture(supervisor, "objection_settled")
