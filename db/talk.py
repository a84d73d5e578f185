"""What is said on stage, as frozen values: questions with their answers, and leaders' comments. No SQL.

Of a secret group's phone a question has no seat and its minute only; `asker` is then the group's name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

WAITING, QUEUED, ON_STAGE, ANSWERED, SET_ASIDE = "waiting", "queued", "on_stage", "answered", "set_aside"
PREPARED, HALL, PHONE = "prepared", "hall", "phone"
PROBLEM, TASK, PRAISE = "problem", "task", "praise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One 现场提问. `target` is the key of the unit asked, `follows` the question that a 追问 goes on from, `numbers` are
    those of the promises in its answer that are on the list."""

    id: int
    target: str
    source: str
    asker: str
    group: str
    text: str
    state: str
    position: int
    asked_at: datetime
    seat: int | None = None
    answer: str = ""
    on_stage_at: datetime | None = None
    answered_at: datetime | None = None
    set_aside: str = ""
    follows: int | None = None
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """One 点评 of a leader (`speaker`: a role). `number` is that of the list's item, `linked`: which was there before;
    `withdrawn`: why it was taken back."""

    id: int
    target: str
    speaker: str
    kind: str
    text: str
    said_at: datetime
    owner: str = ""
    deadline: date | None = None
    number: str = ""
    linked: bool = False
    withdrawn: str = ""
