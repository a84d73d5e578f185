"""A question from a phone: who may be asked, what of the asker is kept, and how often a seat may ask.

Of a secret group nothing leads from a question to a seat: it is kept under the group's name with its minute, the
record does not tell of it, and how often its seat asks is known to this process's memory alone. A named seat's
question carries the seat, and its pace is judged by what is stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from db import talk
from db.engine import Database
from db.reads import sittings as reads
from db.reads import stage_talk as talk_reads
from db.talk import Question
from db.values import Stage, Target
from db.work import work
from hall.ballots.ballot_refused import BallotRefused, Reason
from hall.moment.packing import sitting_of
from hall.moment.snapshot import SeatCard, Snapshot, TargetCard
from hall.moment.spoken import QUESTION_BOUND, one_line

APART = timedelta(seconds=60)
OF_ONE_SEAT = 3
OF_ALL_PHONES = 200
CLOSED = "主持人现在没有开放手机提问。"
Card = TypeVar("Card", Target, TargetCard)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentQuestion:
    """As a phone sends it; the nonce is that of the page on which it was written."""

    target: str
    nonce: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """What is kept of who asks: for a secret group no seat, and its own name."""

    seat: int | None
    name: str
    group: str


def asker_of(snapshot: Snapshot, seat: SeatCard) -> Asker:
    group = snapshot.rule.group(seat.group)
    return Asker(seat=None if group.secret else seat.id, group=group.key,
                 name=group.name if group.secret else seat.name or seat.code)


def may_be_asked(stage: Stage, targets: Sequence[Card]) -> tuple[Card, ...]:
    """Who is on stage, and nobody else; while nobody is, every unit that speaks."""
    if stage.shows == "target":
        return tuple(one for one in targets if one.key == stage.target)
    return tuple(one for one in targets if one.speaks and not one.postponed)


def put_into_queue(database: Database, sitting: str, seat: SeatCard, asker: Asker, sent: SentQuestion, *,
                   at: datetime) -> None:
    """The question waits on the console; the same one sent twice is one. Raises BallotRefused."""
    words = one_line(sent.text)
    if not words:
        raise BallotRefused(Reason.INCOMPLETE, "请先写下您的问题。", field="text")
    if len(words) > QUESTION_BOUND:
        raise BallotRefused(Reason.TOO_LARGE, f"问题最多{QUESTION_BOUND}字，现在是{len(words)}字，请写短一些。", field="text")
    with work(database) as w:
        found = sitting_of(w.c, sitting)
        w.rounds.lock_sitting(found.id)
        if not talk_reads.phones_may_ask(w.c, found.id):
            raise BallotRefused(Reason.ROUND_NOT_OPEN, CLOSED)
        target = _asked(reads.stage(w.c, found.id), reads.targets(w.c, found.id), sent.target)
        from_phones = [one for one in talk_reads.questions(w.c, found.id) if one.source == talk.PHONE]
        if any(_is_same(one, asker, sent.target, words) for one in from_phones):
            return
        _refuse_too_many(from_phones, asker, sent.target, at)
        kept_at = at.replace(second=0, microsecond=0) if asker.seat is None else at
        number = w.talk.ask(found.id, target.id, source=talk.PHONE, asker=asker.name, group=asker.group, text=words,
                            at=kept_at, seat_id=asker.seat)
        w.roster.touch(found.id)
        if asker.seat is not None:
            w.record.append(at=at, actor=seat.code, action="手机提问", sitting_id=found.id, question=number,
                            target=sent.target, text=words)


def _asked(stage: Stage, targets: Sequence[Target], key: str) -> Target:
    names = {one.key: one.name for one in targets}
    possible = {one.key: one for one in may_be_asked(stage, targets)}
    if key in possible:
        return possible[key]
    if key not in names:
        raise BallotRefused(Reason.INCOMPLETE, "请选好要问哪一家。", field="target")
    on_stage = "、".join(one.name for one in possible.values()) if stage.shows == "target" else ""
    raise BallotRefused(Reason.ROUND_MOVED_ON, (
        f"台上已经是{on_stage}，您写给{names[key]}的问题没有送出。要问{on_stage}，请改好后再送出。" if on_stage
        else f"{names[key]}不上台，不能提问。"), field="target")


def _is_same(one: Question, asker: Asker, target: str, words: str) -> bool:
    return (one.seat, one.group, one.target, one.text) == (asker.seat, asker.group, target, words) \
        and one.state != talk.SET_ASIDE


def _refuse_too_many(from_phones: Sequence[Question], asker: Asker, target: str, at: datetime) -> None:
    in_queue = [one for one in from_phones if one.state in (talk.WAITING, talk.QUEUED)]
    if sum(one.target == target for one in in_queue) >= OF_ALL_PHONES:
        raise BallotRefused(Reason.TOO_FAST, "排队的问题已经很多，请稍后再提。", retry_after=60)
    if asker.seat is None:
        return
    mine = [one for one in from_phones if one.seat == asker.seat]
    refuse_too_soon(max((one.asked_at for one in mine), default=None), at)
    if sum(one.seat == asker.seat for one in in_queue) >= OF_ONE_SEAT:
        raise BallotRefused(Reason.TOO_FAST, f"您已有{OF_ONE_SEAT}个问题在排队，等其中一个有了结果再提。", retry_after=60)


def refuse_too_soon(last: datetime | None, at: datetime) -> None:
    left = timedelta(0) if last is None else last + APART - at
    if timedelta(0) < left <= APART:
        seconds = -(-left // timedelta(seconds=1))
        raise BallotRefused(Reason.TOO_FAST, f"一分钟提一个问题，请过{seconds}秒再送出。", retry_after=seconds)


class SecretPace:
    """How often the seats of secret groups ask: in memory only, and of one process."""

    def __init__(self) -> None:
        self._last: dict[int, datetime] = {}
        self._asked: dict[tuple[int, str], int] = {}

    def refuse_too_many(self, seat: int, target: str, at: datetime) -> None:
        refuse_too_soon(self._last.get(seat), at)
        if self._asked.get((seat, target), 0) >= OF_ONE_SEAT:
            raise BallotRefused(Reason.TOO_FAST, f"一个席位对同一家最多提{OF_ONE_SEAT}个问题。", retry_after=60)

    def note(self, seat: int, target: str, at: datetime) -> None:
        self._last[seat] = at
        self._asked[seat, target] = self._asked.get((seat, target), 0) + 1

    def take_back(self, seat: int, target: str) -> None:
        """It was not put into the queue after all."""
        self._last.pop(seat, None)
        self._asked[seat, target] -= 1
