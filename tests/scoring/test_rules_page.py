"""docs/rules.md: the worked example is run, and every number on the page is compared."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from scoring.explain import explain
from scoring.package import Package, package_from_files
from scoring.tally import tally

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def example() -> Package:
    blocks = re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", PAGE, flags=re.S)
    assert [name for name, _ in blocks] == ["rule.toml", "targets.csv", "seats.csv", "ballots.csv", "components.csv"]
    return package_from_files({name: text.encode() for name, text in blocks})


def test_the_worked_example_gives_the_numbers_on_the_page(example: Package) -> None:
    (expected,) = re.findall(r"<!-- expected -->\n```json\n(.*?)```", PAGE, flags=re.S)
    found = tally(example).as_json()["targets"]

    for target, numbers in json.loads(expected).items():
        own: dict[str, Any] = found[target]
        for group in ("leaders", "public"):
            assert {key: own["groups"][group][key] for key in numbers[group]} == numbers[group]
        assert own["components"] == numbers["components"]
        assert own["evaluation"]["published"] == numbers["evaluation"]
        assert own["total"] == {"exact": numbers["total_exact"], "published": numbers["total"]}
        assert (own["rank"], own["points"], own["decided_by"]) == (numbers["rank"], numbers["points"], numbers["decided_by"])


def test_every_fraction_in_the_prose_is_one_of_the_example(example: Package) -> None:
    said = set(re.findall(r"(?<![\w/.])-?\d+/\d+(?![\w/])", PAGE.split("## Every policy")[0].split("**Step 5")[1]))
    known = set(re.findall(r'"(-?\d+/\d+)"', json.dumps(tally(example).as_json()) + json.dumps(explain(example, "U1"))))

    assert {fraction for fraction in said if fraction not in known} <= set()


def test_the_judge_totals_of_the_table_are_the_leaves_of_the_tree(example: Package) -> None:
    for target in ("U1", "U2"):
        row = re.search(rf"^\| {target} \| ([^\n]*) \|$", PAGE.split("**Step 3")[1], flags=re.M)
        assert row is not None
        shown = row.group(1).split(" | ")
        tree = explain(example, target)["tree"]
        leaves = {}
        for group in tree["children"][0]["children"][0]["children"]:
            for leaf in group["children"]:
                if leaf["parameters"]["status"] in ("counted", "dropped_high", "dropped_low"):
                    leaves[leaf["parameters"]["id"]] = leaf["published"]
        judges = ["J1", "J2", "J3", "J4", "J5", "b1", "b2"]
        assert {who: f"{float(v):.2f}" for who, v in zip(judges, shown, strict=True) if v != "recused"} == leaves


def test_the_page_names_every_setting_of_the_rule() -> None:
    for word in (
        "void_ballot", "impute_panel_mean", "renormalise", "judge_total", "criterion", "all_judges", "valid_plus_abstain",
        "drop_group_for_all", "reweight_unit", "zero", "half_up", "half_even", "down", "standard", "modified", "dense",
        "fractional", "share", "strict", "split", "tie_break", "separate", "net", "running", "quorum_ballots", "quorum_share",
        "untrimmed", "more_decimals", "min_ballots", "satisfied", "no_ballots",
    ):
        assert f"`{word}" in PAGE or f'"{word}"' in PAGE or f"{word}`" in PAGE, word
