"""Two clerks key a paper in two browsers, and the server is killed between the two keyings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from db.engine import Database
from db.migrate import migrate
from hall.ballots.paper_slips import Fate, slips
from hall.stage import rounds
from office import people
from office.people import Role
from office.sitting import sittings
from tests import make
from tests.browser.real import Server, chromium, picture

pytestmark = pytest.mark.slow
PASSWORD = "four-different"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(f"sqlite:///{tmp_path / 'leitai.db'}", tmp_path / "server.log")
    yield made
    made.stop()


def clerk(browser: Browser, server: Server, name: str) -> Page:
    page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
    page.goto(f"{server.address}/door")
    page.get_by_label("登录名").fill(name)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.goto(f"{server.address}/paper")
    return page


def key(page: Page, label: str, mark: str) -> None:
    page.get_by_label("席位号或编号").fill(label)
    page.get_by_label("质量", exact=True).fill(mark)
    page.get_by_role("button", name="录入这张纸票").click()


def test_the_first_keying_is_there_after_a_kill_and_the_second_makes_it_count(server: Server) -> None:
    now = datetime.now(UTC)
    database = Database(server.url)
    migrate(database)
    sittings.load(database, make.plan(), by="test", at=now)
    for name in ("clerk1", "clerk2"):
        link = people.add_staff(database, name=name, title="计票员", roles=[Role.CLERK], by="test", at=now)
        people.set_password(database, link, PASSWORD, at=now)
    rounds.open_round(database, "small", ("U2",), by="host", at=now)
    server.start()
    with chromium() as browser:
        page = clerk(browser, server, "clerk1")
        key(page, "L1", "88")
        expect(page.get_by_text("第一遍已录入").first).to_be_visible(timeout=20_000)
        for field in (page.get_by_label("席位号或编号"), page.get_by_label("质量", exact=True)):
            expect(field).to_have_value("")  # blank for the next paper

        server.kill()
        server.start()
        page = clerk(browser, server, "clerk2")
        expect(page.get_by_text("有1张等您复录：L1")).to_be_visible(timeout=20_000)
        picture(page, "paper-second-keying")
        key(page, "L1", "88")
        expect(page.get_by_text("两遍一致，已计入").first).to_be_visible(timeout=20_000)
        page.get_by_role("tab", name="全部纸票").click()
        expect(page.get_by_text("clerk1、clerk2")).to_be_visible()
        picture(page, "paper-all")

    assert [one.fate for one in slips(database, "small")] == [Fate.COUNTED]
    database.dispose()
