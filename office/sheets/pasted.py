"""Lines pasted from a spreadsheet, read into units, targets and seats: all of them right, or refused with the line.

Columns are parted by a tab or by a comma of either kind; a header line that repeats the column names is skipped.
Units may be given by name or by key, judge groups too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from db.values import Unit
from office.refusal import Refused
from office.sitting.plan import KIND_WORDS, PlannedSeat, PlannedTarget, PlannedUnit
from scoring.rule import Rule

UNIT_COLUMNS = ("名称", "类别", "上级单位", "编号")
TARGET_COLUMNS = ("名称", "汇报人", "所属单位", "编号", "排名组")
SEAT_COLUMNS = ("编号", "组", "姓名或职务", "单位")


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    cells: tuple[str, ...]

    def __getitem__(self, column: int) -> str:
        return self.cells[column]

    def refuse(self, why: str) -> Refused:
        return Refused(f"第{self.number}行{why}")


def read_units(text: str, known: Iterable[Unit]) -> tuple[PlannedUnit, ...]:
    """`名称,类别,上级单位,编号`; only the name is needed. Keys are numbered on where none is given."""
    known = tuple(known)
    keys, names = _keys_by_name(known), {one.key for one in known}
    found: list[PlannedUnit] = []
    for line in _lines(text, UNIT_COLUMNS):
        if line[0] in keys:
            raise line.refuse(f"：“{line[0]}”已经登记过，请删去这一行。")
        key = line[3] or _free_key("D", names)
        if key in names:
            raise line.refuse(f"：编号“{key}”已经用过，请换一个。")
        if not all(ch.isalnum() or ch in "-_" for ch in key):
            raise line.refuse(f"：编号“{key}”里有不能用的字符，请用字母、数字、- 和 _。")
        parent = line[2] and _unit(line, line[2], keys, names)
        found.append(PlannedUnit(key=key, name=line[0], kind=_kind(line), parent=parent))
        names.add(key)
        keys[line[0]] = key
    return tuple(found)


def read_targets(text: str, units: Iterable[Unit], taken: Iterable[str]) -> tuple[PlannedTarget, ...]:
    """`名称,汇报人,所属单位,编号,排名组`; without a unit the name is the unit's own."""
    units = tuple(units)
    by_name, keys, used = _keys_by_name(units), {one.key for one in units}, set(taken)
    found: list[PlannedTarget] = []
    for line in _lines(text, TARGET_COLUMNS):
        unit = _unit(line, line[2] or line[0], by_name, keys)
        key = line[3] or _free_key("U", used)
        used.add(key)
        found.append(PlannedTarget(key=key, name=line[0], unit=unit, presenter=line[1], ranking_group=line[4],
                                   ranked=True))
    return tuple(found)


def targets_of(units: Iterable[Unit], taken: Iterable[str]) -> tuple[PlannedTarget, ...]:
    """Registered units put on the agenda under their own names."""
    used = set(taken)
    found = []
    for one in units:
        key = _free_key("U", used)
        used.add(key)
        found.append(PlannedTarget(key=key, name=one.name, unit=one.key, presenter="", ranking_group="", ranked=True))
    return tuple(found)


def read_seats(text: str, rule: Rule, units: Iterable[Unit]) -> tuple[PlannedSeat, ...]:
    """`编号,组,姓名或职务,单位`; group and unit by name or key, the unit may be empty."""
    units = tuple(units)
    by_name, keys = _keys_by_name(units), {one.key for one in units}
    groups = {one.key: one.key for one in rule.groups} | {one.name: one.key for one in rule.groups}
    groups |= {f"{one.name}组": one.key for one in rule.groups}
    found = []
    for line in _lines(text, SEAT_COLUMNS):
        if line[1] not in groups:
            raise line.refuse(f"：没有评委组“{line[1]}”，可用的是{'、'.join(one.name for one in rule.groups)}。")
        found.append(PlannedSeat(code=line[0], group=groups[line[1]], name=line[2],
                                 unit=line[3] and _unit(line, line[3], by_name, keys)))
    return tuple(found)


def _lines(text: str, columns: tuple[str, ...]) -> Iterator[_Line]:
    for number, written in enumerate(text.splitlines(), 1):
        if not written.strip():
            continue
        cells = tuple(cell.strip() for cell in re.split(r"[\t,，]", written))
        if cells[0] == columns[0] and set(cells) <= {*columns, ""}:
            continue
        if len(cells) > len(columns):
            raise Refused(f"第{number}行有{len(cells)}列，最多{len(columns)}列：{'，'.join(columns)}。")
        if not cells[0]:
            raise Refused(f"第{number}行没有写{columns[0]}。")
        yield _Line(number, cells + ("",) * (len(columns) - len(cells)))


def _kind(line: _Line) -> str:
    kinds = {words: key for key, words in KIND_WORDS.items()} | {key: key for key in KIND_WORDS}
    kinds |= {"县": "county", "区": "county", "县级市": "county", "县市区": "county", "乡镇": "town", "街道": "town",
              "镇街": "town"}
    if line[1] and line[1] not in kinds:
        raise line.refuse(f"：“{line[1]}”不是单位类别，请写{'、'.join(KIND_WORDS.values())}之一。")
    return kinds.get(line[1], "other")


def _unit(line: _Line, asked: str, by_name: Mapping[str, str], keys: Iterable[str]) -> str:
    if asked in keys:
        return asked
    if asked in by_name:
        return by_name[asked]
    raise line.refuse(f"：没有登记过单位“{asked}”，请先登记。")


def _keys_by_name(units: Iterable[Unit]) -> dict[str, str]:
    return {one.name: one.key for one in units}


def _free_key(letter: str, taken: Iterable[str]) -> str:
    used, n = set(taken), 1
    while f"{letter}{n:02d}" in used:
        n += 1
    return f"{letter}{n:02d}"
