"""承诺清单 as a page shows it: counts with numerator, denominator and date; filters; the Excel file, out and in again."""

from __future__ import annotations

import shutil
from datetime import date

import pytest

from db.item_lines import Filter
from db.item_values import ItemKind, NewItem, Source, SourceKind
from db.values import Commitment, Declaration, Shortcoming
from office.listing.follow_up import A_PAGE, address_of, choices, filter_of, follow_up
from office.listing.items import enter
from office.listing.list_form import COLUMNS, SHEET, list_template
from office.listing.list_import import check_list, enter_all, import_list
from office.listing.list_workbook import list_workbook
from office.listing.wall_chart import chart
from office.refusal import NotAllowed, Refused
from office.sheets.workbook_file import read_file
from office.sheets.workbook_writing import PlainSheet, write_sheets
from scoring.commitment import Kind
from scoring.lights import Light
from tests import make, make_list
from tests.office.test_items import LIAISON, OFFICE

DAY = date(2026, 6, 25)


@pytest.fixture
def url(sqlite_with_tables, tmp_path):
    shutil.copyfile(sqlite_with_tables, tmp_path / "leitai.db")
    return f"sqlite:///{tmp_path / 'leitai.db'}"


@pytest.fixture
def published(house):
    def promised(*deadlines: str) -> Declaration:
        return Declaration(shortcomings=(Shortcoming(text="开工慢", gap="61%", goal="90%", measures=("倒排", "会商"),
                                                     commitments=tuple(
            Commitment(text=f"承诺{n}", owner="分管副县长", deadline=date.fromisoformat(due), amount="90", amount_unit="%")
            for n, due in enumerate(deadlines, 1))),))

    hall = make.sitting(house, make.plan(declarations={
        "U1": promised("2026-12-31", "2026-03-01"), "U2": promised("2026-06-30")}))
    for target, mark in (("U1", 90), ("U2", 80), ("U3", 70)):
        hall.open(target)
        hall.everybody(mark)
        hall.close()
    hall.publish()
    return hall


def listed(hall: make.Hall, **wanted: str):
    return follow_up(hall.house.database, Filter(**wanted), as_of=DAY)


def test_the_most_urgent_comes_first_and_the_counts_add_up(published):
    found = listed(published)

    assert [(one.number, one.unit_name, one.light) for one in found.items] == [
        ("2026Q1-002", "A县", "overdue"), ("2026Q1-003", "B县", "due_soon"), ("2026Q1-001", "A县", "unknown")]
    assert [(one.light, one.words) for one in found.counts if one.n] == [
        (Light.OVERDUE, "1 / 3 项，33.3%"), (Light.DUE_SOON, "1 / 3 项，33.3%"), (Light.UNKNOWN, "1 / 3 项，33.3%")]
    assert sum(one.n for one in found.counts) == found.total == 3
    assert found.sentence == "共3项，已办结0项（0.0%），1项已逾期，1项将到期（截至2026-06-25）。"
    assert choices(published.house.database).notes == ("示例数据",)


def test_every_kind_has_a_rate_of_its_own_with_its_own_numerator_and_denominator(published):
    made = make_list.List(house=published.house)
    for text, kind in (("短板一", ItemKind.SHORTCOMING), ("措施一", ItemKind.MEASURE), ("措施二", ItemKind.MEASURE)):
        made.enter("small-A", text, kind=kind, deadline=date(2026, 7, 31))
    done = made.numbers[1]
    made.happen(done, Kind.ACCEPTED, unit="small-A")
    made.strike_off(done)
    found = listed(published)

    assert found.sentence == ("共6项（截至2026-06-25）：承诺3项，已办结0项（0.0%）；短板1项，已办结0项（0.0%）；"
                              "举措2项，已办结1项（50.0%）；1项已逾期；1项将到期。")
    assert [(kind, rate.numerator, rate.denominator, rate.as_of) for kind, rate in found.counted.closed] == [
        (ItemKind.COMMITMENT, 0, 3, DAY), (ItemKind.SHORTCOMING, 0, 1, DAY), (ItemKind.MEASURE, 1, 2, DAY)]
    assert {one.light: one.words for one in found.counts if one.n} == {
        Light.OVERDUE: "承诺1", Light.DUE_SOON: "承诺1", Light.UNKNOWN: "承诺1、短板1、举措1", Light.DONE: "举措1"}
    assert listed(published, kind="measure").sentence == "共2项，已办结1项（50.0%）（截至2026-06-25）。"
    assert chart(published.house.database, Filter(), today=DAY).sentence == found.sentence


def test_a_filter_by_unit_changes_the_denominator_and_a_light_does_not(published):
    assert (listed(published, unit="small-A").total, listed(published, light="overdue").total) == (2, 3)
    assert [one.number for one in listed(published, light="overdue").items] == ["2026Q1-002"]
    assert [one.number for one in listed(published, month="2026-06", source="declared", text="承诺1").items] == ["2026Q1-003"]
    assert listed(published, period="1999Q1").sentence == "没有符合条件的事项，请放宽筛选。"


def test_a_view_is_sent_to_somebody_as_an_address():
    wanted = Filter(unit="small-A", light="overdue", text="承诺")

    assert filter_of({**address_of(wanted), "day": "2026-01-01", "n": "7"}) == wanted


def test_a_long_list_comes_a_page_at_a_time(published):
    enter_all(published.house.database, [
        NewItem(kind=ItemKind.PROBLEM, text=f"问题{n}", unit="small-A", listed_on=DAY, source=Source(kind=SourceKind.INSPECTION))
        for n in range(A_PAGE + 5)], by="office", at=published.now)
    first, last = (follow_up(published.house.database, Filter(), as_of=DAY, page=n) for n in (1, 99))

    assert (len(first.items), first.pages, len(last.items), last.page) == (A_PAGE, 2, 8, 2)
    assert not {one.number for one in first.items} & {one.number for one in last.items}


def test_the_file_taken_away_comes_in_again_and_adds_nothing(published, tmp_path, sqlite_with_tables):
    data = list_workbook(published.house.database, Filter(), as_of=DAY)
    sheet = read_file(data)[0]
    head = {cell.text.rstrip("*"): column for column, cell in sheet.rows[1].items()}
    again = check_list(published.house.database, data, today=DAY)

    assert list(head) == [one.name for one in COLUMNS]
    assert [sheet.rows[2][head[name]].text for name in ("编号", "责任单位", "措施", "目标值", "期限", "状态灯")] == [
        "2026Q1-002", "A县", "倒排\n会商", "90", "2026-03-01", "已逾期"]
    assert (again.new, again.known, again.faults) == ((), 3, ())
    assert import_list(published.house.database, data, who=OFFICE, at=published.now) == ()


def test_a_list_from_elsewhere_is_entered_as_it_was_written(published):
    database = published.house.database
    row = {"编号": "难题-007", "类别": "难题", "内容": "用地指标", "责任单位": "B县", "配合单位": "A县、C县", "联系领导": "分管副市长",
           "目标值": "12", "计量单位": "亩", "期限": "2026年9月30日", "列入日期": "2026-04-01", "来源": "专项行动",
           "措施": "调剂\n报批"}
    data = filled(row)
    numbers = import_list(database, data, who=OFFICE, at=published.now)
    line = follow_up(database, Filter(text="难题-007"), as_of=DAY).items[0]

    assert numbers == ("难题-007",)
    assert (line.kind, line.unit, line.amount, line.deadline, line.listed_on, line.measures, line.contact_leader) == (
        ItemKind.DIFFICULTY, "small-B", "12亩", date(2026, 9, 30), date(2026, 4, 1), ("调剂", "报批"), "分管副市长")
    assert import_list(database, data, who=OFFICE, at=published.now) == ()


@pytest.mark.parametrize(("change", "column", "said"), [
    ({"责任单位": "Z县"}, "责任单位", "单位库里没有“Z县”"), ({"期限": "月底"}, "期限", "不是日期"), ({"类别": "事"}, "类别", "不认识"),
    ({"内容": ""}, "内容", "没有填内容"), ({"目标值": "九成"}, "", "不是数")])
def test_every_fault_says_row_column_and_cure_and_nothing_is_entered(published, change, column, said):
    data = filled({"类别": "问题", "内容": "堵点", "责任单位": "A县", "来源": "督查发现", **change})
    found = check_list(published.house.database, data, today=DAY)

    assert [(one.sheet, one.row) for one in found.faults] == [(SHEET, 2)]
    assert column in found.faults[0].column and said in found.faults[0].said and found.faults[0].cure
    with pytest.raises(Refused, match=f"“{SHEET}”第2行"):
        import_list(published.house.database, data, who=OFFICE, at=published.now)
    assert listed(published).total == 3


def test_numbers_that_meet_and_days_beyond_the_calendar_break_nothing(published):
    row = {"类别": "问题", "责任单位": "A县", "来源": "督查发现"}
    data = filled({**row, "内容": "自动编号"}, {**row, "内容": "写法不同", "编号": "2026Q1-1"},
                  {**row, "内容": "会碰上", "编号": "2026-001"})

    assert import_list(published.house.database, data, who=OFFICE, at=published.now) == ("2026Q1-1", "2026-001", "2026-002")
    assert import_list(published.house.database, data, who=OFFICE, at=published.now) == ()
    far = check_list(published.house.database, filled({**row, "内容": "太远", "期限": "9999-12-31"}), today=DAY)
    assert "不在2000年到2099年之间" in far.faults[0].said


def test_only_the_office_imports_and_the_template_holds_one_example(published):
    with pytest.raises(NotAllowed):
        import_list(published.house.database, list_template(), who=LIAISON, at=published.now)
    found = check_list(published.house.database, list_template(), today=DAY)
    assert (found.new, found.faults, found.notes) == ((), (), ("“清单”有1行示例，没有读取",))


def test_what_is_entered_by_hand_is_found_by_its_text(published):
    enter(published.house.database, NewItem(kind=ItemKind.TASK, text="100%回访", unit="small-C", listed_on=DAY,
                                            source=Source(kind=SourceKind.COMMENT)), who=OFFICE, at=published.now)
    assert [one.text for one in listed(published, text="100%").items] == ["100%回访"]


def filled(*rows: dict[str, str]) -> bytes:
    head = tuple(dict.fromkeys(name for row in rows for name in row))
    return write_sheets((PlainSheet(name=SHEET, head=head, rows=tuple(tuple(row.get(name, "") for name in head) for row in rows),
                                    widths=(12,) * len(head)),))
