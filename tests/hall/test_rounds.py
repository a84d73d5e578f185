"""The host's moves: what is legal, what is refused in words, and what the record says of it."""

from __future__ import annotations

import threading

import pytest

from db.reads import people as people_reads
from hall import rounds
from office.refusal import NotFound, Refused
from scoring.round import Phase
from tests import make


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


def test_the_clock_closes_even_if_nobody_presses(hall: make.Hall) -> None:
    hall.open("U1", seconds=60)
    hall.house.clock.advance(59)  # type: ignore[attr-defined]
    hall.house.tick()
    assert hall.house.live.at(hall.key).round.phase is Phase.OPEN  # type: ignore[union-attr]

    hall.house.clock.advance(1)  # type: ignore[attr-defined]
    hall.house.tick()

    closed = hall.house.live.at(hall.key).round  # type: ignore[union-attr]
    assert (closed.phase, closed.closed_by) == (Phase.CLOSED, "时钟")  # type: ignore[union-attr]


def test_an_announced_close_leaves_the_announced_seconds(hall: make.Hall) -> None:
    hall.open("U1")
    rounds.announce_close(hall.house.database, hall.key, by="host", at=hall.now)
    hall.house.live.refresh()
    hall.house.clock.advance(4)  # type: ignore[attr-defined]
    assert hall.cast("L1").version == 1

    hall.house.clock.advance(1)  # type: ignore[attr-defined]
    hall.house.tick()

    assert hall.house.live.at(hall.key).round.phase is Phase.CLOSED  # type: ignore[union-attr]


def test_extending_moves_the_close(hall: make.Hall) -> None:
    hall.open("U1", seconds=10)
    rounds.extend(hall.house.database, hall.key, seconds=60, by="host", at=hall.now)
    hall.house.clock.advance(30)  # type: ignore[attr-defined]
    hall.house.tick()

    assert hall.house.live.at(hall.key).round.phase is Phase.OPEN  # type: ignore[union-attr]


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


def test_voiding_needs_a_reason(hall: make.Hall) -> None:
    round_id = hall.open("U1")

    with pytest.raises(Refused, match="原因"):
        hall.void(round_id, " ")


def test_the_rule_is_locked_by_the_first_round(hall: make.Hall) -> None:
    from office import sittings

    hall.open("U1")

    with pytest.raises(Refused, match="已锁定"):
        sittings.put_rule(hall.house.database, hall.key, make.RULE.replace("version = 1", "version = 2"), by="host",
                          at=hall.now)
