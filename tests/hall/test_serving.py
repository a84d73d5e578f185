"""Further ballot processes on PostgreSQL, as an operator starts them: the app's answers, and nothing lost when one dies."""

from __future__ import annotations

import http.client
import json
import re
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.testclient import TestClient

from hall.cli import main
from hall.phones.phones_first import PhonesFirst
from hall.screen.board import BoardFirst
from tests import make
from tests.hall.make_doors import FORM, SEATS, Doors, ask, free_port, paper, two_doors, until


@pytest.fixture(scope="module")
def doors(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    with two_doors(postgres, tmp_path_factory.mktemp("doors")) as opened:
        yield opened


def test_a_further_process_answers_as_the_app_does(doors: Doors) -> None:
    opened = doors.open("U1")
    doors.hall.house.live.refresh()
    app = TestClient(PhonesFirst(BoardFirst(Starlette(), doors.hall.house), doors.hall.house), base_url=make.BASE)
    secret, port = doors.hall.secrets["P1"], next(iter(doors.running))
    host = {"Host": "127.0.0.1:8501"}

    def alike(path: str) -> bytes:
        status, _head, body = ask(port, path, headers=host)
        there = app.get(path, headers={"Accept-Encoding": ""}, follow_redirects=False)
        assert (status, plain(body)) == (there.status_code, plain(there.content)), path
        return body

    assert "票" in alike(f"/b/{secret}").decode()
    assert json.loads(alike(f"/b/{secret}/now"))["round"] == str(opened)
    for path in ("/b", "/b/nobody", "/b/nobody/now", "/health", "/board", "/board/small", "/board/small/now"):
        alike(path)
    assert ask(port, "/")[0] == 404 and ask(port, "/door")[0] == 404
    status, head, _ = ask(port, f"/b/{secret}/now", headers={"If-None-Match": ask(port, f"/b/{secret}/now")[1]["etag"]})
    assert (status, head["server"]) == (304, None)

    sent = paper(opened, "U1", nonce="through-both-doors")
    told = ask(port, f"/b/{secret}", sent, {**host, "Origin": make.BASE})
    again = app.post(f"/b/{secret}", content=sent, headers={**FORM, "Origin": make.BASE})
    assert (told[0], json.loads(told[2])) == (again.status_code, again.json())
    assert ask(port, f"/b/{secret}", paper(opened, "U1"), {"Origin": "http://elsewhere"})[0] == 403
    assert ask(port, f"/b/{secret}", paper(opened, "U1", mark="101"))[0] == 422
    found = json.dumps({"storage": True, "skew_ms": 3, "round_trip_ms": 20, "lost": 0})
    assert ask(port, f"/b/{secret}/check", found, {"Content-Type": "application/json"})[0] == 200
    until(lambda: bool(doors.hall.house.readiness.checks("small")))
    doors.hall.close()


def test_a_process_is_killed_and_its_phones_go_through_the_other(doors: Doors) -> None:
    opened = doors.open("U2")
    first, second = tuple(doors.running)
    receipts: dict[str, str] = {}
    retried: list[str] = []
    codes = [f"P{n}" for n in range(1, SEATS + 1)]

    def vote(code: str, wait: float) -> None:
        sent, port = paper(opened, "U2", nonce=f"paper-of-{code}"), first
        time.sleep(wait)
        while True:
            try:
                status, _, body = ask(port, f"/b/{doors.hall.secrets[code]}", sent)
            except (OSError, http.client.HTTPException):
                retried.append(code)
                port = second if port == first else first
                time.sleep(0.05)
                continue
            assert status in (200, 503), body
            if status == 200:
                receipts[code] = json.loads(body)["receipt"]
                return
            time.sleep(0.2)

    phones = [threading.Thread(target=vote, args=(code, n * 0.01)) for n, code in enumerate(codes)]
    for phone in phones:
        phone.start()
    until(lambda: len(receipts) > SEATS // 3)
    doors.end(first, signal.SIGKILL)
    for phone in phones:
        phone.join(timeout=30)

    assert len(receipts) == SEATS and retried, "the kill came too late to be felt"
    assert sorted(receipts.values()) == sorted(receipt for _voter, receipt in doors.stored(opened))
    assert len({voter for voter, _receipt in doors.stored(opened)}) == SEATS
    doors.hall.close()


def test_told_to_end_it_answers_what_it_has_read_and_stores_what_waits(doors: Doors) -> None:
    port = doors.start()
    doors.wait(port)
    opened = doors.open("U3")
    connections = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]
    for n, one in enumerate(connections, 1):
        body = paper(opened, "U3")
        one.sendall((f"POST /b/{doors.hall.secrets[f'P{n}']} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: application/json\r\n"
                     f"Content-Type: {FORM['Content-Type']}\r\nContent-Length: {len(body)}\r\n\r\n{body}").encode())
    connections[0].recv(1)
    began = time.monotonic()

    assert doors.end(port) == -signal.SIGTERM and time.monotonic() - began < 8
    answered = 1 + sum(bool(received(one)) for one in connections[1:])
    for one in connections:
        one.close()
    assert len(doors.stored(opened)) >= answered > 0
    with doors.hall.house.database.reading() as c:
        assert c.execute(text("select count(*) from pg_stat_activity where datname = current_database() "
                              "and state like 'idle in transaction%'")).scalar_one() == 0
    doors.hall.close()


def test_no_secret_is_in_what_it_prints(doors: Doors) -> None:
    said = doors.log()

    assert all(re.fullmatch(r"收票进程已启动，端口 \d+。按 Ctrl\+C 停止。", line) for line in said.splitlines()), said
    assert not any(secret in said for secret in doors.hall.secrets.values())


def test_sqlite_has_one_process_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ballots", "--database-url", f"sqlite:///{tmp_path / 'one.db'}", "--port", str(free_port())]) == 2
    assert capsys.readouterr().err == (
        "另起收票进程要用 PostgreSQL：SQLite 只能有一个写入进程。请加 --database-url postgresql://……\n")


def test_a_port_that_is_taken_is_said_before_anything_starts(
        doors: Doors, capsys: pytest.CaptureFixture[str]) -> None:
    taken = next(iter(doors.running))

    assert main(["ballots", "--database-url", doors.url, "--host", "127.0.0.1", "--port", str(taken)]) == 2
    assert f"端口 {taken} 已被占用" in capsys.readouterr().err


def plain(body: bytes) -> bytes:
    """A page without what is drawn anew for each."""
    return re.sub(rb'(nonce["-=]?[^\s>]*|value="[\w-]{16}"|"now_ms":\s*\d+|\d{13})', b"", body)


def received(one: socket.socket) -> bytes:
    one.settimeout(5)
    try:
        return one.recv(1)
    except OSError:
        return b""
