"""Put off and taken back: what goes along to the supplementary sitting, what comes back, and who comes too late."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from db.reads import items as item_reads
from db.reads import sittings as reads
from db.reads import stage_talk
from db.values import Commitment, Declaration, Shortcoming, Sitting, Staff
from hall import errands
from hall.moment.extra import key_of, made_of
from hall.moment.status import status_of
from hall.outcome import results
from hall.stage import agenda, overtime, questioning, rounds
from office.listing import items
from office.local_time import day
from office.people import Role
from office.refusal import Refused
from office.sheets.workbook_import import look_through
from office.sitting import mending, sittings
from office.sitting.plan import PlannedTarget
from tests import make
from tests.hall.test_seating import RANKING
from tests.office.test_items import OFFICE
from tests.office.test_workbook import book

PARTS = make.RULE.replace("[trim]", '''[[components]]
key = "evaluation"
weight = "80%"
max = "100"
[[components]]
key = "指标"
weight = "20%"
max = "100"
[[deductions]]
key = "overtime"
name = "超时"
points = "-1"
[trim]''')


def postpone(hall: make.Hall, target: str, **more: Any) -> str:
    made = agenda.postpone(hall.house.database, hall.key, target, reason="在外地抢险", by="host", at=hall.now, **more)
    hall.house.live.refresh()
    return made.sitting


def take_back(hall: make.Hall, target: str) -> None:
    agenda.take_back(hall.house.database, hall.key, target, by="host", at=hall.now)
    hall.house.live.refresh()


def add(hall: make.Hall, key: str = "U9") -> None:
    one = PlannedTarget(key=key, name="新增", unit=f"{hall.key}-A", presenter="", ranking_group="", ranked=True)
    sittings.add_targets(hall.house.database, hall.key, [one], by="host", at=hall.now)


def promised(words: str) -> Declaration:
    return Declaration(shortcomings=(Shortcoming(
        text="项目开工慢", gap="", goal="", measures=(),
        commitments=(Commitment(text=words, owner="分管副县长", deadline=date(2026, 7, 31), amount="", amount_unit=""),)),))


def state(words: str, house: make.House, sitting: str, target: str = "U3") -> None:
    sittings.put_declaration(house.database, sitting, target, promised(words), by="unit", at=house.clock())


def held(house: make.House, key: str) -> Sitting:
    with house.database.reading() as c:
        found = reads.sitting(c, key)
    assert found is not None
    return found


# -- who comes too late --------------------------------------------------------------------------------------


def test_no_unit_comes_into_a_ranking_once_its_papers_are_out_and_the_ranking_stands(house: make.House) -> None:
    hall = make.sitting(house, make.plan(units=4, ballot_mode="all", rule=RANKING))
    postpone(hall, "U4")
    new_row = book(单位=[("U9", "新增县", "", "县")])

    opened = hall.open("U1", "U2", "U3")
    for refused in (lambda: take_back(hall, "U4"), lambda: add(hall)):
        with pytest.raises(Refused, match=r"排序票.*已经开始打分，不能再加单位.*请先作废那一轮"):
            refused()
    for code in ("L1", "L2", "L3", "P1", "P2", "P3"):
        hall.cast(code, form={"m.U1": "1", "m.U2": "2", "m.U3": "3"})
    hall.close()
    for refused in (lambda: take_back(hall, "U4"), lambda: add(hall)):
        with pytest.raises(Refused, match="请先作废那一轮"):
            refused()
    seen = look_through(house.database, hall.key, new_row)
    assert [(one.sheet, one.row, one.column) for one in seen.faults] == [("单位", 2, "B（名称）")] and not seen.changes
    assert results.standing(house.database, hall.key).result["order"] == ["U1", "U2", "U3"]

    hall.void(opened)
    take_back(hall, "U4")
    assert not look_through(house.database, hall.key, new_row).faults
    hall.open("U1", "U2", "U3", "U4")


def test_after_the_publication_of_a_ranking_a_new_unit_is_told_to_come_next_time(house: make.House) -> None:
    hall = make.sitting(house, make.plan(ballot_mode="all", rule=RANKING))
    hall.open("U1", "U2", "U3")
    for code in ("L1", "L2", "L3", "P1", "P2", "P3"):
        hall.cast(code, form={"m.U1": "1", "m.U2": "2", "m.U3": "3"})
    hall.close()
    hall.publish(despite_warnings=True)

    with pytest.raises(Refused, match="已经公布成绩，不能再加单位。请列入下一场"):
        add(hall)


def test_a_unit_that_is_not_on_the_paper_for_all_comes_after_its_close(house: make.House) -> None:
    hall = make.sitting(house, make.plan(ballot_mode="all"))
    postpone(hall, "U3")
    hall.open("U1", "U2")
    for refused in (lambda: take_back(hall, "U3"), lambda: add(hall)):
        with pytest.raises(Refused, match="不在票上。请截止以后再加"):
            refused()
    hall.close()

    take_back(hall, "U3")
    hall.open("U3")
    assert status_of(house.database, hall.key)["targets"] == ["U3"]


# -- what goes along -----------------------------------------------------------------------------------------


def test_two_sittings_whose_long_keys_begin_alike_have_supplementary_sittings_of_their_own(house: make.House) -> None:
    stem = "k" * 58
    one, other = (make.sitting(house, make.plan(stem + n)) for n in "12")
    plain = make.sitting(house)

    keys = [postpone(hall, "U2") for hall in (one, other, plain)]

    assert len(set(keys)) == 3 and max(map(len, keys)) <= 60 and keys[2] == "small-buchang1"
    known = [one.key, other.key, plain.key]
    assert [made_of(key, known) for key in keys] == known
    assert key_of("k" * 51, 1) == "k" * 51 + "-buchang1" and made_of("small", known) is None
    listed = [each.key for each in house.live.sittings()]
    assert all(listed.index(key) == listed.index(of) + 1 for key, of in zip(keys, known, strict=True))


def test_a_promise_that_is_edited_for_the_supplementary_sitting_is_listed_once(house: make.House) -> None:
    hall = make.sitting(house)
    there = postpone(hall, "U3")
    state("开工率到95%", house, there)
    with pytest.raises(Refused, match="没有还没列入清单的承诺"):
        items.list_promises(house.database, hall.key, "U3", who=OFFICE, at=hall.now)
    for target in ("U1", "U2"):
        hall.open(target)
        hall.everybody(80)
        hall.close()
    hall.publish()
    extra = make.Hall(house=house, key=there)
    extra.badge()
    extra.open("U3")
    extra.everybody(90)
    extra.close()
    extra.publish()

    with house.database.reading() as c:
        mine = item_reads.page(c, item_reads.Filter(unit="small-C"), day(hall.now))
    assert [one.text for one in mine] == ["开工率到95%"]


def test_overtime_stays_where_it_happened_and_is_not_booked_for_who_is_put_off(house: make.House) -> None:
    hall = make.sitting(house, make.plan(rule=PARTS, components=(("U3", "指标", "80"),)))
    overtime.book(house.database, hall.key, "U3", 1, seen=0, by="host", at=hall.now)
    there = postpone(hall, "U3")

    with house.database.reading() as c:
        assert reads.components(c, held(house, there).id) == (("U3", "指标", "80"),)
        assert ("U3", "overtime", "1") in reads.components(c, held(house, hall.key).id)
    with pytest.raises(Refused, match="C县已延到补场"):
        overtime.book(house.database, hall.key, "U3", 2, seen=1, by="host", at=hall.now)


# -- what comes back -----------------------------------------------------------------------------------------


def test_what_was_prepared_for_the_supplementary_sitting_comes_back_with_the_unit(house: make.House) -> None:
    hall = make.sitting(house, make.plan(rule=PARTS, components=(("U3", "指标", "80"),)))
    database, plainly = house.database, {"by": "host", "at": hall.now}
    questioning.type_in(database, hall.key, "U3", asker="市长", group="", text="何时开工？", **plainly)
    there = postpone(hall, "U3")
    state("开工率到95%", house, there)
    mending.put_components(database, there, {("U3", "指标"): "85", ("U3", "overtime"): "2"}, **plainly)
    mending.change_target(database, there, "U3", name="C县", presenter="县长", ranking_group="", ranked=False, **plainly)
    sittings.recuse(database, there, "L1", "U3", "亲属", **plainly)
    questioning.type_in(database, there, "U3", asker="市长", group="", text="钱从哪里来？", **plainly)

    take_back(hall, "U3")

    here, there_now = held(house, hall.key), held(house, there)
    with database.reading() as c:
        assert reads.declarations(c, here.id)["U3"] == promised("开工率到95%")
        assert reads.components(c, here.id) == (("U3", "指标", "85"),)
        assert [one.presenter for one in reads.targets(c, here.id)] == ["县委书记", "县委书记", "县长"]
        seats = {seat.id: seat.code for seat in reads.seats(c, here.id)}
        assert {(seats[seat], key): why for (seat, key), why in reads.recusals(c, here.id).items()} == {("L1", "U3"): "亲属"}
        assert [(one.target, one.text) for one in stage_talk.questions(c, here.id)] == [
            ("U3", "何时开工？"), ("U3", "钱从哪里来？")]
        assert reads.targets(c, there_now.id) == () and stage_talk.questions(c, there_now.id) == ()
    assert postpone(hall, "U3") == there


def test_promises_that_are_on_the_list_stay_as_they_are_listed(house: make.House) -> None:
    hall = make.sitting(house)
    items.list_promises(house.database, hall.key, "U3", who=OFFICE, at=hall.now)
    there = postpone(hall, "U3")
    state("开工率到95%", house, there)
    take_back(hall, "U3")

    with house.database.reading() as c:
        stated = reads.declarations(c, held(house, hall.key).id)["U3"]
    assert [(one.text, bool(one.number)) for one in stated.commitments] == [("开工率到90%", True)]


def test_who_has_an_item_or_was_on_stage_there_is_refused_in_the_words_that_are_true(house: make.House) -> None:
    hall = make.sitting(house)
    there = postpone(hall, "U3")
    items.list_promises(house.database, there, "U3", who=OFFICE, at=hall.now)
    with pytest.raises(Refused, match="C县在县区比拼现场（补场）已有事项列入清单，延期不能收回"):
        take_back(hall, "U3")

    rounds.show(house.database, there, "target", "U3", by="host", at=hall.now)
    with pytest.raises(Refused, match="C县已在县区比拼现场（补场）上场"):
        take_back(hall, "U3")


# -- on the home page ----------------------------------------------------------------------------------------


def test_a_supplementary_sitting_that_nobody_is_put_off_to_says_so_and_asks_for_nothing(house: make.House) -> None:
    hall = make.sitting(house)
    there = postpone(hall, "U3")
    host = Staff(id=1, name="host", title="", roles=frozenset({Role.HOST}), unit="", active=True, has_password=True)

    def errands_of(sitting: str) -> list[str]:
        snapshots = [found for one in house.live.sittings() if (found := house.live.at(one.key)) is not None]
        return [one.words for one in errands.errands(host, snapshots, (), date(2026, 4, 1)) if one.sitting == sitting]

    assert errands_of(there)
    take_back(hall, "U3")
    emptied = house.live.at(there)
    assert emptied is not None and errands_of(there) == []
    assert errands.standing_of(emptied) == (errands.Standing.PREPARING, "议程是空的，8个评委席位")


def test_who_is_put_off_is_neither_next_nor_missing_on_the_home_page(house: make.House) -> None:
    hall = make.sitting(house)
    postpone(hall, "U2")
    for target, standing in (("U1", "已打分1家，共2家"), ("U3", "全部打完，待公布")):
        hall.open(target)
        hall.everybody(80)
        hall.close()
        now = house.live.at(hall.key)
        assert now is not None and errands.standing_of(now)[1] == standing
        if target == "U1":
            host = Staff(id=1, name="host", title="", roles=frozenset({Role.HOST}), unit="", active=True, has_password=True)
            said = [one.words for one in errands.errands(host, [now], (), date(2026, 4, 1))]
            assert said == ["县区比拼现场 2026Q1：下一家是第2家 C县"]
