"""Of two consoles the later press is refused, and the record says who pressed what and what he was told."""

from __future__ import annotations

import pytest

from db.reads import people as people_reads
from hall.moment.moves import id_of
from hall.pressing import TOO_LATE, press
from hall.stage import questioning, rounds, segments
from office.refusal import Overtaken, Refused
from tests import make
from tests.hall.test_console import seen


@pytest.fixture
def hall(house: make.House) -> make.Hall:
    return make.sitting(house)


def too_late(hall: make.Hall) -> list[tuple[str, dict[str, object]]]:
    with hall.house.database.reading() as c:
        return [(line.actor, dict(line.detail)) for line in reversed(people_reads.record(c)) if line.action == TOO_LATE]


def pressed(hall: make.Hall, action: object, *args: object, by: str = "主持人乙", **kwargs: object) -> None:
    press(action, hall.house.database, hall.key, *args, by=by, at=hall.now, **kwargs)  # type: ignore[arg-type]


def test_the_later_of_two_consoles_is_on_record_with_what_was_pressed_and_what_had_happened(hall: make.Hall) -> None:
    drawn = id_of(seen(hall).last_move)
    pressed(hall, segments.call_up, "U1", seen=drawn, by="主持人甲")
    before = seen(hall)

    with pytest.raises(Overtaken) as refused:
        pressed(hall, segments.open_ballot, ("U2",), seen=drawn)

    assert too_late(hall) == [("主持人乙", {"pressed": "开始打分（B县）", "told": str(refused.value)})]
    assert "主持人甲已在09:00:00请A县上台" in str(refused.value)
    now = seen(hall)
    assert (now.serial, now.last_move) == (before.serial, before.last_move)


def test_a_jammed_key_writes_one_line_until_something_else_is_on_record(hall: make.Hall) -> None:
    drawn = id_of(seen(hall).last_move)
    pressed(hall, segments.call_up, "U1", seen=drawn, by="主持人甲")

    def jam(by: str = "主持人乙") -> None:
        for _ in range(3):
            with pytest.raises(Overtaken):
                pressed(hall, segments.call_up, "U2", seen=drawn, by=by)

    jam()
    jam("主持人丙")
    jam()
    assert [actor for actor, _ in too_late(hall)] == ["主持人乙", "主持人丙"]
    pressed(hall, segments.call_up, "U3", seen=id_of(seen(hall).last_move), by="主持人甲")
    jam()
    assert [actor for actor, _ in too_late(hall)] == ["主持人乙", "主持人丙", "主持人乙"]


def test_a_round_that_is_over_and_a_question_that_is_gone_are_told_of_and_an_ordinary_refusal_is_not(hall: make.Hall) -> None:
    round_id = hall.open("U1")
    asked = questioning.type_in(hall.house.database, hall.key, "U1", asker="代表", group="", text="甲", by="host", at=hall.now)
    hall.close()
    with pytest.raises(Overtaken):
        pressed(hall, rounds.announce_close, of_round=round_id)
    with pytest.raises(Overtaken):
        pressed(hall, questioning.end, asked, "")
    with pytest.raises(Refused):
        pressed(hall, rounds.open_round, ("U1",))

    assert [detail["pressed"] for _, detail in too_late(hall)] == ["截止打分", "提问结束"]
