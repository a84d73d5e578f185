"""What was said on stage, as the tables hold it: questions, comments, and whether phones may ask."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection, Row, func, select

from db import tables as t
from db.clock import maybe_moment, moment_of
from db.reads.sittings import OF
from db.talk import ON_STAGE, WAITING, Comment, Question

_QUESTIONS = (
    select(t.question, t.target.c.key)
    .join_from(t.question, t.target, t.question.c.target_id == t.target.c.id)
    .where(t.question.c.sitting_id == OF))
_QUEUE = _QUESTIONS.order_by(t.target.c.position, t.question.c.position, t.question.c.id)
_ON_STAGE = _QUESTIONS.where(t.question.c.state == ON_STAGE)
_WAITING = select(func.count()).select_from(t.question).where(t.question.c.sitting_id == OF, t.question.c.state == WAITING)
_COMMENTS = (
    select(t.comment, t.target.c.key).join_from(t.comment, t.target, t.comment.c.target_id == t.target.c.id)
    .where(t.comment.c.sitting_id == OF).order_by(t.comment.c.id))


def questions(c: Connection, sitting_id: int) -> tuple[Question, ...]:
    """All of the sitting: by the agenda, then in the order of the queue."""
    rows = c.execute(_QUEUE, {"of": sitting_id}).all()
    numbers = _promised(c) if rows else {}
    return tuple(replace(_question(r), numbers=tuple(numbers.get(r.id, ()))) for r in rows)


def question(c: Connection, sitting_id: int, question_id: int) -> Question | None:
    r = c.execute(_QUESTIONS.where(t.question.c.id == question_id), {"of": sitting_id}).first()
    return None if r is None else replace(_question(r), numbers=tuple(_promised(c).get(r.id, ())))


def question_on_stage(c: Connection, sitting_id: int) -> Question | None:
    r = c.execute(_ON_STAGE, {"of": sitting_id}).first()
    return None if r is None else _question(r)


def waiting(c: Connection, sitting_id: int) -> int:
    """How many wait for somebody to look at them."""
    return int(c.execute(_WAITING, {"of": sitting_id}).scalar_one())


def phones_may_ask(c: Connection, sitting_id: int) -> bool:
    return c.execute(select(t.setting.c.value).where(t.setting.c.key == phones_key(sitting_id))).scalar() == "on"


def phones_key(sitting_id: int) -> str:
    return f"phone_questions.{sitting_id}"


def comments(c: Connection, sitting_id: int) -> tuple[Comment, ...]:
    """All of the sitting, as they were said."""
    rows = c.execute(_COMMENTS, {"of": sitting_id}).all()
    linked = _listed(c, [f"comment:{r.id}" for r in rows if r.number is None]) if rows else {}
    return tuple(Comment(id=r.id, target=r.key, speaker=r.speaker, kind=r.kind, text=r.text, owner=r.owner,
                         deadline=None if r.deadline is None else date.fromisoformat(r.deadline),
                         number=r.number or linked.get(f"comment:{r.id}", ""), linked=f"comment:{r.id}" in linked,
                         said_at=moment_of(r.said_at), withdrawn=r.withdrawn or "")
                 for r in rows)


def _listed(c: Connection, keys: Collection[str]) -> dict[str, str]:
    """What is on the list of what these keys name, by its number."""
    rows = c.execute(select(t.item_source.c.key, t.item.c.number)
                     .join_from(t.item_source, t.item, t.item_source.c.item_id == t.item.c.id)
                     .where(t.item_source.c.key.in_(keys)))
    return {r.key: r.number for r in rows}


def _promised(c: Connection) -> dict[int, list[str]]:
    """Question -> the numbers of what was promised in its answer (keys `question:5.1`, `question:5.2`)."""
    rows = c.execute(select(t.item_source.c.key, t.item.c.number)
                     .join_from(t.item_source, t.item, t.item_source.c.item_id == t.item.c.id)
                     .where(t.item_source.c.kind == "question", t.item_source.c.key.is_not(None))
                     .order_by(t.item_source.c.id))
    found: dict[int, list[str]] = defaultdict(list)
    for r in rows:
        found[int(r.key.removeprefix("question:").partition(".")[0])].append(r.number)
    return found


def _question(r: Row[tuple[object, ...]]) -> Question:
    return Question(id=r.id, target=r.key, source=r.source, asker=r.asker, group=r.group_key, seat=r.seat_id,
                    text=r.text, state=r.state, position=r.position, answer=r.answer, asked_at=moment_of(r.asked_at),
                    on_stage_at=maybe_moment(r.on_stage_at), answered_at=maybe_moment(r.answered_at),
                    set_aside=r.set_aside or "", follows=r.follows_id)
