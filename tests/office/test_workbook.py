"""A workbook brought into a sitting: looked through, written once, and the same file again changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from db.reads import people as people_reads
from db.reads import stage_talk
from office.folders.folder import read_folder
from office.refusal import NotFound, Refused
from office.sheets.workbook_file import Cell, read_file
from office.sheets.workbook_form import COLUMNS, template
from office.sheets.workbook_import import bring_in, current_form, look_through
from office.sheets.workbook_writing import PlainSheet, write_sheets
from office.sitting import sittings
from office.sitting.plan import PlannedUnit
from office.sitting.preparation import prepared
from tests import make
from tests.kinds import one_kind

HERE = Path(__file__).resolve().parent
SAMPLES = HERE.parents[1] / "sample_sessions"


def book(**sheets: list[tuple[str, ...]]) -> bytes:
    """Rows under the heads of the template."""
    return write_sheets(tuple(
        PlainSheet(name=name, head=tuple(c.name for c in COLUMNS[name]), rows=tuple(rows), widths=()) for name, rows in
        sheets.items()))


def bring(house, data, *, good_rows_only=False, agreed=None):
    agreed = agreed or look_through(house.database, "small", data).agreed
    seen = bring_in(house.database, "small", data, name="名单.xlsx", agreed=agreed, good_rows_only=good_rows_only,
                    by="host", at=house.clock())
    house.live.refresh()
    return seen


def faults(house, data):
    return [(one.sheet, one.row, one.column, one.said) for one in look_through(house.database, "small", data).faults]


def held(house):
    with house.database.reading() as c:
        lines = people_reads.record(c)
    house.live.refresh()
    return prepared(house.database, "small"), house.live.at("small"), lines


def test_everything_of_a_sitting_comes_from_one_file_and_the_same_file_again_changes_nothing(house):
    sittings.load(house.database, make.plan(units=0, leaders=0, public=0, declarations={}), by="host", at=make.START)
    data = book(
        场次=[("日期", "2026年7月1日"), ("地点", "市人民大会堂"), ("打分秒数", "９０")],
        单位=[("", "鹿城区", "", "县", "", "区委书记"), ("", "市发改委", "", "部门", "", "主任", "", "否"),
            ("X1", "老城改造", "鹿城区", "", "", "副区长", "项目")],
        评委=[("L1", "市领导", "市委领导席", ""), ("007", "社会各界代表组", "代表", "鹿城区")],
        承诺=[("鹿城区", "1", "开工慢", "61%", "90%", "倒排\n会商", "开工率到90%", "副区长", "2026/6/30", "90", "%"),
            ("鹿城区", "1", "", "", "", "", "新开工12个", "局长", "2026.6.30", "12", "个"), ("鹿城区", "2", "办件慢")])

    seen = look_through(house.database, "small", data)
    assert seen.faults == () and len(seen.changes) == 11
    bring(house, data)

    one, snapshot, record = held(house)
    assert (one.sitting.held_on, one.sitting.place, one.sitting.seconds) == (date(2026, 7, 1), "市人民大会堂", 90)
    assert [(t.key, t.name, t.unit_name, t.presenter, t.ranking_group, t.ranked) for t in one.agenda] == [
        ("U01", "鹿城区", "鹿城区", "区委书记", "", True), ("U02", "市发改委", "市发改委", "主任", "", False),
        ("X1", "老城改造", "鹿城区", "副区长", "项目", True)]
    assert [(s.code, s.group, s.name) for s in snapshot.seats] == [("L1", "leaders", "市委领导席"), ("007", "public", "代表")]
    stated = snapshot.targets[0].declaration
    assert [(s.text, s.measures, len(s.commitments)) for s in stated.shortcomings] == [
        ("开工慢", ("倒排", "会商"), 2), ("办件慢", (), 0)]
    assert (record[0].action, record[0].actor, record[0].detail["count"]) == ("Excel导入", "host", 11)

    again = look_through(house.database, "small", data)
    assert (again.faults, again.changes) == ((), ())
    with pytest.raises(Refused, match="不用导入"):
        bring(house, data)
    assert len(held(house)[2]) == len(record)


def test_what_is_downloaded_comes_back_unchanged(house):
    make.sitting(house)

    seen = look_through(house.database, "small", current_form(house.database, "small"))

    assert (seen.faults, seen.changes, seen.unreadable) == ((), (), False)


@one_kind
def test_the_template_is_all_examples_and_changes_nothing(house):
    make.sitting(house)

    seen = look_through(house.database, "small", template(prepared(house.database, "small")))

    assert (seen.faults, seen.changes) == ((), ())
    assert seen.notes == tuple(f"“{name}”有{n}行示例，没有读取" for name, n in (
        ("单位", 2), ("评委", 2), ("承诺", 2), ("环节", 2), ("提问", 1)))


@one_kind
def test_every_fault_is_told_with_its_cell_and_nothing_is_written(house):
    make.sitting(house)
    data = book(
        场次=[("日期", "7月1日"), ("打分秒数", "九十"), ("主办", "市委办"), ("打分方式", "举手")],
        单位=[("U1", "A县"), ("U1", "A县"), ("U8", "B县"), ("", "新区"), ("坏 号", "D县", "", "县"), ("", "E县", "", "星球"),
            ("U3", "C县", "A县"), ("", "F县", "", "县", "没有的市"), ("U2", "B县", "", "", "", "", "", "也许")],
        评委=[("L1", "专家", ""), ("L2", "市领导", "", "没有的局"), ("", "市领导"), ("L3", "市领导"), ("L3", "市领导")],
        承诺=[("Z县", "1", "慢"), ("A县", "一", "慢"), ("B县", "1", "", "", "", "", "做到", "", "明年", "很多", ""),
            ("C县", "1", "慢", "", "", "", "做到", "局长", "2026-06-30", "", "家")])

    seen = look_through(house.database, "small", data)

    assert [(one.sheet, one.row, one.column) for one in seen.faults] == [
        ("场次", 2, "B（内容）"), ("场次", 3, "B（内容）"), ("场次", 4, "A（项目）"), ("场次", 5, "B（内容）"),
        ("单位", 3, "A（编号）"), ("单位", 4, "A（编号）"), ("单位", 5, "D（类别）"), ("单位", 6, "A（编号）"),
        ("单位", 7, "D（类别）"), ("单位", 8, "C（所属单位）"), ("单位", 9, "E（上级单位）"), ("单位", 10, "H（参加排名）"),
        ("评委", 2, "B（评委组）"), ("评委", 3, "D（本人单位）"), ("评委", 4, "A（席位编号）"), ("评委", 6, "A（席位编号）"),
        ("承诺", 2, "A（单位）"), ("承诺", 3, "B（不足序号）"), ("承诺", 4, "C（不足）"), ("承诺", 4, "H（责任人）"),
        ("承诺", 4, "I（期限）"), ("承诺", 4, "J（数量）"), ("承诺", 4, "K（数量单位）"), ("承诺", 5, "J（数量）")]
    assert all(one.said and one.cure and "第" in one.words for one in seen.faults)
    before = held(house)
    with pytest.raises(Refused, match="还有24处要改，没有导入任何内容"):
        bring(house, data)
    assert held(house)[2] == before[2] and held(house)[0] == before[0]


def test_the_good_rows_come_in_by_choice_and_the_others_are_named(house):
    make.sitting(house)
    data = book(单位=[("", "新区", "", "功能区"), ("", "坏县", "", "星球")],
                评委=[("L9", "市领导", "新席"), ("L8", "专家", "坏席"), ("P9", "社会各界代表", "", "坏县")])

    seen = bring(house, data, good_rows_only=True)

    one, snapshot, record = held(house)
    assert [t.name for t in one.agenda] == ["A县", "B县", "C县", "新区"]
    assert [s.code for s in snapshot.seats if s.code in ("L9", "L8", "P9")] == ["L9"]
    assert "坏县" not in {unit.name for unit in one.units}
    assert seen.left_out == (("单位", 3), ("评委", 3), ("评委", 4))
    assert record[0].detail["left_out"] == ["单位第3行", "评委第3行", "评委第4行"]


@one_kind
def test_one_bad_row_keeps_the_whole_declaration_of_its_unit_out(house):
    make.sitting(house)
    good = ("1", "新的不足", "", "", "", "做到", "局长", "2026-06-30")
    data = book(承诺=[("A县", *good), ("A县", "2", "又一条", "", "", "", "做到", "局长", "某日"), ("B县", *good)])

    seen = bring(house, data, good_rows_only=True)

    texts = [one.declaration.shortcomings[0].text for one in held(house)[1].targets]
    assert texts == ["项目开工慢", "新的不足", "项目开工慢"]
    assert seen.left_out == (("承诺", 2), ("承诺", 3))
    assert any("“A县”的承诺有行要改" in note and "第2行、第3行" in note for note in seen.notes)


def test_rows_are_the_order_of_the_agenda_until_balloting_begins(house):
    hall = make.sitting(house)
    turned = book(单位=[("U3", "C县"), ("U1", "A县")])
    bring(house, turned)
    assert [t.key for t in held(house)[0].agenda] == ["U3", "U2", "U1"]
    assert look_through(house.database, "small", turned).changes == ()

    bring(house, book(单位=[("U9", "D县", "", "县"), ("U3", "C县"), ("U8", "E县", "", "县")]))
    assert [t.key for t in held(house)[0].agenda] == ["U9", "U3", "U8", "U2", "U1"]
    bring(house, book(单位=[("U7", "F县", "", "县"), ("U6", "G县", "", "县")]))
    assert [t.key for t in held(house)[0].agenda] == ["U9", "U3", "U8", "U2", "U1", "U7", "U6"]

    hall.open("U3")
    seen = look_through(house.database, "small", book(单位=[("U1", "A县"), ("U2", "B县")]))

    assert (seen.faults, seen.changes) == ((), ())
    assert seen.notes == ("已经开始打分，“单位”表里的次序没有采用，请在主持台调整",)


def test_what_the_first_ballot_fixed_is_refused_in_words_and_a_person_may_still_change(house):
    hall = make.sitting(house)
    hall.open("U1")

    assert faults(house, book(
        场次=[("打分方式", "最后一张票打全部")],
        单位=[("U1", "A县", "", "", "", "县长"), ("U2", "B县", "", "", "", "", "甲组"), ("U3", "C县", "", "", "", "副县长")],
        评委=[("L1", "社会各界代表", "换组"), ("L2", "市领导", "换人"), ("P9", "社会各界代表", "新代表")])) == [
        ("场次", 2, "B（内容）", "已经开始打分，打分方式不能再改"),
        ("单位", 2, "", "A县已经打分，不能再改"),
        ("单位", 3, "G（排名组）", "已经开始打分，排名组和是否排名不能再改"),
        ("评委", 2, "B（评委组）", "已经开始打分，L1席的评委组、单位和线路不能再改，只能换人"),
        ("评委", 4, "", "正在打分，社会各界代表是无记名组，现在不能加席位")]
    bring(house, book(评委=[("L2", "市领导", "换人")]))
    assert next(s.name for s in held(house)[1].seats if s.code == "L2") == "换人"


def test_a_published_unit_keeps_what_it_stated(house):
    hall = make.sitting(house)
    for key in ("U1", "U2", "U3"):
        hall.open(key)
        hall.everybody()
        hall.close()
    hall.publish(despite_warnings=True)

    assert [one[3] for one in faults(house, book(承诺=[("A县", "1", "换一条")]))] == [
        "A县的成绩已公布或承诺已列入清单，填报不能再改"]
    unchanged = look_through(house.database, "small", current_form(house.database, "small"))
    assert (unchanged.faults, unchanged.changes) == ((), ())


@one_kind
def test_a_workbook_of_another_sitting_is_taken_in_no_part(house):
    make.sitting(house)
    sittings.load(house.database, replace(make.plan("other"), title="另一场"), by="host", at=make.START)
    data = current_form(house.database, "other")

    seen = look_through(house.database, "small", data)

    assert seen.unreadable and "这份表是场次“other”的" in seen.faults[0].said
    with pytest.raises(Refused, match="没有导入任何内容"):
        bring(house, data, good_rows_only=True)


def test_what_was_agreed_to_is_what_is_written_or_nothing(house):
    make.sitting(house)
    data = book(评委=[("L9", "市领导", "新席")])
    agreed = look_through(house.database, "small", data).agreed
    bring(house, data)

    with pytest.raises(Refused, match="刚才有变动"):
        bring(house, data, agreed=agreed)


@one_kind
def test_units_that_would_be_their_own_parents_are_refused(house):
    make.sitting(house)

    found = faults(house, book(单位=[("", "甲局", "", "部门", "乙局"), ("", "乙局", "", "部门", "甲局")]))

    assert [(row, said) for _sheet, row, _column, said in found] == [(2, "绕回了自己"), (3, "绕回了自己")]


def test_the_register_is_not_changed_behind_its_back(house):
    make.sitting(house)
    sittings.add_units(house.database, (PlannedUnit(key="city", name="某市", kind="county"),), by="host", at=make.START)

    assert [(column, said) for _s, _r, column, said in faults(house, book(
        单位=[("U1", "A县", "", "部门"), ("U2", "B县", "", "", "某市")]))] == [
        ("D（类别）", "单位库里“A县”是县（市、区）"), ("E（上级单位）", "和单位库里“B县”的上级单位不一样")]


@one_kind
def test_a_sitting_that_is_not_there_is_said(house):
    with pytest.raises(NotFound, match="没有场次"):
        look_through(house.database, "nowhere", book(评委=[("L9", "市领导", "新席")]))


@one_kind
def test_a_file_saved_by_another_program_is_read_as_a_person_sees_it(house):
    """Real dates, numbers stored as numbers, a percentage, a title merged over the head, a hidden row, a column 备注."""
    make.sitting(house)

    seen = look_through(house.database, "small", (HERE / "roster_by_openpyxl.xlsx").read_bytes())

    assert seen.faults == ()
    assert seen.changes == (("场次", 6, "日期改为“2026-05-01”"), ("场次", 10, "打分秒数改为“90”"),
                            ("评委", 3, "席位L1更正：姓名或职务改为“换人”"), ("评委", 11, "添加席位101（市领导）新席"))
    assert seen.notes == ("“评委”有1行被隐藏或筛掉，照样读取", "工作表“草稿”不是模板里的，没有读取")


def test_two_thousand_rows_come_in_whole(house):
    make.sitting(house)
    data = book(单位=[("", f"第{n}村", "", "乡镇") for n in range(400)],
                评委=[(f"S{n:05d}", "市领导", f"代表{n}", f"第{n % 400}村") for n in range(1_600)])

    bring(house, data)

    assert len(prepared(house.database, "small").agenda) == 403
    assert look_through(house.database, "small", data).changes == ()


@pytest.mark.parametrize("folder", sorted(one.name for one in SAMPLES.iterdir() if (one / "sitting.toml").exists()))
def test_every_sample_sitting_survives_the_journey_through_excel(house, folder):
    """Out as a workbook and back unchanged; and into a copy without roster it brings the same agenda, seats and words."""
    plan = read_folder(SAMPLES / folder)
    sittings.load(house.database, plan, by="test", at=make.START)
    data = current_form(house.database, plan.key)
    seen = look_through(house.database, plan.key, data)
    assert (seen.faults, seen.changes) == ((), ())

    empty = replace(plan, key="copy", targets=(), seats=(), recusals=(), components=(), declarations={}, questions=(),
                    segments=())
    sittings.load(house.database, empty, by="test", at=make.START)
    other = look_through(house.database, "copy", data)
    assert [one.said[:4] for one in other.faults] == ["这份表是"]

    again = book(**{sheet.name: [tuple(row.get(n, Cell("")).text for n in range(1, 12)) for n_row, row in sheet.rows.items()
                                 if n_row > 1] for sheet in read_file(data) if sheet.name in ("单位", "评委", "承诺", "环节", "提问")})
    agreed = look_through(house.database, "copy", again)
    assert agreed.faults == ()
    bring_in(house.database, "copy", again, name="x.xlsx", agreed=agreed.agreed, good_rows_only=False, by="host",
             at=make.START)
    house.live.refresh()
    old, new = house.live.at(plan.key), house.live.at("copy")
    assert [(t.key, t.name, t.unit, t.ranked, t.presenter, t.speaks, t.route) for t in new.targets] == [
        (t.key, t.name, t.unit, t.ranked, t.presenter, t.speaks, t.route) for t in old.targets]
    assert [t.declaration for t in new.targets] == [t.declaration for t in old.targets]
    assert [(s.kind, s.title, s.scope, s.seconds, s.warn_seconds) for s in new.segments] == [
        (s.kind, s.title, s.scope, s.seconds, s.warn_seconds) for s in old.segments]
    with house.database.reading() as c:
        asked, again_asked = ([(q.target, q.asker, q.group, q.text) for q in stage_talk.questions(c, one.sitting.id)]
                              for one in (old, new))
    assert again_asked == asked
    assert [(s.code, s.group, s.name, s.unit, s.route) for s in new.seats] == [
        (s.code, s.group, s.name, s.unit, s.route) for s in old.seats]


def test_segments_and_prepared_questions_come_from_the_file_once(house):
    make.sitting(house)
    data = book(环节=[("发言", "发言", "", "480", "60"), ("考问", "questions", "每家单位"), ("测评", "打分", "", "120")],
                提问=[("A县", "分管副市长", "市领导", "为什么慢？"), ("U1", "群众代表", "", "何时开工？")])
    assert faults(house, data) == []
    bring(house, data)

    _one, snapshot, record = held(house)
    assert [(s.key, s.kind, s.title, s.scope, s.seconds, s.warn_seconds) for s in snapshot.segments] == [
        ("s1", "speech", "发言", "each", 480, 60), ("s2", "questions", "考问", "each", 0, 0),
        ("s3", "ballot", "测评", "each", 120, 0)]
    assert "环节定为：发言、考问、测评" in str(record[0].detail["changes"])
    assert look_through(house.database, "small", data).changes == ()
    longer = book(环节=[("发言", "发言", "", "600", "60"), ("测评", "打分", "", "120")],
                  提问=[("A县", "分管副市长", "市领导", "为什么慢？"), ("B县", "分管副市长", "", "为什么慢？")])
    assert [words for _s, _r, words in look_through(house.database, "small", longer).changes] == [
        "环节换为：发言、测评", "预备提问：分管副市长问B县"]


@one_kind
def test_a_template_that_cannot_be_walked_and_a_question_that_cannot_be_asked_are_named(house):
    make.sitting(house)
    seen = look_through(house.database, "small", book(
        单位=[("U2", "B县", "", "", "", "", "", "", "否")],
        环节=[("发言", "唱歌"), ("测评", "打分", "全场最后"), ("发言", "发言", "", "一分钟")],
        提问=[("B县", "代表", "", "为什么？"), ("Z县", "代表", "朋友", "长" * 201)]))

    assert [(one.sheet, one.row, one.column, one.said) for one in seen.faults if one.sheet == "环节"] == [
        ("环节", 2, "B（种类）", "不认识“唱歌”"), ("环节", 4, "D（时限秒数）", "“一分钟”不是秒数")]
    assert [(one.row, one.column) for one in seen.faults if one.sheet == "提问"] == [
        (2, "A（单位）"), (3, "A（单位）"), (3, "C（评委组）"), (3, "D（问题）")]
    assert {row for sheet, row in seen.left_out if sheet == "环节"} == {2, 3, 4}  # a template is taken whole or not
    bad = look_through(house.database, "small", book(环节=[("发言", "发言"), ("测评", "打分", "全场最后")]))
    assert [(one.row, one.said) for one in bad.faults] == [(3, "打分方式是每家一轮，打分环节的范围请写each（每家单位）")]


@one_kind
def test_who_does_not_speak_routes_and_shadow_seats_come_from_the_file_and_what_is_wrong_is_named(house):
    make.sitting(house)
    data = book(单位=[("U1", "A县", "", "", "", "", "", "", "否", "第一线路"), ("U2", "B县", "", "", "", "", "", "", "", "第二线路")],
                评委=[("L1", "leaders", "", "", "第二线路"), ("L9", "leaders", "见习席", "", "", "是")])
    assert faults(house, data) == []
    bring(house, data)

    one, snapshot, _ = held(house)
    assert [(t.speaks, t.route) for t in one.agenda] == [(False, "第一线路"), (True, "第二线路"), (True, "")]
    assert {s.code: s.route for s in snapshot.seats if s.route} == {"L1": "第二线路"}
    assert "L9" not in {s.code for s in snapshot.seats}  # a shadow is no seat that counts
    assert look_through(house.database, "small", data).changes == ()
    assert faults(house, book(
        单位=[("U3", "C县", "", "", "", "", "", "", "也许")],
        评委=[("L2", "leaders", "", "", "第九线路"), ("L3", "leaders", "", "", "", "x"), ("L4", "leaders", "", "", "", "是")])) == [
        ("单位", 2, "I（上台发言）", "“也许”看不懂"), ("评委", 2, "E（观摩线路）", "“单位”表和议程里没有“第九线路”"),
        ("评委", 3, "F（影子席位）", "“x”看不懂"), ("评委", 4, "F（影子席位）", "L4席不是影子席位，不能在这里改")]
