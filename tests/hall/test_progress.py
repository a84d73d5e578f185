"""An open secret ballot is told in steps of three papers: no screen gives away the moment of one."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.reads import ballots as ballot_reads
from hall.moment.progress import STEP, shown, told, words_of
from hall.moment.status import status_of
from hall.screen import wall
from hall.stage import console
from office.refusal import Refused
from office.sitting import sittings
from office.sitting.plan import PlannedSeat
from tests import make

DUE = st.integers(min_value=0, max_value=400)


@given(DUE)
def test_papers_that_come_one_by_one_are_told_in_steps_of_at_least_three(due: int) -> None:
    values = [shown(voted, due) for voted in range(due + 1)]
    steps = [later - earlier for earlier, later in pairwise(values) if later != earlier]

    assert all(step >= STEP for step in steps)
    assert all(0 <= value <= voted for voted, value in enumerate(values))
    assert values[-1] == (due if due >= STEP else 0)


@given(DUE, st.integers(min_value=0, max_value=400))
def test_more_papers_than_seats_are_never_told_as_more_than_there_are(due: int, extra: int) -> None:
    """A seat that was recused after it had voted leaves more papers than seats that are due."""
    assert 0 <= shown(due + extra, due) <= due + extra


@pytest.mark.parametrize(("due", "values"), [
    (3, [0, 0, 0, 3]), (4, [0, 0, 0, 0, 4]), (5, [0, 0, 0, 0, 0, 5]), (6, [0, 0, 0, 3, 3, 3, 6]), (2, [0, 0, 0]),
])
def test_the_last_step_is_everybody(due: int, values: list[int]) -> None:
    assert [shown(voted, due) for voted in range(due + 1)] == values


def test_named_groups_and_closed_rounds_are_told_exactly() -> None:
    assert told(2, 7, secret=False, is_open=True) == 2 and words_of(7, secret=False, is_open=True) == ""
    assert told(2, 7, secret=True, is_open=False) == 2 and words_of(7, secret=True, is_open=False) == ""
    assert words_of(7, secret=True, is_open=True) == "无记名，每满3票更新"
    assert words_of(2, secret=True, is_open=True) == "无记名，不足3席，截止后显示"


def test_console_screen_and_command_tell_the_same_steps_and_the_close_tells_all(house: make.House) -> None:
    hall = make.sitting(house, make.plan(public=7))
    round_id = hall.open("U2")
    seen_by_all: list[tuple[int, int, int]] = []
    for n in range(1, 7):
        hall.cast(f"P{n}")
        seen_by_all.append(_told_everywhere(hall, round_id))
    hall.close()

    assert seen_by_all == [(0, 0, 0)] * 3 + [(4, 4, 4)] * 3
    assert _told_everywhere(hall, round_id) == (6, 6, 6)


def test_the_steps_cannot_be_moved_by_adding_a_seat_in_the_round(house: make.House) -> None:
    hall = make.sitting(house)
    hall.open("U2")
    secret = PlannedSeat(code="P99", group="public", name="代表99", unit="")

    with pytest.raises(Refused, match="请等截止后再加"):
        sittings.add_seats(house.database, hall.key, [secret], by="host", at=hall.now)
    named = PlannedSeat(code="L99", group="leaders", name="市领导99席", unit="")
    assert sittings.add_seats(house.database, hall.key, [named], by="host", at=hall.now) == 1
    hall.close()
    assert sittings.add_seats(house.database, hall.key, [secret], by="host", at=hall.now) == 1


def _told_everywhere(hall: make.Hall, round_id: int) -> tuple[int, int, int]:
    """The secret group's turnout on the console, in the hall screen's total, and in `leitai status`."""
    snapshot = hall.house.live.at(hall.key)
    assert snapshot is not None and snapshot.round is not None
    with hall.house.database.reading() as c:
        voted = ballot_reads.turnout(c, round_id)
    _leaders, public = console.turnout_rows(snapshot, snapshot.round.targets, voted, ())
    on_wall = wall.what_to_show(snapshot, hall.now, voted, None)
    assert isinstance(on_wall, wall.BallotWall)
    return public.voted, on_wall.voted, status_of(hall.house.database, hall.key)["turnout"]["public"]["voted"]
