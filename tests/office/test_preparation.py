"""What the preparation page reads, and the rule as it is typed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from office.sitting import sittings
from office.sitting.plan import PlannedSegment
from office.sitting.preparation import check_rule, example_rule, new_plan, prepared, proposed_key, with_version
from scoring.rule import read_rule
from tests import make


def test_a_rule_as_typed_is_said_in_words_or_every_fault_is_named():
    assert any("市领导" in sentence for sentence in check_rule(make.RULE).sentences)

    broken = check_rule(make.RULE.replace('"60%"', '"50%"').replace('kind = "points"', 'kind = "stars"', 1))

    assert not broken.ok and broken.sentences == ()
    assert {"groups", "ballot.kind"} & {fault.key.split("[")[0] for fault in broken.faults}
    assert all(fault.message for fault in broken.faults)


def test_text_that_is_no_toml_is_a_fault_like_any_other():
    assert not check_rule("version = = 1").ok


def test_a_new_version_changes_the_version_and_nothing_else():
    raised = with_version(make.RULE, 7)

    assert read_rule(raised.encode()).version == 7
    assert raised.replace("version = 7", "version = 1") == make.RULE
    assert with_version("title = 'x'", 2) == "title = 'x'"


def test_the_example_to_start_from_is_a_rule_that_holds():
    assert check_rule(example_rule()).ok


def test_a_proposed_key_is_free():
    assert proposed_key(date(2026, 7, 20), set()) == "sitting-2026-07-20"
    assert proposed_key(date(2026, 7, 20), {"sitting-2026-07-20"}) == "sitting-2026-07-20-2"


def test_what_is_prepared_says_whether_balloting_has_begun(house):
    hall = make.sitting(house)
    before = prepared(house.database, "small")
    hall.open("U1")
    after = prepared(house.database, "small")

    assert (before.begun, before.rule_locked, before.published) == (False, False, False)
    assert (after.begun, after.rule_locked, after.published) == (True, True, False)
    assert [one.name for one in after.agenda] == ["A县", "B县", "C县"]


def test_a_copied_sitting_has_the_segments_routes_and_who_does_not_speak(house):
    segments = (PlannedSegment(key="speech", kind="speech", title="发言", seconds=300, warn_seconds=30),
                PlannedSegment(key="ballot", kind="ballot", title="测评"))
    plan = make.plan(segments=segments)
    sittings.load(house.database, replace(
        plan, targets=tuple(replace(one, route="第一线路", speaks=False) for one in plan.targets),
        seats=tuple(replace(one, route="第一线路") for one in plan.seats)), by="test", at=make.START)
    about = dict(key="next", title="下一场", arena="", period="2026Q2", held_on=date(2026, 7, 1), place="", note="", seconds=0,
                 grace_seconds=5, desk_check_in=False, like="small", with_roster=True)

    copied = new_plan(house.database, ballot_mode="each", **about)

    assert copied.segments == segments
    assert {(one.route, one.speaks) for one in copied.targets} == {("第一线路", False)}
    assert {one.route for one in copied.seats} == {"第一线路"}
    assert new_plan(house.database, ballot_mode="all", **about).segments == ()  # its ballot comes at another place
