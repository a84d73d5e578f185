"""Hypothesis strategies: whole rules and whole packages, small enough to read and mean enough to meet every branch."""

from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from scoring.package import BallotRow, ComponentRow, Package, Recusal, Seat, Target
from scoring.rule import BallotKind, Rule, RuleRefused, read_rule
from tests.scoring import make

SPLITS = {
    1: [("1",)],
    2: [("60%", "40%"), ("1/3", "2/3"), ("0", "1")],
    3: [("40%", "30%", "30%"), ("1/6", "1/3", "1/2")],
}
POLICIES = ["share", "strict", "split", "tie_break"]
SCALES = [("0", "100", "1"), ("0", "10", "0.5"), ("1", "5", "1"), ("-2", "2", "0.25")]


def keyed(draw: Any, keys: list[str]) -> dict[str, dict[str, Any]]:
    weights = draw(st.sampled_from(SPLITS[len(keys)]))
    return {key: {"weight": weight} for key, weight in zip(keys, weights, strict=True)}


@st.composite
def rules(draw: Any, kind: str | None = None, **fixed: Any) -> Rule:
    """A coherent rule of any kind."""
    kind = kind or draw(st.sampled_from(["points", "points", "grades", "ranking"]))
    tables: dict[str, Any] = {}
    groups = keyed(draw, ["a", "b", "c"][: draw(st.integers(1, 3))])
    for more in groups.values():
        more["secret"] = draw(st.booleans())
        more["quorum_ballots"] = draw(st.sampled_from([0] * 8 + [1, 2]))
        if not more["secret"]:
            more["quorum_share"] = draw(st.sampled_from(["0"] * 7 + ["50%"]))
    high, low = draw(st.sampled_from([(0, 0), (1, 1), (1, 1), (2, 0), (0, 1), (2, 2)]))
    tables["trim"] = {
        "high": high,
        "low": low,
        "min_ballots": high + low + draw(st.integers(1, 2)),
        "unit": draw(st.sampled_from(["judge_total", "criterion"])) if kind == "points" else "judge_total",
        "scope": draw(st.sampled_from(["group", "all_judges"])),
    }
    best = "100"
    if kind == "points":
        lowest, highest, step = draw(st.sampled_from(SCALES))
        criteria = keyed(draw, ["x", "y", "z"][: draw(st.integers(1, 3))])
        for more in criteria.values():
            more["max"] = draw(st.sampled_from(["", "", "2", "30"]))
        tables["criteria"] = criteria
        policy = draw(st.sampled_from(["void_ballot", "impute_panel_mean", "renormalise"]))
        tables["ballot"] = {"min": lowest, "max": highest, "step": step, "missing_criterion": policy}
    elif kind == "grades":
        tables["grades"] = {"good": best, "fair": "80", "poor": draw(st.sampled_from(["0", "-10", "60"]))}
        tables["grading"] = {"denominator": draw(st.sampled_from(["valid", "valid_plus_abstain"])), "satisfied": 2}
        if high + low == 0 and draw(st.booleans()):
            tables["share_bands"] = [
                {"min_share": "0%", "points": "10"},
                {"min_share": "2/3", "points": "30"},
                {"min_share": "50%", "points": "20"},
            ]
    else:
        tables["places"] = draw(st.sampled_from([["100", "97", "94", "91"], ["3", "1"], ["5", "5", "2.5"]]))
    tables["combine"] = {
        "empty_group": draw(st.sampled_from(["error", "drop_group_for_all", "reweight_unit", "zero"]))
    }
    metrics = [*groups, "untrimmed", "more_decimals", "evaluation"]
    if draw(st.booleans()):
        tables["components"] = {"evaluation": {"weight": "70%"}, "kpi": {"weight": "30%", "max": "60"}}
        metrics.append("kpi")
    if draw(st.booleans()):
        tables["deductions"] = {"late": {"points": "-0.5"}}
    tables["rounding"] = {
        "places": draw(st.integers(0, 3)),
        "mode": draw(st.sampled_from(["half_up", "half_even", "down"])),
    }
    tables["ranking"] = {
        "on": draw(st.sampled_from(["exact", "published"])),
        "method": draw(st.sampled_from(["standard", "modified", "dense", "fractional"])),
        "tie_break": draw(st.lists(st.sampled_from(metrics), max_size=3, min_size=draw(st.integers(0, 2)), unique=True)),
    }
    tables["awards"] = [
        {"end": end, "k": k, "points": points, "policy": draw(st.sampled_from(POLICIES))}
        for end, k, points in draw(
            st.lists(st.sampled_from([("top", 2, ["3", "1"]), ("bottom", 1, ["-1"]), ("top", 3, ["1"])]), max_size=2)
        )
    ]
    if draw(st.booleans()):
        compare = draw(st.sampled_from(["exact", "published"]))
        tables["bands"] = [
            {"min": low, "points": points, "compare": compare} for low, points in (("50", "1"), ("", "-1"), ("2", "0"))
        ]
    try:
        return read_rule(make.rule_text(groups=groups, **{**tables, **fixed}))
    except RuleRefused:
        # An own maximum below the ballot's minimum and the like: drop what may clash.
        tables.pop("components", None)
        tables["ranking"]["tie_break"] = []
        for more in tables.get("criteria", {}).values():
            more["max"] = ""
        return read_rule(make.rule_text(groups=groups, **{**tables, **fixed}))


def marks(own: Rule, criterion: str) -> list[str]:
    """A few marks that are allowed, close together so that ties happen."""
    top = own.criterion(criterion).max
    steps = [own.ballot.min + own.ballot.step * k for k in (0, 1, 2)]
    return [decimal(value) for value in steps if value <= top]


def decimal(value: Fraction) -> str:
    whole = Fraction(round(value * 100), 100)
    assert whole == value
    sign = "-" if value < 0 else ""
    return f"{sign}{abs(value.numerator) // value.denominator}.{int(abs(value) * 100) % 100:02d}"


@st.composite
def packages(draw: Any, own: Any = None, **fixed: Any) -> Package:
    """A package that reads well; whether it has a result is the rule's affair."""
    rule: Rule = draw(own if own is not None else rules(**fixed))
    names = [f"U{i}" for i in range(1, draw(st.sampled_from([1, 2, 3, 4, 4])) + 1)]
    targets = tuple(
        Target(
            name,
            name,
            draw(st.sampled_from(["", "", "甲", "乙"])),
            draw(st.sampled_from(["", "", "丙"])),
            draw(st.sampled_from(["一", "一", "一", "二"])),
            draw(st.sampled_from([True, True, True, False])),
        )
        for name in names
    )
    sizes = {group.key: draw(st.sampled_from([0, 2, 3, 3, 4, 4, 5, 6])) for group in rule.groups}
    judges = {key: [f"{key}{i}" for i in range(1, size + 1)] for key, size in sizes.items()}
    rows: list[BallotRow] = []
    for group in rule.groups:
        for judge in judges[group.key]:
            rows.extend(_paper(draw, rule, group.key, group.secret, judge, names))
    named = [(judge, group.key) for group in rule.groups if not group.secret for judge in judges[group.key]]
    seats = None
    if any(group.quorum_share for group in rule.groups) or draw(st.booleans()):
        idle = [(f"{group.key}9", group.key) for group in rule.groups if not group.secret]
        units = st.sampled_from(["", "", "甲", "丙"])
        seats = tuple(Seat(judge, group, draw(units), draw(st.booleans())) for judge, group in named + idle)
    pairs = [(judge, name) for judge, _ in named for name in names]
    recusals = draw(st.lists(st.sampled_from(pairs), max_size=2)) if pairs else []
    components = []
    for name in names:
        if len(rule.components) > 1 and draw(st.sampled_from([True, True, True, False])):
            components.append(ComponentRow(name, "kpi", draw(st.sampled_from(["60", "59.5", "-3", "0"]))))
        if rule.deductions and draw(st.booleans()):
            components.append(ComponentRow(name, "late", draw(st.sampled_from(["0", "1", "3"]))))
    return Package(
        rule=rule,
        targets=targets,
        seats=seats,
        ballots=tuple(draw(st.permutations(rows))) if len(rows) < 60 else tuple(rows),
        recusals=tuple(Recusal(judge, name, "") for judge, name in recusals),
        components=tuple(components),
    )


def _paper(draw: Any, rule: Rule, group: str, secret: bool, judge: str, names: list[str]) -> list[BallotRow]:
    who = (judge, group, "") if secret else ("", group, judge)
    rows: list[BallotRow] = []

    def add(name: str, version: int, state: str, lines: dict[str, str]) -> None:
        for criterion, value in lines.items():
            rows.append(BallotRow(*who, name, str(version), state, criterion, value, ""))

    versions = draw(st.sampled_from([[1], [1], [1], [2, 1], [3]]))
    states = st.sampled_from(["submitted"] * 16 + ["abstain", "dont_know", "spoiled", "late"])
    if rule.ballot.kind is BallotKind.RANKING:
        for version in versions:
            state = draw(states)
            places = draw(st.permutations(range(1, len(names) + 1)))
            for name, n in zip(names, places, strict=True):
                add(name, version, state, {"": str(n) if state == "submitted" else ""})
        return rows
    for name in names:
        if draw(st.sampled_from([True] * 6 + [False])):
            for version in versions:
                state = draw(states)
                if state != "submitted":
                    add(name, version, state, {"": ""})
                elif rule.ballot.kind is BallotKind.GRADES:
                    add(name, version, state, {"": draw(st.sampled_from([grade.key for grade in rule.grades]))})
                else:
                    lines = {}
                    for criterion in rule.criteria:
                        blank = draw(st.sampled_from([False] * 12 + [True, None]))
                        if blank is not None:
                            lines[criterion.key] = "" if blank else draw(st.sampled_from(marks(rule, criterion.key)))
                    add(name, version, state, lines or {rule.criteria[0].key: ""})
    return rows
