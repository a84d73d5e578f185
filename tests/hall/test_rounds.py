"""The host's moves: what is legal, what is refused in words, and what the record says of it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import event

from db.reads import people as people_reads
from db.values import Round
from hall.stage import overdue, rounds
from office.refusal import NotFound, Refused
from scoring.round import Phase
from tests import make

STORING = overdue.STORING.total_seconds()


def tick(hall: make.Hall, seconds: float) -> None:
    """Time passes, and the hall's clock beats."""
    hall.house.clock.advance(seconds)  # type: ignore[attr-defined]
    hall.house.tick()
    hall.house.live.refresh()


def now_open(hall: make.Hall) -> Round:
    """The round that matters now, as the house knows it."""
    snapshot = hall.house.live.at(hall.key)
    assert snapshot is not None and snapshot.round is not None
    return snapshot.round


def said(hall: make.Hall, lines: int) -> list[tuple[str, str, dict[str, object]]]:
    """The newest lines of the record: who, what, and the detail without the round's number."""
    with hall.house.database.reading() as c:
        return [(one.actor, one.action, {key: value for key, value in one.detail.items() if key != "round"})
                for one in people_reads.record(c, limit=lines)]


def test_only_one_round_is_open_at_a_time(hall: make.Hall) -> None:
    hall.open("U1")

    with pytest.raises(Refused, match="A县正在打分"):
        hall.open("U2")


def test_a_target_is_balloted_again_only_after_its_round_was_voided(hall: make.Hall) -> None:
    first = hall.open("U1")
    hall.close()
    with pytest.raises(Refused, match="已经打过分"):
        hall.open("U1")

    hall.void(first, "麦克风故障")
    again = hall.open("U1")

    snapshot = hall.house.live.at(hall.key)
    assert snapshot is not None
    assert [(one.id, one.phase, one.void_reason) for one in snapshot.rounds] == [
        (first, Phase.VOID, "麦克风故障"), (again, Phase.OPEN, None)]


def test_two_hosts_who_open_at_once_open_one_round(hall: make.Hall) -> None:
    outcomes: list[object] = []
    barrier = threading.Barrier(2)

    def open_one(target: str) -> None:
        barrier.wait()
        try:
            outcomes.append(rounds.open_round(hall.house.database, hall.key, (target,), by="host", at=hall.now))
        except Refused as refused:
            outcomes.append(str(refused))

    threads = [threading.Thread(target=open_one, args=(target,)) for target in ("U1", "U2")]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(type(one).__name__ for one in outcomes) == ["int", "str"]


def test_the_clock_closes_even_if_nobody_presses_once_the_last_papers_had_their_time(hall: make.Hall) -> None:
    hall.open("U1", seconds=60)
    tick(hall, 64)
    assert now_open(hall).phase is Phase.OPEN

    tick(hall, 1 + STORING)

    closed = now_open(hall)
    assert (closed.phase, closed.closed_by) == (Phase.CLOSED, "时钟")


def test_an_announced_close_leaves_the_announced_seconds_and_then_the_grace(hall: make.Hall) -> None:
    hall.open("U1")
    started = hall.now
    closes_at = rounds.announce_close(hall.house.database, hall.key, by="host", at=started)
    assert closes_at == started + timedelta(seconds=5)

    tick(hall, 4)
    assert hall.cast("L1").version == 1
    tick(hall, 5)
    assert now_open(hall).phase is Phase.OPEN
    tick(hall, 1 + STORING)

    assert now_open(hall).phase is Phase.CLOSED
    assert said(hall, 2) == [("时钟", "截止打分", {"collects_until": "09:00:10"}),
                             ("host", "宣布截止", {"closes_at": "09:00:05", "collects_until": "09:00:10"})]


def test_each_sitting_waits_its_own_grace(house: make.House) -> None:
    patient, hasty = (make.sitting(house, make.plan(key, grace_seconds=grace)) for key, grace in (
        ("patient", 60), ("hasty", 0)))
    for one in (patient, hasty):
        one.open("U1", seconds=10)
    tick(hasty, 10 + STORING)

    assert (now_open(patient).phase, now_open(hasty).phase) == (Phase.OPEN, Phase.CLOSED)
    tick(patient, 60)
    assert now_open(patient).phase is Phase.CLOSED


def test_a_close_that_was_announced_is_not_announced_again_while_papers_come_in(hall: make.Hall) -> None:
    hall.open("U1")
    first = rounds.announce_close(hall.house.database, hall.key, by="host", at=hall.now)
    tick(hall, 2)
    assert rounds.announce_close(hall.house.database, hall.key, by="host", at=hall.now) == first
    tick(hall, 3)

    with pytest.raises(Refused, match="正在收最后的票"):
        rounds.announce_close(hall.house.database, hall.key, by="host", at=hall.now)


def test_closing_at_once_waits_for_nobody_and_says_so(hall: make.Hall) -> None:
    hall.open("U1")
    hall.close()

    assert now_open(hall).phase is Phase.CLOSED
    assert said(hall, 1) == [("host", "截止打分", {"at_once": True})]


def test_extending_moves_the_close(hall: make.Hall) -> None:
    hall.open("U1", seconds=10)
    rounds.extend(hall.house.database, hall.key, seconds=60, by="host", at=hall.now)
    tick(hall, 30)

    assert now_open(hall).phase is Phase.OPEN


def test_extending_while_the_last_papers_come_in_opens_the_forms_again(hall: make.Hall) -> None:
    hall.open("U1", seconds=10)
    tick(hall, 13)
    rounds.extend(hall.house.database, hall.key, seconds=30, by="host", at=hall.now)
    hall.house.live.refresh()

    assert now_open(hall).closes_at == hall.now + timedelta(seconds=30)
    assert said(hall, 1) == [("host", "延时", {"seconds": 30, "closes_at": "09:00:43", "reopened": True})]
    tick(hall, 10)
    assert hall.cast("L1").version == 1
    tick(hall, 24)
    assert now_open(hall).phase is Phase.OPEN
    tick(hall, 1 + STORING)
    assert now_open(hall).phase is Phase.CLOSED


def test_the_same_seed_draws_the_same_order_and_the_record_keeps_it(hall: make.Hall) -> None:
    first = rounds.draw_order(hall.house.database, hall.key, "20260423", by="host", at=hall.now)
    rounds.set_order(hall.house.database, hall.key, ("U1", "U2", "U3"), by="host", at=hall.now)
    again = rounds.draw_order(hall.house.database, hall.key, "20260423", by="host", at=hall.now)
    hall.house.live.refresh()

    assert first == again
    assert tuple(one.key for one in hall.house.live.at(hall.key).targets) == first  # type: ignore[union-attr]
    with hall.house.database.reading() as c:
        newest = people_reads.record(c, limit=1)[0]
    assert (newest.action, newest.detail["seed"], tuple(newest.detail["order"])) == ("抽签定序", "20260423", first)  # type: ignore[arg-type]


def test_no_draw_once_balloting_has_begun(hall: make.Hall) -> None:
    hall.open("U1")

    with pytest.raises(Refused, match="不能重新抽签"):
        rounds.draw_order(hall.house.database, hall.key, "1", by="host", at=hall.now)


def test_the_order_may_change_without_touching_a_ballot(hall: make.Hall) -> None:
    hall.open("U1")
    receipt = hall.cast("L1", 91)
    hall.close()
    rounds.set_order(hall.house.database, hall.key, ("U3", "U2", "U1"), by="host", at=hall.now)
    hall.house.live.refresh()
    round_id = hall.house.live.at(hall.key).round_of("U1").id  # type: ignore[union-attr]

    assert hall.house.live.receipt(hall.house.live.seat(hall.secrets["L1"]), hall.secrets["L1"], round_id) == receipt  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [(), ("U9",), ("U1", "U9")])
def test_opening_what_is_not_on_the_agenda(hall: make.Hall, wrong: tuple[str, ...]) -> None:
    with pytest.raises(NotFound):
        hall.open(*wrong)


def test_what_is_published_is_balloted_again_only_once_it_is_voided_and_only_while_nothing_is_open(hall: make.Hall) -> None:
    first = hall.open("U1")
    hall.everybody(80)
    hall.close()
    hall.publish(despite_warnings=True)

    with pytest.raises(Refused, match=r"成绩已公布。要重新打分，请先写明原因把那一轮作废，打完再公布更正的一版"):
        hall.open("U1")
    hall.open("U2")
    with pytest.raises(Refused, match="B县正在打分，请先截止"):
        hall.void(first)
    hall.close()
    hall.void(first, "计时设备故障，重新打分")
    again = hall.open("U1")

    assert [(one.id, one.phase) for one in hall.house.live.at(hall.key).rounds if "U1" in one.targets] == [
        (first, Phase.VOID), (again, Phase.OPEN)]


def test_voiding_needs_a_reason(hall: make.Hall) -> None:
    round_id = hall.open("U1")

    with pytest.raises(Refused, match="原因"):
        hall.void(round_id, " ")


def test_the_rule_is_locked_by_the_first_round(hall: make.Hall) -> None:
    from office.sitting import sittings

    hall.open("U1")

    with pytest.raises(Refused, match="已锁定"):
        sittings.put_rule(hall.house.database, hall.key, make.RULE.replace("version = 1", "version = 2"), by="host",
                          at=hall.now)


def test_a_turn_of_the_hall_costs_the_same_whether_ten_phones_or_a_hundred_look_on(house: make.House) -> None:
    few, many = (make.sitting(house, make.plan(key, arena=key, public=seats)) for key, seats in (
        ("few", 6), ("many", 96)))
    turns = []
    for hall in (few, many):
        for target, mark in (("U2", 80), ("U3", 70)):
            hall.open(target)
            hall.everybody(mark)
            hall.close()
        asked: list[str] = []

        def note(_c: object, _cursor: object, statement: str, *_rest: object, asked: list[str] = asked) -> None:
            asked.append(statement)

        event.listen(house.database.write, "before_cursor_execute", note)
        hall.open("U1")
        opened = len(asked)
        hall.everybody(90)  # goes straight to the driver: not seen here
        before = len(asked)
        rounds.announce_close(house.database, hall.key, by="host", at=hall.now)
        hall.close()
        closed = len(asked) - before
        hall.publish(despite_warnings=True)
        turns.append((opened, closed, len(asked) - before - closed))
        event.remove(house.database.write, "before_cursor_execute", note)

    assert turns[0] == turns[1]
