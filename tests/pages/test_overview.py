"""领导总览 through its page: the sentence first, a visit written down and taken back; not for units."""

from __future__ import annotations

import pytest

from hall.house import move_into
from office.listing.leaders import Duty, duties_of
from office.people import Role
from tests import make, make_list
from tests.pages.conftest import press
from tests.pages.entrance import open_page, text

VICE = "分管副市长"


@pytest.fixture(scope="module")
def listed(tmp_path_factory):
    made = make_list.of(make.house(f"sqlite:///{tmp_path_factory.mktemp('leaders') / 'leitai.db'}"))
    made.person("office", Role.ADMINISTRATOR)
    made.person("liaison", Role.LIAISON, unit="small-A")
    made.person(VICE, Role.LEADER)
    move_into(made.house)
    yield made
    move_into(None)
    made.house.close()


def test_a_visit_is_written_down_and_taken_back_and_a_unit_reads_nothing_of_it(listed, monkeypatch):
    page = open_page(monkeypatch, listed.tokens["office"], "overview", leader=VICE)
    before = text(page)
    assert "2位联系领导，共3项，已办结0项（0.0%）；本月还有2位没有到现场" in before
    assert "▲ 本月还没有" in before and "/commitments?leader=" in before
    page.selectbox(key="visit/duty").set_value(Duty.ON_SITE)
    page.text_input(key="visit/about").set_value("断头路<i>工地")
    after = text(press(page, "登记"))
    assert "断头路&lt;i&gt;工地" in after and "● 本月已做" in after and "本月还有1位没有到现场" in after

    mine = text(open_page(monkeypatch, listed.tokens[VICE], "overview"))
    assert "断头路" in mine
    page.text_input(key="back/why").set_value("写错了")
    assert "已撤回：写错了" in text(press(page, "撤回"))
    assert duties_of(listed.house.database, VICE, today=make.START.date())[Duty.ON_SITE] is None

    theirs = text(open_page(monkeypatch, listed.tokens["liaison"], "overview"))
    assert "这一页不对您开放" in theirs and VICE not in theirs
