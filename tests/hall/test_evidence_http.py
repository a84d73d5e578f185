"""Evidence over real HTTP: whatever is thrown at it is kept whole or refused in words, and leaves no half behind."""

from __future__ import annotations

import http.client
import re
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from urllib.parse import quote

import httpx2 as httpx
import pytest
import uvicorn
from starlette.applications import Starlette

from db.item_values import Milestone
from hall import evidence_route, uploads
from hall.door import COOKIE
from office.listing.items import state_of
from office.people import Role
from office.proof.evidence_shelf import MOST_BYTES, shelf_of
from scoring.commitment import Kind
from tests import files, make_list

JPEG = files.photo()


class Site:
    """The evidence routes on a real port, with people signed in."""

    def __init__(self, house: make_list.House) -> None:
        self.house = house
        self.list = make_list.of(house)
        self.one, self.two, self.of_b = self.list.numbers
        for name, role, unit in (("liaison", Role.LIAISON, "small-A"), ("other", Role.LIAISON, "small-B"),
                                 ("office", Role.ADMINISTRATOR, ""), ("leader", Role.LEADER, ""),
                                 ("supervisor", Role.SUPERVISOR, "")):
            self.list.person(name, role, unit=unit)
        self.folder = shelf_of(house.database).folder
        self._server = uvicorn.Server(uvicorn.Config(Starlette(routes=evidence_route.routes(house)), host="127.0.0.1",
                                                     port=0, log_level="error", lifespan="off"))
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        self.port = self._server.servers[0].sockets[0].getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=10)

    def browser(self, name: str = "") -> httpx.Client:
        cookies = {COOKIE: self.list.tokens[name]} if name else {}
        return httpx.Client(base_url=self.base, cookies=cookies, timeout=30)

    def send(self, content: bytes, file_name: str = "现场.jpg", *, by: str = "liaison", to: str = "",
             media: str = "image/jpeg", words: str = "", node: str = "", **headers: str) -> httpx.Response:
        with self.browser(by) as browser:
            return browser.post(self.page(to or self.one), files={"files": (file_name, content, media)},
                                data={"words": words, "node": node}, headers=headers)

    def page(self, number: str) -> str:
        return f"/evidence/of/{quote(number)}"

    def lines(self, number: str = "") -> list[str]:
        from db.reads import evidence as reads

        with self.house.database.reading() as c:
            item = reads.item_units(c, number or self.one)
            assert item is not None
            return [f"{one.name} {one.media_type}" for one in reads.of_item(c, item.id)]

    def on_disk(self) -> list[Path]:
        return [one for one in self.folder.rglob("*") if one.is_file()]


@pytest.fixture
def site(house: make_list.House) -> Iterator[Site]:
    made = Site(house)
    yield made
    made.close()


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'leitai.db'}"


def words_of(answer: httpx.Response) -> str:
    found = re.search(r'role="alert"><p>(.*?)</p>', answer.text) or re.search(r'role="alert">(.*?)</p>', answer.text)
    return found.group(1) if found else ""


def test_every_kind_that_is_taken_comes_back_as_it_was_sent_and_nothing_runs(site: Site) -> None:
    for n, (media, content) in enumerate(files.TAKEN.items(), 1):
        assert site.send(content, "<b>报告.exe", media="text/html").status_code == 303
        with site.browser("liaison") as browser:
            got = browser.get(f"/evidence/file/{n}")
        assert (got.content, got.headers["content-type"]) == (content, media)
        assert got.headers["content-disposition"].startswith("attachment; ")
        assert got.headers["content-disposition"].endswith((".jpg", ".png", ".webp", ".heic", ".pdf", ".docx", ".xlsx", ".ofd"))
        assert (got.headers["x-content-type-options"], got.headers["content-security-policy"]) == (
            "nosniff", "default-src 'none'; sandbox")
    assert len(site.on_disk()) == len(files.TAKEN)


def test_what_must_not_be_taken_is_refused_in_words_and_leaves_nothing(site: Site) -> None:
    for what, content in files.REFUSED.items():
        answer = site.send(content, "现场.jpg")
        assert answer.status_code == 422, what
        assert re.search("没有收下|打不开", words_of(answer)), what
    assert site.lines() == [] and site.on_disk() == []


def test_names_are_text(site: Site) -> None:
    for n, name in enumerate(files.NAMES):
        photo = files.photo(size=(20 + n, 10))
        sent = site.send(photo, name or "a")
        assert sent.status_code == 303, name
    assert len(site.lines()) == len(files.NAMES) and all(one.parent.parent == site.folder for one in site.on_disk())
    with site.browser("liaison") as browser:
        assert '"><script>' not in browser.get(site.page(site.one)).text


def test_twenty_megabytes_are_taken_and_twenty_one_are_not(site: Site) -> None:
    fits = JPEG + bytes(MOST_BYTES - len(JPEG))

    assert site.send(fits).status_code == 303
    for too_large in (fits + b"x", bytes(21 * 1024 * 1024), bytes(70 * 1024 * 1024)):
        answer = site.send(too_large)
        assert (answer.status_code, "20MB" in words_of(answer)) == (413, True)
    assert len(site.lines()) == len(site.on_disk()) == 1


def test_a_connection_that_breaks_off_leaves_nothing(site: Site) -> None:
    head = (f"POST {site.page(site.one)} HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nCookie: {COOKIE}="
            f"{site.list.tokens['liaison']}\r\nContent-Type: multipart/form-data; boundary=xx\r\n")
    part = b'--xx\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\n\r\n' + JPEG
    whole = part + b"\r\n--xx--\r\n"
    for cut in (10, len(part) // 2, len(part), len(whole) - 3):
        with socket.create_connection(("127.0.0.1", site.port)) as phone:
            phone.sendall(f"{head}Content-Length: {len(whole)}\r\n\r\n".encode() + whole[:cut])
    with socket.create_connection(("127.0.0.1", site.port)) as phone:  # says that it has ended, and has not
        phone.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n{len(part):x}\r\n".encode() + part + b"\r\n0\r\n\r\n")
        answer = http.client.HTTPResponse(phone)
        answer.begin()
        assert answer.status == 400
    deadline = time.monotonic() + 5
    while uploads._on_their_way and time.monotonic() < deadline:
        time.sleep(0.02)

    assert site.lines() == [] and site.on_disk() == [] and uploads._on_their_way == 0
    assert site.send(JPEG).status_code == 303


def test_a_phone_that_does_not_go_on_is_given_up(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "BODY_SECONDS", 0.3)
    head = (f"POST {site.page(site.one)} HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nCookie: {COOKIE}="
            f"{site.list.tokens['liaison']}\r\nContent-Type: multipart/form-data; boundary=xx\r\nContent-Length: 9000\r\n\r\n")

    with socket.create_connection(("127.0.0.1", site.port)) as phone:
        phone.sendall(head.encode() + b'--xx\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\n\r\n')
        answer = http.client.HTTPResponse(phone)
        answer.begin()
        assert (answer.status, "上传太慢" in answer.read().decode()) == (408, True)
    assert site.on_disk() == [] and uploads._on_their_way == 0


def test_the_same_photo_from_many_hands_at_once_is_one_file_and_one_line(site: Site) -> None:
    with ThreadPoolExecutor(6) as hands:
        answers = list(hands.map(lambda n: site.send(JPEG, "现场.jpg", to=(site.one, site.two)[n % 2]).status_code, range(12)))

    assert answers == [303] * 12
    assert (len(site.on_disk()), site.lines(site.one), site.lines(site.two)) == (
        1, ["现场.jpg image/jpeg"], ["现场.jpg image/jpeg"])


def test_several_files_are_taken_together_or_not_at_all(site: Site) -> None:
    def send(*contents: bytes) -> httpx.Response:
        with site.browser("liaison") as browser:
            return browser.post(site.page(site.one), files=[("files", (f"{n}.jpg", one, "image/jpeg"))
                                                            for n, one in enumerate(contents)])

    assert send(JPEG, files.pdf(), b"MZ").status_code == 422
    assert send(*[JPEG] * 7).status_code == 413
    assert send().status_code in (415, 422)
    assert site.lines() == [] and site.on_disk() == []
    assert send(JPEG, files.pdf()).status_code == 303 and len(site.lines()) == 2


def test_evidence_is_served_only_to_those_who_may_see_it(site: Site) -> None:
    site.send(JPEG)
    for name, page, file in (("liaison", 200, 200), ("office", 200, 200), ("leader", 200, 200), ("other", 404, 404),
                             ("", 303, 303)):
        with site.browser(name) as browser:
            assert (browser.get(site.page(site.one)).status_code, browser.get("/evidence/file/1").status_code) == (page, file)
    assert site.send(JPEG, by="other").status_code == 404
    assert site.send(JPEG, by="leader").status_code == 403
    assert site.send(JPEG, by="").status_code == 401
    assert site.send(JPEG, Origin="http://elsewhere.example").status_code == 403
    with site.browser("office") as browser:
        assert browser.get("/evidence/file/99").status_code == browser.get(site.page("无此号")).status_code == 404
        assert browser.get(site.page("../../etc/passwd")).status_code == 404
    assert len(site.lines()) == 1


def test_words_with_the_photos_are_a_report_of_progress_once(site: Site) -> None:
    for _again in range(2):
        assert site.send(JPEG, words="完成拆除1.2万平方米").status_code == 303

    readings = state_of(site.house.database, site.one).readings
    assert [(one.text, len(one.evidence), one.by_unit) for one in readings] == [("完成拆除1.2万平方米", 1, "small-A")]
    with site.browser("liaison") as unit, site.browser("supervisor") as supervisor:
        asked = ["说明办到哪一步" in one.get(site.page(site.one)).text for one in (unit, supervisor)]
        site.list.strike_off(site.one)
        asked.append("说明办到哪一步" in unit.get(site.page(site.one)).text)
    assert asked == [True, False, False]  # whose words could not be written down is not asked for any
    late = site.send(files.pdf(), words="补一份")
    assert (late.status_code, "佐证已收下，说明没有记上" in late.text) == (422, True)


def test_a_milestone_is_reported_with_its_photo_from_the_phone_once(site: Site) -> None:
    node = Milestone(text="<合龙>", due=date(2026, 5, 1))
    number = site.list.enter("small-A", "架桥", milestones=(node,))
    site.list.happen(number, Kind.ACCEPTED)
    with site.browser("liaison") as unit:
        assert "<option>2026-05-01 &lt;合龙&gt;</option>" in unit.get(site.page(number)).text
        wrong = site.send(JPEG, to=number, node="2026-05-01 开工")
        assert (wrong.status_code, "没有节点“2026-05-01 开工”" in wrong.text) == (422, True)
        for _again in range(2):
            assert site.send(JPEG, to=number, node=node.name).status_code == 303
        assert "<select" not in unit.get(site.page(number)).text
        assert "<select" not in unit.get(site.page(site.one)).text
    (report,) = state_of(site.house.database, number).nodes
    assert (report.node, report.by_unit, len(report.evidence), report.waits) == (node.name, "small-A", 1, True)


def test_a_photo_is_shown_as_a_picture_drawn_anew(site: Site) -> None:
    site.send(files.photo(size=(3000, 2000), place=True))

    with site.browser("leader") as browser:
        shown = browser.get("/evidence/file/1?size=thumb")
        assert (shown.headers["content-type"], "content-disposition" in shown.headers) == ("image/jpeg", False)
        assert len(shown.content) < 30_000 and b"Exif" not in shown.content
        again = browser.get("/evidence/file/1?size=thumb", headers={"If-None-Match": shown.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        page = browser.get(site.page(site.one))
    assert len(page.content) < 8_000 and "<script" not in page.text
