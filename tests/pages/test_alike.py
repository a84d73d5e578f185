"""Of options that look alike the one that is meant is taken: sittings of one title, units and files of one name."""

from __future__ import annotations

from dataclasses import replace

from office.people import Role
from pages._apart import apart
from tests import make
from tests.pages.conftest import OpenPage


def test_labels_that_are_alike_get_what_else_is_known_and_then_a_number() -> None:
    names = {"a": "县区比拼现场", "b": "县区比拼现场", "c": "镇街亮绩赛场", "d": "县区比拼现场"}
    days = {"a": "2026-04-23", "b": "2026-07-23", "d": "2026-07-23"}

    assert apart({"a": "甲", "b": "乙"}) == {"a": "甲", "b": "乙"}
    assert list(apart(names).values()) == ["县区比拼现场（同名1）", "县区比拼现场（同名2）", "镇街亮绩赛场", "县区比拼现场（同名3）"]
    assert list(apart(names, days, {key: key for key in names}).values()) == [
        "县区比拼现场（2026-04-23）", "县区比拼现场（2026-07-23）（b）", "镇街亮绩赛场", "县区比拼现场（2026-07-23）（d）"]
    assert len(set(apart({"a": "甲", "b": "甲", "c": "甲（同名1）"}).values())) == 3


def test_a_press_on_the_console_stays_in_the_sitting_that_was_opened(house: make.House, open_page: OpenPage) -> None:
    for key in ("first", "second", "third"):
        make.sitting(house, replace(make.plan(key), title="县区比拼现场", period="2026Q1"))

    for nth, key in enumerate(("first", "second", "third"), 1):
        page = open_page("host", Role.HOST, sitting=key)
        next(one for one in page.button if one.key == "step").click().run()
        assert page.query_params["s"] == key
        house.live.refresh()
        called = {one: house.live.at(one).stage.target for one in ("first", "second", "third")}  # type: ignore[union-attr]
        assert called[key] == "U1" and list(called.values()).count("U1") == nth
        house.clock.advance(5)  # type: ignore[attr-defined]
