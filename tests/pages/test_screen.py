"""大屏 through the real page, and its markup: no button, no score before publication, nothing too small to read."""

from __future__ import annotations

import re
from datetime import date

import pytest

from db.values import Commitment, Declaration, Shortcoming
from hall.outcome.hall_first import waiting_here
from hall.screen import showing
from hall.screen.reveal import Low, Place
from hall.screen.wall import BallotWall, RankingWall, RevealWall
from hall.screen.wall_stage import Point, StageWall
from office.people import Role
from pages import _wall
from tests import make
from tests.hall.test_console import scored, seen, show
from tests.hall.test_wall import on_wall, reveal_all
from tests.pages.conftest import OpenPage, press, words


def test_without_a_sign_in_the_screen_shows_only_the_way_to_the_door(hall: make.Hall, open_page: OpenPage,
                                                                     monkeypatch) -> None:
    hall.open("U1")
    page = open_page("screen", Role.LEADER, sitting=hall.key)
    monkeypatch.setattr("hall.door.read_cookie", lambda: None)
    page.run()

    assert "请先登录" in words(page) and "A县" not in words(page)


def test_the_screen_follows_the_host_and_has_nothing_to_press(hall: make.Hall, open_page: OpenPage) -> None:
    page = open_page("screen", Role.LEADER, sitting=hall.key)
    assert "下一家" in words(page)

    show(hall, "target", "U1")
    hall.house.live.refresh()
    assert "项目开工慢" in words(page.run()) and "开工率到90%" in words(page)

    hall.open("U1", seconds=60)
    hall.cast("L1", 97)
    assert "请扫描胸牌二维码打分" in words(page.run()) and "距离截止" in words(page) and "97" not in words(page)
    assert "项目开工慢" not in words(page)

    hall.house.clock.advance(1)  # type: ignore[attr-defined]
    hall.close()
    assert "已截止" in words(page.run()) and "97" not in words(page)
    assert not page.button and not page.selectbox and not page.exception


def test_the_published_ranking_is_shown_with_totals_and_points(hall: make.Hall, open_page: OpenPage) -> None:
    scored(hall, "U1", "U2", "U3")
    hall.publish(despite_warnings=True)
    page = open_page("screen", Role.LEADER, sitting=hall.key)
    assert "成绩即将揭晓" in words(page) and "A县" not in words(page)
    reveal_all(hall)
    hall.house.live.refresh()
    page.run()

    assert all(one in words(page) for one in ("A县", "B县", "C县", "第1名", "+2分", "-1分", "示例数据"))


def test_an_unknown_sitting_is_said_and_the_newest_is_shown_without_one(hall: make.Hall, open_page: OpenPage) -> None:
    assert "没有这个场次" in words(open_page("screen", Role.LEADER, sitting="nowhere"))
    assert "A县" in words(open_page("screen", Role.LEADER))


def test_names_of_missing_judges_never_reach_the_wall(hall: make.Hall) -> None:
    hall.open("U1")
    view = on_wall(hall)
    assert isinstance(view, BallotWall)

    drawn = _wall.draw(view, seen(hall), None)

    assert "市领导1席" not in drawn and "代表1" not in drawn


def test_markup_of_a_unit_is_text_on_the_wall(house: make.House) -> None:
    nasty = "<script>alert(1)</script>"
    plan = make.plan("nasty", note=nasty, declarations={"U1": Declaration(shortcomings=(Shortcoming(
        text=nasty, gap=nasty, commitments=(Commitment(text=nasty, owner=nasty, deadline=date(2026, 6, 30)),)),))})
    hall = make.sitting(house, plan)
    show(hall, "target", "U1")
    assert "<script" not in _wall.draw(on_wall(hall), seen(hall), "http://10.0.0.5")


def test_the_same_values_give_the_same_markup_so_that_nothing_flickers(hall: make.Hall) -> None:
    hall.open("U1", seconds=60)
    first = _wall.draw(on_wall(hall), seen(hall), "http://10.0.0.5")
    hall.house.clock.advance(3)  # type: ignore[attr-defined]

    assert _wall.draw(on_wall(hall), seen(hall), "http://10.0.0.5") == first


def test_no_line_of_the_wall_is_smaller_than_a_fortieth_of_its_height(hall: make.Hall) -> None:
    lines = tuple(Place(place=str(n), name="某某市某某区", total="91.25", points="+1", tied=True) for n in range(1, 27))
    views = [on_wall(hall), RankingWall(version=2, lists=(("", lines),), corrected="某项更正"),
             StageWall(position=1, total=13, name="A县", presenter="县委书记", points=tuple(
                 Point(text="不足" * 12, change="从此到彼" * 10, promises=("承诺某事" * 9,) * 3) for _ in range(3)))]

    for view in views:
        sizes = re.findall(r"font-size:([0-9.]+)vh", _wall.CSS + _wall.draw(view, seen(hall), None))
        assert min(float(size) for size in sizes) >= 2.5
        assert "font-size:20vh" in _wall.CSS


def test_a_frozen_screen_says_so_and_keeps_its_clock(hall: make.Hall, open_page: OpenPage) -> None:
    hall.open("U1", seconds=90)
    hall.house.clock.advance(30)  # type: ignore[attr-defined]
    showing.freeze(hall.house.database, hall.key, on_wall(hall), by="host", at=hall.now)
    hall.house.live.refresh()
    page = open_page("screen", Role.LEADER, sitting=hall.key)
    hall.house.clock.advance(20)  # type: ignore[attr-defined]

    assert "■ 画面已冻结" in words(page.run()) and "01:00" in words(page)
    hall.close()
    assert "打分" in words(page.run()) and "已截止" not in words(page) and "01:00" in words(page)


def of_reveal(lines: int, newest: int, **changes: object) -> RevealWall:
    made = tuple(Place(place=str(n), name="某某市某某区", total="91.25", points="+1", tied=n <= newest)
                 for n in range(1, lines + 1))
    return RevealWall(**{**dict(version=1, lot="山区组", called="第1名", newest=made[:newest], earlier=made[newest:],  # type: ignore[arg-type]
                                ahead=3, step=2, of=9), **changes})


@pytest.mark.parametrize("view", [of_reveal(0, 0), of_reveal(1, 1), of_reveal(13, 2), of_reveal(40, 1), of_reveal(40, 40),
                                  of_reveal(200, 200), of_reveal(13, 13), of_reveal(2, 2, rehearsal=True)])
def test_no_step_of_a_reveal_is_smaller_than_a_fortieth_and_what_is_left_out_is_said(hall: make.Hall,
                                                                                  view: RevealWall) -> None:
    drawn = _wall.draw(view, seen(hall), None)

    assert min(float(size) for size in re.findall(r"font-size:([0-9.]+)vh", drawn)) >= 2.5
    shown = len(re.findall('class="row[^"]*"><span class="n">', drawn))
    left_out = re.search("(?:其后|另有)([0-9]+)家", drawn)
    assert shown + (int(left_out[1]) if left_out else 0) == len(view.newest) + len(view.earlier)
    assert ("排练，不是成绩" in drawn) == view.rehearsal


def test_the_newest_line_is_marked(hall: make.Hall) -> None:
    drawn = _wall.draw(of_reveal(5, 2), seen(hall), None)

    assert drawn.count('class="row new"') == 2 and drawn.count("并列") >= 2


def test_the_host_reveals_step_by_step_and_another_console_is_refused(hall: make.Hall, open_page: OpenPage) -> None:
    scored(hall, "U1", "U2", "U3")
    hall.publish(despite_warnings=True)
    page = open_page("host", Role.HOST, sitting=hall.key)
    assert "大屏：等待揭晓成绩" in words(page) and "揭晓第0步／共4步" in words(page) and "下一步将揭晓：<b>第3名　C县" in words(page)

    press(page, "下一步")
    assert "大屏现在：第3名　C县" in words(page) and "下一步将揭晓：<b>第2名　B县" in words(page)
    press(page, "下一步")  # a double click is one press
    assert "揭晓第1步／共4步" in words(page)
    hall.house.clock.advance(1)  # type: ignore[attr-defined]
    showing.reveal_to(hall.house.database, hall.key, 2, seen=1, version=1, by="other", at=hall.now)
    press(page, "下一步")
    assert "另一台主持台已经按过：大屏现在是第2步，刚揭晓第2名" in words(page)

    hall.house.live.refresh()
    page.run()
    for label, step in (("退一步", 1), ("从头", 0), ("直接到底", 4)):
        hall.house.clock.advance(1)  # type: ignore[attr-defined]
        press(page, label)
        assert f"揭晓第{step}步／共4步" in words(page)
    assert "已全部揭晓" in words(page)


def test_a_reveal_that_the_host_leaves_says_who_still_waits_and_has_a_key_to_let_it_out(
        hall: make.Hall, open_page: OpenPage) -> None:
    scored(hall, "U1", "U2", "U3")
    hall.publish(despite_warnings=True)
    showing.reveal_to(hall.house.database, hall.key, 1, seen=0, version=1, by="host", at=hall.now)
    page = open_page("host", Role.HOST, sitting=hall.key)
    assert "现场还没有揭晓完" not in words(page)  # the key of the reveal is there
    show(hall, "agenda")
    hall.house.live.refresh()
    page.run()
    assert "▲ 第1版现场还没有揭晓完，对外最迟10:00可见。" in words(page)

    press(page, "确认公开第1版")
    assert "第1版成绩已对外公开。" in words(page) and "现场还没有揭晓完" not in words(page)
    assert waiting_here(hall.house.database, hall.key, hall.now) is None


def test_the_host_freezes_the_screen_and_lets_it_go(hall: make.Hall, open_page: OpenPage) -> None:
    page = open_page("host", Role.HOST, sitting=hall.key)
    press(page, "冻结大屏")
    assert "起已冻结，现场看到的不变" in words(page) and "大屏：画面已冻结" in words(page)
    assert seen(hall).stage.screen.frozen_at == hall.now

    press(page, "恢复大屏")
    assert seen(hall).stage.screen.frozen_at is None


def test_the_host_prepares_and_rehearses_a_reveal_before_there_is_a_result(hall: make.Hall, open_page: OpenPage) -> None:
    page = open_page("host", Role.HOST, sitting=hall.key)
    page.radio(key="reveal/way").set_value(Low.NEVER).run()
    page.number_input(key="reveal/low").set_value(2).run()
    press(page, "就这样")
    assert (seen(hall).stage.screen.low, seen(hall).stage.screen.low_way) == (2, "never")

    press(page, "排练揭晓")
    assert "排练第0步／共2步" in words(page) and "某单位" in words(page)
    press(page, "下一步")
    assert "排练第1步／共2步" in words(page)
    screen = open_page("screen", Role.LEADER, sitting=hall.key)
    assert "◆ 排练，不是成绩" in words(screen) and "A县" not in words(screen) and "某单位" in words(screen)

    page = open_page("host", Role.HOST, sitting=hall.key)
    press(page, "结束排练")
    assert seen(hall).stage.screen.rehearsal is None
