"""Builders of rules and packages for the tests of the rulebook. Everything has a sensible default.

    rule = make.rule(groups={"leaders": "60%", "rest": "40%"}, trim={"high": 1, "low": 1})
    package = make.package(rule, {("leaders", "J1"): {"U1": 90, "U2": "abstain"}})
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from scoring.package import BallotRow, ComponentRow, Package, Recusal, Seat, Target
from scoring.rule import Rule, read_rule
from scoring.tally import tally

STATES = ("abstain", "dont_know", "spoiled", "late")


def toml(values: Mapping[str, Any], path: str = "") -> str:
    """A nested dict as TOML: enough for a rule."""
    lines, tables = [], []
    for key, value in values.items():
        if isinstance(value, Mapping):
            tables.append(f"[{path}{key}]\n{toml(value, f'{path}{key}.')}")
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            tables.extend(f"[[{path}{key}]]\n{toml(item)}" for item in value)
        elif isinstance(value, bool):
            lines.append(f"{key} = {str(value).lower()}\n")
        else:
            lines.append(f"{key} = {json.dumps(value, ensure_ascii=False)}\n")
    return "".join(lines) + "".join(tables)


def keyed(items: Mapping[str, Any]) -> list[dict[str, Any]]:
    """{"leaders": "40%"} or {"leaders": {"weight": "40%", "secret": True}} as a list of tables."""
    return [{"key": key, **(more if isinstance(more, Mapping) else {"weight": more})} for key, more in items.items()]


def rule_text(
    *,
    criteria: Mapping[str, Any] | None = None,
    groups: Mapping[str, Any] | None = None,
    grades: Mapping[str, str] | None = None,
    places: Sequence[str] | None = None,
    **tables: Any,
) -> bytes:
    """A rule file. Points from 0 to 100 in one criterion by one group, unless told otherwise."""
    kind = "grades" if grades is not None else "ranking" if places is not None else "points"
    values: dict[str, Any] = {"id": "test", "title": "试用办法", "version": 1}
    values["ballot"] = {"kind": kind, **tables.pop("ballot", {})}
    values["groups"] = keyed(groups or {"g": "1"})
    if grades is not None:
        values["grades"] = [{"key": key, "points": points} for key, points in grades.items()]
    elif places is not None:
        values["places"] = {"points": list(places)}
    else:
        values["criteria"] = keyed(criteria or {"quality": "1"})
    for key in ("components", "deductions"):
        if key in tables:
            values[key] = keyed(tables.pop(key))
    return toml({**values, **tables}).encode()


def rule(**tables: Any) -> Rule:
    return read_rule(rule_text(**tables))


def target(key: str, **more: Any) -> Target:
    values = {"target": key, "name": key, "unit": "", "parent_unit": "", "ranking_group": "", "ranked": True}
    return Target(**{**values, **more})


def seat(key: str, group: str = "g", unit: str = "", present: bool = True) -> Seat:
    return Seat(seat=key, group=group, unit=unit, present=present)


def rows(
    own: Rule, group: str, judge: str, key: str, marks: Any, *, version: int = 1, state: str = "submitted"
) -> list[BallotRow]:
    """The rows of one line: a state's name, one mark, a grade or place, or {criterion: mark}."""
    secret = own.group(group).secret
    if marks in STATES:
        state, marks = str(marks), {"": ""}
    if not isinstance(marks, Mapping):
        marks = {own.criteria[0].key if own.criteria else "": marks}
    who = {"ballot": judge if secret else "", "seat": "" if secret else judge}
    return [
        BallotRow(
            **who,
            group=group,
            target=key,
            version=str(version),
            state=state,
            criterion=criterion,
            value=str(value),
            received_at="",
        )
        for criterion, value in marks.items()
    ]


def package(
    own: Rule,
    ballots: Mapping[tuple[str, str], Mapping[str, Any]],
    *,
    targets: Iterable[str | Target] | None = None,
    seats: Iterable[Seat] | None = None,
    recusals: Iterable[tuple[str, str]] = (),
    components: Mapping[tuple[str, str], Any] | None = None,
    more_rows: Iterable[BallotRow] = (),
) -> Package:
    """A package from {(group, judge): {target: marks}}; targets are those that appear, unless given."""
    named = targets if targets is not None else dict.fromkeys(key for lines in ballots.values() for key in lines)
    return Package(
        rule=own,
        targets=tuple(target(item) if isinstance(item, str) else item for item in named),
        seats=None if seats is None else tuple(seats),
        ballots=(
            *(
                row
                for (group, judge), lines in ballots.items()
                for key, marks in lines.items()
                for row in rows(own, group, judge, key, marks)
            ),
            *more_rows,
        ),
        recusals=tuple(Recusal(judge, key, "回避") for judge, key in recusals),
        components=tuple(ComponentRow(key, part, str(v)) for (key, part), v in (components or {}).items()),
    )


def panel(group: str, scores: Mapping[str, Sequence[Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    """Ballots of one group from columns: {"U1": [95, 90, 88]} is J01 95, J02 90, J03 88; None sends nothing."""
    ballots: dict[tuple[str, str], dict[str, Any]] = {}
    for key, column in scores.items():
        for i, mark in enumerate(column, start=1):
            if mark is not None:
                ballots.setdefault((group, f"{group}{i:02d}"), {})[key] = mark
    return ballots


def exact(own: Package, key: str) -> str:
    return str(tally(own).target(key).total.exact)


def published(own: Package, key: str) -> str | None:
    return tally(own).target(key).total.published


def ranks(own: Package) -> dict[str, int | str | None]:
    return {item.target: item.rank for item in tally(own).targets}
