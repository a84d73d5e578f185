"""The reveal: every ranked unit once and never early, one step back is the state before, ties together; and it is
stored, so that two consoles and a restart find the same step."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from itertools import pairwise
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as some

from db.engine import Database
from hall.house import House
from hall.screen import showing, wall, wall_kept
from hall.screen.reveal import Line, Lot, Low, Place, Reveal, at, expected, masked, prepare
from hall.screen.wall import AgendaWall, BallotWall, RankingWall, RevealWall, StageWall
from hall.stage import rounds
from hall.stage.next_step import next_step
from office.refusal import Refused
from scoring.rank import Contender, rank
from scoring.terms import RankMethod
from tests import make, played
from tests.hall.test_console import scored, seen, show
from tests.hall.test_wall import on_wall

# -- pure ----------------------------------------------------------------------------------------------------


@some.composite
def lots(draw: some.DrawFn) -> tuple[Lot, ...]:
    """Up to four ranking groups with ties, every way of numbering them, and units that have no place."""
    method = draw(some.sampled_from(list(RankMethod)))
    made = []
    for g in range(draw(some.integers(1, 4))):
        marks = draw(some.lists(some.integers(80, 86), max_size=9))
        places = rank([Contender(target=f"g{g}u{n}", metrics=(Fraction(mark),)) for n, mark in enumerate(marks)], method)
        lines = [Line(target=one.target, from_bottom=one.rank_from_bottom, place=Place(
            place=str(one.rank), name=f"单位{one.target}", total=f"T{one.target}", points="+1",
            tied=bool(one.tied_with))) for one in places]
        lines += [Line(target=f"g{g}x{n}", from_bottom=None, place=Place(
            place="", name=f"单位g{g}x{n}", total=f"Tg{g}x{n}", points="", tied=False, why="不参加排名"))
            for n in range(draw(some.integers(0, 2)))]
        if lines:
            made.append(Lot(name=f"组{g}", lines=tuple(lines)))
    return tuple(made)


reveals = some.tuples(lots(), some.integers(0, 5), some.sampled_from(Low))


@given(reveals)
def test_every_unit_is_revealed_exactly_once_and_never_before_its_step(one: tuple[tuple[Lot, ...], int, Low]) -> None:
    of, low, way = one
    reveal = prepare(of, low=low, way=way)
    everybody = {line.target for lot in of for line in lot.lines}
    told = [line.target for step in reveal.steps for line in step.lines]

    assert len(told) == len(set(told)) and set(told) <= everybody
    assert len(everybody) - len(told) == reveal.kept_back and (way is Low.NEVER or not reveal.kept_back)
    assert {line.target for lot in reveal.lots for line in lot.lines} == set(told)
    before: set[str] = set()
    for number, step in enumerate(reveal.steps[:-1], 1):
        moment = at(reveal, number)
        now = {line.target for line in (*moment.newest, *moment.earlier)}
        before |= {line.target for line in step.lines}
        assert now <= before
        assert tuple(step.lines) == moment.newest
        assert not any(f"T{target}" in repr(moment) for target in everybody - before)
    assert reveal.steps[-1].lines == () and at(reveal, len(reveal.steps)).whole


@given(reveals, some.lists(some.sampled_from([1, -1]), max_size=20))
def test_one_step_back_is_exactly_the_state_before(one: tuple[tuple[Lot, ...], int, Low], walk: list[int]) -> None:
    of, low, way = one
    reveal = prepare(of, low=low, way=way)
    states = [at(reveal, step) for step in range(len(reveal.steps) + 1)]
    here = 0
    for by in walk:
        here = min(max(here + by, 0), len(reveal.steps))
        assert at(reveal, here) == states[here]


@given(reveals)
def test_places_rise_group_after_group_and_equals_share_a_step(one: tuple[tuple[Lot, ...], int, Low]) -> None:
    of, low, way = one
    reveal = prepare(of, low=low, way=way)
    assert [step.lot for step in reveal.steps] == sorted(step.lot for step in reveal.steps)
    step_of = {line.target: number for number, step in enumerate(reveal.steps) for line in step.lines}
    for lot in reveal.lots:
        ranked = [line for line in lot.lines if line.from_bottom is not None]
        for upper, lower in pairwise(ranked):
            if upper.from_bottom == lower.from_bottom:
                assert step_of[upper.target] == step_of[lower.target]
            assert step_of[upper.target] >= step_of[lower.target]


@given(reveals)
def test_a_rehearsal_has_the_same_steps_and_nothing_of_anybody(one: tuple[tuple[Lot, ...], int, Low]) -> None:
    of, low, way = one
    real, rehearsed = prepare(of, low=low, way=way), prepare(masked(of), low=low, way=way)

    assert [(step.lot, step.called, len(step.lines)) for step in rehearsed.steps] == [
        (step.lot, step.called, len(step.lines)) for step in real.steps]
    assert not any(line.target in repr(rehearsed) or line.place.total in repr(rehearsed)
                   for lot in of for line in lot.lines)
    assert "+1" not in repr(rehearsed)


def lot_of(*from_bottom: int | None) -> Lot:
    return Lot(name="", lines=tuple(
        Line(target=f"u{n}", from_bottom=one, place=Place(place=str(n + 1), name=f"u{n}", total="1", points="", tied=False))
        for n, one in enumerate(from_bottom)))


@pytest.mark.parametrize(("low", "way", "called", "kept_back"), [
    (0, Low.EACH, ["第5名", "第4名", "并列第2名", "第1名", "全部排名"], 0),
    (2, Low.TOGETHER, ["第4名至第5名", "并列第2名", "第1名", "全部排名"], 0),
    (2, Low.NEVER, ["并列第2名", "第1名", "全部排名"], 2),
    (3, Low.NEVER, ["第1名", "全部排名"], 4),  # equals at the edge go together
    (5, Low.NEVER, ["第5名", "第4名", "并列第2名", "第1名", "全部排名"], 0),  # who comes first is never kept back
])
def test_the_lowest_ranks_go_as_the_host_has_chosen(low: int, way: Low, called: list[str], kept_back: int) -> None:
    reveal = prepare([lot_of(5, 3, 3, 2, 1)], low=low, way=way)

    assert ([step.called for step in reveal.steps], reveal.kept_back) == (called, kept_back)


def test_before_a_result_the_agenda_lets_the_steps_be_expected() -> None:
    reveal: Reveal = prepare(expected([("U1", "平原", True), ("U2", "山区", True), ("U3", "平原", True), ("U4", "山区", False)]))

    assert [(step.lot, step.called) for step in reveal.steps] == [
        (0, "第2名"), (0, "第1名"), (1, "不排名"), (1, "第1名"), (1, "全部排名")]
    assert "U1" not in repr(reveal)


# -- stored --------------------------------------------------------------------------------------------------


def press(hall: make.Hall, to: int, seen_at: int, version: int = 1) -> None:
    showing.reveal_to(hall.house.database, hall.key, to, seen=seen_at, version=version, by="host", at=hall.now)


def published(hall: make.Hall) -> None:
    scored(hall, "U1", "U2", "U3")
    hall.publish(despite_warnings=True)


def names(view: wall.Wall) -> list[str]:
    assert isinstance(view, RevealWall)
    return [one.name for one in (*view.newest, *view.earlier)]


def test_the_steps_go_up_back_to_the_end_and_to_the_start(house: make.House) -> None:
    hall = played.published(house, U1=90, U2=85, U3=80)
    told = []
    for to, seen_at in ((1, 0), (2, 1), (1, 2), (0, 1)):
        press(hall, to, seen_at)
        told.append(names(on_wall(hall)))
    assert told == [["C县"], ["B县", "C县"], ["C县"], []]

    press(hall, 4, 0)
    assert isinstance(on_wall(hall), RankingWall)
    stand = showing.stand_of(hall.house.database, seen(hall))
    assert stand is not None and (stand.step, stand.of, stand.now, stand.next) == (4, 4, "全部排名", "")


def test_the_console_says_what_the_next_press_will_reveal(hall: make.Hall) -> None:
    assert showing.stand_of(hall.house.database, seen(hall)) is None
    published(hall)
    press(hall, 1, 0)
    stand = showing.stand_of(hall.house.database, seen(hall))

    assert stand is not None and stand.now.startswith("第3名　C县　") and stand.next.startswith("第2名　B县　")


def test_of_two_consoles_the_later_press_is_refused_with_what_happened(house: make.House) -> None:
    hall = played.published(house, U1=90, U2=85, U3=80)
    press(hall, 1, 0)
    with pytest.raises(Refused, match="另一台主持台已经按过：大屏现在是第1步，刚揭晓第3名"):
        press(hall, 1, 0)

    assert names(on_wall(hall)) == ["C县"]


def test_two_consoles_that_press_at_the_same_moment_move_it_one_step(house: make.House) -> None:
    hall = played.published(house, U1=90, U2=85, U3=80)
    barrier = Barrier(2)

    def console(step: int) -> bool:
        barrier.wait(timeout=20)
        try:
            press(hall, step + 1, step)
        except Refused as refused:
            assert f"大屏现在是第{step + 1}步" in str(refused)
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        for step in range(4):
            assert sorted(pool.map(console, [step, step])) == [False, True]
    assert seen(hall).stage.screen.step == 4


def test_a_correction_is_revealed_from_the_start_and_an_old_console_hears_of_it(hall: make.Hall) -> None:
    scored(hall, "U1", "U2")
    hall.publish(despite_warnings=True)
    press(hall, 2, 0)
    scored(hall, "U3")
    hall.publish(despite_warnings=True, reason="补充")

    view = on_wall(hall)
    assert isinstance(view, RevealWall) and (view.version, view.step, view.newest) == (2, 0, ())
    with pytest.raises(Refused, match="成绩已另出第2版"):
        press(hall, 3, 2)


def test_a_press_while_the_hall_looks_at_something_else_is_refused(house: make.House) -> None:
    hall = played.published(house, U1=90, U2=85, U3=80)
    show(hall, "agenda")
    with pytest.raises(Refused, match="大屏现在不在揭晓成绩"):
        press(hall, 1, 0)


def test_a_restart_in_the_middle_finds_the_same_step_and_a_frozen_screen(house: make.House, url: str) -> None:
    hall = played.published(house, U1=90, U2=85, U3=80)
    press(hall, 2, 0)
    before = on_wall(hall)
    showing.freeze(hall.house.database, hall.key, before, by="host", at=hall.now)
    press(hall, 3, 2)

    again = House(Database(url), hall.house.clock)
    again.live.refresh()
    snapshot = again.live.at(hall.key)
    assert snapshot is not None
    found = showing.on_screen(again, snapshot, hall.now)
    unfrozen = showing.unfrozen(again, snapshot, hall.now)
    again.database.dispose()
    assert (found.wall, found.frozen_at) == (before, hall.now)
    assert names(unfrozen) == ["A县", "B县", "C县"]


def test_a_frozen_screen_stands_still_whatever_the_host_does_and_then_follows_again(hall: make.Hall) -> None:
    show(hall, "target", "U1")
    before = on_wall(hall)
    showing.freeze(hall.house.database, hall.key, before, by="host", at=hall.now)
    with pytest.raises(Refused, match="已经冻结"):
        showing.freeze(hall.house.database, hall.key, before, by="host", at=hall.now)
    show(hall, "agenda")
    assert "大屏已冻结" in next_step(seen(hall), hall.now).hint, "the key promises nothing that the hall will not see"
    published(hall)
    assert on_wall(hall) == before and isinstance(before, StageWall)

    showing.unfreeze(hall.house.database, hall.key, by="host", at=hall.now)
    assert isinstance(on_wall(hall), RevealWall)
    with pytest.raises(Refused, match="没有冻结"):
        showing.unfreeze(hall.house.database, hall.key, by="host", at=hall.now)


def test_every_kind_of_wall_is_kept_and_read_again(hall: make.Hall) -> None:
    kinds = [on_wall(hall)]
    show(hall, "target", "U1")
    kinds.append(on_wall(hall))
    hall.open("U1", seconds=60)
    kinds.append(on_wall(hall))
    hall.everybody(90)
    hall.close()
    scored(hall, "U2", "U3")
    hall.publish(despite_warnings=True)
    kinds.append(on_wall(hall))
    press(hall, 1, 0)
    kinds.append(on_wall(hall))
    press(hall, 4, 1)
    kinds.append(on_wall(hall))

    assert {type(one) for one in kinds} == {AgendaWall, StageWall, BallotWall, RevealWall, RankingWall}
    for one in kinds:
        read = wall_kept.read(wall_kept.written(one))
        assert read is not None and type(read) is type(one)
        assert wall_kept.written(read) == wall_kept.written(one)
    assert "市领导1席" not in "".join(wall_kept.written(one) for one in kinds)
    assert wall_kept.read('{"kind": "OldWall", "wall": {}}') is None


def test_the_way_of_the_lowest_is_chosen_before_the_reveal_begins(house: make.House) -> None:
    hall = played.published(house, U1=90, U2=85, U3=80)
    showing.set_low(hall.house.database, hall.key, 1, Low.NEVER, by="host", at=hall.now)
    press(hall, 3, 0)
    view = on_wall(hall)
    assert isinstance(view, RankingWall)
    assert ([one.name for one in view.lists[0][1]], view.kept_back) == (["A县", "B县"], 1)

    with pytest.raises(Refused, match="揭晓已经开始"):
        showing.set_low(hall.house.database, hall.key, 0, Low.EACH, by="host", at=hall.now)
    press(hall, 0, 3)
    with pytest.raises(Refused, match="后几名请填2"):
        showing.set_low(hall.house.database, hall.key, 3, Low.TOGETHER, by="host", at=hall.now)


def rehearse(hall: make.Hall, to: int | None, seen_at: int | None) -> None:
    showing.rehearse(hall.house.database, hall.key, to, seen=seen_at, by="host", at=hall.now)


def test_a_rehearsal_goes_through_the_steps_without_a_name_or_a_number_and_ends(hall: make.Hall) -> None:
    before = on_wall(hall)
    rehearse(hall, 0, None)
    shown = []
    for step in range(1, 5):
        rehearse(hall, step, step - 1)
        shown.append(on_wall(hall))
    assert [type(one) for one in shown] == [RevealWall] * 3 + [RankingWall]
    assert not any(name in repr(shown) for name in ("A县", "B县", "C县"))
    with pytest.raises(Refused, match="另一台主持台已经按过，排练现在是第4步"):
        rehearse(hall, 2, 1)
    rehearse(hall, None, 4)
    assert on_wall(hall) == before


def test_a_rehearsal_after_the_publication_shows_nothing_of_it(house: make.House) -> None:
    hall = played.published(house, U1=90, U2=85, U3=80)
    totals = [one["total"]["published"] for one in showing.standing(hall.house.database, hall.key).result["targets"].values()]
    rehearse(hall, 0, None)
    rehearse(hall, 99, 0)

    assert not any(one in repr(on_wall(hall)) for one in ("A县", "B县", "C县", "+2", *totals))


def test_no_rehearsal_during_a_ballot_or_a_reveal_and_a_ballot_ends_one(hall: make.Hall) -> None:
    rehearse(hall, 0, None)
    hall.open("U1")
    assert isinstance(on_wall(hall), BallotWall)
    with pytest.raises(Refused, match="A县正在打分"):
        rehearse(hall, 0, None)
    hall.everybody(90)
    hall.close()
    assert isinstance(on_wall(hall), BallotWall)  # 已截止: the rehearsal is over

    scored(hall, "U2", "U3")
    hall.publish(despite_warnings=True)
    press(hall, 1, 0)
    with pytest.raises(Refused, match="成绩揭晓已经开始"):
        rehearse(hall, 0, None)


def test_each_press_is_on_record(hall: make.Hall) -> None:
    from office.audit import read_audit

    published(hall)
    press(hall, 1, 0)
    showing.freeze(hall.house.database, hall.key, on_wall(hall), by="host", at=hall.now)
    showing.unfreeze(hall.house.database, hall.key, by="host", at=hall.now)
    rounds.show(hall.house.database, hall.key, "agenda", None, by="host", at=hall.now)

    lines = [(one.action, one.detail) for one in read_audit(hall.house.database).lines[:4]]
    assert [action for action, _detail in lines] == ["大屏切换", "恢复大屏", "冻结大屏", "揭晓"]
    assert lines[3][1] == "揭晓名次：第3名；步：1／4；版次：1"


def test_a_list_of_185_comes_by_twenties_until_its_head():
    lot = expected([(f"T{n}", "", True) for n in range(185)])

    steps = prepare(lot).steps[:-1]

    assert [len(one.lines) for one in steps] == [*[20] * 8, 5, *[1] * 20]
    assert steps[0].called == "第166名至第185名" and steps[-1].called == "第1名"
    assert sum(len(one.lines) for one in steps) == 185
