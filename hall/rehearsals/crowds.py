"""Simulated phones for a rehearsal: so many, so quick, so many of them late; started and stopped with one key.

Each takes a seat that nobody has a badge for, or that was simulated before; a badge in a real hand is never taken away.
They run in a process of their own, go through real HTTP to this machine, and end after an hour at the latest.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path

from db import rehearsal
from db.engine import Database
from db.reads import people as people_reads
from db.reads import sittings as reads
from db.work import work
from hall import serving
from hall.rehearsals.simulated import USUAL_THINKING
from office.prints.badges import give_badges
from office.refusal import NotFound, Refused
from scoring.rule import read_rule

MOST_PHONES, MOST_SECONDS = 300, 3600
LATE_SHARES = (0, 5, 10, 20)  # of a hundred
_SIMULATED = "simulated_seats"


class Speed(Enum):
    """Seconds of thought before a paper is sent, on average."""

    QUICK = 6.0
    USUAL = USUAL_THINKING
    SLOW = 60.0

    @property
    def words(self) -> str:
        return {Speed.QUICK: "快（约6秒）", Speed.USUAL: "平常（约25秒）", Speed.SLOW: "慢（约1分钟）"}[self]


@dataclass(slots=True, kw_only=True)
class Crowd:
    """Phones that are on, and until when at the latest."""

    count: int
    until: datetime
    process: subprocess.Popen[bytes]

    @property
    def is_on(self) -> bool:
        return self.process.poll() is None


_lock = threading.Lock()
_on: dict[Path, Crowd] = {}


def now_on(database: Database) -> Crowd | None:
    found = _on.get(_key(database))
    return found if found is not None and found.is_on else None


def begin(database: Database, sitting: str, *, count: int, speed: Speed, late: int, base: str, by: str,
          at: datetime) -> Crowd:
    """Switch phones on; those that were on go off. `late`: how many of a hundred. Raises Refused."""
    if not 1 <= count <= MOST_PHONES or late not in LATE_SHARES:
        raise Refused(f"模拟手机请选1到{MOST_PHONES}部。")
    with _lock:
        _end(database)
        secrets = take_seats(database, sitting, count, by=by, at=at)
        told = {"base": base, "secrets": secrets, "thinking": speed.value, "late": late / 100, "seconds": MOST_SECONDS}
        process = subprocess.Popen([sys.executable, "-m", "hall.rehearsals.simulated"], cwd=serving.ROOT, stdin=subprocess.PIPE,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert process.stdin is not None
        process.stdin.write(json.dumps(told).encode())
        process.stdin.close()
        _on[_key(database)] = Crowd(count=len(secrets), until=at + timedelta(seconds=MOST_SECONDS), process=process)
        return _on[_key(database)]


def end(database: Database) -> None:
    """Switch them off. Their seats stay theirs for the next time."""
    with _lock:
        _end(database)


def take_seats(database: Database, sitting: str, count: int, *, by: str, at: datetime) -> list[str]:
    """New badges for up to so many free seats, all groups in their proportion; the secrets."""
    with work(database) as w:
        if not rehearsal.is_marked(w.c):
            raise Refused("模拟手机只能在彩排里用。")
        found = reads.sitting(w.c, sitting)
        if found is None:
            raise NotFound(f"没有场次“{sitting}”。")
        before = set(json.loads(people_reads.setting(w.c, _SIMULATED) or "[]"))
        free = [seat for seat in reads.seats(w.c, found.id) if seat.badge_issued_at is None or seat.code in before]
        if not free:
            raise Refused("每一席都已发了胸牌，没有空席给模拟手机。请先停用一些席位的胸牌。")
        count = min(count, len(free))
        chosen = [free[n * len(free) // count] for n in range(count)]
        issued = give_badges(w, read_rule(reads.rule_text(w.c, found.id)[0].encode()), chosen, base_url="", at=at)
        codes = tuple(seat.code for seat in chosen)
        if found.desk_check_in:
            w.roster.check_in(*(seat.id for seat in chosen), at=at)
        w.roster.put_setting(_SIMULATED, json.dumps(sorted(before | set(codes))))
        w.roster.touch(found.id)
        w.record.append(at=at, actor=by, action="模拟手机", sitting_id=found.id, count=count)
    return [one.link.rsplit("/", 1)[1] for one in issued]


def _end(database: Database) -> None:
    found = _on.pop(_key(database), None)
    if found is not None and found.is_on:
        found.process.terminate()
        found.process.wait(timeout=10)


def _key(database: Database) -> Path:
    return database.file or Path(database.url)
