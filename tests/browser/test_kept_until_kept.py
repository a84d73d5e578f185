"""One promise from the stage to its relapse, in real browsers: listed with one click, taken on, reported with a photo
from a phone, extended, refused, struck off, found not kept by a citizen monitor's phone, reopened under its own number.
The leader's page, the wall chart and the screen of the next sitting show it right at each step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from db.engine import Database
from db.migrate import migrate
from hall import care
from hall.door import COOKIE
from hall.stage import rounds
from office import people
from office.listing import items
from office.listing.items import state_of
from office.people import Role
from office.points import points_ledger
from office.sitting import sittings
from scoring.commitment import Kind, Status, Verdict
from tests import files, make
from tests.browser.real import Server, chromium, picture

pytestmark = pytest.mark.slow
NUMBER = "2026Q1-001"
WAIT = 30_000


def now() -> datetime:
    return datetime.now(UTC)


class Office:
    """The whole app with a promise on its list, and everybody who has a hand in it signed in."""

    def __init__(self, folder: Path, browser: Browser) -> None:
        self.server = Server(f"sqlite:///{folder / 'leitai.db'}", folder / "server.log")
        self.database = Database(self.server.url)
        self._browser = browser
        migrate(self.database)
        due = now().date() + timedelta(days=20)
        plan = make.plan(held_on=now().date() - timedelta(days=30))
        said = plan.declarations["U1"].shortcomings[0]
        promise = make.Commitment(text="开工率到90%", owner="分管副县长", deadline=due, amount="90", amount_unit="%")
        sittings.load(self.database, make.plan(held_on=plan.held_on, declarations={
            "U1": make.Declaration(shortcomings=(make.Shortcoming(text=said.text, commitments=(promise,)),))}), by="test", at=now())
        self._next_sitting()
        self.tokens = {name: self._join(name, role, unit) for name, role, unit in (
            ("督办员", Role.ADMINISTRATOR, ""), ("联络员", Role.LIAISON, "small-A"), ("监督员", Role.SUPERVISOR, ""),
            ("分管领导", Role.LEADER, ""))}
        self.server.start()

    def _next_sitting(self) -> None:
        """The same arena a quarter later, the same unit on stage; it is on stage in the first one too."""
        planned = make.plan("next", held_on=now().date(), period="2026Q2", units=1, seats=())
        sittings.load(self.database, replace(
            planned, units=(replace(planned.units[0], key="small-A"),),
            targets=(replace(planned.targets[0], unit="small-A"),)), by="test", at=now())
        for key in ("small", "next"):
            rounds.show(self.database, key, "target", "U1", by="test", at=now())

    def _join(self, name: str, role: Role, unit: str) -> str:
        link = people.add_staff(self.database, name=name, title=name, roles=[role], unit=unit, by="test", at=now())
        return people.set_password(self.database, link, "four-different", at=now())

    def screen(self, name: str = "", width: int = 1366, height: int = 768) -> Page:
        context = self._browser.new_context(viewport={"width": width, "height": height}, is_mobile=width < 500,
                                            has_touch=width < 500)
        if name:
            context.add_cookies([{"name": COOKIE, "value": self.tokens[name], "url": self.server.address}])
        page = context.new_page()
        page.set_default_timeout(WAIT)
        return page

    def close(self) -> None:
        self.server.stop()
        self.database.dispose()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with chromium() as browser:
        made = Office(tmp_path, browser)
        yield made
        made.close()


def move(page: Page, address: str, key: str, *, text: tuple[str, str] | None = None, day: tuple[str, date] | None = None,
         files_label: str = "") -> None:
    """Open the item, press one of its keys, fill in what it asks for, and confirm."""
    page.goto(f"{address}/item?n={NUMBER}")
    page.get_by_role("button", name=key, exact=True).first.click()
    confirm = page.get_by_role("button", name=f"确认{key}")
    expect(confirm).to_be_visible()
    if files_label:
        page.get_by_label(files_label).click()
        page.get_by_role("option").first.click()
        page.keyboard.press("Escape")
    if day is not None:
        page.get_by_test_id("stDateInput").filter(has_text=day[0]).get_by_role("spinbutton").first.click()
        page.keyboard.type(day[1].strftime("%Y%m%d"))
    if text is not None:
        page.get_by_label(text[0]).fill(text[1])
        page.get_by_label(text[0]).press("Tab")
    confirm.click()
    expect(page.get_by_text(f"{NUMBER}：{key}，已记下")).to_be_visible()


class Views:
    """What stays open at the leader's, on the office's wall, and in the hall of the next sitting."""

    def __init__(self, office: Office) -> None:
        self._address = office.server.address
        self._leader, self._chart, self._screen = office.screen("分管领导"), office.screen("分管领导"), office.screen("督办员")
        self._screen.goto(f"{self._address}/screen?s=next")

    def show(self, status: str, light: str, last_time: str, *, month: date) -> None:
        """The same state on all three; the chart has it once, in the column of its deadline."""
        self._leader.goto(f"{self._address}/mine")
        row = self._leader.locator("table.lt tr").filter(has_text=NUMBER).first
        expect(row).to_contain_text(status)
        expect(row).to_contain_text(light)
        self._chart.goto(f"{self._address}/wallchart")
        row = self._chart.locator(".lt-chart-table tbody tr")
        expect(row).to_have_count(1)
        heads = self._chart.locator(".lt-chart-table thead th").all_inner_texts()
        told = [cell.inner_text().strip() for cell in row.locator("td").all()]
        lit = row.locator(f'span[title="{light}"]')
        expect(lit).to_have_count(2)  # the total, and the month
        column = next(n for n, head in enumerate(heads) if head.split() == [f"{month.month}月", str(month.year)])
        assert told[1] == told[column] and told[1].endswith("1") and sum(map(bool, told[1:])) == 2, (heads, told)
        expect(self._screen.locator("body")).to_contain_text(last_time)


def test_a_promise_is_pressed_until_it_is_kept_and_comes_back_when_it_was_not(office: Office, tmp_path: Path) -> None:
    address, database = office.server.address, office.database
    photo = tmp_path / "IMG_0001.jpg"
    photo.write_bytes(files.photo(size=(3000, 2000), place=True))
    with database.reading() as c:
        desk = people.reads.staff_by_token(c, people._sha256(office.tokens["督办员"]), now().isoformat())
    assert desk is not None
    liaison, desk_page = office.screen("联络员"), office.screen("督办员")
    desk_page.goto(f"{address}/asking?s=small")
    desk_page.get_by_role("tab", name="点评").click()
    desk_page.get_by_role("button", name="把1项承诺列入清单").click()
    expect(desk_page.get_by_text("本场承诺已列入清单1项")).to_be_visible()
    due = state_of(database, NUMBER).deadline
    assert due is not None
    items.happen(database, NUMBER, Kind.CORRECTED, who=desk, at=now(), text="补上联系领导", leader="分管领导")
    views = Views(office)
    views.show("待签收", "情况不明", "上次承诺1项，已销号0项", month=due)

    move(liaison, address, "签收")
    views.show("办理中", "情况不明", "上次承诺1项，已销号0项", month=due)
    phone = office.screen("联络员", 390, 844)
    phone.goto(f"{address}/evidence/of/{NUMBER}")
    phone.set_input_files("#files", str(photo))
    phone.fill("#words", "已开工三个，还差两个")
    phone.locator("form button").click()
    expect(phone.get_by_text("收到了")).to_be_visible()
    expect(phone.locator(".files img")).to_have_count(1)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    picture(phone, "evidence_phone")

    views.show("办理中", "正常", "上次承诺1项，已销号0项", month=due)

    later = due + timedelta(days=40)
    move(liaison, address, "申请延期", text=("延期理由", "汛期停工"), day=("申请延到", later))
    move(desk_page, address, "审批延期")
    assert (state_of(database, NUMBER).deadline, len(state_of(database, NUMBER).extensions)) == (later, 1)
    views.show("办理中", "正常", "上次承诺1项，已销号0项", month=later)
    supervisor, leader = office.screen("监督员"), office.screen("分管领导")
    for words in ("五个都开工了", "补齐了验收单"):
        move(liaison, address, "申请销号", text=("完成情况", words), files_label="佐证材料")
        move(supervisor, address, "现场核查")
        if words == "五个都开工了":
            views.show("待签批", "正常", "上次承诺1项，已销号0项", month=later)
            move(leader, address, "不予销号", text=("还要做什么", "补齐验收单"))
            views.show("办理中", "正常", "上次承诺1项，已销号0项", month=later)
    move(leader, address, "签批")
    move(desk_page, address, "公示销号")
    assert state_of(database, NUMBER).status is Status.CLOSED
    views.show("已销号", "办结", "上次承诺1项，已销号1项", month=later)

    desk_page.goto(f"{address}/lookback")
    desk_page.get_by_label("抽签号", exact=False).fill("20261122")
    desk_page.get_by_label("抽签号", exact=False).press("Tab")
    desk_page.get_by_role("button", name="安排并制发走访证").click()
    link = desk_page.locator("code").filter(has_text="/v/").first.inner_text().strip()
    monitor = office.screen(width=360, height=640)
    monitor.goto(link)
    monitor.locator("a.go").first.click()
    expect(monitor.locator(".files img")).to_have_count(1)
    monitor.locator("input[value=not_kept]").check()
    monitor.fill("#words", "两个工地又停了")
    monitor.set_input_files("#photos", str(photo))
    monitor.locator("form button").click()
    expect(monitor.get_by_text("已收到您的意见")).to_be_visible()
    assert monitor.evaluate("document.documentElement.scrollWidth") <= 360
    picture(monitor, "visitor_phone")

    desk_page.goto(f"{address}/lookback")
    expect(desk_page.get_by_text("两个工地又停了")).to_be_visible()
    desk_page.get_by_test_id("stRadio").filter(has_text="认定（多数意见：没有兑现）").get_by_text("没有兑现", exact=True).click()
    desk_page.get_by_label("依据").fill("现场核实")
    desk_page.get_by_label("依据").press("Tab")
    expect(desk_page.get_by_text("整改期限")).to_be_visible()
    picture(desk_page, "lookback")
    desk_page.get_by_role("button", name="认定", exact=True).click()
    expect(desk_page.get_by_text(f"{NUMBER}：已认定没有兑现，已重开").first).to_be_visible()

    item = state_of(database, NUMBER)
    assert (item.status, item.relapses, len(item.closings), item.rejections) == (Status.IN_PROGRESS, 1, 2, 1)
    assert item.look_backs[-1].verdict is Verdict.NOT_KEPT
    assert item.deadline is not None
    views.show("反弹1次", "情况不明", "上次承诺1项，已销号0项", month=item.deadline)
    for page, who, shown in (("item?n=" + NUMBER, liaison, "反弹重开"), ("mine", liaison, NUMBER),
                             ("commitments", desk_page, NUMBER), ("host?s=next", desk_page, "上次承诺1项，已销号0项")):
        who.goto(f"{address}/{page}")
        expect(who.get_by_text(shown).first).to_be_visible()
    desk_page.goto(f"{address}/lookback")
    desk_page.get_by_role("button", name="办结并记分").click()
    desk_page.get_by_role("dialog").get_by_role("button", name="办结并记分").click()
    expect(desk_page.get_by_text("分数已记入考绩台账").first).to_be_visible()
    assert [one.cause for one in points_ledger(database).bookings] == [f"回头看 {NUMBER} 没有兑现"]
    assert all(holds for _words, holds in care.verify(database))
