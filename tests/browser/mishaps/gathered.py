"""Everybody of one sitting, gathered: a real server, its staff each in a browser of their own, 60 phones, the hall screen.

A mishap is written as its person lives it: `h.host`, `h.clerk`, ... are pages on their own sign-ins. `h.will_say` notes
what the record has to say of it, and who did it; the last step reads the record and looks for every such line.
"""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from db.engine import Database
from db.migrate import migrate
from hall.serving import SAMPLES
from hall.stage import rounds
from office import people
from office.folders.folder import read_folder
from office.people import Role
from office.prints import badges
from office.sitting import sittings
from office.sitting.plan import PlannedSeat, SittingPlan
from tests.browser.real import Server, beside, chromium, picture

KEY = "wenzhou_county_2019q1"
CRITERIA = ("quality", "place", "innovation", "project", "environment", "duty")
PASSWORD = "县里的长密码 2019"
HOST, SECOND, CLERK, OTHER, SUPERVISOR, LIAISON = "主持", "副主持", "计票甲", "计票乙", "监督", "联络"
ROLES = {HOST: Role.HOST, SECOND: Role.HOST, CLERK: Role.CLERK, OTHER: Role.CLERK, SUPERVISOR: Role.SUPERVISOR,
         LIAISON: Role.LIAISON}
OVERTIME = """
[[deductions]]
key = "overtime"
name = "发言超时"
points = "-0.5"
"""
LIMITS = {"speech": 2, "comment": 60, "ballot": 900}
BREATH = 900  # milliseconds: two presses within a breath are one


def now() -> datetime:
    return datetime.now(UTC)


def the_plan() -> SittingPlan:
    """The sample with sixty seats, speeches of two seconds, ballots that only the host closes, a deduction for overtime."""
    sample = read_folder(SAMPLES / KEY)
    segments = tuple(replace(one, seconds=LIMITS.get(one.key, one.seconds), warn_seconds=1) if one.key in LIMITS else one
                     for one in sample.segments)
    return replace(sample, segments=segments, rule_toml=sample.rule_toml + OVERTIME, grace_seconds=0, seconds=0,
                   seats=(*sample.seats, PlannedSeat(code="P41", group="public", name="市民监督员", unit="")))


@dataclass
class Gathered:
    """The people, and what the record has to say in the end."""

    server: Server
    database: Database
    browser: Browser
    folder: Path
    links: dict[str, str] = field(default_factory=dict)
    told: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    outside: list[str] = field(default_factory=list)  # what any browser asked of anybody but this server

    # -- who is there ------------------------------------------------------------------------------------------

    @cached_property
    def host(self) -> Page:
        return self._signed_in(HOST, f"host?s={KEY}")

    @cached_property
    def clerk(self) -> Page:
        return self._signed_in(CLERK, f"desk?s={KEY}")

    @cached_property
    def other_clerk(self) -> Page:
        return self._signed_in(OTHER, f"paper?s={KEY}")

    @cached_property
    def supervisor(self) -> Page:
        return self._signed_in(SUPERVISOR, f"paper?s={KEY}")

    @cached_property
    def second_host(self) -> Page:
        return self._signed_in(SECOND, f"host?s={KEY}")

    @cached_property
    def liaison(self) -> Page:
        return self._signed_in(LIAISON, f"results?s={KEY}")

    @cached_property
    def screen(self) -> Page:
        page = beside(self.host, 1920, 1080)
        self._watched(page.context)
        page.goto(f"{self.server.address}/screen?s={KEY}")
        return page

    def phone(self, seat: str) -> Page:
        page = self.context(width=390, height=844, is_mobile=True, has_touch=True).new_page()
        page.goto(self.links[seat])
        return page

    def context(self, width: int = 1366, height: int = 768, **more: bool) -> BrowserContext:
        return self._watched(
            self.browser.new_context(viewport={"width": width, "height": height}, **more))  # type: ignore[arg-type]

    def _watched(self, context: BrowserContext) -> BrowserContext:
        context.on("request", lambda asked: None if asked.url.startswith((self.server.address, "data:", "blob:"))
                   else self.outside.append(asked.url))
        return context

    def _signed_in(self, name: str, path: str) -> Page:
        page = self.context(accept_downloads=True).new_page()
        page.goto(f"{self.server.address}/door")
        page.get_by_label("登录名").fill(name)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.goto(f"{self.server.address}/{path}")
        return page

    def go(self, page: Page, path: str) -> None:
        page.goto(f"{self.server.address}/{path}{'&' if '?' in path else '?'}s={KEY}")

    # -- what the record will have to say ------------------------------------------------------------------------

    def will_say(self, actor: str, action: str, *words: str) -> None:
        self.told.append((actor, action, words))

    # -- the hall full of phones ---------------------------------------------------------------------------------

    def scan(self, *, but: str) -> None:
        """Every judge scans his badge on coming in; all but one."""
        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(status, [link for seat, link in self.links.items() if seat != but])) == {200}

    def vote(self, seats: list[str], target: str, level: int, *, of_round: int = 0) -> None:
        """Papers over HTTP, as phones send them; a seat that is recused is refused, and nobody else."""
        round_id = of_round or self._round_now(target)

        def send(seat: str) -> int:
            paper = {"round": str(round_id), "nonce": f"n-{round_id}-{seat}",
                     **{f"m.{target}.{one}": str(level + (sum(map(ord, seat)) + n) % 7) for n, one in enumerate(CRITERIA)}}
            return status(self.links[seat], json.dumps(paper).encode())

        with ThreadPoolExecutor(8) as pool:
            statuses = dict(zip(seats, pool.map(send, seats), strict=True))
        assert set(statuses.values()) <= {200, 403}, statuses
        assert sum(one == 403 for one in statuses.values()) <= 2, statuses

    def score(self, target: str, level: int) -> None:
        """A unit without a mishap: opened, voted on by every phone, closed."""
        round_id = rounds.open_round(self.database, KEY, (target,), by=HOST, at=now(), seconds=0)
        self.vote(list(self.links), target, level, of_round=round_id)
        rounds.close_round(self.database, KEY, by=HOST, at=now())

    def _round_now(self, target: str) -> int:
        """What a phone is told to be open."""
        for _ in range(50):
            with urllib.request.urlopen(f"{self.links['P20']}/now", timeout=20) as answer:
                told = json.loads(answer.read())
            if told["round"] is not None and target in told["targets"]:
                return int(told["round"])
            time.sleep(0.1)
        raise AssertionError(f"the phones are never told that {target} is open: {told}")


def status(link: str, paper: bytes | None = None) -> int:
    """What an address answers: to a look, or to a paper that is sent there."""
    request = urllib.request.Request(link, paper, {"Content-Type": "application/json"} if paper else {})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


@contextmanager
def gathered(folder: Path) -> Iterator[Gathered]:
    server = Server(f"sqlite:///{folder / 'leitai.db'}", folder / "server.log")
    database = Database(server.url)
    migrate(database)
    plan = the_plan()
    sittings.load(database, plan, by="test", at=now())
    for name, role in ROLES.items():
        link = people.add_staff(database, name=name, title=role.words, roles=(role,), by="test", at=now(),
                                unit=plan.targets[0].unit if role is Role.LIAISON else "")
        people.set_password(database, link, PASSWORD, at=now())
    server.start()
    try:
        with chromium() as browser:
            h = Gathered(server=server, database=database, browser=browser, folder=folder,
                         names={one.key: one.name for one in plan.targets})
            h.links.update({one.seat: one.link for one in badges.issue_badges(
                database, KEY, base_url=server.address, by="test", at=now())})
            assert (len(h.names), len(h.links)) == (13, 60)
            h.scan(but="L07")
            yield h
    finally:
        server.stop()
        database.dispose()


# -- hands -------------------------------------------------------------------------------------------------------


def press(page: Page | Locator, words: str | re.Pattern[str], *, exact: bool = False) -> None:
    """Press a key once it is there and may be pressed."""
    key = page.get_by_role("button", name=words, exact=exact).first
    expect(key).to_be_enabled(timeout=30_000)
    key.click()


def red_key(page: Page, words: str, then: str) -> None:
    """Press the red key when it says `words`; afterwards it says `then`, and a breath passes."""
    key = page.locator(".st-key-step button")
    expect(key).to_contain_text(words, timeout=30_000)
    key.click()
    expect(key).to_contain_text(then, timeout=30_000)
    page.wait_for_timeout(BREATH)


def choose(page: Page, label: str, words: str) -> None:
    """In the list of this label, the option with these words: they are typed, as in a long list one would."""
    page.get_by_role("combobox", name=re.compile(label)).first.click()
    page.keyboard.type(words)
    page.get_by_role("option").filter(has_text=words).first.click()


def dialog(page: Page, words: str) -> Page:
    """Open one of the console's dialogs; the page, for chaining."""
    press(page, re.compile(f"^{words}"))
    expect(page.get_by_role("dialog")).to_be_visible(timeout=30_000)
    return page


def put_away(page: Page) -> None:
    page.get_by_role("dialog").get_by_label("Close").click()
    expect(page.get_by_role("dialog")).to_have_count(0, timeout=30_000)


def sees(page: Page, words: str | re.Pattern[str]) -> None:
    expect(page.locator("body")).to_contain_text(words, timeout=30_000)


def keep(page: Page, name: str) -> None:
    picture(page, f"mishap-{name}")


def paused(page: Page) -> None:
    page.wait_for_timeout(BREATH)
