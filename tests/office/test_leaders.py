"""Contact leaders: their items counted, the duties of the week and the month, who writes for whom, what is taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from office.listing.leaders import Duty, duties_of, log_visit, may_log, overview, take_back, visits
from office.people import Role
from office.refusal import NotAllowed, NotFound, Refused
from scoring.lights import Light
from tests import make, make_list
from tests.office.test_items import LEADER, LIAISON, OFFICE

VICE, DEPUTY = "分管副市长", "市委副书记"


@pytest.fixture
def listed(house):
    made = make_list.of(house)
    made.strike_off(made.numbers[0])
    return made


def write(listed, who=OFFICE, **changes: object) -> int:
    told = {"leader": VICE, "duty": Duty.ON_SITE, "on": make.START.date(), "about": "断头路工地", "found": "一周内交地"}
    return log_visit(listed.house.database, who=who, at=listed.house.clock(), **{**told, **changes})


def test_the_sentence_counts_items_and_who_has_not_been_on_site(listed):
    database, today = listed.house.database, make.START.date()
    before = overview(database, OFFICE, today=today)
    write(listed)
    after = overview(database, LEADER, today=today)
    rows = {one.leader: one for one in after.rows}

    assert before.sentence == f"2位联系领导，共3项，已办结1项（33.3%）；本月还有2位没有到现场（截至{today.isoformat()}）。"
    assert after.sentence == f"2位联系领导，共3项，已办结1项（33.3%）；本月还有1位没有到现场（截至{today.isoformat()}）。"
    assert (after.without(Duty.ON_SITE), set(after.without(Duty.BRIEFING))) == ((DEPUTY,), {VICE, DEPUTY})
    assert (rows[VICE].open, rows[VICE].counted.total, rows[VICE].lights[Light.DONE]) == (1, 2, 1)


def test_a_visit_counts_for_its_month_and_a_briefing_for_its_week(listed):
    database, today = listed.house.database, make.START.date()
    write(listed)
    write(listed, duty=Duty.BRIEFING)
    monday = today - timedelta(days=today.weekday()) + timedelta(days=7)
    first = (today.replace(day=28) + timedelta(days=4)).replace(day=1)

    assert duties_of(database, VICE, today=today) == {Duty.BRIEFING: today, Duty.ON_SITE: today}
    assert duties_of(database, VICE, today=monday)[Duty.BRIEFING] is None
    assert duties_of(database, VICE, today=first - timedelta(days=1))[Duty.ON_SITE] == today
    assert duties_of(database, VICE, today=first) == {Duty.BRIEFING: None, Duty.ON_SITE: None}


def test_a_leader_writes_for_himself_the_office_for_all_and_a_unit_for_nobody(listed):
    own = replace(LEADER, title=VICE)

    assert set(may_log(listed.house.database, OFFICE)) == {VICE, DEPUTY}
    assert may_log(listed.house.database, own) == (VICE,)
    assert write(listed, who=own)
    for who, changes in ((own, {"leader": DEPUTY}), (LIAISON, {}), (LEADER, {}), (OFFICE, {"leader": "没有这位"})):
        with pytest.raises(NotAllowed, match="登记"):
            write(listed, who=who, **changes)
    for read in (lambda: overview(listed.house.database, LIAISON, today=date(2026, 5, 1)),
                 lambda: visits(listed.house.database, LIAISON)):
        with pytest.raises(NotAllowed):
            read()
    assert LIAISON.roles == {Role.LIAISON}


@pytest.mark.parametrize(("changes", "said"), [
    ({"about": " "}, "请写明了解什么专题"),
    ({"about": "长" * 201}, "最长200字"),
    ({"on": make.START.date() + timedelta(days=1)}, "不能晚于今天"),
    ({"on": make.START.date() - timedelta(days=93)}, "三个月以前"),
    ({"number": "2026-999"}, "清单里没有2026-999"),
])
def test_what_cannot_be_is_refused_in_words(listed, changes, said):
    with pytest.raises((Refused, NotFound), match=said):
        write(listed, **changes)
    assert visits(listed.house.database, OFFICE) == ()


def test_what_was_wrong_is_taken_back_counts_no_more_and_stays(listed):
    database, at = listed.house.database, listed.house.clock()
    added = write(listed, number=listed.numbers[1])
    with pytest.raises(Refused, match="为什么撤回"):
        take_back(database, added, why=" ", who=OFFICE, at=at)
    with pytest.raises(NotAllowed):
        take_back(database, added, why="错了", who=replace(LEADER, title=DEPUTY), at=at)
    take_back(database, added, why="日期登记错了", who=OFFICE, at=at)
    with pytest.raises(Refused, match="已经撤回"):
        take_back(database, added, why="再来", who=OFFICE, at=at)

    line, = visits(database, OFFICE, leader=VICE)
    assert (line.number, line.taken_back) == (listed.numbers[1], "日期登记错了")
    assert duties_of(database, VICE, today=make.START.date())[Duty.ON_SITE] is None
    assert [one["leader"] for one in listed.record("登记领导走访") + listed.record("撤回领导走访")] == [VICE, VICE]
