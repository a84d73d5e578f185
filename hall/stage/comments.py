"""点评: what a leader says of the unit on stage. A problem or a task is on the list in the same moment, with its number.

Taken back with a reason it stays readable, marked; so does its item. Praise is kept, and goes on no list.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from db import talk
from db.engine import Database
from db.item_values import ItemKind, Source, SourceKind
from db.reads import sittings as reads
from db.reads import stage_talk as talk_reads
from db.talk import Comment
from db.values import Sitting, Target
from db.work import Work, work
from hall.moment.packing import sitting_of
from hall.moment.snapshot import Snapshot
from hall.moment.spoken import NAME_BOUND, needed, optional
from hall.stage import stage_list
from office.local_time import clock_time
from office.refusal import NotFound, Overtaken, Refused

TEXT_BOUND = 500
REASON_BOUND = 100
SPEAKERS = ("市长", "市委书记", "常务副市长", "分管副市长", "市委秘书长", "县委书记", "县长")


class Said(StrEnum):
    """What was said: a problem, a task, or praise."""

    PROBLEM = talk.PROBLEM
    TASK = talk.TASK
    PRAISE = talk.PRAISE

    @property
    def words(self) -> str:
        return {Said.PROBLEM: "问题", Said.TASK: "任务", Said.PRAISE: "肯定"}[self]


_ITEMS = {Said.PROBLEM: ItemKind.PROBLEM, Said.TASK: ItemKind.TASK}


def comments_of(snapshot: Snapshot, target: str, *, withdrawn: bool = False) -> tuple[Comment, ...]:
    """What was said of one target, in its order; what was taken back only on request."""
    return tuple(one for one in snapshot.comments if one.target == target and (withdrawn or not one.withdrawn))


def say(database: Database, sitting: str, target: str, *, speaker: str, kind: str, text: str, by: str, at: datetime,
        owner: str = "", deadline: date | None = None, same_as: str = "", seen: int | None = None) -> str:
    """Keep it; the number of its item, empty for praise. `same_as`: what it repeats (`stage_list.known_of`).

    `seen`: how many comments on this target its console showed: two consoles do not list the same twice unawares.
    """
    role, words = needed(speaker, "点评人（身份即可，例如：市长）", NAME_BOUND), needed(text, "点评内容", TEXT_BOUND)
    with work(database) as w:
        found, about = _held(w, sitting, target)
        before = [one for one in talk_reads.comments(w.c, found.id) if one.target == target]
        if seen is not None and len(before) != seen:
            last = before[-1]
            raise Overtaken(f"另一台已在{clock_time(last.said_at)}记下{last.speaker}的“{last.text[:20]}”，请看清后再记。")
        said = Said(kind)
        owed = said in _ITEMS
        made = w.talk.comment(found.id, about.id, speaker=role, kind=said.value, text=words,
                              owner=optional(owner, "责任人", NAME_BOUND), deadline=deadline if owed else None,
                              number=None, at=at)
        number = ""
        source = Source(kind=SourceKind.COMMENT, words=f"{found.title}：{role}点评“{words[:60]}”", key=f"comment:{made}")
        if owed and same_as:
            number = stage_list.link(w, found, about, same_as, source, by=by, at=at)
        elif owed:
            number = stage_list.put_on_list(w, found, about, kind=_ITEMS[said], text=words, owner=owner.strip(),
                                            deadline=deadline, source=source, by=by, at=at)
            w.talk.number_comment(made, number)
        _tell(w, found, by, at, "点评", comment=made, target=target, speaker=role, kind=said.words, text=words,
              number=number, **({"same_as": number} if same_as else {}))
    return number


def take_back(database: Database, sitting: str, comment: int, reason: str, *, by: str, at: datetime) -> None:
    """Noted wrongly, or taken back by whoever said it. Its own item is marked withdrawn; one that it was only linked
    to stays."""
    words = needed(reason, "撤回的原因", REASON_BOUND)
    with work(database) as w:
        found = sitting_of(w.c, sitting)
        w.rounds.lock_sitting(found.id)
        one = next((one for one in talk_reads.comments(w.c, found.id) if one.id == comment), None)
        if one is None:
            raise NotFound("没有这条点评。")
        if one.withdrawn:
            raise Overtaken(f"这条点评已经撤回：{one.withdrawn}。")
        w.talk.withdraw_comment(comment, words)
        if one.number and not one.linked:
            stage_list.withdraw(w, one.number, f"点评撤回：{words}", by=by, at=at)
        _tell(w, found, by, at, "撤回点评", comment=comment, target=one.target, number=one.number, reason=words)


def promise(database: Database, sitting: str, question: int, *, text: str, by: str, at: datetime, seen: int,
            owner: str = "", deadline: date | None = None, same_as: str = "") -> str:
    """当场承诺 made in an answer, onto the list; its number. `seen`: how many of this answer its console showed."""
    words = needed(text, "承诺内容", TEXT_BOUND)
    with work(database) as w:
        found = sitting_of(w.c, sitting)
        w.rounds.lock_sitting(found.id)
        one = talk_reads.question(w.c, found.id, question)
        if one is None:
            raise NotFound("没有这个问题，它可能属于别的场次。")
        if one.state not in (talk.ON_STAGE, talk.ANSWERED):
            raise Refused("这个问题还没有上台，没有承诺可记。")
        if len(one.numbers) != seen:
            raise Overtaken(f"这个问题的承诺已列入清单：{'、'.join(one.numbers)}，请看清后再记。")
        about = _target(w, found, one.target)
        source = Source(kind=SourceKind.QUESTION, words=f"{found.title}：{one.asker}问“{one.text[:60]}”",
                        key=f"question:{one.id}.{seen + 1}")
        number = stage_list.link(w, found, about, same_as, source, by=by, at=at) if same_as else \
            stage_list.put_on_list(w, found, about, kind=ItemKind.COMMITMENT, text=words, deadline=deadline,
                                   owner=optional(owner, "责任人", NAME_BOUND), source=source, by=by, at=at)
        _tell(w, found, by, at, "当场承诺", question=one.id, target=one.target, text=words, number=number)
    return number


def _held(w: Work, key: str, target: str) -> tuple[Sitting, Target]:
    found = sitting_of(w.c, key)
    w.rounds.lock_sitting(found.id)
    return found, _target(w, found, target)


def _target(w: Work, sitting: Sitting, key: str) -> Target:
    found = next((one for one in reads.targets(w.c, sitting.id) if one.key == key), None)
    if found is None:
        raise NotFound("议程里没有这个单位。")
    return found


def _tell(w: Work, sitting: Sitting, by: str, at: datetime, action: str, **detail: object) -> None:
    w.roster.touch(sitting.id)
    w.record.append(at=at, actor=by, action=action, sitting_id=sitting.id, **detail)
