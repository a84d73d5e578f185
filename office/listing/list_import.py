"""A list that comes as an Excel file: looked through first, every fault with its cell and cure, then entered whole.

What is on the list already (its number, or the same thing of the same unit by the same day) is left as it is: the same
file twice is the file once. Where the file has it from another source, that source is linked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from db.engine import Connection, Database
from db.item_values import ItemKind, NewItem, Source, SourceKind
from db.reads import sittings as sitting_reads
from db.reads.known_items import known_things, said_anew, thing_of
from db.stores.whole_lists import Ready, make_ready, seen_by
from db.values import Staff
from db.work import work
from office import local_time
from office.listing.item_rights import may_list
from office.listing.items import check_new
from office.listing.linking import Links, link_all, make_links, still_stand
from office.listing.list_form import ALSO_SAID, COLUMNS, DIRECTIONS, KINDS, SHEET, SOURCES, milestones_in
from office.refusal import NotAllowed, Refused
from office.sheets.workbook import Fault, Line, read_date, read_sheet
from office.sheets.workbook_file import read_file
from scoring.life_rules import LifeRefused

_TEXTS = {"text": "内容", "owner": "责任人", "contact_leader": "联系领导", "supervisor": "督导员", "team": "工作班子",
          "project": "项目", "batch": "批次", "category": "分类", "shortcoming": "不足", "gap": "现状",
          "goal": "目标", "value": "目标值",
          "value_unit": "计量单位", "baseline": "基数", "part_of": "所属编号", "note": "备注", "number": "编号"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCheck:
    """What a file would do: what it adds, how many lines are on the list already, which of these it has from a source
    that is not linked yet (number, source), and what has to be mended first."""

    new: tuple[NewItem, ...]
    known: int
    linked: tuple[tuple[str, Source], ...] = ()
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]

    @property
    def sentence(self) -> str:
        if self.faults:
            return f"有{len(self.faults)}处要改，改好后再上传；现在什么都没有写入。"
        there = f"，{self.known}项清单里已经有，不再重复" if self.known else ""
        there += f"，其中{len(self.linked)}项关联新的来源" if self.linked else ""
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
        numbers, things = known_things(c)
    at_fault = {one.row for one in faults}
    whole = numbers | {line["编号"] for line in lines}
    same_words = {thing[:3] for thing in things}
    new: list[NewItem] = []
    again, twice, apart = [], [], []
    known = 0
    by_number: dict[str, int] = {}
    rows: set[tuple[str, ...]] = set()
    for line in lines:
        if line.row in at_fault:
            continue
        one, wrong = _item(line, units, whole, today, listed=numbers)
        if one is not None and one.number and by_number.setdefault(one.number, line.row) != line.row:
            wrong.append(line.fault("编号", f"与第{by_number[one.number]}行的编号相同", "每项一个编号，请改成各不相同"))
        faults += wrong
        if wrong or one is None:
            continue
        thing = thing_of(one)
        if (one.number in numbers) if one.number else (thing in things):
            known += 1
            again += [(things[thing], one.source)] if not one.number else []
        elif not one.number and thing in rows:
            twice.append(line.row)
        else:
            apart += [line.row] if not one.number and thing[:3] in same_words else []
            new.append(one)
            if not one.number:
                rows.add(thing)
                same_words.add(thing[:3])
    faults.sort(key=lambda one: one.row)
    if twice:
        notes.append(f"{_rows(twice)}与文件里前面的一行相同，只列一次")
    if apart:
        notes.append(f"{_rows(apart)}与另一项内容相同、期限不同，另列一项；如果是同一件事，请删去这些行，到那一项申请延期或关联来源")
    with database.reading() as c:
        linked = said_anew(c, again)
    return ListCheck(new=tuple(new), known=known, linked=linked, faults=tuple(faults), notes=tuple(notes))


def import_list(database: Database, data: bytes, *, who: Staff, at: datetime) -> tuple[str, ...]:
    """Enter everything that the file adds, all or nothing; the numbers given. Raises Refused with the first fault."""
    if not may_list(who):
        raise NotAllowed("导入清单由督办机构办理。")
    found = check_list(database, data, today=local_time.day(at))
    if found.faults:
        raise Refused(found.faults[0].words + (f"（共{len(found.faults)}处）" if len(found.faults) > 1 else ""))
    return enter_all(database, found.new, found.linked, by=who.name, at=at, role=who.title)


def enter_all(database: Database, new: Iterable[NewItem], linked: Iterable[tuple[str, Source]] = (), *, by: str,
              at: datetime, role: str = "") -> tuple[str, ...]:
    """Enter them in one transaction, with one line in the record; what somebody else entered meanwhile is left out.

    Phones wait for the same writer: everything is made ready before it is held, and made again, while all wait, only
    where the list has changed in between.
    """
    asked, said_again = tuple(new), tuple(linked)
    with database.reading() as c:
        ready, links = _ready(c, asked, said_again, by=by, at=at, role=role)
    with work(database) as w:
        w.record.hold()
        if seen_by(w.c) != ready.seen or not still_stand(w.c, links):
            ready, links = _ready(w.c, asked, said_again, by=by, at=at, role=role)
        numbers = w.items.enter_ready(ready)
        if numbers:
            w.record.append(at=at, actor=by, action="清单：批量列入", count=len(numbers),
                            item=numbers[0] if len(numbers) == 1 else f"{numbers[0]} 至 {numbers[-1]}")
        link_all(w, links, by=by, at=at)
    return numbers


def _ready(c: Connection, new: Iterable[NewItem], linked: Sequence[tuple[str, Source]], *, by: str, at: datetime,
           role: str) -> tuple[Ready, Links]:
    """Those with a number come first: a number that is given to another must not be theirs."""
    seen = seen_by(c)
    there, things = known_things(c)
    fresh = [one for one in sorted(new, key=lambda one: not one.number)
             if ((one.number not in there) if one.number else thing_of(one) not in things)]
    units = set(seen.units)
    try:
        ready = make_ready(c, [check_new(one, units) for one in fresh], seen, by=by, at=at, role=role)
    except LifeRefused as refused:
        raise Refused(refused.text) from None
    return ready, make_links(c, linked, by=by, at=at, role=role)


def _rows(rows: list[int]) -> str:
    return f"第{'、'.join(str(one) for one in rows[:10])}行" + (f"等{len(rows)}行" if len(rows) > 10 else "")


def _item(line: Line, units: Mapping[str, str], numbers: set[str], today: date, *,
          listed: set[str]) -> tuple[NewItem | None, list[Fault]]:
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
    sources = SOURCES | ALSO_SAID
    word("来源", SOURCES if line["来源"] not in sources else sources)
    word("方向", {words: key for key, words in DIRECTIONS.items()})
    listed_on, started_on, deadline = day("列入日期"), day("开始日期"), day("期限")
    if listed_on is not None and listed_on > today:
        faults.append(line.fault("列入日期", f"{listed_on.isoformat()}晚于今天", "请改正；不填即今天"))
    if started_on is not None and deadline is not None and started_on > deadline:
        faults.append(line.fault("开始日期", f"{started_on.isoformat()}晚于期限{deadline.isoformat()}", "请改正其中一个"))
    if line["所属编号"] and (line["所属编号"] not in numbers or line["所属编号"] == line["编号"]):
        faults.append(line.fault("所属编号", f"清单和文件里都没有另一项“{line['所属编号'][:20]}”", "请写那一项的编号，或不填"))
    milestones, unread = milestones_in(line["时间节点"])
    faults += [line.fault("时间节点", f"“{one[:20]}”没有写清日期和内容", "请一行一个，如 2026-03-31 主体结顶") for one in unread]
    split = re.split("[、，,；;\n]", line["配合单位"])
    texts: dict[str, Any] = {name: line[column] for name, column in _TEXTS.items()}
    new = NewItem(
        kind=KINDS.get(line["类别"], ItemKind.PROBLEM), unit=unit("责任单位", line["责任单位"]),
        source=Source(kind=sources.get(line["来源"], SourceKind.IMPORT), words=line["来源说明"]),
        listed_on=listed_on or today, deadline=deadline, started_on=started_on, milestones=milestones,
        lead_unit=unit("牵头单位", line["牵头单位"]),
        supporting=tuple(unit("配合单位", one.strip()) for one in split if one.strip()),
        measures=tuple(one.strip() for one in line["措施"].splitlines() if one.strip()),
        direction={words: key for key, words in DIRECTIONS.items()}.get(line["方向"], "up"),
        **texts)
    if faults:
        return None, faults
    try:
        return check_new(new, set(units.values()), listed=listed), faults
    except Refused as refused:
        return None, [line.fault("", str(refused).rstrip("。"), "改好后再上传")]
