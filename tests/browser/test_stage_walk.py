"""One unit led through its segments in a real browser: keyboard, clock, question, comment, ballot, on two projectors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from db.engine import Database
from hall.stage import comments, questioning
from office import people
from office.sitting.plan import PlannedSegment
from tests import make
from tests.browser.real import Server, beside, chromium, picture
from tests.browser.test_reveal import NAMES, PASSWORD, SIZES, TOO_SMALL_OR_OUTSIDE

KEY = "walk"
SEGMENTS = (
    PlannedSegment(key="film", kind="film", title="指标亮晒", scope="before"),
    PlannedSegment(key="speech", kind="speech", title="发言", seconds=600, warn_seconds=60),
    PlannedSegment(key="questions", kind="questions", title="现场提问", seconds=6, warn_seconds=3),
    PlannedSegment(key="comment", kind="comment", title="市长点评", seconds=180, warn_seconds=30),
    PlannedSegment(key="ballot", kind="ballot", title="打分"),
)
QUESTION = "您刚才说重大项目开工慢，主要是征地拆迁没有跟上。请问全区今年还有多少户没有签约，由谁负责，什么时候能全部签完？"
SCROLLS = """() => { const main = document.querySelector('.stMain');
  return main.scrollHeight > main.clientHeight + 1 || document.scrollingElement.scrollWidth > innerWidth; }"""
pytestmark = pytest.mark.slow


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(f"sqlite:///{tmp_path / 'leitai.db'}", tmp_path / "server.log")
    yield made
    made.stop()


def a_sitting(url: str) -> str:
    """Thirteen units by a short template; the administrator's first link."""
    house = make.house(url)
    link = people.first_link(house.database, at=datetime.now(UTC))
    plan = make.plan(KEY, units=13)
    declared = plan.declarations["U1"]
    three = tuple(replace(declared.shortcomings[0], text=text)
                  for text in ("重大项目开工慢", "规上工业增加值增速靠后", "小城镇整治进度滞后"))
    make.sitting(house, make.plan(KEY, units=13, leaders=6, public=20, segments=SEGMENTS, rule=make.RULE + """
[[deductions]]
key = "overtime"
name = "发言超时"
points = "-0.5"
""", targets=tuple(replace(one, name=name) for one, name in zip(plan.targets, NAMES, strict=True)),
        declarations={one.key: replace(declared, shortcomings=three) for one in plan.targets}))
    house.close()
    return link


def see(screens: dict[str, Page], *words: str) -> None:
    for screen in screens.values():
        for one in words:
            expect(screen.locator("body")).to_contain_text(one, timeout=30_000)


def look(host: Page, screens: dict[str, Page], name: str) -> None:
    """Pictures for a person; nothing too small, cut or outside, and no page scrolls."""
    for size, screen in screens.items():
        screen.wait_for_timeout(300)
        picture(screen, f"stage-{name}-{size}")
        assert screen.evaluate(TOO_SMALL_OR_OUTSIDE) == [], f"{name} at {size}"
    picture(host, f"stage-{name}-console")
    assert not host.evaluate(SCROLLS), f"the console scrolls at {name}"


def pressed(host: Page, letter: str, then: str) -> None:
    """A letter on the keyboard, and what the red key says after it."""
    host.keyboard.press(letter)
    expect(host.locator(".st-key-step button")).to_contain_text(then, timeout=30_000)
    host.wait_for_timeout(900)  # a breath: a double press is one press


def test_a_unit_goes_from_speech_to_ballot_by_the_keyboard(server: Server) -> None:
    link = a_sitting(server.url)
    server.start()
    with chromium() as browser:
        desk = browser.new_context(viewport={"width": 1366, "height": 768})
        host = desk.new_page()
        host.goto(f"{server.address}/door/link/{link}")
        host.get_by_label("新密码").fill(PASSWORD)
        host.get_by_label("再输入一次").fill(PASSWORD)
        host.get_by_role("button", name="设置并进入").click()
        expect(host.get_by_text("县区比拼现场").first).to_be_visible(timeout=60_000)
        screens = {}
        for size, viewport in SIZES.items():
            screens[size] = beside(host, **viewport)
            screens[size].goto(f"{server.address}/screen?s={KEY}")
        host.goto(f"{server.address}/host?s={KEY}")
        expect(host.locator(".st-key-step button")).to_contain_text("开始指标亮晒", timeout=60_000)

        pressed(host, "n", "结束指标亮晒，请第1家 鹿城区上台")
        see(screens, "指标亮晒")
        look(host, screens, "1-film")
        pressed(host, "n", "开始发言（10分钟）")
        host.keyboard.press("n")
        host.keyboard.press("n")  # a double press is one press
        expect(host.locator(".st-key-step button")).to_contain_text("结束发言，开始现场提问", timeout=30_000)
        see(screens, "剩余时间", "09:5", "重大项目开工慢", "◆ 发言")
        look(host, screens, "2-speech")

        search = host.get_by_placeholder("手机坏了")
        search.fill("")
        search.press_sequentially("npmzf")  # letters in a field are letters
        host.wait_for_timeout(1200)
        expect(host.locator(".st-key-step button")).to_contain_text("结束发言，开始现场提问")
        search.fill("")
        search.evaluate("field => field.blur()")
        host.keyboard.press("p")
        see(screens, "已暂停")
        look(host, screens, "3-paused")
        host.keyboard.press("p")
        expect(host.get_by_role("button", name="暂停计时")).to_be_visible(timeout=30_000)
        host.keyboard.press("m")
        see(screens, "10:")

        host.wait_for_timeout(900)
        pressed(host, "n", "结束现场提问，开始市长点评")
        database, now = Database(server.url), datetime.now(UTC)
        questioning.ask_at_once(database, KEY, "U1", asker="分管副市长", group="", text=QUESTION, on_stage=None,
                                by="host", at=now)
        see(screens, "超时", "还有多少户没有签约")
        expect(host.locator(".c-clock.over")).to_contain_text("超时")
        look(host, screens, "4-question-overtime")

        host.keyboard.press("z")  # beginning the questions is taken back: the speech goes on as if nothing had been
        expect(host.locator(".st-key-step button")).to_contain_text("结束发言，开始现场提问", timeout=30_000)
        see(screens, "◆ 发言")
        host.wait_for_timeout(900)
        pressed(host, "n", "结束现场提问，开始市长点评")
        pressed(host, "n", "结束市长点评，开始打分")
        for n, text in enumerate(("征地拆迁要全部签约，区委书记每周调度一次", "开工一批、谋划一批，三季度项目库要补足30个")):
            comments.say(database, KEY, "U1", speaker="市长", kind="task" if n else "problem", text=text, by="host", at=now,
                         owner="鹿城区委书记", deadline=(now + timedelta(days=60)).date())
        database.dispose()
        see(screens, "征地拆迁要全部签约", "问题", "任务")
        look(host, screens, "5-comment")

        host.keyboard.press("f")
        see(screens, "画面已冻结")
        pressed(host, "n", "截止打分")
        look(host, screens, "6-frozen")
        host.keyboard.press("f")
        see(screens, "打分中")
        expect(host.locator(".c-stage")).to_contain_text("用时：发言")
        look(host, screens, "7-ballot")
        host.wait_for_timeout(900)
        host.get_by_role("button", name="立即截止").click()
        expect(host.locator(".st-key-step button")).to_contain_text("下一家：第2家 龙湾区上台", timeout=30_000)
        look(host, screens, "8-closed")
