"""The demonstration: a sample sitting in the middle of its hour, with phones that vote by themselves.

It runs on a database of its own, made anew each time and marked 演示, as is everything that leaves it. The phones are
those of `hall.rehearsals.simulated`. Rehearsing a sitting of one's own is `hall.rehearsals.rehearsing`.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
from pathlib import Path

from db.engine import Database
from db.migrate import migrate
from db.rehearsal import mark_as_demo
from hall import serving
from hall.ballots.ballot_refused import BallotRefused
from hall.ballots.checking import checked
from hall.house import House, utc_now
from hall.rehearsals.simulated import crowd, marks
from hall.stage import rounds
from office import people
from office.folders.folder import read_folder
from office.prints import badges
from office.refusal import Refused
from office.sitting import sittings
from office.sitting.plan import PlannedSeat
from scoring.ballot import fields

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
        asyncio.run(crowd(f"http://127.0.0.1:{port}", secrets, lambda: server.poll() is None))
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
    with database.write.begin() as c:
        mark_as_demo(c)
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
