"""A long paper of grades: numbers that nothing moves, ten to a row, one sign a unit."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from office.prints import paper_ballots
from office.prints.paper_rows import is_long, legend, read_row, rows_of
from office.refusal import Refused
from office.sitting.plan import PlannedTarget
from scoring.rule import read_rule
from tests import make

GRADES = make.RULE.replace('kind = "points"', 'kind = "grades"').replace(
    '[[criteria]]\nkey = "quality"\nname = "质量"\nweight = "1"',
    '[[grades]]\nkey = "good"\nname = "好"\npoints = "100"\n[[grades]]\nkey = "fair"\nname = "一般"\npoints = "60"')
RULE = read_rule(GRADES.encode())
UNITS = [SimpleNamespace(id=100 + n, key=f"T{n}", name=f"{n}镇") for n in range(1, 24)]
KEYS = [one.key for one in UNITS]


def test_rows_are_of_ten_and_told_by_their_first_and_last_unit():
    assert [one.words for one in rows_of(UNITS, KEYS)] == ["1—10　1镇 至 10镇", "11—20　11镇 至 20镇", "21—23　21镇 至 23镇"]


def test_neither_another_order_nor_a_unit_that_is_put_off_moves_a_number():
    left = [key for key in reversed(KEYS) if key not in ("T4", "T21")]

    rows = rows_of(list(reversed(UNITS)), left)

    assert rows[0].words == "1—10　1镇 至 10镇（没有4号）"
    assert [number for number, _key, _name in rows[2].units] == [22, 23]
    assert read_row(RULE, rows[2], "21") == {"m.T22": "fair", "m.T23": "good"}


def test_a_row_is_read_sign_by_sign_with_blanks_and_wide_figures():
    row = rows_of(UNITS, KEYS)[0]

    read = read_row(RULE, row, "１２1,09 -x 221")

    assert list(read) == [f"m.T{n}" for n in range(1, 11)]
    assert list(read.values()) == ["good", "fair", "good", "abstain", "dont_know", "", "spoiled", "fair", "fair", "good"]
    assert read_row(RULE, row, "  ") == {}
    assert legend(RULE) == "1 好　2 一般　0 弃权　9 不了解　- 没有打勾　X 作废"


@pytest.mark.parametrize(("typed", "words"), [
    ("111111111", "第1—10号这一行录了9个，应是10个"), ("11111111111", "录了11个，应是10个"), ("1111311111", "第5个“3”不认识")])
def test_a_row_with_one_sign_too_few_too_many_or_unknown_is_refused_by_its_numbers(typed, words):
    with pytest.raises(Refused, match=words):
        read_row(RULE, rows_of(UNITS, KEYS)[0], typed)


def test_short_papers_and_those_of_points_keep_a_field_for_each_unit():
    assert is_long(RULE, KEYS) and not is_long(RULE, KEYS[:12])
    assert not is_long(read_rule(make.RULE.encode()), KEYS)


def test_a_long_paper_is_printed_with_its_numbers(house):
    many = tuple(PlannedTarget(key=f"T{n}", name=f"{n}镇", unit="small-A", presenter="", ranking_group="", ranked=True)
                 for n in range(1, 14))
    hall = make.sitting(house, make.plan(rule=GRADES, ballot_mode="all", targets=many, declarations={}))
    paper, = paper_ballots.issue(house.database, hall.key, seats=("L1",), secret={}, targets=tuple(one.key for one in many),
                                 together=True, by="host", at=hall.now)

    html = paper_ballots.sheet((paper,), RULE, "镇街亮绩")

    assert "<th class=quiet>序号</th>" in html and "<td>13</td><td>13镇</td>" in html and html.count("class=ten") == 1
