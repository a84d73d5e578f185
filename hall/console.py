"""The host's console as values: where the sitting stands, the one next step, and who has not voted yet.

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

from db.values import Round
from hall.closing import collecting_left, is_closing, is_collecting, seconds_left
from hall.progress import told, words_of
from hall.snapshot import SeatInHall, Snapshot, TargetCard, sha256_of
from scoring.round import Phase

EVERYBODY_IN = "应投的都已投票，可以立即截止。"


class State(StrEnum):
    """Where one target stands on the agenda: a shape and a word, never a colour alone."""

    WAITING = "waiting"
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
    State.WAITING: ("○", "未开始"), State.ON_STAGE: ("◆", "台上"), State.VOTING: ("▶", "打分中"),
    State.CLOSED: ("■", "已截止"), State.VOID: ("✕", "已作废"), State.PUBLISHED: ("●", "已公布"),
}


class Move(StrEnum):
    """What the one obvious key does. WAIT and NOTHING have no key to press."""

    SHOW = "show"
    OPEN = "open"
    CLOSE = "close"
    WAIT = "wait"
    PUBLISH = "publish"
    SHOW_RANKING = "show_ranking"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The next step: what it does, the words on the key, what it is about, and a sentence beside it."""

    move: Move
    words: str
    targets: tuple[str, ...] = ()
    round_id: int | None = None
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaRow:
    """One line of the agenda; `here`: on stage now, `next`: the one that the next step calls."""

    key: str
    position: int
    name: str
    presenter: str
    state: State
    here: bool
    next: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTurnout:
    """One judge group: seats, those checked in, those recused, those due, those in.

    Who is waited for is named in a named group only: `missing` are checked in, `absent` are not. `voted` of a secret
    group goes in steps while a round is open (`hall.progress`); `note` says so.
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
class Onstage:
    """Who is on stage, with the round that matters and the seconds that it has left: until its closing time, or,
    while the last papers are `collecting`, until the clock closes it."""

    key: str | None
    target: TargetCard | None
    title: str
    state: State
    round: Round | None
    left: int | None
    closing: bool
    collecting: bool
    going: int


def open_round_of(snapshot: Snapshot) -> Round | None:
    return next((one for one in snapshot.rounds if one.phase is Phase.OPEN), None)


def clock_words(seconds: int) -> str:
    return f"{seconds // 60:02d}:{seconds % 60:02d}"


def state_of(snapshot: Snapshot, target: str) -> State:
    found = snapshot.round_of(target)
    if found is not None:
        return {Phase.OPEN: State.VOTING, Phase.CLOSED: State.CLOSED, Phase.PUBLISHED: State.PUBLISHED,
                Phase.VOID: State.VOID}.get(found.phase, State.WAITING)
    return State.ON_STAGE if _on_stage(snapshot) == target else State.WAITING


def agenda(snapshot: Snapshot) -> tuple[AgendaRow, ...]:
    """Every target in order, with its state."""
    following = next_target(snapshot)
    return tuple(
        AgendaRow(key=one.key, position=one.position, name=one.name, presenter=one.presenter,
                  state=state_of(snapshot, one.key), here=_on_stage(snapshot) == one.key,
                  next=following is not None and following.key == one.key)
        for one in snapshot.targets)


def next_target(snapshot: Snapshot) -> TargetCard | None:
    """Who comes next: the first after the one on stage that has no counting round, then those passed over."""
    here = snapshot.target(_on_stage(snapshot) or "")
    start = here.position if here else 0
    in_turn = sorted(snapshot.targets, key=lambda one: (one.position <= start, one.position))
    if snapshot.sitting.ballot_mode == "all":
        after = [one for one in in_turn if one.position > start]
        return after[0] if after and not _counting(snapshot) else None
    return next((one for one in in_turn if not _scored(snapshot, one.key) and one is not here), None)


def next_step(snapshot: Snapshot, now: datetime, *, everybody_in: bool = False) -> Step:
    """The one obvious thing to do; `everybody_in` is `Awaited`'s, once a round is open."""
    if not snapshot.targets:
        return Step(move=Move.NOTHING, words="议程还是空的", hint="请到“会前准备”添加单位。")
    current = open_round_of(snapshot)
    if current is not None:
        grace = snapshot.sitting.grace_seconds
        move, words = Move.CLOSE, "截止打分"
        hint = f"按下后倒计时{grace}秒，再收{grace}秒路上的票，然后自动截止。" if grace else "按下立即截止。"
        if is_collecting(current, now):
            move, words = Move.WAIT, "已截止，正在收票"
            hint = "截止前提交的票，到了都收。按延时可重新开放。"
        elif is_closing(current, grace, now):
            move, words, hint = Move.WAIT, "马上截止", f"到时手机停止填写，再收{grace}秒路上的票。还要时间请按延时。"
        return Step(move=move, words=words, targets=current.targets, round_id=current.id,
                    hint=EVERYBODY_IN if everybody_in else hint)
    opening = _to_open(snapshot)
    if opening is not None:
        return opening
    following = next_target(snapshot)
    if following is not None and not snapshot.published:
        called = f"第{following.position}家 {following.name}上台"
        started = _on_stage(snapshot) is not None
        return Step(move=Move.SHOW, words=f"下一家：{called}" if started else f"请{called}", targets=(following.key,),
                    hint="大屏和手机会显示这一家的不足与承诺。")
    if any(one.phase is Phase.CLOSED for one in snapshot.rounds):
        words = f"公布第{snapshot.published + 1}版成绩" if snapshot.published else "公布成绩"
        return Step(move=Move.PUBLISH, words=words, hint="先核对清单，再公布。")
    if snapshot.published and snapshot.stage.shows != "ranking":
        return Step(move=Move.SHOW_RANKING, words="大屏显示排名")
    return Step(move=Move.NOTHING, words="成绩已公布", hint="各数的来历见“成绩”页。")


def onstage(snapshot: Snapshot, now: datetime) -> Onstage:
    """The middle of the console. A round of several targets is named as one."""
    current = open_round_of(snapshot)
    key = current.targets[0] if current else _on_stage(snapshot)
    target = snapshot.target(key) if key else None
    found = current or (snapshot.round_of(key) if key and _scored(snapshot, key) else None)
    together = found is not None and len(found.targets) > 1
    nobody = "成绩已公布" if snapshot.published else "台上没有单位" if snapshot.rounds else "还没有单位上台"
    title = f"{len(found.targets)}家一并打分" if found and together else target.name if target else nobody
    grace = snapshot.sitting.grace_seconds
    collecting = current is not None and is_collecting(current, now)
    left = None if current is None else (
        collecting_left(current, grace, now) if collecting else seconds_left(current, now))
    return Onstage(
        key=key, target=None if together else target, title=title, state=state_of(snapshot, key) if key else State.WAITING,
        round=found, left=left, closing=current is not None and is_closing(current, grace, now),
        collecting=collecting, going=int((now - current.opened_at).total_seconds()) if current else 0)


def on_screen(snapshot: Snapshot) -> str:
    """What the hall looks at, in a few words."""
    current = open_round_of(snapshot)
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
    if snapshot.stage.shows == "target":
        return "投票结束，不显示成绩" if _scored(snapshot, snapshot.stage.target or "") else "不足与承诺"
    return "议程"


def turnout_rows(snapshot: Snapshot, targets: Collection[str], voted: Mapping[str, int],
                 voted_seats: Collection[int]) -> tuple[GroupTurnout, ...]:
    """Turnout by group for the round of these targets (none: the whole hall, nobody recused)."""
    rows = []
    is_open = open_round_of(snapshot) is not None
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
    secret = {group.key for group in snapshot.rule.groups if group.secret} if open_round_of(snapshot) else set()
    counted = Counter(seat.group for seat in snapshot.seats if seat.id in seen)
    return {group.key: counted[group.key] for group in snapshot.rule.groups if group.key not in secret}


def voidable(snapshot: Snapshot) -> tuple[tuple[int, str], ...]:
    """(round id, its name) of what may still be voided; the open one first, then the latest."""
    names = {one.key: one.name for one in snapshot.targets}
    live = [one for one in snapshot.rounds if one.phase in (Phase.OPEN, Phase.CLOSED)]
    live.sort(key=lambda one: (one.phase is not Phase.OPEN, -one.number))
    return tuple(
        (one.id, f"第{one.number}轮 {names[one.targets[0]]}{f'等{len(one.targets)}家' if len(one.targets) > 1 else ''}"
                 f"（{one.phase.words}）") for one in live)


def may_be_called(snapshot: Snapshot) -> tuple[tuple[str, str], ...]:
    """(key, words) of everybody who may be put on stage, in order: a target that is scored may be shown again."""
    return tuple(
        (one.key, f"{one.position} {one.name}（{state_of(snapshot, one.key).words}）") for one in snapshot.targets)


def moved(keys: tuple[str, ...], key: str, by: int) -> tuple[str, ...]:
    """The order with one target moved up (-1) or down (+1); at the edge it stays."""
    at = keys.index(key)
    to = min(max(at + by, 0), len(keys) - 1)
    rest = [one for one in keys if one != key]
    return (*rest[:to], key, *rest[to:])


def found_seats(snapshot: Snapshot, words: str, bound: int = 5) -> tuple[SeatInHall, ...]:
    """Seats whose code, name or group holds these words, an exact code first; or the seat of a badge that was scanned."""
    wanted = words.strip().casefold()
    if not wanted:
        return ()
    if is_link(words):
        card = snapshot.seat_by_badge.get(sha256_of(words.strip().rsplit("/b/", 1)[1].split("/")[0]))
        return tuple(seat for seat in snapshot.seats if card is not None and seat.id == card.id)
    groups = {group.key: group.name for group in snapshot.rule.groups}
    hits = [seat for seat in snapshot.seats
            if wanted in f"{seat.code} {seat.name} {groups.get(seat.group, '')}".casefold()]
    hits.sort(key=lambda seat: seat.code.casefold() != wanted)
    return tuple(hits[:bound])


def is_link(words: str) -> bool:
    """What a scanner types when it reads a badge."""
    return "/b/" in words


def _to_open(snapshot: Snapshot) -> Step | None:
    """Opening the ballot: of the one on stage, or of all at the end (where one paper holds all)."""
    here = _on_stage(snapshot)
    if snapshot.sitting.ballot_mode == "all":
        everybody = tuple(one.key for one in snapshot.targets)
        ready = here == everybody[-1] or bool(snapshot.rounds)
        if not _counting(snapshot) and ready:
            return Step(move=Move.OPEN, words=f"开始打分（全部{len(everybody)}家）", targets=everybody,
                        hint="每位评委一张票，打全部单位。")
        return None
    if here is None or _scored(snapshot, here):
        return None
    again = snapshot.round_of(here) is not None
    limit = snapshot.sitting.seconds
    return Step(move=Move.OPEN, words="重新打分" if again else "开始打分", targets=(here,),
                hint=f"打分时间{limit}秒，到时截止，再收{snapshot.sitting.grace_seconds}秒路上的票。" if limit
                else "不限时，由主持人截止。")


def _on_stage(snapshot: Snapshot) -> str | None:
    return snapshot.stage.target if snapshot.stage.shows == "target" else None


def _scored(snapshot: Snapshot, target: str) -> bool:
    found = snapshot.round_of(target)
    return found is not None and found.phase is not Phase.VOID


def _counting(snapshot: Snapshot) -> bool:
    return any(one.phase is not Phase.VOID for one in snapshot.rounds)
