"""Nothing that is logged holds a badge's secret, a voter's key, a nonce or a mark: not in the quiet hours, not in a crash."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.testclient import TestClient

from hall import serving
from hall.ballots.ballot_refused import BallotRefused
from hall.moment.snapshot import voter_of
from hall.phones.phones_first import PhonesFirst
from tests import make
from tests.browser.real import Server, free_port

NONCE, MARK = "nonce-of-one-paper", "73"
JSON = {"Accept": "application/json"}


def said(caplog: pytest.LogCaptureFixture) -> str:
    """Everything of ours and of the libraries that serve us; not the test's own HTTP client."""
    return "\n".join(f"{record.name} {caplog.handler.format(record)}" for record in caplog.records
                     if not record.name.startswith(("httpx", "httpcore", "asyncio")))


def private_to(hall: make.Hall, code: str) -> dict[str, str]:
    seat = hall.house.live.seat(hall.secrets[code])
    assert seat is not None
    return {"secret": hall.secrets[code], "badge": seat.badge_sha256, "nonce": NONCE, "marks": "quality\": \"",
            "voter": voter_of(seat, hall.secrets[code], 1, is_secret=True)}


def test_at_its_most_talkative_the_log_of_an_evening_names_no_paper(
        hall: make.Hall, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    hall.open("U2")
    http = TestClient(PhonesFirst(Starlette(), hall.house), follow_redirects=False)
    address, paper = f"/b/{hall.secrets['P1']}", {"round": "1", "nonce": NONCE, "m.U2.quality": MARK}
    with http:
        answers = [http.get(address), http.get(f"{address}/now"), http.post(address, data=paper),
                   http.post(address, data=paper, headers=JSON), http.post(address, data={**paper, "m.U2.quality": "999"}),
                   http.post(address, content=b"{", headers={"content-type": "application/json"}),
                   http.get(f"{address}/elsewhere"), http.get("/b/unknown-badge")]
        hall.close()
        answers.append(http.post(address, data={**paper, "nonce": f"{NONCE}-2"}, headers=JSON))

    assert [one.status_code for one in answers] == [200, 200, 303, 200, 422, 422, 404, 404, 409]
    assert {name for name, value in private_to(hall, "P1").items() if value in said(caplog)} == set()


def the_table_is_gone(hall: make.Hall) -> None:
    with hall.house.database.write.begin() as c:
        c.execute(text("alter table ballot rename to ballots_elsewhere"))


def the_disk_is_full(hall: make.Hall) -> None:
    """As the driver tells it: with the row."""
    from sqlalchemy.exc import OperationalError

    failing = OperationalError("insert into ballot", {"voter": private_to(hall, "P1")["voter"], "nonce": NONCE},
                               Exception(f"disk full; failing row contains (1, {NONCE})"))
    patch("db.stores.ballots.put", side_effect=failing).start()


@pytest.fixture(autouse=True)
def _unpatched() -> Iterator[None]:
    yield
    patch.stopall()


@pytest.mark.parametrize("fault", [the_table_is_gone, the_disk_is_full])
def test_a_database_that_fails_is_logged_without_the_row_that_it_failed_with(
        hall: make.Hall, caplog: pytest.LogCaptureFixture, fault: Callable[[make.Hall], None]) -> None:
    caplog.set_level("DEBUG")
    hall.open("U2")
    private = private_to(hall, "P1")
    fault(hall)
    http = TestClient(PhonesFirst(Starlette(), hall.house), follow_redirects=False)
    with http:
        sent = http.post(f"/b/{hall.secrets['P1']}", headers=JSON,
                         data={"round": "1", "nonce": NONCE, "m.U2.quality": MARK})
        http.get(f"/b/{hall.secrets['P1']}")

    assert sent.status_code == 503
    assert "could not be stored" in said(caplog)
    assert {name for name, value in private.items() if value in said(caplog)} == set()


def test_a_row_that_breaks_a_constraint_is_logged_without_its_values(
        hall: make.Hall, caplog: pytest.LogCaptureFixture) -> None:
    """PostgreSQL quotes the whole row in such an error."""
    caplog.set_level("DEBUG")
    hall.open("U2")
    papers: list[object] = []
    with patch.object(hall.house.box, "put", papers.append):
        hall.send("P1", MARK, nonce=NONCE)
    with pytest.raises(BallotRefused):
        hall.house.box.put(replace(papers[0], target_ids=(999_999,))).result(timeout=20)  # type: ignore[type-var]

    assert {name for name, value in private_to(hall, "P1").items() if value in said(caplog)} == set()


@contextmanager
def ballot_process(url: str, log: Path) -> Iterator[str]:
    """`leitai ballots`, as it is run beside the app."""
    port = free_port()
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "hall.cli", "ballots", "--database-url", url, "--host", "127.0.0.1", "--port", str(port)],
            cwd=serving.ROOT, stdout=out, stderr=out, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2).close()
                break
            except OSError:
                if process.poll() is not None:
                    raise AssertionError(log.read_text(encoding="utf-8")) from None
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


@contextmanager
def whole_app(url: str, log: Path) -> Iterator[str]:
    """`leitai serve`, that is Streamlit with our routes."""
    server = Server(url, log)
    server.start()
    try:
        yield server.address
    finally:
        server.stop()


@pytest.mark.parametrize(("url", "process"), [("postgresql", ballot_process), ("sqlite", whole_app)], indirect=["url"])
def test_a_running_server_writes_no_path_of_a_badge(
        url: str, process: Callable[[str, Path], object], tmp_path: Path) -> None:
    house = make.house(url)
    hall = make.sitting(house)
    hall.open("U2")
    secret, log = hall.secrets["P1"], tmp_path / "server.log"
    house.close()
    paper = f"round=1&nonce={NONCE}&m.U2.quality={MARK}".encode()

    with process(url, log) as address:  # type: ignore[attr-defined]
        for path, body in ((f"/b/{secret}", None), (f"/b/{secret}/now", None), (f"/b/{secret}", paper),
                           (f"/b/{secret}", b"m.U2.quality=x"), (f"/b/{secret}/nothing/here", None)):
            try:
                urllib.request.urlopen(urllib.request.Request(f"{address}{path}", data=body), timeout=10).close()
            except urllib.error.HTTPError as refused:
                assert refused.code in (404, 409, 422)
        host, port = address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=5) as broken:
            broken.sendall(f"GET /b/{secret} HTTP/9.9\r\nnonsense\r\n\r\n".encode())
            broken.recv(1000)
        with socket.create_connection((host, int(port)), timeout=5) as upgrade:
            upgrade.sendall((f"GET /b/{secret} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                             "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n").encode())
            upgrade.recv(1000)

    written = log.read_text(encoding="utf-8", errors="replace")
    assert [one for one in (secret, NONCE) if one in written] == []
