"""What stands in an .xlsx file, as text: the standard library only, bounded, and every refusal a sentence.

A workbook is untrusted: sizes are checked before anything is unpacked, document types are refused, and nothing but
sheets, shared strings and number formats is read. Numbers stay exact (Decimal), dates become `2026-04-23`, a formula
gives the value it had when it was saved. What sheets mean is `office.sheets.workbook`.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Context, Decimal
from xml.etree.ElementTree import Element, ParseError, iterparse

from office.refusal import Refused

MOST_BYTES, MOST_UNPACKED, MOST_PARTS = 5_000_000, 40_000_000, 500
MOST_ROWS, MOST_CELLS, MOST_COLUMNS, MOST_EVENTS = 20_000, 200_000, 200, 1_500_000
MOST_MERGED = 1_000
_FIFTEEN = Context(prec=15)
_DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_PERCENT_FORMATS = {9, 10}
_ASCII = {n: n - 0xFEE0 for n in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))} \
    | {0x3000: 0x20, 0xA0: 0x20} | dict.fromkeys((0x200B, 0x200C, 0x200D, 0xFEFF))
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]|_x000[dD]_")  # Excel writes a carriage return as _x000D_
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


@dataclass(frozen=True, slots=True)
class Cell:
    """What a person sees in it; `trouble` says why it cannot be used, in words."""

    text: str
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Rows by Excel's number, cells by column from 1; only what is filled. `merged`: (first row, last row, range)."""

    name: str
    hidden: bool
    rows: Mapping[int, Mapping[int, Cell]]
    hidden_rows: int = 0
    merged: tuple[tuple[int, int, str], ...] = ()


@dataclass(slots=True)
class _Formats:
    """How numbers of a style are shown: "date", "percent" or "" by index."""

    shown: list[str] = field(default_factory=list)
    since: date = date(1899, 12, 30)

    def of(self, style: str) -> str:
        return self.shown[int(style)] if style.isdigit() and int(style) < len(self.shown) else ""


def read_file(data: bytes) -> tuple[Sheet, ...]:
    """Every sheet in its order. Raises Refused with one sentence for a file that is none, or is too large."""
    try:
        return _read(_parts(data))
    except (ParseError, LookupError, ValueError, ArithmeticError, RecursionError):
        raise Refused("文件的内容损坏，读不出来。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。") from None


def letters(column: int) -> str:
    """1 -> A, 27 -> AA."""
    found = ""
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


def tidy(text: str) -> str:
    """Full-width letters and digits made narrow, blanks at both ends and invisible characters gone."""
    return _CONTROL.sub("", text.translate(_ASCII).replace("\r\n", "\n").replace("\r", "\n")).strip()


def _parts(data: bytes) -> dict[str, bytes]:
    """The parts that are read, by name; sizes are checked first, and a part cannot give more than it declares."""
    if len(data) > MOST_BYTES:
        raise Refused(f"文件有{len(data) / 1e6:.1f}MB，最大{MOST_BYTES // 1_000_000}MB。请删去图片和多余的工作表后再上传。")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused("这是旧版 .xls 文件，或是加了密码的工作簿。请去掉密码，另存为“Excel 工作簿（.xlsx）”后再上传。")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            listed = packed.infolist()
            if len(listed) > MOST_PARTS or sum(one.file_size for one in listed) > MOST_UNPACKED:
                raise Refused("文件展开后过大，没有读取。请从模板重新填写一份，只保留要导入的内容。")
            names = {one.filename for one in listed}
            if "xl/workbook.xml" not in names:
                raise Refused("这不是 Excel 工作簿（.xlsx）。请下载模板，填好后上传。")
            wanted = [one for one in listed if one.filename in
                      ("xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml", "xl/styles.xml")
                      or (one.filename.startswith("xl/worksheets/") and one.filename.endswith(".xml"))]
            parts = {one.filename: packed.read(one) for one in wanted}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError):
        raise Refused("文件打不开：不是 .xlsx，或者没有传完整。请用 Excel 或 WPS 另存为 .xlsx 后再上传。") from None
    for part in parts.values():
        if b"<!DOCTYPE" in part.replace(b"\x00", b""):
            raise Refused("文件里有 Excel 不会写的内容（DOCTYPE），没有读取。请从模板重新填写一份。")
    return parts


def _read(parts: Mapping[str, bytes]) -> tuple[Sheet, ...]:
    formats, strings = _formats(parts.get("xl/styles.xml", b"")), _strings(parts.get("xl/sharedStrings.xml", b""))
    paths = {one.get("Id", ""): one.get("Target", "") for one in _elements(parts["xl/_rels/workbook.xml.rels"],
                                                                         "Relationship")}
    found, cells = [], 0
    for one in _elements(parts["xl/workbook.xml"], "workbookPr"):
        if one.get("date1904") in ("1", "true"):
            formats.since = date(1904, 1, 1)
    for one in _elements(parts["xl/workbook.xml"], "sheet"):
        link = next((value for name, value in one.attrib.items() if _local(name) == "id"), "")
        target = paths.get(link, "")
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if path in parts:
            sheet = _sheet(one, parts[path], strings, formats)
            cells += sum(len(row) for row in sheet.rows.values())
            if cells > MOST_CELLS:
                raise Refused(f"工作簿里的内容超过{MOST_CELLS}格，没有读取。请只保留要导入的内容。")
            found.append(sheet)
    return tuple(found)


def _sheet(about: Element, part: bytes, strings: list[str], formats: _Formats) -> Sheet:
    name = tidy(about.get("name", ""))
    rows: dict[int, dict[int, Cell]] = {}
    merged, at, hidden = [], 0, 0
    for one in _elements(part, "row", "mergeCell"):
        if _local(one.tag) == "mergeCell":
            corners = _REFERENCE.findall(one.get("ref", ""))
            if corners:
                merged.append((int(corners[0][1]), int(corners[-1][1]), one.get("ref", "")))
            continue
        at = int(one.get("r") or at + 1)
        cells = _cells(one, strings, formats)
        if not cells:
            continue
        if len(rows) >= MOST_ROWS:
            raise Refused(f"工作表“{name}”超过{MOST_ROWS}行，没有读取。请分开导入。")
        hidden += one.get("hidden") in ("1", "true")
        rows[at] = cells
    if len(merged) > MOST_MERGED:
        raise Refused(f"工作表“{name}”里合并的单元格太多，没有读取。请取消合并，每一行各自填写。")
    return Sheet(name=name, hidden=about.get("state", "visible") != "visible", rows=rows, hidden_rows=hidden,
                 merged=tuple(merged))


def _cells(row: Element, strings: list[str], formats: _Formats) -> dict[int, Cell]:
    found: dict[int, Cell] = {}
    column = 0
    for one in row:
        if _local(one.tag) != "c":
            continue
        reference = _REFERENCE.fullmatch(one.get("r", ""))
        column = _number(reference[1]) if reference else column + 1
        if column > MOST_COLUMNS:
            continue
        cell = _cell(one, strings, formats)
        if cell.text or cell.trouble:
            found[column] = cell
    return found


def _cell(one: Element, strings: list[str], formats: _Formats) -> Cell:
    kind, inside = one.get("t", "n"), {_local(part.tag): part for part in one}
    if kind == "inlineStr":
        return Cell(tidy(_text(inside["is"]))) if "is" in inside else Cell("")
    value = (inside["v"].text or "") if "v" in inside else ""
    if value == "":
        return Cell("", "公式还没有算出值") if "f" in inside and kind != "str" else Cell("")
    match kind:
        case "s":
            return Cell(tidy(strings[int(value)]))
        case "e":
            return Cell(value, f"单元格是错误值 {value[:12]}")
        case "b":
            return Cell("是" if value == "1" else "否")
        case "n":
            return Cell(_number_shown(Decimal(value), formats.of(one.get("s", "0")), formats.since))
        case "d":
            return Cell(value[:10])
        case _:
            return Cell(tidy(value))


def _number_shown(value: Decimal, shown: str, since: date) -> str:
    """As Excel shows it: fifteen digits, a day for a date, with its sign for a percentage."""
    if shown == "date" and 0 < value < 2_958_466:
        return (since + timedelta(days=int(value))).isoformat()
    if value and not Decimal("1e-15") <= abs(value) < Decimal("1e15"):
        return str(value)
    exact = _FIFTEEN.plus(value * 100 if shown == "percent" else value)
    text = f"{exact:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{text}%" if shown == "percent" else text


def _formats(part: bytes) -> _Formats:
    written, shown, inside = {}, [], False
    for event, one in _events(part):
        match _local(one.tag):
            case "numFmt" if event == "end":
                written[one.get("numFmtId", "")] = one.get("formatCode", "")
            case "cellXfs":
                inside = event == "start"
            case "xf" if event == "end" and inside:
                shown.append(_shown_as(one.get("numFmtId", "0"), written))
    return _Formats(shown)


def _shown_as(number: str, written: Mapping[str, str]) -> str:
    if number not in written:
        known = int(number)
        return "date" if known in _DATE_FORMATS else "percent" if known in _PERCENT_FORMATS else ""
    bare = re.sub(r'"[^"]*"|\[[^\]]*\]|[\\_*].', "", written[number].split(";")[0])
    if bare.lower() in ("general", "@"):
        return ""
    return "percent" if "%" in bare else "date" if re.search("[ymdYMD]", bare) else ""


def _strings(part: bytes) -> list[str]:
    return [_text(one) for one in _elements(part, "si")]


def _text(one: Element) -> str:
    """All text of a string, without the readings that are printed above it."""
    if _local(one.tag) == "t":
        return one.text or ""
    return "".join(_text(part) for part in one if _local(part.tag) not in ("rPh", "phoneticPr"))


def _elements(part: bytes, *names: str) -> Iterator[Element]:
    """Finished elements of these names, each emptied after use."""
    for event, one in _events(part):
        if event == "end" and _local(one.tag) in names:
            yield one
            one.clear()


def _events(part: bytes) -> Iterator[tuple[str, Element]]:
    if part:
        for n, event in enumerate(iterparse(io.BytesIO(part), events=("start", "end"))):
            if n > MOST_EVENTS:
                raise Refused("文件展开后过大，没有读取。请从模板重新填写一份，只保留要导入的内容。")
            yield event


def _local(name: str) -> str:
    return name.rsplit("}", 1)[-1]


def _number(column: str) -> int:
    found = 0
    for letter in column:
        found = found * 26 + ord(letter) - 64
    return found
