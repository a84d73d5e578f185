"""The rows of one CSV file of a sitting folder, each able to say where it stands.

A column that is left out altogether has its default; everything else that is missing, unknown or repeated is refused
with file, row (header = 1) and column. What the values mean is `office.folders.folder`'s.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from scoring.csv_table import header_of, read_table
from scoring.rows import PackageRefused


@dataclass(frozen=True, slots=True)
class Row:
    """One row of one file, able to say where it stands."""

    file: str
    number: int
    values: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values[column].strip()

    def refuse(self, column: str, message: str) -> PackageRefused:
        return PackageRefused(self.file, f"“{self[column][:40]}”{message}", row=self.number, column=column)

    def needed(self, column: str) -> str:
        if not self[column]:
            raise PackageRefused(self.file, "不能为空，请填写", row=self.number, column=column)
        return self[column]

    def one_of(self, column: str, known: Collection[str], hint: str) -> str:
        if self[column] not in known:
            raise self.refuse(column, hint)
        return self[column]

    def whole(self, column: str) -> int:
        text = self[column]
        if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:9]) <= 999:
            raise self.refuse(column, "不是序号，请写1、2、3……")
        return int(text)

    def is_yes(self, column: str, hint: str) -> bool:
        return self.one_of(column, ("yes", "no"), hint) == "yes"


def rows_of(folder: Path, file: str, *columns: str, optional: bool = False,
            defaults: Mapping[str, str] | None = None) -> list[Row]:
    """The rows of a file; none of a file that may be absent and is. `defaults`: columns that may be left out."""
    if optional and not (folder / file).exists():
        return []
    data, may_lack = bytes_of(folder, file), dict(defaults or {})
    given = [column for column in may_lack if column in header_of(file, data)]
    rows, numbers = read_table(file, data, [*columns, *given])
    return [Row(file, number, may_lack | dict(zip([*columns, *given], row, strict=True)))
            for row, number in zip(rows, numbers, strict=True)]


def refuse_twice(rows: list[Row], column: str) -> None:
    seen = set()
    for row in rows:
        if row.needed(column) in seen:
            raise row.refuse(column, "写了两次，请改掉一个")
        seen.add(row[column])


def bytes_of(folder: Path, file: str) -> bytes:
    try:
        found = (folder / file).read_bytes()
        if b"\x00" in found:
            raise PackageRefused(file, "里有不可见的 NUL 字符，请另存为 UTF-8 文本")
        return found
    except FileNotFoundError:
        raise PackageRefused(file, f"文件夹 {folder.name} 里没有这个文件，请补上") from None
    except OSError as cause:
        raise PackageRefused(file, f"读不出来（{cause.strerror}），请检查权限") from None
