"""The public board in a real browser: it follows the hall without a reload, on a phone, on a wall, and without a script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from hall.house import House
from hall.serving import SAMPLES
from office.folders.folder import read_folder
from tests import make
from tests.browser.real import Server, chromium, picture
from tests.hall.test_console import show

KEY = "wenzhou_county_2019q1"
CRITERIA = ("quality", "place", "innovation", "project", "environment", "duty")
PHONE, WALL = {"width": 390, "height": 844}, {"width": 1920, "height": 1080}
SOON = 5_000  # milliseconds in which a change must be on every screen
pytestmark = pytest.mark.slow


class Now:
    """The clock that the server process has too."""

    def __call__(self) -> datetime:
        return datetime.now(UTC)


class Scene:
    """A hall whose host and judges are this test, and a server beside it on the same database."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.hall = make.sitting(make.house(server.url, Now()), read_folder(SAMPLES / KEY))  # type: ignore[arg-type]
        self.address = f"{server.address}/board/{KEY}"

    @property
    def house(self) -> House:
        return self.hall.house

    def call(self, target: str) -> None:
        show(self.hall, "target", target)
        self.house.live.refresh()

    def papers(self, target: str, level: int) -> int:
        """Everybody who may sends a paper; how many that were."""
        snapshot = self.house.live.at(KEY)
        assert snapshot is not None
        waiting = []
        for n, code in enumerate(self.hall.secrets):
            seat = self.house.live.seat(self.hall.secrets[code])
            assert seat is not None
            if not snapshot.recused(seat, target):
                form = {f"m.{target}.{one}": str(level + (n + k) % 5) for k, one in enumerate(CRITERIA)}
                waiting.append(self.hall.send(code, form=form))
        return len([one.result(timeout=20) for one in waiting])

    def score(self, target: str, level: int) -> None:
        self.call(target)
        self.hall.open(target, seconds=0)
        self.papers(target, level)
        self.hall.close()


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    server = Server(f"sqlite:///{tmp_path / 'leitai.db'}", tmp_path / "server.log")
    made = Scene(server)
    server.start()
    yield made
    server.stop()
    made.house.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def look(browser: Browser, address: str, size: dict[str, int], **options: object) -> Page:
    page = browser.new_context(viewport=size, **options).new_page()  # type: ignore[arg-type]
    page.goto(address)
    return page


def mark_this_load(page: Page) -> None:
    """A page that is loaded anew forgets this."""
    page.evaluate("() => { window.same = true }")


def is_same_load(page: Page) -> bool:
    return bool(page.evaluate("() => window.same === true"))


def fits(page: Page) -> bool:
    """Nothing sticks out to the side."""
    return bool(page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"))


def test_phone_and_wall_follow_a_sitting_without_a_reload(scene: Scene, browser: Browser) -> None:
    problems: list[str] = []
    outside: list[str] = []
    phone = look(browser, scene.address, PHONE, device_scale_factor=2)
    wall = look(browser, scene.address, WALL)
    both = (phone, wall)
    for page in both:
        page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
        page.on("request", lambda asked: outside.append(asked.url) if not asked.url.startswith(
            (scene.server.address, "data:")) else None)
        mark_this_load(page)
        expect(page.locator("#stand")).to_have_text("○ 未开始")
        expect(page.locator("#agenda")).to_be_hidden()
        expect(page.locator("#line")).to_have_text("● 实时更新", timeout=SOON)
    picture(phone, "board-ahead-phone")

    scene.call("U01")
    for page in both:
        expect(page.locator("#stage h2")).to_have_text("鹿城区", timeout=SOON)
        expect(page.get_by_text("老城区征收签约进度慢")).to_be_visible()
        expect(page.locator("#stand")).to_have_text("▶ 进行中")
    picture(phone, "board-on-stage-phone")
    picture(wall, "board-on-stage-wall")

    scene.hall.open("U01", seconds=240)
    for page in both:
        expect(page.get_by_text("正在打分")).to_be_visible(timeout=SOON)
        expect(page.locator(".clock")).to_have_text(re.compile(r"剩 03:\d\d"), timeout=SOON)
    sent = scene.papers("U01", 88)
    assert sent > 50
    for page in both:
        for bar in page.locator("#stage progress").all():
            expect(bar).to_have_attribute("value", bar.get_attribute("max") or "", timeout=SOON)
    picture(phone, "board-open-phone")
    picture(wall, "board-open-wall")

    scene.hall.close()
    for page in both:
        expect(page.get_by_text("打分已截止")).to_be_visible(timeout=SOON)
        expect(page.locator("#agenda li").first).to_contain_text("■ 已截止")
        expect(page.locator("#released")).to_be_hidden()

    for n in range(2, 14):
        scene.score(f"U{n:02d}", 95 - n)
    scene.hall.publish(despite_warnings=True)
    scene.hall.reveal()
    for page in both:
        expect(page.locator("#stand")).to_have_text("● 已公布", timeout=SOON)
        expect(page.locator("#released tbody tr")).to_have_count(13)
        expect(page.locator("#agenda")).to_be_hidden()
        assert is_same_load(page) and fits(page)
    picture(phone, "board-released-phone")
    picture(wall, "board-released-wall")
    assert problems == [] and outside == []

    catalogue = look(browser, f"{scene.server.address}/board", PHONE, device_scale_factor=2)
    expect(catalogue.get_by_text("● 已公布")).to_be_visible()
    picture(catalogue, "board-list-phone")
    catalogue.get_by_role("link").first.click()
    expect(catalogue.locator("#released tbody tr")).to_have_count(13)


def test_a_lost_connection_is_said_and_the_board_comes_back(scene: Scene, browser: Browser) -> None:
    scene.call("U01")
    page = look(browser, scene.address, PHONE)
    expect(page.locator("#line")).to_have_text("● 实时更新", timeout=SOON)
    page.context.set_offline(True)
    expect(page.locator("#line")).to_contain_text("■ 连接中断，正在重连。画面停在", timeout=20_000)
    expect(page.locator("#stage h2")).to_have_text("鹿城区")
    scene.call("U02")
    page.context.set_offline(False)

    expect(page.locator("#line")).to_have_text("● 实时更新", timeout=20_000)
    expect(page.locator("#stage h2")).to_have_text("龙湾区")


def test_a_page_that_nobody_looks_at_asks_nothing(scene: Scene, browser: Browser) -> None:
    scene.hall.open("U01", seconds=0)
    page = look(browser, scene.address, PHONE)
    asked: list[str] = []
    expect(page.locator("#line")).to_have_text("● 实时更新", timeout=SOON)
    hide = "(h) => { Object.defineProperty(document, 'hidden', {value: h, configurable: true});" \
           " document.dispatchEvent(new Event('visibilitychange')) }"
    page.evaluate(hide, True)
    page.wait_for_timeout(600)
    page.on("request", lambda one: asked.append(one.url))
    page.wait_for_timeout(2_500)
    hidden = len(asked)
    page.evaluate(hide, False)
    page.wait_for_timeout(2_500)

    assert hidden == 0 and 2 <= len(asked) <= 4


def test_without_a_script_it_is_loaded_anew_and_says_the_same(scene: Scene, browser: Browser) -> None:
    page = look(browser, scene.address, PHONE, device_scale_factor=2, java_script_enabled=False)
    expect(page.locator("#line")).to_have_text("每5秒自动刷新", use_inner_text=True)
    scene.call("U01")
    scene.hall.open("U01", seconds=240)

    expect(page.locator("#stage h2")).to_have_text("鹿城区", timeout=12_000)
    expect(page.locator(".clock")).to_have_text(re.compile(r"\d\d:\d\d:\d\d 截止"))
    picture(page, "board-no-script")
