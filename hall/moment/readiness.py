"""Which phones are ready for the sitting, group by group, and what troubles the others, in words.

A phone is *ready* when it keeps drafts, loses at most one answer of five and answers within three seconds. A clock
that is wrong by more than a minute is told too, but keeps nobody from voting: phones go by the hall's time. A seat
is named in a named group; of a secret group it goes by its number (this is before any vote).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from db.engine import Database
from db.reads import checks as reads
from db.stores.checks import Checks
from db.values import DeviceCheck
from hall.moment.snapshot import SeatInHall, Snapshot

LOST, ROUND_TRIP_MS, SKEW_MS = 1, 3000, 60_000
ANSWERS = 5
FRESH_SECONDS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupReady:
    """One judge group: phones that are ready, seats; one sentence a phone with trouble (`▲ 二席：…`)."""

    key: str
    name: str
    ready: int
    seats: int
    troubles: tuple[str, ...]

    @property
    def checked_words(self) -> str:
        return f"手机就绪 {self.ready}／{self.seats}"


class Readiness:
    """The checks of a sitting, at most three seconds old, one read however many screens ask."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[datetime, Mapping[int, DeviceCheck]]] = {}

    def checks(self, sitting: str) -> Mapping[int, DeviceCheck]:
        """Seat id -> what its phone last found."""
        with self._lock:
            now, kept = self._clock(), self._kept.get(sitting)
            if kept is None or not 0 <= (now - kept[0]).total_seconds() < FRESH_SECONDS:
                with self._database.reading() as c:
                    kept = self._kept[sitting] = (now, reads.checks(c, sitting))
            return kept[1]

    def note(self, found: Iterable[DeviceCheck]) -> None:
        """Write down what phones found, in one transaction."""
        with self._database.write.begin() as c:
            Checks(c).note(found)


def readiness_of(snapshot: Snapshot, checks: Mapping[int, DeviceCheck]) -> tuple[GroupReady, ...]:
    """Every group of the rule, in its order; a phone that has not checked yet is not ready and no trouble."""
    told = []
    for group in snapshot.rule.groups:
        seats = [seat for seat in snapshot.seats if seat.group == group.key]
        found = [(seat, checks[seat.id]) for seat in seats if seat.id in checks]
        told.append(GroupReady(
            key=group.key, name=group.name, seats=len(seats), ready=sum(is_ready(check) for _seat, check in found),
            troubles=tuple(_trouble(seat, check, secret=group.secret) for seat, check in found if faults(check))))
    return tuple(told)


def is_ready(check: DeviceCheck) -> bool:
    return check.storage and check.lost <= LOST and check.round_trip_ms <= ROUND_TRIP_MS


def faults(check: DeviceCheck) -> tuple[str, ...]:
    """What is wrong with a phone, in words that say what to do."""
    found = []
    if not check.storage:
        found.append("不能保存草稿，请关闭无痕浏览再扫码")
    if check.lost > LOST:
        found.append(f"{ANSWERS}次应答丢了{check.lost}次，请换个位置或换一个网络")
    if check.round_trip_ms > ROUND_TRIP_MS:
        found.append(f"应答要{check.round_trip_ms / 1000:.1f}秒，网络太慢")
    if abs(check.skew_ms) > SKEW_MS:
        found.append(f"手机时钟{'快' if check.skew_ms > 0 else '慢'}{_long(abs(check.skew_ms))}，不影响投票")
    return tuple(found)


def _trouble(seat: SeatInHall, check: DeviceCheck, *, secret: bool) -> str:
    shape = "▲" if is_ready(check) else "■"
    return f"{shape} {f'{seat.code}号席' if secret else seat.name}：{'；'.join(faults(check))}"


def _long(milliseconds: int) -> str:
    minutes = round(milliseconds / 60_000)
    if minutes < 120:
        return f"{minutes}分钟"
    return f"{minutes // 60}小时" if minutes < 2880 else f"{minutes // 1440}天"
