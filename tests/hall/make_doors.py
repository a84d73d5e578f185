"""Doors: `leitai ballots` processes in front of a small hall on PostgreSQL, and phones that knock with plain HTTP."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import text

from hall.house import utc_now
from tests import make
from tests.postgres import new_database

ROOT = Path(__file__).parent.parent.parent
SEATS = 60
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


@dataclass
class Doors:
    """A hall, and the ballot processes in front of it."""

    url: str
    folder: Path
    hall: make.Hall = field(init=False)
    running: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self) -> int:
        """A process at a free port; it may not serve yet."""
        port = free_port()
        with (self.folder / "ballots.log").open("ab") as log:
            self.running[port] = subprocess.Popen(
                [sys.executable, "-m", "hall.cli", "ballots", "--database-url", self.url, "--host", "127.0.0.1",
                 "--port", str(port)], cwd=ROOT, stdout=log, stderr=log,
                env={name: value for name, value in os.environ.items() if name != "LEITAI_PUBLIC_URL"})
        return port

    def wait(self, port: int) -> None:
        for _ in range(300):
            assert self.running[port].poll() is None, self.log()
            try:
                if ask(port, "/health")[0] == 200:
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError(self.log())

    def open(self, target: str) -> int:
        """Open a round and wait until every process shows it."""
        opened = self.hall.open(target)
        secret = self.hall.secrets["P1"]
        for port in self.running:
            until(lambda port=port: json.loads(ask(port, f"/b/{secret}/now")[2]).get("round") == str(opened))
        return opened

    def end(self, port: int, how: signal.Signals = signal.SIGTERM) -> int:
        """Its exit code."""
        process = self.running.pop(port)
        process.send_signal(how)
        return process.wait(timeout=30)

    def stored(self, round_id: int) -> list[tuple[str, str]]:
        """Voter and receipt of every counted line."""
        with self.hall.house.database.reading() as c:
            return [(row.voter, row.receipt) for row in c.execute(
                text("select voter, receipt from ballot where round_id = :r and counted"), {"r": round_id})]

    def log(self) -> str:
        return (self.folder / "ballots.log").read_text(encoding="utf-8")


@contextmanager
def two_doors(postgres: str, folder: Path) -> Iterator[Doors]:
    """Two processes, started together on an empty database: either may be the one that makes the tables."""
    url = new_database(postgres, f"leitai_{uuid.uuid4().hex[:12]}")
    doors = Doors(url=url, folder=folder)
    try:
        for port in (doors.start(), doors.start()):
            doors.wait(port)
        doors.hall = make.sitting(make.house(url, utc_now), make.plan(units=5, public=SEATS))
        yield doors
    finally:
        for port in tuple(doors.running):
            doors.end(port)
        if hasattr(doors, "hall"):
            doors.hall.house.close()


def ask(port: int, path: str, body: str | None = None, headers: dict[str, str] | None = None) -> tuple[int, Any, bytes]:
    """Status, headers and body of one request on a connection of its own; a POST when there is a body."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
    try:
        line.request("GET" if body is None else "POST", path, body, {**(FORM if body is not None else {}), **(headers or {})})
        answer = line.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        line.close()


def paper(round_id: int, target: str, *, mark: str = "90", nonce: str | None = None) -> str:
    return urlencode({"round": round_id, "nonce": nonce or uuid.uuid4().hex, f"m.{target}.quality": mark})


def until(true: Callable[[], bool], seconds: float = 15) -> None:
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds, "it did not come true"
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
