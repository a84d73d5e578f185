"""The published rules of the domain notes (R01 to R61) that are about scoring, each written as a rule file.

Every one must be coherent; where the source gives or implies a number, the number comes out.
"""

from typing import Any

import pytest

from scoring.rule import rule_in_words
from tests.scoring import make

HUNDRED_TO_FORTY = {"best": "100", "second": "80", "third": "60", "fourth": "40"}
EVEN_ITEMS = {f"item{i}": "10%" for i in range(10)}
TEN = {"min": "0", "max": "10", "step": "0.1"}



def parts(**weights: str | tuple[str, str]) -> dict[str, dict[str, str]]:
    """Components by weight, or by weight and maximum."""
    return {
        key: {"weight": value} if isinstance(value, str) else {"weight": value[0], "max": value[1]}
        for key, value in weights.items()
    }


RULES: dict[str, dict[str, Any]] = {
    "R01 three items 30/30/40 of grades": {
        "grades": HUNDRED_TO_FORTY,
        "components": parts(evaluation="40%", item1="30%", item2="30%"),
    },
    "R02 coefficients 1, 0.8, 0.6, 0.4": {"grades": HUNDRED_TO_FORTY},
    "R03 ten items of coefficients": {"criteria": EVEN_ITEMS, "ballot": {"missing_criterion": "renormalise"}},
    "R04 bands by the share of excellent": {
        "grades": {"excellent": "200", "other": "160"},
        "share_bands": [{"min_share": share, "points": points} for share, points in (("90%", "200"), ("80%", "190"), ("0%", "160"))],
    },
    "R05 leaders rank, 200 and 2 % less a place": {"places": [str(200 - 4 * k) for k in range(20)]},
    "R07 Jining": {"places": [str(100 - 3 * k) for k in range(13)]},
    "R08 100/90/80/60": {"grades": {"best": "100", "good": "90", "fair": "80", "poor": "60"}},
    "R09 don't know is no vote": {"grades": {"good": "100", "fair": "70", "poor": "30"}, "grading": {"denominator": "valid"}},
    "R10 five grades worth 5 to 1": {"grades": {str(k): str(k) for k in (5, 4, 3, 2, 1)}},
    "R11 five aspects": {"criteria": {f"aspect{i}": "20%" for i in range(5)}},
    "R12 ten points": {"ballot": TEN},
    "R20 A 60, B 40": {"ballot": TEN, "groups": {"A": "60%", "B": "40%"}},
    "R21 arena 50, site visit 50": {"components": parts(evaluation="50%", visit="50%")},
    "R22 three months and the leaders": {
        "components": parts(evaluation="10%", month1="30%", month2="30%", month3="30%")
    },
    "R23 20/40/40 and bonus points outside": {
        "groups": {"leader": "20%", "staff": "40%", "assessors": "40%"},
        "deductions": {"bonus": {"points": "0.5"}},
    },
    "R24 30/40/30": {"components": parts(evaluation="30%", annual="40%", leaders="30%")},
    "R25 25/15/20/40 and 2 % a fault": {
        "components": parts(evaluation="40%", town="25%", bureau="15%", phone="20%"),
        "deductions": {"fault": {"points": "-2"}},
    },
    "R26 experts 30": {"components": parts(evaluation="30%", paper="40%", residents="30%")},
    "R28 600 + 200 + 200": {
        "grades": {"excellent": "200", "other": "160"},
        "components": parts(evaluation="1/5", projects=("3/5", "600"), leaders=("1/5", "200")),
    },
    "R29 +5 to +1 for the first five, -5 to -1 for the last": {
        "awards": [
            {"end": "top", "k": 5, "points": ["5", "4", "3", "2", "1"]},
            {"end": "bottom", "k": 5, "points": ["-5", "-4", "-3", "-2", "-1"]},
        ]
    },
    "R30 four decimals": {"rounding": {"places": 4}},
    "R32 caps of one point": {"ledger": {"bonus_cap": "1", "deduction_cap": "-1"}},
    "R34 three red plates, one yellow": {
        "awards": [{"end": "top", "k": 3, "points": ["1"]}, {"end": "bottom", "k": 1, "points": ["-1"], "policy": "strict"}]
    },
    "R40 more than five raters trim": {"trim": {"high": 1, "low": 1, "min_ballots": 6}},
    "R41 five judges, mean of three": {"trim": {"high": 1, "low": 1, "min_ballots": 5}},
    "R42 two and two, marks 8 to 10, third decimal": {
        "ballot": {"min": "8", "max": "10", "step": "0.01"},
        "trim": {"high": 2, "low": 2, "min_ballots": 5},
        "ranking": {"on": "published", "tie_break": ["more_decimals"]},
    },
    "R43 trims from three on": {"trim": {"high": 1, "low": 1, "min_ballots": 3}},
    "R50 secret, more than half": {
        "grades": {"content": "100", "not content": "0"},
        "groups": {"members": {"weight": "1", "secret": True, "quorum_ballots": 21}},
    },
    "R58 equal place, next skipped, points shared": {
        "ranking": {"method": "standard"},
        "awards": [{"k": 3, "points": ["3", "2", "1"], "policy": "split"}],
    },
}


@pytest.mark.parametrize("tables", RULES.values(), ids=RULES.keys())
def test_a_published_rule_can_be_written_and_said(tables: dict[str, Any]) -> None:
    assert rule_in_words(make.rule(**tables))


def test_r29_the_last_five_lose_five_to_one() -> None:
    own = make.rule(**RULES["R29 +5 to +1 for the first five, -5 to -1 for the last"])
    package = make.package(own, {("g", "1"): {f"U{i:02d}": 100 - i for i in range(12)}})

    points = [target.points for target in make.tally(package).targets]
    assert points == [5, 4, 3, 2, 1, 0, 0, -1, -2, -3, -4, -5]


def test_r42_two_high_and_two_low_are_dropped_and_the_third_decimal_decides() -> None:
    own = make.rule(**RULES["R42 two and two, marks 8 to 10, third decimal"])
    columns = {"A": ["8.00", "8.50", "9.00", "9.00", "9.01", "9.90", "10"], "B": ["8", "8.5", "9", "9", "9", "9.9", "9.9"]}
    package = make.package(own, make.panel("g", columns))

    assert [make.published(package, key) for key in "AB"] == ["9.00", "9.00"]
    assert make.ranks(package) == {"A": 1, "B": 2}


def test_r58_two_level_for_second_share_the_points_of_second_and_third() -> None:
    own = make.rule(**RULES["R58 equal place, next skipped, points shared"])
    package = make.package(own, {("g", "1"): {"A": 90, "B": 80, "C": 80, "D": 70}})

    assert [str(target.points) for target in make.tally(package).targets] == ["3", "3/2", "3/2", "0"]
    assert make.ranks(package) == {"A": 1, "B": 2, "C": 2, "D": 4}
