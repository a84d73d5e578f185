"""Builders: a sitting in three lines, and the hands that move it. Nothing here is mocked.

    hall = make.sitting(house)                  # three units, two named seats a group, a secret group
    hall.open("U1"); hall.cast("L1", 90); hall.close(); hall.publish()
"""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from db.engine import Database
from db.values import Commitment, Declaration, Receipt, Shortcoming
from hall.ballots.checking import checked
from hall.house import House
from hall.outcome import results
from hall.screen import showing
from hall.stage import rounds
from office.prints import badges
from office.sitting import sittings
from office.sitting.plan import PlannedSeat, PlannedTarget, PlannedUnit, SittingPlan
from tests.tables import make_tables

RULE = """
id = "small"
title = "小场次"
version = 1
[ballot]
kind = "points"
[[criteria]]
key = "quality"
name = "质量"
weight = "1"
[[groups]]
key = "leaders"
name = "市领导"
weight = "60%"
[[groups]]
key = "public"
name = "社会各界代表"
weight = "40%"
secret = true
[trim]
high = 1
low = 1
min_ballots = 3
[combine]
empty_group = "error"
[[awards]]
end = "top"
k = 1
points = ["2"]
policy = "share"
[[awards]]
end = "bottom"
k = 1
points = ["-1"]
policy = "share"
"""

BASE = "http://127.0.0.1:8501"
START = datetime(2026, 4, 23, 1, 0, tzinfo=UTC)


class Clock:
    """A clock that stands still until it is told to go."""

    def __init__(self, start: datetime = START) -> None:
        self.now = start

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def plan(key: str = "small", *, units: int = 3, leaders: int = 4, public: int = 4, rule: str = RULE,
         seconds: int = 0, **changes: object) -> SittingPlan:
    """Units A, B, C ...; leader L1 belongs to no unit, the last leader to unit A (and is recused for it)."""
    names = [chr(ord("A") + n) for n in range(units)]
    declared = Declaration(shortcomings=(
        Shortcoming(text="项目开工慢", gap="开工率61%", goal="开工率90%", measures=("逐项倒排", "每周会商"),
                    commitments=(Commitment(text="开工率到90%", owner="分管副县长", deadline=date(2026, 6, 30),
                                            amount="90", amount_unit="%"),)),))
    values: dict[str, object] = dict(
        key=key, title="县区比拼现场", arena="县区比拼现场", period="2026Q1", held_on=date(2026, 4, 23), rule_toml=rule,
        seconds=seconds, note="示例数据",
        units=tuple(PlannedUnit(key=f"{key}-{n}", name=f"{n}县", kind="county") for n in names),
        targets=tuple(PlannedTarget(key=f"U{i}", name=f"{n}县", unit=f"{key}-{n}", presenter="县委书记",
                                    ranking_group="", ranked=True) for i, n in enumerate(names, 1)),
        seats=(*(PlannedSeat(code=f"L{n}", group="leaders", name=f"市领导{n}席",
                             unit=f"{key}-A" if n == leaders else "") for n in range(1, leaders + 1)),
               *(PlannedSeat(code=f"P{n}", group="public", name=f"代表{n}", unit="") for n in range(1, public + 1))),
        declarations={f"U{i}": declared for i in range(1, units + 1)},
    )
    return SittingPlan(**{**values, **changes})  # type: ignore[arg-type]


@dataclass
class Hall:
    """One sitting in one house, with everybody's badge in hand."""

    house: House
    key: str
    secrets: dict[str, str] = field(default_factory=dict)
    drawn: int = 0

    @property
    def now(self) -> datetime:
        return self.house.clock()

    def open(self, *targets: str, seconds: int | None = None) -> int:
        opened = rounds.open_round(self.house.database, self.key, targets, by="host", at=self.now, seconds=seconds)
        self.house.live.refresh()
        return opened

    def close(self) -> int:
        closed = rounds.close_round(self.house.database, self.key, by="host", at=self.now)
        self.house.live.refresh()
        return closed

    def void(self, round_id: int, reason: str = "设备故障") -> None:
        rounds.void_round(self.house.database, self.key, round_id, reason=reason, by="host", at=self.now)
        self.house.live.refresh()
        self.house.live.forget_receipts()

    def publish(self, **options: object) -> int:
        number = results.publish(self.house.database, self.key, by="host", at=self.now, **options)  # type: ignore[arg-type]
        self.house.live.refresh()
        return number

    def reveal(self) -> None:
        """Bring the reveal of the newest publication to its end: from then on the public board shows it as well."""
        snapshot = self.house.live.at(self.key)
        assert snapshot is not None
        stand = showing.stand_of(self.house.database, snapshot)
        assert stand is not None
        showing.reveal_to(self.house.database, self.key, stand.of, seen=stand.step, version=stand.version, by="host",
                          at=self.now)
        self.house.live.refresh()

    def send(self, code: str, mark: object = 90, *, nonce: str | None = None, round_id: int | None = None,
             form: dict[str, str] | None = None, made_at: datetime | None = None) -> Future[Receipt]:
        secret = self.secrets[code]
        seat = self.house.live.seat(secret)
        assert seat is not None, f"{code} has no badge in force"
        snapshot = self.house.live.at(self.key)
        assert snapshot is not None
        current = snapshot.round
        if form is None:
            targets = current.targets if current else ("U1",)
            form = {f"m.{target}.quality": str(mark) for target in targets}
        self.drawn += 1
        sent = str(round_id if round_id is not None else current.id if current else "")
        return self.house.box.put(checked(
            self.house.live, seat=seat, secret=secret, round_text=sent, nonce=nonce or f"nonce-{self.drawn}", form=form,
            at=self.now, made_at=made_at))

    def cast(self, code: str, mark: object = 90, **options: object) -> Receipt:
        return self.send(code, mark, **options).result(timeout=20)  # type: ignore[arg-type]

    def everybody(self, mark: int = 90) -> None:
        """Every seat that may vote does: marks a little apart, so that nothing ties by accident."""
        snapshot = self.house.live.at(self.key)
        assert snapshot is not None and snapshot.round is not None
        sent = []
        for n, (code, secret) in enumerate(self.secrets.items()):
            seat = self.house.live.seat(secret)
            assert seat is not None
            if not all(snapshot.recused(seat, target) for target in snapshot.round.targets):
                sent.append(self.send(code, mark + n % 3))
        for one in sent:
            one.result(timeout=20)

    def badge(self, *codes: str) -> None:
        issued = badges.issue_badges(self.house.database, self.key, codes or None, base_url=BASE, by="host",
                                     at=self.now)
        self.secrets.update({one.seat: one.link.rsplit("/", 1)[1] for one in issued})
        self.house.live.refresh()


def house(url: str, clock: Clock | None = None) -> House:
    """A house with its writer running; its clock beats only when a test says `house.tick()`."""
    built = House(Database(url), clock or Clock(), public_url=BASE)
    make_tables(built.database)
    built.live.refresh()
    built.box.start()
    return built


def sitting(in_house: House, of_plan: SittingPlan | None = None) -> Hall:
    """Load a plan and hand out the badges."""
    key, _new = sittings.load(in_house.database, of_plan or plan(), by="host", at=in_house.clock())
    made = Hall(house=in_house, key=key)
    made.badge()
    return made
