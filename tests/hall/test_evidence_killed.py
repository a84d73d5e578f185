"""kill -9 in the middle of an upload, to the real server: no half file, nothing left behind, and the same photo is taken."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import httpx2 as httpx
import pytest

from hall.door import COOKIE
from office.people import Role
from office.proof.evidence_shelf import shelf_of
from tests import files, make, make_list
from tests.browser.real import Server

PHOTO = files.photo(size=(40, 30)) + bytes(6 * 1024 * 1024)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'leitai.db'}"


@pytest.fixture
def server(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Not started yet; with a folder for temporary files of its own."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    made = Server(url, tmp_path / "server.log")
    yield made
    made.stop()


def send_half(server: Server, page: str, cookie: str) -> socket.socket:
    """The head and half of the photo; when this returns the server has begun to take it."""
    body = b'--xx\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\n\r\n' + PHOTO + b"\r\n--xx--\r\n"
    head = (f"POST {page} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nCookie: {cookie}\r\n"
            f"Content-Type: multipart/form-data; boundary=xx\r\nContent-Length: {len(body)}\r\n\r\n").encode()
    phone = socket.create_connection(("127.0.0.1", server.port), timeout=20)
    phone.sendall(head + body[:len(body) // 2])
    return phone


def test_a_server_killed_in_the_middle_of_an_upload_leaves_no_half_and_takes_the_photo_again(server: Server, url: str,
                                                                                            tmp_path: Path) -> None:
    house = make.house(url, make.Clock())
    made = make_list.of(house)
    number, shelf = made.numbers[0], shelf_of(house.database)
    house.clock.now = datetime.now(UTC)  # type: ignore[attr-defined]  # the server goes by the machine's clock
    made.person("liaison", Role.LIAISON, unit="small-A")
    house.close()
    page, cookies = f"/evidence/of/{quote(number)}", {COOKIE: made.tokens["liaison"]}

    server.start()
    with send_half(server, page, f"{COOKIE}={made.tokens['liaison']}"):
        server.kill()
    left = shelf.folder / "incoming" / "tmp_killed"  # as a kill leaves it while the photo goes onto the shelf
    left.parent.mkdir(parents=True, exist_ok=True)
    left.write_bytes(PHOTO[:1000])
    server.start()

    with httpx.Client(base_url=server.address, cookies=cookies, timeout=30) as browser:
        assert "/evidence/file/" not in browser.get(page).text
        assert [one for one in shelf.folder.rglob("*") if one.is_file()] == [], "swept when the server starts"
        assert [one for one in (tmp_path / "tmp").rglob("*") if one.is_file() and one.stat().st_size > 100_000] == []
        assert browser.post(page, files={"files": ("a.jpg", PHOTO, "image/jpeg")}).status_code == 303
        shown = re.findall(r"/evidence/file/(\d+)", browser.get(page).text)
        assert len(set(shown)) == 1 and browser.get(f"/evidence/file/{shown[0]}").content == PHOTO
    assert len([one for one in shelf.folder.rglob("*") if one.is_file() and not one.name.endswith(".jpg")]) == 1
