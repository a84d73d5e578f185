"""Whose papers are awaited at the end of a round: judges by name, secret groups in words that point at nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from hall.stage import console
from hall.stage.awaited import Awaited, awaited
from tests import make
from tests.hall.test_console import seen


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Values only: one kind of database is enough."""
    return f"sqlite:///{tmp_path / 'leitai.db'}"


def ids(hall: make.Hall, *codes: str) -> frozenset[int]:
    return frozenset(seat.id for seat in seen(hall).seats if seat.code in codes)


def told(hall: make.Hall, *sending: str) -> Awaited:
    """What the host is told while these seats' phones announce a paper."""
    snapshot, live = seen(hall), hall.house.live
    assert snapshot.round is not None
    hall.house.clock.advance(2)  # type: ignore[attr-defined]
    rows = console.turnout_rows(snapshot, snapshot.round.targets, live.turnout(snapshot.round.id),
                                live.voted_named(snapshot.round.id))
    return awaited(snapshot, rows, ids(hall, *sending))


def test_judges_of_named_groups_are_named_and_secret_seats_are_not(hall: make.Hall) -> None:
    hall.open("U1")

    assert told(hall, "L1", "L3", "P2") == Awaited(
        named=(("市领导", ("市领导1席", "市领导3席")),), secret=(("社会各界代表", "可能还有票在路上"),))
    assert "P2" not in repr(told(hall, "P2")) and "代表2" not in repr(told(hall, "P2"))


def test_what_is_told_of_a_secret_group_is_the_same_for_no_one_and_two(hall: make.Hall) -> None:
    hall.open("U1")

    assert told(hall) == told(hall, "P1") == told(hall, "P1", "P4")
    assert told(hall, "P1", "P2", "P4").secret == (("社会各界代表", "还有票在路上"),)


def test_everybody_is_in_once_all_who_are_due_have_voted_and_nobody_sends_more(hall: make.Hall) -> None:
    hall.open("U1")
    assert not told(hall).everybody_in
    hall.everybody()

    assert told(hall) == Awaited(everybody_in=True)
    assert told(hall, "L1") == Awaited(named=(("市领导", ("市领导1席",)),))
    assert told(hall, "P1", "P2") == Awaited(everybody_in=True)


def test_one_secret_paper_that_is_missing_keeps_the_hall_waiting(hall: make.Hall) -> None:
    hall.open("U1")
    for code in ("L1", "L2", "L3", "P1", "P2", "P3"):
        hall.cast(code)

    assert told(hall) == Awaited(secret=(("社会各界代表", "可能还有票在路上"),))


def test_a_hall_without_anybody_due_is_never_told_that_all_have_voted(house: make.House) -> None:
    empty = make.sitting(house, make.plan("empty", seats=()))
    snapshot = seen(empty)

    assert not awaited(snapshot, console.turnout_rows(snapshot, ("U1",), {}, ()), ()).everybody_in
