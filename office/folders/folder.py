"""Reading a sitting folder (docs/sitting_folder.md) into a plan: all of it right, or refused with file, row and column.

    plan = read_folder(Path("sample_sessions/wenzhou_county_2019q1"))

Nothing here stores anything; `office.sitting.sittings.load` does.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from db.values import Commitment, Declaration, Shortcoming
from office.folders.folder_rows import Row, bytes_of, refuse_twice, rows_of
from office.folders.folder_stage import read_questions, read_segments
from office.refusal import Refused
from office.sitting.plan import (
    COUNTED_KINDS,
    PlannedSeat,
    PlannedTarget,
    PlannedUnit,
    SittingPlan,
    component_fault,
    paper_does_not_fit,
)
from scoring.number import NotANumber, parse_decimal
from scoring.rows import PackageRefused
from scoring.rule import Rule, RuleRefused, read_rule

_SITTING_KEYS = {"id": str, "title": str, "arena": str, "period": str, "held_on": date, "place": str, "note": str,
                 "hall": dict, "segments": list}
_HALL_KEYS = {"ballot": str, "seconds": int, "grace_seconds": int, "desk_check_in": bool}
_NEEDED = ("id", "title", "arena", "period", "held_on")
_DEFAULTS = {"place": "", "note": ""}
_HALL_DEFAULTS = {"ballot": "each", "seconds": 0, "grace_seconds": 5, "desk_check_in": False}


def read_folder(folder: Path) -> SittingPlan:
    """The plan of a sitting. Raises Refused with one sentence: what is wrong, where, what to write instead."""
    if not folder.is_dir():
        raise Refused(f"没有文件夹 {folder}。请写场次文件夹的路径，例如 sample_sessions/wenzhou_county_2019q1。")
    try:
        return _read(folder)
    except (PackageRefused, RuleRefused) as refused:
        raise Refused(str(refused) if isinstance(refused, PackageRefused) else f"rule.toml：{refused}") from None


def _read(folder: Path) -> SittingPlan:
    about = _about(folder)
    hall = {**_HALL_DEFAULTS, **about.get("hall", {})}
    toml = bytes_of(folder, "rule.toml")
    rule = read_rule(toml)
    if (fault := paper_does_not_fit(rule, hall["ballot"])) is not None:
        raise PackageRefused("sitting.toml", f"hall.ballot：{fault}")
    units = _units(folder)
    unit_keys = {one.key for one in units}
    targets = _targets(folder, unit_keys)
    target_keys = {one.key for one in targets}
    seats = _seats(folder, unit_keys, {one.route for one in targets}, rule)
    seat_codes = {one.code for one in seats}
    return SittingPlan(
        key=about["id"], title=about["title"], arena=about["arena"], period=about["period"],
        held_on=about["held_on"], place=about["place"], note=about["note"], ballot_mode=hall["ballot"],
        seconds=hall["seconds"], grace_seconds=hall["grace_seconds"], desk_check_in=hall["desk_check_in"],
        rule_toml=toml.decode("utf-8-sig"), units=units, targets=targets, seats=seats,
        recusals=_recusals(folder, seat_codes, target_keys), components=_components(folder, target_keys, rule),
        declarations=_declarations(folder, target_keys),
        segments=read_segments(about.get("segments", []), hall["ballot"]),
        questions=read_questions(folder, {one.key for one in targets if one.speaks}, target_keys, rule),
    )


def _about(folder: Path) -> dict[str, Any]:
    file = "sitting.toml"
    try:
        found = tomllib.loads(bytes_of(folder, file).decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise PackageRefused(file, f"不是合格的 TOML（{fault}），请对照 docs/sitting_folder.md 检查") from None
    _check_keys(file, found, _SITTING_KEYS, "")
    _check_keys(file, found.get("hall", {}), _HALL_KEYS, "hall.")
    for key in _NEEDED:
        if str(found.get(key, "")).strip() == "":
            raise PackageRefused(file, f"缺少 {key}，请补上")
    key = found["id"]
    if len(key) > 60 or not all((ch.isascii() and ch.isalnum()) or ch in "-_" for ch in key):
        raise PackageRefused(file, f"id “{key[:40]}”只能用英文字母、数字、- 和 _，最长60个")
    hall = found.get("hall", {})
    if hall.get("ballot", "each") not in ("each", "all"):
        raise PackageRefused(file, "hall.ballot 请写 each（每家讲完打分）或 all（最后一张票打全部）")
    for name in ("seconds", "grace_seconds"):
        if not 0 <= hall.get(name, 0) <= 86400:
            raise PackageRefused(file, f"hall.{name} 请写0到86400之间的秒数")
    return {**_DEFAULTS, **found}


def _check_keys(file: str, found: Mapping[str, object], known: Mapping[str, type], prefix: str) -> None:
    for key, value in found.items():
        if key not in known:
            raise PackageRefused(file, f"不认识的项“{prefix}{key}”，请删去；可用的是 {'、'.join(known)}")
        kind = known[key]
        if (kind is int and isinstance(value, bool)) or (kind is date and isinstance(value, datetime)) \
                or not isinstance(value, kind):
            wanted = {str: "带引号的文字", int: "不带引号的整数", bool: "true 或 false", date: "日期，例如 2019-04-23",
                      dict: f"[{key}] 表", list: f"[[{key}]] 表"}[kind]
            raise PackageRefused(file, f"{prefix}{key} 请写成{wanted}")


def _units(folder: Path) -> tuple[PlannedUnit, ...]:
    rows = rows_of(folder, "units.csv", "unit", "name", "kind", "parent")
    refuse_twice(rows, "unit")
    known = {row["unit"] for row in rows}
    parents = {row["unit"]: row["parent"] for row in rows}
    for row in rows:
        above, seen = row["parent"], {row["unit"]}
        while above:
            if above in seen:
                raise row.refuse("parent", "绕回了自己，上级单位不能是本单位或它的下级")
            seen.add(above)
            above = parents.get(above, "")
    return tuple(
        PlannedUnit(key=row.needed("unit"), name=row.needed("name"),
                    kind=row.one_of("kind", COUNTED_KINDS, f"不是单位类别，请写 {'、'.join(COUNTED_KINDS)} 之一"),
                    parent=row.one_of("parent", known | {""}, "不在本文件的 unit 列里，请先登记上级单位，或留空"))
        for row in rows)


def _targets(folder: Path, units: Collection[str]) -> tuple[PlannedTarget, ...]:
    rows = rows_of(folder, "targets.csv", "target", "name", "unit", "presenter", "ranking_group", "ranked",
                   defaults={"speaks": "yes", "route": ""})
    refuse_twice(rows, "target")
    if not rows:
        raise PackageRefused("targets.csv", "至少要有一个参评单位")
    for row in rows:
        if not all(ch.isalnum() or ch in "-_" for ch in row.needed("target")):
            raise row.refuse("target", "里有不能用的字符，编号请用字母、数字、- 和 _，例如 U01")
    return tuple(
        PlannedTarget(key=row["target"], name=row.needed("name"),
                      unit=row.one_of("unit", units, "不在 units.csv 里，请先在那里登记"), presenter=row["presenter"],
                      ranking_group=row["ranking_group"],
                      ranked=row.one_of("ranked", ("yes", "no"), "请写 yes（参加排名）或 no（只打分不排名）") == "yes",
                      speaks=row.is_yes("speaks", "请写 yes（上台发言）或 no（不上台，只参加测评）"), route=row["route"])
        for row in rows)


def _seats(folder: Path, units: Collection[str], routes: Collection[str], rule: Rule) -> tuple[PlannedSeat, ...]:
    rows = rows_of(folder, "seats.csv", "seat", "group", "name", "unit", defaults={"route": "", "shadow": "no"})
    refuse_twice(rows, "seat")
    groups = [group.key for group in rule.groups]
    return tuple(
        PlannedSeat(code=row.needed("seat"),
                    group=row.one_of("group", groups, f"不是 rule.toml 里的评委组，可用的是 {'、'.join(groups)}"),
                    name=row["name"],
                    unit=row.one_of("unit", {*units, ""}, "不在 units.csv 里，请先在那里登记，或留空"),
                    route=row.one_of("route", {*routes, ""}, _no_route(routes)),
                    shadow=row.is_yes("shadow", "请写 yes（影子席位，打分不计入）或 no"))
        for row in rows)


def _no_route(routes: Collection[str]) -> str:
    known = "、".join(sorted(set(routes) - {""}))
    return f"不是 targets.csv 里的线路，可用的是 {known or '（没有）'}；全都看过就留空"


def _recusals(folder: Path, seats: Collection[str], targets: Collection[str]) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (row.one_of("seat", seats, "不在 seats.csv 里"), row.one_of("target", targets, "不在 targets.csv 里"),
         row["reason"])
        for row in rows_of(folder, "recusals.csv", "seat", "target", "reason", optional=True))


def _components(folder: Path, targets: Collection[str], rule: Rule) -> tuple[tuple[str, str, str], ...]:
    rows = rows_of(folder, "components.csv", "target", "component", "value", optional=True)
    known = {one.key for one in rule.components if one.key != "evaluation"} | {one.key for one in rule.deductions}
    seen = set()
    for row in rows:
        row.one_of("target", targets, "不在 targets.csv 里")
        row.one_of("component", known, f"不是 rule.toml 里的分项或扣分项，可用的是 {'、'.join(sorted(known)) or '（没有）'}")
        if (fault := component_fault(rule, row["component"], row["value"])) is not None:
            raise row.refuse("value", fault)
        if (row["target"], row["component"]) in seen:
            raise row.refuse("component", "对这个单位写了两次，请删去一行")
        seen.add((row["target"], row["component"]))
    return tuple((row["target"], row["component"], row["value"]) for row in rows)


def _declarations(folder: Path, targets: Collection[str]) -> dict[str, Declaration]:
    stated = rows_of(folder, "shortcomings.csv", "target", "shortcoming", "text", "gap", "goal", optional=True)
    places = set()
    for row in stated:
        row.one_of("target", targets, "不在 targets.csv 里")
        place = (row["target"], row.whole("shortcoming"))
        if place in places:
            raise row.refuse("shortcoming", "这一条不足写了两次，请改序号")
        places.add(place)

    def of_shortcoming(file: str, *columns: str) -> dict[tuple[str, int], list[Row]]:
        found: dict[tuple[str, int], list[Row]] = defaultdict(list)
        for row in rows_of(folder, file, "target", "shortcoming", *columns, optional=True):
            place = (row.one_of("target", targets, "不在 targets.csv 里"), row.whole("shortcoming"))
            if place not in places:
                raise row.refuse("shortcoming", f"：{row['target']} 没有这一条不足，请先写进 shortcomings.csv")
            found[place].append(row)
        for rows in found.values():
            rows.sort(key=lambda row: row.whole(columns[0]))
            for earlier, later in pairwise(rows):
                if earlier.whole(columns[0]) == later.whole(columns[0]):
                    raise later.refuse(columns[0], "这个序号在同一条不足里写了两次")
        return found

    measures = of_shortcoming("measures.csv", "measure", "text")
    promised = of_shortcoming("commitments.csv", "commitment", "text", "owner", "deadline", "amount", "amount_unit")
    by_target: dict[str, list[tuple[int, Shortcoming]]] = defaultdict(list)
    for row in stated:
        place = (row["target"], row.whole("shortcoming"))
        by_target[row["target"]].append((place[1], Shortcoming(
            text=row.needed("text"), gap=row["gap"], goal=row["goal"],
            measures=tuple(one.needed("text") for one in measures.get(place, ())),
            commitments=tuple(_commitment(one) for one in promised.get(place, ())))))
    return {target: Declaration(shortcomings=tuple(one for _, one in sorted(items, key=lambda pair: pair[0])))
            for target, items in by_target.items()}


def _commitment(row: Row) -> Commitment:
    try:
        deadline = date.fromisoformat(row["deadline"])
    except ValueError:
        deadline = None
    if deadline is None or deadline.isoformat() != row["deadline"]:
        raise row.refuse("deadline", "不是日期，请写如 2019-06-30")
    if bool(row["amount"]) != bool(row["amount_unit"]):
        raise row.refuse("amount", "：数量和单位要么都写，要么都空")
    if row["amount"]:
        try:
            parse_decimal(row["amount"])
        except NotANumber:
            raise row.refuse("amount", "不是数，请写如 95 或 9.5") from None
    return Commitment(text=row.needed("text"), owner=row.needed("owner"), deadline=deadline, amount=row["amount"],
                      amount_unit=row["amount_unit"])
