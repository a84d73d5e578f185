"""Sheets of a workbook read into lines with named columns: what is an example, a blank or a fault of form is told apart.

Every fault says sheet, row, column (as Excel names them), what is wrong and what to write instead. Whether a line fits
the sitting is `office.sheets.workbook_check`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from office.sheets.workbook_file import Cell, Sheet, letters, read_file
from office.sheets.workbook_form import ALSO_KNOWN, COLUMNS, EXAMPLE, HELP, PROMISES, SITTING, Column

HEAD_ROWS = 10  # a title may stand above the head
_DATE = re.compile(r"([0-9]{4})\s*[-/.年－／．]\s*([0-9]{1,2})\s*[-/.月－／．]\s*([0-9]{1,2})\s*日?(?:\s+0?0:00(?::00)?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing to mend. `row` 0: the whole sheet. `column`: letter and name, or empty for the whole row."""

    sheet: str
    row: int
    column: str
    said: str
    cure: str

    @property
    def words(self) -> str:
        place = f"“{self.sheet}”" + (f"第{self.row}行" if self.row else "") + (f"{self.column}列" if self.column else "")
        return f"{place}：{self.said}。{self.cure}。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row that counts; `[name]` is the text of a column, empty where it is blank or not there."""

    sheet: str
    row: int
    cells: Mapping[str, Cell]
    letters: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column].text if column in self.cells else ""

    def fault(self, column: str, said: str, cure: str) -> Fault:
        letter = self.letters.get(column, "")
        return Fault(sheet=self.sheet, row=self.row, column=f"{letter}（{column}）" if letter else column, said=said,
                     cure=cure)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbook:
    """Lines by sheet, faults of form, and notes. `unreadable`: a fault that leaves no row to be trusted."""

    lines: Mapping[str, tuple[Line, ...]]
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]
    unreadable: bool
    faulty_units: frozenset[str] = frozenset()  # units of the sheet 承诺 with a row at fault, as written


def read_workbook(data: bytes) -> Workbook:
    """The lines of every sheet that is known. Raises Refused for a file that cannot be read at all."""
    lines: dict[str, tuple[Line, ...]] = {}
    faults: list[Fault] = []
    notes: list[str] = []
    unreadable, faulty_units = False, frozenset[str]()
    for sheet in read_file(data):
        if sheet.name == HELP or not sheet.rows:
            continue
        if sheet.name not in COLUMNS:
            if not sheet.hidden:
                notes.append(f"工作表“{sheet.name[:30]}”不是模板里的，没有读取")
            continue
        if sheet.hidden:
            faults.append(Fault(sheet=sheet.name, row=0, column="", said="这个工作表是隐藏的，里面的内容您看不到",
                                cure="请取消隐藏，核对后再上传；不用它就删去"))
            unreadable = True
            continue
        found, wrong, readable = read_sheet(sheet, COLUMNS[sheet.name], notes)
        at_fault = {one.row for one in wrong}
        lines[sheet.name] = tuple(line for line in found if line.row not in at_fault)
        if sheet.name == PROMISES:
            faulty_units = frozenset(line["单位"] for line in found if line.row in at_fault)
        faults += wrong
        unreadable |= not readable
    if not lines and not faults:
        faults.append(Fault(sheet="、".join(COLUMNS), row=0, column="", said="文件里没有这些工作表，或都是空的",
                            cure="请下载模板，填好后上传"))
        unreadable = True
    return Workbook(lines=lines, faults=tuple(faults), notes=tuple(notes), unreadable=unreadable,
                    faulty_units=faulty_units)


def read_date(text: str) -> date | None:
    """2026-6-30, 2026/06/30, 2026.6.30, 2026年6月30日 or 20260630, midnight behind it or not; None for anything else."""
    found = _DATE.fullmatch(text) or re.fullmatch("([0-9]{4})([0-9]{2})([0-9]{2})", text)
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


def read_sheet(sheet: Sheet, columns: Sequence[Column], notes: list[str]) -> tuple[tuple[Line, ...], list[Fault], bool]:
    """Its lines, its faults, and whether its head is so that the rows can be trusted at all."""
    known = {column.name: column for column in columns}
    needed = [name for name, column in known.items() if column.needed]
    head = next((n for n in sorted(sheet.rows)[:HEAD_ROWS]
                 if any(_bare(cell) == needed[0] for cell in sheet.rows[n].values())), None)
    if head is None:
        said = f"前{HEAD_ROWS}行里没有表头“{needed[0]}”"
        return (), [Fault(sheet=sheet.name, row=0, column="", said=said, cure="请保留模板的表头")], False
    places: dict[int, str] = {}
    faults: list[Fault] = []
    for column, cell in sorted(sheet.rows[head].items()):
        name = _bare(cell)
        if name in known and name not in places.values():
            places[column] = name
        elif name not in ALSO_KNOWN:
            said = f"“{name[:20]}”这一列写了两次" if name in known else f"不认识列名“{name[:20]}”"
            faults.append(Fault(sheet=sheet.name, row=head, column=letters(column), said=said,
                                cure=f"请用这些列名：{'、'.join(known)}；只是备注就叫“备注”"))
    faults += [Fault(sheet=sheet.name, row=head, column="", said=f"没有“{name}”这一列", cure="请补上，列名照模板写")
               for name in needed if name not in places.values()]
    if faults:
        return (), faults, False
    by_name = {name: letters(column) for column, name in places.items()}
    lines, skipped = [], 0
    for number in sorted(n for n in sheet.rows if n > head):
        row = sheet.rows[number]
        cells = {name: row[column] for column, name in places.items() if column in row and name != "怎么填"}
        if not any(cell.text or cell.trouble for cell in cells.values()):
            continue
        line = Line(sheet=sheet.name, row=number, cells=cells, letters=by_name)
        if next((cell.text for cell in cells.values() if cell.text), "").startswith(EXAMPLE):
            skipped += 1
            continue
        faults += _faults_of(line, sheet, needed)
        lines.append(line)
    if skipped:
        notes.append(f"“{sheet.name}”有{skipped}行示例，没有读取")
    if sheet.hidden_rows and sheet.name != SITTING:
        notes.append(f"“{sheet.name}”有{sheet.hidden_rows}行被隐藏或筛掉，照样读取")
    return tuple(lines), faults, True


def _bare(head: Cell) -> str:
    """People mark needed columns with a star."""
    return head.text.rstrip("*＊ ")


def _faults_of(line: Line, sheet: Sheet, needed: list[str]) -> list[Fault]:
    """What is wrong with a row before anybody looks at what it means."""
    found = [line.fault("", f"有合并的单元格 {area}", "请取消合并，每一行各自填写")
             for first, last, area in sheet.merged if first <= line.row <= last]
    for name, cell in line.cells.items():
        if cell.trouble:
            found.append(line.fault(name, cell.trouble, "请直接填写内容，或用 Excel 打开、改正公式并保存后再上传"))
        elif len(cell.text) > 2000:
            found.append(line.fault(name, f"有{len(cell.text)}个字", "请缩短到2000字以内"))
    if not found:
        found += [line.fault(name, f"没有填{name}", "请填写，或整行删去") for name in needed if not line[name]]
    return found
