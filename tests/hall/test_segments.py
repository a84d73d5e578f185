"""环节 on both databases: the clock on stage, the order that the host gives, two consoles, and undoing a slip."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from db.reads import people
from db.stage_values import SegmentRun
from db.values import SLIP
from hall.moment import turn
from hall.moment.moves import id_of
from hall.moment.snapshot import Snapshot
from hall.stage import console, rounds, segments, undo
from hall.stage.next_step import Move, Step, next_step
from office.refusal import Refused
from office.sitting.agenda_templates import template
from scoring.round import Phase
from tests import make
from tests.hall.test_console import seen


def staged(house: make.House, key: str = "county", **changes: object) -> make.Hall:
    """A sitting of three units by this template."""
    chosen = template(key)
    return make.sitting(house, make.plan(key, ballot_mode=chosen.ballot_mode, segments=chosen.segments, **changes))


def newest(hall: make.Hall) -> int:
    return id_of(seen(hall).last_move)


def begin(hall: make.Hall, segment: str, target: str | None = "U1") -> int:
    return segments.begin(hall.house.database, hall.key, segment, target, seen=newest(hall), by="host", at=hall.now)


def going(hall: make.Hall) -> SegmentRun:
    run = turn.going(seen(hall))
    assert run is not None
    return run


def step_of(hall: make.Hall) -> Step:
    return next_step(seen(hall), hall.now)


def press(hall: make.Hall, step: Step) -> None:
    """What the red key does."""
    database, common = hall.house.database, {"seen": newest(hall), "by": "host", "at": hall.now}
    if step.move is Move.SHOW:
        segments.call_up(database, hall.key, step.targets[0], **common)  # type: ignore[arg-type]
    elif step.move is Move.BEGIN:
        segments.begin(database, hall.key, step.segment, step.targets[0] if step.targets else None, **common)  # type: ignore[arg-type]
    elif step.move is Move.OPEN:
        segments.open_ballot(database, hall.key, step.targets, seconds=step.seconds, **common)  # type: ignore[arg-type]
    elif step.move is Move.CLOSE:
        rounds.close_round(database, hall.key, by="host", at=hall.now)
    elif step.move is Move.END:
        segments.end(database, hall.key, run=going(hall), by="host", at=hall.now)
    elif step.move is Move.SHOW_RANKING:
        segments.show(database, hall.key, "ranking", **common)  # type: ignore[arg-type]
    hall.house.clock.advance(1)  # type: ignore[attr-defined]


# -- on stage ----------------------------------------------------------------------------------------------


def test_a_speech_is_paused_given_time_and_its_use_is_on_record(house: make.House) -> None:
    hall = staged(house)
    begin(hall, "speech")
    hall.house.clock.advance(100)  # type: ignore[attr-defined]
    segments.pause(house.database, hall.key, run=going(hall), by="host", at=hall.now)
    hall.house.clock.advance(50)  # type: ignore[attr-defined]
    with pytest.raises(Refused, match=r"host已在09:01:40暂停计时。计时已经暂停"):
        segments.pause(house.database, hall.key, run=going(hall), by="other", at=hall.now)
    segments.resume(house.database, hall.key, run=going(hall), by="host", at=hall.now)
    with pytest.raises(Refused, match="没有暂停"):
        segments.resume(house.database, hall.key, run=going(hall), by="other", at=hall.now)
    segments.give_more(house.database, hall.key, 60, run=going(hall), by="host", at=hall.now)
    hall.house.clock.advance(450)  # type: ignore[attr-defined]
    read = console.onstage(seen(hall), hall.now).reading
    assert read is not None and (read.words, read.limit) == ("超时 00:10", 540)

    begin(hall, "comment")
    assert [one.words for one in console.onstage(seen(hall), hall.now).used] == ["发言 09:10（超时00:10）"]
    assert seen(hall).last_move.detail["used"] == "发言 09:10（超时00:10）"  # type: ignore[union-attr]


def test_a_clock_goes_on_after_a_restart(house: make.House) -> None:
    hall = staged(house)
    begin(hall, "speech")
    hall.house.clock.advance(61)  # type: ignore[attr-defined]
    again = make.House(make.Database(house.database.url), house.clock)
    again.live.refresh()
    snapshot = again.live.at(hall.key)
    assert snapshot is not None
    read = console.onstage(snapshot, hall.now).reading

    assert read is not None and read.words == "06:59"
    again.database.dispose()


def test_the_order_is_the_hosts_segments_are_skipped_and_repeated(house: make.House) -> None:
    hall = staged(house)
    begin(hall, "comment")
    assert step_of(hall).words == "结束市长点评，开始打分"
    begin(hall, "speech")
    assert step_of(hall).words == "结束发言，开始打分" and len(seen(hall).runs) == 2

    press(hall, step_of(hall))
    assert going_is_over(seen(hall)) and step_of(hall).move is Move.CLOSE
    hall.void(hall.close())
    assert step_of(hall).words == "重新打分"
    begin(hall, "speech", "U2")
    assert step_of(hall).words == "结束发言，开始市长点评（3分钟）"
    segments.call_up(house.database, hall.key, "U1", seen=newest(hall), by="host", at=hall.now)
    assert step_of(hall).words == "重新打分"


def going_is_over(snapshot: Snapshot) -> bool:
    return all(one.ended_at is not None for one in snapshot.runs)


def test_looking_at_the_agenda_does_not_stop_a_speech_and_another_unit_does(house: make.House) -> None:
    hall = staged(house)
    begin(hall, "speech")
    segments.show(house.database, hall.key, "agenda", seen=newest(hall), by="host", at=hall.now)
    assert console.onstage(seen(hall), hall.now).key == "U1" and turn.going(seen(hall)) is not None
    segments.call_up(house.database, hall.key, "U1", seen=newest(hall), by="host", at=hall.now)
    assert turn.going(seen(hall)) is not None

    segments.call_up(house.database, hall.key, "U2", seen=newest(hall), by="host", at=hall.now)
    assert turn.going(seen(hall)) is None


def postpone(hall: make.Hall, target: str) -> None:
    from db.work import work
    card = seen(hall).target(target)
    assert card is not None
    with work(hall.house.database) as w:
        w.roster.change_target(card.id, postponed="台风")
        w.roster.touch(seen(hall).sitting.id)


def test_a_unit_put_off_is_not_called_and_does_not_stand_on_the_ballot_of_all(house: make.House) -> None:
    hall = staged(house, "town")
    postpone(hall, "U2")
    with pytest.raises(Refused, match="B县已延到补场（台风）"):
        segments.call_up(house.database, hall.key, "U2", seen=newest(hall), by="host", at=hall.now)

    said = []
    while (step := step_of(hall)).move is not Move.OPEN:
        said.append(step.words)
        press(hall, step)
    assert not any("B县" in words for words in said) and step.targets == ("U1", "U3")
    assert [row.state.words for row in console.agenda(seen(hall))] == ["已发言", "延到补场", "台上"]


# -- two consoles ------------------------------------------------------------------------------------------


def test_the_later_of_two_presses_is_refused_with_what_happened(house: make.House) -> None:
    hall = staged(house)
    looked_at = newest(hall)
    segments.call_up(house.database, hall.key, "U1", seen=looked_at, by="主持人甲", at=hall.now)
    before = newest(hall)
    late: list[Callable[[], object]] = [
        lambda: segments.call_up(house.database, hall.key, "U2", seen=looked_at, by="乙", at=hall.now),
        lambda: segments.begin(house.database, hall.key, "speech", "U1", seen=looked_at, by="乙", at=hall.now),
        lambda: segments.open_ballot(house.database, hall.key, ("U1",), seen=looked_at, by="乙", at=hall.now),
        lambda: segments.show(house.database, hall.key, "agenda", seen=looked_at, by="乙", at=hall.now),
        lambda: undo.undo(house.database, hall.key, seen=looked_at, by="乙", at=hall.now),
    ]
    for move in late:
        with pytest.raises(Refused, match=r"主持人甲已在09:00:00请A县上台。请看清后再操作。"):
            move()

    assert newest(hall) == before and seen(hall).stage.target == "U1" and not seen(hall).runs


def test_a_press_on_the_clock_of_an_earlier_segment_is_refused(house: make.House) -> None:
    hall = staged(house)
    begin(hall, "speech")
    earlier = going(hall)
    hall.house.clock.advance(30)  # type: ignore[attr-defined]
    begin(hall, "comment")
    for move in (segments.pause, segments.resume, segments.end):
        with pytest.raises(Refused, match=r"host已在09:00:30开始市长点评（A县）。请看清后再操作。"):
            move(house.database, hall.key, run=earlier, by="乙", at=hall.now)
    with pytest.raises(Refused, match="请看清后再操作"):
        segments.give_more(house.database, hall.key, 60, run=earlier, by="乙", at=hall.now)


def test_two_presses_at_the_same_moment_make_one_move(house: make.House) -> None:
    hall = staged(house)
    for turn_of in ("U1", "U2", "U3"):
        looked_at, gate = newest(hall), threading.Barrier(2)

        def press_too(by: str, seen_at: int = looked_at, at: threading.Barrier = gate, key: str = turn_of) -> str:
            at.wait(timeout=10)
            try:
                segments.begin(house.database, hall.key, "speech", key, seen=seen_at, by=by, at=hall.now)
            except Refused as refused:
                return str(refused)
            return "begun"

        with ThreadPoolExecutor(max_workers=2) as hands:
            first, second = sorted(hands.map(press_too, ("甲", "乙")))
        assert first == "begun" and "已在09:00:00开始发言" in second
    assert len(seen(hall).runs) == 3 and sum(one.ended_at is None for one in seen(hall).runs) == 1


# -- undoing -----------------------------------------------------------------------------------------------


def take_back(hall: make.Hall) -> None:
    undo.undo(hall.house.database, hall.key, seen=newest(hall), by="host", at=hall.now)


def test_a_segment_begun_by_mistake_gives_the_one_before_back_as_if_it_had_gone_on(house: make.House) -> None:
    hall = staged(house)
    begin(hall, "speech")
    hall.house.clock.advance(100)  # type: ignore[attr-defined]
    segments.pause(house.database, hall.key, run=going(hall), by="host", at=hall.now)
    hall.house.clock.advance(20)  # type: ignore[attr-defined]
    begin(hall, "comment")
    hall.house.clock.advance(5)  # type: ignore[attr-defined]
    assert undo.undoable(seen(hall), hall.now, papers=0) == "开始市长点评（A县）"

    take_back(hall)
    read = console.onstage(seen(hall), hall.now).reading
    assert read is not None and (read.words, read.paused) == ("06:20", True)
    assert [one.segment for one in seen(hall).runs] == ["speech"]
    assert undo.undoable(seen(hall), hall.now, papers=0) == ""
    with pytest.raises(Refused, match="不能撤销"):
        take_back(hall)
    with house.database.reading() as c:
        assert [(one.action, one.detail["undone"]) for one in people.record(c, limit=1)] == [
            ("撤销上一步", "开始市长点评（A县）")]


def test_calling_switching_and_ending_are_taken_back_within_minutes(house: make.House) -> None:
    hall = staged(house)
    segments.call_up(house.database, hall.key, "U1", seen=0, by="host", at=hall.now)
    take_back(hall)
    assert (seen(hall).stage.shows, seen(hall).stage.target) == ("agenda", None)

    begin(hall, "speech")
    segments.call_up(house.database, hall.key, "U2", seen=newest(hall), by="host", at=hall.now)
    take_back(hall)
    assert (seen(hall).stage.target, going(hall).segment) == ("U1", "speech")
    segments.end(house.database, hall.key, run=going(hall), by="host", at=hall.now)
    take_back(hall)
    assert going(hall).segment == "speech"

    segments.show(house.database, hall.key, "agenda", seen=newest(hall), by="host", at=hall.now)
    hall.house.clock.advance(undo.WITHIN.total_seconds() + 1)  # type: ignore[attr-defined]
    assert undo.undoable(seen(hall), hall.now, papers=0) == ""
    with pytest.raises(Refused, match="已经过了5分钟"):
        take_back(hall)


def test_a_round_opened_by_mistake_is_voided_as_a_slip_while_no_paper_is_in(house: make.House) -> None:
    hall = staged(house)
    begin(hall, "speech")
    segments.open_ballot(house.database, hall.key, ("U1",), seen=newest(hall), by="host", at=hall.now)
    assert undo.undoable(seen(hall), hall.now, papers=0) == "开始打分（A县）"
    assert undo.undoable(seen(hall), hall.now, papers=1) == ""
    take_back(hall)
    assert [(one.phase, one.void_reason) for one in seen(hall).rounds] == [(Phase.VOID, SLIP)]
    assert going(hall).segment == "speech" and step_of(hall).words == "结束发言，开始市长点评（3分钟）"

    hall.open("U1")
    hall.cast("L1")
    with pytest.raises(Refused, match="已经有评委交了票"):
        take_back(hall)
    hall.close()
    with pytest.raises(Refused, match="不能撤销"):
        take_back(hall)
    assert seen(hall).rounds[-1].phase is Phase.CLOSED
