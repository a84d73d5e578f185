"""回头看, 对账亮账, 提醒 and the evidence of an item as pages: what each role finds there, and that the keys work."""

from __future__ import annotations

import io
from datetime import date

import pytest

from db.item_values import ItemKind
from db.values import Staff
from hall.house import House
from office.listing import reconciliation
from office.listing.disclosure import disclose
from office.listing.items import state_of
from office.people import Role
from office.points import points_ledger
from office.proof import evidence
from office.proof.evidence_shelf import shelf_of
from office.visits import look_back
from office.visits.look_back import NewLookBack, make_plan
from office.visits.visitors import VisitorKind, answer
from scoring.commitment import Status, Verdict
from tests import files, make_list
from tests.pages.conftest import press, words
from tests.pages.test_record import by_key


@pytest.fixture
def listed(house: House) -> make_list.List:
    return make_list.of(house)


def test_a_look_back_is_drawn_found_and_closed_from_its_page(open_page, house, listed):
    listed.strike_off(listed.numbers[0])
    app = open_page("lookback", Role.ADMINISTRATOR, name="督办员")
    by_key(app, "lookback/new/seed").input("7")

    press(app, "安排并制发走访证")

    assert "刚制发5张走访证" in words(app)
    links = app.session_state["lookback/links"][2]
    assert any(links[0].secret in one.value for one in app.code)
    answer(house.database, links[0].secret, listed.numbers[0], verdict="not_kept", words="又堵上了", nonce="12345678", files=(),
           at=house.clock())
    app.run()
    assert "监督员01" in words(app) and "又堵上了" in words(app)
    press(app, "认定")
    assert "请先选认定的结论" in words(app)
    next(one for one in app.radio if one.key.endswith("/outcome")).set_value(Verdict.NOT_KEPT).run()
    next(one for one in app.text_area if one.key.endswith("/reason")).input("现场核实")
    press(app, "认定")
    assert state_of(house.database, listed.numbers[0]).status is Status.IN_PROGRESS
    press(app, "办结并记分")
    next(one for one in app.button if one.key == "confirm/yes").click().run()
    assert "分数已记入考绩台账" in words(app)
    assert look_back.look_backs(house.database)[0].closed_by == "督办员"
    press(app, "更正认定")
    assert "请先选更正为哪种结论" in words(app)
    next(one for one in app.radio if one.key.endswith("/outcome")).set_value(Verdict.KEPT).run()
    next(one for one in app.text_area if one.key.endswith("/reason")).input("走访的不是这一段").run()
    press(app, "更正认定")
    next(one for one in app.button if one.key == "confirm/yes").click().run()
    assert "已更正为兑现" in words(app) and "原认定：没有兑现，现场核实" in words(app)
    assert [one.state for one in points_ledger(house.database).bookings] == ["已被第2笔冲销", "冲销第1笔"]


def test_a_leader_reads_a_look_back_and_moves_nothing(open_page, house, listed):
    make_plan(house.database, NewLookBack(
        title="一季度回头看", period="2026Q1", ends_on=date(2026, 5, 31), pool=(listed.numbers[0],),
        visitors=((VisitorKind.REPORTER, 1),), points={one.value: "0" for one in Verdict}),
        who=listed.person("office", Role.HOST), at=house.clock())

    app = open_page("lookback", Role.LEADER)

    assert "一季度回头看" in str(app.selectbox[0].options) and "指定走访" in words(app)
    assert not [one for one in app.button if one.label in ("认定", "办结并记分", "安排并制发走访证", "补发走访证")]
    assert "这一页不对您开放" in words(open_page("lookback", Role.LIAISON, name="a", unit="small-A"))


def test_a_month_is_opened_walked_and_closed_from_its_page(open_page, house, listed):
    app = open_page("reconcile", Role.ADMINISTRATOR)
    press(app, "开始2026-04对账")
    assert "共3项：相符0项，不符0项，未对账3项" in words(app)

    by_key(app, "reconcile/fact").input("现场已动工")
    press(app, "记下")
    assert "相符1项" in words(app)
    press(app, "办结对账")
    next(one for one in app.button if one.key == "confirm/yes").click().run()

    assert "记录不再改动" in words(app) and reconciliation.run_of(house.database, "2026-04").run.closed_by == "tester"
    own = open_page("reconcile", Role.LIAISON, name="b", unit="small-B")
    assert by_key(own, "reconcile/unit").options == ["B县"] and not [one for one in own.button if one.label.startswith("开始")]


def test_a_disclosed_quarter_shows_each_rate_with_its_kind_its_day_and_its_base(open_page, house, listed):
    listed.enter("small-B", "管网老化", kind=ItemKind.SHORTCOMING)
    house.clock.advance(86400 * 75)
    disclose(house.database, "2026Q2", who=listed.person("office", Role.HOST), at=house.clock())

    shown = words(open_page("reconcile", Role.LEADER))

    cells = ("化解率（当时清单）", "短板", "0.0%", "0 / 1", "2026-06-30", "2026-06-30的清单")
    assert "".join(f"<td class=keep>{one}</td>" for one in cells) in shown
    assert "0 / 3" in shown and "0 / 4" not in shown and "每个比率只算一个类别" in shown


def test_what_is_due_stands_on_the_home_page_and_on_the_page_of_reminders(open_page, house, listed):
    house.clock.advance(86400 * 69)
    office = open_page("reminders", Role.ADMINISTRATOR)
    assert "今天：已逾期3项，久无进展3项。" in words(office) and not [one for one in office.button if one.label == "发邮件"]
    office.number_input(key="reminders/soon").set_value(10)
    press(office, "保存期限")
    assert "提醒期限已保存" in words(office)
    office.checkbox(key="notify/mail_on").check()
    press(office, "保存发送设置")
    assert "请填写邮件服务器" in words(office)

    home = open_page("home", Role.LIAISON, name="b", unit="small-B")
    assert [one.proto.label for one in home.get("page_link") if listed.numbers[2] in one.proto.label] == [
        f"{listed.numbers[2]} 6月底前建成污水处理站：逾期1天", f"{listed.numbers[2]} 6月底前建成污水处理站：69天没有报告进展"]


def test_evidence_is_added_from_the_items_page_all_of_it_or_none(open_page, house, listed):
    number = listed.numbers[0]
    app = open_page("home", Role.LIAISON, name="a", unit="small-A")
    app.query_params["n"] = number
    app.switch_page("pages/item.py").run()

    app.file_uploader[0].set_value([("现场.jpg", files.photo(), "image/jpeg"), ("木马.pdf", b"MZ", "application/pdf")]).run()
    app.button(key=f"evidence/{number}/send").click().run()
    assert "不能作佐证" in words(app) and "size=thumb" not in words(app)
    app.file_uploader[0].set_value([("现场.jpg", files.photo(), "image/jpeg"), ("验收单.docx", files.docx(), "x/y")]).run()
    app.button(key=f"evidence/{number}/send").click().run()

    assert "已上传2份" in words(app) and "size=thumb" in words(app) and "验收单.docx" in words(app)


def test_evidence_is_deleted_with_a_reason_from_the_items_page(open_page, house, listed):
    number = listed.numbers[0]
    who: Staff = listed.person("办事员", Role.CLERK)
    evidence.attach_file(house.database, shelf_of(house.database), number, io.BytesIO(files.photo()), "现场.jpg", who=who,
                         at=house.clock())
    app = open_page("home", Role.ADMINISTRATOR)
    app.query_params["n"] = number
    app.switch_page("pages/item.py").run()
    assert "size=thumb" in words(app)

    by_key(app, f"evidence/{number}/why").input("有身份证号")
    press(app, "删除")

    assert "已删除" in words(app) and "size=thumb" not in words(app) and "有身份证号" in words(app)
