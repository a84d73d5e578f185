"""考绩台账 through the real page: everyone signed in reads it; the filters live in the address."""

from __future__ import annotations

import pytest

from hall.house import move_into
from office.people import Role
from tests import make
from tests.hall.test_standings import score
from tests.pages.entrance import open_page, sign_in, text


@pytest.fixture
def hall(tmp_path):
    house = make.house(f"sqlite:///{tmp_path / 'leitai.db'}")
    move_into(house)
    yield make.sitting(house)
    move_into(None)
    house.close()


@pytest.fixture
def liaison(hall):
    return sign_in(hall.house, Role.LIAISON, unit="small-A")


def test_before_any_publication_it_says_that_it_is_empty(hall, liaison, monkeypatch):
    assert "台账是空的" in text(open_page(monkeypatch, liaison, "ledger"))


def test_balances_bookings_and_a_picture(hall, liaison, monkeypatch):
    score(hall, U1=90, U2=80, U3=70)
    hall.publish()
    hall.reveal()

    page = open_page(monkeypatch, liaison, "ledger")

    shown = text(page)
    assert "余额最高的是A县（+2分），最低的是C县（-1分）" in shown
    assert "县区比拼现场：A县 第1名" in shown
    assert len(page.get("plotly_chart")) == 1
    assert page.subheader[1].value == "逐笔记分（2笔）"


def test_a_unit_in_the_address_leaves_only_its_bookings(hall, liaison, monkeypatch):
    score(hall, U1=90, U2=80, U3=70)
    hall.publish()
    hall.reveal()

    page = open_page(monkeypatch, liaison, "ledger", unit="small-C", period="2026Q1")

    assert page.subheader[1].value == "逐笔记分（1笔）"
    assert "A县 第1名" not in text(page)
    assert "没有符合条件的记分" in text(open_page(monkeypatch, liaison, "ledger", unit="small-B"))


def test_an_unknown_unit_in_the_address_is_no_filter(hall, liaison, monkeypatch):
    score(hall, U1=90, U2=80, U3=70)
    hall.publish()
    hall.reveal()

    page = open_page(monkeypatch, liaison, "ledger", unit="<script>")

    assert page.subheader[1].value == "逐笔记分（2笔）"
    assert "unit" not in page.query_params


def test_choosing_a_period_puts_it_into_the_address(hall, liaison, monkeypatch):
    score(hall, U1=90, U2=80, U3=70)
    hall.publish()
    hall.reveal()
    page = open_page(monkeypatch, liaison, "ledger")

    page.selectbox(key="filter-period").set_value("2026Q1").run()

    assert page.query_params["period"] == "2026Q1"


def test_while_the_hall_is_shown_a_result_its_points_are_told_to_nobody_outside(hall, liaison, monkeypatch):
    score(hall, U1=90, U2=80, U3=70)
    hall.publish()

    page = open_page(monkeypatch, liaison, "ledger")

    assert "正在揭晓</b>还没有列入，现场揭晓完毕后再来看：县区比拼现场 2026Q1，最迟10:00。" in text(page)
    assert not any(told in text(page) for told in ("台账是空的", "A县")) and not page.get("download_button")
    host = text(open_page(monkeypatch, sign_in(hall.house, Role.CLERK, name="clerk"), "ledger"))
    assert "县区比拼现场：A县 第1名" in host and "正在揭晓" not in host
