"""The hall screen while somebody is on stage: a unit with what it admits and promises, or the segment that goes on.

Values only. The clock of a segment is told by the moment at which its limit is reached, so that the same values stay
the same markup while it runs; a paused one stands still in words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from db.stage_values import SegmentRun
from db.talk import PRAISE, PROBLEM, TASK
from db.values import Commitment
from hall.moment import timer
from hall.moment.snapshot import Snapshot, TargetCard
from hall.moment.turn import how_many_speak, place_of, round_of, segment_of
from hall.stage.questions import Asked, shown_of

SAID_WORDS = {PROBLEM: "问题", TASK: "任务", PRAISE: "肯定"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One shortcoming: what it is, from where to where, what is promised."""

    text: str
    change: str
    promises: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageWall:
    """A unit on stage, between what it goes through."""

    position: int
    total: int
    name: str
    presenter: str
    points: tuple[Point, ...]
    note: str = ""
    last_time: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One line of a leader's comment: 问题 or 任务, and who answers for it by when."""

    kind: str
    text: str
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StageClock:
    """`runs_out_at`: when its limit is or was reached; None while it is paused, with `left_seconds` to go then (negative:
    so far beyond it). It warns `warn_seconds` before."""

    runs_out_at: datetime | None
    left_seconds: int
    warn_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """What a clock shows at a moment: a word with its shape, the figures, and whether it is calm, warning or over."""

    label: str
    figures: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentWall:
    """A segment that goes on: of one unit (`position` of `total`), or of the whole hall (position 0)."""

    kind: str
    title: str
    position: int
    total: int
    name: str
    presenter: str
    points: tuple[Point, ...] = ()
    last_time: str = ""
    question: Asked | None = None
    said: tuple[Said, ...] = ()
    clock: StageClock | None = None


def stage(snapshot: Snapshot, target: TargetCard) -> StageWall:
    return StageWall(position=place_of(snapshot, target), total=how_many_speak(snapshot), name=target.name,
                     presenter=presenter_words(target), points=_points(snapshot, target), last_time=target.last_time,
                     note="上一轮已作废，将重新打分" if round_of(snapshot, target.key) else "")


def segment(snapshot: Snapshot, run: SegmentRun, now: datetime) -> SegmentWall:
    """What the hall sees of what goes on."""
    one, target = segment_of(snapshot, run.segment), snapshot.target(run.target or "")
    clock = _clock(snapshot, run, now)
    if target is None:
        return SegmentWall(kind=one.kind, title=one.title, position=0, total=0, name="", presenter="",
                           clock=clock)
    return SegmentWall(
        kind=one.kind, title=one.title, position=place_of(snapshot, target), total=how_many_speak(snapshot),
        name=target.name, presenter=presenter_words(target),
        points=_points(snapshot, target) if one.kind in ("speech", "questions", "other") else (),
        last_time=target.last_time,
        question=shown_of(snapshot),
        said=_said(snapshot, target) if one.kind == "comment" else (), clock=clock)


def question(snapshot: Snapshot, target: TargetCard) -> SegmentWall:
    """A question where the sitting has no segment for it, or none goes on."""
    return SegmentWall(kind="questions", title="现场提问", position=place_of(snapshot, target), total=how_many_speak(snapshot),
                       name=target.name, presenter=presenter_words(target), question=shown_of(snapshot))


def face(clock: StageClock, at: datetime | None) -> Face:
    """The page's script draws the same from the same values. A paused clock needs no moment."""
    left = timedelta(seconds=clock.left_seconds) if clock.runs_out_at is None or at is None else clock.runs_out_at - at
    paused = "‖ 已暂停　" if clock.runs_out_at is None else ""
    if left <= timedelta():
        return Face(label=f"{paused}■ 超时", figures=timer.minutes(-left // timedelta(seconds=1)), tone="over")
    figures = timer.minutes(-(-left // timedelta(seconds=1)))
    if left <= timedelta(seconds=clock.warn_seconds):
        return Face(label=f"{paused}▲ 快到时间", figures=figures, tone="warning")
    return Face(label=paused.strip() or "剩余时间", figures=figures, tone="calm")


def presenter_words(target: TargetCard) -> str:
    """Who speaks; a substitute is named as one, by the role."""
    return f"{target.substitute}（代为发言）" if target.substitute else target.presenter


def promise_words(promise: Commitment, held_in: int) -> str:
    return f"{promise.text}（{promise.owner}，{deadline_words(promise.deadline, held_in)}）"


def deadline_words(deadline: date, held_in: int) -> str:
    """`6月30日前`, with the year when it is not the sitting's own."""
    day = f"{deadline.month}月{deadline.day}日前"
    return day if deadline.year == held_in else f"{deadline.year}年{day}"


def _points(snapshot: Snapshot, target: TargetCard) -> tuple[Point, ...]:
    held_in = snapshot.sitting.held_on.year
    return tuple(
        Point(text=one.text, change=" → ".join(part for part in (one.gap, one.goal) if part),
              promises=tuple(promise_words(promise, held_in) for promise in one.commitments))
        for one in target.declaration.shortcomings)


def _said(snapshot: Snapshot, target: TargetCard) -> tuple[Said, ...]:
    """What was named so far, problems and tasks; praise is heard, and not written on the wall."""
    held_in = snapshot.sitting.held_on.year
    return tuple(
        Said(kind=SAID_WORDS[one.kind], text=one.text, about="，".join(
            part for part in (one.owner, deadline_words(one.deadline, held_in) if one.deadline else "") if part))
        for one in snapshot.comments if one.target == target.key and not one.withdrawn and one.kind in (PROBLEM, TASK))


def _clock(snapshot: Snapshot, run: SegmentRun, now: datetime) -> StageClock | None:
    one = segment_of(snapshot, run.segment)
    runs_out = timer.runs_out_at(run, one, now)
    if runs_out is None:
        return None
    paused = run.paused_at is not None
    read = timer.read(run, one, now)
    return StageClock(runs_out_at=None if paused else runs_out, warn_seconds=one.warn_seconds,
                      left_seconds=(read.left or -read.over) if paused else 0)
