"""Where a sitting stands, and what waits for whom."""

from __future__ import annotations

from datetime import date

import pytest

from db.values import Staff
from hall.errands import Errand, Standing, card, errands, standing_of
from hall.phones import phone_view
from hall.stage import questioning, segments
from office.people import Role
from tests import make
from tests.kinds import one_kind

TODAY = date(2026, 4, 20)


def person(*roles: Role, unit: str = "", name: str = "tester", has_password: bool = True) -> Staff:
    return Staff(id=1, name=name, title="测试员", roles=frozenset(roles), unit=unit, active=True,
                 has_password=has_password)


def at(hall: make.Hall):
    hall.house.live.refresh()
    return hall.house.live.at(hall.key)


def waiting(hall: make.Hall, *roles: Role, unit: str = "", staff=()):
    return [(one.words, one.page) for one in errands(person(*roles, unit=unit), [at(hall)], staff, TODAY)]


def score(hall: make.Hall, *targets: str) -> None:
    for target in targets:
        hall.open(target)
        hall.everybody()
        hall.close()


def test_a_sitting_goes_from_preparing_to_published(house):
    hall = make.sitting(house)
    seen = [standing_of(at(hall))]
    hall.open("U1")
    seen.append(standing_of(at(hall)))
    hall.everybody()
    hall.close()
    seen.append(standing_of(at(hall)))
    score(hall, "U2", "U3")
    seen.append(standing_of(at(hall)))
    hall.publish(despite_warnings=True)
    seen.append(standing_of(at(hall)))

    assert seen == [
        (Standing.PREPARING, "3家单位，8个评委席位"),
        (Standing.OPEN, "A县正在打分，已打分0家，共3家"),
        (Standing.UNDER_WAY, "已打分1家，共3家"),
        (Standing.COUNTED, "全部打完，待公布"),
        (Standing.PUBLISHED, "第1版成绩，已打分3家，共3家"),
    ]


def test_a_voided_round_does_not_count_as_scored(house):
    hall = make.sitting(house)
    voided = hall.open("U1")
    hall.close()
    hall.void(voided)

    assert standing_of(at(hall))[0] is Standing.PREPARING


@one_kind
def test_the_host_hears_what_is_red_then_who_is_next_then_to_publish(house):
    hall = make.sitting(house)
    assert ("县区比拼现场 2026Q1：催填不足与承诺：A县、B县、C县", "prepare") in waiting(hall, Role.HOST)

    score(hall, "U1")
    assert waiting(hall, Role.HOST) == [("县区比拼现场 2026Q1：下一家是第2家 B县", "host")]

    segments.call_up(house.database, hall.key, "U2", seen=None, by="host", at=hall.now)
    assert waiting(hall, Role.HOST) == [("县区比拼现场 2026Q1：第2家 B县在台上", "host")]

    score(hall, "U2", "U3")
    assert waiting(hall, Role.HOST) == [("县区比拼现场 2026Q1：全部打完，请公布成绩", "host")]
    assert waiting(hall, Role.SUPERVISOR) == [("县区比拼现场 2026Q1：已打完，公布前请核对成绩", "results")]

    hall.publish(despite_warnings=True)
    assert waiting(hall, Role.HOST, Role.CLERK) == []


@one_kind
def test_after_an_early_publication_nobody_is_next_and_a_later_ballot_is_to_be_published(house):
    hall = make.sitting(house)
    score(hall, "U1")
    hall.publish(despite_warnings=True)
    now = at(hall)
    phone = phone_view.view_of(now, now.seats[0], None, at=hall.now, nonce="n", etag="")
    assert (waiting(hall, Role.HOST), phone.next_up) == ([], "")

    score(hall, "U2")
    assert waiting(hall, Role.HOST) == [("县区比拼现场 2026Q1：请公布更正的一版", "host")]


@one_kind
@pytest.mark.parametrize(("today", "left"), [
    (date(2026, 4, 20), "，离开会还有3天"), (date(2026, 4, 23), "，今天开会"), (date(2026, 4, 24), "")])
def test_a_liaison_hears_of_the_own_unit_only_with_the_days_left(house, today, left):
    hall = make.sitting(house)

    found = errands(person(Role.LIAISON, unit="small-B"), [at(hall)], (), today)

    assert found == (Errand(words=f"B县的不足与承诺还没有填齐{left}", page="unit", sitting="small"),)


@one_kind
def test_the_administrator_hears_of_people_without_a_password(house):
    hall = make.sitting(house)
    score(hall, "U1")
    staff = [person(name="a", has_password=False), person(name="b"), person(name="demo", has_password=False)]

    assert waiting(hall, Role.ADMINISTRATOR, staff=staff)[-1] == ("还没有设密码，登录链接三天有效：a", "record")


@one_kind
def test_a_card_says_when_it_is_today(house):
    hall = make.sitting(house)

    assert card(at(hall), date(2026, 4, 23)).today
    assert not card(at(hall), TODAY).today


def test_questions_that_nobody_has_looked_at_wait_for_host_and_clerk(house):
    hall = make.sitting(house)
    asked = questioning.type_in(house.database, hall.key, "U1", asker="企业代表", group="", text="问", by="host", at=hall.now)
    questioning.set_aside(house.database, hall.key, asked, "时间不够", seen="queued", by="host", at=hall.now)
    assert not [words for words, page in waiting(hall, Role.CLERK) if page == "asking"]

    questioning.take_up(house.database, hall.key, asked, by="host", at=hall.now)

    assert waiting(hall, Role.CLERK) == [("县区比拼现场 2026Q1：1个提问待审", "asking")]
    assert ("县区比拼现场 2026Q1：1个提问待审", "asking") in waiting(hall, Role.HOST)
    assert waiting(hall, Role.LEADER) == []
