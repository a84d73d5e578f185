"""The sample lists hold what their sources counted, live through what happened to them, and say what is made up."""

from __future__ import annotations

import re
import shutil
from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path

import by_hand
import pytest

from db.engine import Database
from db.item_lines import Filter
from office.folders.list_folder import ListPlan, first_event, read_list
from office.folders.loading import folders_in, load_folder
from office.listing.follow_up import follow_up
from scoring import family
from scoring.commitment import DONE, Kind, Verdict
from scoring.item import Item
from scoring.life import apply

SAMPLES = Path(__file__).parents[2] / "sample_sessions"
LISTS = tuple(sorted(one.parent for one in SAMPLES.glob("*/list.toml")))
ROLE = re.compile(r".*(书记|市长|秘书长|负责人|分管副职|(市领导|区领导|督导员)\d\d|督查组|清零组)|")


def stand(plan: ListPlan, until: date = date(2026, 1, 1)) -> dict[str, Item]:
    """Number -> how it stood at the end of a day, by living through its events."""
    items = {one.number: apply(None, first_event(one)) for one in plan.items}
    for number, event, _names in plan.events:
        if event.on <= until:
            items |= family.happen(items, number, event).items
    return items


@pytest.fixture(params=LISTS, ids=lambda one: one.name)
def folder(request: pytest.FixtureRequest) -> Path:
    return request.param


def test_it_says_what_is_made_up_and_names_nobody(folder):
    plan = read_list(folder)

    assert all(one.note.startswith("示例数据") and "虚构" in one.note and len(one.note) <= 90 for one in plan.items)
    assert [role for one in plan.items for role in (one.owner, one.contact_leader, one.supervisor)
            if not ROLE.fullmatch(role)] == []
    assert max(len(one.text) for one in plan.items) <= 40, "a card on a phone"
    assert all(one.deadline is not None and one.contact_leader and one.source.words for one in plan.items)
    assert max(file.stat().st_size for file in folder.rglob("*") if file.is_file()) < 1_000_000


def test_round_one_of_wenzhou_is_66_units_190_odd_shortcomings_and_568_measures():
    plan = read_list(SAMPLES / "wenzhou_list_2018")
    kinds = Counter(one.kind.value for one in plan.items)
    measures: dict[str, int] = Counter(one.part_of for one in plan.items if one.part_of)
    units = Counter(one.kind for one in plan.units)

    assert (len(plan.units), units["county"], units["zone"], units["department"]) == (66, 11, 2, 53)
    assert {one.unit for one in plan.items} == {one.key for one in plan.units}
    assert kinds == {"shortcoming": 196, "measure": 568}
    assert set(measures) == {one.number for one in plan.items if one.kind.value == "shortcoming"}
    assert set(measures.values()) == {2, 3}
    assert len({(one.unit, one.text) for one in plan.items if one.kind.value == "shortcoming"}) == 196


def test_a_shortcoming_is_struck_off_only_after_all_of_its_measures_and_looked_back_in_october():
    plan = read_list(SAMPLES / "wenzhou_list_2018")
    items = stand(plan)
    open_of = {one.part_of for one in plan.items if one.part_of and items[one.number].status not in DONE}
    shortcomings = {one.number for one in plan.items if not one.part_of}
    visits = [event for _number, event, _names in plan.events if event.kind is Kind.LOOKED_BACK]

    assert {number for number in shortcomings if items[number].status not in DONE} == open_of
    assert {event.by for event in visits} == {"市民监督团", "媒体记者", "社会各界代表"}
    assert min(event.on for event in visits).strftime("%Y-%m") == "2018-10"
    assert {event.verdict for event in visits} == set(Verdict)
    assert sum(item.relapses for item in items.values()) == 8
    assert {one.kind for _n, one, _names in plan.events} >= {
        Kind.REMINDED, Kind.SLIP_ISSUED, Kind.EXTENSION_DECIDED, Kind.CLOSURE_REFUSED, Kind.RETURNED, Kind.PARKED}


def test_yongkangs_38_difficulties_hang_on_31_projects_and_agree_with_the_rates_of_its_sitting():
    plan = read_list(SAMPLES / "yongkang_list_2016")
    projects = [one for one in plan.items if one.kind.value == "project"]
    difficulties = [one for one in plan.items if one.kind.value == "difficulty"]
    on_the_day = stand(plan, until=date(2016, 12, 30))
    done: dict[str, list[bool]] = defaultdict(list)
    for one in difficulties:
        for unit in (one.unit, one.lead_unit):  # pressed on both: the host town and the bureau that leads
            done[unit].append(on_the_day[one.number].status in DONE)
    targets = {row["target"]: row["unit"] for row in by_hand.rows(SAMPLES / "yongkang_2016" / "targets.csv")}
    shown = {targets[row["target"]]: Fraction(row["value"]) for row in by_hand.rows(SAMPLES / "yongkang_2016" / "components.csv")
             if row["component"] == "难题销号率"}

    assert (len(projects), len(difficulties)) == (31, 38)
    assert {one.part_of for one in difficulties} <= {one.number for one in projects}
    assert {len({one.contact_leader, one.supervisor, one.unit, one.team} - {""}) for one in projects} == {4}, "six ones"
    assert {unit: round(Fraction(100 * sum(some), len(some)), 1) for unit, some in done.items()} == shown


def test_yinzhou_has_72_problems_59_solved_and_27_clearance_items_each_under_a_leader():
    plan = read_list(SAMPLES / "yinzhou_list_2017")
    items = stand(plan, until=date(2017, 10, 20))
    problems = [one for one in plan.items if one.kind.value == "problem"]
    clearance = [one for one in plan.items if one.kind.value == "clearance"]
    slips = {number for number, event, _names in plan.events if event.kind is Kind.SLIP_ISSUED}

    assert (len(problems), sum(items[one.number].status in DONE for one in problems), len(clearance)) == (72, 59, 27)
    assert len({one.contact_leader for one in plan.items}) == 18
    assert len(slips) == 8, "eight that were slow"
    assert all(one.milestones for one in plan.items)


def test_longquan_looks_back_on_what_each_of_46_units_promised_the_year_before():
    plan = read_list(SAMPLES / "longquan_list_2022")
    items = stand(plan)
    found = Counter(item.look_backs[0].verdict for item in items.values())

    assert len(plan.items) == 46 == len({one.unit for one in plan.items})
    assert found == {Verdict.KEPT: 37, Verdict.LETTER_ONLY: 4, Verdict.NOT_KEPT: 5}
    assert all(item.closings for item in items.values() if item.relapses)


def test_a_list_is_loaded_by_its_folder_beside_the_sittings(sqlite_with_tables, tmp_path):
    assert set(LISTS) <= set(folders_in(SAMPLES))
    shutil.copyfile(sqlite_with_tables, tmp_path / "leitai.db")
    database = Database(f"sqlite:///{tmp_path / 'leitai.db'}")
    at = datetime(2017, 1, 3, 2, tzinfo=UTC)
    for name in ("yongkang_2016", "yongkang_list_2016"):
        load_folder(database, SAMPLES / name, by="命令行", at=at)
    listed = follow_up(database, Filter(kind="difficulty"), as_of=date(2026, 1, 1))
    assert listed.sentence.startswith("共38项，已办结37项（97.4%）")
    database.dispose()


def test_a_unit_that_two_folders_know_has_one_name_and_one_parent():
    known: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for one in SAMPLES.glob("*/units.csv"):
        for row in by_hand.rows(one):
            known[row["unit"]].add((row["name"], row["parent"]))

    assert [unit for unit, said in known.items() if len(said) > 1] == []
