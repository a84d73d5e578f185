"""The demonstration: a rehearsal sitting in the middle of its hour, with phones that vote by themselves.

It runs on a database of its own, made anew each time. The phones are real HTTP clients of the real server:
they poll, wait as people do, and send a paper when the host opens a round.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from db.engine import Database
from db.migrate import migrate
from hall import rounds, serving
from hall.ballot_box import checked
from hall.ballot_refused import BallotRefused
from hall.house import House, utc_now
from office import badges, people, sittings
from office.folder import read_folder
from office.plan import PlannedSeat
from office.refusal import Refused
from scoring.ballot import Field, fields

DEMO_DATABASE = serving.ROOT / "data" / "demo.db"
SAMPLE = "wenzhou_county_2019q1"
DONE_BEFORE = 3
ROUND_SECONDS = 300
BY = "演示"


def demonstrate(url: str | None, host: str, port: int, phones: int) -> int:
    """Prepare the sitting, start the server and the phones, and stay until the server ends."""
    serving.check_port(host, port)
    if url is None:
        for file in (DEMO_DATABASE, *(Path(f"{DEMO_DATABASE}{tail}") for tail in ("-wal", "-shm"))):
            file.unlink(missing_ok=True)
        url = f"sqlite:///{DEMO_DATABASE}"
    secrets, demo_secret = prepare(url, phones, f"http://127.0.0.1:{port}", random.Random())
    server = subprocess.Popen(serving.server_command(host, port), cwd=serving.ROOT,
                              env={"LEITAI_PUBLIC_URL": serving.phones_address(port), **os.environ,
                                   "LEITAI_DATABASE_URL": url})
    serving.announce(port, None, demo_secret)
    print(f"{len(secrets)}部模拟手机正在打分。主持台：http://127.0.0.1:{port}/host  大屏：http://127.0.0.1:{port}/screen", flush=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # told to end, it takes its server with it
    try:
        asyncio.run(_crowd(f"http://127.0.0.1:{port}", secrets, server))
    except KeyboardInterrupt:
        pass
    finally:
        server.terminate()
        server.wait(timeout=20)
    return 0


def prepare(url: str, phones: int, base_url: str, rng: random.Random) -> tuple[list[str], str]:
    """A sitting with three units already scored and the fourth on; the phones' secrets and the host's link."""
    database = Database(url)
    migrate(database)
    house = House(database)
    house.live.refresh()
    if house.live.sittings():
        raise Refused("演示要用一个空的数据库。请去掉 --database-url，或换一个新的地址。")
    house.box.start()
    try:
        plan = read_folder(serving.SAMPLES / SAMPLE)
        sittings.load(database, plan, by=BY, at=utc_now())
        _add_seats(database, len(plan.seats), phones)
        issued = badges.issue_badges(database, SAMPLE, base_url=base_url, by=BY, at=utc_now())
        secrets = [one.link.rsplit("/", 1)[1] for one in issued]
        for target in plan.targets[:DONE_BEFORE]:
            _score_at_once(house, target.key, secrets, rng)
        rounds.open_round(database, SAMPLE, (plan.targets[DONE_BEFORE].key,), by=BY, at=utc_now(),
                          seconds=ROUND_SECONDS)
        return rng.sample(secrets, min(phones, len(secrets))), people.demo_link(database, at=utc_now())
    finally:
        house.close()


def marks(asked: tuple[Field, ...], rng: random.Random, level: int) -> dict[str, str]:
    """A plausible paper: points around a level, a grade near the top, places in a shuffled order."""
    form: dict[str, str] = {}
    ranked = [one for one in asked if one.places is not None]
    order = rng.sample(range(1, len(ranked) + 1), len(ranked))
    for one in asked:
        if one.places is not None:
            form[one.name] = str(order.pop())
        elif one.choices:
            form[one.name] = rng.choice(one.choices[:2] if rng.random() < 0.85 else one.choices)
        else:
            low, high = int(float(one.min or "0")), int(float(one.max or "100"))
            form[one.name] = str(max(low, min(high, round((high - low) * (level + rng.gauss(0, 5)) / 100 + low))))
    return form


def _add_seats(database: Database, have: int, phones: int) -> None:
    if phones > have:
        sittings.add_seats(database, SAMPLE, [
            PlannedSeat(code=f"P{n:03d}", group="public", name=f"社会各界代表 {n:03d}", unit="")
            for n in range(101, 101 + phones - have)], by=BY, at=utc_now())


def _score_at_once(house: House, target: str, secrets: list[str], rng: random.Random) -> None:
    rounds.open_round(house.database, SAMPLE, (target,), by=BY, at=utc_now(), seconds=0)
    house.live.refresh()
    snapshot = house.live.at(SAMPLE)
    assert snapshot is not None and snapshot.round is not None
    asked, level, waiting = fields(snapshot.rule, (target,)), rng.randint(78, 92), []
    for secret in secrets:
        seat = house.live.seat(secret)
        if seat is None or rng.random() < 0.02:
            continue
        try:
            waiting.append(house.box.put(checked(
                house.live, seat=seat, secret=secret, round_text=str(snapshot.round.id),
                nonce=f"{rng.getrandbits(64):x}", form=marks(asked, rng, level), at=utc_now())))
        except BallotRefused:  # recused for its own unit: such a seat has nothing to send
            continue
    for one in waiting:
        one.result(timeout=60)
    rounds.close_round(house.database, SAMPLE, by=BY, at=utc_now())


# -- the phones --------------------------------------------------------------------------------------------


@dataclass
class _Phone:
    base: str
    secret: str
    rng: random.Random
    etag: str = ""
    done: set[str] = field(default_factory=set)

    async def live(self) -> None:
        await asyncio.sleep(self.rng.uniform(0, 6))
        checked = False
        while True:
            try:
                checked = checked or await self._check()
                await self._look()
            except (OSError, TimeoutError, ValueError):
                await asyncio.sleep(3)  # the server is starting or restarting: a phone simply tries again
            await asyncio.sleep(self.rng.uniform(4, 8))

    async def _check(self) -> bool:
        """What a phone finds out about itself on the waiting page; one in forty has some trouble."""
        trouble = self.rng.choice(("storage", "lost", "skew_ms")) if self.rng.random() < 1 / 40 else ""
        found = {"storage": trouble != "storage", "skew_ms": 240_000 if trouble == "skew_ms" else 300,
                 "round_trip_ms": self.rng.randrange(20, 400), "lost": 3 if trouble == "lost" else 0}
        status, _head, _body = await _request(
            self.base, "POST", f"/b/{self.secret}/check", body=json.dumps(found).encode(),
            headers={"Content-Type": "application/json"})
        return status < 500

    async def _look(self) -> None:
        headers = {"If-None-Match": self.etag} if self.etag else {}
        status, head, body = await _request(self.base, "GET", f"/b/{self.secret}/now", headers=headers)
        if status != 200:
            return
        self.etag = head.get("etag", "")
        now = json.loads(body)
        if now["phase"] == "OPEN" and now["fields"] and now["round"] not in self.done and not now["receipt"]:
            await asyncio.sleep(min(self.rng.expovariate(1 / 25), 120))
            await self._vote(now)

    async def _vote(self, now: dict[str, Any]) -> None:
        asked = tuple(
            Field(name=one["name"], target=one["name"].split(".")[1], criterion="", min=one.get("min"),
                  max=one.get("max"), step=one.get("step"), choices=tuple(one.get("choices", ())),
                  places=one.get("places"))
            for one in now["fields"])
        level = 80 + sum(map(ord, asked[0].target)) % 13
        paper = {"round": now["round"], "nonce": f"{self.rng.getrandbits(96):x}", **marks(asked, self.rng, level)}
        for _try in range(6):
            status, head, _body = await _request(
                self.base, "POST", f"/b/{self.secret}", body=json.dumps(paper).encode(),
                headers={"Content-Type": "application/json", "Accept": "application/json"})
            if status not in (429, 503):
                break
            await asyncio.sleep(float(head.get("retry-after", "2")))
        self.done.add(now["round"])


async def _crowd(base: str, secrets: list[str], server: subprocess.Popen[bytes]) -> None:
    rng = random.Random()
    phones = [asyncio.create_task(_Phone(base, secret, random.Random(rng.getrandbits(64))).live())
              for secret in secrets]
    while server.poll() is None:
        await asyncio.sleep(0.5)
    for phone in phones:
        phone.cancel()


async def _request(base: str, method: str, path: str, *, headers: dict[str, str] | None = None,
                   body: bytes = b"") -> tuple[int, dict[str, str], bytes]:
    """One HTTP/1.1 request on a connection of its own."""
    parts = urlsplit(base)
    lines = [f"{method} {path} HTTP/1.1", f"Host: {parts.netloc}", "Connection: close",
             f"Content-Length: {len(body)}", *(f"{key}: {value}" for key, value in (headers or {}).items())]
    reader, writer = await asyncio.wait_for(asyncio.open_connection(parts.hostname, parts.port), 10)
    try:
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        await writer.drain()
        answer = await asyncio.wait_for(reader.read(), 20)
    finally:
        writer.close()
    head, _, rest = answer.partition(b"\r\n\r\n")
    first, *others = head.decode("latin-1").split("\r\n")
    found = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in others)}
    return int(first.split()[1]), found, rest
