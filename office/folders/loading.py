"""`leitai load DIR`: a folder with a sitting, with a list, or with both, into the database. Twice is once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from db.engine import Database
from office.folders.folder import read_folder
from office.folders.list_folder import is_list, read_list
from office.folders.list_loading import load_list
from office.refusal import Refused
from office.sitting import sittings


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """`sitting` is its key, empty for a folder with only a list; `items` how many went onto the list."""

    sitting: str
    new: bool
    items: int


def load_folder(database: Database, folder: Path, *, by: str, at: datetime) -> Loaded:
    """Everything is read and checked before anything is stored. Raises Refused with file, row and column."""
    if is_list(folder) and not (folder / "sitting.toml").exists():
        plan = read_list(folder)
        numbers = load_list(database, plan, by=by, at=at)
        return Loaded(sitting="", new=bool(numbers), items=len(numbers))
    sitting = read_folder(folder)
    listed = read_list(folder, {one.key for one in sitting.units}, {one.key for one in sitting.targets}) \
        if is_list(folder) else None
    key, new = sittings.load(database, sitting, by=by, at=at)
    numbers = load_list(database, listed, sitting=key, by=by, at=at) if listed is not None else ()
    return Loaded(sitting=key, new=new or bool(numbers), items=len(numbers))


def folders_in(place: Path) -> tuple[Path, ...]:
    """The folders in a place that can be loaded, by name."""
    if not place.is_dir():
        raise Refused(f"没有文件夹 {place}。")
    return tuple(one for one in sorted(place.iterdir()) if (one / "sitting.toml").is_file() or is_list(one))
