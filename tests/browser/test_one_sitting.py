"""One whole sitting as its people live it: a real server, a real Chromium, thirteen units, and an outsider's recount.

The first unit is scored by hand on phones (one changes a vote, one loses its reply, one is recused); the other
twelve by the same routes without a screen, as a hall full of phones would.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from db.engine import Database
from db.migrate import migrate
from hall.serving import ROOT, SAMPLES
from hall.stage import rounds
from office import people
from office.folders.folder import read_folder
from office.prints import badges
from office.sitting import sittings
from tests.browser.real import Server, beside, chromium, picture

KEY = "wenzhou_county_2019q1"
CRITERIA = ("quality", "place", "innovation", "project", "environment", "duty")
PASSWORD = "县里的长密码 2019"
pytestmark = pytest.mark.slow


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(f"sqlite:///{tmp_path / 'leitai.db'}", tmp_path / "server.log")
    yield made
    made.stop()


def now() -> datetime:
    return datetime.now(UTC)


def send(link: str, round_id: int, target: str, mark: int) -> int:
    """One paper over HTTP; the status."""
    paper = {"round": str(round_id), "nonce": f"n-{round_id}-{link[-6:]}",
             **{f"m.{target}.{one}": str(mark + n) for n, one in enumerate(CRITERIA)}}
    request = urllib.request.Request(link, json.dumps(paper).encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def score_by_routes(database: Database, links: dict[str, str], target: str, level: int) -> None:
    """A round in which every phone of the hall sends a paper; recused ones are refused, and only they."""
    round_id = rounds.open_round(database, KEY, (target,), by="test", at=now(), seconds=0)
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda pair: send(pair[1], round_id, target, level + hash(pair[0]) % 5),
                                 sorted(links.items())))
    assert set(statuses) <= {200, 403} and statuses.count(403) < 4
    rounds.close_round(database, KEY, by="test", at=now())


def phone(browser: Browser, link: str) -> Page:
    page = browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True,
                               device_scale_factor=2).new_page()
    page.goto(link)
    return page


def mark(page: Page, target: str, value: int) -> None:
    for n, criterion in enumerate(CRITERIA):
        page.locator(f"[name='m.{target}.{criterion}']").fill(str(value + n))


def press(page: Page, words: str | re.Pattern[str]) -> None:
    """Press a key of a Streamlit page, once it is there and nothing is being redrawn."""
    key = page.get_by_role("button", name=words).first
    expect(key).to_be_enabled(timeout=30_000)
    key.click()


def recount(package: Path) -> dict[str, Any]:
    outside = subprocess.run([sys.executable, "-S", "-m", "scoring", "recount", str(package)], cwd=ROOT,
                             capture_output=True, text=True, check=False)
    assert outside.returncode == 0, outside.stderr
    return dict(json.loads(outside.stdout))


def test_one_whole_sitting(server: Server, tmp_path: Path) -> None:
    database = Database(server.url)
    migrate(database)
    first = people.first_link(database, at=now())
    sittings.load(database, replace(read_folder(SAMPLES / KEY), segments=()), by="test", at=now())
    links = {one.seat: one.link for one in badges.issue_badges(database, KEY, base_url=server.address, by="test",
                                                               at=now())}
    server.start()
    with chromium() as browser:
        desk = browser.new_context(viewport={"width": 1366, "height": 768}, accept_downloads=True)
        outside: list[str] = []

        def watched(asked: Request) -> None:
            if not asked.url.startswith((server.address, "data:", "blob:")):
                outside.append(asked.url)

        desk.on("request", watched)
        host = desk.new_page()

        # the administrator's first link
        host.goto(f"{server.address}/door/link/{first}")
        host.get_by_label("新密码").fill(PASSWORD)
        host.get_by_label("再输入一次").fill(PASSWORD)
        host.get_by_role("button", name="设置并进入").click()
        expect(host.get_by_text("县区比拼现场").first).to_be_visible(timeout=60_000)
        picture(host, "home")

        # the hall screen, and phones that wait
        screen = beside(host, 1920, 1080)
        screen.context.on("request", watched)
        screen.goto(f"{server.address}/screen?s={KEY}")
        expect(screen.get_by_text("鹿城区").first).to_be_visible(timeout=60_000)
        picture(screen, "screen-agenda")
        leader, department, public, recused = (phone(browser, links[code]) for code in ("L01", "D01", "P01", "P03"))
        expect(leader.get_by_text("请等待主持人开始打分")).to_be_visible()
        picture(leader, "phone-waiting")

        # the host calls the first unit and opens its round
        host.goto(f"{server.address}/host?s={KEY}")
        press(host, re.compile("第1家 鹿城区上台"))
        expect(screen.get_by_text("老城区征收签约进度慢").first).to_be_visible(timeout=15_000)
        picture(screen, "screen-on-stage")
        host.wait_for_timeout(1500)  # the key rests for a breath: within it this would be a double press
        press(host, "开始打分")
        expect(host.get_by_role("button", name="截止打分")).to_be_visible(timeout=15_000)

        # three phones vote; the recused one is told why it may not
        expect(leader.locator("[name='m.U01.quality']")).to_be_visible(timeout=15_000)
        picture(leader, "phone-ballot")
        mark(leader, "U01", 88)
        leader.get_by_role("button", name=re.compile("提\\s*交")).click()
        expect(leader.get_by_text("已计票").first).to_be_visible()
        expect(leader.get_by_text(re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{2}")).first).to_be_visible()
        picture(leader, "phone-receipt")
        leader.get_by_text("修改评分").click()
        mark(leader, "U01", 90)
        leader.get_by_role("button", name=re.compile("提\\s*交")).click()
        expect(leader.get_by_text("第2次提交").first).to_be_visible(timeout=15_000)

        lost: list[str] = []

        def cut_the_first_reply(route: Route) -> None:
            if route.request.method == "POST" and not lost:
                lost.append(route.fetch().text())  # the hall has it; the phone never hears
                route.abort("connectionreset")
            else:
                route.continue_()

        department.route("**/b/*", cut_the_first_reply)
        expect(department.locator("[name='m.U01.quality']")).to_be_visible(timeout=15_000)
        mark(department, "U01", 85)
        department.get_by_role("button", name=re.compile("提\\s*交")).click()
        expect(department.get_by_text(json.loads(wait_for(department, lost))["receipt"])).to_be_visible(timeout=30_000)

        expect(public.locator("[name='m.U01.quality']")).to_be_visible(timeout=15_000)
        mark(public, "U01", 80)
        public.get_by_role("button", name=re.compile("提\\s*交")).click()
        expect(public.get_by_text(re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{2}")).first).to_be_visible(timeout=15_000)
        expect(recused.get_by_text(re.compile("回避")).first).to_be_visible(timeout=15_000)
        assert recused.locator("input[name^='m.']:visible").count() == 0
        picture(recused, "phone-recused")

        # the screen shows turnout and no score
        expect(screen.get_by_text(re.compile(r"已投\s*1\s*/\s*应投\s*7")).first).to_be_visible(timeout=15_000)
        picture(screen, "screen-voting")
        picture(host, "host-voting")
        on_the_wall = screen.locator("body").inner_text()
        assert not re.search(r"\b(8[0-9]|9[0-9])(\.\d+)?\b", on_the_wall.replace("90%", "")), on_the_wall

        # the rest of the hall votes on the first unit too; then the host closes it
        current = json.loads(urllib.request.urlopen(links["L02"] + "/now", timeout=10).read())["round"]
        for code, link in sorted(links.items()):
            if code not in ("L01", "D01", "P01"):
                assert send(link, int(current), "U01", 82 + len(code) % 3) in (200, 403)
        press(host, "截止打分")
        expect(host.get_by_role("button", name=re.compile("下一家：第2家 龙湾区上台"))).to_be_visible(timeout=30_000)
        expect(screen.get_by_text("已截止").first).to_be_visible(timeout=15_000)
        picture(screen, "screen-closed")
        expect(leader.get_by_text("已截止").first).to_be_visible(timeout=15_000)

        # twelve more units
        for n in range(2, 14):
            score_by_routes(database, links, f"U{n:02d}", 70 + n)

        # publish
        host.reload()
        press(host, "公布成绩")
        publish_through_the_checklist(host)
        expect(screen.get_by_text("成绩即将揭晓").first).to_be_visible(timeout=30_000)
        press(host, "直接到底")
        expect(screen.get_by_text("瓯江口产业集聚区").first).to_be_visible(timeout=30_000)
        expect(screen.get_by_text("第1名").first).to_be_visible(timeout=30_000)
        picture(screen, "screen-ranking")
        picture(host, "host-published")

        # what an outsider counts from the package that the results page offers
        host.goto(f"{server.address}/results?s={KEY}")
        expect(host.get_by_text("鹿城区").first).to_be_visible(timeout=60_000)
        picture(host, "results")
        host.get_by_text("复核：指纹、复算包和命令").click()
        package = tmp_path / "package"
        with zipfile.ZipFile(downloaded(host, re.compile("下载复算包"))) as archive:
            archive.extractall(package)
        counted = recount(package)
        assert counted["targets"]["U01"]["groups"]["leaders"]["received"] == 7
        best = counted["order"][0]
        best_name = {row["target"]: row["name"] for row in rows_of(package / "targets.csv")}[best]

        # ranking, working, ledger and list show those numbers
        for target, one in counted["targets"].items():
            expect(host.get_by_text(one["total"]["published"]).first).to_be_attached()
            assert one["state"] == "ranked", target
        host.goto(f"{server.address}/results?s={KEY}&u={best}")
        for group in counted["targets"][best]["groups"].values():
            expect(host.get_by_text(group["published"]).first).to_be_attached(timeout=60_000)
        host.wait_for_timeout(1500)
        picture(host, "results-working")
        host.goto(f"{server.address}/ledger")
        expect(host.get_by_text(best_name).first).to_be_attached(timeout=60_000)
        host.wait_for_timeout(1500)
        picture(host, "ledger")
        booked = {key: one["points"] for key, one in counted["targets"].items() if one["points"] not in ("0", None)}
        with database.reading() as c:
            from db.reads.results import ledger, listed_commitments

            entries = {entry.cause: entry.points for entry in ledger(c)}
            promised = listed_commitments(c)
        assert sorted(entries.values()) == sorted(booked.values())
        host.goto(f"{server.address}/commitments")
        expect(host.get_by_text(promised[0].text).first).to_be_attached(timeout=60_000)
        assert len(promised) == 74
        host.wait_for_timeout(1500)
        picture(host, "commitments")
        for name in ("prepare", "unit", "record"):
            host.goto(f"{server.address}/{name}?s={KEY}")
            host.wait_for_timeout(3000)
            picture(host, name)
    assert outside == []
    assert "Traceback" not in server.log()


def publish_through_the_checklist(host: Page) -> None:
    """The dialog of the checklist: accept what is only a warning, then publish."""
    dialog = host.get_by_role("dialog")
    expect(dialog).to_be_visible(timeout=15_000)
    host.wait_for_timeout(500)
    picture(host, "host-checklist")
    box = dialog.get_by_role("checkbox")
    if box.count():
        dialog.locator("label", has=box.first).first.click()
    dialog.get_by_role("button", name=re.compile("公布")).first.click()
    expect(dialog).to_be_hidden(timeout=30_000)


def downloaded(page: Page, words: re.Pattern[str]) -> Path:
    """The file behind a download key. A page that is just being drawn anew may cancel it: then it is pressed again."""
    for _ in range(3):
        with page.expect_download(timeout=30_000) as started:
            press(page, words)
        if started.value.failure() is None:
            return Path(started.value.path())
        page.wait_for_timeout(2000)
    raise AssertionError("the download was cancelled three times")


def wait_for(page: Page, found: list[str]) -> str:
    for _ in range(100):
        if found:
            return found[0]
        page.wait_for_timeout(100)
    raise AssertionError("the phone never sent its paper")


def rows_of(file: Path) -> list[dict[str, str]]:
    import csv

    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))
