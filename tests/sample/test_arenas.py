"""Every arena under sample_sessions/, from its folder to its published result, through the hall's own doors.

A host walks the agenda template by the one next step, the ballots of the rehearsal are cast again, and the result is
compared with the rehearsal's, on which the engine on a bare Python and the literal reading in tests/scoring/oracle.py
agree. Points are booked, promises are on the list, and what has units above it or beside it rolls up.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import by_hand
import pytest
from rehearsed import Rehearsed, rehearsed
from starlette.applications import Starlette
from starlette.testclient import TestClient
from walked import walk

from db.item_lines import Filter
from db.reads import items as item_reads
from db.reads import results as result_reads
from db.reads import sittings as reads
from db.reads import stage_talk
from db.values import Staff
from hall import care
from hall.cli import main
from hall.outcome import results
from hall.outcome.standings import board
from hall.outcome.unit_scores import unit_scores
from hall.phones.phones_first import PhonesFirst
from hall.stage import segments
from office.people import Role
from office.sitting import rollup, sittings
from office.sitting.agenda_templates import template
from office.sitting.plan import PlannedTarget, PlannedUnit
from scoring.package import read_package
from scoring.rollup import RollUp
from tests import make
from tests.scoring import oracle

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_sessions"
ARENAS = tuple(sorted(one.parent.name for one in SAMPLES.glob("*/sitting.toml")))
HOST = Staff(id=1, name="host", title="", roles=frozenset({Role.HOST}), unit="", active=True, has_password=True)
TOWN, DEPARTMENT, LONGQUAN = "wenzhou_town_2018q3", "wenzhou_department_2018q3", "longquan_2023"


@dataclass
class Held:
    """A sitting that was held: the words on the host's key, the result it gave, and the one its rehearsal gave."""

    folder: Path
    hall: Rehearsed
    words: tuple[str, ...]
    by_phone: Counter[int]
    export: Path
    expected: dict[str, Any]
    given: dict[str, Any]

    def rows(self, name: str) -> list[dict[str, str]]:
        return by_hand.rows(self.folder / name)


def hold(arena: str, work: Path) -> Held:
    """From `leitai load` to the export of the published result; the first papers of every round come over HTTP."""
    folder, clock = SAMPLES / arena, make.Clock()
    url = f"sqlite:///{work / 'leitai.db'}"
    assert main(["load", str(folder), "--database-url", url]) == 0
    house = make.house(url, clock)
    hall = rehearsed(house, arena, folder / "rehearsal")
    if not hall.snapshot.segments:  # the county's folder is the plain one: its template is chosen on screen
        segments.put_template(house.database, arena, template("county").segments, by="主持人", at=clock())
        house.live.refresh()
    answers: Counter[int] = Counter()
    with TestClient(PhonesFirst(Starlette(), house), follow_redirects=False) as http:
        def by_phone(secret: str, form: dict[str, str]) -> None:
            assert hall.snapshot.round is not None
            told = http.post(f"/b/{secret}", json={"round": str(hall.snapshot.round.id),
                                                   "nonce": f"phone-{answers.total()}", **form},
                             headers={"Accept": "application/json"})
            assert told.json()["status"] == "accepted", told.text
            answers[told.status_code] += 1

        words = walk(hall, clock, by_phone)
    results.publish(house.database, hall.key, by="主持人", at=clock(), despite_warnings=True)
    house.live.refresh()
    results.export(house.database, hall.key, work / "package")
    return Held(folder=folder, hall=hall, words=words, by_phone=answers, export=work / "package",
                expected=read(folder / "rehearsal" / "result.json"), given=read(work / "package" / "result.json"))


@pytest.fixture(scope="module")
def halls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Held]]:
    """Every arena, held once."""
    found = {arena: hold(arena, tmp_path_factory.mktemp(arena)) for arena in ARENAS}
    yield found
    for one in found.values():
        one.hall.house.close()


@pytest.fixture(params=ARENAS)
def held(request: pytest.FixtureRequest, halls: dict[str, Held]) -> Held:
    return halls[request.param]


def read(file: Path) -> dict[str, Any]:
    return json.loads(file.read_text("utf-8"))


def without_ballot_names(result: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Targets and order; of a secret group how many ballots were dropped instead of their random names."""
    secret = {row["group"] for row in by_hand.rows(folder / "rehearsal" / "ballots.csv") if not row["seat"]}
    targets = json.loads(json.dumps(result["targets"]))
    for one in targets.values():
        for group in secret:
            for side in ("dropped_high", "dropped_low"):
                names = one["groups"][group][side]
                one["groups"][group][side] = sorted(name.partition(":")[2] for name in names)
    return {"targets": targets, "order": result["order"], "rule": result["rule_sha256"]}


def test_the_arenas_that_the_contract_names_are_there():
    assert ARENAS == (LONGQUAN, "wenzhou_county_2019q1", DEPARTMENT, TOWN, "yinzhou_2017", "yongkang_2016")


def test_the_rehearsal_s_result_is_what_a_literal_reading_of_the_contract_gives(held):
    counted = oracle.recount(read_package(held.folder / "rehearsal"))

    assert counted["order"] == held.expected["order"]
    for target, theirs in held.expected["targets"].items():
        assert counted["targets"][target] == theirs, target


def test_the_ballots_cast_again_in_the_hall_give_the_same_result(held):
    assert without_ballot_names(held.given, held.folder) == without_ballot_names(held.expected, held.folder)
    assert held.by_phone.keys() == {200} and held.by_phone[200] >= 3


def test_anybody_recounts_the_export_with_a_bare_python(held):
    told = subprocess.run([sys.executable, "-S", "-m", "scoring", "recount", str(held.export)], cwd=ROOT,
                          capture_output=True, check=False)

    assert (told.returncode, told.stderr.decode()) == (0, "")
    assert json.loads(told.stdout)["order"] == held.expected["order"]


def test_record_ledger_and_publication_hold_against_a_fresh_count(held):
    assert [words for words, holds in care.verify(held.hall.house.database) if not holds] == []


def test_the_red_key_leads_through_every_segment_of_everybody_who_speaks(held):
    """The announcement after the ballots is the publication itself; it ends what was still going on."""
    snapshot = held.hall.snapshot
    spoke = [one.key for one in snapshot.targets if one.speaks]
    wanted = Counter((one.key, target) for one in snapshot.segments
                     if one.kind != "ballot" and (one.scope, one.kind) != ("after", "announcement")
                     for target in (spoke if one.scope == "each" else [None]))

    assert Counter((one.segment, one.target) for one in snapshot.runs) == wanted
    assert [one for one in snapshot.runs if one.ended_at is None] == []
    assert sum("上台" in words for words in held.words) == len(spoke)
    assert len(held.words) == wanted.total() + len(spoke) + 2 * len(snapshot.rounds), "no press leads nowhere"


def test_points_are_booked_once_and_as_the_result_says(held):
    units = {row["target"]: row["unit"] for row in held.rows("targets.csv")}
    wanted = sorted((units[key], Fraction(one["points"])) for key, one in held.expected["targets"].items()
                    if one["points"] not in (None, "0"))
    with held.hall.house.database.reading() as c:
        booked = sorted((one.unit, Fraction(one.points)) for one in result_reads.ledger(c))

    assert booked == wanted


def test_every_promise_is_on_the_list_with_its_unit_and_its_day(held):
    units = {row["target"]: row["unit"] for row in held.rows("targets.csv")}
    wanted = sorted((units[row["target"]], row["text"], row["deadline"]) for row in held.rows("commitments.csv"))
    with held.hall.house.database.reading() as c:
        listed = item_reads.page(c, Filter(kind="commitment", sitting=held.hall.key), date(2030, 1, 1))

    assert sorted((one.unit, one.text, str(one.deadline)) for one in listed) == wanted
    assert len({one.number for one in listed}) == len(wanted) > 0


def test_what_a_leader_asks_for_is_on_the_list_and_what_he_repeats_is_there_once(held):
    with held.hall.house.database.reading() as c:
        tasks = item_reads.page(c, Filter(kind="task"), date(2030, 1, 1))
        listed = item_reads.count(c, Filter(), date(2030, 1, 1))
        sources = {number: len(item_reads.sources(c, found.id)) for number in set(held.hall.repeated)
                   if (found := item_reads.item(c, number, date(2030, 1, 1))) is not None}

    assert sorted(one.number for one in tasks) == sorted(held.hall.tasks)
    assert listed == len(held.rows("commitments.csv")) + len(tasks)
    assert sources == {number: 1 + n for number, n in Counter(held.hall.repeated).items()}


def test_twelve_heads_answer_two_prepared_questions_each(halls):
    held = halls[DEPARTMENT]
    with held.hall.house.database.reading() as c:
        asked = stage_talk.questions(c, held.hall.snapshot.sitting.id)

    assert Counter(one.target for one in asked) == {row["target"]: 2 for row in held.rows("targets.csv")}
    assert len(asked) == 24 and {(one.state, one.source) for one in asked} == {("answered", "prepared")}
    assert [one.text for one in asked] == [row["text"] for row in held.rows("questions.csv")]


def test_ten_towns_speak_and_all_185_are_ranked(halls):
    held = halls[TOWN]

    assert Counter(one.speaks for one in held.hall.snapshot.targets) == {True: 10, False: 175}
    assert len(held.given["order"]) == 185 and {one["state"] for one in held.given["targets"].values()} == {"ranked"}
    assert len(held.words) == 1 + 10 * 3 + 2 + 1, "the 175 others cost the host no key"


def test_hard_case_33_towns_roll_up_into_their_county_by_the_mean_of_those_ranked(halls):
    """The county's sitting takes them as one part of its total; the value says over how many towns."""
    held = halls[TOWN]
    database, at = held.hall.house.database, held.hall.house.clock()
    parents = {row["unit"]: row["parent"] for row in held.rows("units.csv")}
    counties = [row for row in held.rows("units.csv") if row["kind"] in ("county", "zone")]
    rule = make.RULE.replace("[trim]", '[[components]]\nkey = "evaluation"\nweight = "80%"\n'
                                       '[[components]]\nkey = "镇街"\nweight = "20%"\n[trim]')
    county = make.plan("county_2018q3", rule=rule, leaders=0)
    sittings.load(database, replace(
        county, declarations={},
        units=tuple(PlannedUnit(key=row["unit"], name=row["name"], kind=row["kind"]) for row in counties),
        targets=tuple(PlannedTarget(key=f"C{n}", name=row["name"], unit=row["unit"], presenter="县委书记",
                                    ranking_group="", ranked=True) for n, row in enumerate(counties, 1))),
        by="host", at=at)
    totals: dict[str, list[Fraction]] = defaultdict(list)
    for row in held.rows("targets.csv"):
        totals[parents[row["unit"]]].append(Fraction(held.expected["targets"][row["target"]]["total"]["exact"]))

    shown = rollup.roll_into(database, "county_2018q3", "镇街", TOWN, RollUp.MEAN)
    rollup.fill_in(database, "county_2018q3", shown, by="host", at=at)

    assert [(line.n, line.of) for line in shown.lines] == [(len(totals[row["unit"]]),) * 2 for row in counties]
    assert sum(line.n for line in shown.lines) == 185
    with database.reading() as c:
        found = reads.sitting(c, "county_2018q3")
        assert found is not None
        stored = {target: Fraction(value) for target, _, value in reads.components(c, found.id)}
    for n, row in enumerate(counties, 1):
        mean = sum(totals[row["unit"]]) / len(totals[row["unit"]])
        assert abs(stored[f"C{n}"] - mean) <= Fraction(1, 2 * 10**rollup.PLACES), row["name"]


def test_judges_of_a_route_score_what_they_saw_and_those_of_both_score_all(halls):
    held = halls[LONGQUAN]
    snapshot = held.hall.snapshot
    seats = {one.code: one for one in snapshot.seats}
    routes = {one.key: one.route for one in snapshot.targets}
    scored = defaultdict(set)
    for row in by_hand.rows(held.export / "ballots.csv"):
        if row["seat"]:
            scored[row["seat"]].add(routes[row["target"]])

    assert Counter(routes.values()) == {"第一线路": 25, "第二线路": 25}
    for seat in seats.values():  # of the secret group too: the phone does not ask what its judge did not see
        unseen = {key for key in routes if seat.route and routes[key] != seat.route}
        assert unseen <= {key for key in routes if snapshot.recused(seat, key) is not None}, seat.code
    assert {code: seen for code, seen in scored.items() if seats[code].route} == {
        code: {seats[code].route} for code in scored if seats[code].route}
    assert {code for code in scored if not seats[code].route} == {"L01", "L02"}
    assert scored["L01"] == scored["L02"] == {"第一线路", "第二线路"}


def test_hard_case_47_forty_six_units_are_compared_by_the_mean_of_one_two_or_three_projects(halls):
    held = halls[LONGQUAN]
    totals: dict[str, list[Fraction]] = defaultdict(list)
    for row in held.rows("targets.csv"):
        totals[row["unit"]].append(Fraction(held.expected["targets"][row["target"]]["total"]["exact"]))
    shown = board(held.hall.house.database, LONGQUAN, HOST)
    assert shown is not None

    scores = unit_scores(shown)

    assert Counter(map(len, totals.values())) == {1: 43, 2: 2, 3: 1}
    assert {one.unit: (one.exact, one.n) for one in scores} == {
        unit: (sum(own) / len(own), len(own)) for unit, own in totals.items()}
    assert [one.exact for one in scores] == sorted((one.exact for one in scores), reverse=True)
    assert sum(one.speaks for one in held.hall.snapshot.targets) == 46, "a unit speaks once, whatever it shows"
