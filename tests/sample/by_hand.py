"""A second count of a rehearsal, written from the contract and sharing no line with the engine.

It is slow, plain and narrow on purpose: points ballots, judge totals trimmed inside their group, no other components.
A rule that asks for more is refused, so that the count never agrees by ignoring something.
Words are those of the recount package; every value is text as the package prints it.
"""

import csv
import tomllib
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any

Row = dict[str, str]
Paper = tuple[str, str, dict[str, str]]  # (seat or ballot, state, criterion -> value)


def rows(file: Path) -> list[Row]:
    """The rows of a CSV; a file that is not there has none."""
    if not file.exists():
        return []
    with file.open(encoding="utf-8-sig", newline="") as f:
        return list(csv.DictReader(f))


def number(text: str) -> Fraction:
    """A decimal, a ratio or a percentage."""
    return Fraction(text[:-1]) / 100 if text.endswith("%") else Fraction(text)


def exact(value: Fraction) -> str:
    """`"p/q"`, or an integer."""
    return str(value)


def half_up(value: Fraction, places: int) -> str:
    """The published decimal of a value that is not negative."""
    units = int(value * 10**places + Fraction(1, 2))
    return f"{units // 10**places}.{units % 10**places:0{places}d}"


def deciding_papers(ballots: list[Row], target: str, group: str) -> list[Paper]:
    """Of each judge the highest version that was not late."""
    versions: dict[tuple[str, int], list[Row]] = {}
    for row in ballots:
        if row["target"] == target and row["group"] == group and row["state"] != "late":
            judge = row["seat"] or row["ballot"]
            versions.setdefault((judge, int(row["version"])), []).append(row)
    newest: dict[str, int] = {}
    for judge, version in versions:
        newest[judge] = max(version, newest.get(judge, 0))
    return [
        (judge, papers[0]["state"], {row["criterion"]: row["value"] for row in papers})
        for judge, version in sorted(newest.items())
        for papers in [versions[judge, version]]
    ]


def count_group(rule: dict[str, Any], folder: Path, target: Row, group: dict[str, Any]) -> dict[str, Any]:
    """One group's line of the result, with the two means as Fractions under `mean` and `plain`."""
    seats = [s for s in rows(folder / "seats.csv") if s["group"] == group["key"]]
    own = {target["unit"], target["parent_unit"]} - {""}
    away = {r["seat"] for r in rows(folder / "recusals.csv") if r["target"] == target["target"]}
    recused = {s["seat"] for s in seats if s["unit"] in own or s["seat"] in away}
    papers = [
        p for p in deciding_papers(rows(folder / "ballots.csv"), target["target"], group["key"]) if p[0] not in recused
    ]
    states = [state for _, state, _ in papers]
    weights = {c["key"]: number(c["weight"]) for c in rule["criteria"]}
    totals = []
    for judge, state, marks in papers:
        if state == "submitted":
            assert set(marks) == set(weights) and all(marks.values()), f"{judge} left a criterion blank"
            totals.append((sum((weights[key] * number(marks[key]) for key in weights), Fraction(0)), judge))
    totals.sort()
    low, high = rule["trim"]["low"], rule["trim"]["high"]
    trimmed = len(totals) >= rule["trim"]["min_ballots"]
    kept = totals[low : len(totals) - high] if trimmed else totals
    mean = sum((t for t, _ in kept), Fraction(0)) / len(kept)
    plain = sum((t for t, _ in totals), Fraction(0)) / len(totals)
    secret = group.get("secret", False)
    asked = [s for s in seats if s["present"] == "yes" and s["seat"] not in recused]
    return {
        "received": len(papers),
        "counted": len(kept),
        "abstained": states.count("abstain"),
        "dont_know": states.count("dont_know"),
        "spoiled": states.count("spoiled"),
        "recused": None if secret else len(recused),
        "missing": None if secret else len(seats) - len(recused) - len(papers),
        "dropped_low": sorted(judge for _, judge in totals[:low]) if trimmed else [],
        "dropped_high": sorted(judge for _, judge in totals[len(totals) - high :]) if trimmed else [],
        "trimmed": trimmed,
        "exact": exact(mean),
        "published": half_up(mean, rule["rounding"]["places"]),
        "untrimmed": exact(plain),
        "mean": mean,
        "plain": plain,
        "quorate": len(totals) >= group.get("quorum_ballots", 0)
        and len(totals) >= number(group.get("quorum_share", "0")) * len(asked),
    }


def fingerprint(folder: Path) -> dict[str, str]:
    """What the result says it was counted from: the rule's bytes, and the ballots in no particular order."""
    columns = ["ballot", "group", "seat", "target", "version", "state", "criterion", "value", "received_at"]
    lines = sorted("\x1f".join(row[column] for column in columns) for row in rows(folder / "ballots.csv"))
    return {
        "rule_sha256": sha256((folder / "rule.toml").read_bytes()).hexdigest(),
        "ballots_sha256": sha256("\n".join(lines).encode()).hexdigest(),
    }


def points_of(rule: dict[str, Any], above: int, below: int, tied: int) -> Fraction:
    """Points for a place; `tied` counts the target itself."""
    points = Fraction(0)
    for award in rule["awards"]:
        beyond = above if award["end"] == "top" else below
        reaches = {"share": beyond + 1, "strict": beyond + tied}[award["policy"]]
        if reaches <= award["k"]:
            prizes = award["points"] if len(award["points"]) > 1 else award["points"] * award["k"]
            points += number(prizes[beyond])
    return points


def count(folder: Path) -> dict[str, Any]:
    """`targets` and `order` of a rehearsal's result, as far as this count goes."""
    rule = tomllib.loads((folder / "rule.toml").read_text(encoding="utf-8"))
    assert rule["ballot"]["kind"] == "points" and rule["ballot"]["missing_criterion"] == "void_ballot"
    assert (rule["trim"]["unit"], rule["trim"]["scope"]) == ("judge_total", "group")
    assert (rule["ranking"]["on"], rule["ranking"]["method"]) == ("exact", "standard")
    assert rule["rounding"]["mode"] == "half_up"
    assert not {"components", "deductions", "bands"} & set(rule)
    targets = rows(folder / "targets.csv")
    assert {t["ranked"] for t in targets} == {"yes"} and len({t["ranking_group"] for t in targets}) == 1
    groups = {t["target"]: {g["key"]: count_group(rule, folder, t, g) for g in rule["groups"]} for t in targets}
    metrics: dict[str, list[Fraction]] = {}
    for target, by_group in groups.items():
        assert all(line["quorate"] for line in by_group.values())
        values = {key: line["mean"] for key, line in by_group.items()}
        for name, mean in (("total", "mean"), ("untrimmed", "plain")):
            values[name] = sum((number(g["weight"]) * by_group[g["key"]][mean] for g in rule["groups"]), Fraction(0))
        metrics[target] = [values[name] for name in ["total", *rule["ranking"]["tie_break"]]]
    return {
        "targets": {target: verdict(rule, target, groups[target], metrics) for target in groups},
        "order": sorted(metrics, key=lambda target: ([-m for m in metrics[target]], target)),
    }


def verdict(
    rule: dict[str, Any], target: str, lines: dict[str, Any], metrics: dict[str, list[Fraction]]
) -> dict[str, Any]:
    """Total, place and points of one target among all of them."""
    mine = metrics[target]
    others = {other: theirs for other, theirs in metrics.items() if other != target}
    tied = sorted(other for other, theirs in others.items() if theirs == mine)
    above = sum(theirs > mine for theirs in others.values())
    below = sum(theirs < mine for theirs in others.values())
    depth = max((next(i for i in range(len(mine)) if t[i] != mine[i]) for t in others.values() if t != mine), default=0)
    hidden = {"mean", "plain", "quorate"}
    return {
        "groups": {key: {k: v for k, v in line.items() if k not in hidden} for key, line in lines.items()},
        "total": {"exact": exact(mine[0]), "published": half_up(mine[0], rule["rounding"]["places"])},
        "rank": 1 + above,
        "rank_from_bottom": 1 + below,
        "tied_with": tied,
        "decided_by": "shared" if tied else ["total", *rule["ranking"]["tie_break"]][depth],
        "points": exact(points_of(rule, above, below, 1 + len(tied))),
        "state": "ranked",
    }
