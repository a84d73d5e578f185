"""A list as a folder of text files (docs/sitting_folder.md): items.csv, item_milestones.csv, item_events.csv, evidence/.

    plan = read_list(Path("sample_sessions/yongkang_projects"), units={...})
    load_list(database, plan, by="命令行", at=now)

It stands beside a sitting's files, or alone with units.csv and list.toml. All of it is right, or it is refused with
file, row and column. An item whose number is on the list already is left as it is, with everything that happened to it.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from db.item_events import listing
from db.item_values import ItemKind, Milestone, NewItem, Source, SourceKind
from office.folders.folder_rows import Row, bytes_of, refuse_twice, rows_of
from office.listing.items import check_new
from office.local_time import CHINA
from office.refusal import Refused
from office.sitting.plan import COUNTED_KINDS, PlannedUnit
from scoring import family
from scoring.commitment import Event, Kind, Verdict
from scoring.item import Item
from scoring.life import apply
from scoring.life_rules import OWNERS_OWN, LifeRefused
from scoring.number import NotANumber, parse_decimal
from scoring.rows import PackageRefused

ITEMS, EVENTS, MILESTONES, EVIDENCE, ABOUT = "items.csv", "item_events.csv", "item_milestones.csv", "evidence", "list.toml"
NEEDED = ("item", "kind", "text", "unit", "listed_on", "source")
MAY_HAVE = ("owner", "lead_unit", "supporting", "contact_leader", "supervisor", "team", "project", "batch", "category",
            "shortcoming", "gap", "goal", "measures", "value", "value_unit", "baseline", "direction", "started_on",
            "deadline", "source_words", "part_of", "target", "note")
EVENT_NEEDED = ("item", "on", "kind")
EVENT_MAY_HAVE = ("by", "unit", "role", "text", "deadline", "due", "to", "leader", "value", "share", "stage", "node", "as_of",
                  "evidence", "slip", "level", "below", "urgent", "granted", "passed", "verdict", "into")
_NOT_IN_FILES = (Kind.LISTED, Kind.SPLIT, Kind.LINKED, Kind.CORRECTED, Kind.ABSORBED, Kind.PART_ACCEPTED, Kind.PART_REOPENED,
                 Kind.PART_WITHDRAWN)
_OFFICE, _LIAISON, _SUPERVISOR, _LEADER = "督办机构", "责任单位联络员", "监督员", "领导"
_MORNING = time(9, 0, tzinfo=CHINA)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPlan:
    """What the files say. `events`: (item's number, what happened, names of its files), in order; `targets`: item -> target."""

    title: str = ""
    archived_on: date | None = None
    units: tuple[PlannedUnit, ...] = ()
    items: tuple[NewItem, ...] = ()
    targets: Mapping[str, str] = field(default_factory=dict)
    events: tuple[tuple[str, Event, tuple[str, ...]], ...] = ()
    files: Mapping[str, Path] = field(default_factory=dict)


def is_list(folder: Path) -> bool:
    """Whether there is a list in this folder."""
    return (folder / ITEMS).is_file()


def read_list(folder: Path, units: set[str] | None = None, targets: set[str] | None = None) -> ListPlan:
    """The list of a folder; `units` and `targets` of the sitting that it stands with. Raises Refused in one sentence."""
    try:
        return _read(folder, units, targets or set())
    except PackageRefused as refused:
        raise Refused(str(refused)) from None


def _read(folder: Path, units: set[str] | None, targets: set[str]) -> ListPlan:
    about = _about(folder) if units is None else {}
    own = _units(folder) if units is None else ()
    known = {one.key for one in own} if units is None else units
    rows = rows_of(folder, ITEMS, *NEEDED, defaults=dict.fromkeys(MAY_HAVE, ""))
    refuse_twice(rows, "item")
    nodes = _milestones(folder, {row["item"] for row in rows})
    items = tuple(_item(row, known, nodes[row["item"]], str(about.get("note", ""))) for row in rows)
    numbers = {one.number for one in items}
    for row in rows:
        if row["part_of"] and row["part_of"] not in numbers:
            raise row.refuse("part_of", f"不在{ITEMS}里，请写那一项的编号")
        if row["target"] and row["target"] not in targets:
            raise row.refuse("target", "不在targets.csv里，请改正")
    files = {one.name: one for one in sorted((folder / EVIDENCE).glob("*")) if one.is_file()}
    return ListPlan(title=str(about.get("title", "")), archived_on=about.get("archived_on"), units=own, items=items, files=files,
                    targets={row["item"]: row["target"] for row in rows if row["target"]},
                    events=_events(folder, {one.number: one for one in items}, known, set(files)))


def _about(folder: Path) -> dict[str, Any]:
    try:
        about = tomllib.loads(bytes_of(folder, ABOUT).decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise PackageRefused(ABOUT, f"读不出来（{fault}），请按TOML格式改正") from None
    for key, value in about.items():
        if key not in ("title", "note", "archived_on") or not isinstance(value, str):
            raise PackageRefused(ABOUT, f"“{key}”不认识，只写title、note和archived_on三行文字")
    if "archived_on" in about:
        try:
            about["archived_on"] = date.fromisoformat(about["archived_on"])
        except ValueError:
            raise PackageRefused(ABOUT, "archived_on不是日期，请写\"2019-06-30\"这样") from None
    return about


def _units(folder: Path) -> tuple[PlannedUnit, ...]:
    rows = rows_of(folder, "units.csv", "unit", "name", "kind", "parent")
    refuse_twice(rows, "unit")
    keys = {row["unit"] for row in rows}
    return tuple(PlannedUnit(key=row.needed("unit"), name=row.needed("name"),
                             kind=row.one_of("kind", COUNTED_KINDS, f"不认识，请写{'、'.join(COUNTED_KINDS)}之一"),
                             parent=row.one_of("parent", {*keys, ""}, "不在units.csv里")) for row in rows)


def _milestones(folder: Path, numbers: set[str]) -> Mapping[str, list[Milestone]]:
    found: dict[str, list[Milestone]] = defaultdict(list)
    for row in rows_of(folder, MILESTONES, "item", "text", "due", optional=True, defaults={"owner": ""}):
        found[row.one_of("item", numbers, f"不在{ITEMS}里")].append(
            Milestone(text=row.needed("text"), due=_day(row, "due"), owner=row["owner"]))
    return found


def _item(row: Row, units: set[str], nodes: list[Milestone], note: str) -> NewItem:
    kind = row.one_of("kind", set(ItemKind), f"不认识，请写{'、'.join(ItemKind)}之一")
    source = row.one_of("source", set(SourceKind), f"不认识，请写{'、'.join(SourceKind)}之一")
    row.one_of("unit", units, "不在units.csv里")
    texts = {name: row[name] for name in MAY_HAVE[:1] + MAY_HAVE[3:12] + MAY_HAVE[13:16] + ("part_of",)}
    new = NewItem(
        kind=ItemKind(kind), text=row.needed("text"), unit=row["unit"], number=row.needed("item"),
        source=Source(kind=SourceKind(source), words=row["source_words"]), listed_on=_day(row, "listed_on"),
        deadline=_maybe(row, "deadline"), started_on=_maybe(row, "started_on"), lead_unit=row["lead_unit"],
        supporting=tuple(row["supporting"].split()), measures=tuple(one.strip() for one in row["measures"].split("|") if one.strip()),
        direction=row.one_of("direction", ("", "up", "down"), "请写up或down") or "up", milestones=tuple(nodes),
        note=row["note"] or note, **texts)  # type: ignore[arg-type]
    try:
        return check_new(new, units)
    except Refused as refused:
        raise PackageRefused(ITEMS, str(refused).rstrip("。"), row=row.number) from None


def _events(folder: Path, items: Mapping[str, NewItem], units: set[str],
            files: set[str]) -> tuple[tuple[str, Event, tuple[str, ...]], ...]:
    """Every event, checked by living it: what cannot have happened is refused with its row."""
    stand: dict[str, Item] = {number: apply(None, first_event(one)) for number, one in items.items()}
    found: list[tuple[str, Event, tuple[str, ...]]] = []
    rows = rows_of(folder, EVENTS, *EVENT_NEEDED, optional=True, defaults=dict.fromkeys(EVENT_MAY_HAVE, ""))
    for n, row in enumerate(sorted(rows, key=lambda row: row["on"])):
        number = row.one_of("item", items.keys(), f"不在{ITEMS}里")
        row.one_of("node", {"", *(one.name for one in items[number].milestones)},
                   f"不是这一项在{MILESTONES}里的节点，请写日期、空格和内容，如2017-06-30 签约八成")
        event, names = _event(row, stand[number], units, n)
        for name in names:
            if name not in files:
                raise row.refuse("evidence", f"文件夹{EVIDENCE}里没有{name}")
        try:
            happened = family.happen(stand, number, event)
        except LifeRefused as refused:
            raise PackageRefused(EVENTS, refused.text.rstrip("。"), row=row.number) from None
        stand |= happened.items
        found.append((number, event, names))
    return tuple(found)


def first_event(new: NewItem) -> Event:
    """The listing of an item that comes from a folder: on the morning of the day that it says."""
    return listing(new, new.number, at=datetime.combine(new.listed_on, _MORNING), by=_OFFICE, role=_OFFICE)


def _event(row: Row, item: Item, units: set[str], n: int) -> tuple[Event, tuple[str, ...]]:
    kinds = [one.value for one in Kind if one not in _NOT_IN_FILES]
    kind = Kind(row.one_of("kind", kinds, f"不认识，请写{'、'.join(kinds)}之一"))
    on = _day(row, "on")
    own = kind in OWNERS_OWN
    by_unit = row.one_of("unit", {*units, ""}, "不在units.csv里") or (item.unit if own else "")
    usual = _LIAISON if own else {Kind.CHECKED: _SUPERVISOR, Kind.SIGNED_OFF: _LEADER}.get(kind, _OFFICE)
    names = tuple(row["evidence"].split())
    told: dict[str, Any] = {name: row[name] for name in ("text", "stage", "node", "slip", "into", "leader") if row[name]}
    told |= {name: _day(row, name) for name in ("deadline", "due", "as_of") if row[name]}
    told |= {name: row.is_yes(name, "请写yes或no") for name in ("granted", "passed", "urgent") if row[name]}
    told |= {name: row.whole(name) for name in ("level", "below") if row[name]}
    if row["value"]:
        told["value"] = _number(row, "value")
    if row["share"]:
        told["share"] = _number(row, "share") / 100
    if row["to"]:
        told["unit"] = row.one_of("to", units, "不在units.csv里")
    if row["verdict"]:
        told["verdict"] = Verdict(row.one_of("verdict", set(Verdict), f"请写{'、'.join(Verdict)}之一"))
    if names:
        told["evidence"] = names
    return Event(kind=kind, at=datetime.combine(on, _MORNING) + timedelta(seconds=n + 1), on=on,
                 by=row["by"] or row["role"] or usual, by_unit=by_unit, role=row["role"] or row["by"] or usual, **told), names


def _day(row: Row, column: str) -> date:
    try:
        return date.fromisoformat(row.needed(column))
    except ValueError:
        raise row.refuse(column, "不是日期，请写2019-06-30这样") from None


def _maybe(row: Row, column: str) -> date | None:
    return _day(row, column) if row[column] else None


def _number(row: Row, column: str) -> Fraction:
    try:
        return parse_decimal(row[column])
    except NotANumber:
        raise row.refuse(column, "不是数，请写95或33.5这样") from None
