"""现场提问: the questions of a sitting as its console, its screen and its record read them. What moves them: `questioning`.

A question waits to be looked at (待审), is queued (排队), on stage (台上: the hall screen shows it), answered, or set
aside with a reason. One is on stage at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from db import talk
from db.engine import Database
from db.reads import stage_talk as talk_reads
from db.talk import Question
from hall.moment.snapshot import Snapshot
from hall.moment.turn import going, segment_of
from scoring.round import Phase

REASONS = ("与其他问题重复", "与这家单位无关", "不是提问", "措辞不当", "时间不够")


class State(StrEnum):
    """Where a question is: a shape and a word."""

    WAITING = talk.WAITING
    QUEUED = talk.QUEUED
    ON_STAGE = talk.ON_STAGE
    ANSWERED = talk.ANSWERED
    SET_ASIDE = talk.SET_ASIDE

    @property
    def words(self) -> str:
        return _WORDS[self][1]

    @property
    def shape(self) -> str:
        return _WORDS[self][0]


_WORDS = {State.WAITING: ("○", "待审"), State.QUEUED: ("◇", "排队中"), State.ON_STAGE: ("◆", "台上"),
          State.ANSWERED: ("●", "已答"), State.SET_ASIDE: ("✕", "未采用")}
SOURCES = {talk.PREPARED: "预先准备", talk.HALL: "现场", talk.PHONE: "手机"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The question on stage as the hall reads it; `group` is empty where the asker is the group."""

    id: int
    asker: str
    group: str
    text: str
    follow_up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """The questions of one target (or of all), by what is to be done with them; `on_stage` is the sitting's, and `left` the
    last one that went off with its unit: somebody may still be writing its answer down."""

    waiting: tuple[Question, ...]
    queued: tuple[Question, ...]
    on_stage: Question | None
    answered: tuple[Question, ...]
    set_aside: tuple[Question, ...]
    left: Question | None = None

    @property
    def order(self) -> tuple[int, ...]:
        return tuple(one.id for one in self.queued)


def on_stage_of(snapshot: Snapshot) -> Asked | None:
    """What the hall screen shows while its target is on stage."""
    one = snapshot.question
    if one is None or snapshot.stage.shows != "target" or snapshot.stage.target != one.target:
        return None
    group = group_name(snapshot, one.group)
    return Asked(id=one.id, asker=one.asker, group="" if group == one.asker else group, text=one.text,
                 follow_up=one.follows is not None)


def shown_of(snapshot: Snapshot) -> Asked | None:
    """What of it the hall sees: what the host decided last. A question that nobody ended does not cover what came after
    it; in a segment for questions it is always seen."""
    asked, one = on_stage_of(snapshot), snapshot.question
    current, run = snapshot.round, going(snapshot)
    if asked is None or one is None or one.on_stage_at is None or (current is not None and current.phase is Phase.OPEN):
        return None
    if run is not None:
        return asked if segment_of(snapshot, run.segment).kind == "questions" or one.on_stage_at >= run.began_at else None
    since = None if current is None else current.closed_at or current.opened_at
    return asked if since is None or one.on_stage_at >= since else None


def group_name(snapshot: Snapshot, group: str) -> str:
    """A judge group by its name; what was typed on the console stays as it is."""
    return next((one.name for one in snapshot.rule.groups if one.key == group), group)


def asked_by(snapshot: Snapshot, one: Question) -> str:
    """`市领导组 二席`, `群众代表组`."""
    group = group_name(snapshot, one.group)
    return one.asker if group in ("", one.asker) else f"{group}　{one.asker}"


def questions_of(database: Database, snapshot: Snapshot) -> tuple[Question, ...]:
    """Every question of the sitting, read once a snapshot."""
    kept = snapshot.kept.get("questions")
    if not isinstance(kept, tuple):
        kept = questions_now(database, snapshot)
        snapshot.kept["questions"] = kept
    return kept


def questions_now(database: Database, snapshot: Snapshot) -> tuple[Question, ...]:
    """Every question as it stands at this very moment: for whoever has just asked one."""
    with database.reading() as c:
        return talk_reads.questions(c, snapshot.sitting.id)


def queue_of(database: Database, snapshot: Snapshot, target: str | None = None) -> Queue:
    found = questions_of(database, snapshot)
    mine = [one for one in found if target in (None, one.target)]

    def in_state(state: State) -> tuple[Question, ...]:
        return tuple(one for one in mine if one.state == state)

    return Queue(waiting=in_state(State.WAITING), queued=in_state(State.QUEUED),
                 on_stage=next((one for one in found if one.state == State.ON_STAGE), None),
                 answered=in_state(State.ANSWERED), set_aside=in_state(State.SET_ASIDE), left=_left(found, target))


def _left(found: tuple[Question, ...], target: str | None) -> Question | None:
    """The question that was ended last, of another unit than `target`."""
    ended = [(one.answered_at, one.id, one) for one in found if one.state == State.ANSWERED and one.answered_at is not None]
    last = max(ended)[2] if ended else None
    return last if last is not None and target is not None and last.target != target else None
