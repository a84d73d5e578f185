"""承诺清单 through the real page: lights on today's date, filters in the address, names of people escaped."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from db.values import Commitment, Declaration, Shortcoming
from hall.house import move_into
from office.people import Role
from tests import make
from tests.hall.test_standings import score
from tests.pages.entrance import open_page, sign_in, text


@pytest.fixture
def hall(tmp_path):
    house = make.house(f"sqlite:///{tmp_path / 'leitai.db'}")
    move_into(house)
    promised = [Declaration(shortcomings=(Shortcoming(text="开工慢", commitments=(
        Commitment(text=f"承诺<b>{unit}", owner="分管副县长", deadline=due),)),))
        for unit, due in (("甲", date(2026, 4, 1)), ("乙", date(2026, 5, 1)), ("丙", date(2026, 12, 31)))]
    hall = make.sitting(house, make.plan(declarations=dict(zip(("U1", "U2", "U3"), promised, strict=True))))
    score(hall, U1=90, U2=80, U3=70)
    yield hall
    move_into(None)
    house.close()


@pytest.fixture
def liaison(hall):
    return sign_in(hall.house, Role.LIAISON, unit="small-A")


def test_before_publication_the_list_is_empty_and_says_why(hall, liaison, monkeypatch):
    assert "成绩公布后，各单位的承诺会编号列入" in text(open_page(monkeypatch, liaison, "commitments"))


def test_counts_carry_numerator_denominator_and_date(hall, liaison, monkeypatch):
    hall.publish()

    shown = text(open_page(monkeypatch, liaison, "commitments"))

    assert "共3项承诺，1项已过期，1项30天内到期（截至2026-04-23）" in shown
    assert shown.count("1 / 3 项，33.3%") == 3
    assert shown.index("■ 已过期</span><div class=\"q\">过期22天") < shown.index("▲ 30天内到期</span><div class=\"q\">")


def test_the_day_turns_in_beijing_and_not_in_greenwich(hall, liaison, monkeypatch):
    hall.publish()
    hall.house.clock.now = datetime(2026, 5, 1, 15, 59, tzinfo=UTC)  # 23:59 in Beijing, the deadline of B
    before = text(open_page(monkeypatch, liaison, "commitments"))
    hall.house.clock.advance(120)
    after = text(open_page(monkeypatch, liaison, "commitments"))

    assert "1项已过期" in before and "今天到期" in before
    assert "2项已过期" in after


def test_filters_come_from_the_address(hall, liaison, monkeypatch):
    hall.publish()

    page = open_page(monkeypatch, liaison, "commitments", light="red", unit="small-A", day="2026-04-01")
    shown = text(page)

    assert "按2026-04-01推算，不是今天的状态" in shown
    assert "列出0项" in shown and "0 / 1 项" in shown
    assert (page.query_params["light"], page.query_params["day"]) == ("red", "2026-04-01")


@pytest.mark.parametrize("day", ["", "soon", "2026-13-01", "99999-01-01"])
def test_a_day_that_is_none_means_today(hall, liaison, monkeypatch, day):
    hall.publish()

    assert "截至2026-04-23" in text(open_page(monkeypatch, liaison, "commitments", day=day))


def test_what_a_unit_wrote_is_shown_and_not_run(hall, liaison, monkeypatch):
    hall.publish()

    shown = text(open_page(monkeypatch, liaison, "commitments"))

    assert "承诺&lt;b&gt;甲" in shown and "承诺<b>甲" not in shown
