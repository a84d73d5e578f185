"""SHA256SUMS: every file of a package by its hash, in sha256sum's own format, so that anyone can check it with that.

A file that differs, or is listed and absent, is refused; one that is not listed is nobody's business. Names that point
outside the package are refused wherever they stand.
"""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath, PureWindowsPath

from scoring.csv_table import text_of
from scoring.rows import PackageRefused
from scoring.words import quoted

SUMS = "SHA256SUMS"


def check_sums(files: Mapping[str, bytes]) -> None:
    for name, wanted, row in listed_in(files[SUMS]):
        if name not in files:
            raise PackageRefused(SUMS, f"列出的文件{quoted(name)}不在复算包里，请补上", row=row)
        if hashlib.sha256(files[name]).hexdigest() != wanted:
            raise PackageRefused(name, "内容与 SHA256SUMS 所记不符，文件被改动过，请换回原文件")


def listed_in(data: bytes) -> Iterable[tuple[str, str, int]]:
    """(file, hash, line) of sha256sum's format: 64 hex digits, a space, a space or an asterisk, the name."""
    for row, line in enumerate(text_of(SUMS, data).split("\n"), start=1):
        if not line.strip():
            continue
        digest, name = line[:64].lower(), line[66:].removesuffix("\r")
        if not name or line[64:66] not in ("  ", " *") or set(digest) - set("0123456789abcdef"):
            raise PackageRefused(SUMS, f"{quoted(line)}不合 sha256sum 的格式，请重新导出", row=row)
        if not is_inside(name):
            raise PackageRefused(SUMS, f"文件名{quoted(name)}指到复算包之外，请删去这一行", row=row)
        yield name, digest, row


def is_inside(name: str) -> bool:
    """A relative name without `..`, by the rules of both kinds of paths."""
    windows = PureWindowsPath(name)
    whole = not (name.startswith(("/", "\\")) or windows.drive or windows.root or "\0" in name)
    return whole and ".." not in windows.parts and ".." not in PurePosixPath(name).parts
