"""预检: what is red before the doors open; who does not score whom."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import date

import pytest

from db.values import Commitment, Declaration, Shortcoming
from hall.moment.readiness import GroupReady, readiness_of
from hall.preflight import RecusalLine, is_complete, owes, preflight, recusals
from hall.stage import agenda
from office.prints import badges
from office.refusal import Refused
from office.sitting import sittings
from tests import make
from tests.kinds import one_kind

FULL = Declaration(shortcomings=tuple(
    Shortcoming(text=f"不足{n}", measures=("措施",),
                commitments=(Commitment(text="承诺", owner="局长", deadline=date(2026, 6, 30)),)) for n in range(3)))


def lines(house, key="small"):
    house.live.refresh()
    return {line.topic: (line.ok, line.words) for line in preflight(house.live.at(key))}


def test_a_sitting_that_is_ready_is_green_all_over(house):
    make.sitting(house, make.plan(declarations={key: FULL for key in ("U1", "U2", "U3")}))
    house.live._public_url = "http://192.168.1.20:8501"
    sittings.check_in(house.database, "small", "L1", True, by="host", at=make.START)

    assert lines(house) == {
        "评分办法": (True, "第1版，首次开始打分时锁定"), "议程": (True, "3家"),
        "评委席位": (True, "市领导4席，社会各界代表4席"), "胸牌": (True, "8席都有胸牌"),
        "手机访问地址": (True, "http://192.168.1.20:8501"), "单位填报": (True, "都已填齐"),
    }


def test_who_is_only_scored_and_not_ranked_is_named_before_the_doors_open(house):
    hall = make.sitting(house)
    agenda.list_apart(house.database, hall.key, "U2", reason="刚成立", by="host", at=make.START)

    assert lines(house)["议程"] == (True, "3家，1家只打分不排名（B县）")


def test_an_empty_sitting_is_red_where_something_is_missing(house):
    sittings.load(house.database, make.plan(units=0, leaders=0, public=0, declarations={}), by="host", at=make.START)
    house.live._public_url = ""

    assert {topic: words for topic, (ok, words) in lines(house).items() if not ok} == {
        "议程": "还没有单位", "评委席位": "市领导还没有席位；社会各界代表还没有席位", "胸牌": "先设席位，再制发",
        "手机访问地址": "还没有设置", "单位填报": "先列议程",
    }


def test_seats_without_badge_a_local_address_and_unfinished_declarations_are_red(house):
    hall = make.sitting(house)
    badges.stop_badge(house.database, "small", "L2", by="host", at=make.START)
    hall.open("U1")

    found = lines(house)

    assert found["评分办法"] == (True, "第1版，已锁定")
    assert found["胸牌"] == (False, "1席没有胸牌：L2")
    assert found["手机访问地址"] == (False, "http://127.0.0.1:8501 只有本机能打开，手机打不开")
    assert found["单位填报"] == (False, "未填齐：A县、B县、C县")


@one_kind
def test_too_few_seats_for_the_quorum_are_red(house):
    rule = make.RULE.replace('weight = "60%"', 'weight = "60%"\nquorum_ballots = 5')
    make.sitting(house, make.plan(rule=rule))

    assert lines(house)["评委席位"] == (False, "市领导4席，规定至少5张有效票")


def test_recusals_by_own_unit_and_as_entered_stand_side_by_side(house):
    make.sitting(house)
    sittings.recuse(house.database, "small", "L1", "U2", "联系该县", by="host", at=make.START)
    house.live.refresh()

    assert recusals(house.live.at("small")) == (
        RecusalLine(seat="L4", judge="市领导4席", target="U1", target_name="A县", reason="本单位", entered=False),
        RecusalLine(seat="L1", judge="市领导1席", target="U2", target_name="B县", reason="联系该县", entered=True),
    )


def test_complete_means_three_each_with_measures_and_a_commitment():
    assert is_complete(FULL)
    assert not is_complete(Declaration(shortcomings=FULL.shortcomings[:2]))
    assert not is_complete(Declaration(shortcomings=(*FULL.shortcomings[:2], Shortcoming(text="空"))))


@one_kind
def test_a_project_owes_an_answer_to_what_it_admits_and_nothing_else(house):
    """A unit admits three; a project on its way may have no trouble at all, a unit that only is scored says nothing."""
    two = Declaration(shortcomings=FULL.shortcomings[:2])
    bare = Declaration(shortcomings=(Shortcoming(text="还没有开工"),))
    plan = make.plan(units=3, declarations={"U1": two, "U2": two, "U3": bare})
    units = plan.targets
    sittings.load(house.database, replace(plan, key="units"), by="host", at=house.clock())
    sittings.load(house.database, replace(plan, key="projects", targets=tuple(
        replace(one, name=f"{one.name}的项目") for one in units)), by="host", at=house.clock())
    sittings.load(house.database, replace(plan, key="written", targets=tuple(
        replace(one, speaks=False) for one in units)), by="host", at=house.clock())
    house.live.refresh()

    assert {key: [owes(one) for one in house.live.at(key).targets] for key in ("units", "projects", "written")} == {
        "units": [True, True, True], "projects": [False, False, True], "written": [False, False, False]}


@one_kind
def test_a_secret_seat_whose_paper_of_all_would_lack_what_nobody_elses_lacks_is_amber(house):
    plan = make.plan(units=4, public=6, ballot_mode="all")
    apart = tuple(replace(seat, unit=f"{plan.key}-A" if seat.code == "P2" else "") for seat in plan.seats)
    three = tuple(replace(seat, unit=f"{plan.key}-A" if seat.code in ("P1", "P2", "P3") else "") for seat in plan.seats)
    for key, changes in {"apart": {"seats": apart}, "three": {"seats": three}, "alike": {},
                         "each": {"seats": apart, "ballot_mode": "each"}}.items():
        sittings.load(house.database, replace(plan, key=key, **changes), by="host", at=house.clock())
    house.live.refresh()

    found = {key: [(line.words[:8], line.ok, line.warns) for line in preflight(house.live.at(key)) if line.topic == "无记名"]
             for key in ("apart", "three", "alike", "each")}

    assert found == {"apart": [("P2要回避的与同", True, True)], "three": [], "alike": [], "each": []}


@one_kind
def test_a_secret_group_of_one_is_red_and_no_rule_may_make_one(house):
    alone = make.plan(public=1)
    sittings.load(house.database, replace(alone, key="alone"), by="host", at=house.clock())
    house.live.refresh()
    found = {line.topic: (line.ok, line.words) for line in preflight(house.live.at("alone"))}

    assert found["评委席位"] == (False, "社会各界代表无记名却只有1席，谁投的一看便知")
    with pytest.raises(Refused, match="无记名等于实名"):
        sittings.put_rule(house.database, "alone", make.RULE.replace("version = 1", "version = 2"), by="host",
                          at=house.clock())


@one_kind
@pytest.mark.parametrize(("good", "shape"), [(0, "▲"), (3, "▲"), (7, "▲"), (8, "●")])
def test_phones_are_amber_below_nine_tenths_and_never_red(house, good, shape):
    make.sitting(house)
    ready = (GroupReady(key="leaders", name="市领导", ready=min(good, 4), seats=4, troubles=("■ 市领导4席：…",)),
             GroupReady(key="public", name="代表", ready=max(0, good - 4), seats=4, troubles=()))
    line = preflight(house.live.at("small"), ready)[-1]

    assert (line.topic, line.ok, "▲" if line.warns else "●", line.todo) == ("手机就绪", True, shape, "")
    assert line.words.startswith(f"{good}／8部已自检并就绪，1部有问题，名单在主持台")
    assert ("请评委扫胸牌" in line.words) == line.warns


@one_kind
def test_no_line_about_phones_where_there_is_no_seat(house):
    sittings.load(house.database, make.plan(units=0, leaders=0, public=0, declarations={}), by="host", at=make.START)
    house.live.refresh()
    snapshot = house.live.at("small")

    assert preflight(snapshot, readiness_of(snapshot, {})) == preflight(snapshot)


@one_kind
def test_a_machine_that_cannot_hold_every_phone_is_red(house: make.House) -> None:
    make.sitting(house)
    snapshot = house.live.at("small")
    assert snapshot is not None

    line = next(one for one in preflight(snapshot, room=7) if one.topic == "同时在线")
    assert not line.ok and "7部" in line.words and "8个" in line.words
    assert all(one.topic != "同时在线" for room in (8, None) for one in preflight(snapshot, room=room))


def test_the_server_asks_for_room_for_every_phone() -> None:
    """A process that starts with 300 open files holds thousands of phones, where the system lets it."""
    code = ("import resource; hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]; "
            "resource.setrlimit(resource.RLIMIT_NOFILE, (300, hard)); "
            "from hall.moment.limits import *; allow_many_phones(); print(phones_at_once(), hard)")
    held, hard = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert held == "None" or int(held) >= min(65_536, int(hard) if int(hard) > 0 else 65_536) - 200


@one_kind
def test_a_unit_that_a_whole_group_may_not_score_is_red_and_routes_say_how_many_saw_what(house):
    plan = make.plan()
    routes = {"U1": "第一线路", "U2": "第二线路"}
    make.sitting(house, replace(
        plan, targets=tuple(replace(one, route=routes.get(one.key, ""), speaks=one.key != "U3") for one in plan.targets),
        seats=tuple(replace(one, route="第一线路" if one.group == "leaders" or one.code == "P1" else "") for one in plan.seats)))

    found = lines(house)

    assert found["没有人可以打分"] == (False, "全组都要回避或没有看过：B县（市领导）")
    assert found["观摩线路"] == (True, "第一线路1个项目8席能评，第二线路1个项目3席能评；社会各界代表第一线路只有1席，"
                                     "能看数据库的人从无记名票打了哪些项目认得出是谁")
    assert found["议程"] == (True, "3家，其中1家不上台只参加测评")
    assert found["单位填报"] == (False, "未填齐：A县、B县")
