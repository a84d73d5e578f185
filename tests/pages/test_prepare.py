"""会前准备: a sitting from nothing to badges in hand, and every refusal in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hall.outcome import signing
from office.people import Role
from office.sitting import mending, sittings
from office.sitting.plan import PlannedSeat, PlannedTarget, PlannedUnit
from office.sitting.preparation import new_plan, prepared, registered_units
from tests import make
from tests.pages.conftest import press, words

LABELS = ["基本", "单位与议程", "环节", "评委席位", "评分办法", "胸牌", "Excel导入", "彩排"]


def field(app, key):
    """The widget with this key, whatever its kind."""
    for kind in ("text_input", "text_area", "selectbox", "multiselect", "number_input", "checkbox", "date_input"):
        for one in app.get(kind):
            if one.key == key:
                return one
    raise AssertionError(key)


def paste(app, key, text, button):
    field(app, f"{key}/{button}").input(text).run()
    next(one for one in app.button if one.key == f"{key}/add_{button}").click().run()
    assert not app.exception, app.exception
    return app


def tap(app, key):
    next(one for one in app.button if one.key == key).click().run()
    assert not app.exception, app.exception
    return app


def test_a_leader_is_turned_away(open_page, house):
    make.sitting(house)

    app = open_page("prepare", Role.LEADER)

    assert "这一页不对您开放" in words(app)
    assert not app.tabs


def test_a_sitting_is_made_from_nothing_to_badges_in_hand(open_page, house):
    app = open_page("prepare", Role.HOST)
    assert "新建场次" in words(app)
    field(app, "new/key").input("county_2026q2")
    field(app, "new/title").input("县区比拼现场")
    press(app, "新建")
    key = "county_2026q2"
    assert [tab.label for tab in app.tabs] == LABELS
    assert "■ 议程" in words(app)

    paste(app, key, "鹿城区,县\n龙湾区,县\n市发改委,部门", "units")
    assert [one.name for one in registered_units(house.database)] == ["鹿城区", "龙湾区", "市发改委"]
    paste(app, key, "鹿城区，区委书记\n龙湾区，区委书记", "targets")
    paste(app, key, "L1,市领导,市委领导一席\nD1,市直部门,市发改委负责人,市发改委\nP1,社会各界代表,代表01,鹿城区", "seats")
    assert "● 议程" in words(app) and "本单位" in words(app)

    field(app, "public_url").input("http://192.168.1.20:8501").run()
    press(app, "保存地址")
    press(app, "制发缺的3席")

    assert "刚制发的3张" in words(app)
    house.live.refresh()
    assert all(seat.has_badge for seat in house.live.at(key).seats)
    issued = app.session_state[f"{key}/issued"]
    assert [one.link.startswith("http://192.168.1.20:8501/b/") for one in issued.values()] == [True] * 3
    press(app, "已打印，从本页清除")
    assert "刚制发的" not in words(app)


def test_a_new_sitting_that_is_refused_keeps_what_was_typed(open_page, house):
    make.sitting(house)
    app = open_page("prepare", Role.HOST)
    press(app, "新建场次")
    field(app, "new/key").input("small")
    field(app, "new/title").input("县区比拼现场")

    press(app, "新建")

    assert "编号“small”已经用过" in words(app)
    assert field(app, "new/title").value == "县区比拼现场"


def test_settings_are_saved(open_page, house):
    make.sitting(house)
    app = open_page("prepare", Role.HOST)
    field(app, "settings/small/seconds").set_value(90)
    field(app, "settings/small/place").input("市人民大会堂")

    press(app, "保存设置")

    one = prepared(house.database, "small").sitting
    assert (one.seconds, one.place) == (90, "市人民大会堂")


def test_a_line_that_cannot_be_read_is_named_and_nothing_is_added(open_page, house):
    make.sitting(house)
    app = open_page("prepare", Role.HOST)

    paste(app, "small", "L9,市领导\nL8,专家", "seats")

    assert "第2行：没有评委组“专家”" in words(app)
    assert field(app, "small/seats").value == "L9,市领导\nL8,专家"
    assert len(house.live.at("small").seats) == 8


def test_a_target_is_corrected_and_taken_off_after_a_question(open_page, house):
    make.sitting(house)
    app = open_page("prepare", Role.HOST)
    field(app, "small/target/U1/presenter").input("县长").run()
    tap(app, "small/target/U1/save")
    assert prepared(house.database, "small").agenda[0].presenter == "县长"

    tap(app, "small/target/U1/drop")
    assert len(prepared(house.database, "small").agenda) == 3
    tap(app, "confirm/yes")

    assert [one.key for one in prepared(house.database, "small").agenda] == ["U2", "U3"]
    assert "A县已移出议程" in words(app)


def test_a_seat_gets_another_person_a_recusal_is_entered_and_lifted(open_page, house):
    make.sitting(house)
    app = open_page("prepare", Role.HOST)
    field(app, "small/seat/L1/name").input("市政协领导席").run()
    tap(app, "small/seat/L1/save")
    field(app, "small/recuse/seat").set_value("L1").run()
    field(app, "small/recuse/reason").input("联系该县").run()
    tap(app, "small/recuse")
    assert next(seat.name for seat in house.live.at("small").seats) == "市政协领导席"
    assert list(house.live.at("small").recusals.values()) == ["联系该县"]

    tap(app, "small/lift")

    assert not house.live.at("small").recusals


def test_a_faulty_rule_names_its_faults_and_cannot_be_saved(open_page, house):
    make.sitting(house)
    app = open_page("prepare", Role.HOST)

    field(app, "small/rule").input(make.RULE.replace('"60%"', '"50%"')).run()

    assert "处要改，改好才能保存" in words(app)
    assert next(one for one in app.button if one.key == "small/rule/save").disabled


def test_a_changed_rule_is_saved_as_the_next_version_and_locked_by_the_first_round(open_page, house):
    hall = make.sitting(house)
    app = open_page("prepare", Role.HOST)
    field(app, "small/rule").input(make.RULE.replace('"60%"', '"55%"').replace('"40%"', '"45%"')).run()
    tap(app, "small/rule/save")
    assert prepared(house.database, "small").rule_version == 2
    assert "市领导组占55%" in words(app)

    hall.open("U1")
    app.run()

    assert not [one for one in app.text_area if one.key == "small/rule"]
    assert "办法锁定" in words(app)


def test_reissuing_all_badges_asks_first(open_page, house):
    hall = make.sitting(house)
    app = open_page("prepare", Role.HOST)

    press(app, "全部重新制发（8席）")
    assert house.live.seat(hall.secrets["L1"]) is not None
    tap(app, "confirm/yes")

    house.live.refresh()
    assert house.live.seat(hall.secrets["L1"]) is None
    assert len(app.session_state["small/issued"]) == 8


def test_one_badge_is_issued_and_shown_large(open_page, house):
    make.sitting(house)
    app = open_page("prepare", Role.HOST)
    field(app, "small/issue/seat").set_value("L3").run()
    tap(app, "small/issue/one")

    tap(app, "confirm/yes")

    assert list(app.session_state["small/issued"]) == ["L3"]
    assert field(app, "small/show").value == "L3"
    assert app.session_state["small/issued"]["L3"].link in [one.value for one in app.code]


@pytest.mark.parametrize("address", ["localhost", "ftp://h"])
def test_a_wrong_address_is_refused_in_words(open_page, house, address):
    make.sitting(house)
    app = open_page("prepare", Role.HOST)
    field(app, "public_url").input(address).run()

    press(app, "保存地址")

    assert "http://主机:端口" in words(app)


def test_parts_of_the_total_have_their_own_form(open_page, house):
    rule = make.RULE + '\n[[components]]\nkey = "evaluation"\nweight = "60%"\nmax = "100"\n' \
        '[[components]]\nkey = "indicators"\nweight = "40%"\nmax = "100"\n'
    make.sitting(house, make.plan(rule=rule))
    app = open_page("prepare", Role.HOST)
    field(app, "small/component/U1/indicators").input("96.5")

    press(app, "保存分项得分")

    assert prepared(house.database, "small").components == {("U1", "indicators"): "96.5"}


def test_two_sittings_keep_their_fields_apart(open_page, house):
    make.sitting(house)
    sittings.load(house.database, make.plan("other", title="局长问政考场"), by="host", at=make.START)

    app = open_page("prepare", Role.HOST, sitting="small")
    app.query_params["s"] = "other"
    app.run()

    assert field(app, "settings/other/title").value == "局长问政考场"


def test_a_rule_saved_by_somebody_else_meanwhile_is_not_overwritten(open_page, house):
    make.sitting(house)
    app = open_page("prepare", Role.HOST)
    field(app, "small/rule").input(make.RULE.replace('"60%"', '"55%"').replace('"40%"', '"45%"')).run()
    sittings.put_rule(house.database, "small", make.RULE.replace("version = 1", "version = 2"), by="other",
                      at=make.START)
    house.live.refresh()

    app.run()

    assert "别人保存了第2版" in words(app)
    assert next(one for one in app.button if one.key == "small/rule/save").disabled
    tap(app, "small/rule/back")
    assert "version = 2" in field(app, "small/rule").value


def test_a_published_rule_is_put_into_the_editor_with_its_source_and_nothing_is_saved_until_asked(open_page, house):
    make.sitting(house)
    app = open_page("prepare", Role.HOST)

    field(app, "small/rule/from").set_value("linshui_2017").run()
    assert "县领导3至5人为A票占60%" in words(app) and "原文未写分差和小数位" in words(app)
    tap(app, "small/rule/take")

    assert 'id = "linshui-2017"' in field(app, "small/rule").value
    assert "version = 2" in field(app, "small/rule").value
    assert prepared(house.database, "small").rule_toml == make.RULE


def test_a_rule_is_tried_out_as_typed_and_nothing_is_saved(open_page, house):
    make.sitting(house, make.plan(units=5, leaders=6))
    app = open_page("prepare", Role.HOST)
    field(app, "small/rule").input(make.RULE.replace('"60%"', '"55%"').replace('"40%"', '"45%"')).run()

    tap(app, "small/rule/try")

    said = words(app)
    assert "示例选票，不是成绩" in said and '市领导组<div class="q">55%</div>' in said
    assert "同分：" in said and "去高 L" in said and "第1组样本" in said
    assert prepared(house.database, "small").rule_toml == make.RULE


def test_a_rule_that_gives_no_result_says_so_when_tried_out(open_page, house):
    plan = make.plan()
    seats = tuple(one for one in plan.seats if one.group == "public" or one.code == "L4")
    make.sitting(house, make.plan(seats=seats))
    app = open_page("prepare", Role.HOST)

    tap(app, "small/rule/try")

    assert "算不出结果" in words(app) and "A县" in words(app)


def test_a_faulty_rule_cannot_be_tried_out(open_page, house):
    make.sitting(house)
    app = open_page("prepare", Role.HOST)

    field(app, "small/rule").input(make.RULE.replace('"60%"', '"50%"')).run()

    assert next(one for one in app.button if one.key == "small/rule/try").disabled


COUNTY_RULE = make.RULE + '\n[[components]]\nkey = "evaluation"\nweight = "80%"\nmax = "100"\n' \
    '[[components]]\nkey = "towns"\nweight = "20%"\nmax = "100"\n'


def published_towns(house):
    """A county sitting still to come, and a published one of five towns of its first two counties."""
    make.sitting(house, make.plan(rule=COUNTY_RULE))
    places = [(f"T{n}", f"{n}镇", "small-A" if n < 4 else "small-B") for n in range(1, 6)]
    plan = replace(
        make.plan("town", title="镇街亮绩赛场", declarations={}), seats=tuple(
            PlannedSeat(code=f"{g[0].upper()}{n}", group=g, name="", unit="") for g in ("leaders", "public")
            for n in range(1, 4)),
        units=tuple(PlannedUnit(key=k, name=name, kind="town", parent=parent) for k, name, parent in places),
        targets=tuple(PlannedTarget(key=k, name=name, unit=k, presenter="", ranking_group="", ranked=True)
                      for k, name, _ in places))
    towns = make.sitting(house, plan)
    for n, (key, _, _) in enumerate(places):
        towns.open(key)
        for code in towns.secrets:
            towns.cast(code, 80 + 4 * n)
        towns.close()
    towns.publish(despite_warnings=True)


def test_published_towns_are_seen_with_n_and_filled_into_the_countys_component(open_page, house):
    published_towns(house)
    app = open_page("prepare", Role.HOST, sitting="small")
    assert [tab.label for tab in app.tabs] == [*LABELS, "分项得分"]
    assert "镇街亮绩赛场（2026Q1，第1版）" in field(app, "small/roll/source").options
    assert "3 / 3" in words(app) and "1镇 80.00、2镇 84.00、3镇 88.00" in words(app)

    press(app, "把2家的得分填入“towns”")

    assert prepared(house.database, "small").components == {("U1", "towns"): "84", ("U2", "towns"): "94"}
    assert field(app, "small/component/U1/towns").value == "84"
    assert "已填入2家：镇街亮绩赛场（2026Q1，第1版），取平均" in words(app)


def test_towns_are_weighted_by_what_is_pasted(open_page, house):
    published_towns(house)
    app = open_page("prepare", Role.HOST, sitting="small")
    field(app, "small/roll/how").set_value("weighted").run()
    assert field(app, "small/roll/weights/town").value.startswith("1镇，1\n2镇，1")

    field(app, "small/roll/weights/town").input("1镇，3\n2镇，1").run()
    assert "还没有写权重：3镇" in words(app)
    field(app, "small/roll/weights/town").input("1镇，3\n2镇，1\n3镇，0\n4镇，1\n5镇，1").run()
    press(app, "把2家的得分填入“towns”")

    assert prepared(house.database, "small").components == {("U1", "towns"): "81", ("U2", "towns"): "94"}


def test_without_a_published_sitting_of_its_towns_there_is_nothing_to_roll_up(open_page, house):
    make.sitting(house, make.plan(rule=COUNTY_RULE))

    app = open_page("prepare", Role.HOST)

    assert "还没有可汇总的场次" in words(app)


def test_a_deduction_is_entered_as_a_count(open_page, house):
    make.sitting(house, make.plan(rule=make.RULE + '\n[[deductions]]\nkey = "overtime"\nname = "超时"\npoints = "-1"\n'))
    app = open_page("prepare", Role.HOST)
    assert field(app, "small/component/U1/overtime").label == "超时（次数，每次-1）"
    field(app, "small/component/U2/overtime").input("1.5")

    press(app, "保存分项得分")
    assert "不是次数" in words(app)
    field(app, "small/component/U2/overtime").input("2")
    press(app, "保存分项得分")

    assert prepared(house.database, "small").components == {("U2", "overtime"): "2"}


def test_what_stands_around_the_sitting_is_told_and_the_address_tried_on_demand(open_page, house):
    make.sitting(house)
    app = open_page("prepare", Role.HOST)
    assert "▲ 大屏" in words(app)
    assert "○ 手机网络" in words(app)

    house.screens.seen("small", house.clock())
    press(app, "试一试手机访问地址")

    assert "● 大屏" in words(app)
    assert "■ 手机网络" in words(app) and "还没有手机能打开的访问地址" in words(app)


def test_a_drawn_screen_is_known_to_be_connected(open_page, house):
    make.sitting(house)

    open_page("screen", Role.HOST, sitting="small")

    assert house.screens.connected("small", house.clock())


def test_the_last_sitting_is_copied_with_its_roster_and_without_what_belongs_to_its_quarter(open_page, house):
    make.sitting(house, make.plan(seconds=90, place="市人民大会堂", desk_check_in=True))
    sittings.recuse(house.database, "small", "L1", "U2", "联系该县", by="host", at=make.START)
    signing.set_terms(house.database, "small", hands=signing.Hands.THREE, objection_hours=48, by="host", at=make.START)
    app = open_page("prepare", Role.HOST)
    press(app, "复制这一场")
    assert (field(app, "new/title").value, field(app, "new/seconds").value) == ("县区比拼现场", 90)
    assert field(app, "new/like").value == "small"
    field(app, "new/key").input("county_2026q2")
    field(app, "new/period").input("2026Q2")

    press(app, "复制")

    house.live.refresh()
    old, new = house.live.at("small"), house.live.at("county_2026q2")
    assert [(t.key, t.name, t.presenter) for t in new.targets] == [(t.key, t.name, t.presenter) for t in old.targets]
    assert [(s.code, s.group, s.name, s.unit) for s in new.seats] == [(s.code, s.group, s.name, s.unit) for s in old.seats]
    assert new.rule.sha256 == old.rule.sha256
    assert (new.sitting.place, new.sitting.seconds, new.sitting.desk_check_in) == ("市人民大会堂", 90, True)
    assert not any(s.has_badge for s in new.seats) and all(s.has_badge for s in old.seats)
    terms = signing.signing_of(house.database, "county_2026q2").terms
    assert (terms.hands, terms.objection_hours) == (signing.Hands.THREE, 48)
    assert (new.recusals, [t.declaration.shortcomings for t in new.targets]) == ({}, [(), (), ()])


def test_declarations_are_copied_by_choice_without_their_numbers_on_the_list(house):
    hall = make.sitting(house)
    for key in ("U1", "U2", "U3"):
        hall.open(key)
        hall.everybody()
        hall.close()
    hall.publish(despite_warnings=True)
    about = prepared(house.database, "small").sitting

    plan = new_plan(house.database, key="next", title="下一场", arena=about.arena, period="2026Q2",
                    held_on=about.held_on, place="", note="", ballot_mode="each", seconds=0, grace_seconds=5,
                    desk_check_in=False, like="small", with_roster=True, with_declarations=True)
    mending.add_sitting(house.database, plan, by="host", at=make.START)

    house.live.refresh()
    old, new = house.live.at("small"), house.live.at("next")
    assert [c.number for t in old.targets for c in t.declaration.commitments if c.number is None] == []
    assert {c.number for t in new.targets for c in t.declaration.commitments} == {None}
    assert [t.declaration.shortcomings[0].text for t in new.targets] == ["项目开工慢"] * 3
