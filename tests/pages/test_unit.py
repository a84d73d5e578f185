"""单位填报: a liaison fills in the own unit, is advised, and stopped once the result is published."""

from __future__ import annotations

from db.values import Declaration
from office.people import Role
from office.sitting import sittings
from tests import make
from tests.pages.conftest import press, words


def texts(app):
    return [one.value for one in app.text_input if one.key.endswith("/text")]


def by_label(app, label, n=0):
    return [one for kind in ("text_input", "text_area", "date_input") for one in app.get(kind)
            if one.label == label][n]


def declared(house, target="U1") -> Declaration:
    house.live.refresh()
    return house.live.at("small").target(target).declaration


def test_a_liaison_sees_the_own_unit_only(open_page, house):
    make.sitting(house)

    app = open_page("unit", Role.LIAISON, unit="small-B")

    assert not [one for one in app.selectbox if one.label == "单位"]
    assert "B县" in words(app)
    assert texts(app)[0] == "项目开工慢"


def test_a_liaison_of_a_unit_that_is_not_on_the_agenda_is_told_so(open_page, house):
    make.sitting(house)
    make.sitting(house, make.plan("other"))

    app = open_page("unit", Role.LIAISON, unit="other-A", sitting="small")

    assert "不在这一场的议程里" in words(app)


def test_what_is_filled_in_is_stored_with_advice_on_what_is_weak(open_page, house):
    make.sitting(house, make.plan(declarations={}))
    app = open_page("unit", Role.LIAISON, unit="small-A")
    by_label(app, "不足（一句话）").input("服务业增速靠后").run()
    by_label(app, "措施（每行一条）").input("逐家走访\n盘活铺面").run()
    by_label(app, "承诺1（做成什么）").input("新增限上企业40家").run()
    assert "还不能保存" in words(app) and "没有写责任人" in words(app)
    by_label(app, "责任人（职务）").input("商务局局长").run()
    by_label(app, "期限").set_value(make.plan().held_on).run()
    assert "要求讲3条不足，现在是1条" in words(app)
    assert "承诺没有数量" in words(app)
    assert "有改动还没有保存" in words(app)

    press(app, "保存填报")

    (one,) = declared(house).shortcomings
    assert (one.text, one.measures) == ("服务业增速靠后", ("逐家走访", "盘活铺面"))
    assert [(c.text, c.owner) for c in one.commitments] == [("新增限上企业40家", "商务局局长")]
    assert "有改动还没有保存" not in words(app)


def test_a_refused_form_keeps_what_was_typed(open_page, house):
    make.sitting(house)
    app = open_page("unit", Role.HOST)
    by_label(app, "数量").input("九十").run()

    press(app, "保存填报")

    assert "不是数" in words(app)
    assert by_label(app, "数量").value == "九十"
    assert declared(house).commitments[0].amount == "90"


def test_blocks_are_added_and_dropped(open_page, house):
    make.sitting(house)
    app = open_page("unit", Role.HOST)
    before = len(texts(app))
    next(one for one in app.button if one.label == "加一项承诺").click().run()
    assert len(texts(app)) == before + 1
    press(app, "加一条不足")
    assert "第4条不足" in words(app)
    next(one for one in app.button if one.label == "删去这条").click().run()
    assert "第4条不足" not in words(app)

    press(app, "保存填报")

    assert declared(house) == Declaration()


def test_another_page_and_back_loses_nothing(open_page, house):
    make.sitting(house)
    app = open_page("unit", Role.HOST)
    by_label(app, "不足（一句话）").input("还没写完").run()

    app.switch_page("pages/home.py").run()
    app.switch_page("pages/unit.py").run()

    assert by_label(app, "不足（一句话）").value == "还没写完"


def test_what_another_person_saved_meanwhile_is_told(open_page, house):
    make.sitting(house)
    app = open_page("unit", Role.HOST)
    by_label(app, "不足（一句话）").input("我的").run()
    sittings.put_declaration(house.database, "small", "U1", Declaration(), by="other", at=make.START)
    house.live.refresh()

    app.run()
    assert "别人保存过" in words(app)
    press(app, "改用最新的（放弃我填的）")

    assert texts(app) == [""] * 6


def test_after_publication_it_is_read_only(open_page, house):
    hall = make.sitting(house)
    for target in ("U1", "U2", "U3"):
        hall.open(target)
        hall.everybody()
        hall.close()
    hall.publish(despite_warnings=True)

    app = open_page("unit", Role.LIAISON, unit="small-A")

    assert "成绩已公布" in words(app)
    assert "项目开工慢" in words(app)
    assert not [one for one in app.button if one.label == "保存填报"]
    assert not app.text_input


def test_what_was_typed_is_never_markup(open_page, house):
    make.sitting(house, make.plan(declarations={}))
    app = open_page("unit", Role.HOST)

    by_label(app, "不足（一句话）").input("<img src=x onerror=alert(1)>").run()

    drawn = "".join(one.proto.body for one in app.get("html"))
    assert "<img" not in drawn and "&lt;img" in drawn


def test_what_is_on_the_list_before_the_result_is_changed_here_no_more(hall, open_page):
    from office.listing.items import list_promises
    from tests.office.test_items import OFFICE

    list_promises(hall.house.database, hall.key, "U1", who=OFFICE, at=hall.now)
    page = open_page("unit", Role.LIAISON, unit="small-A")

    assert "承诺已列入清单，这里不能再改" in words(page) and "本场承诺已列入清单1项" in words(page)
    assert "保存填报" not in {one.label for one in page.button}
