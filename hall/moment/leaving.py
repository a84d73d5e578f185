"""Leaving the stage: what goes on there ends when another turn begins, and the record keeps what the stage was.

A question that is on stage ends with its unit's turn: nobody answers it any more, and the next unit is not to be seen
with it. Called inside a transaction that holds the sitting, by whatever puts something else there; `hall.stage.undo`
reads it back.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from db.reads import segments as reads
from db.reads import sittings
from db.reads import stage_talk as talk_reads
from db.values import Sitting
from db.work import Work
from hall.moment import timer

LOOKED_AT = "*"
QUESTION_ENDS = "提问结束"


def leave_stage(w: Work, found: Sitting, at: datetime, *, by: str, to: Collection[str] = (),
                stays: str | None = None) -> dict[str, object]:
    """End what goes on on stage, unless it is of the target that `stays` (LOOKED_AT: whatever it is).

    `to` are the targets that are on stage from now on. What the stage was goes into the record's line, so that the
    move can be taken back.
    """
    stage = sittings.stage(w.c, found.id)
    was: dict[str, object] = {"was_shows": stage.shows}
    if stage.target is not None:
        was["was_target"] = stage.target
    if stays == LOOKED_AT:
        return was
    asked = talk_reads.question_on_stage(w.c, found.id)
    if asked is not None and asked.target not in to:
        w.talk.end(asked.id, at)
        w.record.append(at=at, actor=by, action=QUESTION_ENDS, sitting_id=found.id, question=asked.id,
                        answer=asked.answer, why="单位下台")
        was["ended_question"] = asked.id
    going = next((one for one in reads.runs(w.c, found.id) if one.ended_at is None), None)
    if going is None or (stays is not None and going.target == stays):
        return was
    w.segments.end_going(found.id, at=at)
    segment = next(one for one in reads.segments(w.c, found.id) if one.key == going.segment)
    was |= {"ended": going.id, "used": timer.read(going, segment, at).used_words(segment.title)}
    if going.paused_at is not None:
        was["was_paused"] = True
    return was
