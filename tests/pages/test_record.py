"""留痕与人员: the record for supervisors too, people for administrators only."""

from __future__ import annotations

from sqlalchemy import text

from office import people
from office.people import Role
from tests import make
from tests.pages.conftest import press, words


def by_key(app, key):
    return next(one for kind in ("text_input", "selectbox", "multiselect") for one in app.get(kind) if one.key == key)


def person(house, name):
    return next(one for one in people.everybody(house.database) if one.name == name)


def test_a_supervisor_reads_the_record_and_sees_no_people(open_page, house):
    make.sitting(house)

    app = open_page("record", Role.SUPERVISOR)

    assert "记录链完整" in words(app)
    assert "装入场次" in words(app)
    assert [one.proto.label for one in app.get("download_button")] == ["下载全部留痕（CSV，可核对记录链）"]
    assert not app.tabs
    assert not [one for one in app.button if "登录链接" in one.label]


def test_a_host_is_turned_away(open_page, house):
    assert "这一页不对您开放" in words(open_page("record", Role.HOST))


def test_the_record_is_filtered_by_words(open_page, house):
    make.sitting(house)
    app = open_page("record", Role.ADMINISTRATOR)

    by_key(app, "record/text").input("制发胸牌").run()

    assert "制发胸牌" in words(app) and "装入场次" not in words(app)
    assert "符合条件1条" in words(app)


def test_a_broken_chain_is_red(open_page, house):
    make.sitting(house)
    app = open_page("record", Role.ADMINISTRATOR)
    with house.database.write.begin() as c:
        c.execute(text("update record_entry set action = '别的' where id = 1"))

    app.run()

    assert "从第1条起对不上" in words(app)


def test_a_person_is_added_with_a_link_that_sets_the_password(open_page, house):
    make.sitting(house)
    app = open_page("record", Role.ADMINISTRATOR)
    by_key(app, "staff/new/name").input("liaison1")
    by_key(app, "staff/new/title").input("A县联络员")
    by_key(app, "staff/new/roles").set_value([Role.LIAISON])
    by_key(app, "staff/new/unit").set_value("small-A")

    press(app, "添加并生成登录链接")

    assert (person(house, "liaison1").unit, person(house, "liaison1").roles) == ("small-A", {"liaison"})
    link = next(one.value for one in app.code if "/door/link/" in one.value)
    assert people.link_owner(house.database, link.rsplit("/", 1)[1], at=house.clock())[0].name == "liaison1"
    press(app, "已交给本人，清除")
    assert not [one for one in app.code if "/door/link/" in one.value]


def test_a_liaison_without_a_unit_is_refused_in_words(open_page, house):
    app = open_page("record", Role.ADMINISTRATOR)
    by_key(app, "staff/new/name").input("liaison1")
    by_key(app, "staff/new/title").input("联络员")
    by_key(app, "staff/new/roles").set_value([Role.LIAISON])

    press(app, "添加并生成登录链接")

    assert "要选择所属单位" in words(app)
    assert by_key(app, "staff/new/name").value == "liaison1"


def test_a_person_is_stopped_after_a_question_and_started_again(open_page, house):
    people.add_staff(house.database, name="clerk1", title="计票员", roles=[Role.CLERK], by="t", at=make.START)
    app = open_page("record", Role.ADMINISTRATOR)
    by_key(app, "staff/which").set_value("clerk1").run()

    press(app, "停用")
    assert person(house, "clerk1").active
    next(one for one in app.button if one.key == "confirm/yes").click().run()
    assert not person(house, "clerk1").active

    press(app, "恢复使用")
    assert person(house, "clerk1").active


def test_the_last_administrator_cannot_be_stopped(open_page, house):
    app = open_page("record", Role.ADMINISTRATOR)
    by_key(app, "staff/which").set_value("tester").run()
    press(app, "停用")

    next(one for one in app.button if one.key == "confirm/yes").click().run()

    assert "最后一位管理员" in words(app)
    assert person(house, "tester").active


def test_a_link_is_issued_again(open_page, house):
    people.add_staff(house.database, name="clerk1", title="计票员", roles=[Role.CLERK], by="t", at=make.START)
    app = open_page("record", Role.ADMINISTRATOR)
    by_key(app, "staff/which").set_value("clerk1").run()

    press(app, "重发登录链接")

    assert "clerk1的登录链接" in words(app)
