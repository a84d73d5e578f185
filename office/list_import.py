"""A list that comes as an Excel file: looked through first, every fault with its cell and cure, then entered whole.

What is on the list already (its number, or the same thing of the same unit) is left as it is: the same file twice is
the file once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from db.engine import Database
from db.item_values import ItemKind, NewItem, Source, SourceKind
from db.reads import items as reads
from db.reads import sittings as sitting_reads
from db.values import Staff
from db.work import work
from office import local_time
from office.item_rights import may_list
from office.items import check_new
from office.list_form import COLUMNS, DIRECTIONS, KINDS, SHEET, SOURCES
from office.refusal import NotAllowed, Refused
from office.workbook import Fault, Line, read_date, read_sheet
from office.workbook_file import read_file
from scoring.life_rules import LifeRefused

_TEXTS = {"text": "内容", "owner": "责任人", "contact_leader": "联系领导", "supervisor": "督导员", "team": "工作班子",
          "project": "项目", "batch": "批次", "category": "分类", "shortcoming": "不足", "gap": "现状",
          "goal": "目标", "value": "目标值",
          "value_unit": "计量单位", "baseline": "基数", "part_of": "所属编号", "note": "备注", "number": "编号"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCheck:
    """What a file would do: what it adds, how many lines are on the list already, and what has to be mended first."""

    new: tuple[NewItem, ...]
    known: int
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]

    @property
    def sentence(self) -> str:
        if self.faults:
            return f"有{len(self.faults)}处要改，改好后再上传；现在什么都没有写入。"
        there = f"，{self.known}项清单里已经有，不再重复" if self.known else ""
        return f"可以列入{len(self.new)}项{there}。"


def check_list(database: Database, data: bytes, *, today: date) -> ListCheck:
    """Look a file through. Raises Refused for one that cannot be read at all."""
    notes: list[str] = []
    sheets = [one for one in read_file(data) if one.name == SHEET and not one.hidden]
    if not sheets:
        raise Refused(f"文件里没有工作表“{SHEET}”。请下载模板，填好后上传。")
    lines, faults, readable = read_sheet(sheets[0], COLUMNS, notes)
    if not readable:
        return ListCheck(new=(), known=0, faults=tuple(faults), notes=tuple(notes))
    with database.reading() as c:
        units = {one.name: one.key for one in sitting_reads.units(c)}
        numbers, said = reads.known_things(c)
    at_fault = {one.row for one in faults}
    new: list[NewItem] = []
    known = 0
    taken: dict[str, int] = {}
    for line in lines:
        if line.row in at_fault:
            continue
        one, wrong = _item(line, units, today)
        if one is not None and one.number and taken.setdefault(one.number, line.row) != line.row:
            wrong.append(line.fault("编号", f"与第{taken[one.number]}行的编号相同", "每项一个编号，请改成各不相同"))
        faults += wrong
        if wrong or one is None:
            continue
        thing = (one.unit, one.kind.value, one.text)
        if (one.number in numbers) if one.number else (thing in said):
            known += 1
        else:
            new.append(one)
            said.add(thing) if not one.number else None
    return ListCheck(new=tuple(new), known=known, faults=tuple(faults), notes=tuple(notes))


def import_list(database: Database, data: bytes, *, who: Staff, at: datetime) -> tuple[str, ...]:
    """Enter everything that the file adds, all or nothing; the numbers given. Raises Refused with the first fault."""
    if not may_list(who):
        raise NotAllowed("导入清单由督办机构办理。")
    found = check_list(database, data, today=local_time.day(at))
    if found.faults:
        raise Refused(found.faults[0].words + (f"（共{len(found.faults)}处）" if len(found.faults) > 1 else ""))
    return enter_all(database, found.new, by=who.name, at=at, role=who.title)


def enter_all(database: Database, new: Iterable[NewItem], *, by: str, at: datetime, role: str = "") -> tuple[str, ...]:
    """Enter them in one transaction, with one line in the record; what somebody else entered meanwhile is left out.

    Those with a number come first: a number that is given to another must not be theirs.
    """
    with work(database) as w:
        w.record.hold()
        units = {one.key for one in sitting_reads.units(w.c)}
        there, said = reads.known_things(w.c)
        fresh = [one for one in sorted(new, key=lambda one: not one.number)
                 if ((one.number not in there) if one.number else (one.unit, one.kind.value, one.text) not in said)]
        try:
            numbers = tuple(w.items.enter(check_new(one, units), by=by, at=at, by_role=role) for one in fresh)
        except LifeRefused as refused:
            raise Refused(refused.text) from None
        if numbers:
            w.record.append(at=at, actor=by, action="清单：批量列入", count=len(numbers),
                            item=numbers[0] if len(numbers) == 1 else f"{numbers[0]} 至 {numbers[-1]}")
    return numbers


def _item(line: Line, units: Mapping[str, str], today: date) -> tuple[NewItem | None, list[Fault]]:
    faults: list[Fault] = []

    def unit(column: str, name: str) -> str:
        if name and name not in units:
            near = "、".join(sorted(one for one in units if name[:2] in one)[:5])
            faults.append(line.fault(column, f"单位库里没有“{name[:30]}”",
                                     f"请写单位库里的名称{f'，例如{near}' if near else ''}，或先登记单位"))
        return units.get(name, "")

    def day(column: str) -> date | None:
        found = read_date(line[column]) if line[column] else None
        if line[column] and found is None:
            faults.append(line.fault(column, f"“{line[column][:20]}”不是日期", "请写成 2026-06-30 这样"))
        return found

    def word(column: str, words: Mapping[str, object]) -> None:
        if line[column] and line[column] not in words:
            faults.append(line.fault(column, f"不认识“{line[column][:20]}”", f"请从这些里选：{'、'.join(words)}"))

    word("类别", KINDS)
    word("来源", SOURCES)
    word("方向", {words: key for key, words in DIRECTIONS.items()})
    split = line["配合单位"].replace("，", "、").replace(",", "、").replace("\n", "、").split("、")
    texts: dict[str, Any] = {name: line[column] for name, column in _TEXTS.items()}
    new = NewItem(
        kind=KINDS.get(line["类别"], ItemKind.PROBLEM), unit=unit("责任单位", line["责任单位"]),
        source=Source(kind=SOURCES.get(line["来源"], SourceKind.IMPORT), words=line["来源说明"]),
        listed_on=min(day("列入日期") or today, today), deadline=day("期限"), started_on=day("开始日期"),
        lead_unit=unit("牵头单位", line["牵头单位"]),
        supporting=tuple(unit("配合单位", one.strip()) for one in split if one.strip()),
        measures=tuple(one.strip() for one in line["措施"].splitlines() if one.strip()),
        direction={words: key for key, words in DIRECTIONS.items()}.get(line["方向"], "up"),
        **texts)
    if faults:
        return None, faults
    try:
        return check_new(new, set(units.values())), faults
    except Refused as refused:
        return None, [line.fault("", str(refused).rstrip("。"), "改好后再上传")]
