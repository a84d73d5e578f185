"""The machine's clock may jump; an open round does not notice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hall.house import SETTLE_BEATS, House
from hall.moment.steady import SteadyClock
from tests import make


class Machine:
    """A wall clock that anybody can set, and a counter that nobody can."""

    def __init__(self) -> None:
        self.wall = datetime(2026, 4, 23, 1, 0, tzinfo=UTC)
        self.counted = 5.0

    def passes(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.counted += seconds


def house_on(machine: Machine, url: str) -> House:
    return make.house(url, SteadyClock(lambda: machine.wall, lambda: machine.counted))  # type: ignore[arg-type]


def test_time_goes_on_when_the_machines_clock_is_set_back() -> None:
    machine = Machine()
    clock = SteadyClock(lambda: machine.wall, lambda: machine.counted)
    machine.passes(10)
    machine.wall -= timedelta(hours=1)

    assert clock() == datetime(2026, 4, 23, 1, 0, 10, tzinfo=UTC)
    clock.settle()
    assert clock() == machine.wall


def test_a_round_ends_when_it_was_announced_although_the_clock_is_set_back_an_hour(url: str) -> None:
    machine = Machine()
    hall = make.sitting(house_on(machine, url))
    hall.house.tick()
    hall.open("U2", seconds=60)
    machine.passes(20)
    machine.wall -= timedelta(hours=1)
    hall.house.tick()
    assert hall.cast("L1").version == 1

    machine.passes(47)  # 60 s, the grace of 5 s and the time to store have gone
    for _ in range(SETTLE_BEATS + 1):
        hall.house.tick()

    snapshot = hall.house.live.at(hall.key)
    assert snapshot is not None and [one.phase.value for one in snapshot.rounds] == ["CLOSED"]
    assert hall.now == machine.wall, "with nothing open the machine's clock is followed again"
    hall.house.close()
