"""开始打分 pressed by a slip and taken back: the sitting is as if the round had never been. Undone ends are pauses."""

from __future__ import annotations

import threading

import pytest

from db.reads import shadow as shadow_reads
from db.reads import sittings as reads
from db.reads.people import record
from db.values import SLIP
from db.work import work
from hall.moment import turn
from hall.outcome import signing
from hall.phones import shadow
from hall.screen import board_view
from hall.stage import agenda, console, rounds, segments, undo
from office.refusal import Refused
from office.sitting import mending, preparation, sittings
from office.sitting.plan import PlannedSegment
from scoring.round import Phase
from tests import make
from tests.hall.test_segments import begin, going, newest, press, seen, staged, step_of, take_back
from tests.hall.test_shadow import add as add_shadow

SECOND = make.RULE.replace("version = 1", "version = 2")


def slip(hall: make.Hall, target: str = "U1") -> None:
    hall.open(target)
    take_back(hall)
    seen(hall)


def locked(hall: make.Hall) -> bool:
    with hall.house.database.reading() as c:
        found = reads.sitting(c, hall.key)
        assert found is not None
        return reads.rule_text(c, found.id)[2]


def test_after_a_slip_everything_that_the_first_round_makes_fast_is_loose(hall: make.Hall) -> None:
    database, plainly = hall.house.database, {"by": "host", "at": hall.now}
    slip(hall)

    assert not locked(hall) and not preparation.prepared(database, hall.key).begun and not seen(hall).begun
    assert board_view._stand(seen(hall)) is board_view.Stand.AHEAD
    assert rounds.draw_order(database, hall.key, "20190423", **plainly)  # type: ignore[arg-type]
    mending.change_seat(database, hall.key, "L1", name="市领导1席", group="public", unit="", **plainly)  # type: ignore[arg-type]
    mending.drop_seat(database, hall.key, "L2", **plainly)  # type: ignore[arg-type]
    mending.change_unit(database, "small-B", name="乙县", kind="county", parent="", **plainly)  # type: ignore[arg-type]
    mending.change_target(database, hall.key, "U2", name="B县", presenter="县长", ranking_group="甲", ranked=True,
                          **plainly)  # type: ignore[arg-type]
    signing.set_terms(database, hall.key, hands=signing.Hands.HOST_ALONE, objection_hours=24, **plainly)  # type: ignore[arg-type]
    sittings.put_rule(database, hall.key, SECOND, **plainly)  # type: ignore[arg-type]
    sittings.drop_target(database, hall.key, "U1", **plainly)  # type: ignore[arg-type]

    assert [(one.phase, one.void_reason, one.targets) for one in seen(hall).rounds] == [(Phase.VOID, SLIP, ())]
    slip(hall, "U2")
    hall.badge()
    opened = hall.open("U2")
    hall.cast("L3")
    hall.close()
    assert locked(hall)
    hall.void(opened)
    with pytest.raises(Refused, match="不能重新抽签"):
        rounds.draw_order(database, hall.key, "1", **plainly)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="已经上场"):
        sittings.drop_target(database, hall.key, "U2", **plainly)  # type: ignore[arg-type]


def test_a_slip_after_a_round_loosens_nothing_and_hides_no_round_that_was_voided(hall: make.Hall) -> None:
    opened = hall.open("U1")
    hall.cast("L1")
    hall.void(opened)
    slip(hall)

    assert locked(hall) and seen(hall).begun
    found = turn.round_of(seen(hall), "U1")
    assert found is not None and found.id == opened
    with pytest.raises(Refused, match="请写明这次作废的原因"):
        hall.void(hall.open("U2"), SLIP)


def test_the_red_key_goes_on_with_the_opening_after_a_slip(house: make.House) -> None:
    hall = make.sitting(house, make.plan(segments=(
        PlannedSegment(key="a", kind="speech", title="开场", scope="before", seconds=60, warn_seconds=10),
        PlannedSegment(key="b", kind="ballot", title="打分", scope="each", seconds=0, warn_seconds=0))))
    before = step_of(hall).words
    slip(hall)

    assert step_of(hall).words == before == "开始开场（1分钟）"
    press(hall, step_of(hall))
    assert going(hall).segment == "a"


def test_a_supplementary_sitting_takes_units_in_after_a_slip(hall: make.Hall) -> None:
    put_off = {"reason": "在外地抢险", "by": "host", "at": hall.now}
    there = agenda.postpone(hall.house.database, hall.key, "U3", **put_off).sitting  # type: ignore[arg-type]
    slip(make.Hall(house=hall.house, key=there), "U3")

    assert agenda.postpone(hall.house.database, hall.key, "U2", **put_off).sitting == there  # type: ignore[arg-type]
    agenda.take_back(hall.house.database, hall.key, "U3", by="host", at=hall.now)


def test_a_practice_paper_does_not_hinder_the_undo_that_the_key_offers(hall: make.Hall) -> None:
    secret = add_shadow(hall)
    round_id = hall.open("U1")
    seat = hall.house.live.seat(secret)
    assert seat is not None
    shadow.ShadowBox(hall.house.database, hall.house.live).take(
        seat, round_text=str(round_id), nonce="n", form={"m.U1.quality": "50"}, at=hall.now)
    assert undo.undoable(seen(hall), hall.now, papers=0) == "开始打分（A县）"

    take_back(hall)
    with hall.house.database.reading() as c:
        assert shadow_reads.papers(c, seen(hall).sitting.id) == ()
    sittings.drop_target(hall.house.database, hall.key, "U1", by="host", at=hall.now)


@pytest.mark.parametrize("ended_by", ["end", "call_up"])
def test_what_passed_until_the_undo_of_an_end_is_a_pause_and_no_overtime(house: make.House, ended_by: str) -> None:
    hall = staged(house)
    begin(hall, "speech")
    hall.house.clock.advance(100)  # type: ignore[attr-defined]
    if ended_by == "end":
        segments.end(house.database, hall.key, run=going(hall), by="host", at=hall.now)
    else:
        segments.call_up(house.database, hall.key, "U2", seen=newest(hall), by="host", at=hall.now)
    hall.house.clock.advance(120)  # type: ignore[attr-defined]
    take_back(hall)

    read = console.onstage(seen(hall), hall.now).reading
    assert read is not None and (read.used, read.paused) == (100, False)
    hall.house.clock.advance(20)  # type: ignore[attr-defined]
    segments.end(house.database, hall.key, run=going(hall), by="host", at=hall.now)
    with house.database.reading() as c:
        assert record(c, limit=1)[0].detail["used"] == "发言 02:00"


def test_a_speech_that_was_paused_when_it_was_ended_is_still_paused(house: make.House) -> None:
    hall = staged(house)
    begin(hall, "speech")
    hall.house.clock.advance(100)  # type: ignore[attr-defined]
    segments.pause(house.database, hall.key, run=going(hall), by="host", at=hall.now)
    hall.house.clock.advance(30)  # type: ignore[attr-defined]
    segments.end(house.database, hall.key, run=going(hall), by="host", at=hall.now)
    hall.house.clock.advance(120)  # type: ignore[attr-defined]
    take_back(hall)
    hall.house.clock.advance(10)  # type: ignore[attr-defined]
    segments.resume(house.database, hall.key, run=going(hall), by="host", at=hall.now)

    read = console.onstage(seen(hall), hall.now).reading
    assert read is not None and (read.used, read.paused) == (100, False)


def test_a_rule_that_is_written_while_a_round_opens_waits_and_is_refused(hall: make.Hall) -> None:
    said: list[str] = []

    def write() -> None:
        try:
            sittings.put_rule(hall.house.database, hall.key, SECOND, by="clerk", at=hall.now)
            said.append("written")
        except Refused as refused:
            said.append(str(refused))

    with work(hall.house.database) as w:
        found = rounds.hold(w, hall.key)
        writing = threading.Thread(target=write)
        writing.start()
        writing.join(0.4)
        assert said == []  # it waits for the host, who has the sitting
        rounds.open_in(w, found, ("U1",), by="host", at=hall.now)
    writing.join(20)

    assert said == ["已经开始打分，评分办法已锁定，不能再改。"]
    assert locked(hall)
