"""The clock of one segment on stage: how long it has been going, what is left of its limit, or how far it is over.

Pure: the moment comes in as an argument (the hall's steady clock). A pause stops the clock and nothing else; a limit
of 0 is none, and time given on top counts only where there is a limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from db.stage_values import Segment, SegmentRun


class Pace(StrEnum):
    """How a clock stands: a shape and a word, never a colour alone."""

    FREE = "free"
    GOING = "going"
    WARNING = "warning"
    OVER = "over"

    @property
    def words(self) -> str:
        return {"free": "不限时", "going": "计时中", "warning": "快到时间", "over": "超时"}[self.value]

    @property
    def shape(self) -> str:
        return {"free": "○", "going": "▶", "warning": "▲", "over": "■"}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A clock at one moment, in whole seconds: `used`; `left` of the `limit` (None without one); `over` it."""

    pace: Pace
    used: int
    limit: int
    left: int | None
    over: int
    paused: bool
    ended: bool

    @property
    def words(self) -> str:
        """`03:20`, counted down; beyond the limit `超时 00:12`, counted up; without a limit what has been used."""
        if self.pace is Pace.OVER:
            return f"超时 {minutes(self.over)}"
        return minutes(self.used if self.left is None else self.left)

    def used_words(self, title: str) -> str:
        """`发言 08:12（超时00:12）`, for the record."""
        return f"{title} {minutes(self.used)}" + (f"（超时{minutes(self.over)}）" if self.over else "")

    @property
    def state(self) -> str:
        """Shape and word beside the figures."""
        if self.ended:
            return f"■ 已结束，用时{minutes(self.used)}"
        return f"‖ 已暂停（{self.pace.words}）" if self.paused else f"{self.pace.shape} {self.pace.words}"


def elapsed(run: SegmentRun, now: datetime) -> timedelta:
    """Without its pauses; never below nothing, whatever a clock does."""
    until = run.ended_at or run.paused_at or now
    return max(timedelta(), until - run.began_at - timedelta(milliseconds=run.paused_ms))


def limit_of(run: SegmentRun, segment: Segment) -> int:
    """Seconds with what was given on top; 0 for none."""
    return segment.seconds + run.more_seconds if segment.seconds else 0


def read(run: SegmentRun, segment: Segment, now: datetime) -> Reading:
    used, limit = elapsed(run, now), limit_of(run, segment)
    bound = timedelta(seconds=limit)
    over = used - bound if limit and used >= bound else None
    left = None if not limit else max(0, -((used - bound) // timedelta(seconds=1)))
    pace = Pace.FREE if not limit else Pace.OVER if over is not None else \
        Pace.WARNING if bound - used <= timedelta(seconds=segment.warn_seconds) else Pace.GOING
    return Reading(pace=pace, used=used // timedelta(seconds=1), limit=limit, left=left,
                   over=0 if over is None else over // timedelta(seconds=1), paused=run.paused_at is not None,
                   ended=run.ended_at is not None)


def runs_out_at(run: SegmentRun, segment: Segment, now: datetime) -> datetime | None:
    """The moment at which the limit is or was reached, if nothing is paused from now on; None without a limit."""
    limit = limit_of(run, segment)
    return now + timedelta(seconds=limit) - elapsed(run, now) if limit else None


def minutes(seconds: int) -> str:
    return f"{seconds // 60:02d}:{seconds % 60:02d}"
