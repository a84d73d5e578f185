"""Milestones press: reported by the unit, found reached or sent back, and said beside the light wherever the item stands."""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta

import pytest
from sqlalchemy import text, update

from db import tables as t
from db.item_lines import Filter
from db.item_values import Milestone
from db.reads import item_nodes
from db.reads import items as reads
from db.stores.item_views import make_again, stale_ids
from db.work import work
from hall import care
from office.listing.follow_up import filter_of, marks_of
from office.listing.item_card import ItemCard, item_card
from office.listing.item_moves import read_move
from office.listing.items import enter, happen
from office.listing.leaders import overview
from office.listing.list_archive import archive
from office.listing.list_workbook import list_workbook
from office.listing.my_items import my_items
from office.listing.wall_chart import month_of, planned
from office.people import Role
from office.refusal import NotAllowed, Refused
from office.reminding import reminders
from office.reminding.why import Why
from office.sheets.workbook_file import read_file
from scoring.commitment import Kind, Verdict
from tests import make, make_list
from tests.office.test_items import LEADER, LIAISON, OFFICE, OTHERS, PHOTO, SUPERVISOR, person, problem

START, ROOF, TEST = (Milestone(text=words, due=due) for words, due in (
    ("开工", date(2026, 5, 1)), ("结顶", date(2026, 5, 20)), ("验收", date(2026, 6, 25))))
PLAN = (START, ROOF, TEST)


@pytest.fixture
def url(sqlite_with_tables, tmp_path):
    """What two databases do alike is shown in tests/db; here one is enough."""
    shutil.copyfile(sqlite_with_tables, tmp_path / "leitai.db")
    return f"sqlite:///{tmp_path / 'leitai.db'}"


class Site:
    """One item with three milestones, taken on by its unit."""

    def __init__(self, house: make.House) -> None:
        self.house, self.database = house, house.database
        make.sitting(house)
        self.number = enter(self.database, problem(milestones=PLAN, batch="百日", supporting=("small-C",)), who=OFFICE,
                            at=house.clock())
        self.does(LIAISON, Kind.ACCEPTED)

    def does(self, who, kind: Kind, **told: object) -> None:
        if told.get("evidence") == PHOTO:
            with work(self.database) as w:
                make_list.proof(self.database, w, self.number, at=self.house.clock())
        happen(self.database, self.number, kind, who=who, at=self.house.clock(), **told)

    def reports(self, one: Milestone, **told: object) -> None:
        self.does(LIAISON, Kind.REPORTED, **{"text": "照片为证", "node": one.name, **told})

    def go_to(self, day: date) -> None:
        self.house.clock.now = self.house.clock.now.replace(year=day.year, month=day.month, day=day.day)

    def card(self, who=LIAISON) -> ItemCard:
        return item_card(self.database, self.number, who=who, at=self.house.clock())

    def states(self) -> list[str]:
        """As the page of the item says it, and as the views do: the same."""
        told = [one.state.value for one in self.card().nodes]
        with self.database.reading() as c:
            line = reads.item(c, self.number, self.house.clock().date())
            assert [one.state.value for one in item_nodes.lines_of(c, [line.id], self.house.clock().date())[line.id]] == told
        assert (line.nodes_overdue, line.nodes_reported) == (told.count("overdue"), told.count("reported"))
        return told

    def words(self) -> list[str]:
        return [one.words for one in self.card().nodes]


@pytest.fixture
def site(house):
    return Site(house)


def test_a_milestone_is_missed_reported_sent_back_reported_again_and_found_reached(site):
    site.go_to(date(2026, 5, 1))
    assert (site.states(), site.words()[0]) == (["ahead"] * 3, "今天到期")
    site.go_to(date(2026, 5, 4))
    assert (site.states(), site.words()[:2]) == (["overdue", "ahead", "ahead"], ["到期未报，逾期3天", "未到，还有16天"])
    site.reports(START, evidence=PHOTO, as_of=date(2026, 4, 30))
    assert (site.states()[0], site.words()[0]) == ("reported", "已报待核实；2026-05-04报告，晚3天，数据截至2026-04-30")
    assert site.card(OFFICE).next_kind is Kind.NODE_CHECKED
    site.go_to(date(2026, 5, 6))
    site.does(SUPERVISOR, Kind.NODE_CHECKED, node=START.name, passed=False, text="只立了围挡")
    assert site.words()[0] == "到期未报，逾期5天；2026-05-04报告，晚3天，数据截至2026-04-30；2026-05-06退回：只立了围挡"
    site.go_to(date(2026, 5, 9))
    site.reports(START)
    site.does(OFFICE, Kind.NODE_CHECKED, node=START.name, passed=True)

    first = site.card().nodes[0]
    assert (site.states(), first.words) == (["done", "ahead", "ahead"], "已完成；2026-05-09报告，晚8天；2026-05-09核实完成")
    assert first.report is not None and (first.report.by, first.report.checked_by) == ("liaison", "office")
    assert [one.what for one in site.card().happenings][:2] == ["核实节点，已完成", "报告进展"]
    assert "完成节点：2026-05-01 开工" in site.card().happenings[1].told
    assert site.card().line.light == "on_track" or site.card().line.light == "unknown", "the light is of the item, not of its nodes"


@pytest.mark.parametrize(("who", "told", "refused", "words"), [
    (LIAISON, {"passed": True}, NotAllowed, "您不能核实节点这一项，请督办机构或监督员办理"),
    (LEADER, {"passed": True}, NotAllowed, "请督办机构或监督员办理"),
    (person("own", Role.CLERK, unit="small-A"), {"passed": True}, NotAllowed, "您不能核实节点"),
    (person("helps", Role.CLERK, unit="small-C"), {"passed": True}, Refused, "配合单位不能给自己的工作核实节点"),
    (person("liaison", Role.CLERK), {"passed": True}, Refused, "报告节点的人不能自己核实节点"),
    (OFFICE, {"passed": False}, Refused, "退回节点要写明还差什么"),
    (OFFICE, {"passed": True, "node": ROOF.name}, Refused, "没有待核实的节点“2026-05-20 结顶”"),
])
def test_nobody_looks_at_their_own_milestone_and_what_comes_back_says_why(site, who, told, refused, words):
    site.reports(START)
    with pytest.raises(refused, match=words):
        site.does(who, Kind.NODE_CHECKED, **{"node": START.name, **told})
    assert site.states()[0] == "reported"


def test_what_is_reported_is_on_the_plan_and_what_was_found_reached_is_not_reported_again(site):
    with pytest.raises(Refused, match="没有节点“2026-05-02 开工”"):
        site.reports(Milestone(text="开工", due=date(2026, 5, 2)))
    with pytest.raises(Refused, match="至少一项"):
        site.reports(START, text="")
    with pytest.raises(NotAllowed):
        site.does(OTHERS, Kind.REPORTED, text="x", node=START.name)
    with pytest.raises(Refused, match="没有待核实的节点"):
        site.does(OFFICE, Kind.NODE_CHECKED, node=START.name, passed=True)
    site.reports(START)
    site.reports(START, text="补照片")
    site.does(OFFICE, Kind.NODE_CHECKED, node=START.name, passed=True)
    with pytest.raises(Refused, match="已核实完成，不用再报"):
        site.reports(START)
    assert site.states() == ["done", "ahead", "ahead"]


def test_the_office_plans_anew_and_what_was_reported_stays(site):
    office = lambda: site.card(OFFICE)  # noqa: E731
    site.reports(START)
    typed = "2026-05-01 开工\n2026年6月1日：结顶\n2026-06-25 验收\n"
    told, more = read_move(office(), Kind.CORRECTED, {"text": "汛期停工", "plan": typed})
    assert (told["plan"], more) == (("2026-05-01 开工", "2026-06-01 结顶", "2026-06-25 验收"), {})
    assert "plan" not in read_move(office(), Kind.CORRECTED, {"text": "x", "plan": "\n".join(one.name for one in PLAN)})[0]
    with pytest.raises(Refused, match="时间节点“下半年验收”没有写清日期"):
        read_move(office(), Kind.CORRECTED, {"text": "x", "plan": "下半年验收"})
    for plan, words in (((ROOF.name,), "节点“2026-05-01 开工”已经报告，不能改掉"),
                        ((START.name, "2026-05-32 结顶"), "没有写清日期和内容"), ((START.name, START.name), "写了两次")):
        with pytest.raises(Refused, match=words):
            site.does(OFFICE, Kind.CORRECTED, text="x", plan=plan)
    with pytest.raises(NotAllowed):
        site.does(LIAISON, Kind.CORRECTED, **told)
    site.does(OFFICE, Kind.CORRECTED, **told)
    site.go_to(date(2026, 5, 25))
    assert site.states() == ["reported", "ahead", "ahead"]
    assert "时间节点改为：2026-05-01 开工；2026-06-01 结顶；2026-06-25 验收" in site.card().happenings[0].told
    assert not [words for words, holds in care.verify(site.database) if not holds]


def test_what_is_parked_asked_to_be_closed_done_or_archived_presses_nobody(site):
    site.go_to(date(2026, 5, 25))
    day = date(2026, 5, 25)
    assert site.states() == ["overdue", "overdue", "ahead"]
    site.does(OFFICE, Kind.PARKED, text="规划未批", due=date(2026, 6, 1))
    assert site.states() == ["still"] * 3
    site.does(OFFICE, Kind.RESUMED, text="批了")
    site.reports(ROOF)
    site.does(LIAISON, Kind.CLOSURE_ASKED, evidence=PHOTO)
    assert site.states() == ["still", "reported", "still"]
    site.does(SUPERVISOR, Kind.CHECKED, passed=True)
    site.does(LEADER, Kind.SIGNED_OFF)
    assert site.states() == ["settled", "done", "settled"], "a sign-off accepts what was reported"
    site.does(OFFICE, Kind.LOOKED_BACK, verdict=Verdict.NOT_KEPT, text="又停了")
    site.does(OFFICE, Kind.RELAPSED, text="又停了", deadline=date(2026, 8, 1))
    assert site.states() == ["settled", "done", "ahead"], "what was due before it was reopened is over"
    site.go_to(date(2026, 7, 1))
    assert site.states()[2] == "overdue"
    archive(site.database, "百日", on=date(2026, 7, 1), who=OFFICE, at=site.house.clock())
    assert site.states()[2] == "still"
    assert not any(one.why in (Why.NODE_DUE, Why.NODE_OVERDUE) for one in reminders.of_day(site.database, day + timedelta(days=60)))


def test_a_missed_milestone_stands_wherever_its_item_does(site):
    day = date(2026, 5, 22)
    site.go_to(day)
    site.reports(START)
    with site.database.reading() as c:
        found = {word: [one.number for one in reads.page(c, filter_of({"nodes": word}), day)] for word in ("overdue", "reported", "x")}
        line = reads.item(c, site.number, day)
    assert found == {"overdue": [site.number], "reported": [site.number], "x": [site.number]}
    assert filter_of({"nodes": "x"}) == Filter() and filter_of({"nodes": "2026-05-20"}).nodes == "2026-05-20"
    assert marks_of(line) == ("节点逾期1个", "节点待核实1个")
    shown = overview(site.database, OFFICE, today=day)
    assert shown.rows[0].nodes_overdue == 1 and "；1个节点逾期；" in shown.sentence.replace("，", "；")
    month = month_of(site.database, Filter(), "2026-05", today=day)
    assert (month.nodes, month.missed) == ({START.due: 1, ROOF.due: 1}, {ROOF.due: 1})
    (line,) = planned(site.database, Filter(nodes="overdue"), today=day, limit=9, offset=0)
    assert [one.state.value for one in line.nodes] == ["reported", "overdue", "ahead"]
    mine = my_items(site.database, LIAISON, today=day)
    assert [(one.words, one.found) for one in mine.waiting if "节点" in one.words] == [("时间节点逾期，请报告完成或说明原因", 1)]
    assert [(one.number, node.milestone) for one, node in mine.nodes] == [(site.number, ROOF)] and mine.nodes_words == "1个逾期"
    assert not my_items(site.database, OTHERS, today=day).nodes
    for who in (OFFICE, SUPERVISOR):
        assert [one.words for one in my_items(site.database, who, today=day).waiting] == ["时间节点已报，待核实"]
    sheet = read_file(list_workbook(site.database, Filter(), as_of=day))[0]
    head = {cell.text: letter for letter, cell in sheet.rows[1].items()}
    assert sheet.rows[2][head["时间节点"]].text == "2026-05-01 开工\n2026-05-20 结顶\n2026-06-25 验收"
    assert sheet.rows[2][head["节点情况"]].text == (
        "2026-05-01 开工：已报待核实（2026-05-22报告）\n2026-05-20 结顶：到期未报\n2026-06-25 验收：未到")


def test_reminders_name_the_milestones_with_their_numbers(site):
    made = make_list.List(house=site.house)
    people = {key: made.person(*who, unit=unit) for key, who, unit in (
        ("unit", ("a", Role.LIAISON), "small-A"), ("other", ("b", Role.LIAISON), "small-B"), ("office", ("o", Role.CLERK), ""),
        ("leader", ("分管副市长", Role.LEADER), ""))}

    def told(day: date) -> dict[str, list[tuple[str, str]]]:
        every, found = reminders.of_day(site.database, day), {}
        for key, who in people.items():
            own = reminders.of_person(site.database, who, day)
            assert own == reminders.mine(every, who)
            found[key] = [(one.why.value, one.words) for one in own if one.why.value.startswith("node")]
        return found

    assert told(date(2026, 4, 23)) == {"unit": [], "other": [], "office": [], "leader": []}
    soon = [("node_due", "1个节点7天后到期：2026-05-01 开工")]
    assert told(date(2026, 4, 24)) == {"unit": soon, "other": [], "office": [], "leader": []}
    assert told(date(2026, 5, 1))["unit"] == [("node_due", "1个节点今天到期：2026-05-01 开工")]
    late = [("node_overdue", "2个节点逾期，最久22天：2026-05-01 开工、2026-05-20 结顶")]
    assert told(date(2026, 5, 23)) == {"unit": late, "other": [], "office": late, "leader": late}
    site.reports(START)
    assert told(date(2026, 4, 25)) == {"unit": [], "other": [], "leader": [], "office": [
        ("node_reported", "1个节点已报，待核实：2026-05-01 开工，等了2天")]}
    site.does(SUPERVISOR, Kind.NODE_CHECKED, node=START.name, passed=False, text="只立了围挡")
    asked = [one.words for one in reminders.of_day(site.database, date(2026, 4, 25)) if one.why is Why.UNANSWERED]
    assert asked == ["节点没有核实通过，请补办后再报（只立了围挡），2天没有回应"]
    assert told(date(2026, 4, 25))["unit"] == [("node_due", "1个节点6天后到期：2026-05-01 开工")]
    site.reports(START)
    site.does(SUPERVISOR, Kind.NODE_CHECKED, node=START.name, passed=True)
    assert not reminders.of_person(site.database, people["unit"], date(2026, 4, 25)), "what was found reached asks for nothing"


def test_reports_of_earlier_times_are_read_and_views_of_earlier_code_are_made_again(site):
    """Once a report kept the words of its milestone beside the event; and there was no table of how milestones stand."""
    site.does(LIAISON, Kind.REPORTED, text="照片为证")
    with site.database.write.begin() as c:
        detail = json.loads(c.execute(text("select detail from item_event where kind = 'reported'")).scalar_one())
        c.execute(update(t.item_event).where(t.item_event.c.kind == "reported").values(
            detail=json.dumps({**detail, "more": {"milestone": "开工"}})))
        c.execute(update(t.item_view).values(version=4))
        c.execute(t.item_node.delete())
        stale = stale_ids(c)
        assert len(stale) == len(c.execute(t.item.select()).all())
        make_again(c, stale)
    assert site.states() == ["reported", "ahead", "ahead"]
    assert site.card(OFFICE).item.waiting_nodes[0].node == "开工"
    site.does(OFFICE, Kind.NODE_CHECKED, node="开工", passed=True)
    assert site.states() == ["done", "ahead", "ahead"]


@pytest.mark.parametrize("said", ["update item_node set state = 'done' where position = 2", "delete from item_node where position = 1",
                                  "update item_node set reported_on = '2026-04-30' where position = 1",
                                  "update item_milestone set due = '2026-07-01' where position = 2; "
                                  "update item_node set due = '2026-07-01' where position = 2"])
def test_what_was_changed_by_hand_is_found(site, said):
    site.reports(START)
    assert not [words for words, holds in care.verify(site.database) if not holds]
    with site.database.write.begin() as c:
        assert [c.execute(text(one)).rowcount for one in said.split("; ")] == [1] * (said.count("; ") + 1)
    assert any("现状与事件重放不一致：1项" in words for words, holds in care.verify(site.database) if not holds)
