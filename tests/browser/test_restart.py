"""Kill -9 in the middle of a round, and the first seconds after a restart."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from db import tables as t
from db.engine import Database
from hall.stage import rounds
from office import people
from office.folders.folder import read_folder
from office.prints import badges
from office.sitting import sittings
from office.sitting.plan import PlannedSeat
from tests.browser.real import Server, beside, chromium, picture

KEY = "wenzhou_county_2019q1"
pytestmark = pytest.mark.slow
PAGES = ("", "home", "prepare", "host", "screen", "results", "advice", "ledger", "commitments", "unit", "record")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(f"sqlite:///{tmp_path / 'leitai.db'}", tmp_path / "server.log")
    yield made
    made.stop()


def now() -> datetime:
    return datetime.now(UTC)


def prepared(server: Server, seats: int = 0) -> tuple[Database, dict[str, str]]:
    """The Wenzhou sitting in the server's database; seat -> link."""
    from db.migrate import migrate
    from hall.serving import SAMPLES

    database = Database(server.url)
    migrate(database)
    sittings.load(database, replace(read_folder(SAMPLES / KEY), segments=()), by="test", at=now())
    if seats:
        sittings.add_seats(database, KEY, [PlannedSeat(code=f"X{n:03d}", group="public", name=f"代表{n}", unit="")
                                           for n in range(seats)], by="test", at=now())
    issued = badges.issue_badges(database, KEY, base_url=server.address, by="test", at=now())
    return database, {one.seat: one.link for one in issued}


def post(link: str, paper: dict[str, str], timeout: float = 5) -> dict[str, object]:
    request = urllib.request.Request(link, json.dumps(paper).encode(), {
        "Content-Type": "application/json", "Accept": "application/json"})
    with urllib.request.urlopen(request, timeout=timeout) as answer:
        return dict(json.loads(answer.read()))


def test_every_acknowledged_ballot_survives_kill_9_and_phones_go_on(server: Server) -> None:
    database, links = prepared(server, seats=120)
    server.start()
    round_id = rounds.open_round(database, KEY, ("U04",), by="test", at=now(), seconds=0)
    criteria = ("quality", "place", "innovation", "project", "environment", "duty")
    acknowledged: dict[str, str] = {}
    give_up = time.monotonic() + 60

    def phone(number: int, seat: str) -> None:
        """Sends one paper with one nonce until it has an answer, as the page's script does."""
        paper = {"round": str(round_id), "nonce": f"nonce-{seat}", **{f"m.U04.{one}": "88" for one in criteria}}
        time.sleep(number * 0.02)
        while time.monotonic() < give_up:
            try:
                acknowledged[seat] = str(post(links[seat], paper)["receipt"])
                return
            except (OSError, urllib.error.HTTPError, ValueError):
                time.sleep(0.2)

    seats = [seat for seat in links if seat.startswith("X")]
    phones = [threading.Thread(target=phone, args=pair) for pair in enumerate(seats)]
    for one in phones:
        one.start()
    time.sleep(1.2)
    before_the_kill = dict(acknowledged)
    server.kill()
    server.start()
    for one in phones:
        one.join()

    with database.reading() as c:
        stored = [row.receipt for row in c.execute(select(t.ballot).where(t.ballot.c.counted))]
    assert 0 < len(before_the_kill) < len(seats), "the kill was not in the middle"
    assert set(before_the_kill.values()) <= set(stored)
    assert len(acknowledged) == len(seats)
    assert sorted(stored) == sorted(acknowledged.values())


def test_host_screen_and_phone_go_on_by_themselves_after_kill_9(server: Server) -> None:
    database, links = prepared(server)
    server.start()
    rounds.open_round(database, KEY, ("U04",), by="test", at=now(), seconds=0)
    secret = people.demo_link(database, at=now())
    with chromium() as browser:
        staff = browser.new_context(viewport={"width": 1366, "height": 768})
        host = staff.new_page()
        host.goto(f"{server.address}/door/link/{secret}")
        host.goto(f"{server.address}/host?s={KEY}")
        screen = beside(host)
        screen.goto(f"{server.address}/screen?s={KEY}")
        phone = browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True).new_page()
        phone.goto(links["L01"])
        for page in (host, screen, phone):
            expect(page.get_by_text("乐清市").first).to_be_visible(timeout=30_000)
        phone.locator("[name='m.U04.quality']").fill("91")
        server.kill()
        time.sleep(2)
        server.start()

        assert phone.locator("[name='m.U04.quality']").input_value() == "91"
        rounds.close_round(database, KEY, by="test", at=now())
        rounds.open_round(database, KEY, ("U05",), by="test", at=now(), seconds=0)
        expect(host.get_by_text("洞头区").first).to_be_visible(timeout=30_000)
        expect(screen.get_by_text("洞头区").first).to_be_visible(timeout=30_000)
        expect(phone.get_by_text("主持人已开始下一家")).to_be_visible(timeout=30_000)
        picture(phone, "phone-next-unit-while-filling")


@pytest.mark.parametrize("path", PAGES)
def test_a_deep_link_straight_after_a_restart_shows_the_sign_in_and_nothing_else(
        restarted: Server, path: str) -> None:
    with urllib.request.urlopen(f"{restarted.address}/{path}", timeout=10) as answer:
        html = answer.read().decode()

    assert 'name="password"' in html and "乐清" not in html and "streamlit" not in html.lower()


def test_a_page_reached_past_the_door_still_asks_who_is_there(restarted: Server) -> None:
    """A session that is already open, or a path that the door does not know, meets the page's own guard."""
    with chromium() as browser:
        page = browser.new_page()
        for path in PAGES[1:]:
            page.goto(f"{restarted.address}/{path}/")
            expect(page.get_by_text("登录").first).to_be_visible(timeout=30_000)
            assert "乐清" not in page.inner_text("body")


@pytest.fixture(scope="module")
def restarted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("restarted")
    made = Server(f"sqlite:///{folder / 'leitai.db'}", folder / "server.log")
    database, _links = prepared(made)
    people.set_password(database, people.first_link(database, at=now()) or "", "correct horse 1", at=now())
    made.start()
    made.kill()
    made.start()
    yield made
    made.stop()
