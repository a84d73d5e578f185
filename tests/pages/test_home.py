"""首页: who sees what, and what waits for whom."""

from __future__ import annotations

from office.people import Role
from tests import make
from tests.pages.conftest import words


def labels(app):
    return [one.proto.label for one in app.get("page_link")]


def test_without_a_sign_in_there_is_nothing_but_the_door(open_page, monkeypatch, house):
    make.sitting(house)
    app = open_page("home", Role.HOST)
    monkeypatch.setattr("hall.door.read_cookie", lambda: "somebody-else")

    app.run()

    assert "请先登录" in words(app)
    assert "县区比拼现场" not in words(app)


def test_the_host_is_told_the_next_step_and_finds_the_sitting(open_page, house):
    hall = make.sitting(house)
    hall.open("U1")
    hall.everybody()
    hall.close()

    app = open_page("home", Role.HOST)

    assert "县区比拼现场 2026Q1：下一家是第2家 B县" in labels(app)
    assert "已打分1家，共3家" in words(app)
    assert "进行中" in words(app)


def test_a_liaison_is_told_what_is_missing_and_sees_no_console(open_page, house):
    make.sitting(house)

    app = open_page("home", Role.LIAISON, unit="small-A")

    assert any(one.startswith("A县的不足与承诺还没有填齐") for one in labels(app))
    assert "主持台" not in labels(app)


def test_the_administrator_of_an_empty_house_is_told_to_make_a_sitting(open_page):
    app = open_page("home", Role.ADMINISTRATOR)

    assert "新建第一个场次" in labels(app)
    assert "还没有场次。" in words(app)


def test_a_leader_has_nothing_to_do_and_is_told_so(open_page, house):
    make.sitting(house)

    app = open_page("home", Role.LEADER)

    assert "没有要处理的事" in words(app)
    assert "测试员" in words(app)
