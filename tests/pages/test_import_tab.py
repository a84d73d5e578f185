"""会前准备 · Excel导入: the form goes out, comes back, is looked through, and is written when the host says so."""

from __future__ import annotations

from io import BytesIO

from office.people import Role
from office.sheets.workbook_import import current_form
from office.sitting.preparation import prepared
from tests import make
from tests.office.test_workbook import book
from tests.pages.conftest import press, words


def send(app, data, name="名单.xlsx"):
    app.file_uploader[0].set_value((name, data, "application/octet-stream")).run()
    assert not app.exception, app.exception
    return app


def test_good_rows_come_in_by_choice_and_what_was_left_out_stays_on_the_page(open_page, house):
    make.sitting(house)
    app = open_page("prepare", Role.HOST)
    data = book(评委=[("L9", "市领导", "新席"), ("L8", "专家", "坏席")])

    send(app, data)
    assert "有1处要改" in words(app) and "B（评委组）" in words(app)
    assert "添加席位L9（市领导）新席" in words(app)
    bring = next(one for one in app.button if one.key == "small/form/bring")
    assert bring.disabled

    next(one for one in app.checkbox if one.key == "small/form/good_only").check().run()
    press(app, "导入1处改动")

    assert "已从 名单.xlsx 导入1处改动。没有导入的行：评委第3行。" in words(app)
    assert "上一次导入时留下的行如下" in words(app)
    assert [s.code for s in house.live.at("small").seats if s.code in ("L8", "L9")] == ["L9"]


def test_the_same_file_again_and_a_file_that_is_none_are_sentences(open_page, house):
    make.sitting(house)
    app = open_page("prepare", Role.HOST)

    send(app, current_form(house.database, "small"))
    assert "表里的内容和系统里完全一样，不用导入" in words(app)

    send(app, b"PK broken", "坏文件.xlsx")
    assert "文件打不开" in words(app)
    assert not [one for one in app.button if one.key == "small/form/bring"]


def test_a_whole_file_is_brought_in(open_page, house):
    make.sitting(house)
    app = open_page("prepare", Role.HOST)
    send(app, book(场次=[("地点", "市人民大会堂")], 单位=[("", "新区", "", "功能区", "", "主任")]))

    press(app, "导入3处改动")

    one = prepared(house.database, "small")
    assert (one.sitting.place, [t.name for t in one.agenda]) == ("市人民大会堂", ["A县", "B县", "C县", "新区"])
    assert "表里的内容都已在系统里" in words(app)


def test_the_forms_can_be_downloaded(open_page, house):
    make.sitting(house)
    app = open_page("prepare", Role.HOST)

    assert [one.proto.label for one in app.get("download_button")][:2] == ["下载空白模板", "下载本场现有名单"]
    assert BytesIO(current_form(house.database, "small")).read(2) == b"PK"
