"""The host's console as values: where the sitting stands, who is on stage, and who has not voted yet.

Pure functions of a snapshot, the turnout and the moment: nothing here reads a database, draws, or sees a mark.
*Due* (应投) are the seats of a group that may score at least one target of the round; *voted* (已投) are those
whose paper is in. A seat that is missing is named only in a named group. A round ends in two steps: a *countdown* to
its closing time, at which phones freeze, then the last papers are *collected* for the sitting's grace.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from db.stage_values import Segment, SegmentRun
from db.values import Round
from hall.moment import timer, turn
from hall.moment.closing import collecting_left, is_closing, is_collecting, seconds_left
from hall.moment.progress import told, words_of
from hall.moment.snapshot import Snapshot, TargetCard
from hall.moment.timer import Reading
from hall.stage.questions import shown_of
from scoring.round import Phase


class State(StrEnum):
    """Where one target stands on the agenda: a shape and a word, never a colour alone."""

    WAITING = "waiting"
    SPOKEN = "spoken"
    POSTPONED = "postponed"
    ON_STAGE = "on_stage"
    VOTING = "voting"
    CLOSED = "closed"
    VOID = "void"
    PUBLISHED = "published"

    @property
    def words(self) -> str:
        return _STATE_WORDS[self][1]

    @property
    def shape(self) -> str:
        return _STATE_WORDS[self][0]


_STATE_WORDS = {
    State.WAITING: ("○", "未开始"), State.SPOKEN: ("◇", "已发言"), State.POSTPONED: ("▽", "延到补场"),
    State.ON_STAGE: ("◆", "台上"), State.VOTING: ("▶", "打分中"),
    State.CLOSED: ("■", "已截止"), State.VOID: ("✕", "已作废"), State.PUBLISHED: ("●", "已公布"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaRow:
    """One line of the agenda; `here`: on stage now, `next`: the one that is called next, `speaks`: is called at all,
    `apart`: scored, but not ranked; `substitute`: the role that speaks in the presenter's stead."""

    key: str
    position: int
    name: str
    presenter: str
    state: State
    here: bool
    next: bool
    speaks: bool = True
    apart: bool = False
    substitute: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTurnout:
    """One judge group: seats, those checked in, those recused, those due, those in.

    Who is waited for is named in a named group only: `missing` are checked in, `absent` are not. `voted` of a secret
    group goes in steps while a round is open (`hall.moment.progress`); `note` says so.
    """

    key: str
    name: str
    secret: bool
    seats: int
    checked_in: int
    recused: int
    due: int
    voted: int
    note: str = ""
    missing: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What one segment took of one target, in all its runs; `over`: seconds beyond the limit."""

    segment: str
    title: str
    seconds: int
    over: int

    @property
    def words(self) -> str:
        return f"{self.title} {timer.minutes(self.seconds)}" + (f"（超时{timer.minutes(self.over)}）" if self.over else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Onstage:
    """Who is on stage, with the round that matters and the seconds that it has left: until its closing time, or,
    while the last papers are `collecting`, until the clock closes it. `segment` and `run` are what goes on now, with
    the `reading` of its clock; `used`: what this target went through before, with the time it took."""

    key: str | None
    target: TargetCard | None
    title: str
    state: State
    round: Round | None
    left: int | None
    closing: bool
    collecting: bool
    going: int
    segment: Segment | None = None
    run: SegmentRun | None = None
    reading: Reading | None = None
    used: tuple[Used, ...] = ()
    position: int = 0


def clock_words(seconds: int) -> str:
    return timer.minutes(seconds)


def state_of(snapshot: Snapshot, target: str) -> State:
    found, card = turn.round_of(snapshot, target), snapshot.target(target)
    if card is not None and card.postponed and not turn.scored(snapshot, target):
        return State.POSTPONED
    if found is not None:
        return {Phase.OPEN: State.VOTING, Phase.CLOSED: State.CLOSED, Phase.PUBLISHED: State.PUBLISHED,
                Phase.VOID: State.VOID}.get(found.phase, State.WAITING)
    if turn.on_stage(snapshot) == target:
        return State.ON_STAGE
    return State.SPOKEN if turn.has_spoken(snapshot, target) else State.WAITING


def agenda(snapshot: Snapshot) -> tuple[AgendaRow, ...]:
    """Every target in order, with its state."""
    following, here = turn.next_target(snapshot), turn.on_stage(snapshot)
    return tuple(
        AgendaRow(key=one.key, position=turn.place_of(snapshot, one), name=one.name, presenter=one.presenter,
                  state=state_of(snapshot, one.key), here=here == one.key,
                  next=following is not None and following.key == one.key, speaks=one.speaks, apart=not one.ranked,
                  substitute=one.substitute)
        for one in snapshot.targets)


def of_speakers(rows: tuple[AgendaRow, ...]) -> tuple[tuple[AgendaRow, ...], int]:
    """The rows of those who are called on stage, and how many others are only scored."""
    called = tuple(one for one in rows if one.speaks or one.here)
    return called, len(rows) - len(called)


def onstage(snapshot: Snapshot, now: datetime) -> Onstage:
    """The middle of the console. A round of several targets is named as one."""
    current = turn.open_round_of(snapshot)
    key = current.targets[0] if current else turn.on_stage(snapshot)
    target = snapshot.target(key) if key else None
    found = current or (snapshot.round_of(key) if key and turn.scored(snapshot, key) else None)
    together = found is not None and len(found.targets) > 1
    nobody = "成绩已公布" if snapshot.published else "台上没有单位" if snapshot.begun else "还没有单位上台"
    run = turn.going(snapshot)
    segment = None if run is None else turn.segment_of(snapshot, run.segment)
    alone = segment.title if segment else nobody
    title = f"{len(found.targets)}家一并打分" if found and together else target.name if target else alone
    grace = snapshot.sitting.grace_seconds
    collecting = current is not None and is_collecting(current, now)
    left = None if current is None else (
        collecting_left(current, grace, now) if collecting else seconds_left(current, now))
    return Onstage(
        key=key, target=None if together else target, title=title, state=state_of(snapshot, key) if key else State.WAITING,
        round=found, left=left, closing=current is not None and is_closing(current, grace, now),
        collecting=collecting, going=int((now - current.opened_at).total_seconds()) if current else 0,
        segment=segment, run=run, reading=None if run is None or segment is None else timer.read(run, segment, now),
        used=used_by(snapshot, key, now) if key and not together else (), position=turn.place_of(snapshot, target) if target else 0)


def used_by(snapshot: Snapshot, target: str, now: datetime) -> tuple[Used, ...]:
    """What this target went through and how long it took, in the template's order; what goes on now is not among it."""
    found = []
    for one in snapshot.segments:
        read = [timer.read(run, one, now) for run in snapshot.runs
                if run.segment == one.key and run.target == target and run.ended_at is not None]
        if read:
            found.append(Used(segment=one.key, title=one.title, seconds=sum(each.used for each in read),
                              over=sum(each.over for each in read)))
    return tuple(found)


def on_screen(snapshot: Snapshot) -> str:
    """What the hall looks at, in a few words."""
    current = turn.open_round_of(snapshot)
    screen = snapshot.stage.screen
    if screen.frozen_at is not None:
        return "画面已冻结"
    if current is not None:
        return "打分与投票进度"
    if screen.rehearsal is not None:
        return "排练揭晓"
    if snapshot.stage.shows == "ranking":
        begun = screen.version == snapshot.published and screen.step > 0
        return "揭晓成绩" if begun else "等待揭晓成绩" if snapshot.published else "议程"
    if shown_of(snapshot) is not None:
        return "现场提问"
    run = turn.going(snapshot)
    if run is not None and snapshot.stage.shows == ("agenda" if run.target is None else "target"):
        return turn.segment_of(snapshot, run.segment).title
    if snapshot.stage.shows == "target":
        return "投票结束，不显示成绩" if turn.scored(snapshot, snapshot.stage.target or "") else "不足与承诺"
    return "议程"


def turnout_rows(snapshot: Snapshot, targets: Collection[str], voted: Mapping[str, int],
                 voted_seats: Collection[int]) -> tuple[GroupTurnout, ...]:
    """Turnout by group for the round of these targets (none: the whole hall, nobody recused)."""
    rows = []
    is_open = turn.open_round_of(snapshot) is not None
    for group in snapshot.rule.groups:
        seats = [seat for seat in snapshot.seats if seat.group == group.key]
        due = [seat for seat in seats if not targets or not all(snapshot.recused(seat, key) for key in targets)]
        waited_for = [] if group.secret else [seat for seat in due if seat.id not in voted_seats]
        rows.append(GroupTurnout(
            key=group.key, name=group.name, secret=group.secret, seats=len(seats),
            checked_in=sum(seat.checked_in for seat in seats), recused=len(seats) - len(due), due=len(due),
            voted=told(voted.get(group.key, 0), len(due), secret=group.secret, is_open=is_open),
            note=words_of(len(due), secret=group.secret, is_open=is_open),
            missing=tuple(seat.name or seat.code for seat in waited_for if seat.checked_in),
            absent=tuple(seat.name or seat.code for seat in waited_for if not seat.checked_in)))
    return tuple(rows)


def online(snapshot: Snapshot, seen: Collection[int]) -> dict[str, int]:
    """Group -> seats whose phone was heard of just now (在线); a secret group is left out while a round is open."""
    secret = {group.key for group in snapshot.rule.groups if group.secret} if turn.open_round_of(snapshot) else set()
    counted = Counter(seat.group for seat in snapshot.seats if seat.id in seen)
    return {group.key: counted[group.key] for group in snapshot.rule.groups if group.key not in secret}
