"""What the console says at every turn of a sitting: the next step, the agenda, who is still missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from hall.moment import closing, seat_search, turn
from hall.moment.snapshot import Snapshot
from hall.stage import choices, console, rounds, segments
from hall.stage.console import State
from hall.stage.next_step import Move, next_step
from office.sitting import sittings
from office.sitting.plan import PlannedSeat
from tests import make

Script = Callable[[make.Hall], object]


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Values only: one kind of database is enough."""
    return f"sqlite:///{tmp_path / 'leitai.db'}"


@pytest.fixture
def together(house: make.House) -> Iterator[make.Hall]:
    """A sitting with one paper for all units at the end."""
    yield make.sitting(house, make.plan("together", ballot_mode="all"))


def seen(hall: make.Hall) -> Snapshot:
    hall.house.live.refresh()
    snapshot = hall.house.live.at(hall.key)
    assert snapshot is not None
    return snapshot


def show(hall: make.Hall, shows: str, target: str | None = None) -> None:
    rounds.show(hall.house.database, hall.key, shows, target, by="host", at=hall.now)


def scored(hall: make.Hall, *targets: str) -> None:
    for target in targets:
        hall.open(target)
        hall.everybody(95 - 5 * int(target[1:]))
        hall.close()


def begin(hall: make.Hall) -> None:
    """Nothing has happened yet."""


def first_on_stage(hall: make.Hall) -> None:
    show(hall, "target", "U1")


def first_open(hall: make.Hall) -> None:
    hall.open("U1")


def first_closed(hall: make.Hall) -> None:
    scored(hall, "U1")


def first_voided(hall: make.Hall) -> None:
    hall.open("U1")
    hall.void(hall.close())


def second_taken_first(hall: make.Hall) -> None:
    scored(hall, "U2")


def last_closed_first_passed_over(hall: make.Hall) -> None:
    scored(hall, "U2", "U3")


def second_voided_after_the_third(hall: make.Hall) -> None:
    scored(hall, "U1")
    hall.open("U2")
    voided = hall.close()
    scored(hall, "U3")
    hall.void(voided)


def all_closed(hall: make.Hall) -> None:
    scored(hall, "U1", "U2", "U3")


def published(hall: make.Hall) -> None:
    all_closed(hall)
    hall.publish()


def published_and_back_to_the_agenda(hall: make.Hall) -> None:
    published(hall)
    show(hall, "agenda")


def published_too_early(hall: make.Hall) -> None:
    scored(hall, "U1")
    hall.publish(despite_warnings=True)


def the_last_one_after_a_publication(hall: make.Hall) -> None:
    scored(hall, "U1", "U2")
    hall.publish(despite_warnings=True)
    scored(hall, "U3")


@pytest.mark.parametrize(("script", "move", "words", "states"), [
    (begin, Move.SHOW, "请第1家 A县上台", "waiting waiting waiting"),
    (first_on_stage, Move.OPEN, "开始打分", "on_stage waiting waiting"),
    (first_open, Move.CLOSE, "截止打分", "voting waiting waiting"),
    (first_closed, Move.SHOW, "下一家：第2家 B县上台", "closed waiting waiting"),
    (first_voided, Move.OPEN, "重新打分", "void waiting waiting"),
    (second_taken_first, Move.SHOW, "下一家：第3家 C县上台", "waiting closed waiting"),
    (last_closed_first_passed_over, Move.SHOW, "下一家：第1家 A县上台", "waiting closed closed"),
    (second_voided_after_the_third, Move.SHOW, "下一家：第2家 B县上台", "closed void closed"),
    (all_closed, Move.PUBLISH, "公布成绩", "closed closed closed"),
    (published, Move.NOTHING, "成绩已公布", "published published published"),
    (published_and_back_to_the_agenda, Move.SHOW_RANKING, "大屏显示排名", "published published published"),
    (published_too_early, Move.NOTHING, "成绩已公布", "published waiting waiting"),
    (the_last_one_after_a_publication, Move.PUBLISH, "公布第2版成绩", "published published closed"),
])
def test_there_is_one_next_step_at_every_turn(hall: make.Hall, script: Script, move: Move, words: str,
                                              states: str) -> None:
    script(hall)
    snapshot = seen(hall)

    step = next_step(snapshot, hall.now)

    assert (step.move, step.words) == (move, words)
    assert [row.state for row in console.agenda(snapshot)] == [State(one) for one in states.split()]


def test_after_a_publication_nobody_is_next_whom_the_red_key_does_not_call(hall: make.Hall) -> None:
    published_too_early(hall)
    step = next_step(seen(hall), hall.now)
    assert "B县、C县没有打分" in step.hint and "换人上台" in step.hint
    assert not any(row.next for row in console.agenda(seen(hall)))

    segments.call_up(hall.house.database, hall.key, "U3", seen=None, by="host", at=hall.now)
    assert next_step(seen(hall), hall.now).move is Move.OPEN
    scored(hall, "U3")
    hall.void(seen(hall).rounds[-1].id)
    show(hall, "agenda")
    step = next_step(seen(hall), hall.now)
    assert (step.words, [row.key for row in console.agenda(seen(hall)) if row.next]) == ("请第3家 C县上台", ["U3"]), \
        "B县 was never balloted, C县 is balloted again"


def test_one_paper_for_all_is_opened_once_everybody_has_spoken(together: make.Hall) -> None:
    steps = []
    for target in (None, "U1", "U2", "U3"):
        if target:
            show(together, "target", target)
        steps.append(next_step(seen(together), together.now))

    assert [one.words for one in steps] == [
        "请第1家 A县上台", "下一家：第2家 B县上台", "下一家：第3家 C县上台", "开始打分（全部3家）"]
    assert steps[-1].targets == ("U1", "U2", "U3")

    opened = together.open(*steps[-1].targets)
    assert next_step(seen(together), together.now).move is Move.CLOSE
    assert console.onstage(seen(together), together.now).title == "3家一并打分"

    together.close()
    assert next_step(seen(together), together.now).move is Move.PUBLISH

    together.void(opened)
    again = next_step(seen(together), together.now)
    assert (again.move, again.targets) == (Move.OPEN, ("U1", "U2", "U3"))


def test_an_announced_close_counts_down_then_collects_and_a_longer_time_gives_the_key_back(hall: make.Hall) -> None:
    opened = hall.open("U1", seconds=120)
    assert next_step(seen(hall), hall.now).round_id == opened
    rounds.announce_close(hall.house.database, hall.key, by="host", at=hall.now, of_round=opened)

    told = []
    for seconds in (0, 1, 4, 5, 7, 10, 60):
        at = hall.now + timedelta(seconds=seconds)
        step, here = next_step(seen(hall), at), console.onstage(seen(hall), at)
        told.append((step.move, step.words, here.left, here.closing, here.collecting))
    wait = Move.WAIT
    assert told == [
        (wait, "马上截止", 5, True, False), (wait, "马上截止", 4, True, False), (wait, "马上截止", 1, True, False),
        (wait, "已截止，正在收票", 5, False, True), (wait, "已截止，正在收票", 3, False, True),
        (wait, "已截止，正在收票", 0, False, True), (wait, "已截止，正在收票", 0, False, True)]

    hall.house.clock.advance(7)  # type: ignore[attr-defined]
    rounds.extend(hall.house.database, hall.key, seconds=30, by="host", at=hall.now, of_round=opened)
    assert next_step(seen(hall), hall.now).move is Move.CLOSE
    assert console.onstage(seen(hall), hall.now).left == 30


def test_once_all_who_are_due_have_voted_the_hint_says_so_and_the_step_stays(hall: make.Hall) -> None:
    opened = hall.open("U1", seconds=120)
    for announced in (False, True):
        if announced:
            rounds.announce_close(hall.house.database, hall.key, by="host", at=hall.now, of_round=opened)
        usual, all_in = (next_step(seen(hall), hall.now, everybody_in=one) for one in (False, True))
        assert (usual.move, usual.words) == (all_in.move, all_in.words)
        assert all_in.hint == "应投的都已投票，可以立即截止。" != usual.hint


@pytest.mark.parametrize(("after", "left"), [(0, 90), (0.2, 90), (1, 89), (89.5, 1), (90, 0), (500, 0)])
def test_seconds_are_counted_up_to_whole_ones_and_never_below_nothing(hall: make.Hall, after: float,
                                                                     left: int) -> None:
    hall.open("U1", seconds=90)
    current = turn.open_round_of(seen(hall))
    assert current is not None

    assert closing.seconds_left(current, hall.now + timedelta(seconds=after)) == left


def test_a_round_without_a_clock_says_how_long_it_has_been_going(hall: make.Hall) -> None:
    hall.open("U1")
    here = console.onstage(seen(hall), hall.now + timedelta(seconds=75))

    assert (here.left, here.closing, here.going, console.clock_words(here.going)) == (None, False, 75, "01:15")


def test_recused_seats_are_not_due_and_secret_seats_are_never_named(hall: make.Hall) -> None:
    hall.open("U1")
    hall.cast("L1")
    hall.cast("P1")
    sittings.check_in(hall.house.database, hall.key, "L2", True, by="host", at=hall.now)
    snapshot = seen(hall)
    assert snapshot.round is not None

    leaders, public = console.turnout_rows(
        snapshot, snapshot.round.targets, hall.house.live.turnout(snapshot.round.id),
        hall.house.live.voted_named(snapshot.round.id))

    assert (leaders.seats, leaders.recused, leaders.due, leaders.voted) == (4, 1, 3, 1)
    assert (leaders.missing, leaders.absent) == (("市领导2席",), ("市领导3席",))
    assert (public.due, public.voted, public.missing, public.absent) == (4, 0, (), ())
    assert public.secret and public.note == "无记名，每满3票更新"


def test_a_seat_recused_for_one_of_several_targets_is_due(hall: make.Hall) -> None:
    leaders, _public = console.turnout_rows(seen(hall), ("U1", "U2"), {}, ())

    assert (leaders.due, leaders.recused) == (4, 0)


def test_what_is_published_is_voided_last_and_then_called_by_the_red_key(hall: make.Hall) -> None:
    scored(hall, "U1")
    hall.open("U2")
    assert [words for _id, words in choices.voidable(seen(hall))] == ["第2轮 B县（打分中）", "第1轮 A县（已截止）"]

    hall.close()
    scored(hall, "U3")
    hall.publish(despite_warnings=True)
    assert [words for _id, words in choices.voidable(seen(hall))] == [
        "第3轮 C县（已公布）", "第2轮 B县（已公布）", "第1轮 A县（已公布）"]

    hall.void(seen(hall).rounds[0].id, "计时设备故障，重新打分")
    step = next_step(seen(hall), hall.now)
    assert (step.move, step.targets, step.words) == (Move.SHOW, ("U1",), "请第1家 A县上台")


@pytest.mark.parametrize(("key", "by", "order"), [
    ("B", -1, "BAC"), ("B", 1, "ACB"), ("A", -1, "ABC"), ("C", 1, "ABC"), ("A", 1, "BAC")])
def test_a_unit_moves_one_place_and_stops_at_the_edge(key: str, by: int, order: str) -> None:
    assert choices.moved(("A", "B", "C"), key, by) == tuple(order)


def test_a_seat_is_found_by_code_name_or_group_and_the_exact_code_comes_first(house: make.House) -> None:
    plan = make.plan("many", seats=tuple(
        PlannedSeat(code=code, group="leaders", name=name, unit="")
        for code, name in (("L11", "市政府领导席"), ("L1", "市委领导席"), ("P9", "代表席"))))
    snapshot = seen(make.sitting(house, plan))

    assert [seat.code for seat in seat_search.found_seats(snapshot, "l1")] == ["L1", "L11"]
    assert [seat.code for seat in seat_search.found_seats(snapshot, "代表席")] == ["P9"]
    assert seat_search.found_seats(snapshot, " ") == ()
    assert len(seat_search.found_seats(snapshot, "市领导", bound=2)) == 2


def test_every_state_has_a_shape_and_a_word_of_its_own() -> None:
    assert len({one.shape for one in State}) == len(State) == len({one.words for one in State})
