"""承诺清单 and the page of one item: filters in the address, keys by role, names of people escaped."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from db.item_values import Milestone
from db.values import Commitment, Declaration, Shortcoming
from hall.house import move_into
from office.people import Role
from scoring.commitment import Kind
from tests import make, make_list
from tests.hall.test_standings import score
from tests.pages.conftest import press
from tests.pages.entrance import open_page, sign_in, text


@pytest.fixture(scope="module")
def hall(tmp_path_factory):
    house = make.house(f"sqlite:///{tmp_path_factory.mktemp('list') / 'leitai.db'}")
    promised = [Declaration(shortcomings=(Shortcoming(text="开工慢", commitments=(
        Commitment(text=f"承诺<b>{unit}", owner="分管副县长", deadline=due),)),))
        for unit, due in (("甲", date(2026, 4, 1)), ("乙", date(2026, 4, 28)), ("丙", date(2026, 12, 31)))]
    hall = make.sitting(house, make.plan(declarations=dict(zip(("U1", "U2", "U3"), promised, strict=True))))
    score(hall, U1=90, U2=80, U3=70)
    hall.publish()
    yield hall
    house.close()


@pytest.fixture
def at_home(hall):
    hall.house.clock.now = make.START
    move_into(hall.house)
    yield hall
    move_into(None)


@pytest.fixture(scope="module")
def tokens(hall):
    return {"liaison": sign_in(hall.house, Role.LIAISON, unit="small-A", name="liaison"),
            "clerk": sign_in(hall.house, Role.CLERK, name="clerk")}


def test_counts_carry_numerator_denominator_and_date_and_the_most_urgent_comes_first(at_home, tokens, monkeypatch):
    shown = text(open_page(monkeypatch, tokens["liaison"], "commitments"))

    assert "共3项，已办结0项（0.0%），1项已逾期，1项将到期（截至2026-04-23）" in shown
    assert shown.count("1 / 3 项，33.3%") == 3
    assert shown.index("过期22天") < shown.index("还有5天")
    assert "承诺&lt;b&gt;甲" in shown and "承诺<b>甲" not in shown


def test_the_day_turns_in_beijing_and_not_in_greenwich(at_home, tokens, monkeypatch):
    at_home.house.clock.now = datetime(2026, 4, 28, 15, 59, tzinfo=UTC)  # 23:59 in Beijing, the deadline of B
    before = text(open_page(monkeypatch, tokens["liaison"], "commitments"))
    at_home.house.clock.advance(120)
    after = text(open_page(monkeypatch, tokens["liaison"], "commitments"))

    assert "1项已逾期" in before and "今天到期" in before
    assert "2项已逾期" in after


def test_filters_come_from_the_address(at_home, tokens, monkeypatch):
    page = open_page(monkeypatch, tokens["liaison"], "commitments", light="overdue", unit="small-A", day="2026-04-01")
    shown = text(page)

    assert "按2026-04-01推算，不是今天的状态" in shown
    assert "共1项" in shown and "打开这一项" not in shown
    assert (page.query_params["light"], page.query_params["day"]) == ("overdue", "2026-04-01")


def test_from_the_card_of_a_sitting_the_list_is_what_was_said_there(at_home, tokens, monkeypatch):
    page = open_page(monkeypatch, tokens["liaison"], "commitments", s="small")
    assert "共3项" in text(page) and page.query_params["sitting"] in ("small", ["small"])
    assert "共" in text(open_page(monkeypatch, tokens["liaison"], "commitments", s="nowhere"))


@pytest.mark.parametrize("day", ["soon", "99999-01-01"])
def test_a_day_that_is_none_means_today(at_home, tokens, monkeypatch, day):
    assert "截至2026-04-23" in text(open_page(monkeypatch, tokens["liaison"], "commitments", day=day))


def test_the_page_of_an_item_offers_each_role_its_own_keys_and_a_move_stands_in_the_timeline(at_home, tokens, monkeypatch):
    page = open_page(monkeypatch, tokens["liaison"], "item", n="2026Q1-001")
    assert "待A县签收" in text(page) and "待督办机构" not in text(page)
    assert {one.label for one in page.button} - {"上传"} == {"签收", "退回"}
    press(press(page, "签收"), "确认签收")
    shown = text(page)
    assert "A县办理中" in shown and "2026Q1-001：签收，已记下" in shown

    office = open_page(monkeypatch, tokens["clerk"], "item", n="2026Q1-001")
    press(office, "催办")
    office.text_area(key="item/2026Q1-001/text").input("请<b>抓紧")
    press(office, "确认催办")
    assert "请&lt;b&gt;抓紧" in text(office) and "催办1次" in text(office)


def test_a_second_source_is_linked_with_its_key(at_home, tokens, monkeypatch):
    office = open_page(monkeypatch, tokens["clerk"], "item", n="2026Q1-001")
    press(office, "关联来源")
    origin = office.selectbox(key="item/2026Q1-001/origin")
    assert "督查交办" in origin.options
    origin.select("inspection")
    office.text_input(key="item/2026Q1-001/ref").input("第三督查组")
    press(office, "确认关联来源")
    assert "关联来源，已记下" in text(office) and "第三督查组" in text(office)


def test_a_refusal_says_what_to_do_and_keeps_what_was_typed(at_home, tokens, monkeypatch):
    page = open_page(monkeypatch, tokens["liaison"], "item", n="2026Q1-002")
    assert not page.button  # another unit's: nothing to press
    page = open_page(monkeypatch, tokens["clerk"], "item", n="2026Q1-002")
    press(page, "退回")
    press(page, "确认退回")
    assert "退回要写明事由，请补上" in text(page)
    assert [one.label for one in page.button if one.label.startswith("确认")] == ["确认退回"]


def test_an_unknown_number_is_said_to_be_unknown(at_home, tokens, monkeypatch):
    assert "清单里没有" in text(open_page(monkeypatch, tokens["liaison"], "item", n="2026Q1-999"))


def test_the_office_lists_a_problem_and_is_told_that_it_cannot_be_measured(at_home, tokens, monkeypatch):
    page = open_page(monkeypatch, tokens["clerk"], "commitments", light="overdue")
    page.text_area(key="new-item/text").input("加快推进征迁").run()
    assert "没有目标值" in text(page)
    page.text_area(key="new-item/nodes").input("2026-05-31 签约过半\n下半年腾空").run()
    press(page, "列入清单")
    assert "时间节点“下半年腾空”没有写清日期" in text(page) and "编号2026-001" not in text(page)
    page.text_area(key="new-item/nodes").input("2026-05-31 签约过半").run()
    press(page, "列入清单")
    assert "已列入清单，编号2026-001" in text(page)
    assert "<b>加快推进征迁</b>" in text(page) and "light" not in page.query_params  # the page shows what was just entered
    assert "○</span> 2026-05-31 签约过半" in text(open_page(monkeypatch, tokens["clerk"], "item", n="2026-001"))


def test_my_items_are_what_waits_for_me_and_the_wall_chart_leads_to_the_list(at_home, tokens, monkeypatch):
    mine = text(open_page(monkeypatch, tokens["liaison"], "mine"))
    assert "已逾期，请报告进展和原因（1项）" in mine and "本单位的清单" in mine and "B县" not in mine

    drawn = text(open_page(monkeypatch, tokens["clerk"], "wallchart", kind="commitment"))
    assert "已办结0项（0.0%）" in drawn and 'href="/commitments?kind=commitment&amp;unit=small-A' in drawn
    for view, head in (("plan", "时间节点"), ("division", "配合单位"), ("progress", "最近情况"), ("calendar", "周一")):
        assert head in text(open_page(monkeypatch, tokens["clerk"], "wallchart", view=view))


def test_a_missed_milestone_is_reported_from_my_items_and_found_reached_by_the_office(at_home, tokens, monkeypatch):
    made = make_list.List(house=at_home.house)
    joined, opened = Milestone(text="合龙", due=date(2026, 4, 20)), Milestone(text="通车", due=date(2026, 4, 23))
    number = made.enter("small-A", "桥面铺装", milestones=(joined,), contact_leader="分管副市长")
    made.happen(number, Kind.ACCEPTED)
    mine = text(open_page(monkeypatch, tokens["liaison"], "mine"))
    assert "■</span> 2026-04-20 合龙" in mine and "到期未报，逾期3天" in mine and "节点逾期1个" in mine
    assert f'href="/item?n={number}&amp;node=2026-04-20+%E5%90%88%E9%BE%99">报告完成' in mine
    page = open_page(monkeypatch, tokens["liaison"], "item", n=number, node="2026-04-20 合龙")
    assert page.selectbox(key=f"item/{number}/node").value == "2026-04-20 合龙" and "node" not in page.query_params
    page.text_area(key=f"item/{number}/text").input("今早合龙")
    shown = text(press(page, "确认报告进展"))
    assert "已报待核实；2026-04-23报告，晚3天" in shown and "节点待核实1个" in shown and "报告完成" not in shown

    assert "时间节点已报，待核实（1项）" in text(open_page(monkeypatch, tokens["clerk"], "mine"))
    office = press(open_page(monkeypatch, tokens["clerk"], "item", n=number), "核实节点")
    assert office.selectbox(key=f"item/{number}/node").options == ["2026-04-20 合龙"]
    assert "✔</span> 2026-04-20 合龙" in text(press(office, "确认核实节点"))
    at_home.house.clock.advance(86400)
    late = made.enter("small-A", "匝道", milestones=(opened,), contact_leader="分管副市长")
    listed = open_page(monkeypatch, tokens["clerk"], "commitments", nodes="overdue")
    assert "匝道" in text(listed) and "桥面铺装" not in text(listed) and listed.query_params["nodes"] in ("overdue", ["overdue"])
    leaders = text(open_page(monkeypatch, tokens["clerk"], "overview"))
    assert "1个节点逾期" in leaders and '&amp;nodes=overdue">节点逾期1个' in leaders
    assert "2026-04-23 通车：到期未报" in text(open_page(monkeypatch, tokens["clerk"], "wallchart", view="plan", text=late))
    month = text(open_page(monkeypatch, tokens["clerk"], "wallchart", view="calendar", month="2026-04"))
    assert 'nodes=2026-04-23">◇ 节点1</a>　<span class="lt-red">■ 逾期1' in month and 'nodes=2026-04-20">◇ 节点1</a></span>' in month
    that_day = open_page(monkeypatch, tokens["clerk"], "commitments", nodes="2026-04-23")
    assert "匝道" in text(that_day) and "桥面铺装" not in text(that_day)
    assert that_day.query_params["nodes"] in ("2026-04-23", ["2026-04-23"])


def test_a_list_that_is_over_is_put_away_and_the_pages_open_with_what_is_pressed(at_home, tokens, monkeypatch):
    made = make_list.List(house=at_home.house)
    made.enter("small-A", "旧行动", batch="百日", listed_on=date(2018, 1, 2), deadline=date(2018, 3, 31))
    page = open_page(monkeypatch, tokens["clerk"], "commitments", batch="百日")
    assert "过期2945天" in text(page) and "archived" not in page.query_params
    page.date_input(key="archive/on").set_value(date(2018, 4, 10))
    after = text(press(page, "归档"))
    assert "1项停在归档那天的状态" in after and "归档时过期10天" in after and "（截至2018-04-10归档）" in after

    bare = open_page(monkeypatch, tokens["clerk"], "commitments")
    assert "旧行动" not in text(bare) and bare.query_params["archived"] in ("no", ["no"])
    everything = bare.selectbox(key="filter-archived").select("all").run()
    assert "旧行动" in text(everything) and everything.query_params["archived"] in ("all", ["all"])
    drawn = text(open_page(monkeypatch, tokens["liaison"], "wallchart", batch="百日"))
    assert '3月<div class="lt-note" style="margin:0">2018' in drawn and "2026" not in drawn
    page = open_page(monkeypatch, tokens["clerk"], "commitments")
    assert "“百日”已恢复在办" in text(press(page, "恢复在办"))


def test_the_administrator_sets_lights_and_a_gap_is_refused(at_home, monkeypatch):
    token = sign_in(at_home.house, Role.ADMINISTRATOR, name="admin2")
    page = open_page(monkeypatch, token, "commitments")
    page.selectbox(key="lights/bands").select("自己写").run()
    page.text_area(key="lights/own").input('{"name": "x", "measure": "points_behind", "bands": [{"pace": "on_track", "high": "0"}]}')
    press(page, "按此点亮")
    assert "“x”没有规定" in text(page)
