"""What a secret paper for all units leaves out, its judge's own unit, shows nowhere whose it is."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter, defaultdict
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from hall.ballots import sealed
from hall.house import House
from hall.outcome import results
from hall.screen.board_receipts import by_code
from tests import make
from tests.hall.test_packing import ROOT, outside, rows

GRADES = """
[ballot]
kind = "grades"
[[grades]]
key = "good"
name = "满意"
points = "100"
[[grades]]
key = "bad"
name = "不满意"
points = "30"
"""
TRIM = "[trim]\nhigh = 1\nlow = 1\nmin_ballots = 3\n"
POINTS = make.RULE[make.RULE.index("[ballot]"):make.RULE.index("[[groups]]")]


def mark(kind: str, target: str, n: int) -> dict[str, str]:
    return {f"m.{target}": "good" if n % 2 else "bad"} if kind == "grades" else {f"m.{target}.quality": str(60 + n)}


def held(house: House, kind: str, units: int) -> tuple[make.Hall, int, dict[str, list[str]]]:
    """Each deputy belongs to a unit of its own, and the first one votes twice; the round is closed."""
    rule = make.RULE if kind == "points" else make.RULE.replace(POINTS, GRADES).replace(TRIM, "")
    plan = make.plan(units=units, public=4, ballot_mode="all", rule=rule)
    seats = tuple(replace(one, unit=plan.targets[int(one.code[1:]) - 1].unit) if one.code[0] == "P" else one
                  for one in plan.seats)
    hall = make.sitting(house, replace(plan, seats=seats))
    keys = [one.key for one in plan.targets]
    round_id = hall.open(*keys)
    snapshot, codes = house.live.at(hall.key), defaultdict(list)
    assert snapshot is not None
    for n, code in enumerate((*hall.secrets, "P1", "P1")):
        seat = house.live.seat(hall.secrets[code])
        assert seat is not None
        form: dict[str, str] = {}
        for key in keys:
            form |= {} if snapshot.recused(seat, key) else mark(kind, key, n)
        codes[code].append(hall.cast(code, form=form).code)
    hall.close()
    return hall, round_id, codes


@pytest.mark.parametrize("kind", ["points", "grades"])
def test_package_printout_result_and_receipts_do_not_lead_from_one_unit_to_another(
        house: House, tmp_path: Path, kind: str) -> None:
    hall, round_id, codes = held(house, kind, 5)
    printed = unescape(sealed.print_sealed(house.database, hall.key, round_id, by="clerk", at=hall.now).html)
    hall.publish(despite_warnings=True)
    results.export(house.database, hall.key, tmp_path / "out")
    secret = [row for row in rows(tmp_path / "out", "ballots.csv") if row["group"] == "public"]

    assert Counter(row["target"] for row in secret) == {"U1": 3, "U2": 3, "U3": 3, "U4": 3, "U5": 4}
    assert len({row["ballot"] for row in secret}) == len(secret) == 16  # a name a unit, and only what stands
    assert {(row["version"], row["seat"], row["received_at"]) for row in secret} == {("1", "", "")}
    numbers = re.findall(r"票\t(.县)\t社会各界代表\t无记名\t(\w+)\t", printed)
    assert {number for _unit, number in numbers} == {row["ballot"] for row in secret} and len(numbers) == 16
    listed = results.receipts(house.database, hall.key)
    assert {(code, name) for code, name, _counts in listed} == {
        (code, "5家一张票") for own in codes.values() for code in own}
    assert {code for code, _name, counts in listed if counts} == {own[-1] for own in codes.values()}
    assert {one.units for one in by_code(listed)} == {"5家一张票"}
    recount = outside("recount", tmp_path / "out")
    assert json.loads(recount.stdout) == results.standing(house.database, hall.key).result
    assert {row["version"] for row in rows(tmp_path / "out", "ballots.csv") if row["seat"]} == {"1"}
    told = subprocess.run([sys.executable, "-S", "-m", "scoring", "recount", str(tmp_path / "out"), "--explain", "U5"],
                          cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(told.stdout)
    assert house.live.at(hall.key) is not None


def test_a_long_printout_tells_secret_papers_by_unit(house: House) -> None:
    hall, round_id, _codes = held(house, "points", 13)
    printed = unescape(sealed.print_sealed(house.database, hall.key, round_id, by="clerk", at=hall.now).html)

    told = [line.split("\t") for line in printed.splitlines() if line.startswith("票\t社会各界代表")]
    assert [row[3] for row in told] == [f"序号{n}共{3 if n <= 4 else 4}张" for n in range(1, 14)]
    assert told[0][4].startswith("1 质量 ") and told[0][4].count("质量") == 3


def test_a_ranking_leaves_nothing_out_and_keeps_one_name_a_paper(house: House, tmp_path: Path) -> None:
    rule = make.RULE.replace(POINTS, '[ballot]\nkind = "ranking"\n[places]\npoints = ["3", "2", "1"]\n')
    rule = rule.replace(TRIM, "")
    hall = make.sitting(house, make.plan(ballot_mode="all", rule=rule))
    hall.open("U1", "U2", "U3")
    for code in hall.secrets:
        hall.cast(code, form={"m.U1": "1", "m.U2": "2", "m.U3": "3"})
    hall.cast("P1", form={"m.U1": "3", "m.U2": "2", "m.U3": "1"})
    hall.close()
    results.export(house.database, hall.key, tmp_path / "out")
    secret = [row for row in rows(tmp_path / "out", "ballots.csv") if row["group"] == "public"]

    assert len({row["ballot"] for row in secret}) == 4 and {row["version"] for row in secret} == {"1", "2"}
    assert outside("recount", tmp_path / "out").returncode == 0
