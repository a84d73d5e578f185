"""异议: filed in time by those who may, points frozen until it is settled, settled by a review or by the next version."""

from __future__ import annotations

from fractions import Fraction
from unittest.mock import patch

import pytest

from db.reads import people as people_reads
from db.reads import results as result_reads
from db.stores.signing import Signing as SigningStore
from db.values import Staff
from hall import care
from hall.outcome import objections, results, signing
from hall.outcome.objections import Decision
from hall.outcome.signing import Hands
from office import people
from office.local_time import minute
from office.people import Role
from office.points import points_ledger
from office.refusal import NotAllowed, Refused
from tests import make
from tests.hall.test_signing import appoint, score
from tests.played import played


def person(hall: make.Hall, role: Role) -> Staff:
    """Somebody with this role; the liaison is of unit A."""
    if role.value not in {one.name for one in people.everybody(hall.house.database)}:
        appoint(hall.house, **{role.value: role})
    return next(one for one in people.everybody(hall.house.database) if one.name == role.value)


def file(hall: make.Hall, target: str = "U1", role: Role = Role.LIAISON, grounds: str = "第二项少计一张票") -> int:
    return objections.file_objection(hall.house.database, hall.key, target, grounds, who=person(hall, role), at=hall.now)


def decide(hall: make.Hall, number: int, decision: Decision, reason: str = "复算无误",
           role: Role = Role.SUPERVISOR) -> None:
    objections.decide(hall.house.database, hall.key, number, decision, reason, who=person(hall, role), at=hall.now)


def seen(hall: make.Hall, role: Role) -> objections.Objections:
    return objections.objections_of(hall.house.database, hall.key, person(hall, role), at=hall.now)


def balances(hall: make.Hall) -> dict[str, tuple[Fraction, Fraction]]:
    """(balance, frozen) by unit's name."""
    return {one.name: (one.balance, one.frozen) for one in points_ledger(hall.house.database).accounts}


@played
def two_published(house: make.House) -> make.Hall:
    """A and B scored and published: A has 2 points, B has -1."""
    hall = make.sitting(house)
    signing.set_terms(hall.house.database, hall.key, hands=Hands.HOST_ALONE, objection_hours=48, by="host", at=hall.now)
    score(hall, U1=90, U2=80)
    hall.publish(despite_warnings=True)
    return hall


@pytest.fixture
def published(house: make.House) -> make.Hall:
    return two_published(house)


def test_an_objection_freezes_the_points_and_upholding_thaws_them(published: make.Hall) -> None:
    number = file(published)

    assert balances(published) == {"A县": (0, 2), "B县": (-1, 0), "C县": (0, 0)}
    ledger = points_ledger(published.house.database)
    frozen = ledger.bookings[0]
    assert (frozen.state, frozen.effect, frozen.balance, frozen.points) == ("冻结，异议处理中，不计入余额", 0, 0, 2)
    assert ledger.frozen_words == "异议处理中，分数冻结、不计入余额：A县（+2分）。"
    decide(published, number, Decision.UPHELD)
    assert balances(published)["A县"] == (2, 0)
    assert seen(published, Role.LIAISON).cases[0].state == "已复核：维持原成绩"
    assert all(holds for _, holds in care.verify(published.house.database))


def test_an_objection_that_is_right_ends_in_the_next_version_and_all_versions_stay(published: make.Hall) -> None:
    number = file(published, "U2", Role.HOST)
    decide(published, number, Decision.CORRECTED, "应补评C县")
    assert balances(published)["B县"] == (0, -1)
    score(published, U3=60)
    assert "复核定为更正的异议，公布后办结：B县" in [
        one.words for one in results.checklist(published.house.database, published.key) if one.ok]
    published.publish(reason="补评C县")

    case = seen(published, Role.HOST).cases[0]
    assert (case.state, case.objection.is_settled) == ("已更正，见第2版", True)
    assert balances(published) == {"A县": (2, 0), "B县": (0, 0), "C县": (-1, 0)}
    assert results.standing(published.house.database, published.key, 1).result["order"] == ["U1", "U2"]
    with published.house.database.reading() as c:
        assert [one.reason for one in result_reads.publications(c, 1)] == ["", "补评C县"]
        told = [one.action for one in people_reads.record(c)]
    assert told[:4].count("公布成绩") == 1 and {"提出异议", "复核异议"} <= set(told)
    assert all(holds for _, holds in care.verify(published.house.database))


def test_an_open_objection_stays_through_a_correction_of_something_else_and_its_new_points_are_frozen(
        published: make.Hall) -> None:
    file(published)
    score(published, U3=60)
    warning = [one for one in results.checklist(published.house.database, published.key) if not one.ok]
    assert [(one.words, one.blocking) for one in warning] == [("异议还没有复核，分数仍冻结：A县", False)]
    published.publish(reason="补评C县", despite_warnings=True)

    assert seen(published, Role.HOST).unsettled == 1
    assert balances(published)["A县"] == (0, 2)
    assert balances(published)["C县"] == (-1, 0)
    with pytest.raises(Refused, match="正在处理"):
        file(published)
    decide(published, 1, Decision.UPHELD)
    assert balances(published)["A县"] == (2, 0)


def test_found_right_and_then_not_it_may_still_be_upheld_while_no_version_has_come_of_it(published: make.Hall) -> None:
    number = file(published)
    decide(published, number, Decision.CORRECTED, "漏计一张")
    with pytest.raises(Refused, match="成绩要更正"):
        decide(published, number, Decision.CORRECTED)
    decide(published, number, Decision.UPHELD, "再查，没有漏计")

    assert balances(published)["A县"] == (2, 0)
    with pytest.raises(Refused, match="维持原成绩"):
        decide(published, number, Decision.CORRECTED)


def test_the_window_ends_by_the_terms_of_the_sitting(published: make.Hall) -> None:
    published.reveal()
    assert seen(published, Role.LIAISON).may_file == (("U1", "A县"),)
    published.house.clock.advance(48 * 3600)  # type: ignore[attr-defined]
    assert seen(published, Role.LIAISON).is_open
    published.house.clock.advance(1)  # type: ignore[attr-defined]

    assert (seen(published, Role.LIAISON).is_open, seen(published, Role.LIAISON).may_file) == (False, ())
    with pytest.raises(Refused, match="异议期已过，截止时间是2026-04-25 09:00"):
        file(published)


def test_the_window_begins_when_the_units_can_see_the_result(published: make.Hall) -> None:
    def until() -> str:
        return minute(seen(published, Role.LIAISON).until)

    not_revealed = until()
    published.house.clock.advance(600)  # type: ignore[attr-defined]
    published.reveal()
    revealed = until()
    published.house.clock.advance(24 * 3600)  # type: ignore[attr-defined]
    snapshot = published.house.live.at(published.key)
    published.void(snapshot.rounds[-1].id)  # type: ignore[union-attr]
    published.publish(reason="这一轮不该计入", despite_warnings=True)

    assert (not_revealed, revealed, until()) == ("2026-04-25 10:00", "2026-04-25 09:10", "2026-04-26 09:10")


def test_a_sitting_may_take_none(hall: make.Hall) -> None:
    signing.set_terms(hall.house.database, hall.key, hands=Hands.HOST_ALONE, objection_hours=0, by="host", at=hall.now)
    score(hall, U1=90, U2=80, U3=70)
    hall.publish()

    assert not seen(hall, Role.HOST).is_open
    with pytest.raises(Refused, match="不受理异议"):
        file(hall)


def test_who_may_object_for_whom_and_who_may_review(published: make.Hall) -> None:
    with pytest.raises(NotAllowed, match="本单位"):
        file(published, "U2")
    with pytest.raises(NotAllowed, match="本单位"):
        file(published, "U1", Role.LEADER)
    with pytest.raises(Refused, match="理由"):
        file(published, grounds="  ")
    number = file(published)
    with pytest.raises(NotAllowed, match="计票员或监督员"):
        decide(published, number, Decision.UPHELD, role=Role.HOST)
    with pytest.raises(Refused, match="依据"):
        decide(published, number, Decision.UPHELD, " ")
    link = people.add_staff(published.house.database, name="own", title="本县计票员", unit="small-A", by="admin",
                            roles=[Role.CLERK, Role.LIAISON], at=published.now)
    assert link
    own = next(one for one in people.everybody(published.house.database) if one.name == "own")
    with pytest.raises(NotAllowed, match="本单位的人"):
        objections.decide(published.house.database, published.key, number, Decision.CORRECTED, "少计", who=own,
                          at=published.now)


def test_once_reviewed_a_version_is_not_objected_to_again_by_the_same_unit(published: make.Hall) -> None:
    decide(published, file(published), Decision.UPHELD)

    with pytest.raises(Refused, match="结论是维持原成绩"):
        file(published)
    assert seen(published, Role.LIAISON).may_file == ()


def test_a_liaison_sees_only_the_own_units_objections(published: make.Hall) -> None:
    file(published, "U2", Role.HOST, "B县的理由")
    file(published)

    assert [one.name for one in seen(published, Role.LIAISON).cases] == ["A县"]
    assert [one.name for one in seen(published, Role.SUPERVISOR).cases] == ["B县", "A县"]
    assert [one.words for one in signing.flags(signing.signing_of(published.house.database, published.key))] == ["异议 2"]


def test_before_publication_there_is_nothing_to_object_to(hall: make.Hall) -> None:
    score(hall, U1=90)

    with pytest.raises(Refused, match="还没有公布"):
        file(hall)


def test_a_kill_while_a_correction_settles_objections_leaves_them_as_they_were(published: make.Hall) -> None:
    decide(published, file(published), Decision.CORRECTED)
    score(published, U3=60)
    before = (balances(published), seen(published, Role.HOST))
    with patch.object(SigningStore, "mend", side_effect=RuntimeError("power cut")), pytest.raises(RuntimeError):
        published.publish(reason="补评C县")

    assert (balances(published), seen(published, Role.HOST)) == before
    assert published.publish(reason="补评C县") == 2
    assert seen(published, Role.HOST).unsettled == 0


def test_everything_comes_back_from_a_backup(published: make.Hall, tmp_path: object) -> None:
    from pathlib import Path

    copy = Path(str(tmp_path)) / "copy.db"
    decide(published, file(published), Decision.CORRECTED)
    before = (balances(published), seen(published, Role.HOST))
    care.backup(published.house.database, copy, by="host", at=published.now)
    decide(published, 1, Decision.UPHELD)
    care.restore(published.house.database, copy, by="host", at=published.now)

    assert (balances(published), seen(published, Role.HOST)) == before
    file(published, "U2", Role.HOST)
