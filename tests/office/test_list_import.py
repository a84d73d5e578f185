"""Lists from Excel files as people send them: the same thing again, from elsewhere, by another day, with its dated nodes."""

from __future__ import annotations

import shutil
from datetime import date

import pytest

from db.item_lines import Filter
from office.listing.item_card import item_card
from office.listing.items import enter
from office.listing.list_import import check_list, import_list
from office.listing.list_workbook import list_workbook
from office.refusal import Refused
from office.sheets.workbook_file import read_file
from scoring.commitment import Kind, Origin
from tests import make_list
from tests.office.test_follow_up import filled
from tests.office.test_items import OFFICE, problem

TODAY = date(2026, 4, 23)
ROW = {"类别": "问题", "内容": "堵点", "责任单位": "A县", "来源": "督查发现", "期限": "2026-06-30"}


@pytest.fixture
def url(sqlite_with_tables, tmp_path):
    shutil.copyfile(sqlite_with_tables, tmp_path / "leitai.db")
    return f"sqlite:///{tmp_path / 'leitai.db'}"


@pytest.fixture
def made(house) -> make_list.List:
    return make_list.of(house)


def card(made, number: str):
    return item_card(made.house.database, number, who=OFFICE, at=made.house.clock())


def brought(made, *rows: dict[str, str]) -> tuple[str, ...]:
    return import_list(made.house.database, filled(*rows), who=OFFICE, at=made.house.clock())


def test_the_same_target_by_another_day_is_another_item_and_the_same_row_twice_is_one(made):
    next_year = {**ROW, "期限": "2027-06-30"}
    found = check_list(made.house.database, filled(ROW, next_year, ROW), today=TODAY)

    assert (len(found.new), found.known, found.sentence) == (2, 0, "可以列入2项。")
    assert found.notes[0].startswith("第4行与文件里前面的一行相同") and found.notes[1].startswith("第3行与另一项内容相同、期限不同")
    assert len(brought(made, ROW, next_year, ROW)) == 2 and brought(made, ROW, next_year, ROW) == ()


def test_hard_case_53_what_an_inspection_found_again_is_linked_to_the_item_that_is_there_once(made):
    row = {**ROW, "类别": "承诺", "内容": "6月底前打通断头路1条", "来源": "督查发现", "来源说明": "第三督查组"}
    found = check_list(made.house.database, filled(row), today=TODAY)

    assert (found.new, found.known, found.linked[0][0]) == ((), 1, made.numbers[1])
    assert found.sentence == "可以列入0项，1项清单里已经有，不再重复，其中1项关联新的来源。"
    assert brought(made, row) == () and brought(made, row) == ()
    item = card(made, made.numbers[1]).item
    assert [(one.origin, one.ref) for one in item.sources] == [(Origin.DECLARED, ""), (Origin.INSPECTION, "第三督查组")]


def test_hard_case_53_the_same_thing_entered_by_hand_is_sent_to_the_item_that_is_there(made):
    again = problem(text="堵点 ")
    number = enter(made.house.database, again, who=OFFICE, at=made.house.clock())
    with pytest.raises(Refused, match=f"已经有{number}.*关联来源"):
        enter(made.house.database, again, who=OFFICE, at=made.house.clock())
    made.happen(number, Kind.WITHDRAWN, text="重提")
    assert enter(made.house.database, again, who=OFFICE, at=made.house.clock()) != number


@pytest.mark.parametrize(("change", "column"), [
    ({"列入日期": "2026-05-01"}, "列入日期"), ({"开始日期": "2026-07-01"}, "开始日期"), ({"所属编号": "没有这项"}, "所属编号"),
    ({"编号": "X-1", "所属编号": "X-1"}, "所属编号"), ({"时间节点": "2026-03-31 结顶\n下半年验收"}, "时间节点")])
def test_days_and_numbers_that_cannot_be_are_faults_of_their_cells(made, change, column):
    found = check_list(made.house.database, filled({**ROW, **change}), today=TODAY)
    assert [one.row for one in found.faults] == [2] and column in found.faults[0].column


def test_a_source_has_one_name_everywhere_and_the_other_one_is_understood(made):
    (number,) = brought(made, ROW)
    again = {**ROW, "来源": "督查交办"}

    assert [one.kind.words for one in card(made, number).sources] == ["督查交办"] == [Origin.INSPECTION.words]
    assert check_list(made.house.database, filled(again), today=TODAY).sentence == "可以列入0项，1项清单里已经有，不再重复。"


def test_a_measure_belongs_to_a_shortcoming_of_the_same_file(made):
    numbers = brought(made, {**ROW, "编号": "D-1"}, {**ROW, "编号": "J-1", "类别": "举措", "内容": "倒排工期", "所属编号": "D-1"})
    assert numbers == ("D-1", "J-1") and [one.number for one in card(made, "D-1").belonging] == ["J-1"]


def test_dated_nodes_come_in_from_a_cell_and_go_out_again(made):
    (number,) = brought(made, {**ROW, "时间节点": "2026年5月31日前：主体结顶\n2026－04－30 基础完工"})
    out = list_workbook(made.house.database, Filter(text=number), as_of=TODAY)

    assert [(one.milestone.due, one.milestone.text) for one in card(made, number).nodes] == [
        (date(2026, 4, 30), "基础完工"), (date(2026, 5, 31), "主体结顶")]
    assert "2026-04-30 基础完工\n2026-05-31 主体结顶" in [cell.text for cell in read_file(out)[0].rows[2].values()]
    assert check_list(made.house.database, out, today=TODAY).sentence == "可以列入0项，1项清单里已经有，不再重复。"


@pytest.mark.parametrize("number", ["2026/007", "温政督\\3号", "..", "2026..7", "."])
def test_a_number_that_no_address_can_hold_is_refused_by_hand_and_from_a_file(made, number):
    with pytest.raises(Refused, match="里有斜杠或连着的点"):
        enter(made.house.database, problem(number=number), who=OFFICE, at=made.house.clock())
    found = check_list(made.house.database, filled({**ROW, "编号": number}), today=TODAY)

    assert [(one.row, "请改用短横线" in one.said) for one in found.faults] == [(2, True)] and found.new == ()


def test_a_number_of_before_that_rule_comes_in_again_and_one_with_a_single_dot_is_a_number(made):
    made.enter("small-A", "旧编号的一项", number="2025/007")
    again = check_list(made.house.database, list_workbook(made.house.database, Filter(), as_of=TODAY), today=TODAY)

    assert (again.new, again.known, again.faults) == ((), 4, ())
    assert enter(made.house.database, problem(number="2026.7"), who=OFFICE, at=made.house.clock()) == "2026.7"
