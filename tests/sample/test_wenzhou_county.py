"""The Wenzhou county sitting: what a loader and a hall may rely on, and a result counted three times.

The columns are read from docs/sitting_folder.md, so that the folder and its description cannot drift apart.
The result is counted by the engine, by hand (by_hand.py, which imports nothing of it) and read from result.json.
"""

import csv
import hashlib
import json
import re
import subprocess
import sys
import tomllib
from collections import Counter
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import by_hand
import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "sample_sessions" / "wenzhou_county_2019q1"
REHEARSAL = FOLDER / "rehearsal"
FORMAT = (ROOT / "docs" / "sitting_folder.md").read_text("utf-8")
COLUMNS = dict(re.findall(r"^\| `(\w+\.csv)` \| `([a-z_,]+)`", FORMAT, re.M))
PACKAGE_COLUMNS = {
    "targets.csv": "target,name,unit,parent_unit,ranking_group,ranked",
    "seats.csv": "seat,group,unit,present",
    "ballots.csv": "ballot,group,seat,target,version,state,criterion,value,received_at",
    "recusals.csv": "seat,target,reason",
}
PRESENTER = re.compile("区委书记|市委书记|县委书记|党工委书记")
OWNER = re.compile("(常务|分管)副[区市县]长|管委会分管副主任|[^副]{2,12}(局局长|中心主任|负责人)")
SEAT = re.compile(r"市(委|人大|政府|政协)领导(一|二|三)?席|市.{2,10}[委局]负责人|社会各界代表\d\d")
TITLE = re.compile("[区市县局镇]长|书记|主任|主席|委员|同志|先生|女士|某")


def read(name: str) -> list[dict[str, str]]:
    return by_hand.rows(FOLDER / name)


def header(file: Path) -> list[str]:
    with file.open(encoding="utf-8", newline="") as f:
        return next(csv.reader(f))


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    return json.loads((REHEARSAL / "result.json").read_text("utf-8"))


def test_every_file_has_the_columns_that_the_documentation_names():
    for file in FOLDER.glob("*.csv"):
        assert header(file) == COLUMNS[file.name].split(","), file.name
    for file in REHEARSAL.glob("*.csv"):
        assert header(file) == PACKAGE_COLUMNS[file.name].split(","), file.name
    sitting = tomllib.loads((FOLDER / "sitting.toml").read_text("utf-8"))
    assert (sitting["id"], sitting["held_on"], sitting["hall"]["seconds"]) == (FOLDER.name, date(2019, 4, 23), 120)
    assert sitting["note"].startswith("示例数据")


def test_every_reference_points_to_a_row_that_is_there():
    units, targets, seats = ({row[key]: row for row in read(f"{key}s.csv")} for key in ("unit", "target", "seat"))
    groups = {g["key"] for g in tomllib.loads((FOLDER / "rule.toml").read_text("utf-8"))["groups"]}

    assert len(units) == len(read("units.csv")) == 25 and len(targets) == 13
    assert {t["unit"] for t in targets.values()} == {k for k, u in units.items() if u["kind"] in ("county", "zone")}
    assert {s["unit"] for s in seats.values()} - {""} <= set(units)
    assert Counter(s["group"] for s in seats.values()) == {"leaders": 7, "departments": 12, "public": 40}
    assert {s["group"] for s in seats.values()} == groups
    assert {(r["seat"] in seats, r["target"] in targets) for r in read("recusals.csv")} == {(True, True)}


def test_judges_come_from_departments_and_every_county_and_nobody_judges_his_own():
    kinds = {u["unit"]: u["kind"] for u in read("units.csv")}
    own = {group: [s["unit"] for s in read("seats.csv") if s["group"] == group] for group in ("departments", "public")}

    assert {kinds[u] for u in own["departments"]} == {"department"} and len(set(own["departments"])) == 12
    assert Counter(filter(None, own["public"])) == {t["unit"]: 1 for t in read("targets.csv")}
    assert {u["parent"] for u in read("units.csv")} == {""}, "a common parent would recuse its seats everywhere"
    assert len(read("recusals.csv")) == 2


def test_every_unit_admits_three_shortcomings_and_answers_each_with_measures_and_dated_commitments():
    admitted = [(s["target"], s["shortcoming"]) for s in read("shortcomings.csv")]
    measures = Counter((m["target"], m["shortcoming"]) for m in read("measures.csv"))
    promised = Counter((c["target"], c["shortcoming"]) for c in read("commitments.csv"))

    assert admitted == [(t["target"], n) for t in read("targets.csv") for n in "123"]
    assert set(measures) == set(promised) == set(admitted)
    assert set(measures.values()) <= {2, 3, 4} and 2.8 < len(read("measures.csv")) / len(admitted) < 3.2
    assert set(promised.values()) <= {1, 2}
    for c in read("commitments.csv"):
        assert date(2019, 6, 30) <= date.fromisoformat(c["deadline"]) <= date(2019, 12, 31)
        assert bool(c["amount"]) == bool(c["amount_unit"])
        assert not c["amount"] or Decimal(c["amount"]) > 0


def test_what_a_unit_says_is_numbered_from_one_and_never_said_twice():
    for name, key in (("measures.csv", "measure"), ("commitments.csv", "commitment")):
        numbers: dict[tuple[str, str], list[int]] = {}
        for row in read(name):
            numbers.setdefault((row["target"], row["shortcoming"]), []).append(int(row[key]))
        assert all(found == list(range(1, len(found) + 1)) for found in numbers.values()), name
    for name in ("shortcomings.csv", "measures.csv", "commitments.csv"):
        said = Counter((row["target"], row["text"]) for row in read(name))
        assert max(said.values()) == 1, name


def test_two_commitments_of_one_shortcoming_come_in_the_order_of_their_dates():
    for before, after in pairwise(read("commitments.csv")):
        if (before["target"], before["shortcoming"]) == (after["target"], after["shortcoming"]):
            assert before["deadline"] < after["deadline"]


@pytest.mark.parametrize(
    ("name", "column", "longest"),
    [
        ("shortcomings.csv", "text", 28),
        ("shortcomings.csv", "gap", 30),
        ("shortcomings.csv", "goal", 30),
        ("measures.csv", "text", 30),
        ("commitments.csv", "text", 40),
    ],
)
def test_texts_fit_a_phone_and_a_hall_screen(name, column, longest):
    too_long = [row[column] for row in read(name) if not 4 <= len(row[column]) <= longest]

    assert too_long == []


def test_people_appear_by_role_only():
    for name, column, role in (
        ("targets.csv", "presenter", PRESENTER),
        ("commitments.csv", "owner", OWNER),
        ("seats.csv", "name", SEAT),
    ):
        assert [row[column] for row in read(name) if not role.fullmatch(row[column])] == [], name
    files = ("shortcomings.csv", "measures.csv", "commitments.csv")
    spoken = [row[k] for f in files for row in read(f) for k in ("text", "gap", "goal") if k in row]
    assert [text for text in spoken if TITLE.search(text)] == [], "a title is where a name would stand"


def test_the_rehearsal_is_of_this_sitting():
    assert (REHEARSAL / "rule.toml").read_bytes() == (FOLDER / "rule.toml").read_bytes()
    assert (REHEARSAL / "recusals.csv").read_bytes() == (FOLDER / "recusals.csv").read_bytes()
    shared = ("target", "name", "unit", "ranking_group", "ranked")
    rehearsed = by_hand.rows(REHEARSAL / "targets.csv")
    assert [[row[k] for k in shared] for row in rehearsed] == [[row[k] for k in shared] for row in read("targets.csv")]
    named = [(s["seat"], s["group"], s["unit"]) for s in read("seats.csv") if s["group"] != "public"]
    assert [(s["seat"], s["group"], s["unit"]) for s in by_hand.rows(REHEARSAL / "seats.csv")] == named


def test_secret_ballots_cannot_be_told_apart_by_seat_or_time_and_are_never_more_than_the_seats():
    secret = [row for row in by_hand.rows(REHEARSAL / "ballots.csv") if row["group"] == "public"]
    seats = [s for s in read("seats.csv") if s["group"] == "public"]

    assert {row["seat"] for row in secret} == {""}
    for target in read("targets.csv"):
        mine = [row for row in secret if row["target"] == target["target"]]
        assert len({row["received_at"] for row in mine}) == 1
        assert len({row["ballot"] for row in mine}) <= sum(s["unit"] != target["unit"] for s in seats)
    assert len({row["ballot"] for row in secret}) == len({(row["ballot"], row["target"]) for row in secret})


def test_the_rehearsal_goes_through_what_happens_in_a_hall():
    ballots = by_hand.rows(REHEARSAL / "ballots.csv")

    assert {row["state"] for row in ballots} == {"submitted", "abstain", "dont_know", "spoiled", "late"}
    assert {row["version"] for row in ballots} == {"1", "2"}
    assert [s["seat"] for s in by_hand.rows(REHEARSAL / "seats.csv") if s["present"] == "no"] == ["D10"]
    assert all(70 <= int(row["value"]) <= 98 for row in ballots if row["value"])


def test_the_count_by_hand_is_the_published_result(published):
    counted = by_hand.count(REHEARSAL)

    assert counted["order"] == published["order"]
    assert by_hand.fingerprint(REHEARSAL) == {key: published[key] for key in ("rule_sha256", "ballots_sha256")}
    assert set(counted["targets"]) == set(published["targets"])
    for target, mine in counted["targets"].items():
        assert mine == as_far_as(mine, published["targets"][target]), target


def as_far_as(counted: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """Of a published target, what the count by hand also has."""
    groups = {g: {k: line[k] for k in counted["groups"][g]} for g, line in given["groups"].items()}
    return {key: groups if key == "groups" else given[key] for key in counted}


def test_the_engine_on_a_bare_python_gives_the_published_result(published):
    told = subprocess.run(
        [sys.executable, "-S", "-m", "scoring", "recount", str(REHEARSAL)], cwd=ROOT, capture_output=True, check=False
    )
    given = json.loads(told.stdout)

    assert (told.returncode, told.stderr.decode()) == (0, "")
    assert set(given) == set(published)
    assert [key for key in given if given[key] != published[key]] in ([], ["warnings"])
    assert len(given["warnings"]) == 1 and "U10" in given["warnings"][0], "a group too small to trim is said aloud"


def test_the_result_is_worth_showing(published):
    targets = published["targets"]
    second, third, fourth, fifth = (targets[t] for t in published["order"][1:5])
    closeness = Decimal(second["total"]["published"]) - Decimal(third["total"]["published"])

    assert Decimal("0") < closeness <= Decimal("0.02"), "a close pair across two awards"
    assert fourth["total"] == fifth["total"] and fourth["rank"] != fifth["rank"], "a tie"
    assert (fourth["decided_by"], fifth["decided_by"]) == ("leaders", "leaders")
    assert [targets[t]["points"] for t in published["order"]] == ["3", "2", "1", *["0"] * 8, "-1", "-1"]
    assert [t for t in targets if not targets[t]["groups"]["leaders"]["trimmed"]] == ["U10"], "too few left to trim"
    assert [t for t in targets if targets[t]["groups"]["leaders"]["recused"]] == ["U07", "U10"]


def test_the_sums_are_those_of_the_files():
    lines = (REHEARSAL / "SHA256SUMS").read_text("utf-8").splitlines()
    sums = {name: digest for digest, name in (line.split("  ") for line in lines)}

    assert set(sums) == {file.name for file in REHEARSAL.iterdir()} - {"SHA256SUMS"}
    assert all(hashlib.sha256((REHEARSAL / name).read_bytes()).hexdigest() == digest for name, digest in sums.items())
