"""What was said on stage, as the tables hold it: questions, comments, and whether phones may ask."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, Row, Select, func, select

from db import tables as t
from db.clock import maybe_moment, moment_of
from db.talk import ON_STAGE, WAITING, Comment, Question


def questions(c: Connection, sitting_id: int) -> tuple[Question, ...]:
    """All of the sitting: by the agenda, then in the order of the queue."""
    return tuple(_question(r) for r in c.execute(
        _questions(sitting_id).order_by(t.target.c.position, t.question.c.position, t.question.c.id)))


def question(c: Connection, sitting_id: int, question_id: int) -> Question | None:
    r = c.execute(_questions(sitting_id).where(t.question.c.id == question_id)).first()
    return None if r is None else _question(r)


def question_on_stage(c: Connection, sitting_id: int) -> Question | None:
    r = c.execute(_questions(sitting_id).where(t.question.c.state == ON_STAGE)).first()
    return None if r is None else _question(r)


def waiting(c: Connection, sitting_id: int) -> int:
    """How many wait for somebody to look at them."""
    return int(c.execute(select(func.count()).select_from(t.question).where(
        t.question.c.sitting_id == sitting_id, t.question.c.state == WAITING)).scalar_one())


def phones_may_ask(c: Connection, sitting_id: int) -> bool:
    return c.execute(select(t.setting.c.value).where(t.setting.c.key == phones_key(sitting_id))).scalar() == "on"


def phones_key(sitting_id: int) -> str:
    return f"phone_questions.{sitting_id}"


def comments(c: Connection, sitting_id: int) -> tuple[Comment, ...]:
    """All of the sitting, as they were said."""
    rows = c.execute(
        select(t.comment, t.target.c.key).join_from(t.comment, t.target, t.comment.c.target_id == t.target.c.id)
        .where(t.comment.c.sitting_id == sitting_id).order_by(t.comment.c.id))
    return tuple(Comment(id=r.id, target=r.key, speaker=r.speaker, kind=r.kind, text=r.text, owner=r.owner,
                         deadline=None if r.deadline is None else date.fromisoformat(r.deadline),
                         number=r.number or "", said_at=moment_of(r.said_at), withdrawn=r.withdrawn or "")
                 for r in rows)


def _questions(sitting_id: int) -> Select[tuple[object, ...]]:
    return (select(t.question, t.target.c.key)
            .join_from(t.question, t.target, t.question.c.target_id == t.target.c.id)
            .where(t.question.c.sitting_id == sitting_id))


def _question(r: Row[tuple[object, ...]]) -> Question:
    return Question(id=r.id, target=r.key, source=r.source, asker=r.asker, group=r.group_key, seat=r.seat_id,
                    text=r.text, state=r.state, position=r.position, answer=r.answer, asked_at=moment_of(r.asked_at),
                    on_stage_at=maybe_moment(r.on_stage_at), answered_at=maybe_moment(r.answered_at),
                    set_aside=r.set_aside or "", follows=r.follows_id)
