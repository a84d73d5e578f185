"""A key pressed on a console: done, or refused; and a press that came too late is kept in the record.

Two hosts with two consoles: the later press is refused with what has happened (`Overtaken`). The record then says who
pressed what, and what he was told, so that nobody has to remember it afterwards. Such a line is no move: the stage, the
serial and what can be undone stay as they are. A jammed key writes one line, until something else is on record.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from db.engine import Database
from db.reads import people as people_reads
from db.reads import segments as segment_reads
from db.reads import sittings as reads
from db.work import Work, work
from hall.moment.moves import BEGIN, CLOSE, END, MORE, OPEN, PAUSE, RESUME, UNDO
from hall.screen import showing
from hall.stage import comments, overtime, questioning, rounds, segments, undo
from office.refusal import Overtaken

TOO_LATE = "按键未生效"
_KEYS: dict[Callable[..., object], str] = {
    segments.call_up: "请上台", segments.show: "切换大屏", segments.open_ballot: OPEN, segments.begin: BEGIN,
    segments.end: END, segments.pause: PAUSE, segments.resume: RESUME, segments.give_more: MORE, undo.undo: UNDO,
    rounds.announce_close: CLOSE, rounds.close_round: "立即截止", rounds.extend: "延时",
    questioning.ask_at_once: "提问上台", questioning.put_on_stage: "提问上台", questioning.take_off: "提问撤下",
    questioning.end: "提问结束", questioning.move: "调整提问次序", questioning.approve: "提问入列",
    questioning.set_aside: "提问未采用", questioning.take_up: "提问重新考虑", questioning.write_answer: "记录回答",
    questioning.let_phones_ask: "手机提问开关", comments.say: "记点评", comments.promise: "记当场承诺",
    comments.take_back: "撤回点评", overtime.book: "超时扣分", showing.freeze: "冻结大屏", showing.unfreeze: "恢复大屏",
    showing.reveal_to: "揭晓", showing.rehearse: "排练揭晓",
}
_LOOK_BACK = 200  # lines; so many keys are not jammed at once


def press(action: Callable[..., object], database: Database, sitting: str, *args: object, by: str, at: datetime,
          **kwargs: object) -> object:
    """Do what the key does, under this name; raises Refused as it does, and keeps what came too late."""
    try:
        return action(database, sitting, *args, by=by, at=at, **kwargs)
    except Overtaken as refused:
        with work(database) as w:
            _keep(w, sitting, _KEYS.get(action, "其他按键"), args, str(refused), by=by, at=at)
        raise


def _keep(w: Work, sitting: str, key: str, args: tuple[object, ...], told: str, *, by: str, at: datetime) -> None:
    found = reads.sitting(w.c, sitting)
    if found is None:
        return
    w.rounds.lock_sitting(found.id)
    pressed = f"{key}{_about(w, found.id, args)}"
    for line in people_reads.record(w.c, sitting=sitting, limit=_LOOK_BACK):
        if line.action != TOO_LATE:
            break
        if (line.actor, line.detail.get("pressed")) == (by, pressed):
            return
    w.record.append(at=at, actor=by, action=TOO_LATE, sitting_id=found.id, pressed=pressed, told=told)


def _about(w: Work, sitting_id: int, args: tuple[object, ...]) -> str:
    """The units and the segment among what the key was pressed with: `（现场提问，乐清市）`."""
    names = {one.key: one.title for one in segment_reads.segments(w.c, sitting_id)}
    names |= {one.key: one.name for one in reads.targets(w.c, sitting_id)}
    keys = [key for one in args for key in (one if isinstance(one, tuple) else (one,)) if isinstance(key, str)]
    found = [names[key] for key in keys if key in names]
    return f"（{'，'.join(found[:3])}{'等' if len(found) > 3 else ''}）" if found else ""
