"""The end of a round as the host and the hall see it: a real server, console at 1366x768, wall at 1920x1080.

Phones are spoken for by plain HTTP: they check themselves, announce what they hold, vote in time, or come too late.
"""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from db.engine import Database
from db.migrate import migrate
from db.reads import sittings as reads
from db.stores.checks import Checks
from db.values import DeviceCheck
from db.work import work
from hall.serving import SAMPLES
from office import people
from office.folders.folder import read_folder
from office.prints import badges
from office.sitting import sittings
from tests.browser.real import Server, beside, chromium, picture

KEY = "wenzhou_county_2019q1"
CRITERIA = ("quality", "place", "innovation", "project", "environment", "duty")
GRACE = 12
pytestmark = pytest.mark.slow


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(f"sqlite:///{tmp_path / 'leitai.db'}", tmp_path / "server.log")
    yield made
    made.stop()


def now() -> datetime:
    return datetime.now(UTC)


def ask(link: str, body: dict[str, str] | None = None, **headers: str) -> tuple[int, dict[str, object]]:
    request = urllib.request.Request(link, None if body is None else json.dumps(body).encode(), {
        "Content-Type": "application/json", "Accept": "application/json", **headers})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as refused:
        return refused.code, json.loads(refused.read())


def announce(link: str, round_id: str) -> None:
    """The phone's poll while it holds a finished paper that it could not deliver."""
    assert ask(f"{link}/now", **{"X-Paper": f"{round_id} sealed"})[0] == 200


def vote(link: str, round_id: str, target: str = "U01") -> int:
    return ask(link, {"round": round_id, "nonce": f"n-{link[-8:]}", **{
        f"m.{target}.{criterion}": "88" for criterion in CRITERIA}})[0]


def device_checks(database: Database) -> None:
    """Nearly every phone is ready; two have trouble, one of them in the secret group."""
    with work(database) as w:
        sitting = reads.sitting(w.c, KEY)
        assert sitting is not None
        Checks(w.c).note(
            DeviceCheck(seat_id=seat.id, checked_at=now(), storage=seat.code != "D05", skew_ms=120 if seat.code != "L04"
                        else 400_000, round_trip_ms=60, lost=4 if seat.code == "P09" else 0)
            for seat in reads.seats(w.c, sitting.id) if seat.code != "L07")


def fits(page: Page) -> None:
    """Nothing of the console stands below the fold."""
    main = page.locator(".stMain").first
    assert main.evaluate("one => one.scrollHeight - one.clientHeight") <= 0


def press(page: Page, words: str | re.Pattern[str]) -> None:
    key = page.get_by_role("button", name=words).first
    expect(key).to_be_enabled(timeout=30_000)
    key.click()


def test_the_end_of_a_round_on_console_and_wall(server: Server) -> None:
    database = Database(server.url)
    migrate(database)
    sittings.load(database, replace(read_folder(SAMPLES / KEY), segments=(), grace_seconds=GRACE, seconds=0), by="test", at=now())
    links = {one.seat: one.link for one in badges.issue_badges(database, KEY, base_url=server.address, by="test",
                                                               at=now())}
    secret = people.demo_link(database, at=now())
    device_checks(database)
    server.start()
    for link in links.values():
        assert ask(f"{link}/now")[0] == 200
    with chromium() as browser:
        desk = browser.new_context(viewport={"width": 1366, "height": 768})
        host = desk.new_page()
        host.goto(f"{server.address}/door/link/{secret}")
        screen = beside(host, 1920, 1080)
        host.goto(f"{server.address}/host?s={KEY}")
        screen.goto(f"{server.address}/screen?s={KEY}")
        press(host, re.compile("第1家 鹿城区上台"))
        expect(host.get_by_text("手机有问题（3）")).to_be_visible(timeout=15_000)
        expect(host.get_by_text("在线7").first).to_be_visible(timeout=15_000)
        picture(host, "host-ready")
        fits(host)

        # the round: all but a few vote; five hold a finished paper that is not in
        host.wait_for_timeout(1500)  # the key rests for a breath: within it this would be a double press
        press(host, "开始打分")
        expect(host.get_by_role("button", name="截止打分")).to_be_visible(timeout=15_000)
        current = str(ask(f"{links['L01']}/now")[1]["round"])
        waiting = ("L02", "D01", "D02", "P01", "P02", "P04")
        for code, link in links.items():
            if code not in (*waiting, "L07"):
                assert vote(link, current) in (200, 403), code
        for code in waiting:
            announce(links[code], current)
        expect(screen.get_by_text("已投").first).to_be_visible(timeout=15_000)
        picture(host, "host-on-the-way")
        fits(host)

        # the countdown
        host.wait_for_timeout(1500)  # as above: papers come in faster than a breath
        press(host, "截止打分")
        expect(host.get_by_role("button", name="马上截止")).to_be_visible(timeout=15_000)
        expect(host.get_by_text("票在路上").first).to_be_visible(timeout=15_000)
        expect(screen.get_by_text("马上截止").first).to_be_visible(timeout=15_000)
        picture(host, "host-countdown")
        picture(screen, "screen-countdown")
        fits(host)

        # the last papers: one judge's arrives, the others do not
        expect(host.get_by_text("正在收最后的票").first).to_be_visible(timeout=(GRACE + 5) * 1000)
        expect(screen.get_by_text("已截止").first).to_be_visible(timeout=10_000)
        picture(host, "host-collecting")
        picture(screen, "screen-collecting")
        fits(host)
        assert vote(links["L02"], current) == 200
        press(host, "立即截止")
        expect(host.get_by_text("要截止请再按一次").first).to_be_visible(timeout=10_000)
        picture(host, "host-asks-once-more")

        # closed by the clock; what comes now is kept and told
        expect(host.get_by_role("button", name=re.compile("下一家：第2家"))).to_be_visible(timeout=(GRACE + 8) * 1000)
        expect(screen.get_by_text("最终投票数").first).to_be_visible(timeout=10_000)
        expect(host.get_by_text("要截止请再按一次")).to_have_count(0, timeout=5_000)
        picture(screen, "screen-after")
        assert [vote(links[code], current) for code in ("D01", "D02", "P01", "P02")] == [409] * 4
        expect(host.get_by_text("迟到2张，不计票").first).to_be_visible(timeout=10_000)
        assert vote(links["P04"], current) == 409
        expect(host.get_by_text("迟到至少5张，不计票").first).to_be_visible(timeout=10_000)
        picture(host, "host-late")
        fits(host)
        host.goto(f"{server.address}/results?s={KEY}")
        host.get_by_text("迟到的票：收下备查，不计票").click(timeout=60_000)
        expect(host.get_by_text("无记名，至少3张").first).to_be_visible(timeout=10_000)
        host.wait_for_timeout(1500)
        host.set_viewport_size({"width": 1366, "height": 1300})
        host.wait_for_timeout(800)
        picture(host, "results-late")
    assert "Traceback" not in server.log()
