"""A small hall for phones: a real database in a temporary folder, a clock that is told the time, known secrets."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from starlette.applications import Starlette
from starlette.testclient import TestClient

from db.engine import Database
from db.values import Commitment, Declaration, Shortcoming
from db.work import work
from hall.house import House
from hall.moment.snapshot import Snapshot
from hall.phones.phones_first import PhonesFirst
from hall.stage import rounds
from office.sitting import sittings
from office.sitting.plan import PlannedSeat, PlannedTarget, PlannedUnit, SittingPlan
from tests.tables import make_tables

POINTS = """
id = "small"
title = "评分办法"
version = 1
[ballot]
kind = "points"
min = "0"
max = "100"
step = "0.5"
[[criteria]]
key = "quality"
name = "质量"
weight = "60%"
[[criteria]]
key = "place"
name = "位次"
weight = "40%"
"""
GROUPS = """
[[groups]]
key = "leaders"
name = "市领导"
weight = "60%"
[[groups]]
key = "public"
name = "群众代表"
weight = "40%"
secret = true
"""
GRADES = """
id = "small"
title = "评分办法"
version = 1
[ballot]
kind = "grades"
[[grades]]
key = "good"
name = "满意"
points = "100"
[[grades]]
key = "fair"
name = "基本满意"
points = "70"
[[grades]]
key = "bad"
name = "不满意"
points = "30"
"""
RANKING = """
id = "small"
title = "评分办法"
version = 1
[ballot]
kind = "ranking"
[places]
points = ["100", "90", "80"]
"""
DECLARATION = Declaration(shortcomings=tuple(
    Shortcoming(text=f"第{n}个不足<b>", gap="现状靠后", goal="年底进前五", measures=("措施甲", "措施乙"),
                commitments=(Commitment(text=f"承诺{n}", owner="分管副市长", deadline=date(2019, 6, 30)),))
    for n in (1, 2, 3)))
UNITS = ("鹿城区", "龙湾区", "瓯海区")
SEATS = (("L1", "leaders", "一席", ""), ("L2", "leaders", "二席", "u2"), ("P1", "public", "代表一", ""))
PLAN = SittingPlan(
    key="small", title="县区比拼现场", arena="县区比拼现场", period="2019Q1", held_on=date(2019, 4, 23),
    rule_toml=POINTS + GROUPS, note="示例数据：都是编的",
    units=tuple(PlannedUnit(key=f"u{n}", name=name, kind="county") for n, name in enumerate(UNITS, 1)),
    targets=tuple(PlannedTarget(key=f"U{n}", name=name, unit=f"u{n}", presenter="区委书记", ranking_group="county",
                                ranked=True) for n, name in enumerate(UNITS, 1)),
    seats=tuple(PlannedSeat(code=code, group=group, name=name, unit=unit) for code, group, name, unit in SEATS),
    declarations={"U1": DECLARATION})


class Clock:
    """Time that passes only when told to."""

    def __init__(self) -> None:
        self.at = datetime(2019, 4, 23, 1, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def pass_seconds(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class Phones:
    """The hall, its host's keys, and a client that speaks HTTP to the phones' routes."""

    def __init__(self, folder: Path, *, public_url: str = "", **changes: object) -> None:
        self.clock = Clock()
        self.house = House(Database(f"sqlite:///{folder}/hall.db"), self.clock, public_url)
        make_tables(self.house.database)
        sittings.load(self.house.database, replace(PLAN, **changes), by="测试", at=self.clock())  # type: ignore[arg-type]
        self.house.live.refresh()
        self.issue_badges(*(seat.code for seat in self.snapshot.seats))
        self.house.box.start()
        self.app = PhonesFirst(Starlette(), self.house)
        self.http = TestClient(self.app, follow_redirects=False)

    @property
    def snapshot(self) -> Snapshot:
        found = self.house.live.at("small")
        assert found is not None
        return found

    def issue_badges(self, *codes: str, edition: str = "") -> None:
        """Secrets that tests can write down: `secret-L1`."""
        ids = {seat.code: seat.id for seat in self.snapshot.seats}
        with work(self.house.database) as w:
            w.roster.issue_badges(
                {ids[code]: hashlib.sha256(f"secret-{code}{edition}".encode()).hexdigest() for code in codes},
                self.clock())
            w.roster.touch(self.snapshot.sitting.id)
        self.house.live.refresh()

    def open(self, *targets: str, seconds: int = 0) -> int:
        opened = rounds.open_round(self.house.database, "small", targets, by="主持人", at=self.clock(), seconds=seconds)
        self.house.live.refresh()
        return opened

    def close_round(self) -> None:
        rounds.close_round(self.house.database, "small", by="主持人", at=self.clock())
        self.house.live.refresh()

    def void(self, round_id: int) -> None:
        rounds.void_round(self.house.database, "small", round_id, reason="设备故障", by="主持人", at=self.clock())
        self.house.live.forget_receipts()
        self.house.live.refresh()

    def shut(self) -> None:
        self.http.close()
        self.house.close()
