"""A host's console as two hosts hold it: a view that may be old, and every key that it offers on what it shows.

    one.look(); MOVES["open"](one, pick)          # pick(seq) chooses: hypothesis, or a seeded random.Random

A move does what the page's key does, with what the console was drawn with. `Idle` says that the key is not there.
`impossible` lists what no sequence of moves may lead to.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from db import tables as t
from db.engine import Connection
from db.reads import ballots as ballot_reads
from db.reads import people as people_reads
from db.reads import results as result_reads
from db.reads import segments as segment_reads
from db.reads import sittings as reads
from db.reads import stage_talk as talk_reads
from db.record import first_break
from hall.house import House
from hall.moment import turn
from hall.moment.moves import id_of
from hall.moment.snapshot import Snapshot
from hall.outcome import results
from hall.screen import showing
from hall.screen.reveal import Low
from hall.stage import agenda, console, questioning, rounds, segments, undo
from hall.stage.next_step import Move, Step, next_step
from office.refusal import Refused
from scoring.round import Phase

Pick = Callable[[Sequence[Any]], Any]


class Idle(Exception):
    """The console shows no such key."""


@dataclass
class Console:
    """One host with one screen. Its view is as old as the last time he looked."""

    name: str
    house: House
    sitting: str
    view: Snapshot = field(init=False)

    def __post_init__(self) -> None:
        self.look()

    def look(self) -> None:
        self.house.live.refresh()
        found = self.house.live.at(self.sitting)
        assert found is not None
        self.view = found

    @property
    def now(self) -> datetime:
        return self.house.clock()

    @property
    def seen(self) -> int:
        return id_of(self.view.last_move)

    @property
    def round_id(self) -> int:
        current = turn.open_round_of(self.view)
        if current is None:
            raise Idle
        return current.id

    def step(self) -> Step:
        return next_step(self.view, self.now)

    def do(self, action: Callable[..., Any], *args: Any, **more: Any) -> None:
        action(self.house.database, self.sitting, *args, by=self.name, at=self.now, **more)

    def draw(self) -> None:
        """Everything the page works out: none of it may fail, whatever has happened."""
        console.agenda(self.view)
        console.onstage(self.view, self.now)
        console.on_screen(self.view)
        showing.stand_of(self.house.database, self.view)
        showing.unfrozen(self.house, self.view, self.now)
        showing.on_screen(self.house, self.view, self.now)


def red_key(one: Console, _pick: Pick) -> None:
    """What `_host_keys` does."""
    step = one.step()
    if step.move is Move.SHOW:
        one.do(segments.call_up, step.targets[0], seen=one.seen)
    elif step.move is Move.BEGIN:
        one.do(segments.begin, step.segment, step.targets[0] if step.targets else None, seen=one.seen)
    elif step.move is Move.OPEN:
        one.do(segments.open_ballot, step.targets, seconds=step.seconds, seen=one.seen)
    elif step.move is Move.CLOSE:
        one.do(rounds.announce_close, of_round=step.round_id)
    elif step.move is Move.END:
        end(one, _pick)
    elif step.move is Move.SHOW_RANKING:
        one.do(segments.show, "ranking", seen=one.seen)
    elif step.move is Move.PUBLISH:
        publish(one, _pick)
    else:
        raise Idle


def call(one: Console, pick: Pick) -> None:
    one.do(segments.call_up, _unit(one, pick), seen=one.seen)


def look_at(one: Console, pick: Pick) -> None:
    one.do(segments.show, pick(("agenda", "ranking") if one.view.published else ("agenda",)), seen=one.seen)


def begin(one: Console, pick: Pick) -> None:
    segment = pick([each for each in one.view.segments if each.kind != "ballot"])
    one.do(segments.begin, segment.key, _unit(one, pick) if segment.scope == "each" else None, seen=one.seen)


def end(one: Console, _pick: Pick) -> None:
    one.do(segments.end, run=_run(one))


def pause(one: Console, _pick: Pick) -> None:
    one.do(segments.pause if _run(one).paused_at is None else segments.resume, run=_run(one))


def more_time(one: Console, _pick: Pick) -> None:
    one.do(segments.give_more, 30, run=_run(one))


def open_ballot(one: Console, pick: Pick) -> None:
    one.do(segments.open_ballot, (_unit(one, pick),), seconds=pick((None, 0, 3)), seen=one.seen)


def announce(one: Console, _pick: Pick) -> None:
    one.do(rounds.announce_close, of_round=one.round_id)


def close_at_once(one: Console, _pick: Pick) -> None:
    one.do(rounds.close_round, of_round=one.round_id)


def extend(one: Console, _pick: Pick) -> None:
    one.do(rounds.extend, seconds=5, of_round=one.round_id)


def void(one: Console, pick: Pick) -> None:
    if not one.view.rounds:
        raise Idle
    one.do(rounds.void_round, pick(one.view.rounds).id, reason="设备故障")


def take_back(one: Console, _pick: Pick) -> None:
    one.do(undo.undo, seen=one.seen)


def reorder(one: Console, pick: Pick) -> None:
    keys = [each.key for each in one.view.targets]
    keys.append(keys.pop(keys.index(pick(keys))))
    one.do(rounds.set_order, tuple(keys))


def move_unit(one: Console, pick: Pick) -> None:
    key = _unit(one, pick)
    one.do(agenda.move, key, after=pick([None, *(each.key for each in one.view.targets if each.key != key)]))


def put_off(one: Console, pick: Pick) -> None:
    key = _unit(one, pick)
    if one.view.by_key[key].postponed:
        one.do(agenda.take_back, key)
    else:
        one.do(agenda.postpone, key, reason="在外地抢险")


def stand_in(one: Console, pick: Pick) -> None:
    one.do(agenda.substitute, _unit(one, pick), pick(("常务副县长", "")))


def list_apart(one: Console, pick: Pick) -> None:
    key = _unit(one, pick)
    one.do(agenda.list_apart if one.view.by_key[key].ranked else agenda.rank_again, key, reason="基数不可比")


def publish(one: Console, _pick: Pick) -> None:
    one.do(results.publish, despite_warnings=True, reason="补上漏打的单位" if one.view.published else "")


def freeze(one: Console, _pick: Pick) -> None:
    if one.view.stage.screen.frozen_at is None:
        one.do(showing.freeze, showing.unfrozen(one.house, one.view, one.now))
    else:
        one.do(showing.unfreeze)


def reveal(one: Console, pick: Pick) -> None:
    stand = showing.stand_of(one.house.database, one.view)
    if stand is None:
        one.do(showing.rehearse, 0, seen=None)
    elif stand.rehearsal:
        one.do(showing.rehearse, pick((stand.step + 1, stand.step - 1, None)), seen=stand.step)
    else:
        one.do(showing.reveal_to, pick((stand.step + 1, stand.step - 1, stand.of)), seen=stand.step,
               version=stand.version)


def set_low(one: Console, pick: Pick) -> None:
    one.do(showing.set_low, 1, pick(tuple(Low)))


def ask(one: Console, pick: Pick) -> None:
    on_stage = one.view.question
    one.do(questioning.ask_at_once, one.view.stage.target or _unit(one, pick), asker="市人大代表", group="", text="什么时候开工？",
           on_stage=None if on_stage is None else on_stage.id)


def answered(one: Console, _pick: Pick) -> None:
    if one.view.question is None:
        raise Idle
    one.do(questioning.end, one.view.question.id, "六月底前开工")


MOVES: dict[str, Callable[[Console, Pick], None]] = {one.__name__: one for one in (
    red_key, call, look_at, begin, end, pause, more_time, open_ballot, announce, close_at_once, extend, void, take_back,
    reorder, move_unit, put_off, stand_in, list_apart, publish, freeze, reveal, set_low, ask, answered)}
AS_SEEN = ("call", "look_at", "begin", "open_ballot", "take_back")  # refused once another move has come in between
OF_ROUND = ("announce", "close_at_once", "extend")
OF_RUN = ("end", "pause", "more_time")


def _unit(one: Console, pick: Pick) -> str:
    return str(pick(one.view.targets).key)


def _run(one: Console) -> Any:
    found = turn.going(one.view)
    if found is None:
        raise Idle
    return found


def impossible(c: Connection, sitting: str) -> list[str]:
    """What must never be, whoever pressed what: empty, or sentences."""
    found = reads.sitting(c, sitting)
    assert found is not None
    held, targets = reads.rounds(c, found.id), {one.key: one for one in reads.targets(c, found.id)}
    stage, runs = reads.stage(c, found.id), segment_reads.runs(c, found.id)
    going = [one for one in runs if one.ended_at is None]
    opened = [one for one in held if one.phase is Phase.OPEN]
    wrong = []
    if len(opened) > 1:
        wrong.append(f"{len(opened)} rounds are open")
    if len(going) > 1 or (going and opened):
        wrong.append(f"{len(going)} segments go on while {len(opened)} rounds are open")
    if (stage.shows == "target") != (stage.target is not None) or stage.shows not in ("agenda", "target", "ranking"):
        wrong.append(f"the stage is {stage}")
    if opened and stage.target not in opened[0].targets:
        wrong.append(f"{stage.target} is on stage while {opened[0].targets} is balloted")
    if going and stage.target is not None and going[0].target not in (None, stage.target):
        wrong.append(f"{stage.target} is on stage in the segment of {going[0].target}")
    counting = [key for one in held if one.phase is not Phase.VOID for key in one.targets]
    if len(counting) != len(set(counting)):
        wrong.append("a target has two rounds that count")
    for key, one in targets.items():
        if one.postponed and (key in counting or stage.target == key or any(run.target == key for run in going)):
            wrong.append(f"{key} is put off, and on stage or balloted")
    if sorted(one.position for one in targets.values()) != list(range(1, len(targets) + 1)):
        wrong.append("the agenda has a gap")
    if (stage.shows == "ranking") and not result_reads.publications(c, found.id):
        wrong.append("a ranking is shown that was never published")
    if sum(one.state == "on_stage" for one in talk_reads.questions(c, found.id)) > 1:
        wrong.append("two questions are on stage")
    by_id = {one.id: one for one in held}
    for line in ballot_reads.lines(c, found.id):
        if by_id[line.round_id].phase not in (Phase.CLOSED, Phase.PUBLISHED) or line.target not in by_id[line.round_id].targets:
            wrong.append(f"a ballot counts in round {line.round_id}")
    once = c.execute(select(t.ballot.c.round_id, t.ballot.c.voter, t.ballot.c.target_id).where(t.ballot.c.counted)).all()
    if len(once) != len(set(once)):
        wrong.append("a voter counts twice")
    if (at := first_break(tuple(people_reads.record(c))[::-1])) is not None:
        wrong.append(f"the record breaks at {at}")
    return wrong


def frozen(c: Connection, sitting: str) -> tuple[str, ...]:
    """The fingerprints of every version published: earlier ones never change."""
    found = reads.sitting(c, sitting)
    assert found is not None
    return tuple(hashlib.sha256(one.result.encode() + result_reads.package_bytes(c, one.id)).hexdigest()
                 for one in result_reads.publications(c, found.id))


def refused(move: Callable[[], None]) -> str | None:
    """The words of the refusal; None when it was done. `Idle` counts as done: nothing was pressed."""
    try:
        move()
    except Refused as words:
        return str(words)
    except Idle:
        pass
    return None
