"""The recount package: read it, check all of it, write it. The only file of the rulebook that opens other files.

    package = read_package(Path("exported.zip"))       # a folder, or a .zip with the files at its root
    files = files_of(package, result_json=dumps(tally(package)))
    write_files(files, folder)

Everything is refused with file, row, column and a cure (`PackageRefused`); a package that was read can be counted.
"""

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from scoring.checks import (
    check_components,
    check_history,
    check_ledger,
    check_recusals,
    check_seats,
    check_targets,
    yes_or_no,
)
from scoring.csv_table import read_table, text_of, write_table
from scoring.papers import sort_papers
from scoring.rows import (
    BallotRow,
    ComponentRow,
    HistoryRow,
    LedgerRow,
    PackageRefused,
    Places,
    Recusal,
    Seat,
    Target,
)
from scoring.rule import Rule, RuleRefused, read_rule
from scoring.sheets import Sheets
from scoring.sums import SUMS, check_sums, is_inside, listed_in
from scoring.words import quoted

RULE, RESULT = "rule.toml", "result.json"
TABLES: dict[str, type[Any]] = {
    "targets.csv": Target,
    "seats.csv": Seat,
    "ballots.csv": BallotRow,
    "recusals.csv": Recusal,
    "components.csv": ComponentRow,
    "history.csv": HistoryRow,
    "ledger.csv": LedgerRow,
}
Row = TypeVar("Row", bound=tuple[Any, ...])
REQUIRED = (RULE, "targets.csv", "ballots.csv")
OWN = (RULE, *TABLES, RESULT, SUMS)
BIGGEST_FILE = 1 << 28


@dataclass(frozen=True, kw_only=True)
class Package:
    """Everything a recount needs. `seats` is None where the file is absent (nobody knows who was in the room).

    Without slots, because the sorted papers and the hash of the ballots are worked out once and kept.
    """

    rule: Rule
    targets: tuple[Target, ...]
    seats: tuple[Seat, ...] | None = None
    ballots: tuple[BallotRow, ...] = ()
    recusals: tuple[Recusal, ...] = ()
    components: tuple[ComponentRow, ...] = ()
    history: tuple[HistoryRow, ...] = ()
    ledger: tuple[LedgerRow, ...] = ()
    published: dict[str, Any] | None = None
    places: Places = field(default_factory=Places, compare=False, repr=False)

    @cached_property
    def sheets(self) -> Sheets:
        """The deciding ballot of every judge, by target and group; checks the whole package on the way."""
        check_targets(self.targets, self.places)
        check_seats(self.rule, self.seats, self.places)
        check_recusals(self.targets, self.seats, self.recusals, self.places)
        check_components(self.rule, self.targets, self.components, self.places)
        check_history(self.history, self.places)
        check_ledger(self.ledger, self.places)
        return sort_papers(self.rule, self.targets, self.seats, self.ballots, self.recusals, self.places)

    @cached_property
    def ballots_sha256(self) -> str:
        """Hash of the ballots' rows whatever their order: values joined by U+001F, sorted, joined by U+000A."""
        return hashlib.sha256("\n".join(sorted(map("\x1f".join, self.ballots))).encode("utf-8")).hexdigest()


def read_package(path: Path) -> Package:
    """The package in a folder or a .zip; raises PackageRefused."""
    return package_from_files(read_files(path))


def package_from_files(files: Mapping[str, bytes]) -> Package:
    """The package in these files' bytes, wholly checked; files it does not know are ignored."""
    for name in REQUIRED:
        if name not in files:
            raise PackageRefused(name, "缺少这个文件，请放进复算包")
    rule = rule_from(files[RULE])
    tables: dict[str, tuple[Any, ...]] = {}
    numbers: dict[str, Sequence[int]] = {}
    for name, kind in TABLES.items():
        if name in files:
            rows, numbers[name] = read_table(name, files[name], kind._fields)
            tables[name] = _made(kind, rows)
    places = Places(rows=numbers)
    for name, column in (("targets.csv", "ranked"), ("seats.csv", "present")):
        if name in tables:
            tables[name] = yes_or_no(name, tables[name], column, places)
    package = Package(
        rule=rule,
        targets=tables["targets.csv"],
        seats=tables.get("seats.csv"),
        ballots=tables["ballots.csv"],
        recusals=tables.get("recusals.csv", ()),
        components=tables.get("components.csv", ()),
        history=tables.get("history.csv", ()),
        ledger=tables.get("ledger.csv", ()),
        published=_published(files[RESULT]) if RESULT in files else None,
        places=places,
    )
    _ = package.sheets
    if SUMS in files:
        check_sums(files)
    return package


def _made(kind: type[Row], rows: Iterable[Sequence[str]]) -> tuple[Row, ...]:
    """Named tuples without their Python-level constructor, which would be the slowest step of reading."""
    return tuple(map(partial(tuple.__new__, kind), rows))


def rule_from(data: bytes) -> Rule:
    try:
        return read_rule(data)
    except RuleRefused as refused:
        raise PackageRefused(RULE, str(refused)) from None


def ledger_from_files(files: Mapping[str, bytes]) -> tuple[Rule, tuple[LedgerRow, ...]]:
    """The rule and the ledger alone, for `python -m scoring ledger`."""
    for name in (RULE, "ledger.csv"):
        if name not in files:
            raise PackageRefused(name, "缺少这个文件，请放进复算包")
    rule = rule_from(files[RULE])
    rows, numbers = read_table("ledger.csv", files["ledger.csv"], LedgerRow._fields)
    ledger = _made(LedgerRow, rows)
    check_ledger(ledger, Places(rows={"ledger.csv": numbers}))
    return rule, ledger


def _published(data: bytes) -> dict[str, Any]:
    try:
        published = json.loads(text_of(RESULT, data))
    except (ValueError, RecursionError) as fault:
        if isinstance(fault, PackageRefused):
            raise
        raise PackageRefused(RESULT, "不是完整的 JSON，请放回公布时导出的原文件") from None
    if not isinstance(published, dict) or not {"targets", "order"} <= published.keys():
        raise PackageRefused(RESULT, "里面没有 targets 和 order，请放回公布时导出的原文件")
    return published


def read_ledger(path: Path) -> tuple[Rule, tuple[LedgerRow, ...]]:
    """The rule and the ledger of a package, its other files unread; raises PackageRefused."""
    return ledger_from_files(read_files(path, only=(RULE, "ledger.csv")))


def read_files(path: Path, only: Sequence[str] | None = None) -> dict[str, bytes]:
    """The bytes of the package's own files and of those its SHA256SUMS lists; raises PackageRefused."""
    try:
        if path.is_dir():
            return _files_in_folder(path, only or OWN)
        if path.is_file():
            return _files_in_zip(path, only or OWN)
    except zipfile.BadZipFile:
        raise PackageRefused("", f"{quoted(path.name)}不是完整的 .zip，请重新导出或解压成文件夹") from None
    except (OSError, RuntimeError, NotImplementedError, EOFError, zlib.error, ValueError) as fault:
        if isinstance(fault, PackageRefused):
            raise
        message = f"{quoted(path.name)}读不出来，请检查权限、密码和压缩方式，或解压成文件夹再试"
        raise PackageRefused("", message) from None
    raise PackageRefused("", f"没有{quoted(path.name)}这个文件夹或 .zip，请检查路径")


def _files_in_folder(folder: Path, names: Sequence[str]) -> dict[str, bytes]:
    files = {name: (folder / name).read_bytes() for name in names if (folder / name).exists()}
    for name, _, _ in listed_in(files.get(SUMS, b"")):
        if name not in files and (folder / name).is_file():
            files[name] = (folder / name).read_bytes()
    return files


def _files_in_zip(path: Path, names: Sequence[str]) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        members: dict[str, zipfile.ZipInfo] = {}
        for member in archive.infolist():
            if not is_inside(member.orig_filename) or not is_inside(member.filename):
                raise PackageRefused("", f"压缩包里的{quoted(member.orig_filename)}指到包外，请重新导出")
            name = member.filename.removeprefix("./")
            if name in members:
                raise PackageRefused(name, "压缩包里有两个同名文件，请删去一个")
            members[name] = member

        def read(name: str) -> bytes:
            if members[name].file_size > BIGGEST_FILE:
                raise PackageRefused(name, "文件过大，请检查导出是否有误")
            return archive.read(members[name])

        files = {name: read(name) for name in names if name in members}
        for name, _, _ in listed_in(files.get(SUMS, b"")):
            if name in members and name not in files:
                files[name] = read(name)
        return files


def files_of(package: Package, result_json: str | None) -> dict[str, bytes]:
    """Every file of the package by name, SHA256SUMS last. Ballots are sorted, so that their order tells nothing."""
    files = {RULE: package.rule.source}
    tables: dict[str, Iterable[Any]] = {
        "targets.csv": package.targets,
        "ballots.csv": sorted(package.ballots),
        "recusals.csv": package.recusals,
        "components.csv": package.components,
        "history.csv": package.history,
        "ledger.csv": package.ledger,
    }
    if package.seats is not None:
        tables["seats.csv"] = package.seats
    for name, rows in tables.items():
        files[name] = write_table(TABLES[name]._fields, rows)
    if result_json is not None:
        files[RESULT] = result_json.encode("utf-8")
    lines = [f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)]
    files[SUMS] = "".join(lines).encode("utf-8")
    return files


def zip_of(files: Mapping[str, bytes]) -> bytes:
    """A .zip of the files, the same bytes for the same files whenever and wherever it is made."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            member = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3
            member.external_attr = 0o644 << 16
            archive.writestr(member, files[name])
    return out.getvalue()


def write_files(files: Mapping[str, bytes], folder: Path) -> None:
    """Put the files into a folder, which is made if it is not there."""
    for name in files:
        if not is_inside(name) or len(PurePosixPath(name).parts) != 1:
            raise PackageRefused(name, "文件名指到复算包之外，不能写出")
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)


__all__ = [
    "BallotRow",
    "ComponentRow",
    "HistoryRow",
    "LedgerRow",
    "Package",
    "PackageRefused",
    "Recusal",
    "Seat",
    "Target",
    "files_of",
    "ledger_from_files",
    "package_from_files",
    "read_files",
    "read_ledger",
    "read_package",
    "rule_from",
    "write_files",
    "zip_of",
]
