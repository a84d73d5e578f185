"""Backup, restore, and verification of everything that must never change behind anybody's back."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from db.copy import Damaged, NotACopy, OtherWorld, copy_to, put_back
from db.engine import Database
from db.migrate import MadeByNewer, migrate
from db.reads import evidence as evidence_reads
from db.reads import people as people_reads
from db.record import head_of
from db.work import work
from hall.outcome.verification import checks
from office.local_time import CHINA
from office.proof import evidence_care
from office.refusal import NotFound, Refused

EVIDENCE = evidence_care.BESIDE
"""The folder of evidence beside a backup file."""


def backup(database: Database, file: Path, *, by: str, at: datetime) -> int:
    """Write a consistent copy while everything runs, and the evidence into a folder beside it; the number of rows."""
    _refuse_own_file(database, file, "备份不能写在正在使用的数据库上，请换一个文件名。")
    _try_to_write(file)
    with work(database) as w:
        w.record.append(at=at, actor=by, action="备份", file=file.name)
    try:
        beside = file.absolute().parent / evidence_care.BESIDE
        evidence_care.copy_out(database, beside)
        rows = copy_to(database, file.absolute())
        evidence_care.copy_out(database, beside)  # what came meanwhile: the copy may name it
        return rows
    except OSError as cause:
        raise _cannot_write(file, cause) from None


def _refuse_own_file(database: Database, file: Path, words: str) -> None:
    """The running hall would go on with a file that is no longer there."""
    if database.file is not None and database.file.exists() and os.path.exists(file) and os.path.samefile(file, database.file):
        raise Refused(words)


def _try_to_write(file: Path) -> None:
    """Before the record says that a backup was made."""
    if os.path.exists(file) and not os.path.isfile(file):
        raise Refused(f"{file} 不是普通文件，备份写不进去。请换一个文件名。")
    try:
        file.absolute().parent.mkdir(parents=True, exist_ok=True)
        half = file.absolute().with_name(f"{file.name}.part")
        half.open("wb").close()
        half.unlink()
    except OSError as cause:
        raise _cannot_write(file, cause) from None


def _cannot_write(file: Path, cause: OSError) -> Refused:
    return Refused(f"备份写不进 {file}：{cause.strerror or cause}。请换一个可写的位置。")


def restore(database: Database, file: Path, *, by: str, at: datetime) -> tuple[int, Path | None]:
    """Put a copy back. What was there before is itself backed up beside the file first, if there was anything."""
    if not file.is_file():
        raise NotFound(f"没有备份文件 {file}。")
    _refuse_own_file(database, file, "这就是正在使用的数据库，没有改动任何数据。请选择 leitai backup 写出的文件。")
    migrate(database)
    kept: Path | None = None
    with database.reading() as c:
        something = bool(people_reads.record_length(c))
    if something:
        kept = _place_for_copies(database, file) / f"{file.stem}.before-{at.astimezone(CHINA).strftime('%Y%m%d-%H%M%S')}.db"
        copy_to(database, kept)
    try:
        rows = _put_back(database, file)
    except Refused:
        if kept is not None:
            kept.unlink(missing_ok=True)  # nothing was changed
        raise
    evidence_care.bring_back(database, file.absolute().parent / evidence_care.BESIDE)
    with work(database) as w:
        w.record.append(at=at, actor=by, action="恢复备份", file=file.name, rows=rows)
    return rows, kept


def _place_for_copies(database: Database, file: Path) -> Path:
    """Beside the copy that is put back, or beside the database where that is a medium nobody can write on."""
    beside = file.absolute().parent
    if os.access(beside, os.W_OK):
        return beside
    return Path.cwd() if database.file is None else database.file.absolute().parent


def _put_back(database: Database, file: Path) -> int:
    try:
        return put_back(database, file.absolute())
    except Damaged:
        raise Refused(f"{file} 已经损坏，没有改动任何数据。请换一份备份。") from None
    except MadeByNewer:
        raise Refused(f"{file} 是更新的程序写的，没有改动任何数据。请换用新版程序再恢复。") from None
    except NotACopy:
        raise Refused(f"{file} 不是本系统的备份文件，没有改动任何数据。请选择 leitai backup 写出的文件。") from None
    except OtherWorld:
        raise Refused(f"{file} 和现在的数据库不是一类：正式、彩排、演示的备份不能互相恢复，没有改动任何数据。") from None


def verify(database: Database, *, kept: tuple[int, str] | None = None) -> tuple[tuple[str, bool], ...]:
    """(what was checked, whether it holds) for the record, the ledger, and every publication against a recount.

    `kept`: a head of the record that was noted outside earlier (number, hash); its line must still be there.
    """
    with database.reading() as c:
        found = checks(c, kept=kept)
    evidence = evidence_care.checked(database)
    return found if evidence is None else (*found, evidence)


def has_evidence(database: Database) -> bool:
    """Whether there is any file that a backup has to take along."""
    with database.reading() as c:
        return bool(evidence_reads.standing(c))


def head_words(database: Database) -> str:
    """The head of the record, to be noted outside: compared later, it shows whether the record was cut or rewritten."""
    with database.reading() as c:
        head = head_of(c)
    return "还没有留痕记录" if head is None else f"留痕记录末条第{head[0]}条 {head[1]}"
