"""Reading and writing the package's CSV files: UTF-8, a header row, values as text.

A BOM, CRLF, blank lines and any order of columns are accepted; an unknown, missing or repeated column, a row with too
few or too many values, or broken quoting is refused with the row as a spreadsheet numbers it (header = 1).
"""

import csv
import io
from collections.abc import Iterable, Sequence
from operator import itemgetter

from scoring.rows import PackageRefused
from scoring.words import quoted


def text_of(file: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        row = data[: fault.start].count(b"\n") + 1
        raise PackageRefused(file, "这里不是 UTF-8 编码，请把文件另存为 UTF-8", row=row) from None


def read_table(file: str, data: bytes, columns: Sequence[str]) -> tuple[Sequence[Sequence[str]], Sequence[int]]:
    """The rows with their columns in the given order, and the spreadsheet row of each."""
    records: list[list[str]] = []
    text = text_of(file, data)
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))  # a cell may be as long as its file
    try:
        records.extend(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as fault:
        message = f"引号或换行不合 CSV 格式（{fault}），请用表格软件另存为 CSV（UTF-8）"
        raise PackageRefused(file, message, row=len(records) + 1) from None
    first = next((i for i, record in enumerate(records) if any(map(str.strip, record))), None)
    if first is None:
        raise PackageRefused(file, f"没有表头，请在第一行写 {','.join(columns)}", row=1)
    header = records[first]
    order = _order(file, first + 1, header, columns)
    body = records[first + 1 :]
    numbers: Sequence[int] = range(first + 2, len(records) + 1)
    width = len(columns)
    if not all(map(any, body)) or set(map(len, body)) - {width}:
        filled = [(n, row) for n, row in zip(numbers, body, strict=True) if any(map(str.strip, row))]
        numbers, body = [n for n, _ in filled], [row for _, row in filled]
        for number, row in filled:
            if len(row) != width:
                raise _wrong_width(file, number, row, header)
    return (body if order == sorted(order) else list(map(itemgetter(*order), body))), numbers


def header_of(file: str, data: bytes) -> tuple[str, ...]:
    """The names in the header row, as they stand; nothing when there is none. `read_table` says what is wrong with it."""
    try:
        records = csv.reader(io.StringIO(text_of(file, data), newline=""))
        return tuple(next((record for record in records if any(map(str.strip, record))), ()))
    except csv.Error:
        return ()


def _order(file: str, number: int, header: list[str], columns: Sequence[str]) -> list[int]:
    for name in header:
        if name not in columns:
            message = f"不认识的列{quoted(name)}，请删去；应有的列是 {','.join(columns)}"
            raise PackageRefused(file, message, row=number)
        if header.count(name) > 1:
            raise PackageRefused(file, "这一列写了两次，请删去一列", row=number, column=name)
    for name in columns:
        if name not in header:
            raise PackageRefused(file, f"缺少这一列，请补上；应有的列是 {','.join(columns)}", row=number, column=name)
    return [header.index(name) for name in columns]


def _wrong_width(file: str, number: int, record: list[str], header: list[str]) -> PackageRefused:
    if len(record) < len(header):
        message = f"这一行只有{len(record)}个值，应有{len(header)}个，请补上（空值也要留逗号）"
        return PackageRefused(file, message, row=number, column=header[len(record)])
    extra = quoted(record[len(header)])
    message = f"这一行有{len(record)}个值，应有{len(header)}个，多出{extra}，请删去或给含逗号的值加引号"
    return PackageRefused(file, message, row=number, column=header[-1])


def write_table(columns: Sequence[str], rows: Iterable[Sequence[str | bool]]) -> bytes:
    """A CSV file's bytes; truth values as yes and no."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([("yes" if v else "no") if isinstance(v, bool) else v for v in row])
    return out.getvalue().encode("utf-8")
