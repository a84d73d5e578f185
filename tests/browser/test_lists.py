"""The four sample lists, loaded by the command line and walked through in a browser, at a desk and on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Page, expect

from db.engine import Database
from db.migrate import migrate
from hall.cli import main
from hall.door import COOKIE
from office import people
from office.people import Role
from tests.browser.real import ROOT, Server, chromium, picture
from tests.browser.test_kept_until_kept import now

pytestmark = pytest.mark.slow
LISTS = ("wenzhou_list_2018", "yongkang_list_2016", "yinzhou_list_2017", "longquan_list_2022")
COUNTED = (
    ("batch=首轮&kind=shortcoming", "共196项，已办结183项"), ("batch=首轮&kind=measure", "共568项，已办结555项"),
    ("batch=百日攻坚&kind=project", "共31项"), ("kind=difficulty", "共38项，已办结37项（97.4%）"),
    ("kind=problem", "共72项，已办结59项（81.9%）"), ("kind=clearance", "共27项"), ("batch=2022年观摩项目", "共46项"))
TABLES = {"plan": "时间节点", "task": "措施", "division": "牵头单位", "responsibility": "督导员", "progress": "最近情况"}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[Server, str]]:
    server = Server(f"sqlite:///{tmp_path / 'leitai.db'}", tmp_path / "server.log")
    database = Database(server.url)
    migrate(database)
    for name in (*LISTS, LISTS[-1]):
        assert main(["load", str(ROOT / "sample_sessions" / name), "--database-url", server.url]) == 0
    link = people.add_staff(database, name="督办员", title="督办员", roles=[Role.ADMINISTRATOR], by="test", at=now())
    token = people.set_password(database, link, "four-different", at=now())
    database.dispose()
    server.start()
    yield server, token
    server.stop()


def see(page: Page, address: str, *words: str) -> None:
    page.goto(address)
    for one in words:
        expect(page.locator(".stMain")).to_contain_text(one, timeout=30_000)


def test_the_sample_lists_are_walked_through(place: tuple[Server, str]) -> None:
    server, token = place
    at = server.address
    with chromium() as browser:
        def screen(width: int, height: int) -> Page:
            context = browser.new_context(viewport={"width": width, "height": height}, is_mobile=width < 500)
            context.add_cookies([{"name": COOKIE, "value": token, "url": at}])
            return context.new_page()

        desk, phone = screen(1366, 900), screen(390, 844)
        for address, words in COUNTED:
            see(desk, f"{at}/commitments?{address}", words, "含示例数据，4份说明")
        see(desk, f"{at}/wallchart?batch=首轮&kind=measure", "共568项", "10月", "2018", "瓯海区")
        picture(desk, "list-wall-chart")
        cell = desk.locator(".lt-chart-table tbody tr").first.locator("td a").nth(1)
        cell.click()
        expect(desk).to_have_url(re.compile("/commitments"))
        asked = parse_qs(urlparse(desk.url).query)
        assert (asked["batch"], asked["kind"], asked["month"][0][:3]) == (["首轮"], ["measure"], "201")
        expect(desk.locator(".stMain")).to_contain_text("列出")
        for view, head in TABLES.items():
            see(desk, f"{at}/wallchart?kind=clearance&view={view}", "桑家安置房地块", head)
        see(desk, f"{at}/wallchart?kind=clearance&view=calendar&month=2017-11", "2017-11", "◇ 节点")
        see(desk, f"{at}/item?n=YK-01-N1", "1.4万平方米", "村民代表大会一致通过", "市发改局", "示例数据")
        see(desk, f"{at}/item?n=LQ22-04", "回头看", "结论：没有兑现", "反弹重开", "已销号")
        see(desk, f"{at}/overview", "36位联系领导，共978项", "一月一现场")
        for address, words in (("wallchart?batch=首轮", "看这个单位的事项"), ("overview", "看这位领导的事项"),
                               ("commitments?kind=difficulty", "打开这一项"), ("item?n=YZ-Q01", "拔钉清零")):
            see(phone, f"{at}/{address}", words)
            assert phone.evaluate("document.documentElement.scrollWidth") <= 390, address
            picture(phone, f"list-{address.split('?')[0]}-phone")
