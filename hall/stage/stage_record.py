"""提问记录: what was asked and said of a unit, to be read and taken away after the sitting.

Everybody who may see the result reads what was heard in the hall: questions that were on stage, with their answers,
and comments. What waited or was not taken is for the people of the hall.
"""

from __future__ import annotations

from dataclasses import dataclass

from db.engine import Database
from db.talk import Comment, Question
from hall.moment.snapshot import Snapshot
from hall.stage.comments import Said
from hall.stage.questions import SOURCES, State, asked_by, questions_of
from office.export import csv_of
from office.local_time import minute, second

HEADER = ("单位", "类别", "来源", "提问人或点评人", "内容", "回答", "状态", "原因", "清单编号", "责任人", "期限", "时间",
          "上台时间")
HEARD = (State.ON_STAGE, State.ANSWERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnRecord:
    """The questions and comments of one target, or of all."""

    questions: tuple[Question, ...]
    comments: tuple[Comment, ...]


def on_record(database: Database, snapshot: Snapshot, target: str | None, *, whole: bool) -> OnRecord:
    """`whole`: also what was not heard in the hall. As they were put on stage, follow-ups after what they follow."""
    mine = [one for one in questions_of(database, snapshot) if target in (None, one.target)]
    heard = sorted((one for one in mine if one.state in HEARD), key=lambda one: (one.on_stage_at or one.asked_at, one.id))
    rest = [one for one in mine if one.state not in HEARD] if whole else []
    return OnRecord(questions=(*heard, *rest),
                    comments=tuple(one for one in snapshot.comments if target in (None, one.target)))


def on_record_csv(snapshot: Snapshot, found: OnRecord) -> bytes:
    """One line a question or comment, in the order of the agenda. Of a secret group the minute at most."""
    names = {one.key: (one.position, one.name) for one in snapshot.targets}
    rows: list[tuple[int, tuple[object, ...]]] = []
    for one in found.questions:
        position, name = names[one.target]
        asked_at = minute(one.asked_at) if one.source == "phone" and one.seat is None else second(one.asked_at)
        rows.append((position, (
            name, "追问" if one.follows is not None else "提问", SOURCES[one.source], asked_by(snapshot, one), one.text,
            one.answer, State(one.state).words, one.set_aside, "、".join(one.numbers), "", "", asked_at,
            second(one.on_stage_at) if one.on_stage_at else "")))
    for said in found.comments:
        position, name = names[said.target]
        rows.append((position, (
            name, f"点评：{Said(said.kind).words}", "现场", said.speaker, said.text, "",
            "已撤回" if said.withdrawn else "有效", said.withdrawn, said.number, said.owner,
            said.deadline.isoformat() if said.deadline else "", second(said.said_at), "")))
    return csv_of(HEADER, (row for _position, row in sorted(rows, key=lambda one: one[0])))
