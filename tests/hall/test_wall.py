"""What the hall sees: one thing at a time, and no score before it is published."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from hall.outcome.results import Standing, standing
from hall.phones import phone_view
from hall.screen import board_view, showing, wall
from hall.screen.wall import AgendaWall, BallotWall, RankingWall, RevealWall
from hall.screen.wall_stage import Point, StageWall, deadline_words
from hall.stage import agenda, overdue, rounds
from hall.stage.console import State
from office.sitting.plan import PlannedTarget
from tests import make
from tests.hall.test_console import scored, seen, show
from tests.hall.test_segments import begin, staged


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Values only: one kind of database is enough."""
    return f"sqlite:///{tmp_path / 'leitai.db'}"


def on_wall(hall: make.Hall) -> wall.Wall:
    """The screen as the page puts it together."""
    shown = showing.on_screen(hall.house, seen(hall), hall.now)
    assert shown.wall is not None
    return shown.wall


def reveal_all(hall: make.Hall, *, seen_at: int = 0) -> None:
    """The host's key 直接到底."""
    showing.reveal_to(hall.house.database, hall.key, 1000, seen=seen_at, version=seen(hall).published, by="host",
                      at=hall.now)


def test_it_begins_with_the_agenda_and_who_is_next(hall: make.Hall) -> None:
    view = on_wall(hall)

    assert isinstance(view, AgendaWall)
    assert [row.name for row in view.rows] == ["A县", "B县", "C县"]
    assert view.next is not None and view.next.name == "A县"
    assert (view.done, view.columns, view.note) == (0, 1, "")


def test_a_unit_on_stage_shows_what_it_admits_and_promises(hall: make.Hall) -> None:
    show(hall, "target", "U2")

    assert on_wall(hall) == StageWall(
        position=2, total=3, name="B县", presenter="县委书记",
        points=(Point(text="项目开工慢", change="开工率61% → 开工率90%", promises=("开工率到90%（分管副县长，6月30日前）",)),))


def test_who_is_put_off_is_not_counted_and_the_numbers_close_up_on_every_screen(hall: make.Hall) -> None:
    agenda.postpone(hall.house.database, hall.key, "U1", reason="抢险", by="host", at=hall.now)
    hall.house.live.refresh()
    listed = on_wall(hall)
    assert isinstance(listed, AgendaWall)
    assert ([one.position for one in listed.rows], listed.of, listed.next and listed.next.position) == ([0, 1, 2], 2, 1)

    show(hall, "target", "U3")
    staged = on_wall(hall)
    assert isinstance(staged, StageWall) and (staged.position, staged.total) == (2, 2)
    hall.open("U3")
    voting = on_wall(hall)
    snapshot = hall.house.live.at(hall.key)
    assert isinstance(voting, BallotWall) and voting.heading == "第2家 · 共2家" and snapshot is not None
    told = board_view.board_view(snapshot, hall.now, {}, None).stage
    assert told is not None and told.heading == "第2家 · 共2家"
    seat = hall.house.live.seat(hall.secrets["L1"])
    assert seat is not None
    shown, = phone_view.view_of(snapshot, seat, None, at=hall.now, nonce="n", etag="").targets
    assert (shown.position, shown.total) == (2, 2)


def test_an_open_ballot_shows_time_and_turnout_whatever_the_stage_says(hall: make.Hall) -> None:
    hall.open("U1", seconds=60)
    hall.cast("L1", 97)
    hall.cast("P1", 96)
    view = on_wall(hall)

    assert isinstance(view, BallotWall)
    assert (view.name, view.heading, view.open, view.closing) == ("A县", "第1家 · 共3家", True, False)
    assert (view.due, view.voted) == (7, 1)  # the secret group is told in steps
    assert view.closes_at == hall.now + timedelta(seconds=60)
    assert "97" not in repr(view) and "96" not in repr(view)


def test_the_end_is_counted_down_then_collected_then_closed_with_turnout_only(hall: make.Hall) -> None:
    hall.open("U1", seconds=60)
    hall.cast("L1", 97)
    closes_at = rounds.announce_close(hall.house.database, hall.key, by="host", at=hall.now)
    views = []
    for seconds in (5, 5 + overdue.STORING.total_seconds(), 0):
        views.append(on_wall(hall))
        hall.house.clock.advance(seconds)  # type: ignore[attr-defined]
        hall.house.tick()

    assert [(one.open, one.closing, one.collecting, one.closes_at, one.voted)
            for one in views if isinstance(one, BallotWall)] == [
        (True, True, False, closes_at, 1), (True, False, True, None, 1), (False, False, False, None, 1)]
    assert "97" not in repr(views)


def test_a_voided_round_goes_back_to_the_stage_and_says_why(hall: make.Hall) -> None:
    hall.open("U1")
    hall.void(hall.close())
    view = on_wall(hall)

    assert isinstance(view, StageWall)
    assert view.note == "上一轮已作废，将重新打分"


def test_the_ranking_waits_for_the_publication(hall: make.Hall) -> None:
    scored(hall, "U1", "U2", "U3")
    show(hall, "ranking")
    waiting = on_wall(hall)
    hall.publish(despite_warnings=True)
    begun = on_wall(hall)
    reveal_all(hall)
    view = on_wall(hall)

    assert isinstance(waiting, AgendaWall) and waiting.note == "成绩尚未公布"
    assert begun == RevealWall(version=1, lot="", called="成绩即将揭晓", newest=(), earlier=(), ahead=3, step=0, of=4)
    assert [row.state for row in waiting.rows] == [State.CLOSED] * 3
    assert isinstance(view, RankingWall)
    [(name, lines)] = view.lists
    assert (view.version, name) == (1, "")
    assert [(one.place, one.name, one.points, one.tied) for one in lines] == [
        ("1", "A县", "+2", False), ("2", "B县", "", False), ("3", "C县", "-1", False)]


def test_a_later_round_does_not_change_the_published_ranking_on_the_wall(hall: make.Hall) -> None:
    scored(hall, "U1", "U2")
    hall.publish(despite_warnings=True)
    reveal_all(hall)
    before = on_wall(hall)
    scored(hall, "U3")
    show(hall, "ranking")

    assert on_wall(hall) == before


def test_ties_lists_and_the_unranked_stand_apart(house: make.House) -> None:
    units = "ABCD"
    plan = make.plan("groups", units=4, targets=tuple(
        PlannedTarget(key=f"U{n}", name=f"{unit}县", unit=f"groups-{unit}", presenter="", ranked=unit != "D",
                      ranking_group="平原" if unit in "AB" else "山区")
        for n, unit in enumerate(units, 1)))
    hall = make.sitting(house, plan)
    scored(hall, "U1", "U2", "U3", "U4")
    hall.publish(despite_warnings=True)
    published = standing(house.database, hall.key)
    result = published.result
    result["targets"]["U1"]["tied_with"], result["targets"]["U2"]["tied_with"] = ["U2"], ["U1"]
    view = wall.ranking(seen(hall), replace(published, result=result))

    plain, hilly = view.lists
    assert plain[0] == "平原" and [(one.name, one.tied) for one in plain[1]] == [("A县", True), ("B县", True)]
    assert hilly[0] == "山区"
    assert [(one.place, one.name, one.why) for one in hilly[1]] == [("1", "C县", ""), ("", "D县", "不参加排名")]


@pytest.mark.parametrize(("exact", "words"), [
    ("3", "+3"), ("-1", "-1"), ("3/2", "+1.5"), ("-1/4", "-0.25"), ("4/3", "+4/3"), ("0", ""), (None, "")])
def test_points_are_written_exactly(exact: str | None, words: str) -> None:
    assert wall.points_words(exact) == words


@pytest.mark.parametrize(("public", "page", "address"), [
    ("http://10.0.0.5:8501/", "http://127.0.0.1:8501/screen", "http://10.0.0.5:8501"),
    ("", "http://10.0.0.5:8501/screen?s=x", "http://10.0.0.5:8501"),
    ("", "http://127.0.0.1:8501/screen", None),
    ("", "http://localhost:8501/screen", None),
    ("", None, None),
])
def test_phones_are_never_sent_to_an_address_that_only_this_machine_knows(public: str, page: str | None,
                                                                          address: str | None) -> None:
    assert wall.phone_address(public, page) == address


@pytest.mark.parametrize(("period", "words"), [("2019Q1", "2019年第一季度"), ("2024上半年", "2024上半年"), ("Q", "Q")])
def test_a_period_is_written_as_it_is_said(period: str, words: str) -> None:
    assert wall.period_words(period) == words


def test_a_deadline_in_another_year_says_which() -> None:
    assert deadline_words(date(2026, 6, 30), 2026) == "6月30日前"
    assert deadline_words(date(2027, 1, 31), 2026) == "2027年1月31日前"


def test_a_standing_without_a_publication_is_never_a_ranking(hall: make.Hall) -> None:
    scored(hall, "U1", "U2", "U3")
    draft: Standing = standing(hall.house.database, hall.key)
    show(hall, "ranking")

    assert isinstance(wall.what_to_show(seen(hall), hall.now, {}, draft), AgendaWall)


def test_a_long_agenda_is_shown_around_the_unit_whose_turn_it_is(house: make.House) -> None:
    hall = staged(house, units=40)
    first = on_wall(hall)
    begin(hall, "speech", "U10")
    show(hall, "agenda")
    middle = on_wall(hall)
    begin(hall, "speech", "U39")
    show(hall, "agenda")
    last = on_wall(hall)

    for view, start in ((first, 1), (middle, 7), (last, 40 - wall.WINDOW + 1)):
        assert isinstance(view, AgendaWall)
        assert (view.rows[0].position, len(view.rows), view.of, view.columns) == (start, wall.WINDOW, 40, 2)
    assert sum(row.here for row in last.rows) == 1  # type: ignore[union-attr]
