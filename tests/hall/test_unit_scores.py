"""Hard case 47: projects are balloted, and a unit's score is the mean over its projects."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.values import Staff
from hall.outcome.board import Board, Line
from hall.outcome.standings import board
from hall.outcome.unit_scores import unit_scores, unit_scores_csv
from office.people import Role
from scoring.rule import read_rule
from tests import make

HOST = Staff(id=1, name="host", title="", roles=frozenset({Role.HOST}), unit="", active=True, has_password=True)
PROJECTS = {"U1": ("A", "老城改造"), "U2": ("A", "污水管网"), "U3": ("A", "学校扩建"), "U4": ("B", "产业园"), "U5": ("C", "医院迁建")}


def scored(house: make.House, **marks: int) -> Board:
    """Five projects of three units, each with one mark of everybody; published."""
    plan = make.plan(units=5)
    hall = make.sitting(house, replace(plan, targets=tuple(
        replace(one, name=PROJECTS[one.key][1], unit=f"small-{PROJECTS[one.key][0]}", ranked=one.key != "U5")
        for one in plan.targets)))
    for key, mark in marks.items():
        hall.open(key)
        for code in hall.secrets:
            if not (code == "L4" and PROJECTS[key][0] == "A"):  # L4 belongs to unit A
                hall.cast(code, mark)
        hall.close()
    hall.publish()
    shown = board(house.database, hall.key, HOST)
    assert shown is not None
    return shown


def test_case_47_a_units_score_is_the_mean_over_its_projects_with_its_working_and_the_points_that_were_booked(
        house: make.House) -> None:
    shown = scored(house, U1=90, U2=80, U3=81, U4=85, U5=99)

    first, second, third = unit_scores(shown)

    assert (first.name, first.place, first.score, first.n, first.of) == ("B县", "1", "85.00", 1, 1)
    assert first.working == "只有1个项目：产业园 85.00"
    assert (second.name, second.place, second.exact, second.score) == ("A县", "2", Fraction(251, 3), "83.67")
    assert second.working == "（老城改造 90.00＋学校扩建 81.00＋污水管网 80.00）÷3＝83.67"
    assert second.points == "+1"  # +2 for the first project, -1 for the last: as they are booked
    assert (third.place, third.score, third.n, third.left_out) == ("", "", 0, ("医院迁建（只打分不排名）",))
    rows = list(csv.reader(io.StringIO(unit_scores_csv((first, second, third)).decode("utf-8-sig"))))
    assert rows[2] == ["2", "A县", "83.67", "251/3", "3", second.working, "+1", ""]


def test_where_every_unit_is_one_target_there_is_no_second_table(hall: make.Hall) -> None:
    hall.open("U1")
    hall.everybody()
    hall.close()
    shown = board(hall.house.database, hall.key, HOST)

    assert shown is not None and unit_scores(shown) == ()


def line(target: str, unit: str, exact: Fraction | None) -> Line:
    total = "" if exact is None else f"{float(exact):.2f}"
    return Line(target=target, name=target, unit=unit, ranking_group="", place="1", tied_with=(), total=total, exact=exact,
                figures=(), components=(), points="", because="", decided_by="", state="", unit_name=unit)


@pytest.fixture(scope="module")
def house_rule() -> Board:
    """A board with nothing on it but its rule."""
    rule = read_rule(make.RULE.encode())
    return Board(sitting=None, version=None, versions=(), rule_title="", rule_version=1, rule_sha256="",  # type: ignore[arg-type]
                 ballots_sha256="", groups=(), groups_on_scale=True, components=(), ranked=(), others=(), waiting=(),
                 sentence="", warnings=(), rule_words=(), rule=rule)


@given(marks=st.lists(st.tuples(st.sampled_from("ABC"), st.fractions(0, 100, max_denominator=99)), min_size=4, max_size=12))
def test_case_47_any_number_of_projects_is_the_plain_mean_and_places_follow_it(house_rule, marks) -> None:  # type: ignore[no-untyped-def]
    lines = tuple(line(f"P{n}", unit, exact) for n, (unit, exact) in enumerate(marks))
    found = unit_scores(replace(house_rule, ranked=lines, others=()))

    assert {one.unit for one in found} == {unit for unit, _ in marks}
    for one in found:
        own = [exact for unit, exact in marks if unit == one.unit]
        assert one.exact == sum(own, Fraction(0)) / len(own) and one.n == len(own)
        assert int(one.place) == 1 + sum(other.exact > one.exact for other in found)


def test_a_total_that_is_not_shown_gives_no_mean_of_what_is_left(house: make.House) -> None:
    shown = scored(house, U1=90, U2=80, U3=81, U4=85, U5=99)
    hidden = tuple(replace(one, exact=None, total="不显示") if one.target == "U1" else one for one in shown.ranked)

    found = {one.name: one for one in unit_scores(replace(shown, ranked=hidden))}

    assert (found["A县"].score, found["A县"].place, found["A县"].working) == ("", "", "")
    assert found["B县"].place == "1"
