"""Questions and comments on stage: what is written of them. Which step may follow which is `hall`'s.

A question's place in the queue is its `position` among those of its target; a new one comes last.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from db import tables as t
from db.clock import text_of
from db.reads.stage_talk import phones_key
from db.talk import ANSWERED, ON_STAGE, QUEUED, SET_ASIDE, WAITING


class StageTalk:
    """Writes of what is said on stage."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def ask(self, sitting_id: int, target_id: int, *, source: str, asker: str, group: str, text: str, at: datetime,
            seat_id: int | None = None, follows: int | None = None, state: str = WAITING) -> int:
        """A new question at the end of its target's queue; its id. Of a secret group `at` is its minute, and no seat."""
        done = self._c.execute(insert(t.question).values(
            sitting_id=sitting_id, target_id=target_id, follows_id=follows, source=source, asker=asker, group_key=group,
            seat_id=seat_id, text=text, state=state, position=self._last(target_id) + 1, answer="", asked_at=text_of(at)))
        assert done.inserted_primary_key is not None
        return int(done.inserted_primary_key[0])

    def wait_again(self, question_id: int) -> None:
        """One that was set aside is looked at again."""
        self._set(question_id, state=WAITING, set_aside=None)

    def queue(self, question_id: int) -> None:
        """Approved: the last of its target's queue."""
        target_id = self._c.execute(select(t.question.c.target_id).where(t.question.c.id == question_id)).scalar_one()
        self._set(question_id, state=QUEUED, position=self._last(target_id) + 1)

    def place(self, order: tuple[int, ...], positions: tuple[int, ...]) -> None:
        """These questions in this order, at these positions."""
        for question_id, position in zip(order, positions, strict=True):
            self._set(question_id, position=position)

    def set_aside(self, question_id: int, reason: str) -> None:
        self._set(question_id, state=SET_ASIDE, set_aside=reason)

    def put_on_stage(self, question_id: int, at: datetime) -> None:
        """The one that is on stage has to be ended first: the database keeps only one."""
        self._set(question_id, state=ON_STAGE, on_stage_at=text_of(at), answered_at=None, set_aside=None)

    def back_to_queue(self, question_id: int) -> None:
        """As if it had not been on stage; it keeps its place."""
        self._set(question_id, state=QUEUED, on_stage_at=None)

    def end(self, question_id: int, at: datetime) -> None:
        self._set(question_id, state=ANSWERED, answered_at=text_of(at))

    def go_on(self, question_id: int) -> None:
        """As if it had not been ended: on stage since it was put there."""
        self._set(question_id, state=ON_STAGE, answered_at=None)

    def write_answer(self, question_id: int, answer: str) -> None:
        self._set(question_id, answer=answer)

    def let_phones_ask(self, sitting_id: int, allowed: bool) -> None:
        self._c.execute(delete(t.setting).where(t.setting.c.key == phones_key(sitting_id)))
        self._c.execute(insert(t.setting).values(key=phones_key(sitting_id), value="on" if allowed else "off"))

    def comment(self, sitting_id: int, target_id: int, *, speaker: str, kind: str, text: str, owner: str,
                deadline: date | None, number: str | None, at: datetime) -> int:
        done = self._c.execute(insert(t.comment).values(
            sitting_id=sitting_id, target_id=target_id, speaker=speaker, kind=kind, text=text, owner=owner,
            deadline=None if deadline is None else deadline.isoformat(), number=number, said_at=text_of(at)))
        assert done.inserted_primary_key is not None
        return int(done.inserted_primary_key[0])

    def number_comment(self, comment_id: int, number: str) -> None:
        """The number under which the list holds it."""
        self._c.execute(update(t.comment).where(t.comment.c.id == comment_id).values(number=number))

    def withdraw_comment(self, comment_id: int, reason: str) -> None:
        self._c.execute(update(t.comment).where(t.comment.c.id == comment_id).values(withdrawn=reason))

    def _last(self, target_id: int) -> int:
        return int(self._c.execute(select(func.coalesce(func.max(t.question.c.position), 0)).where(
            t.question.c.target_id == target_id)).scalar_one())

    def _set(self, question_id: int, **values: object) -> None:
        self._c.execute(update(t.question).where(t.question.c.id == question_id).values(**values))
