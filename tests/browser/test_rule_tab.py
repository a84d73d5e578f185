"""The rule tab and the parts of the total in a real browser: windows that stay open, tabs that stay chosen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import TimeoutError as TooLong

from hall.house import House
from office import people
from office.people import Role
from office.sitting import sittings
from office.sitting.plan import PlannedTarget, PlannedUnit
from tests import make
from tests.browser.real import Server, chromium, picture

pytestmark = pytest.mark.slow
PASSWORD = "four-different"
RULE = make.RULE + """
[[components]]
key = "evaluation"
weight = "80%"
[[components]]
key = "towns"
weight = "20%"
"""
TOWNS = (("T1", "上塘镇", "small-A"), ("T2", "桥头镇", "small-A"), ("T3", "昆阳镇", "small-B"))


def prepare(house: House) -> None:
    """A county sitting to come, and its towns' sitting published."""
    sittings.load(house.database, make.plan(units=13, leaders=6, public=9, rule=RULE), by="test", at=house.clock())
    plan = make.plan("town", title="镇街亮绩赛场", declarations={})
    towns = make.sitting(house, replace(
        plan, seats=tuple(replace(seat, unit="") for seat in plan.seats),
        units=tuple(PlannedUnit(key=key, name=name, kind="town", parent=parent) for key, name, parent in TOWNS),
        targets=tuple(PlannedTarget(key=key, name=name, unit=key, presenter="镇党委书记", ranking_group="", ranked=True)
                      for key, name, _ in TOWNS)))
    for n, (key, _, _) in enumerate(TOWNS):
        towns.open(key)
        for code in towns.secrets:
            towns.cast(code, 80 + 5 * n)
        towns.close()
    towns.publish(despite_warnings=True)
    link = people.add_staff(house.database, name="host", title="主持人", roles=[Role.HOST], by="test", at=house.clock())
    people.set_password(house.database, link, PASSWORD, at=house.clock())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("rule")
    made = Server(f"sqlite:///{folder / 'leitai.db'}", folder / "server.log")
    house = make.house(made.url, make.Clock(datetime.now(UTC)))
    prepare(house)
    house.close()
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def page(server: Server, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    opened = context.new_page()
    opened.goto(f"{server.address}/door")
    opened.get_by_label("登录名").fill("host")
    opened.get_by_label("密码").fill(PASSWORD)
    opened.get_by_role("button", name="登录").click()
    expect(opened.get_by_role("heading", name="等您处理")).to_be_visible(timeout=20000)
    opened.goto(f"{server.address}/prepare?s=small")
    yield opened
    context.close()


def choose(page, label, option):
    """Open the list and pick; a list that a redraw of the page has closed is opened again, as anybody would."""
    for _ in range(4):
        page.get_by_role("combobox", name=label).click()
        try:
            page.get_by_role("option", name=option).click(timeout=5000)
        except TooLong:
            continue
        return
    raise AssertionError(f"{option} is not to be had under {label}")


def test_a_published_rule_is_tried_out_again_and_again_in_one_window(page):
    page.get_by_role("tab", name="评分办法").click()
    choose(page, "换成别的办法作底稿", "面试式")
    expect(page.get_by_text("公务员面试公告的通行做法")).to_be_visible(timeout=20000)
    page.get_by_role("button", name="换上").click()
    expect(page.get_by_text("现场答问占20%。")).to_be_visible(timeout=20000)

    page.get_by_role("button", name="试算").click()
    window = page.get_by_role("dialog")
    expect(window.get_by_text("示例选票，不是成绩。")).to_be_visible(timeout=20000)
    expect(window.get_by_text("第1组样本")).to_be_visible()
    expect(window.get_by_text("去高4处、去低4处").first).to_be_visible()
    picture(page, "prepare_tryout")
    window.get_by_role("button", name="换一组示例选票").click()

    expect(window.get_by_text("第2组样本")).to_be_visible(timeout=20000)
    assert window.evaluate("window => window.scrollWidth <= window.clientWidth")


def test_towns_are_rolled_up_where_one_is(page):
    tab = page.get_by_role("tab", name="分项得分")
    tab.click()
    page.get_by_role("button", name="把2家的得分填入").click()

    expect(page.get_by_text("已填入2家：镇街亮绩赛场").last).to_be_visible(timeout=20000)
    expect(tab).to_have_attribute("aria-selected", "true")
    expect(page.get_by_label("towns（占20%，满分100）").first).to_have_value("82.5")
    picture(page, "prepare_rollup")
