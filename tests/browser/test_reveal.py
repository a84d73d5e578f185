"""A reveal led from the console in a real browser, on two projectors, with the server killed in the middle of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from hall.screen import showing
from hall.screen.reveal import Low
from office import people
from office.sitting.plan import PlannedTarget
from tests import make
from tests.browser.real import Server, beside, chromium, picture

KEY, PASSWORD = "reveal", "县里的长密码 2026"
NAMES = ("鹿城区", "龙湾区", "瓯海区", "洞头区", "乐清市", "瑞安市", "永嘉县", "文成县", "平阳县", "泰顺县", "苍南县", "龙港市",
         "瓯江口产业集聚区")
SIZES = {"wide": {"width": 1920, "height": 1080}, "narrow": {"width": 1024, "height": 768}}
pytestmark = pytest.mark.slow

TOO_SMALL_OR_OUTSIDE = """() => {
  const bad = [], high = innerHeight, wide = innerWidth;
  const walk = document.createTreeWalker(document.querySelector('.w'), NodeFilter.SHOW_TEXT);
  for (let node; node = walk.nextNode();) {
    if (!node.data.trim()) continue;
    const box = document.createRange(); box.selectNodeContents(node);
    const r = box.getBoundingClientRect(), size = parseFloat(getComputedStyle(node.parentElement).fontSize);
    if (size < high / 40 - 0.1) bad.push(`${node.data.trim()} is ${size}px`);
    if (r.left < 0 || r.right > wide + 1 || r.top < 0 || r.bottom > high + 1) bad.push(`${node.data.trim()} is outside`);
    const cut = node.parentElement;
    if (cut.scrollWidth > cut.clientWidth + 1 && getComputedStyle(cut).textOverflow === 'ellipsis')
      bad.push(`${node.data.trim()} is cut`);
  }
  const foot = document.querySelector('.w .foot').getBoundingClientRect();
  for (const row of document.querySelectorAll('.w .row'))
    if (row.getBoundingClientRect().bottom > foot.top + 1) { bad.push('a row runs into the foot'); break; }
  const page = document.scrollingElement;
  if (page.scrollHeight > high || page.scrollWidth > wide) bad.push('scroll bars');
  return bad;
}"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(f"sqlite:///{tmp_path / 'leitai.db'}", tmp_path / "server.log")
    yield made
    made.stop()


def a_published_sitting(url: str) -> str:
    """Thirteen units: the third and fourth tie, the last is scored only; the last three are revealed at once. The
    administrator's first link is returned."""
    house = make.house(url)
    link = people.first_link(house.database, at=datetime.now(UTC))
    plan = make.plan(KEY, units=13)
    plan = make.plan(KEY, units=13, leaders=5, targets=tuple(
        PlannedTarget(key=one.key, name=name, unit=one.unit, presenter="", ranking_group="", ranked=n < 13)
        for n, (one, name) in enumerate(zip(plan.targets, NAMES, strict=True), 1)))
    hall = make.sitting(house, plan)
    for n, target in enumerate(plan.targets, 1):
        hall.open(target.key)
        hall.everybody(97 - 2 * (3 if n == 4 else n))
        hall.close()
    hall.publish(despite_warnings=True)
    showing.set_low(house.database, KEY, 3, Low.TOGETHER, by="host", at=house.clock())
    house.close()
    return link


def look(screens: dict[str, Page], name: str) -> None:
    for size, screen in screens.items():
        picture(screen, f"reveal-{name}-{size}")
        assert screen.evaluate(TOO_SMALL_OR_OUTSIDE) == [], f"{name} at {size}"


def see(screens: dict[str, Page], words: str) -> None:
    for screen in screens.values():
        expect(screen.locator(".w")).to_contain_text(words, timeout=30_000)


def test_a_reveal_on_two_projectors_survives_a_kill_at_its_step(server: Server) -> None:
    link = a_published_sitting(server.url)
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
        see(screens, "成绩即将揭晓")
        assert "鹿城区" not in screens["wide"].locator("body").inner_text()
        look(screens, "0-before")

        host.goto(f"{server.address}/host?s={KEY}")
        expect(host.get_by_text("下一步将揭晓").first).to_be_visible(timeout=60_000)
        picture(host, "reveal-console")
        told = ["不排名", "第10名至第12名", "第9名"]
        for n, words in enumerate(told):
            if n % 2:
                host.keyboard.press("ArrowRight")
            else:
                host.get_by_role("button", name="下一步").click()
            see(screens, words)
            host.wait_for_timeout(900)
            look(screens, f"{n + 1}")

        server.kill()
        server.start()
        for screen in screens.values():
            expect(screen.locator(".w")).to_contain_text("第9名", timeout=60_000)
        assert "第8名" not in screens["wide"].locator(".w").inner_text()
        host.reload()
        expect(host.get_by_text("揭晓第3步").first).to_be_visible(timeout=60_000)
        expect(host.get_by_role("button", name="退一步")).to_be_enabled(timeout=30_000)
        host.wait_for_timeout(500)  # a key of the keyboard works once its button stands on the page
        host.keyboard.press("ArrowLeft")
        see(screens, "第10名至第12名")
        host.wait_for_timeout(900)
        for n in range(6):
            expect(host.get_by_text(f"揭晓第{n + 2}步").first).to_be_visible(timeout=30_000)
            host.get_by_role("button", name="下一步").click()
            host.wait_for_timeout(900)
        see(screens, "并列第3名")
        look(screens, "9-tied")

        host.get_by_role("button", name="冻结大屏").click()
        see(screens, "画面已冻结")
        host.wait_for_timeout(900)
        host.get_by_role("button", name="直接到底").click()
        expect(host.get_by_text("已全部揭晓").first).to_be_visible(timeout=30_000)
        host.wait_for_timeout(1500)
        see(screens, "并列第3名")
        look(screens, "10-frozen")
        picture(host, "reveal-console-frozen")
        host.get_by_role("button", name="恢复大屏").click()
        see(screens, "第1名")
        look(screens, "11-whole")
