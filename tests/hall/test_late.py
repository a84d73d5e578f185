"""Papers that came after the close: kept, told to the people of the hall, never counted, and nobody's of a secret group."""

from __future__ import annotations

import pytest

from hall.ballots.ballot_refused import BallotRefused, Reason
from hall.ballots.late import Late, LateOfGroup, LatePaper, late_of
from hall.care import verify
from hall.outcome.results import package_in_force, standing
from tests import make
from tests.hall.test_console import scored


def come_late(hall: make.Hall, round_id: int, *codes: str) -> None:
    """These seats send a paper for a round that is over."""
    snapshot = hall.house.live.at(hall.key)
    assert snapshot is not None
    targets = next(one.targets for one in snapshot.rounds if one.id == round_id)
    for code in codes:
        with pytest.raises(BallotRefused) as refused:
            hall.cast(code, round_id=round_id, form={f"m.{target}.quality": "97" for target in targets})
        assert refused.value.reason is Reason.ROUND_CLOSED


def late(hall: make.Hall) -> Late:
    return late_of(hall.house.database, hall.key)


def test_nothing_came_late(hall: make.Hall) -> None:
    hall.open("U1")
    hall.everybody()
    hall.close()

    assert late(hall) == Late() and not late(hall)


def test_a_judge_of_a_named_group_is_told_with_unit_and_time_and_whether_an_earlier_paper_counts(
        hall: make.Hall) -> None:
    round_id = hall.open("U2")
    hall.cast("L2", 80)
    hall.close()
    hall.house.clock.advance(90)  # type: ignore[attr-defined]
    come_late(hall, round_id, "L2", "L1")

    assert late(hall).named == tuple(
        LatePaper(round=round_id, unit="B县", seat=seat, judge=f"市领导{seat[1]}席", group="市领导", received_at=hall.now,
                  counted=counted)
        for seat, counted in (("L1", False), ("L2", True)))
    assert late(hall).words_of(round_id) == "迟到2张，不计票。详见“成绩”页“迟到的票”。"
    assert late(hall).words_of(round_id + 1) == ""


def test_of_a_secret_group_a_number_from_three_on_in_steps_until_the_result_is_published(house: make.House) -> None:
    hall = make.sitting(house, make.plan("large", public=7))
    scored(hall, "U2", "U3")
    round_id = hall.open("U1")
    for code in ("L1", "L2", "L3", "P6", "P7"):
        hall.cast(code)
    hall.close()
    told = []
    for code in ("P1", "P2", "P3", "P4", "P5"):
        come_late(hall, round_id, code)
        told.append(late(hall).words_of(round_id).partition("，")[0])
    assert told == ["", "", "迟到至少3张", "迟到至少3张", "迟到至少3张"]
    assert late(hall) == Late(secret=(
        LateOfGroup(round=round_id, unit="A县", group="社会各界代表", papers=3, exact=False),))

    hall.publish(despite_warnings=True)
    assert late(hall).secret[0].words == "5张"


def test_a_voided_round_has_no_late_papers(hall: make.Hall) -> None:
    round_id = hall.open("U1")
    hall.close()
    come_late(hall, round_id, "L1")
    assert late(hall)
    hall.void(round_id)

    assert not late(hall)


def test_late_papers_change_no_result(hall: make.Hall) -> None:
    scored(hall, "U1", "U2", "U3")
    before = standing(hall.house.database, hall.key).result["targets"]["U3"]
    come_late(hall, hall.house.live.at(hall.key).rounds[-1].id, "L1", "L2", "P1")  # type: ignore[union-attr]
    after = standing(hall.house.database, hall.key).result["targets"]["U3"]

    assert after["total"] == before["total"]
    assert after["groups"]["leaders"]["counted"] == before["groups"]["leaders"]["counted"]


def test_a_late_paper_of_a_secret_group_is_in_no_package_and_a_named_one_is(hall: make.Hall) -> None:
    scored(hall, "U1", "U2", "U3")
    before = package_in_force(hall.house.database, hall.key).ballots
    come_late(hall, hall.house.live.at(hall.key).rounds[-1].id, "L1", "P1", "P2", "P3")  # type: ignore[union-attr]
    hall.publish(despite_warnings=True)
    after = package_in_force(hall.house.database, hall.key).ballots

    assert [(one.seat, one.state) for one in after if one not in before] == [("L1", "late")]
    assert set(before) <= set(after)
    assert all(sound for _words, sound in verify(hall.house.database))
