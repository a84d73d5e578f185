"""现场提问: what the console does to the queue. One transaction each, one line in the record.

A press carries what its console was showing; of two consoles the later one is refused with what has happened. Putting
the next question on stage ends the one before, with as much of its answer as was typed.
"""

from __future__ import annotations

from datetime import datetime

from db import talk
from db.engine import Database
from db.reads import people as people_reads
from db.reads import sittings as reads
from db.reads import stage_talk as talk_reads
from db.talk import Question
from db.values import Sitting
from db.work import Work, work
from hall.moment.leaving import QUESTION_ENDS
from hall.moment.packing import sitting_of
from hall.moment.spoken import ANSWER_BOUND, NAME_BOUND, QUESTION_BOUND, needed, optional
from hall.stage.questions import State
from office.local_time import clock_time
from office.refusal import NotFound, Overtaken, Refused

REASON_BOUND = 100


def type_in(database: Database, sitting: str, target: str, *, asker: str, group: str, text: str, by: str,
            at: datetime, follows: int | None = None) -> int:
    """A question that is being spoken, or is read out: into the queue at once; its id. `follows`: it is a 追问."""
    with work(database) as w:
        return _type_in(w, _held(w, sitting), target, asker=asker, group=group, text=text, by=by, at=at,
                        follows=follows).id


def ask_at_once(database: Database, sitting: str, target: str, *, asker: str, group: str, text: str,
                on_stage: int | None, by: str, at: datetime, follows: int | None = None, answer: str = "") -> int:
    """Typed in and put on stage in one, as `type_in` and `put_on_stage`."""
    with work(database) as w:
        found = _held(w, sitting)
        one = _type_in(w, found, target, asker=asker, group=group, text=text, by=by, at=at, follows=follows)
        _put(w, found, one, on_stage, answer, by, at)
    return one.id


def _type_in(w: Work, found: Sitting, target: str, *, asker: str, group: str, text: str, by: str, at: datetime,
             follows: int | None) -> Question:
    found_target = next((one for one in reads.targets(w.c, found.id) if one.key == target), None)
    if found_target is None:
        raise NotFound("议程里没有这个单位。")
    if follows is not None and _one(w, found, follows).target != target:
        raise Refused("追问要问同一家单位。")
    words = needed(text, "问题", QUESTION_BOUND)
    name = needed(asker, "提问人（身份即可，例如：市人大代表）", NAME_BOUND)
    made = w.talk.ask(found.id, found_target.id, source=talk.HALL, asker=name,
                      group=optional(group, "所属组", NAME_BOUND), text=words, at=at, follows=follows, state=talk.QUEUED)
    _tell(w, found, by, at, "登记提问", question=made, target=target, asker=name, text=words,
          **({} if follows is None else {"follows": follows}))
    return _one(w, found, made)


def approve(database: Database, sitting: str, question: int, *, by: str, at: datetime) -> None:
    """Into the queue, as its last."""
    with work(database) as w:
        found = _held(w, sitting)
        _expected(w, found, question, State.WAITING)
        w.talk.queue(question)
        _tell(w, found, by, at, "提问入列", question=question)


def move(database: Database, sitting: str, question: int, places: int, *, seen: tuple[int, ...], by: str,
         at: datetime) -> None:
    """So many places towards the end (negative: the beginning) of its target's queue, as seen in this order."""
    with work(database) as w:
        found = _held(w, sitting)
        one = _expected(w, found, question, State.QUEUED)
        queue = [other for other in talk_reads.questions(w.c, found.id)
                 if other.target == one.target and other.state == State.QUEUED]
        order = [other.id for other in queue]
        if tuple(order) != seen:
            raise Overtaken(f"排队次序已有变动{_last_act(w, found)}，请看清后再调。")
        to = max(0, min(len(order) - 1, order.index(question) + places))
        order.insert(to, order.pop(order.index(question)))
        w.talk.place(tuple(order), tuple(other.position for other in queue))
        _tell(w, found, by, at, "调整提问次序", question=question, place=str(to + 1))


def set_aside(database: Database, sitting: str, question: int, reason: str, *, seen: str, by: str,
              at: datetime) -> None:
    """Not taken, with a reason; it can be taken up again."""
    words = needed(reason, "不采用的原因", REASON_BOUND)
    with work(database) as w:
        found = _held(w, sitting)
        if seen not in (State.WAITING, State.QUEUED):
            raise Refused("只有待审和排队中的问题可以不采用。")
        _expected(w, found, question, State(seen))
        w.talk.set_aside(question, words)
        _tell(w, found, by, at, "提问未采用", question=question, reason=words)


def take_up(database: Database, sitting: str, question: int, *, by: str, at: datetime) -> None:
    """One that was set aside waits again."""
    with work(database) as w:
        found = _held(w, sitting)
        _expected(w, found, question, State.SET_ASIDE)
        w.talk.wait_again(question)
        _tell(w, found, by, at, "提问重新考虑", question=question)


def put_on_stage(database: Database, sitting: str, question: int, *, on_stage: int | None, by: str, at: datetime,
                 answer: str = "") -> None:
    """Onto the hall screen. `on_stage`: the question that its console showed there; it is ended, with `answer` as far as
    it was typed."""
    with work(database) as w:
        found = _held(w, sitting)
        _put(w, found, _one(w, found, question), on_stage, answer, by, at)


def _put(w: Work, found: Sitting, one: Question, on_stage: int | None, answer: str, by: str, at: datetime) -> None:
    before = talk_reads.question_on_stage(w.c, found.id)
    if (None if before is None else before.id) != on_stage:
        raise Overtaken(f"台上的问题已有变动{_last_act(w, found, before.id if before else on_stage)}，请看清后再按。")
    if one.state not in (State.WAITING, State.QUEUED, State.ANSWERED):
        raise _passed(w, found, one)
    stage = reads.stage(w.c, found.id)
    if stage.shows != "target" or stage.target != one.target:
        names = {other.key: other.name for other in reads.targets(w.c, found.id)}
        raise Refused(f"这个问题是问{names[one.target]}的，请先请{names[one.target]}上台。")
    if before is not None:
        _end(w, before, answer, at)
    w.talk.put_on_stage(one.id, at)
    _tell(w, found, by, at, "提问上台", question=one.id, target=one.target, asker=one.asker, text=one.text)


def take_off(database: Database, sitting: str, question: int, *, by: str, at: datetime) -> None:
    """It was put on stage by mistake: back to its place in the queue."""
    with work(database) as w:
        found = _held(w, sitting)
        _expected(w, found, question, State.ON_STAGE)
        w.talk.back_to_queue(question)
        _tell(w, found, by, at, "提问撤下", question=question)


def end(database: Database, sitting: str, question: int, answer: str, *, by: str, at: datetime) -> None:
    """It has been answered; an empty `answer` leaves what was written before."""
    with work(database) as w:
        found = _held(w, sitting)
        one = _expected(w, found, question, State.ON_STAGE)
        written = _end(w, one, answer, at)
        _tell(w, found, by, at, QUESTION_ENDS, question=question, answer=written)


def write_answer(database: Database, sitting: str, question: int, answer: str, *, seen: str, by: str,
                 at: datetime) -> None:
    """The answer in words, also afterwards. `seen`: what its writer saw as the answer so far."""
    words = optional(answer, "回答", ANSWER_BOUND)
    with work(database) as w:
        found = _held(w, sitting)
        one = _one(w, found, question)
        if one.state not in (State.ON_STAGE, State.ANSWERED):
            raise Refused("这个问题还没有上台，没有回答可记。")
        if one.answer != seen:
            raise Overtaken(f"回答已有人改过{_last_act(w, found, question)}，现在是：{one.answer or '（空）'}。请看清后再改。")
        w.talk.write_answer(question, words)
        _tell(w, found, by, at, "记录回答", question=question, answer=words, before=one.answer)


def let_phones_ask(database: Database, sitting: str, allowed: bool, *, by: str, at: datetime) -> None:
    """手机提问 开/关. What was asked before stays in the queue."""
    with work(database) as w:
        found = _held(w, sitting)
        if talk_reads.phones_may_ask(w.c, found.id) == allowed:
            raise Overtaken(f"手机提问已经{'打开' if allowed else '关闭'}{_last_act(w, found)}。")
        w.talk.let_phones_ask(found.id, allowed)
        _tell(w, found, by, at, "手机提问开" if allowed else "手机提问关")


def _held(w: Work, key: str) -> Sitting:
    """The sitting, held against other consoles until the transaction ends."""
    found = sitting_of(w.c, key)
    w.rounds.lock_sitting(found.id)
    return found


def _one(w: Work, sitting: Sitting, question: int) -> Question:
    found = talk_reads.question(w.c, sitting.id, question)
    if found is None:
        raise NotFound("没有这个问题，它可能属于别的场次。")
    return found


def _expected(w: Work, sitting: Sitting, question: int, state: State) -> Question:
    one = _one(w, sitting, question)
    if one.state != state:
        raise _passed(w, sitting, one)
    return one


def _end(w: Work, one: Question, answer: str, at: datetime) -> str:
    words = optional(answer, "回答", ANSWER_BOUND) or one.answer
    if words != one.answer:
        w.talk.write_answer(one.id, words)
    w.talk.end(one.id, at)
    return words


def _passed(w: Work, sitting: Sitting, one: Question) -> Overtaken:
    reason = f"（{one.set_aside}）" if one.set_aside else ""
    return Overtaken(f"这个问题现在是“{State(one.state).words}”{reason}{_last_act(w, sitting, one.id)}，请看清后再按。")


def _last_act(w: Work, sitting: Sitting, question: int | None = None) -> str:
    """`：主持人甲 10:31:05 提问上台`: who did what last with this question, or with any."""
    for line in people_reads.record(w.c, sitting=sitting.key, limit=200):
        about = "提问" in line.action or line.action == "记录回答"
        if about and question in (None, line.detail.get("question")):
            return f"：{line.actor} {clock_time(line.at)} {line.action}"
    return ""


def _tell(w: Work, sitting: Sitting, by: str, at: datetime, action: str, **detail: object) -> None:
    w.roster.touch(sitting.id)
    w.record.append(at=at, actor=by, action=action, sitting_id=sitting.id, **detail)
