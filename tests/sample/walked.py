"""A host who only ever presses the red key: what the console offers as the next step is done, until it says publish.

    walked = walk(hall, clock)       # every word that stood on the key, in order

Papers are filled in while a round is open; where people ask, the prepared questions are put on stage and answered;
where leaders comment, something is repeated and something is asked for.
"""

from __future__ import annotations

from collections.abc import Callable

from rehearsed import Rehearsed

from hall.moment import turn
from hall.moment.moves import id_of
from hall.stage import comments, questioning, questions, rounds, segments, stage_list
from hall.stage.next_step import Move, Step, next_step
from tests import make

HOST = "主持人"
MOST_PRESSES = 2000


def walk(hall: Rehearsed, clock: make.Clock, by_phone: Callable[[str, dict[str, str]], None]) -> tuple[str, ...]:
    """Press until the result is to be published; a minute goes by from press to press."""
    words: list[str] = []
    while (step := next_step(hall.snapshot, clock())).move is not Move.PUBLISH:
        assert step.move not in (Move.WAIT, Move.NOTHING), f"the host is stuck after {words[-3:]}: {step.words}"
        words.append(step.words)
        assert len(words) < MOST_PRESSES
        clock.advance(60)
        _press(hall, step, clock, by_phone)
        hall.house.live.refresh()
    return tuple(words)


def _press(hall: Rehearsed, step: Step, clock: make.Clock, by_phone: Callable[[str, dict[str, str]], None]) -> None:
    database, key, now, seen = hall.house.database, hall.key, clock(), id_of(hall.snapshot.last_move)
    match step.move:
        case Move.SHOW:
            segments.call_up(database, key, step.targets[0], seen=seen, by=HOST, at=now)
        case Move.BEGIN:
            target = step.targets[0] if step.targets else None
            segments.begin(database, key, step.segment, target, seen=seen, by=HOST, at=now)
            hall.house.live.refresh()
            segment = turn.segment_of(hall.snapshot, step.segment)
            if segment.kind == "questions" and target is not None:
                _ask_what_was_prepared(hall, target, clock)
            if segment.kind == "comment":
                _comment(hall, target, clock, "市委书记" if segment.scope == "after" and hall.tasks else "市长")
        case Move.END:
            going = turn.going(hall.snapshot)
            assert going is not None
            segments.end(database, key, run=going, by=HOST, at=now)
        case Move.OPEN:
            segments.open_ballot(database, key, step.targets, seconds=step.seconds, seen=seen, by=HOST, at=now)
            hall.house.live.refresh()
            hall.fill(by_phone=by_phone)
        case Move.CLOSE:
            assert step.round_id is not None
            rounds.close_round(database, key, by=HOST, at=now, of_round=step.round_id)
            hall.house.live.refresh()
            hall.after_the_end(step.targets, step.round_id)
        case other:
            raise AssertionError(f"no key for {other}")


def _ask_what_was_prepared(hall: Rehearsed, target: str, clock: make.Clock) -> None:
    """One after the other on stage, each answered."""
    for one in questions.questions_of(hall.house.database, hall.snapshot):
        if one.target == target:
            clock.advance(60)
            questioning.put_on_stage(hall.house.database, hall.key, one.id, on_stage=None, by=HOST, at=clock())
            questioning.end(hall.house.database, hall.key, one.id, "当场作答，列入清单限期办结。", by=HOST, at=clock())
    hall.house.live.refresh()


def _comment(hall: Rehearsed, target: str | None, clock: make.Clock, speaker: str) -> None:
    """A leader repeats what the unit has promised, and gives it a task; at the end to the first that admitted something."""
    about = target or next(one.key for one in hall.snapshot.targets if one.declaration.shortcomings)
    promises = stage_list.known_of(hall.house.database, hall.snapshot, about, clock())
    said = {"speaker": speaker, "kind": "task", "by": HOST, "at": clock()}
    if promises:
        number = comments.say(hall.house.database, hall.key, about, text="这一条要说到做到。", same_as=promises[0].key, **said)
        hall.repeated.append(number)
    hall.tasks.append(comments.say(hall.house.database, hall.key, about, text="一个月内把整改方案向社会公开。", **said))
    hall.house.live.refresh()
