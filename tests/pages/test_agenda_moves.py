"""延期、代为发言、单列 through the real console: what is asked, what is said, what has happened."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from db.reads import sittings as reads
from office.people import Role
from tests import make
from tests.hall.test_console import seen
from tests.pages.conftest import OpenPage, press, words

KEY = "延期／代发言／单列"


def chosen(page: AppTest, unit: str, move: str) -> AppTest:
    """The dialog with this unit and this move; it is asked for again after each choice (AppTest draws the page anew)."""
    press(page, KEY)
    page.selectbox(key="bend/who").set_value(unit)
    press(page, KEY)
    radio = next(one for one in page.radio if (one.key or "").startswith(f"bend/{unit}/"))
    radio.set_value(move)
    return press(page, KEY)


def test_why_a_unit_that_is_being_scored_cannot_be_put_off_is_said_with_what_leads_to_it(hall: make.Hall,
                                                                                        open_page: OpenPage) -> None:
    hall.open("U1")
    page = press(open_page("host", Role.HOST, sitting=hall.key), KEY)
    assert "A县正在打分，不能延到补场。要延期请先用“作废重投”作废那一轮。" in words(page)


def test_a_unit_is_put_off_with_a_reason_and_taken_back(hall: make.Hall, open_page: OpenPage) -> None:
    page = chosen(open_page("host", Role.HOST, sitting=hall.key), "U2", "延到补场")
    assert "本场按其余2家排名" in words(page)
    page.button(key="bend/do").click().run()
    assert "延到补场要写明原因" in words(page)

    page = chosen(page, "U2", "延到补场")
    page.text_input(key="bend/why").set_value("主要负责人在外地抢险")
    press(page, KEY)
    page.button(key="bend/do").click().run()

    assert seen(hall).by_key["U2"].postponed == "主要负责人在外地抢险"
    with hall.house.database.reading() as c:
        assert [one.title for one in reads.sittings(c) if one.key != hall.key] == ["县区比拼现场（补场）"]
    page = open_page("host", Role.HOST, sitting=hall.key)
    page = chosen(page, "U2", "收回延期")
    assert "主要负责人在外地抢险" in words(page)
    page.button(key="bend/do").click().run()
    assert seen(hall).by_key["U2"].postponed == ""


def test_a_substitute_speaks_and_a_unit_is_listed_apart_and_moved(hall: make.Hall, open_page: OpenPage) -> None:
    page = chosen(open_page("host", Role.HOST, sitting=hall.key), "U1", "代为发言")
    page.text_input(key="bend/role").set_value("常务副县长")
    press(page, KEY)
    page.button(key="bend/do").click().run()
    assert seen(hall).by_key["U1"].substitute == "常务副县长"

    page = chosen(open_page("host", Role.HOST, sitting=hall.key), "U1", "只打分不排名")
    assert "没有名次，不记考绩分" in "\n".join(one.value for one in page.warning)
    page.text_input(key="bend/why").set_value("本季度刚成立")
    press(page, KEY)
    page.button(key="bend/do").click().run()
    assert not seen(hall).by_key["U1"].ranked

    page = chosen(open_page("host", Role.HOST, sitting=hall.key), "U1", "移到别处")
    page.selectbox(key="bend/after").set_value("U3")
    press(page, KEY)
    page.button(key="bend/do").click().run()
    assert [one.key for one in seen(hall).targets] == ["U2", "U3", "U1"]
