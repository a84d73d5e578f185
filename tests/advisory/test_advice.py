"""The whole view of a package and the command: shape, sameness, what is left out, what is undefined, bad input."""

import csv
import hashlib
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from advisory.__main__ import main
from advisory.advice import advise, as_json
from scoring.package import Package, files_of, write_files
from scoring.result import CannotTally, json_text
from tests.scoring import make, strategies

SOME = settings(max_examples=70, deadline=None, suppress_health_check=list(HealthCheck))
DATA = Path(__file__).parent.parent / "data"
ROOT = Path(__file__).parent.parent.parent


def seen(package: Package, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json_text(as_json(advise(package, **more))))
    return found


def numbers(value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        return [number for item in value.values() for number in numbers(item)]
    if isinstance(value, list):
        return [number for item in value for number in numbers(item)]
    return [value]


@pytest.fixture(scope="module")
def wine() -> Package:
    """Judgment of Princeton 2012, the white flight: nine judges, ten wines, points out of 20."""
    with (DATA / "wine_white_2012.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    ballots: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        ballots.setdefault(("g", row["judge"]), {})[row["entrant"]] = row["score"]
    rule = make.rule(ballot={"min": "0", "max": "20", "step": "0.5"}, trim={"high": 1, "low": 1})
    return make.package(rule, ballots)


def test_the_view_has_the_shape_of_the_contract(wine: Package) -> None:
    view = seen(wine)

    assert list(view) == [
        "advisory", "kendall_w", "icc", "alpha_interval", "alpha_ordinal", "judges", "adjusted", "rank_interval", "pairs",
    ]
    assert list(view["kendall_w"]) == ["w", "chi2", "df", "p"]
    assert list(view["icc"]) == ["icc_1_1", "icc_2_1", "icc_3_1", "icc_1_k", "icc_2_k", "icc_3_k"]
    assert {tuple(icc) for icc in view["icc"].values()} == {("value", "low", "high")}
    assert {tuple(judge) for judge in view["judges"].values()} == {
        ("leniency", "se", "misfit", "consistency", "dropped_share", "flag")
    }
    assert list(view["judges"]) == [f"J{i:02d}" for i in range(1, 10)]
    assert view["adjusted"].keys() == view["rank_interval"].keys() == {row.target for row in wine.targets}
    assert {tuple(pair) for pair in view["pairs"]} == {
        ("above", "below", "judges_above", "judges_equal", "judges_below", "share")
    }
    # Twelve digits, so that another machine's last bit is not printed.
    assert all(float(f"{number:.12g}") == number for number in numbers(view) if isinstance(number, float))


def test_nine_wine_judges_who_hardly_agree_are_said_to_hardly_agree(wine: Package) -> None:
    """W near 0.2, one judge worth almost nothing, and places that could nearly be anything."""
    view = seen(wine)

    assert view["kendall_w"]["w"] < 0.3
    assert view["icc"]["icc_2_1"]["high"] < 0.5
    assert view["icc"]["icc_2_1"]["low"] < 0.05
    assert view["alpha_interval"] < 0.2
    widths = [high - low for low, high in view["rank_interval"].values()]
    assert sorted(widths)[len(widths) // 2] >= 4
    assert all(judge["flag"] in (None, "unusual") for judge in view["judges"].values())


@given(strategies.packages(), st.randoms(use_true_random=False))
@SOME
def test_any_order_of_rows_gives_the_same_json(package: Package, random: Any) -> None:
    def shuffled(rows: Any) -> Any:
        return None if rows is None else tuple(random.sample(rows, len(rows)))

    own_group = len({target.ranking_group for target in package.targets}) == 1
    other = replace(
        package,
        targets=shuffled(package.targets) if own_group else package.targets,
        seats=shuffled(package.seats),
        ballots=shuffled(package.ballots),
        recusals=shuffled(package.recusals),
        components=shuffled(package.components),
    )
    try:
        first = json_text(as_json(advise(package, resamples=40)))
    except CannotTally:
        return

    assert json_text(as_json(advise(other, resamples=40))) == first


@given(strategies.packages())
@SOME
def test_17_whatever_the_package_no_number_is_nan_and_no_word_but_unusual_is_said(package: Package) -> None:
    try:
        advice = advise(package, resamples=40)
    except CannotTally:
        assume(False)
        raise
    text = json_text(as_json(advice))

    assert all(np.isfinite(number) for number in numbers(as_json(advice)) if isinstance(number, float))
    assert "biased" not in text
    assert {judge.flag for judge in advice.judges} <= {None, "unusual"}


EMPTY_ICC = {f"icc_{n}_{k}": {"value": None, "low": None, "high": None} for k in "1k" for n in "123"}
NO_W = {"w": None, "chi2": None, "df": None, "p": None}


@pytest.mark.parametrize(
    "columns",
    [
        pytest.param({"U1": [90], "U2": [80], "U3": [70]}, id="one judge"),
        pytest.param({"U1": [90, 80, 85, 70, 60]}, id="one target"),
        pytest.param({}, id="nobody scored anything"),
    ],
)
def test_17_with_nothing_to_compare_everything_is_null(columns: dict[str, list[int]]) -> None:
    view = seen(make.package(make.rule(), make.panel("g", columns), targets=columns or ["U1", "U2"]))

    assert view["kendall_w"] == NO_W
    assert view["icc"] == EMPTY_ICC
    assert view["alpha_interval"] is view["alpha_ordinal"] is None
    assert {(j["leniency"], j["se"], j["misfit"], j["consistency"], j["flag"]) for j in view["judges"].values()} <= {
        (None, None, None, None, None)
    }
    assert set(view["adjusted"].values()) == set(view["rank_interval"].values()) == {None}
    assert view["pairs"] == [] or {pair["share"] for pair in view["pairs"]} == {1.0}


def test_17_all_equal_leaves_only_what_can_be_said() -> None:
    view = seen(make.package(make.rule(), make.panel("g", {"U1": [90] * 12, "U2": [90] * 12})))

    assert (view["kendall_w"], view["icc"]) == (NO_W, EMPTY_ICC)
    assert view["alpha_interval"] is view["alpha_ordinal"] is None
    assert view["judges"]["g01"] == {
        "leniency": 0.0, "se": 0.0, "misfit": None, "consistency": None, "dropped_share": 0.0, "flag": None,
    }
    assert view["adjusted"] == {"U1": 90.0, "U2": 90.0}
    assert view["rank_interval"] == {"U1": [1, 1], "U2": [1, 1]}
    assert view["pairs"] == [
        {"above": "U1", "below": "U2", "judges_above": 0, "judges_equal": 12, "judges_below": 0, "share": 0.0}
    ]


def test_a_disconnected_design_has_no_leniency_and_no_adjusted_score_and_keeps_the_rest() -> None:
    columns = {"U1": [90, 85, None, None], "U2": [80, 84, None, None], "U3": [None, None, 70, 75], "U4": [None, None, 60, 61]}
    view = seen(make.package(make.rule(), make.panel("g", columns)))

    assert {judge["leniency"] for judge in view["judges"].values()} == {None}
    assert set(view["adjusted"].values()) == {None}
    assert view["alpha_interval"] is not None
    assert {judge["dropped_share"] for judge in view["judges"].values()} == {0.0}


def test_secret_groups_are_left_out_of_all_that_is_said_of_judges() -> None:
    rule = make.rule(groups={"a": "50%", "s": {"weight": "50%", "secret": True}})
    named = make.panel("a", {"U1": [90, 91, 85, 88], "U2": [80, 79, 84, 83], "U3": [70, 75, 77, 71]})
    views = []
    for marks in ([50, 60, 70], [95, 96, 97]):
        view = seen(make.package(rule, named | make.panel("s", {"U1": marks, "U2": marks, "U3": marks})))
        assert not any(judge.startswith("s") for judge in view["judges"])
        views.append({key: view[key] for key in ("kendall_w", "icc", "alpha_interval", "alpha_ordinal", "judges", "adjusted")})

    assert views[0] == views[1]
    assert list(views[0]["judges"]) == ["a01", "a02", "a03", "a04"]


def test_a_secret_ballot_that_is_numbered_like_a_seat_is_not_that_seats() -> None:
    rule = make.rule(
        groups={"a": "50%", "s": {"weight": "50%", "secret": True}}, trim={"high": 1, "low": 0, "min_ballots": 3}
    )
    named = make.panel("a", {"U1": [80, 91, 85, 88], "U2": [70, 79, 84, 83]})
    secret = {("s", "a01"): {"U1": 99, "U2": 99}, ("s", "x"): {"U1": 50, "U2": 50}, ("s", "y"): {"U1": 60, "U2": 60}}

    view = seen(make.package(rule, named | secret))

    assert {judge: said["dropped_share"] for judge, said in view["judges"].items()} == {
        "a01": 0.0, "a02": 0.5, "a03": 0.5, "a04": 0.0,
    }


def test_recused_late_spoiled_and_abstaining_ballots_are_not_looked_at() -> None:
    marks = {"J1": {"U1": 90, "U2": 80}, "J2": {"U1": 88, "U2": 83}, "J3": {"U1": 91, "U2": 79}}
    plain = make.package(make.rule(), {("g", judge): lines for judge, lines in marks.items()}, targets=["U1", "U2"])
    more = make.package(
        make.rule(),
        {("g", judge): lines for judge, lines in marks.items()}
        | {("g", "J4"): {"U1": 10, "U2": "abstain"}, ("g", "J5"): {"U1": "late", "U2": "spoiled"}},
        targets=["U1", "U2"],
        recusals=[("J4", "U1")],
    )

    assert {**seen(more), "rank_interval": None} == {**seen(plain), "rank_interval": None}


def test_dropped_share_counts_ballots_or_marks_where_each_criterion_is_trimmed() -> None:
    """J1 is the highest on x everywhere and in the middle on y; J5 the lowest on both."""
    criteria = {"x": "50%", "y": "50%"}
    trim = {"high": 1, "low": 1, "min_ballots": 3}
    ballots = {
        ("g", f"J{j}"): {target: {"x": 90 - 5 * j, "y": [0, 60, 70, 65, 62, 20][j]} for target in ("U1", "U2")}
        for j in range(1, 6)
    }
    shares = {}
    for unit in ("judge_total", "criterion"):
        package = make.package(make.rule(criteria=criteria, trim={**trim, "unit": unit}), ballots)
        shares[unit] = [judge["dropped_share"] for judge in seen(package)["judges"].values()]

    assert shares["judge_total"] == [0.0, 1.0, 0.0, 0.0, 1.0]
    assert shares["criterion"] == [0.5, 0.5, 0.0, 0.0, 1.0]


def test_grades_and_ranking_ballots_are_seen_as_their_points() -> None:
    grades = make.package(
        make.rule(grades={"good": "100", "fair": "80", "poor": "0"}),
        make.panel("g", {"U1": ["good", "good", "fair"], "U2": ["fair", "poor", "poor"]}),
    )
    ranking = make.package(
        make.rule(places=["10", "6"]), make.panel("g", {"U1": [1, 1, 2], "U2": [2, 3, 1], "U3": [3, 2, 3]})
    )

    assert seen(grades)["adjusted"] == pytest.approx({"U1": 280 / 3, "U2": 80 / 3})
    assert seen(ranking)["adjusted"] == pytest.approx({"U1": 26 / 3, "U2": 16 / 3, "U3": 2})


# -- the command ---------------------------------------------------------------------------------------------


def run(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "advisory", *arguments], cwd=ROOT, capture_output=True, check=False, timeout=60
    )


def written(package: Package, folder: Path) -> Path:
    write_files(files_of(package, None), folder)
    return folder


def test_the_command_prints_the_view_of_a_folder(wine: Package, tmp_path: Path) -> None:
    done = run(str(written(wine, tmp_path / "wine")))

    assert (done.returncode, done.stderr) == (0, b"")
    # The package as exported has its rows sorted; the view is the same.
    assert json.loads(done.stdout) == seen(wine)
    again = run(str(tmp_path / "wine"))
    assert hashlib.sha256(again.stdout).digest() == hashlib.sha256(done.stdout).digest()


def spoil(folder: Path, name: str, text: str) -> Path:
    sums = folder / "SHA256SUMS"
    sums.unlink()
    (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("rule.toml", "id = 3", "rule.toml"),
        ("ballots.csv", "ballot,group\nx,y\n", "ballots.csv"),
        ("targets.csv", "target,name,unit,parent_unit,ranking_group,ranked\nA1,甲,,,,maybe\n", "targets.csv第2行ranked列"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_2(
    wine: Package, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], name: str, text: str, said: str
) -> None:
    code = main([str(spoil(written(wine, tmp_path / "wine"), name, text))])

    told = capfdbinary.readouterr()
    assert (code, told.out) == (2, b"")
    sentence = told.err.decode()
    assert sentence.startswith(said)
    assert sentence.count("\n") == 1
    assert sentence.endswith("。\n")
    assert "Traceback" not in sentence


def test_no_folder_no_argument_and_no_result_are_exit_2_too(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    rule = make.rule(groups={"a": "50%", "b": "50%"})
    empty = written(make.package(rule, make.panel("a", {"U1": [90], "U2": [80]})), tmp_path / "empty")

    for arguments, said in (((str(tmp_path / "none"),), "没有“none”"), ((), "命令写得不对"), ((str(empty),), "在“b”组")):
        try:
            code = main(arguments)
        except SystemExit as ended:
            code = ended.code
        told = capfdbinary.readouterr()
        assert (code, told.out) == (2, b"")
        assert said in told.err.decode()
        assert told.err.decode().count("\n") == 1
