"""The hall that is measured: the sample sitting of Wenzhou with seats added, and the real server in front of it.

Everything is made by the product's own use cases, in a folder of its own on the disk that holds the project.
"""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import text

from db.engine import Database
from db.migrate import migrate
from db.reads import sittings as reads
from hall import serving
from hall.house import utc_now
from hall.stage import rounds
from office import people
from office.folders.folder import read_folder
from office.prints import badges
from office.sitting import sittings
from office.sitting.plan import PlannedSeat
from scoring.ballot import fields
from scoring.rule import read_rule
from tests.bench import machine
from tests.bench.wire import HOST, request

SITTING, BY = "wenzhou_county_2019q1", "测速"
PUBLIC = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hall:
    """A sitting with its phones' secrets, the ports at which it listens and the processes behind them."""

    database: Database
    secrets: tuple[str, ...]
    targets: tuple[str, ...]
    ports: tuple[int, ...]
    servers: tuple[int, ...]

    @property
    def port(self) -> int:
        return self.ports[0]

    @property
    def server(self) -> int:
        return self.servers[0]

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}"

    def open_round(self, target: str) -> int:
        """Open it as the host does, and wait until every process has heard of it; the round's id."""
        opened = rounds.open_round(self.database, SITTING, (target,), by=BY, at=utc_now(), seconds=0)
        for port in self.ports:
            for _ in range(100):
                if self._round_at(port) == str(opened):
                    break
                time.sleep(0.1)
            else:
                raise RuntimeError("the server did not hear of the round")
        return opened

    def close_round(self) -> None:
        rounds.close_round(self.database, SITTING, by=BY, at=utc_now())

    def papers(self, round_id: int, target: str, rng: random.Random, *, phones: int | None = None) -> list[bytes]:
        """One paper a phone, each with six marks and a nonce of its own, as the page's script sends it."""
        with self.database.reading() as c:
            held = reads.sitting(c, SITTING)
            assert held is not None
            asked = fields(read_rule(reads.rule_text(c, held.id)[0].encode()), (target,))
        return [
            request("POST", f"/b/{secret}", self.port, accept="application/json", body=urlencode({
                "round": round_id, "nonce": f"{rng.getrandbits(96):x}",
                **{one.name: str(rng.randint(60, 100)) for one in asked}}).encode())
            for secret in self.secrets[:phones]]

    def unlike(self, round_id: int, given: Sequence[str]) -> tuple[int, int]:
        """How many receipts only the phones know (lost), and how many only the database knows (in doubt)."""
        with self.database.reading() as c:
            kept = Counter(c.execute(
                text("select receipt from ballot where round_id = :r and counted"), {"r": round_id}).scalars())
        told = Counter(given)
        return (told - kept).total(), (kept - told).total()

    def host_cookie(self) -> str:
        """The cookie of a signed-in host, from the link that a demonstration prints."""
        link = people.demo_link(self.database, at=utc_now())
        opener = urllib.request.build_opener(_StayHere)
        with opener.open(f"{self.address}/door/link/{link}", timeout=10) as answer:
            return str(answer.headers["Set-Cookie"]).partition(";")[0]

    def _round_at(self, port: int) -> object:
        with urllib.request.urlopen(f"http://{HOST}:{port}/b/{self.secrets[0]}/now", timeout=10) as answer:
            return json.load(answer)["round"]


@contextmanager
def serving_hall(folder: Path, phones: int, *, under: Mapping[str, str] | None = None) -> Iterator[Hall]:
    """Prepare the sitting in SQLite, run the whole app on its core while the block runs, and end it afterwards.

    `under` is added to the server's environment.
    """
    folder.mkdir(exist_ok=True)
    url, port = f"sqlite:///{folder / 'bench.db'}", free_port()
    command = machine.pinned(serving.server_command(HOST, port), machine.SERVER_CORE)
    with _prepared(url, phones, port) as (database, secrets, targets), \
            _running(command, port, url, folder / "server.log", under) as server:
        yield Hall(database=database, secrets=secrets, targets=targets, ports=(port,), servers=(server,))


@contextmanager
def serving_ballots(url: str, folder: Path, phones: int) -> Iterator[Hall]:
    """Prepare the sitting in an empty PostgreSQL and run two ballot processes in front of it, pinned to no core."""
    ports = (free_port(), free_port())
    commands = [[sys.executable, "-m", "hall.cli", "ballots", "--database-url", url, "--host", HOST,
                 "--port", str(port)] for port in ports]
    with _prepared(url, phones, ports[0]) as (database, secrets, targets), \
            _running(commands[0], ports[0], url, folder / "one.log") as one, \
            _running(commands[1], ports[1], url, folder / "two.log") as two:
        yield Hall(database=database, secrets=secrets, targets=targets, ports=ports, servers=(one, two))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def _prepared(url: str, phones: int, port: int) -> Iterator[tuple[Database, tuple[str, ...], tuple[str, ...]]]:
    database = Database(url)
    try:
        migrate(database)
        plan = read_folder(serving.SAMPLES / SITTING)
        sittings.load(database, plan, by=BY, at=utc_now())
        sittings.add_seats(database, SITTING, [
            PlannedSeat(code=f"Z{n:05d}", group=PUBLIC, name=f"社会各界代表 {n:05d}", unit="") for n in range(phones)
        ], by=BY, at=utc_now())
        issued = badges.issue_badges(database, SITTING, base_url=f"http://{HOST}:{port}", by=BY, at=utc_now())
        secrets = tuple(one.link.rsplit("/", 1)[1] for one in issued if one.seat.startswith("Z"))
        yield database, secrets, tuple(one.key for one in plan.targets)
    finally:
        database.dispose()


@contextmanager
def _running(command: list[str], port: int, url: str, log: Path, under: Mapping[str, str] | None = None) -> Iterator[int]:
    """A server that answers, while the block runs; its process."""
    with log.open("wb") as out:
        server = subprocess.Popen(command, cwd=serving.ROOT, stdout=out, stderr=subprocess.STDOUT,
                                  env={**os.environ, "LEITAI_DATABASE_URL": url, **(under or {})})
        try:
            _wait_until_it_serves(server, f"http://{HOST}:{port}", log)
            yield server.pid
        finally:
            server.terminate()
            server.wait(timeout=30)


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


class _StayHere(urllib.request.HTTPRedirectHandler):
    """The cookie comes with a redirect; the page behind it is not wanted."""

    def http_error_303(self, req: urllib.request.Request, fp: object, code: int, msg: str, headers: object) -> object:
        return fp
