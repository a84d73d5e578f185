"""Evidence in backups: a folder `evidence` beside the backup file, by hash, so that a second backup adds what is new.

    copy_out(database, folder)      # before and after the database is copied: whatever the copy names is there
    bring_back(database, folder)    # after a restore: what is missing on the shelf comes from the folder
    checked(database)               # every file that must be there is there and has its hash
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from db.engine import Database
from db.reads import evidence as reads
from office.proof.evidence_shelf import Shelf, shelf_of
from office.refusal import NotFound

BESIDE = "evidence"


def copy_out(database: Database, folder: Path) -> int:
    """Everything that stands, into this folder; how many files are in it now. What is there already is left alone."""
    return _bring(_standing(database), shelf_of(database), Shelf(folder))


def bring_back(database: Database, folder: Path) -> int:
    """What the database names and the shelf has not, from a backup's folder; how many files the shelf has of it."""
    return _bring(_standing(database), Shelf(folder), shelf_of(database))


def checked(database: Database) -> tuple[str, bool] | None:
    """(what was checked, whether it holds); None where there is no evidence."""
    shelf, wanted = shelf_of(database), _standing(database)
    broken = [one for one in wanted if not shelf.is_whole(one)]
    if not wanted:
        return None
    words = f"佐证文件{len(wanted)}份，在 {shelf.folder}"
    return (words if not broken else f"{words}：{len(broken)}份丢失或被改动过，先看 {broken[0][:12]}…"), not broken


def _standing(database: Database) -> tuple[str, ...]:
    with database.reading() as c:
        return reads.standing(c)


def _bring(wanted: tuple[str, ...], source: Shelf, sink: Shelf) -> int:
    there = 0
    for sha256 in wanted:
        place = sink.place(sha256)
        if not place.is_file():
            try:
                _copy(source.path(sha256), place)
            except NotFound:
                continue  # the check says so; a backup of what is left is better than none
        there += 1
    return there


def _copy(path: Path, place: Path) -> None:
    """In one step: a hard link where both are on one disk (content never changes), else a copy."""
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, half = tempfile.mkstemp(dir=place.parent)
    os.close(handle)
    try:
        os.unlink(half)
        try:
            os.link(path, half)
        except OSError:
            shutil.copyfile(path, half)
        os.replace(half, place)
    finally:
        Path(half).unlink(missing_ok=True)
