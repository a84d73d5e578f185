"""主持台 and 大屏 while a template is walked: the clock's keys, the segments, overtime, undo, and the editor of the template."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from db.reads import sittings as reads
from db.values import SLIP
from hall.moment import turn
from hall.screen import showing
from hall.screen.wall_stage import Face, SegmentWall, face
from hall.stage import segments
from office.people import Role
from pages import _wall, _wall_clock
from tests import make
from tests.hall.test_console import seen
from tests.hall.test_segments import begin, newest, staged
from tests.hall.test_wall import on_wall
from tests.pages.conftest import OpenPage, press, words
from tests.pages.test_host import go, opened, pass_seconds, step
from tests.pages.test_prepare import field, tap

OVERTIME = make.RULE + """
[[deductions]]
key = "overtime"
name = "发言超时"
points = "-0.5"
"""


def labels(page: AppTest) -> list[str]:
    return [one.label for one in page.button]


def test_a_unit_is_led_through_its_segments_with_a_clock_that_counts_beyond_its_limit(house: make.House,
                                                                                   open_page: OpenPage) -> None:
    hall = staged(house, rule=OVERTIME)
    page = opened(hall, open_page)
    for expected in ("开始指标亮晒", "结束指标亮晒，开始回头看短片", "结束回头看短片，请第1家 A县上台", "开始发言（8分钟）"):
        assert step(page) == expected
        go(hall, page)
    assert "▶ 计时中　时限8分钟" in words(page) and "07:59" in words(page) and "◆ 发言" in words(page)
    screen = open_page("screen", Role.LEADER, sitting=hall.key)
    assert "项目开工慢" in words(screen) and "◆ 发言" in words(screen)
    assert not screen.button

    page = opened(hall, open_page)
    press(page, "‖ 暂停计时")
    pass_seconds(hall, page, 30)
    assert "‖ 已暂停" in words(page) and "07:59" in words(page)
    press(page, "▶ 继续计时")
    press(page, "＋1分钟")
    pass_seconds(hall, page, 480)
    assert "▲ 快到时间　时限9分钟" in words(page) and "00:59" in words(page)
    pass_seconds(hall, page, 71)
    assert "■ 超时" in words(page) and "超时 00:12" in words(page)

    page.button(key="overtime/book").click().run()
    assert "A县计超时扣分1次" in words(page) and "再计一次" in labels(page)
    with house.database.reading() as c:
        assert reads.components(c, seen(hall).sitting.id) == (("U1", "overtime", "1"),)
    page.button(key="overtime/back").click().run()
    with house.database.reading() as c:
        assert reads.components(c, seen(hall).sitting.id) == ()

    assert step(page) == "结束发言，开始市长点评（3分钟）"
    go(hall, page)
    assert "用时：发言 09:12（超时00:12）" in words(page)
    assert {"✓ 发言", "▶ 市长点评", "○ 打分", "✓ 指标亮晒"} <= set(labels(page))
    press(page, "○ 打分")
    assert step(page) == "截止打分" and turn.going(seen(hall)) is None


def test_one_paper_for_all_is_opened_before_everybody_has_spoken_where_somebody_is_not_there(house: make.House,
                                                                                          open_page: OpenPage) -> None:
    hall = staged(house, "town")
    page = opened(hall, open_page)
    while "A县上台" not in step(page):
        go(hall, page)

    page.button(key="segment/ballot-all").click().run()

    current = turn.open_round_of(seen(hall))
    assert current is not None and current.targets == ("U1", "U2", "U3") and step(page) == "截止打分"
    assert "3家一并打分" in words(page) and "用时" not in words(page), "the time that the first one took is not that of all"

    hall.close()
    assert step(page.run()) == "开始总结讲话", "nobody speaks after the ballot, who has not spoken neither"


def test_a_slip_is_taken_back_and_who_pressed_last_is_said(house: make.House, open_page: OpenPage) -> None:
    hall = staged(house)
    segments.call_up(house.database, hall.key, "U1", seen=0, by="主持人甲", at=hall.now)
    page = open_page("host", Role.HOST, name="主持人乙", sitting=hall.key)
    assert "刚才：主持人甲 09:00:00 请A县上台" in words(page)
    press(page, "○ 打分")
    assert "刚才：主持人乙 09:00:00 开始打分（A县）" in words(page)

    hall.house.clock.advance(1)  # type: ignore[attr-defined]
    press(page, "撤销开始打分")
    assert "已撤销“开始打分（A县）”" in words(page) and seen(hall).rounds[0].void_reason == SLIP
    assert step(page.run()) == "开始发言（8分钟）"
    pass_seconds(hall, page, 13)
    assert page.button(key="undo").disabled and "撤销了“开始打分（A县）”" in words(page)


def test_a_press_on_what_another_console_has_left_behind_is_refused_in_words(house: make.House,
                                                                           open_page: OpenPage) -> None:
    hall = staged(house)
    begin(hall, "speech")
    page = opened(hall, open_page)
    segments.begin(house.database, hall.key, "comment", "U1", seen=newest(hall), by="主持人甲", at=hall.now)
    page.button(key="clock/pause").click().run()

    assert "主持人甲已在09:00:00开始市长点评（A县）。请看清后再操作。" in words(page)
    run = turn.going(seen(hall))
    assert run is not None and run.paused_at is None


def test_the_wall_of_every_kind_is_readable_and_a_paused_clock_stands_in_it(house: make.House) -> None:
    hall = staged(house)
    begin(hall, "lookback", None)
    film = on_wall(hall)
    assert isinstance(film, SegmentWall) and (film.kind, film.title, film.name, film.clock) == ("film", "回头看短片", "", None)
    begin(hall, "comment")
    comment = on_wall(hall)
    assert isinstance(comment, SegmentWall) and (comment.name, comment.said) == ("A县", ())
    hall.house.clock.advance(170)  # type: ignore[attr-defined]
    run = turn.going(seen(hall))
    assert run is not None
    segments.pause(house.database, hall.key, run=run, by="host", at=hall.now)
    hall.house.clock.advance(60)  # type: ignore[attr-defined]
    paused = on_wall(hall)
    assert isinstance(paused, SegmentWall) and paused.clock is not None
    assert face(paused.clock, None) == Face(label="‖ 已暂停　▲ 快到时间", figures="00:10", tone="warning")

    drawn = _wall.draw(paused, seen(hall), None)
    assert "‖ 已暂停　▲ 快到时间" in drawn and "00:10" in drawn and "市长点评" in drawn
    assert "回头看短片" in _wall.draw(film, seen(hall), None)
    assert {_wall_clock.place_of(film), _wall_clock.place_of(comment)} == {"at-middle", "at-side"}


def test_a_template_is_chosen_bent_and_saved(house: make.House, open_page: OpenPage) -> None:
    hall = make.sitting(house)
    page = open_page("prepare", Role.HOST, sitting=hall.key)
    assert "没有环节：请单位上台后直接打分" in words(page)
    field(page, f"{hall.key}/template").select("department").run()
    tap(page, f"{hall.key}/template/use")
    assert "▲ 有修改还没有保存" in words(page) and not seen(hall).segments
    field(page, f"{hall.key}/segment/1/questions/seconds").set_value(600).run()
    tap(page, f"{hall.key}/segment/1/promise/drop")
    tap(page, f"{hall.key}/segment/1/questions/up")
    tap(page, f"{hall.key}/segment/add")
    field(page, f"{hall.key}/segment/1/s1/title").input("宣誓").run()
    press(page, "保存环节")

    assert "环节已保存" in words(page) and "● 与已保存的一致" in words(page)
    assert [(one.title, one.seconds) for one in seen(hall).segments] == [
        ("现场提问", 600), ("问题短片", 180), ("打分", 0), ("领导点评", 0), ("成绩宣布", 0), ("宣誓", 0)]

    tap(page, f"{hall.key}/segment/2/ballot/drop")
    press(page, "保存环节")
    assert "还没有打分环节" in words(page) and len(seen(hall).segments) == 6


def test_a_frozen_screen_keeps_the_clock_of_a_segment_as_it_stood(house: make.House, open_page: OpenPage) -> None:
    hall = staged(house)
    begin(hall, "speech")
    hall.house.clock.advance(100)  # type: ignore[attr-defined]
    kept = on_wall(hall)
    showing.freeze(house.database, hall.key, kept, by="host", at=hall.now)
    hall.house.clock.advance(900)  # type: ignore[attr-defined]
    screen = open_page("screen", Role.LEADER, sitting=hall.key)

    assert on_wall(hall) == kept
    assert "画面已冻结" in words(screen) and "06:20" in words(screen) and "超时" not in words(screen)
