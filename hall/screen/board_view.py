"""The public board (晒一晒) as values: what anybody may see of a sitting, and nothing besides.

Pure functions of a snapshot, the turnout, the moment and what was released. Before it has begun a sitting is a
title, a day and a place. Scores come from `Released` alone, which is made of a publication and of nothing else;
judges and papers do not appear here at all. The turnout of a secret group goes through `hall.moment.progress`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hall.moment.progress import told, words_of
from hall.moment.snapshot import Snapshot, TargetCard
from hall.moment.turn import balloted, how_many_speak, place_of
from hall.outcome.board import Board as ResultBoard
from hall.outcome.board import Line
from hall.screen.wall import period_words
from hall.screen.wall_stage import Point, promise_words
from hall.stage.console import AgendaRow, State, agenda, turnout_rows
from office.local_time import clock_time, day_in_words, minute
from scoring.round import Phase


class Stand(StrEnum):
    """Where a sitting stands, as the public is told."""

    AHEAD = "未开始"
    RUNNING = "进行中"
    RELEASED = "已公布"

    @property
    def shape(self) -> str:
        return {Stand.AHEAD: "○", Stand.RUNNING: "▶", Stand.RELEASED: "●"}[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What is always told of a sitting."""

    key: str
    title: str
    period: str
    day: str
    place: str
    note: str
    stand: Stand

    @property
    def about(self) -> str:
        return " · ".join(part for part in (self.period, self.day, self.place) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupBar:
    """One judge group's turnout, as far as it may be told; `note` says why a number moves in steps."""

    name: str
    voted: int
    due: int
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """A round that is open, or closed and still on stage. `closes_ms` counts from 1970, None without a time limit."""

    state: State
    words: str
    closes_ms: int | None
    closes: str
    groups: tuple[GroupBar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnStage:
    """Who is on stage, what it admits and promises, and its ballot if there is one."""

    heading: str
    name: str
    presenter: str
    points: tuple[Point, ...]
    ballot: Ballot | None
    again: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One line of a released result; `place` is empty, and `note` says why, where there is none."""

    place: str
    name: str
    total: str
    points: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """A publication: one list a ranking group, and who stands apart."""

    version: int
    at: str
    corrected: str
    sentence: str
    lists: tuple[tuple[str, tuple[Place, ...]], ...]
    apart: tuple[Place, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardView:
    """The board of one sitting at one moment. `waits`: a result is published, and the hall sees it first; by when it is
    here at the latest."""

    heading: Heading
    stage: OnStage | None = None
    released: Released | None = None
    agenda: tuple[AgendaRow, ...] = ()
    waits: str = ""

    @property
    def is_open(self) -> bool:
        ballot = self.stage.ballot if self.stage else None
        return ballot is not None and ballot.state is State.VOTING


def heading_of(snapshot: Snapshot) -> Heading:
    about = snapshot.sitting
    return Heading(key=about.key, title=about.title, period=period_words(about.period), day=day_in_words(about.held_on),
                   place=about.place, note=about.note, stand=_stand(snapshot))


def released_of(shown: ResultBoard | None) -> Released | None:
    """The release on the page of results, without what only that page shows; None for what is no publication."""
    if shown is None or shown.version is None:
        return None
    several = len(shown.ranking_groups) > 1
    return Released(
        version=shown.version.number, at=minute(shown.version.at), corrected=shown.version.reason,
        sentence=shown.sentence if shown.ranked else "",
        lists=tuple((name if several else "", tuple(_place(one) for one in shown.ranked if one.ranking_group == name))
                    for name in shown.ranking_groups),
        apart=tuple(_place(one) for one in shown.others))


def board_view(snapshot: Snapshot, now: datetime, voted: Mapping[str, int], released: Released | None, *,
               waits: str = "") -> BoardView:
    """`voted` is the turnout of `round_shown`; what of it may be told is decided here. While the board `waits` for the
    hall's reveal, nothing of what was released is."""
    heading = heading_of(snapshot)
    if heading.stand is Stand.AHEAD:
        return BoardView(heading=heading)
    rows = agenda(snapshot)
    done = released is not None and all(one.state is State.PUBLISHED for one in rows)
    return BoardView(heading=heading, stage=_on_stage(snapshot, now, voted), waits=waits,
                     released=None if waits else released, agenda=() if done and not waits else rows)


def round_shown(snapshot: Snapshot) -> int | None:
    """The round whose turnout the board shows, if it shows one."""
    current = snapshot.round
    if current is None or not (current.phase is Phase.OPEN or snapshot.stage.shows == "target"):
        return None
    return current.id


def _stand(snapshot: Snapshot) -> Stand:
    if snapshot.published and not any(one.phase is Phase.OPEN for one in snapshot.rounds):
        return Stand.RELEASED
    if snapshot.begun or snapshot.stage.shows == "target":
        return Stand.RUNNING
    return Stand.AHEAD


def _on_stage(snapshot: Snapshot, now: datetime, voted: Mapping[str, int]) -> OnStage | None:
    current = snapshot.round if round_shown(snapshot) is not None else None
    together = current is not None and len(current.targets) > 1
    key = current.targets[0] if current else snapshot.stage.target if snapshot.stage.shows == "target" else None
    target = snapshot.target(key) if key else None
    if target is None:
        return None
    ballot = _ballot(snapshot, now, voted)
    if together and current is not None:
        return OnStage(heading="一张票打全部单位", name=f"{len(current.targets)}家一并打分", presenter="", points=(),
                       ballot=ballot, again=False)
    of = how_many_speak(snapshot) if target.speaks else len(balloted(snapshot))
    return OnStage(
        heading=f"第{place_of(snapshot, target)}家 · 共{of}家", name=target.name, presenter=target.speaker,
        points=_points(target, snapshot.sitting.held_on.year), ballot=ballot,
        again=ballot is None and snapshot.round_of(target.key) is not None)


def _points(target: TargetCard, held_in: int) -> tuple[Point, ...]:
    return tuple(Point(text=one.text, change=" → ".join(part for part in (one.gap, one.goal) if part),
                       promises=tuple(promise_words(promise, held_in) for promise in one.commitments))
                 for one in target.declaration.shortcomings)


def _ballot(snapshot: Snapshot, now: datetime, voted: Mapping[str, int]) -> Ballot | None:
    current = snapshot.round
    if current is None or round_shown(snapshot) is None:
        return None
    is_open = current.phase is Phase.OPEN
    over = current.closes_at is not None and now >= current.closes_at
    closes = None if current.closes_at is None or not is_open or over else current.closes_at
    return Ballot(
        state=State.VOTING if is_open else State.CLOSED,
        words=("时间到，正在收最后几票" if over else "正在打分") if is_open else "打分已截止，成绩公布后在这里显示",
        closes_ms=int(closes.timestamp() * 1000) if closes else None, closes=clock_time(closes) if closes else "",
        groups=tuple(
            GroupBar(name=one.name, due=one.due, note=words_of(one.due, secret=one.secret, is_open=is_open),
                     voted=told(one.voted, one.due, secret=one.secret, is_open=is_open))
            for one in turnout_rows(snapshot, current.targets, voted, ()) if one.due))


def _place(line: Line) -> Place:
    tied = f"与{'、'.join(line.tied_with)}并列" if line.tied_with else ""
    return Place(place=line.place, name=line.name, total=line.total,
                 points=line.points, note="；".join(filter(None, (line.state, tied, line.decided_by, line.deducted, line.because))))
