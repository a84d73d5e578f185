"""WCAG A and AA on every screen, checked by axe in a real browser; phones also with the system's largest font.

Nothing is let off, what Streamlit draws included. Pictures of the phones at 390x844, 360x640 and with letters of twice the size are
kept for a person to look at.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from db.engine import Database
from hall.screen import showing
from hall.stage import comments, questioning, rounds, segments
from office import people
from office.people import Role
from office.sitting.agenda_templates import template
from office.visits.look_back import NewLookBack, make_plan
from office.visits.visitors import VisitorKind
from tests import make, make_list
from tests.browser.real import PICTURES, Server, chromium, picture

pytestmark = pytest.mark.slow
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")
DONE, NOW = "small", "today"
LONG = timedelta(days=30)


@dataclass
class Place:
    """Everything that there is to look at."""

    server: Server
    desk: str
    phones: dict[str, str]
    visitor: str
    item: str


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A sitting that is published, with a list and a look-back; and one that goes on, a unit on stage."""
    folder = tmp_path_factory.mktemp("accessible")
    server = Server(f"sqlite:///{folder / 'leitai.db'}", folder / "server.log")
    house = make.house(server.url, make.Clock(datetime.now(UTC)))
    now = house.clock()
    made = make_list.of(house)
    people.first_link(house.database, at=now)
    office = made.person("office", Role.ADMINISTRATOR)
    today = make.sitting(house, make.plan(NOW, units=13, segments=template("county").segments, held_on=now.date()))
    done = make.Hall(house=house, key=DONE)
    done.badge()
    for n, target in enumerate(("U1", "U2", "U3")):
        done.open(target)
        done.everybody(90 - 5 * n)
        done.close()
    done.publish()
    showing.reveal_to(house.database, DONE, 2, seen=0, version=1, by="host", at=now)
    today.open("U1")
    today.everybody(88)
    today.close()
    today.void(today.open("U2"))
    segments.call_up(house.database, NOW, "U3", seen=None, by="host", at=now)
    _plan, links = make_plan(house.database, NewLookBack(
        title="三季度回头看", period="2026Q3", ends_on=(now + LONG).date(), pool=tuple(made.numbers[:2]),
        points={"kept": "0", "letter_only": "0", "not_kept": "-1"}, visitors=((VisitorKind.CITIZEN_MONITOR, 2),)),
        who=office, at=now)
    questioning.let_phones_ask(house.database, NOW, True, by="host", at=now)
    questioning.type_in(house.database, NOW, "U3", asker="市人大代表", group="", text="开工率什么时候到九成？", by="host", at=now)
    comments.say(house.database, NOW, "U3", speaker="市长", kind="problem", text="征地拆迁进度慢", by="host", at=now)
    link = people.demo_link(house.database, at=now)
    house.close()
    server.start()
    yield Place(server=server, desk=link, phones={code: f"{server.address}/b/{secret}" for code, secret in today.secrets.items()},
                visitor=f"{server.address}/v/{links[0].secret}", item=made.numbers[0])
    server.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def faults(page: Page, name: str) -> list[str]:
    """`console: color-contrast (serious): <p class=...>` of everything that axe finds."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": list(WCAG)}, "resultTypes": ["violations"]})
    return [f"{name}: {one['id']} ({one['impact']}): {node['html'][:160]}"
            f"  {node['any'][0]['message'][:150] if node['any'] else ''}"
            for one in found.response["violations"] for node in one["nodes"]]


PAGES = {
    "home": "首页", "host": "第3家", "prepare": "会前准备", "desk": "签到台", "asking": "提问", "paper": "纸票", "unit": "单位填报",
    "results": "成绩", "ledger": "台账", "commitments": "清单", "wallchart": "挂图", "lookback": "回头看", "reconcile": "对账",
    "reminders": "提醒", "record": "留痕", "advice": "评议", "mine": "事项", "host-reveal": "下一步将揭晓", "results-working": "成绩",
}
SIZES = {"1920x1080": {"width": 1920, "height": 1080}, "1024x768": {"width": 1024, "height": 768}}
PHONES = {"390x844": {"width": 390, "height": 844}, "360x640": {"width": 360, "height": 640}}
USUAL = {"standard": 16, "fixed": 13}
LARGEST = {"standard": 32, "fixed": 26}  # twice the size of a phone as it comes: the end of Android's slider
CUT_OFF = """wide => {
  const bad = [], page = document.scrollingElement;
  if (page.scrollWidth > wide + 1) bad.push(`the page is ${page.scrollWidth} wide`);
  for (const e of document.querySelectorAll('main *, header *, footer *')) {
    if (!e.offsetParent || !e.innerText || !e.innerText.trim()) continue;
    const style = getComputedStyle(e), box = e.getBoundingClientRect();
    if (box.right > wide + 1 || box.left < -1) bad.push(`outside: ${e.innerText.trim().slice(0, 40)}`);
    if (style.overflowX !== 'visible' && e.scrollWidth > e.clientWidth + 1) bad.push(`cut: ${e.innerText.trim().slice(0, 40)}`);
  }
  return bad;
}"""


def test_axe_finds_what_is_wrong(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content("<html lang=zh><title>x</title><main><p style='color:#aaa;background:#fff'>看不清</p><input></main></html>")
    found = faults(page, "bad")
    page.close()
    assert [one.split(" ")[1] for one in found] == ["color-contrast", "label"]


def test_every_page_of_the_desk_is_accessible(place: Place, browser: Browser) -> None:
    page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
    page.goto(f"{place.server.address}/door")
    wrong = faults(page, "door")
    page.goto(f"{place.server.address}/door/link/{place.desk}")
    addresses = {name: f"/{name}?s={NOW}" for name in PAGES if "-" not in name} | {
        "home": "/", "results": f"/results?s={DONE}", "advice": f"/advice?s={DONE}", "item": f"/item?n={place.item}",
        "results-working": f"/results?s={DONE}&u=U1", "host-reveal": f"/host?s={DONE}"}
    for name, address in addresses.items():
        page.goto(f"{place.server.address}{address}")
        expect(page.get_by_test_id("stMain")).to_contain_text(PAGES.get(name, "承诺"), timeout=60_000)
        settle(page)
        wrong += faults(page, name)
    assert wrong == []


def settle(page: Page) -> None:
    """Until nothing is being drawn; what fades in has no contrast yet."""
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=30_000)
    page.wait_for_timeout(700)


@pytest.mark.parametrize("size", SIZES)
def test_the_hall_screen_is_accessible(place: Place, browser: Browser, size: str) -> None:
    context = browser.new_context(viewport=SIZES[size])  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{place.server.address}/door/link/{place.desk}")
    wrong = []
    for name, words in ((NOW, "项目开工慢"), (DONE, "第2名")):
        page.goto(f"{place.server.address}/screen?s={name}")
        expect(page.locator(".w")).to_contain_text(words, timeout=60_000)
        settle(page)
        wrong += faults(page, f"screen of {name} at {size}")
    context.close()
    assert wrong == []


def test_phones_visitors_and_the_board_are_accessible_with_the_largest_font_too(place: Place, browser: Browser) -> None:
    database, wrong = Database(place.server.url), []
    context = browser.new_context(viewport=PHONES["390x844"], is_mobile=True, has_touch=True)  # type: ignore[arg-type]
    phone = context.new_page()

    def look(name: str) -> None:
        assert phone.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") == 17
        wrong.extend(faults(phone, name))
        for size, viewport in PHONES.items():
            phone.set_viewport_size(viewport)  # type: ignore[arg-type]
            picture(phone, f"phone-{name}-{size}")
            wrong.extend(f"{name} at {size}: {words}" for words in phone.evaluate(CUT_OFF, viewport["width"]))
        phone.set_viewport_size({"width": 360, "height": 2400})
        letters = context.new_cdp_session(phone)
        letters.send("Page.setFontSizes", {"fontSizes": LARGEST})
        wrong.extend(f"{name} with the largest font: {words}" for words in phone.evaluate(CUT_OFF, 360))
        if not phone.evaluate("parseFloat(getComputedStyle(document.body).fontSize) > 30"):
            wrong.append(f"{name} does not grow with the phone's letters")
        taken = letters.send("Page.captureScreenshot", {"format": "png"})["data"]
        (PICTURES / f"phone-{name}-largest-font.png").write_bytes(base64.b64decode(taken))
        letters.send("Page.setFontSizes", {"fontSizes": USUAL})
        letters.detach()
        phone.set_viewport_size(PHONES["390x844"])  # type: ignore[arg-type]

    phone.goto(place.phones["L1"])
    expect(phone.get_by_text("请等待主持人开始打分")).to_be_visible(timeout=15_000)
    look("waiting")
    rounds.open_round(database, NOW, ("U3",), by="host", at=datetime.now(UTC))
    expect(phone.locator("[name='m.U3.quality']")).to_be_visible(timeout=15_000)
    look("ballot")
    phone.fill("[name='m.U3.quality']", "88")
    phone.get_by_role("button", name="提").click()
    expect(phone.get_by_text("已计票").first).to_be_visible(timeout=15_000)
    look("receipt")
    phone.goto(f"{place.phones['L1']}/ask")
    look("ask")
    phone.goto(place.visitor)
    look("visitor")
    phone.get_by_role("link").first.click()
    look("visitor-item")
    phone.goto(f"{place.server.address}/board/{DONE}")
    look("board")
    rounds.close_round(database, NOW, by="host", at=datetime.now(UTC))
    database.dispose()
    context.close()
    assert wrong == []
