"""Every arena under sample_sessions/, from its folder to its published result, through the hall's own doors.

The ballots of the rehearsal are cast again, the result is compared with the rehearsal's (which three counts agree
on: the engine on a bare Python, the literal reading in tests/scoring/oracle.py, and what was written down), points are
booked, promises are on the list, and what has units above it or beside it rolls up.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import by_hand
import pytest
from rehearsed import Rehearsed, rehearsed

from hall import results, rounds
from hall.cli import main
from scoring.package import read_package
from tests import make
from tests.scoring import oracle

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_sessions"
ARENAS = tuple(sorted(one.parent.name for one in SAMPLES.glob("*/sitting.toml")))


@dataclass
class Held:
    """A sitting that was held: the result it gave, and the one its rehearsal gave."""

    folder: Path
    hall: Rehearsed
    export: Path
    expected: dict[str, Any]
    given: dict[str, Any]


@pytest.fixture(scope="module", params=ARENAS)
def held(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    folder, work = SAMPLES / request.param, tmp_path_factory.mktemp(request.param)
    url = f"sqlite:///{work / 'leitai.db'}"
    assert main(["load", str(folder), "--database-url", url]) == 0
    house = make.house(url)
    hall = rehearsed(house, request.param, folder / "rehearsal")
    hold(hall)
    results.publish(house.database, hall.key, by="host", at=house.clock(), despite_warnings=True)
    house.live.refresh()
    results.export(house.database, hall.key, work / "package")
    yield Held(folder=folder, hall=hall, export=work / "package", expected=read(folder / "rehearsal" / "result.json"),
               given=read(work / "package" / "result.json"))
    house.close()


def hold(hall: Rehearsed) -> None:
    """Round by round: opened, filled, closed."""
    keys = [one.key for one in hall.snapshot.targets]
    for targets in [keys] if hall.snapshot.sitting.ballot_mode == "all" else [[key] for key in keys]:
        opened = rounds.open_round(hall.house.database, hall.key, tuple(targets), by="host", at=hall.house.clock())
        hall.house.live.refresh()
        hall.fill()
        rounds.close_round(hall.house.database, hall.key, by="host", at=hall.house.clock())
        hall.house.live.refresh()
        hall.after_the_end(targets, opened)


def read(file: Path) -> dict[str, Any]:
    return json.loads(file.read_text("utf-8"))


def without_ballot_names(result: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Targets and order; of a secret group the number of ballots dropped instead of their random names."""
    secret = {row["group"] for row in by_hand.rows(folder / "rehearsal" / "ballots.csv") if not row["seat"]}
    targets = json.loads(json.dumps(result["targets"]))
    for one in targets.values():
        for group in secret:
            for side in ("dropped_high", "dropped_low"):
                names = one["groups"][group][side]
                one["groups"][group][side] = sorted(name.partition(":")[2] for name in names)
    return {"targets": targets, "order": result["order"], "rule": result["rule_sha256"]}


def test_the_rehearsal_s_result_is_what_a_literal_reading_of_the_contract_gives(held):
    package = read_package(held.folder / "rehearsal")
    counted = oracle.recount(package)

    assert counted["order"] == held.expected["order"]
    for target, theirs in held.expected["targets"].items():
        mine = counted["targets"][target]
        assert {k: mine[k] for k in mine if k not in ("points", "points_because")} == {
            k: theirs[k] for k in mine if k not in ("points", "points_because")}, target


def test_the_ballots_cast_again_in_the_hall_give_the_same_result(held):
    assert without_ballot_names(held.given, held.folder) == without_ballot_names(held.expected, held.folder)


def test_anybody_recounts_the_export_with_a_bare_python(held):
    told = subprocess.run([sys.executable, "-S", "-m", "scoring", "recount", str(held.export)], cwd=ROOT,
                          capture_output=True, check=False)

    assert (told.returncode, told.stderr.decode()) == (0, "")
    assert json.loads(told.stdout)["order"] == held.expected["order"]
