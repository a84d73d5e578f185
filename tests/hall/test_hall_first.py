"""A result is the hall's first: who waits for which version, what lets it out, and that nothing of it is told before."""

from __future__ import annotations

import pytest

from db.values import Staff
from hall.outcome import hall_first
from hall.outcome.hall_first import ledger_for, let_out, waiting_here
from hall.screen import showing
from office.audit import read_audit
from office.people import Role
from office.refusal import Overtaken, Refused
from tests import make, played
from tests.hall.test_console import scored, show

DAY = 86_400


def person(*roles: Role) -> Staff:
    return Staff(id=1, name="who", title="who", roles=frozenset(roles), unit="", active=True, has_password=True)


def version_that_waits(hall: make.Hall) -> int | None:
    found = waiting_here(hall.house.database, hall.key, hall.now)
    return found.version if found else None


def press(hall: make.Hall, to: int, seen: int, version: int = 1) -> None:
    showing.reveal_to(hall.house.database, hall.key, to, seen=seen, version=version, by="host", at=hall.now)


def freeze(hall: make.Hall) -> None:
    hall.house.live.refresh()
    snapshot = hall.house.live.at(hall.key)
    assert snapshot is not None
    shown = showing.unfrozen(hall.house, snapshot, hall.now)
    showing.freeze(hall.house.database, hall.key, shown, by="host", at=hall.now)


def wait(hall: make.Hall, seconds: float) -> None:
    hall.house.clock.advance(seconds)  # type: ignore[attr-defined]


@pytest.fixture
def published(house: make.House) -> make.Hall:
    return played.published(house, U1=90, U2=80, U3=70)


def round_of_the_third(hall: make.Hall) -> int:
    snapshot = hall.house.live.at(hall.key)
    assert snapshot is not None
    return next(one.id for one in snapshot.rounds if one.targets == ("U3",))


def corrected(hall: make.Hall) -> None:
    """Version 2, U3 balloted anew at this moment."""
    hall.void(round_of_the_third(hall))
    hall.open("U3")
    hall.everybody(95)
    hall.close()
    hall.publish(reason="重新打分", despite_warnings=True)


def corrected_at_a_desk(hall: make.Hall) -> None:
    """Version 2 without a ballot: a round is voided and nobody votes anew."""
    hall.void(round_of_the_third(hall))
    hall.publish(reason="这一轮不该计入", despite_warnings=True)


def balloted_in_vain(hall: make.Hall) -> None:
    """The hall sat and voted today, and the new round came to nothing."""
    hall.void(round_of_the_third(hall))
    hall.open("U3")
    hall.everybody(95)
    hall.void(hall.close())
    hall.publish(reason="重新打分未成", despite_warnings=True)


def test_those_who_may_see_a_draft_do_not_wait_and_everybody_else_does(published: make.Hall) -> None:
    database, now = published.house.database, published.now

    waits = {role for role in Role if hall_first.kept_from(database, person(role), now)}

    assert waits == {Role.LIAISON} and hall_first.kept_from(database, person(), now)
    assert not hall_first.kept_from(database, person(Role.LIAISON, Role.CLERK), now)


def test_it_waits_through_every_step_whatever_the_screen_shows_and_is_out_at_the_end(published: make.Hall) -> None:
    waited = [version_that_waits(published)]
    for step in (1, 2, 3):
        press(published, step, step - 1)
        waited.append(version_that_waits(published))
        for shows in ("agenda", "ranking"):
            show(published, shows)
            waited.append(version_that_waits(published))
    press(published, 4, 3)

    assert waited == [1] * 10 and version_that_waits(published) is None
    press(published, 0, 4)  # 从头: what is out stays out
    assert version_that_waits(published) is None
    assert [one.detail for one in read_audit(published.house.database).lines if one.action == "公开成绩"] == [
        "版次：1；缘由：现场揭晓完毕"]


def test_an_hour_is_the_most(published: make.Hall) -> None:
    wait(published, 3599)
    assert version_that_waits(published) == 1
    wait(published, 1)
    assert version_that_waits(published) is None


def test_an_end_behind_a_frozen_screen_is_none_until_the_hall_sees_it(published: make.Hall) -> None:
    press(published, 1, 0)
    freeze(published)
    press(published, 4, 1)
    assert version_that_waits(published) == 1
    showing.unfreeze(published.house.database, published.key, by="host", at=published.now)
    assert version_that_waits(published) is None


def test_a_frozen_screen_that_is_let_go_in_mid_reveal_lets_nothing_out(published: make.Hall) -> None:
    press(published, 3, 0)
    freeze(published)
    showing.unfreeze(published.house.database, published.key, by="host", at=published.now)
    assert version_that_waits(published) == 1


def test_the_host_lets_it_out_once_and_the_record_says_who(published: make.Hall) -> None:
    press(published, 1, 0)
    show(published, "agenda")
    let_out(published.house.database, published.key, 1, by="主持", at=published.now)

    line = read_audit(published.house.database).lines[0]
    assert version_that_waits(published) is None
    assert (line.actor, line.action, line.detail) == ("主持", "公开成绩", "版次：1；缘由：主持人决定公开，不等揭晓完毕")
    with pytest.raises(Refused, match="第1版成绩已经公开"):
        let_out(published.house.database, published.key, 1, by="主持", at=published.now)
    corrected(published)
    with pytest.raises(Overtaken, match="已另出第2版"):
        let_out(published.house.database, published.key, 1, by="主持", at=published.now)


def test_a_correction_within_the_running_sitting_waits_like_the_first(published: make.Hall) -> None:
    published.reveal()
    corrected(published)
    assert version_that_waits(published) == 2
    press(published, 4, 0, version=2)
    assert version_that_waits(published) is None


@pytest.mark.parametrize(("days", "correct", "waits"), [
    (0, corrected_at_a_desk, 2),  # the day of version 1
    (1, corrected, 2), (1, balloted_in_vain, 2),  # a ballot of today: the hall sits again
    (1, corrected_at_a_desk, None), (3, corrected_at_a_desk, None)])
def test_a_correction_on_a_later_day_holds_up_nobody(published, days, correct, waits):
    published.reveal()
    wait(published, days * DAY)
    correct(published)

    assert version_that_waits(published) == waits


def test_a_correction_does_not_let_out_what_was_waiting_at_midnight(house: make.House) -> None:
    hall = played.scored(house, U1=90, U2=80, U3=70)
    wait(hall, 14 * 3600 + 2400)  # 23:40 in China
    hall.publish(despite_warnings=True)
    wait(hall, 1800)
    corrected_at_a_desk(hall)
    assert version_that_waits(hall) == 2


def test_one_sitting_keeps_nothing_of_another(published: make.Hall) -> None:
    other = make.sitting(published.house, make.plan("other", period="2026Q2"))
    scored(other, "U1", "U2", "U3")
    other.publish()
    other.reveal()

    assert [one.sitting for one in hall_first.waiting(published.house.database, published.now)] == ["small"]
    book, to_come = ledger_for(published.house.database, person(Role.LIAISON), published.now)
    assert {one.sitting for one in book.bookings} == {"other"} and [one.sitting for one in to_come] == ["small"]


def test_the_ledger_of_who_waits_is_that_of_the_day_before(house: make.House) -> None:
    hall = played.scored(house, U1=90, U2=80, U3=70)
    liaison, host = person(Role.LIAISON), person(Role.HOST)
    before = ledger_for(house.database, liaison, hall.now)[0]
    hall.publish()
    meanwhile, to_come = ledger_for(house.database, liaison, hall.now)
    full = ledger_for(house.database, host, hall.now)
    hall.reveal()

    assert meanwhile == before and [one.latest for one in to_come] == ["最迟10:00"]
    assert len(full[0].bookings) == 2 and full[1] == ()
    assert ledger_for(house.database, liaison, hall.now) == full


def test_what_is_published_while_the_ledger_is_read_is_not_in_it(house: make.House, monkeypatch) -> None:
    hall = played.scored(house, U1=90, U2=80, U3=70)
    real = hall_first.points_ledger

    def published_just_before(database, **options):
        if not is_published(hall):
            hall.publish()
        return real(database, **options)

    monkeypatch.setattr(hall_first, "points_ledger", published_just_before)
    assert ledger_for(house.database, person(Role.LIAISON), hall.now)[0].bookings == ()


def is_published(hall: make.Hall) -> bool:
    snapshot = hall.house.live.at(hall.key)
    return snapshot is not None and bool(snapshot.published)
