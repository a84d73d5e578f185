"""Lines of a workbook held against a sitting: what would change, line by line, and what does not fit. Pure.

This file has what all sheets share, and the sheet 单位; the others are `workbook_seats` and `workbook_promises`.

What the first ballot has fixed is refused here in the words of `office.sitting.mending`. A line that repeats what the sitting
holds changes nothing; a line with a fault gives a fault and no change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from db.values import Declaration, Seat, Sitting, Target, Unit
from office.sheets.workbook import Fault, Line
from office.sheets.workbook_form import NO, UNITS, YES
from office.sitting.plan import KIND_WORDS, PlannedQuestion, PlannedSeat, PlannedSegment, PlannedTarget, PlannedUnit
from scoring.rule import Rule

_KINDS = {words: key for key, words in KIND_WORDS.items()} | {key: key for key in KIND_WORDS} | {
    "县": "county", "区": "county", "县级市": "county", "县市区": "county", "乡镇": "town", "街道": "town", "镇街": "town"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What the sitting holds now. `scored`: targets that are or were balloted; `fixed`: their declarations stay; `ran`:
    a segment has begun; `questions`: those that were prepared."""

    sitting: Sitting
    rule: Rule
    units: tuple[Unit, ...]
    targets: tuple[Target, ...]
    seats: tuple[Seat, ...]
    declarations: Mapping[str, Declaration]
    begun: bool
    open: bool
    published: bool
    scored: frozenset[str]
    fixed: frozenset[str]
    segments: tuple[PlannedSegment, ...]
    ran: bool
    questions: tuple[PlannedQuestion, ...]
    latecomer: tuple[str, str] | None = None  # why no target may come in any more, and what to do


@dataclass(slots=True)
class Changes:
    """What would be written, and each change in words with its sheet and row."""

    settings: dict[str, object]
    units: list[PlannedUnit]
    targets: list[PlannedTarget]
    changed_targets: dict[str, dict[str, object]]
    order: tuple[str, ...]
    seats: list[PlannedSeat]
    changed_seats: dict[str, dict[str, str]]
    declarations: dict[str, Declaration]
    segments: tuple[PlannedSegment, ...] | None
    questions: list[PlannedQuestion]
    words: list[tuple[str, int, str]]

    def routes(self, held: Held) -> frozenset[str]:
        """The routes of the agenda as it will be."""
        changed = {key: str(values["route"]) for key, values in self.changed_targets.items()}
        return frozenset({changed.get(one.key, one.route) for one in held.targets} | {one.route for one in self.targets})

    @classmethod
    def none(cls) -> Changes:
        return cls({}, [], [], {}, (), [], {}, {}, None, [], [])

    def say(self, line: Line, words: str) -> None:
        self.words.append((line.sheet, line.row, words))


class Checker:
    """One reading of one workbook against one sitting: `changes`, `faults` and `notes` grow as sheets are read."""

    def __init__(self, held: Held, *, orderly: bool = True) -> None:
        self.held = held
        self.orderly = orderly  # no row of the sheet 单位 was lost before it came here
        self.changes = Changes.none()
        self.other_sitting = False  # the workbook names another one: nothing of it may be taken
        self.faults: list[Fault] = []
        self.notes: list[str] = []
        self.along: list[tuple[str, int]] = []  # (sheet, row) of good rows that go out with a bad one
        self.targets = {one.key: one.name for one in held.targets}  # as they will be
        self._registered = {one.key: one for one in held.units}
        self.units = {one.key: one.name for one in held.units}
        self._unit_by_name = {one.name: one.key for one in reversed(held.units)}
        self._coming: dict[str, tuple[Line, str]] = {}  # units to register: the line that brings it, its kind
        self._circular: set[str] = set()
        self._free = 1

    def fault(self, line: Line, column: str, said: str, cure: str) -> None:
        self.faults.append(line.fault(column, said, cure))

    def agenda(self, lines: Iterable[Line]) -> None:
        lines = tuple(lines)
        self._register(lines)
        by_key = {one.key: one for one in self.held.targets}
        by_name = {one.name: one for one in reversed(self.held.targets)}
        # a number that a later row states is not given away to an earlier one that states none
        taken, first, named = {*by_key, *(line["编号"] for line in lines)}, dict[str, int](), dict[str, int]()
        order = []
        for line in lines:
            key, name = line["编号"], line["名称"]
            known = by_key.get(key) if key else by_name.get(name)
            row = first.get(known.key if known else key) or (None if key else named.get(name))
            if row is not None:
                self.fault(line, "编号" if key else "名称", f"和第{row}行重复", "请删去一行，或改掉一个")
                continue
            named[name] = first[known.key if known else key] = line.row
            first.pop("", None)
            unit = self._unit_of(line)
            ranked = {YES: True, NO: False, "": known.ranked if known else True}.get(line["参加排名"])
            if ranked is None:
                self.fault(line, "参加排名", f"“{line['参加排名'][:10]}”看不懂", f"请写{YES}或{NO}")
            speaks = {YES: True, NO: False, "": known.speaks if known else True}.get(line["上台发言"])
            if speaks is None:
                self.fault(line, "上台发言", f"“{line['上台发言'][:10]}”看不懂", f"请写{YES}或{NO}")
            if unit is None or ranked is None or speaks is None:
                continue
            if known:
                fits = self._change_target(line, known, unit, ranked, speaks)
            elif self.held.latecomer is not None:
                self.fault(line, "名称", *self.held.latecomer)
                fits = False
            else:
                fits = self._add_target(line, key, by_name, unit, ranked, speaks, taken)
            if fits:
                order.append(known.key if known else self.changes.targets[-1].key)
        self._forget_unused_units()
        self._order(order)

    def _register(self, lines: tuple[Line, ...]) -> None:
        """Units that the register does not hold yet; a parent may stand further down."""
        held, n = {one.key for one in self.held.targets}, 1
        for line in lines:
            name, kind = line["所属单位"] or line["名称"], _KINDS.get(line["类别"])
            renamed = line["编号"] in held and not line["所属单位"]
            if kind is None or renamed or self.find_unit(name) is not None:
                continue  # _unit_of says what is missing
            while f"D{n:02d}" in self.units:
                n += 1
            key = f"D{n:02d}"
            self._unit_by_name[name], self.units[key] = key, name
            self._coming[key] = (line, kind)
        above = {key: self.find_unit(line["上级单位"]) for key, (line, _kind) in self._coming.items()}
        for start in above:
            seen, up = {start}, above[start]
            while up in above and up not in seen:
                seen.add(up)
                up = above[up]
            if up == start:
                self._circular.add(start)

    def _forget_unused_units(self) -> None:
        """A unit is registered with the agenda item that brings it, or as the parent of such a one."""
        used = [one.unit for one in self.changes.targets if one.unit in self._coming]
        kept: dict[str, PlannedUnit] = {}
        while used:
            key = used.pop()
            if key in kept:
                continue
            line, kind = self._coming[key]
            parent = self.find_unit(line["上级单位"]) or ""
            kept[key] = PlannedUnit(key=key, name=self.units[key], kind=kind, parent=parent)
            if parent in self._coming:
                used.append(parent)
        for key, (line, kind) in self._coming.items():
            if key in kept:
                self.changes.units.append(kept[key])
                self.changes.say(line, f"登记单位“{self.units[key]}”（{KIND_WORDS[kind]}）")
            else:
                del self._unit_by_name[self.units.pop(key)]

    def _unit_of(self, line: Line) -> str | None:
        """The key of the unit of a line; what is said about it must agree with the register."""
        column = "所属单位" if line["所属单位"] else "名称"
        name, kind, parent = line[column], line["类别"], line["上级单位"]
        if kind and kind not in _KINDS:
            self.fault(line, "类别", f"“{kind[:20]}”不是单位类别", f"请写{'、'.join(KIND_WORDS.values())}之一")
            return None
        if parent and self.find_unit(parent) is None:
            self.fault(line, "上级单位", f"单位库里没有“{parent[:30]}”，表里也没有", "请先登记，或把这一格清空")
            return None
        key = self.find_unit(name)
        if key is None:
            known = next((one for one in self.held.targets if one.key == line["编号"]), None) if line["编号"] else None
            if known is not None and not line["所属单位"]:
                return known.unit  # the item itself is renamed, not its unit
            self.fault(line, "类别", f"单位库里没有“{name[:30]}”，登记它要知道类别",
                       f"请填写{'、'.join(KIND_WORDS.values())}之一；如果是项目，请填写所属单位")
            return None
        if key in self._circular:
            self.fault(line, "上级单位", "绕回了自己", "上级单位不能是本单位或它的下级，请改正")
            return None
        held = self._registered.get(key)
        if held is not None and kind and _KINDS[kind] != held.kind:
            self.fault(line, "类别", f"单位库里“{held.name}”是{KIND_WORDS[held.kind]}", "请改成一样的，或到单位库里更正")
            return None
        if held is not None and parent and self.find_unit(parent) != held.parent:
            self.fault(line, "上级单位", f"和单位库里“{held.name}”的上级单位不一样", "请改成一样的，或到单位库里更正")
            return None
        return key

    def find_unit(self, asked: str) -> str | None:
        return asked if asked in self.units else self._unit_by_name.get(asked)

    def _add_target(self, line: Line, key: str, by_name: Mapping[str, Target], unit: str, ranked: bool,
                    speaks: bool, taken: set[str]) -> bool:
        name = line["名称"]
        if name in by_name:
            self.fault(line, "编号", f"“{name}”已在议程里，编号是{by_name[name].key}", "请改成这个编号，或把这一格清空")
            return False
        if not all(ch.isalnum() or ch in "-_" for ch in key) or len(key) > 40:
            self.fault(line, "编号", f"“{key[:20]}”里有不能用的字符", "请用字母、数字、- 和 _，例如 U14")
            return False
        if not key:
            while f"U{self._free:02d}" in taken:
                self._free += 1
            key = f"U{self._free:02d}"
            taken.add(key)
        self.targets[key] = name
        self.changes.targets.append(PlannedTarget(key=key, name=name, unit=unit, presenter=line["汇报人"],
                                                  ranking_group=line["排名组"], ranked=ranked, speaks=speaks,
                                                  route=line["观摩线路"]))
        self.changes.say(line, f"议程添加“{name}”（{key}）")
        return True

    def _change_target(self, line: Line, known: Target, unit: str, ranked: bool, speaks: bool) -> bool:
        if unit != known.unit:
            self.fault(line, "所属单位" if line["所属单位"] else "名称",
                       f"“{known.name}”属于{known.unit_name}，所属单位不能改", "请改回，或先移出议程再重新列入")
            return False
        new: dict[str, object] = dict(name=line["名称"], presenter=line["汇报人"] or known.presenter,
                                      ranking_group=line["排名组"] or known.ranking_group, ranked=ranked,
                                      speaks=speaks, route=line["观摩线路"] or known.route)
        changed = {name: value for name, value in new.items() if value != getattr(known, name)}
        if changed and known.key in self.held.scored:
            self.fault(line, "", f"{known.name}已经打分，不能再改", "请改回原来的，或删去这一行")
            return False
        if self.held.begun and {"ranking_group", "ranked"} & changed.keys():
            self.fault(line, "排名组" if "ranking_group" in changed else "参加排名", "已经开始打分，排名组和是否排名不能再改",
                       "请改回原来的")
            return False
        if changed:
            self.changes.changed_targets[known.key] = new
            self.targets[known.key] = line["名称"]
            self.changes.say(line, f"议程更正“{known.name}”：{said(changed, known)}")
        return True

    def _order(self, listed: list[str]) -> None:
        """Rows are the order of the agenda, until it was drawn or balloting began."""
        before = [one.key for one in self.held.targets]
        added = [one.key for one in self.changes.targets]
        after = _arranged(before, listed)
        if after == [*before, *added]:
            return
        if not self.orderly or any(one.sheet == UNITS for one in self.faults):
            self.notes.append(f"“{UNITS}”表里有行要改，次序没有采用，改好后再上传一次")
            return
        if self.held.begun or self.held.sitting.draw_seed is not None:
            if [key for key in listed if key in set(before)] != [key for key in before if key in set(listed)]:
                why = "已经开始打分" if self.held.begun else "次序已经抽签"
                self.notes.append(f"{why}，“{UNITS}”表里的次序没有采用，请在主持台调整")
            return
        self.changes.order = tuple(after)
        self.changes.words.append((UNITS, 0, "议程按表里的次序排列"))


def _arranged(before: list[str], listed: list[str]) -> list[str]:
    """Who is not listed keeps the place; who is listed changes places among themselves; a new one follows its neighbour."""
    known = iter([key for key in listed if key in set(before)])
    after = [next(known) if key in set(listed) else key for key in before]
    placed = set(before)
    for n, key in enumerate(listed):
        if key in placed:
            continue
        if n:
            after.insert(after.index(listed[n - 1]) + 1, key)
        else:
            later = next((one for one in listed if one in placed), None)
            after.insert(len(after) if later is None else after.index(later), key)
        placed.add(key)
    return after


_WORDS = {"name": "名称", "person": "姓名或职务", "presenter": "汇报人", "ranking_group": "排名组", "ranked": "参加排名",
          "speaks": "上台发言", "route": "观摩线路", "group": "评委组", "unit": "本人单位"}


def said(changed: Mapping[str, object], before: Target | None) -> str:
    show: Callable[[object], object] = lambda value: (YES if value else NO) if isinstance(value, bool) else value  # noqa: E731
    return "，".join(f"{_WORDS[name]}{f'由“{show(getattr(before, name))}”' if before else ''}改为“{show(value)}”"
                    for name, value in changed.items())
