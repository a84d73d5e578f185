"""What a package tells beside the ballots: points booked before it, and earlier places in the same arena."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

from hall.outcome import results
from tests import make

ROOT = Path(__file__).parent.parent.parent


def outside(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-S", "-m", "scoring", command, str(folder)], cwd=ROOT,
                          capture_output=True, text=True, check=False)


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((folder / name).read_text(encoding="utf-8-sig"))))


def play(hall: make.Hall, *marks: int) -> None:
    for number, mark in enumerate(marks, 1):
        hall.open(f"U{number}")
        hall.everybody(mark)
        hall.close()


def later(hall: make.Hall, key: str, *, arena: str = "县区比拼现场", period: str = "2026Q2",
          held_on: date = date(2026, 7, 23)) -> make.Hall:
    """The next quarter of the same units; a unit's target has another key there."""
    first = make.plan("small")
    targets = tuple(replace(one, key=f"U{4 - n}") for n, one in enumerate(first.targets, 1))
    return make.sitting(hall.house, replace(first, key=key, targets=targets, arena=arena, period=period,
                                            held_on=held_on))


def test_the_points_booked_before_and_earlier_places_are_in_the_package(hall: make.Hall, tmp_path: Path) -> None:
    play(hall, 90, 85, 80)
    hall.publish()
    second = later(hall, "second")
    play(second, 90, 85, 80)
    second.publish()

    results.export(hall.house.database, "second", tmp_path / "second")

    assert rows(tmp_path / "second", "ledger.csv") == [
        {"unit": "small-A", "period": "2026Q1", "cause": "县区比拼现场：A县 第1名", "kind": "bonus", "points": "2"},
        {"unit": "small-C", "period": "2026Q1", "cause": "县区比拼现场：C县 第3名", "kind": "deduction", "points": "-1"}]
    assert rows(tmp_path / "second", "history.csv") == [
        {"ranking_group": "", "period": "2026Q1", "target": "U3", "rank": "1", "rank_from_bottom": "3"},
        {"ranking_group": "", "period": "2026Q1", "target": "U2", "rank": "2", "rank_from_bottom": "2"},
        {"ranking_group": "", "period": "2026Q1", "target": "U1", "rank": "3", "rank_from_bottom": "1"}]
    ledger = outside("ledger", tmp_path / "second")
    assert ledger.returncode == 0, ledger.stderr
    assert {unit: one["balance"] for unit, one in json.loads(ledger.stdout)["units"].items()} == {
        "small-A": "2", "small-C": "-1"}
    recount = outside("recount", tmp_path / "second")
    assert recount.returncode == 0, recount.stderr
    assert json.loads(recount.stdout) == results.standing(hall.house.database, "second").result


def test_publication_and_export_are_the_same_bytes_whatever_is_booked_later(hall: make.Hall, tmp_path: Path) -> None:
    play(hall, 90, 85, 80)
    hall.publish()
    frozen = results.package_zip(hall.house.database, hall.key)
    second = later(hall, "second")
    play(second, 90, 85, 80)
    second.publish()

    results.export(hall.house.database, hall.key, tmp_path / "first")

    assert results.package_zip(hall.house.database, hall.key) == frozen
    with zipfile.ZipFile(io.BytesIO(frozen)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            one.name: one.read_bytes() for one in (tmp_path / "first").iterdir()}
    assert rows(tmp_path / "first", "ledger.csv") == rows(tmp_path / "first", "history.csv") == []


def test_another_arena_a_later_sitting_and_other_units_are_not_in_it(hall: make.Hall, tmp_path: Path) -> None:
    play(hall, 90, 85, 80)
    hall.publish()
    elsewhere = later(hall, "elsewhere", arena="部门比拼现场")
    stranger = make.sitting(hall.house, make.plan("stranger", held_on=date(2026, 7, 23), period="2026Q2"))
    earlier = later(hall, "earlier", held_on=date(2026, 1, 23), period="2025Q4")
    for one in (elsewhere, stranger, earlier):
        play(one, 90, 85, 80)
        results.export(hall.house.database, one.key, tmp_path / one.key)
        assert rows(tmp_path / one.key, "history.csv") == []
    assert rows(tmp_path / "stranger", "ledger.csv") == []
    assert len(rows(tmp_path / "elsewhere", "ledger.csv")) == 2  # points are a unit's, whatever the arena
