"""The hall that is measured: the sample sitting of Wenzhou with seats added, and the real server in front of it.

Everything is made by the product's own use cases, in a folder of its own on the disk that holds the project.
"""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import text

from db.engine import Database
from db.migrate import migrate
from db.reads import sittings as reads
from hall import rounds, serving
from hall.house import utc_now
from office import badges, sittings
from office.folder import read_folder
from office.plan import PlannedSeat
from scoring.ballot import fields
from scoring.rule import read_rule
from tests.bench import load, machine

SITTING, BY = "wenzhou_county_2019q1", "测速"
PUBLIC = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hall:
    """A sitting with its phones' secrets, the server's process and the port at which it listens."""

    database: Database
    secrets: tuple[str, ...]
    targets: tuple[str, ...]
    port: int
    server: int

    @property
    def address(self) -> str:
        return f"http://{load.HOST}:{self.port}"

    def open_round(self, target: str) -> int:
        """Open it as the host does, and wait until the server has heard of it; the round's id."""
        opened = rounds.open_round(self.database, SITTING, (target,), by=BY, at=utc_now(), seconds=0)
        for _ in range(100):
            if self._round_of_server() == str(opened):
                return opened
            time.sleep(0.1)
        raise RuntimeError("the server did not hear of the round")

    def close_round(self) -> None:
        rounds.close_round(self.database, SITTING, by=BY, at=utc_now())

    def ballots(self, round_id: int, target: str, rng: random.Random) -> list[bytes]:
        """One paper a phone, each with six marks and a nonce of its own, as the page's script sends it."""
        with self.database.reading() as c:
            held = reads.sitting(c, SITTING)
            assert held is not None
            asked = fields(read_rule(reads.rule_text(c, held.id)[0].encode()), (target,))
        return [
            load.request("POST", f"/b/{secret}", self.port, accept="application/json", body=urlencode({
                "round": round_id, "nonce": f"{rng.getrandbits(96):x}",
                **{one.name: str(rng.randint(60, 100)) for one in asked}}).encode())
            for secret in self.secrets]

    def receipts(self, round_id: int) -> list[str]:
        """The receipt of every counted ballot in the database, sorted."""
        with self.database.reading() as c:
            return sorted(c.execute(
                text("select receipt from ballot where round_id = :r and counted"), {"r": round_id}).scalars())

    def tag(self, secret: str) -> str:
        """The ETag under which this phone knows the hall."""
        with urllib.request.urlopen(f"{self.address}/b/{secret}/now", timeout=10) as answer:
            return str(answer.headers["ETag"])

    def _round_of_server(self) -> object:
        with urllib.request.urlopen(f"{self.address}/b/{self.secrets[0]}/now", timeout=10) as answer:
            return json.load(answer)["round"]


@contextmanager
def serving_hall(folder: Path, phones: int) -> Iterator[Hall]:
    """Prepare the sitting, run the server on its core while the block runs, and end it afterwards."""
    url = f"sqlite:///{folder / 'bench.db'}"
    database = Database(url)
    migrate(database)
    plan = read_folder(serving.SAMPLES / SITTING)
    sittings.load(database, plan, by=BY, at=utc_now())
    sittings.add_seats(database, SITTING, [
        PlannedSeat(code=f"Z{n:05d}", group=PUBLIC, name=f"社会各界代表 {n:05d}", unit="") for n in range(phones)
    ], by=BY, at=utc_now())
    port = _free_port()
    issued = badges.issue_badges(database, SITTING, base_url=f"http://{load.HOST}:{port}", by=BY, at=utc_now())
    secrets = tuple(one.link.rsplit("/", 1)[1] for one in issued if one.seat.startswith("Z"))
    log = folder / "server.log"
    with log.open("wb") as out:
        server = subprocess.Popen(machine.pinned(serving.server_command(load.HOST, port), machine.SERVER_CORE),
                                  cwd=serving.ROOT, env={**os.environ, "LEITAI_DATABASE_URL": url}, stdout=out,
                                  stderr=subprocess.STDOUT)
        try:
            _wait_until_it_serves(server, f"http://{load.HOST}:{port}", log)
            yield Hall(database=database, secrets=secrets, targets=tuple(one.key for one in plan.targets), port=port,
                       server=server.pid)
        finally:
            server.terminate()
            server.wait(timeout=30)
            database.dispose()


def acknowledged(answers: Sequence[load.Answer]) -> list[str]:
    """The receipts that phones were given, sorted."""
    return sorted(json.loads(one.body)["receipt"] for one in answers if one.status == 200)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((load.HOST, 0))
        return int(probe.getsockname()[1])


def _wait_until_it_serves(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    for _ in range(300):
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise RuntimeError(f"the server did not start:\n{log.read_text(errors='replace')[-2000:]}")
