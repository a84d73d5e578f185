"""大屏 through the real page, and its markup: no button, no score before publication, nothing too small to read."""

from __future__ import annotations

import re
from datetime import date

from db.values import Commitment, Declaration, Shortcoming
from hall.wall import BallotWall, Place, Point, RankingWall, StageWall
from office.people import Role
from pages import _wall
from tests import make
from tests.hall.test_console import scored, seen, show
from tests.hall.test_wall import on_wall
from tests.pages.conftest import OpenPage, words


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
