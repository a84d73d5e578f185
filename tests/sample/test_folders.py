"""What every folder under sample_sessions/ keeps to: it reads, it names nobody, it says what is made up, it fits a screen.

What is special to one arena stands in its own test; that it runs from load to publication, in test_arenas.py.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections import Counter, defaultdict
from pathlib import Path

import by_hand
import pytest

from office.folders.folder import read_folder
from office.sitting import agenda_templates

ROOT = Path(__file__).parents[2]
FOLDERS = sorted(one.parent for one in (ROOT / "sample_sessions").glob("*/sitting.toml"))
LONGEST = {"text": 40, "gap": 30, "goal": 30}
QUESTION = 200
TITLE = re.compile("[区市县局镇]长(?!期)|书记|主任|主席|委员|同志|先生|女士|某")
ROLE = re.compile(".*(书记|局长|主任|负责人|负责副职|主要负责副职|分管副职|分管副总|副[区市县]长)")
SEAT = re.compile(r".*(席|负责人|书记|(代表|委员|代表人|监督团)\d\d|市领导\d\d席)")
ASKER = re.compile(".*(领导|代表|委员)")


@pytest.fixture(params=FOLDERS, ids=lambda one: one.name)
def folder(request: pytest.FixtureRequest) -> Path:
    return request.param


def test_it_reads_and_says_that_it_is_made_up(folder):
    plan = read_folder(folder)

    assert plan.key == folder.name and plan.note.startswith("示例数据")
    assert "虚构" in plan.note and len(plan.note) <= 90, "it stands beside every figure"
    assert agenda_templates.fault_of(plan.segments, plan.ballot_mode) is None
    comment = (folder / "rule.toml").read_text("utf-8").split("\nid =")[0]
    assert comment.startswith("# Synthetic") and "（示例数据）" in tomllib.loads((folder / "rule.toml").read_text("utf-8"))["title"]


def test_people_appear_by_role_only(folder):
    for name, column, role in (("targets.csv", "presenter", ROLE), ("commitments.csv", "owner", ROLE),
                               ("seats.csv", "name", SEAT), ("questions.csv", "asker", ASKER)):
        assert [row[column] for row in by_hand.rows(folder / name) if not role.fullmatch(row[column])] == [], name
    spoken = [row[column] for name in ("shortcomings.csv", "measures.csv", "commitments.csv", "questions.csv")
              for row in by_hand.rows(folder / name) for column in ("text", "gap", "goal") if column in row]
    assert [text for text in spoken if TITLE.search(text)] == [], "a title is where a name would stand"


def test_what_is_said_fits_a_phone_and_a_hall_screen(folder):
    for name in ("shortcomings.csv", "measures.csv", "commitments.csv"):
        for row in by_hand.rows(folder / name):
            for column, longest in LONGEST.items():
                assert column not in row or 4 <= len(row[column]) <= longest, (name, row[column])
    assert all(8 <= len(row["text"]) <= QUESTION for row in by_hand.rows(folder / "questions.csv"))


def test_every_shortcoming_is_answered_by_measures_and_by_a_promise_that_can_be_checked(folder):
    plan = read_folder(folder)
    admitted = Counter((row["target"], row["shortcoming"]) for row in by_hand.rows(folder / "shortcomings.csv"))
    measures = Counter((row["target"], row["shortcoming"]) for row in by_hand.rows(folder / "measures.csv"))
    promises = by_hand.rows(folder / "commitments.csv")

    assert set(measures) == set(admitted) == {(row["target"], row["shortcoming"]) for row in promises}
    assert min(measures.values()) >= 2
    assert {row["target"] for row in promises} <= {one.key for one in plan.targets}
    assert all(row["deadline"] > plan.held_on.isoformat() for row in promises)
    assert sum(row["amount"] != "" for row in promises) * 3 > len(promises), "amounts, and days at which something stands"


def test_secret_ballots_tell_neither_seat_nor_moment(folder):
    rule = tomllib.loads((folder / "rule.toml").read_text("utf-8"))
    secret = {group["key"] for group in rule["groups"] if group.get("secret")}
    moments: dict[str, set[str]] = defaultdict(set)
    for row in by_hand.rows(folder / "rehearsal" / "ballots.csv"):
        if row["group"] in secret:
            assert row["seat"] == ""
            if row["state"] == "submitted" and row["version"] == "1":
                moments[row["target"]].add(row["received_at"])

    assert secret and {len(times) for times in moments.values()} == {1}
    assert not {row["seat"] for row in by_hand.rows(folder / "rehearsal" / "seats.csv") if row["group"] in secret}


def test_no_secret_paper_can_be_told_by_what_it_leaves_out(folder):
    """On one paper for all, what a seat may not score is missing: three seats at least have to lack the same."""
    plan = read_folder(folder)
    rule = tomllib.loads(plan.rule_toml)
    secret = {group["key"] for group in rule["groups"] if group.get("secret")}
    entered = {(seat, target) for seat, target, _ in plan.recusals}
    parents = {one.key: one.parent for one in plan.units}
    unit_and_above = {one.key: {one.unit, parents[one.unit]} for one in plan.targets}
    lacking = Counter((seat.group, frozenset(
        one.key for one in plan.targets if (seat.code, one.key) in entered or seat.unit in unit_and_above[one.key] - {""}
        or (seat.route and one.route and seat.route != one.route))) for seat in plan.seats if seat.group in secret)

    assert plan.ballot_mode == "each" or min(lacking.values()) >= 3


def test_the_sums_are_those_of_the_files_and_none_is_large(folder):
    rehearsal = folder / "rehearsal"
    sums = {name: digest for digest, name in
            (line.split("  ") for line in (rehearsal / "SHA256SUMS").read_text("utf-8").splitlines())}

    assert set(sums) == {file.name for file in rehearsal.iterdir()} - {"SHA256SUMS"}
    assert all(hashlib.sha256((rehearsal / name).read_bytes()).hexdigest() == digest for name, digest in sums.items())
    assert max(file.stat().st_size for file in folder.rglob("*") if file.is_file()) < 1_000_000


def test_the_rehearsal_is_of_this_sitting(folder):
    assert (folder / "rehearsal" / "rule.toml").read_bytes() == (folder / "rule.toml").read_bytes()
    shared = ("target", "name", "unit", "ranking_group", "ranked")
    assert [[row[key] for key in shared] for row in by_hand.rows(folder / "rehearsal" / "targets.csv")] == [
        [row[key] for key in shared] for row in by_hand.rows(folder / "targets.csv")]
    assert by_hand.rows(folder / "rehearsal" / "components.csv") == by_hand.rows(folder / "components.csv")


def test_a_unit_that_two_sittings_know_has_one_name_and_one_parent():
    """They are loaded into one register (`leitai serve --samples`), which keeps what it knew first."""
    known: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for folder in FOLDERS:
        for row in by_hand.rows(folder / "units.csv"):
            known[row["unit"]].add((row["name"], row["parent"]))

    assert [unit for unit, said in known.items() if len(said) > 1] == []
