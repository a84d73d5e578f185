"""主持台 through the real page: a sitting led from the first unit to the correction, two consoles, seats and badges."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from hall import rounds
from office.people import Role
from scoring.round import Phase
from tests import make
from tests.hall.test_console import scored, seen
from tests.pages.conftest import OpenPage, press, words


def opened(hall: make.Hall, open_page: OpenPage) -> AppTest:
    return open_page("host", Role.HOST, sitting=hall.key)


def step(page: AppTest) -> str:
    """What the red key says; there is only one."""
    red = [one for one in page.button if one.key == "step"]
    assert len(red) == 1
    return red[0].label


# Under AppTest a press inside a dialog draws the whole page anew, without the dialog (a browser redraws the dialog
# alone): so a field is filled, and the dialog asked for again, before its button is pressed.


def found(page: AppTest, seat: str) -> AppTest:
    """The dialog of seats, with this one looked up."""
    press(page, "签到与胸牌")
    page.text_input(key="seats/words").set_value(seat)
    return press(page, "签到与胸牌")


def go(hall: make.Hall, page: AppTest) -> AppTest:
    """Press the red key, and let the breath after it pass."""
    press(page, step(page))
    hall.house.clock.advance(1)  # type: ignore[attr-defined]
    return page.run()


def test_only_hosts_and_administrators_may_lead(hall: make.Hall, open_page: OpenPage) -> None:
    page = open_page("host", Role.LEADER, Role.CLERK, sitting=hall.key)

    assert "这一页不对您开放" in words(page)
    assert not [one for one in page.button if one.key == "step"]


def test_a_sitting_is_led_by_one_key_from_the_first_unit_to_the_publication(hall: make.Hall,
                                                                            open_page: OpenPage) -> None:
    page = opened(hall, open_page)
    said = []
    for mark in (95, 85, 75):
        said.append(step(page))
        go(hall, page)
        said.append(step(page))
        go(hall, page)
        hall.everybody(mark)
        said.append(step(page))
        go(hall, page)
        assert step(page) == "马上截止"
        hall.house.clock.advance(5)  # type: ignore[attr-defined]
        hall.house.tick()
        page.run()
    said.append(step(page))
    press(page, "公布成绩")
    page.button(key="publish/yes").click().run()

    assert said == ["请第1家 A县上台", "开始打分", "截止打分", "下一家：第2家 B县上台", "开始打分", "截止打分",
                    "下一家：第3家 C县上台", "开始打分", "截止打分", "公布成绩"]
    assert seen(hall).published == 1
    assert {one.phase for one in seen(hall).rounds} == {Phase.PUBLISHED}
    assert step(page.run()) == "成绩已公布"


def test_warnings_must_be_accepted_before_publishing(hall: make.Hall, open_page: OpenPage) -> None:
    scored(hall, "U1", "U2")
    page = opened(hall, open_page)
    rounds.show(hall.house.database, hall.key, "agenda", None, by="host", at=hall.now)
    hall.house.live.refresh()
    hall.open("U3")
    hall.cast("L1", 60)
    hall.cast("P1", 60)
    hall.close()
    page.run()
    press(page, "公布成绩")
    assert "请留意" in words(page) and "C县：市领导有效票1张" in words(page) and "U3：" not in words(page)
    assert page.button(key="publish/yes").disabled

    page.checkbox(key="publish/accept").check()
    press(page, "公布成绩")
    page.button(key="publish/yes").click().run()
    assert seen(hall).published == 1


def test_a_second_click_right_after_the_first_finds_a_resting_key(hall: make.Hall, open_page: OpenPage) -> None:
    page = opened(hall, open_page)
    press(page, "请第1家 A县上台")

    assert step(page) == "开始打分" and page.button(key="step").disabled
    hall.house.clock.advance(1)  # type: ignore[attr-defined]
    assert not page.run().button(key="step").disabled


def test_no_mark_of_an_open_or_closed_round_stands_on_the_console(hall: make.Hall, open_page: OpenPage) -> None:
    hall.open("U1", seconds=120)
    hall.cast("L1", 97)
    hall.cast("P1", 96)
    page = opened(hall, open_page)
    assert "打分中" in words(page) and "02:00" in words(page)
    assert "市领导2席" in words(page) and "代表2" not in words(page)
    assert "97" not in words(page) and "96" not in words(page)

    hall.close()
    assert "已截止" in words(page.run()) and "97" not in words(page)


def test_the_console_that_looks_at_an_earlier_round_is_refused_in_words_that_stay(hall: make.Hall,
                                                                                open_page: OpenPage) -> None:
    hall.open("U1")
    page = opened(hall, open_page)
    hall.close()
    hall.open("U2")
    press(page, "截止打分")

    assert "您看到的那一轮已经结束，现在是B县在打分" in words(page)
    assert seen(hall).round is not None and seen(hall).round.closes_at is None  # type: ignore[union-attr]
    hall.house.clock.advance(3)  # type: ignore[attr-defined]
    assert "您看到的那一轮已经结束" in words(page.run())
    hall.house.clock.advance(30)  # type: ignore[attr-defined]
    assert "您看到的那一轮已经结束" not in words(page.run())


def test_two_consoles_open_the_same_unit_and_the_second_hears_why_not(hall: make.Hall, open_page: OpenPage) -> None:
    rounds.show(hall.house.database, hall.key, "target", "U1", by="host", at=hall.now)
    hall.house.live.refresh()
    page = opened(hall, open_page)
    hall.open("U1")
    press(page, "开始打分")

    assert "正在打分，请先截止" in words(page)


def test_more_time_and_closing_at_once(hall: make.Hall, open_page: OpenPage) -> None:
    hall.open("U1", seconds=60)
    page = opened(hall, open_page)
    press(page, "延时30秒")
    assert "01:30" in words(page)

    press(page, "立即截止")
    assert seen(hall).rounds[0].phase is Phase.CLOSED


def test_a_round_is_voided_for_a_reason_and_balloted_again(hall: make.Hall, open_page: OpenPage) -> None:
    hall.open("U1")
    hall.cast("L1", 97)
    page = opened(hall, open_page)
    press(page, "作废重投")
    assert page.button(key="void/yes").disabled

    page.text_input(key="void/reason").set_value("网络故障")
    press(page, "作废重投")
    page.button(key="void/yes").click().run()

    assert [(one.phase, one.void_reason) for one in seen(hall).rounds] == [(Phase.VOID, "网络故障")]
    assert "已作废" in words(page) and step(page) == "重新打分"
    go(hall, page)
    assert hall.house.live.turnout(seen(hall).rounds[-1].id) == {}


def test_the_order_is_drawn_by_lot_with_its_seed_or_moved_by_hand(hall: make.Hall, open_page: OpenPage) -> None:
    page = opened(hall, open_page)
    press(page, "换序／抽签")
    page.text_input(key="order/seed").set_value("20190423")
    press(page, "换序／抽签")
    page.button(key="order/draw").click().run()
    drawn = [one.key for one in seen(hall).targets]
    assert seen(hall).sitting.draw_seed == "20190423"

    press(page, "换序／抽签")
    page.selectbox(key="order/which").set_value(drawn[2])
    page.button(key="order/-1").click().run()
    assert [one.key for one in seen(hall).targets] == [drawn[0], drawn[2], drawn[1]]
    assert seen(hall).sitting.draw_seed is None


def test_another_unit_is_called_out_of_order_and_the_screen_is_switched(hall: make.Hall, open_page: OpenPage) -> None:
    page = opened(hall, open_page)
    press(page, "换人上台／大屏")
    page.selectbox(key="stage/who").set_value("U3")
    page.button(key="stage/call").click().run()
    assert (seen(hall).stage.shows, seen(hall).stage.target) == ("target", "U3")

    press(page, "换人上台／大屏")
    assert page.button(key="stage/ranking").disabled
    page.button(key="stage/agenda").click().run()
    assert seen(hall).stage.shows == "agenda"


def test_a_seat_is_checked_in_and_gets_a_new_badge_after_a_warning(hall: make.Hall, open_page: OpenPage) -> None:
    page = opened(hall, open_page)
    old = hall.secrets["L2"]
    found(page, "L2").button(key="seats/in/L2").click().run()
    assert [one.code for one in seen(hall).seats if one.checked_in] == ["L2"]

    found(page, "L2").button(key="seats/ask/L2").click().run()
    found(page, "L2")
    assert "原来的胸牌立即停用" in words(page) and hall.house.live.seat(old) is not None
    page.button(key="seats/badge/L2").click().run()

    issued = page.session_state["seats/issued"]
    hall.house.live.refresh()
    fresh = hall.house.live.seat(issued.link.rsplit("/", 1)[1])
    assert fresh is not None and fresh.code == "L2"
    assert hall.house.live.seat(old) is None


def test_a_correction_needs_a_reason_and_says_when_nothing_would_change(hall: make.Hall, open_page: OpenPage) -> None:
    scored(hall, "U1", "U2", "U3")
    hall.publish(despite_warnings=True)
    page = opened(hall, open_page)
    press(page, "更正成绩")
    assert page.button(key="publish/yes").disabled

    page.text_input(key="publish/reason").set_value("复核")
    press(page, "更正成绩")
    page.button(key="publish/yes").click().run()

    assert "成绩与上一版完全相同" in words(page)
    assert seen(hall).published == 1


def test_a_publication_on_another_console_brings_the_correction_within_reach(hall: make.Hall,
                                                                             open_page: OpenPage) -> None:
    scored(hall, "U1", "U2", "U3")
    page = opened(hall, open_page)
    assert "更正成绩" not in [one.label for one in page.button]
    hall.publish(despite_warnings=True)

    assert "更正成绩" in [one.label for one in page.run().button]


def test_everything_the_host_does_is_on_record_under_his_name(hall: make.Hall, open_page: OpenPage) -> None:
    page = open_page("host", Role.HOST, name="zhuchi", sitting=hall.key)
    go(hall, page)
    go(hall, page)

    from db.reads import people
    with hall.house.database.reading() as c:
        lines = people.record(c, limit=2)
    assert [(one.actor, one.action) for one in lines] == [("zhuchi", "开始打分"), ("zhuchi", "大屏切换")]
