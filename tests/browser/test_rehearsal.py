"""From the preparation page's key to a rehearsed ballot on a phone, with simulated phones around it, and the end of it all.

Everything is real: the server that begins the rehearsal, the server that it begins, and the browser between them.
"""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from db import tables as t
from db.engine import Database
from db.migrate import migrate
from hall.rehearsals import rehearsing
from hall.serving import SAMPLES
from office import people
from office.folders.folder import read_folder
from office.prints import badges, watermark
from office.sitting import sittings
from tests.browser.real import Server, beside, chromium, picture
from tests.browser.test_dead_phone import signed_in
from tests.browser.test_one_sitting import KEY, mark, phone, press

pytestmark = pytest.mark.slow
UNTOUCHED = (t.sitting, t.badge, t.round_, t.ballot, t.publication, t.ledger_entry, t.record_entry, t.seat)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(f"sqlite:///{tmp_path / 'leitai.db'}", tmp_path / "server.log")
    yield made
    made.stop()


def held(database: Database) -> list[object]:
    """What a rehearsal must not touch: every row of it."""
    with database.reading() as c:
        return [tuple(row) for table in UNTOUCHED for row in c.execute(select(table).order_by(*table.primary_key.columns))]


def test_from_the_key_to_a_rehearsed_ballot(server: Server, tmp_path: Path) -> None:
    database = Database(server.url)
    migrate(database)
    now = datetime.now(UTC)
    people.first_link(database, at=now)
    sittings.load(database, replace(read_folder(SAMPLES / KEY), segments=()), by="test", at=now)
    real = badges.issue_badges(database, KEY, ("L02",), base_url=server.address, by="test", at=now)[0].link
    server.start()
    with chromium() as browser:
        desk = browser.new_context(viewport={"width": 1366, "height": 768})
        host = desk.new_page()
        signed_in(host, server, database)
        host.goto(f"{server.address}/prepare?s={KEY}")
        before = held(database)
        host.get_by_role("tab", name="彩排").click()
        press(host, "开始彩排")
        entrance = host.get_by_role("link", name=re.compile("^主持人"))
        expect(entrance).to_be_visible(timeout=90_000)
        picture(host, "rehearsal-begun")
        way = str(entrance.get_attribute("href"))
        there = f"http://127.0.0.1:{urlsplit(way).port}"
        marks = urllib.request.urlopen(f"{there}/host", timeout=10).read().decode()
        assert watermark.REHEARSAL.sentence in marks, "before anybody has signed in"

        # the same browser is signed in to both: neither sign-in puts the other out
        stage = desk.new_page()
        stage.goto(way)
        expect(stage.get_by_text("县区比拼现场").first).to_be_visible(timeout=60_000)
        stage.goto(f"{there}/host?s={KEY}")
        press(stage, "模拟手机 开始")
        expect(stage.get_by_text(re.compile("部模拟手机在线"))).to_be_visible(timeout=30_000)
        press(stage, "停止模拟手机")
        stage.get_by_placeholder(re.compile("手机坏了")).click()
        stage.keyboard.type("L02")
        stage.keyboard.press("Enter")
        press(stage, re.compile("手机坏了"))
        shown = stage.get_by_test_id("new-link")
        expect(shown).to_be_visible(timeout=15_000)
        badge = shown.inner_text()
        assert badge.startswith(there)
        stage.get_by_role("button", name="好了").click()
        expect(shown).to_have_count(0, timeout=15_000)
        stage.keyboard.press("Escape")
        expect(stage.get_by_role("dialog")).to_have_count(0, timeout=15_000)
        press(stage, re.compile("第1家 鹿城区上台"))
        stage.wait_for_timeout(1500)  # the key rests for a breath, so that a double press opens nothing
        press(stage, "开始打分")
        expect(stage.get_by_role("button", name="截止打分")).to_be_visible(timeout=15_000)
        judge = phone(browser, badge)
        expect(judge.locator("[name='m.U01.quality']")).to_be_visible(timeout=20_000)
        mark(judge, "U01", 61)
        judge.get_by_role("button", name=re.compile("提\\s*交")).click()
        expect(judge.get_by_text("已计票").first).to_be_visible(timeout=15_000)
        picture(judge, "rehearsal-phone")
        picture(stage, "rehearsal-host")
        wall = beside(stage, 1920, 1080)
        wall.goto(f"{there}/screen?s={KEY}")
        expect(wall.get_by_text("鹿城区").first).to_be_visible(timeout=60_000)
        picture(wall, "rehearsal-screen")

        for secret, hall in ((badge, server.address), (real, there)):
            with pytest.raises(urllib.error.HTTPError, match="404"):
                urllib.request.urlopen(f"{hall}{urlsplit(secret).path}", timeout=10)
        copy = Database(f"sqlite:///{rehearsing.place_of(database)}")
        with copy.reading() as c:
            assert c.execute(select(func.count()).select_from(t.ballot)).scalar_one() >= 1
        copy.dispose()

        press(host, "结束彩排")
        press(host, "结束并清除")
        expect(host.get_by_role("button", name="开始彩排")).to_be_visible(timeout=40_000)
        assert not list(tmp_path.glob("*rehearsal*"))
        assert held(database) == before
        with pytest.raises(OSError, match="refused"):
            urllib.request.urlopen(f"{there}/health", timeout=5)
    assert "Traceback" not in server.log()
