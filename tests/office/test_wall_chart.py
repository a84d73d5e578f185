"""挂图作战: what the picture counts is what the list holds; the tables are views of the same records; the calendar."""

from __future__ import annotations

import shutil
from datetime import date

import pytest

from db.item_lines import Filter
from db.item_values import ItemKind, Milestone, NewItem, Source, SourceKind
from office.listing.list_import import enter_all
from office.listing.wall_chart import EARLIER, LATER, NEVER, beside, chart, month_of, planned
from tests import make

TODAY = date(2026, 6, 10)


@pytest.fixture
def database(sqlite_with_tables, tmp_path, house):
    make.sitting(house)
    enter_all(house.database, [
        NewItem(kind=ItemKind.TASK, text=f"事{n}", unit=f"small-{unit}", listed_on=date(2026, 4, 23), supporting=("small-C",),
                deadline=due, source=Source(kind=SourceKind.COMMENT), milestones=(Milestone(text="开工", due=date(2026, 5, 1)),))
        for n, (unit, due) in enumerate((("A", date(2026, 6, 5)), ("A", date(2026, 6, 30)), ("B", date(2025, 1, 1)),
                                         ("B", date(2028, 1, 1)), ("B", None)))], by="office", at=make.START)
    return house.database


@pytest.fixture
def url(sqlite_with_tables, tmp_path):
    shutil.copyfile(sqlite_with_tables, tmp_path / "leitai.db")
    return f"sqlite:///{tmp_path / 'leitai.db'}"


def test_every_item_is_in_one_cell_by_unit_and_month(database):
    drawn = chart(database, Filter(), today=TODAY)

    assert drawn.total == sum(n for lights in drawn.cells.values() for _light, n in lights) == 5
    assert drawn.cells["small-A", "2026-06"] == (("overdue", 1), ("unknown", 1))
    assert {column for unit, column in drawn.cells if unit == "small-B"} == {EARLIER, LATER, NEVER}
    assert drawn.columns == (EARLIER, *(f"2026-{n:02d}" for n in range(3, 13)), LATER, NEVER)
    assert drawn.totals["small-A"] == (("overdue", 1), ("unknown", 1))
    assert [name for _key, name in drawn.units] == ["A县", "B县"]
    assert chart(database, Filter(unit="small-A"), today=TODAY).total == 2


def test_the_months_are_those_around_today_those_asked_for_or_those_in_which_most_falls_due(database):
    def months(wanted: Filter, **asked: str) -> tuple[str, str]:
        shown = [*chart(database, wanted, today=date(2031, 1, 15), **asked).months]
        return shown[0], shown[-1]

    assert months(Filter(text="没有这样的事")) == ("2030-10", "2031-07")
    assert months(Filter()) == ("2026-06", "2026-06"), "two of four fall due in June, one each long before and after"
    assert months(Filter(text="事3")) == ("2028-01", "2028-01")
    assert months(Filter(text="事4")) == ("2030-10", "2031-07"), "no day is named"
    assert months(Filter(), start="2026-05") == ("2026-05", "2027-02")
    assert months(Filter(), start="soon") == ("2026-06", "2026-06")


def test_the_tables_carry_nodes_and_supporting_units_a_page_at_a_time(database):
    first = planned(database, Filter(), today=TODAY, limit=2, offset=0)

    assert [(one.line.text, one.supporting, [node.milestone.text for node in one.nodes]) for one in first] == [
        ("事2", ("C县",), ["开工"]), ("事0", ("C县",), ["开工"])]
    assert len(planned(database, Filter(), today=TODAY, limit=10, offset=2)) == 3


def test_the_calendar_shows_a_month_from_monday_and_what_falls_due(database):
    month = month_of(database, Filter(), "2026-06", today=TODAY)

    assert month.due == {date(2026, 6, 5): (("overdue", 1),), date(2026, 6, 30): (("unknown", 1),)}
    assert (month.reviews, month.nodes, month.days) == ({}, {}, (date(2026, 6, 5), date(2026, 6, 30)))
    assert month_of(database, Filter(unit="small-B"), "2026-05", today=TODAY).nodes == {date(2026, 5, 1): 3}
    assert [len(week) for week in month.weeks] == [7] * 5 and month.weeks[0][0] == date(2026, 6, 1)
    assert month_of(database, Filter(), "soon", today=TODAY).name == "2026-06"
    assert (beside("2026-01", -1), beside("2026-12", 1)) == ("2025-12", "2027-01")
