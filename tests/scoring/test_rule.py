"""Reading a rule: defaults, every fault at once with key and cure, and the rule in words."""

import json
import re
from typing import Any

import pytest

from scoring.number import NotANumber, parse_decimal, parse_weight
from scoring.rule import (
    BallotKind,
    CapMode,
    EmptyGroup,
    MissingCriterion,
    RankMethod,
    Rule,
    RuleRefused,
    TrimUnit,
    read_rule,
    rule_in_words,
)
from tests.scoring import make

SMALLEST = b'[[criteria]]\nkey = "quality"\nweight = "1"\n[[groups]]\nkey = "g"\nweight = "1"\n'


def faults(data: bytes) -> dict[str, str]:
    with pytest.raises(RuleRefused) as refused:
        read_rule(data)
    assert len(str(refused.value)) <= 500 and "\n" not in str(refused.value)
    return {fault.key: fault.message for fault in refused.value.faults}


def test_what_is_not_written_has_the_default_of_the_contract() -> None:
    own = read_rule(SMALLEST)

    assert (own.ballot.kind, own.ballot.min, own.ballot.max, own.ballot.step) == (BallotKind.POINTS, 0, 100, 1)
    assert own.ballot.missing_criterion is MissingCriterion.VOID_BALLOT
    assert own.criteria[0].name == "quality" and own.criteria[0].max == 100
    assert (own.trim.high, own.trim.low, own.trim.min_ballots, own.trim.unit) == (0, 0, 5, TrimUnit.JUDGE_TOTAL)
    assert own.combine.empty_group is EmptyGroup.ERROR
    assert (own.rounding.places, own.ranking.method, own.ranking.tie_break) == (2, RankMethod.STANDARD, ())
    assert (own.ledger.bonus_cap, own.ledger.deduction_cap, own.ledger.cap_mode) == (None, None, CapMode.SEPARATE)
    assert (own.components, own.deductions, own.awards, own.bands, own.share_bands) == ((), (), (), (), ())
    assert own.version == 1 and own.source == SMALLEST and re.fullmatch("[0-9a-f]{64}", own.sha256)


def test_a_byte_order_mark_is_read_and_hashed() -> None:
    assert read_rule(b"\xef\xbb\xbf" + SMALLEST).sha256 != read_rule(SMALLEST).sha256


def test_all_faults_come_at_once_each_with_its_key() -> None:
    found = faults(
        make.rule_text(
            groups={"a": "50%", "b": {"weight": "40%", "secret": True, "quorum_share": "50%"}},
            trim={"high": 3, "low": 3},
            ranking={"tie_break": ["nobody"]},
            bands=[{"min": "90", "points": "1"}],
            colour="red",
        )
    )

    assert set(found) == {
        "groups", "groups[1].quorum_share", "trim.min_ballots", "ranking.tie_break[0]", "bands", "colour",
    }
    assert "90%" in found["groups"] and "100%" in found["groups"]


COMPONENTS = {"evaluation": {"weight": "60%"}, "kpi": {"weight": "40%"}}
GRADES = {"good": "100", "bad": "0"}


@pytest.mark.parametrize(
    ("tables", "key"),
    [
        ({"criteria": {"x": "50%", "y": "49%"}}, "criteria"),
        ({"criteria": {"x": {"weight": "1", "max": "0"}}}, "criteria[0].max"),
        ({"criteria": {"x": {"weight": "1", "max": "5"}}, "ballot": {"min": "5"}}, "criteria[0].max"),
        ({"criteria": {"x": {"weight": "1", "maximum": "5"}}}, "criteria[0].maximum"),
        ({"criteria": {"": "1"}}, "criteria[0].key"),
        ({"criteria": {"x": "-1", "y": "2"}}, "criteria[0].weight"),
        ({"criteria": {"x": "1/0"}}, "criteria[0].weight"),
        ({"criteria": {"x": "１"}}, "criteria[0].weight"),
        ({"criteria": {"x": 1}}, "criteria[0].weight"),
        ({"criteria": {"x": {}}}, "criteria[0].weight"),
        ({"ballot": {"min": "100"}}, "ballot.max"),
        ({"ballot": {"step": "0"}}, "ballot.step"),
        ({"ballot": {"step": "101"}}, "ballot.step"),
        ({"ballot": {"max": 10.0}}, "ballot.max"),
        ({"ballot": {"max": "1e2"}}, "ballot.max"),
        ({"ballot": {"max": "+5"}}, "ballot.max"),
        ({"ballot": {"max": "1234567890123456"}}, "ballot.max"),
        ({"ballot": {"missing_criterion": "ignore"}}, "ballot.missing_criterion"),
        ({"groups": {"total": "1"}}, "groups[0].key"),
        ({"groups": {"a": "1"}, "deductions": {"a": {"points": "-1"}}}, "deductions[0].key"),
        ({"groups": {"kpi": "1"}, "components": COMPONENTS}, "components[1].key"),
        ({"components": {"kpi": "1"}}, "components"),
        ({"components": {"evaluation": "60%", "kpi": "30%"}}, "components"),
        ({"components": {**COMPONENTS, "kpi": {"weight": "40%", "max": "0"}}}, "components[1].max"),
        ({"components": {**COMPONENTS, "evaluation": {"weight": "60%", "max": "7"}}}, "components[0].max"),
        ({"grades": {"bad": "0", "good": "100"}}, "grades[1].points"),
        ({"grades": {"abstain": "1"}}, "grades[0].key"),
        ({"grades": GRADES, "grading": {"satisfied": 3}}, "grading.satisfied"),
        ({"grades": GRADES, "share_bands": [{"min_share": "50%", "points": "1"}]}, "share_bands"),
        ({"grades": GRADES, "share_bands": [{"min_share": "101%", "points": "1"}]}, "share_bands[0].min_share"),
        ({"grades": GRADES, "share_bands": [{"min_share": "0", "points": "1"}] * 2}, "share_bands[1].min_share"),
        (
            {"grades": GRADES, "share_bands": [{"min_share": "0", "points": "1"}], "trim": {"high": 1}},
            "share_bands",
        ),
        ({"grades": GRADES, "trim": {"high": 1, "unit": "criterion"}}, "trim.unit"),
        ({"places": ["1", "2"]}, "places.points[1]"),
        ({"places": ["0", "0"], "components": COMPONENTS}, "components[0]"),
        ({"trim": {"high": -1}}, "trim.high"),
        ({"trim": {"high": True}}, "trim.high"),
        ({"trim": {"high": "1"}}, "trim.high"),
        ({"trim": {"high": 1, "low": 1, "min_ballots": 2}}, "trim.min_ballots"),
        ({"rounding": {"places": 10**6}}, "rounding.places"),
        ({"ranking": {"tie_break": ["total"]}}, "ranking.tie_break[0]"),
        ({"ranking": {"tie_break": "g"}}, "ranking.tie_break"),
        ({"awards": [{"k": 3, "points": ["1", "2"]}]}, "awards[0].points"),
        ({"awards": [{"points": ["1"]}]}, "awards[0].k"),
        ({"awards": [{"k": 0, "points": ["1"]}]}, "awards[0].k"),
        ({"awards": [{"k": 1, "points": []}]}, "awards[0].points"),
        ({"bands": [{"points": "1"}]}, "bands[0].min"),
        ({"bands": [{"min": "", "points": "1"}] * 2}, "bands"),
        ({"bands": [{"min": "", "points": "0"}, *[{"min": "90", "points": "1"}] * 2]}, "bands[2].min"),
        (
            {"bands": [{"min": "", "points": "0"}, {"min": "90", "points": "1", "compare": "published"}]},
            "bands",
        ),
        ({"ledger": {"bonus_cap": "-1"}}, "ledger.bonus_cap"),
        ({"ledger": {"deduction_cap": "1"}}, "ledger.deduction_cap"),
        ({"groups": {"g": {"weight": "1", "secret": "yes"}}}, "groups[0].secret"),
        ({"version": "1"}, "version"),
        ({"combine": "error"}, "combine"),
    ],
)
def test_an_incoherent_rule_is_refused_by_key(tables: dict[str, Any], key: str) -> None:
    found = faults(make.rule_text(**tables))

    assert key in found
    assert "请" in found[key] or "要" in found[key], "every fault says what to write instead"


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"a = [", "TOML"),
        (b"a = 1\na = 2", "TOML"),
        (b"\xff\xfe", "UTF-8"),
        (b"a = " + b"[" * 100_000, "太深"),
        (b"version = " + b"9" * 5000, "TOML"),
        (b"version = 1.5\n" + SMALLEST, "version"),
        (b'[[groups]]\nkey = "g"\nweight = "1"\n', "[[criteria]]"),
        (b'groups = 3\n[[criteria]]\nkey = "x"\nweight = "1"\n', "[[groups]]"),
        (b'[ballot]\nkind = "ranking"\n[places]\n[[groups]]\nkey = "g"\nweight = "1"\n', "places"),
    ],
)
def test_a_file_that_is_not_a_rule_is_refused_in_one_sentence(data: bytes, word: str) -> None:
    with pytest.raises(RuleRefused, match=re.escape(word)):
        read_rule(data)


def test_a_table_of_another_kind_of_ballot_is_refused() -> None:
    text = make.rule_text(grades=GRADES) + b'[[criteria]]\nkey = "x"\nweight = "1"\n'

    assert set(faults(text)) == {"criteria"}


@pytest.mark.parametrize(
    ("text", "value"), [("40%", "2/5"), ("1/6", "1/6"), ("0.4", "2/5"), ("33.5%", "67/200"), ("0", "0"), ("100%", "1")]
)
def test_a_weight_may_be_a_ratio_a_percentage_or_a_decimal(text: str, value: str) -> None:
    assert str(parse_weight(text)) == value


@pytest.mark.parametrize("text", ["", " 1", "1.", ".5", "1,5", "--1", "０", "1e3", "NaN", "1_000", "1234567890123456", "1/2"])
def test_what_is_not_a_decimal_is_refused(text: str) -> None:
    with pytest.raises(NotANumber):
        parse_decimal(text)


def numbers(value: Any) -> set[str]:
    """Every number written in a rule's tables, as people say it in a sentence."""
    if isinstance(value, dict):
        return set().union(*map(numbers, value.values()))
    if isinstance(value, list):
        return set().union(*map(numbers, value))
    return {str(value).lstrip("-").rstrip("%")} if re.fullmatch(r"-?[0-9.]+%?", json.loads(json.dumps(str(value)))) else set()


def test_every_number_of_the_rule_stands_in_some_sentence() -> None:
    tables: dict[str, Any] = {
        "criteria": {"x": {"weight": "70%", "max": "83"}, "y": {"weight": "30%"}},
        "ballot": {"min": "7", "max": "97", "step": "0.5"},
        "groups": {
            "leaders": {"weight": "58%", "quorum_ballots": 11},
            "rest": {"weight": "42%", "quorum_share": "51%"},
        },
        "trim": {"high": 12, "low": 13, "min_ballots": 29},
        "components": {"evaluation": {"weight": "64%"}, "kpi": {"weight": "36%", "max": "120"}},
        "deductions": {"overtime": {"points": "-1.5"}},
        "rounding": {"places": 4},
        "awards": [{"k": 3, "points": ["6", "5", "4.5"], "min_units": 8}, {"end": "bottom", "k": 2, "points": ["-9"]}],
        "bands": [{"min": "91", "points": "14"}, {"min": "", "points": "-15"}],
        "ledger": {"bonus_cap": "16", "deduction_cap": "-17"},
    }
    said = "".join(rule_in_words(make.rule(**tables)))

    assert {number for number in numbers(tables) if number not in said} == set()


def test_the_sentence_for_a_group_is_the_one_on_the_published_page() -> None:
    own = read_rule(
        make.rule_text(groups={"leaders": {"name": "市领导", "weight": "40%"}, "rest": "60%"}, trim={"high": 1, "low": 1})
    )

    assert "市领导组占40%，去掉一个最高分和一个最低分（不足5张有效票时取平均）。" in rule_in_words(own)


@pytest.mark.parametrize("tables", [{"grades": GRADES}, {"places": ["3", "2"]}])
def test_rules_of_every_kind_can_be_said(tables: dict[str, Any]) -> None:
    own: Rule = make.rule(**tables)

    assert all(sentence.endswith("。") for sentence in rule_in_words(own))
    assert any("100" in s or "第1名3分" in s for s in rule_in_words(own))
