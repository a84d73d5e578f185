"""签到台 through the real page: scans, searches, leaving, another person, recusal on the spot, a spoiled paper."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from hall import seating
from office.people import Role
from tests import make
from tests.hall.test_console import scored, seen
from tests.pages.conftest import OpenPage, press, words


def opened(hall: make.Hall, open_page: OpenPage, *roles: Role) -> AppTest:
    return open_page("desk", *roles, sitting=hall.key)


def look_for(page: AppTest, what: str) -> AppTest:
    page.text_input(key="seats/words").set_value(what).run()
    assert not page.exception, page.exception
    return page


def here(hall: make.Hall) -> list[str]:
    return [one.code for one in seen(hall).seats if one.checked_in]


def test_the_desk_is_for_the_people_of_the_hall(hall: make.Hall, open_page: OpenPage) -> None:
    assert "这一页不对您开放" in words(opened(hall, open_page, Role.LEADER))


def test_a_scanned_badge_is_checked_in_and_a_second_scan_says_so(hall: make.Hall, open_page: OpenPage) -> None:
    scored(hall, "U1")
    page = opened(hall, open_page, Role.CLERK)
    link = f"{make.BASE}/b/{hall.secrets['L2']}"
    look_for(page, link)

    assert here(hall) == ["L2"]
    assert "L2 市领导2席已签到。已截止的1家不能补投，没投的按未交计，不算0分。" in words(page)
    look_for(page, "L3")
    assert "已经签到" in words(look_for(page, link)) and "还没签到（7）" in words(page)

    assert page.text_input(key="seats/words").value == "" and hall.secrets["L2"] not in words(page)
    hall.badge("L2")
    assert "这张胸牌已停用" in words(look_for(page, link))


def test_a_seat_is_found_by_name_and_others_stay_within_reach(hall: make.Hall, open_page: OpenPage) -> None:
    page = look_for(opened(hall, open_page, Role.CLERK), "代表")
    assert "P1　代表1" in words(page)
    press(page, "P2　代表2")
    press(page, "签到")
    assert here(hall) == ["P2"]
    assert "作废一张票" not in [one.label for one in page.button]  # a secret paper is nobody's

    press(page, "经过")
    assert "签到（tester）" in words(page)
    press(page, "取消签到")
    assert here(hall) == []


def test_a_new_badge_is_shown_large_once_with_its_link(hall: make.Hall, open_page: OpenPage) -> None:
    page = look_for(opened(hall, open_page, Role.CLERK), "L1")
    press(page, "手机坏了、胸牌丢了：出新码")

    link = page.session_state["seats/issued"].link
    assert link in words(page) and "这个码只显示这一次" in "\n".join(str(one.value) for one in page.markdown)
    assert [one.label for one in page.get("download_button")] == ["打印这一张"]
    press(page, "好了")
    assert link not in words(page) and "L1　市领导1席" in words(page)


def test_leaving_tells_its_consequence_and_stops_the_badge(hall: make.Hall, open_page: OpenPage) -> None:
    page = look_for(opened(hall, open_page, Role.HOST), "L1")
    press(page, "签到")
    press(page, "离席")
    assert "已投的票照算" in words(page)
    press(page, "返回")
    assert here(hall) == ["L1"]

    press(page, "离席")
    press(page, "确认离席")
    assert here(hall) == [] and "没有能用的胸牌" in words(page)


def test_another_person_takes_the_seat_and_gets_a_code_at_once(hall: make.Hall, open_page: OpenPage) -> None:
    page = look_for(opened(hall, open_page, Role.HOST), "L1")
    press(page, "换人")
    press(page, "确认换人，出新码")
    assert "请写明新来的人" in words(page)

    page.text_input(key="seats/name").set_value("候补一")
    page.text_input(key="seats/why").set_value("急事")
    press(page, "确认换人，出新码")

    assert page.session_state["seats/issued"].name == "候补一"
    assert next(one.name for one in seen(hall).seats if one.code == "L1") == "候补一"


def test_the_host_is_told_that_a_paper_is_in_before_he_recuses_its_judge(hall: make.Hall, open_page: OpenPage) -> None:
    hall.open("U2")
    hall.cast("L1", 97)
    page = look_for(opened(hall, open_page, Role.HOST), "L1")
    press(page, "登记回避")
    assert page.selectbox(key="seats/target").value == "U2"
    assert "已经投了：确认后按回避处理" in words(page) and "97" not in words(page)

    page.text_input(key="seats/why").set_value("亲属")
    press(page, "确认回避")
    seat = next(one for one in seen(hall).seats if one.code == "L1")
    assert seen(hall).recused(seat, "U2") == "亲属"

    press(page, "登记回避")
    press(page, "撤销对B县的回避（亲属）")
    assert seen(hall).recused(seat, "U2") is None


def test_the_clerk_spoils_a_paper_with_a_reason(hall: make.Hall, open_page: OpenPage) -> None:
    scored(hall, "U1", "U2")
    page = look_for(opened(hall, open_page, Role.CLERK), "L1")
    assert "登记回避" not in [one.label for one in page.button]
    press(page, "作废一张票")
    assert "只让这位评委重打，作废后请他填一张纸票" in words(page)
    press(page, "确认作废这张票")
    assert "作废一张票要写明原因" in words(page)

    page.selectbox(key="seats/target").set_value("U2")
    page.text_input(key="seats/why").set_value("打错单位")
    press(page, "确认作废这张票")

    seat = next(one for one in seen(hall).seats if one.code == "L1")
    assert seating.spoilable(hall.house.database, seen(hall), seat) == ("U1",)
    assert "这张票已作废" in words(page)
