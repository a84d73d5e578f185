"""成绩 through the real page: who sees what, in which version, and whether a ballot can be found again."""

from __future__ import annotations

import json

import pytest

from hall.house import move_into
from hall.outcome import results
from office.people import Role
from tests import make
from tests.hall.test_late import come_late
from tests.hall.test_standings import DEDUCTIONS, score
from tests.pages.entrance import open_page, sign_in, text


@pytest.fixture
def hall(tmp_path):
    house = make.house(f"sqlite:///{tmp_path / 'leitai.db'}")
    move_into(house)
    yield make.sitting(house)
    move_into(None)
    house.close()


@pytest.fixture
def leader(hall):
    return sign_in(hall.house, Role.LEADER)


@pytest.fixture
def liaison(hall):
    return sign_in(hall.house, Role.LIAISON, unit="small-A", name="liaison")


def test_without_a_sign_in_there_is_nothing_but_the_way_to_the_door(hall, monkeypatch):
    score(hall, U1=90)

    assert text(open_page(monkeypatch, None, "results")).count("A县") == 0


def test_before_publication_a_leader_sees_a_draft_and_a_liaison_none(hall, leader, liaison, monkeypatch):
    score(hall, U1=90)
    hall.open("U2")
    hall.cast("L1", 77)

    draft = text(open_page(monkeypatch, leader, "results"))
    closed = text(open_page(monkeypatch, liaison, "results"))

    assert "<b>未公布</b>" in draft and "91.00" in draft and "打分中</b>（1家）：B县" in draft
    assert "还没有公布" in closed and "91.00" not in closed


def test_after_publication_the_sentence_comes_first_and_the_table_has_every_unit(hall, liaison, monkeypatch):
    score(hall, U1=90, U2=80, U3=70)
    hall.publish()
    hall.reveal()

    page = open_page(monkeypatch, liaison, "results")
    shown = text(page)

    assert "3家排名：A县91.00分，第1名" in shown
    assert "未公布" not in shown
    assert all(f"{name}</a>" in shown for name in ("A县", "B县", "C县"))
    assert len(page.get("plotly_chart")) == 1
    assert "示例数据" in shown


def test_a_deduction_is_said_in_the_picture_and_in_the_table(hall, monkeypatch):
    late = make.sitting(hall.house, make.plan("late", rule=make.RULE + DEDUCTIONS, components=(("U1", "overtime", "1"),)))
    score(late, U1=90)

    page = open_page(monkeypatch, sign_in(hall.house, Role.HOST), "results", s=late.key)

    assert '超时1次，扣0.10分</div>' in text(page)
    assert "90.90（超时1次，扣0.10分）" in json.loads(page.get("plotly_chart")[0].proto.spec)["data"][-1]["text"]


def test_one_unit_by_its_address_is_explained_down_to_the_named_ballots(hall, leader, monkeypatch):
    score(hall, U1=90, U2=80, U3=70)
    hall.publish()

    page = open_page(monkeypatch, leader, "results", u="U2")

    assert page.title[0].value == "B县：成绩怎么算出来的"
    assert "60%×80.50 + 40%×81.00 = 80.70" in text(page)
    assert [one.label for one in page.expander][:1] == ["市领导组的每一张票（实名，4张）"]


def test_a_liaison_gets_the_groups_and_no_ballot_and_no_package(hall, liaison, monkeypatch):
    score(hall, U1=90, U2=80, U3=70)
    hall.publish()
    hall.reveal()

    page = open_page(monkeypatch, liaison, "results", u="U2")

    shown = text(page)
    assert "80.50" in shown and "L1" not in shown and "实名，" not in " ".join(one.label for one in page.expander)
    assert not page.get("plotly_chart")
    assert "复算包里有实名评委的逐票" in shown
    assert not [one for one in page.get("download_button") if "复算包" in one.proto.label]


def test_choosing_a_unit_puts_it_into_the_address(hall, leader, monkeypatch):
    score(hall, U1=90, U2=80, U3=70)
    hall.publish()
    page = open_page(monkeypatch, leader, "results")

    page.selectbox(key="filter-u").set_value("U3").run()

    assert page.title[0].value == "C县：成绩怎么算出来的"
    assert page.query_params["u"] == "U3"


def test_a_judge_finds_the_receipt_and_a_replaced_one_is_said_to_be_replaced(hall, liaison, monkeypatch):
    hall.open("U1")
    first = hall.cast("P1", 70)
    second = hall.cast("P1", 75)
    hall.everybody(90)
    hall.close()
    score(hall, U2=80, U3=70)
    hall.publish()
    hall.reveal()
    last = next(code for code, name, counted in results.receipts(hall.house.database, hall.key)
                if name == "A县" and counted)
    page = open_page(monkeypatch, liaison, "results")

    for typed, words in ((last, "已计入：A县"), (last.lower().replace("-", " "), "已计入：A县"),
                         (first.code, "已被同一席位后来的修改代替"), (second.code, "已被同一席位后来的修改代替"),
                         ("AAAA-AA", "公布的回执码里没有 AAAA-AA")):
        page.text_input(key="receipt").set_value(typed).run()
        assert words in text(page), typed


def test_an_older_version_is_marked_as_corrected_with_the_reason_in_the_list(hall, liaison, monkeypatch):
    score(hall, U1=90, U2=80)
    hall.publish(despite_warnings=True)
    hall.reveal()
    score(hall, U3=95)
    hall.publish(reason="补充打分<b>")
    hall.reveal()

    old = text(open_page(monkeypatch, liaison, "results", v="1"))
    new = text(open_page(monkeypatch, liaison, "results"))

    assert "第1版已被第2版更正" in old and "还没打分</b>（1家）：C县" in old
    assert "更正原因：补充打分&lt;b&gt;" in new and "旧版本" not in new


def test_another_sitting_starts_at_its_own_ranking_and_newest_version(hall, leader, monkeypatch):
    score(hall, U1=90, U2=80)
    hall.publish(despite_warnings=True)
    score(hall, U3=95)
    hall.publish(reason="补充打分")
    other = make.sitting(hall.house, make.plan(key="other", period="2026Q2"))
    score(other, U1=90, U2=80, U3=70)
    other.publish()
    page = open_page(monkeypatch, leader, "results", s="small", u="U2", v="2")
    assert page.title[0].value == "B县：成绩怎么算出来的"

    page.selectbox[0].set_value("other").run()

    assert page.title[0].value == "县区比拼现场 2026Q2 成绩"
    assert "u" not in page.query_params and "v" not in page.query_params


@pytest.mark.parametrize("v", ["9", "x", "0", "１"])
def test_a_version_that_does_not_exist_is_refused_in_words_or_ignored(hall, leader, monkeypatch, v):
    score(hall, U1=90, U2=80, U3=70)
    hall.publish()

    shown = text(open_page(monkeypatch, leader, "results", v=v))

    assert (f"没有第{v}版成绩" in shown) if v in "90" else "3家排名" in shown


def test_a_rule_that_gives_no_result_yet_is_said_in_words(hall, leader, monkeypatch):
    hall.open("U1")
    hall.cast("L1", 90)
    hall.close()

    shown = text(open_page(monkeypatch, leader, "results"))

    assert "没有可用的票，得不出组分" in shown


def test_the_people_of_the_hall_find_papers_that_came_too_late_and_a_liaison_does_not(hall, leader, liaison,
                                                                                     monkeypatch):
    score(hall, U1=90, U2=80, U3=70)
    assert "迟到" not in text(open_page(monkeypatch, leader, "results"))
    hall.house.clock.advance(30)
    come_late(hall, hall.house.live.at(hall.key).rounds[0].id, "L1", "P1", "P2", "P3")
    draft = text(open_page(monkeypatch, leader, "results"))
    hall.publish()
    hall.reveal()

    assert "市领导1席" in draft and "无记名，至少3张" in draft and "09:00:30" in draft
    assert ">97" not in draft and "代表1" not in draft
    assert "市领导1席" in text(open_page(monkeypatch, leader, "results"))
    assert "迟到" not in text(open_page(monkeypatch, liaison, "results"))


def test_while_the_hall_is_shown_a_result_a_liaison_waits_on_every_page_and_the_hall_is_told_so(
        hall, leader, liaison, monkeypatch):
    score(hall, U1=90, U2=80, U3=70)
    hall.publish()
    asked = [{}, {"u": "U2"}, {"v": "1"}, {"u": "U2", "v": "1"}]

    of_the_hall = text(open_page(monkeypatch, leader, "results"))
    pages = [open_page(monkeypatch, liaison, "results", **one) for one in asked]

    for page in pages:
        assert "这一场的成绩正在现场揭晓，请看会场大屏。揭晓完毕后在这里查看排名和计算过程，最迟10:00。" in text(page)
        assert not any(told in text(page) for told in ("91.00", "81.00", "第1名", "A县", "B县：成绩"))
        assert not page.get("download_button") and not page.get("plotly_chart") and not page.get("expander")
    assert "第1版还没有揭晓完</b>公开看板和单位联络员等现场揭晓完毕才看得到，最迟10:00" in of_the_hall and "91.00" in of_the_hall
    hall.reveal()
    pages[0].button(key="hall-first/again").click().run()
    assert "A县91.00分，第1名" in text(pages[0])
    assert "还没有揭晓完" not in text(open_page(monkeypatch, leader, "results"))


def test_a_correction_within_the_sitting_takes_a_liaison_back_to_the_hall_screen(hall, liaison, monkeypatch):
    score(hall, U1=90, U2=80)
    hall.publish(despite_warnings=True)
    hall.reveal()
    score(hall, U3=95)
    hall.publish(reason="补充打分")

    for asked in ({}, {"v": "1"}, {"v": "2"}):
        shown = text(open_page(monkeypatch, liaison, "results", **asked))
        assert "更正后的第2版正在现场揭晓" in shown and "补充打分" not in shown and "91.00" not in shown
