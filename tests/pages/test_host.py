"""主持台 through the real page: a sitting led from the first unit to the correction, two consoles, seats and badges."""

from __future__ import annotations

from typing import Any

from streamlit.testing.v1 import AppTest

from db.stores.checks import Checks
from db.values import DeviceCheck
from db.work import work
from hall.stage import overdue, rounds
from office.people import Role
from scoring.round import Phase
from tests import make
from tests.hall.test_console import scored, seen
from tests.hall.test_late import come_late
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
    """The dialog of seats, with this one looked up in the field of the console."""
    return page.text_input(key="find").set_value(seat).run()


def go(hall: make.Hall, page: AppTest) -> AppTest:
    """Press the red key, and let the breath after it pass."""
    press(page, step(page))
    hall.house.clock.advance(1)  # type: ignore[attr-defined]
    return page.run()


def pass_seconds(hall: make.Hall, page: AppTest, seconds: float) -> AppTest:
    """Time passes, the hall's clock beats, the page draws itself anew."""
    hall.house.clock.advance(seconds)  # type: ignore[attr-defined]
    hall.house.tick()
    hall.house.live.refresh()
    return page.run()


def tab_in_front(page: AppTest, *names: str) -> str:
    """Which of these tabs a browser shows first: AppTest draws every tab, so it is read off what the page asks for."""
    nodes: list[Any] = [page._tree]
    for node in nodes:
        below = list(getattr(node, "children", {}).values())
        if [getattr(one, "label", "") for one in below] == list(names):
            return names[node.proto.tab_container.default_tab_index]
        nodes += below
    raise AssertionError(f"no tabs {names}")


def announces(hall: make.Hall, *codes: str) -> None:
    """These seats' phones say that they hold a finished paper for the open round."""
    current = seen(hall).round
    assert current is not None
    for seat in seen(hall).seats:
        if seat.code in codes:
            hall.house.presence.heard(seat.id, f"{current.id} sealed", hall.now)


def checked(hall: make.Hall, seat_id: int, *, storage: bool, lost: int) -> None:
    with work(hall.house.database) as w:
        Checks(w.c).note([DeviceCheck(seat_id=seat_id, checked_at=hall.now, storage=storage, skew_ms=0, round_trip_ms=80,
                                   lost=lost)])


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
        for ending in ("马上截止", "已截止，正在收票"):
            assert step(page) == ending and "应投的都已投票，可以立即截止" in words(page)
            pass_seconds(hall, page, 5)
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


def test_when_time_runs_out_the_host_publishes_what_is_scored(hall: make.Hall, open_page: OpenPage) -> None:
    scored(hall, "U1", "U2")
    page = opened(hall, open_page)
    assert step(page).startswith("下一家"), "the red key leads on"
    press(page, "提前公布")
    assert "还没打分：C县" in words(page) and page.button(key="publish/yes").disabled

    page.checkbox(key="publish/accept").check()
    press(page, "提前公布")
    page.button(key="publish/yes").click().run()
    assert seen(hall).published == 1 and "提前公布" not in [one.label for one in page.run().button]


def test_a_second_click_right_after_the_first_is_part_of_it(hall: make.Hall, open_page: OpenPage) -> None:
    page = opened(hall, open_page)
    press(page, "请第1家 A县上台")
    press(page, "开始打分")
    assert seen(hall).rounds == () and step(page) == "开始打分"

    hall.house.clock.advance(1)  # type: ignore[attr-defined]
    press(page, "开始打分")
    assert len(seen(hall).rounds) == 1


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

    assert "host已在09:00:00开始打分（A县）。请看清后再操作。" in words(page)


def test_more_time_and_closing_at_once(hall: make.Hall, open_page: OpenPage) -> None:
    hall.open("U1", seconds=60)
    page = opened(hall, open_page)
    press(page, "延时30秒")
    assert "01:30" in words(page)

    press(page, "立即截止")
    assert seen(hall).rounds[0].phase is Phase.CLOSED


def test_the_end_is_counted_down_collected_and_closed_with_the_names_of_who_is_on_the_way(
        hall: make.Hall, open_page: OpenPage) -> None:
    hall.open("U1")
    hall.cast("L2")
    announces(hall, "L1", "P1")
    page = opened(hall, open_page)
    assert "票在路上" not in words(page)

    press(page, "截止打分")
    hall.house.live.refresh()
    assert step(page.run()) == "马上截止" and "00:05" in words(page)
    assert "票在路上" in words(page) and "<b>市领导</b>　市领导1席</div>" in words(page) and "代表1" not in words(page)
    pass_seconds(hall, page, 5)
    assert step(page) == "已截止，正在收票" and "正在收最后的票</small>5秒" in words(page)
    assert "可能还有票在路上" in words(page) and "打分中，" not in words(page)
    pass_seconds(hall, page, 2)
    assert "正在收最后的票</small>3秒" in words(page)

    hall.cast("L1", 97)
    hall.house.presence.delivered(next(seat.id for seat in seen(hall).seats if seat.code == "L1"),
                                  seen(hall).round.id)  # type: ignore[union-attr]
    pass_seconds(hall, page, 1.5)
    assert "市领导1席" not in words(page) and "97" not in words(page)
    pass_seconds(hall, page, 1.5 + overdue.STORING.total_seconds())
    assert step(page) == "下一家：第2家 B县上台"


def test_closing_at_once_asks_once_more_while_a_paper_is_known_to_be_on_the_way(hall: make.Hall,
                                                                              open_page: OpenPage) -> None:
    hall.open("U1")
    announces(hall, "L3")
    page = opened(hall, open_page)
    press(page, "立即截止")
    assert seen(hall).rounds[0].phase is Phase.OPEN
    assert "市领导3席还有票在路上。现在截止，送到也不计票。要截止请再按一次。" in words(page)

    press(page, "不等了，截止")
    assert seen(hall).rounds[0].phase is Phase.CLOSED


def test_more_time_while_the_last_papers_come_in_gives_the_red_key_back(hall: make.Hall, open_page: OpenPage) -> None:
    hall.open("U1", seconds=10)
    page = opened(hall, open_page)
    pass_seconds(hall, page, 12)
    assert step(page) == "已截止，正在收票"

    press(page, "延时30秒")
    assert step(page) == "截止打分" and "00:30" in words(page)


def test_papers_that_came_too_late_are_told_after_the_close_and_never_their_marks(hall: make.Hall,
                                                                                open_page: OpenPage) -> None:
    round_id = hall.open("U1")
    hall.close()
    page = opened(hall, open_page)
    assert "迟到" not in words(page)
    come_late(hall, round_id, "L1", "P1", "P2")
    assert "迟到1张，不计票" in words(page.run())

    come_late(hall, round_id, "P3")
    assert "迟到至少4张，不计票" in words(page.run()) and "97" not in words(page)


def test_before_a_round_the_host_sees_which_phones_are_ready_and_what_troubles_the_others(
        hall: make.Hall, open_page: OpenPage) -> None:
    by_code = {seat.code: seat for seat in seen(hall).seats}
    for code, storage, lost in (("L1", True, 0), ("L2", False, 0), ("P1", True, 4)):
        checked(hall, by_code[code].id, storage=storage, lost=lost)
        hall.house.presence.heard(by_code[code].id, "", hall.now)
    page = opened(hall, open_page)

    assert "手机就绪 1／4" in words(page) and "手机就绪 0／4" in words(page) and "在线2" in words(page)
    assert "手机有问题（2）" in words(page)
    assert "■ 市领导2席：不能保存草稿" in words(page) and "■ P1号席：5次应答丢了4次" in words(page)

    hall.open("U1")
    assert "手机就绪" not in words(page.run()) and "手机有问题" not in words(page)


def test_a_round_is_voided_for_a_reason_and_balloted_again(hall: make.Hall, open_page: OpenPage) -> None:
    hall.open("U1")
    hall.cast("L1", 97)
    page = opened(hall, open_page)
    press(page, "作废重投")
    page.button(key="void/yes").click().run()
    assert "作废要写明原因" in words(page) and seen(hall).rounds[0].phase is Phase.OPEN

    press(page, "作废重投")
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


def test_once_balloting_has_begun_the_order_opens_on_what_is_still_possible(hall: make.Hall, open_page: OpenPage) -> None:
    page = opened(hall, open_page)
    press(page, "换序／抽签")
    assert tab_in_front(page, "抽签", "手动") == "抽签"

    hall.open("U1")
    hall.close()
    press(page, "换序／抽签")
    assert tab_in_front(page, "抽签", "手动") == "手动"


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


def test_a_seat_is_checked_in_and_a_dead_phone_gets_a_new_code_in_two_steps(hall: make.Hall, open_page: OpenPage) -> None:
    page = opened(hall, open_page)
    old = hall.secrets["L2"]
    found(page, "l2").button(key="seats/in/L2").click().run()
    assert [one.code for one in seen(hall).seats if one.checked_in] == ["L2"]

    found(page, "L2")
    assert "旧胸牌立即停用，已投的票都保留。" in words(page) and hall.house.live.seat(old) is not None
    page.button(key="seats/badge/L2").click().run()

    issued = page.session_state["seats/issued"]
    hall.house.live.refresh()
    fresh = hall.house.live.seat(issued.link.rsplit("/", 1)[1])
    assert fresh is not None and fresh.code == "L2"
    assert hall.house.live.seat(old) is None


def test_spoiling_a_paper_is_the_clerks_and_not_on_the_hosts_console(hall: make.Hall, open_page: OpenPage) -> None:
    scored(hall, "U1")
    page = opened(hall, open_page)
    found(page, "L1")

    assert {"换人", "登记回避"} <= {one.label for one in page.button}
    assert "作废一张票" not in [one.label for one in page.button]


def test_a_correction_needs_a_reason_and_says_when_nothing_would_change(hall: make.Hall, open_page: OpenPage) -> None:
    scored(hall, "U1", "U2", "U3")
    hall.publish(despite_warnings=True)
    page = opened(hall, open_page)
    press(page, "更正成绩")
    page.button(key="publish/yes").click().run()
    assert "原因" in words(page) and seen(hall).published == 1

    press(page, "更正成绩")
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
