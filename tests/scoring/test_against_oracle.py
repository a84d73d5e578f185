"""The engine against a second, literal reading of the contract, on random rules and packages."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from scoring.package import Package
from scoring.result import CannotTally
from scoring.tally import tally
from tests.scoring import oracle, strategies

SOME = settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))


def without_band_words(targets: dict[str, Any]) -> dict[str, Any]:
    for target in targets.values():
        reasons = target["points_because"]
        target["points_because"] = ["band" if reason.startswith("band") else reason for reason in reasons]
    return targets


def check(package: Package) -> None:
    try:
        expected = oracle.recount(package)
    except oracle.NoResult:
        with pytest.raises(CannotTally):
            tally(package)
        return
    found = tally(package).as_json()
    assert without_band_words(found["targets"]) == without_band_words(expected["targets"])
    assert found["order"] == expected["order"]


@given(strategies.packages(kind="points"))
@SOME
def test_points_ballots_are_counted_as_the_contract_says(package: Package) -> None:
    check(package)


@given(strategies.packages(kind="grades"))
@SOME
def test_grade_ballots_are_counted_as_the_contract_says(package: Package) -> None:
    check(package)


@given(strategies.packages(kind="ranking"))
@SOME
def test_ranking_ballots_are_counted_as_the_contract_says(package: Package) -> None:
    check(package)
