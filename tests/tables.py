"""Every table in a test's database, without running the migrations each time: once a process, then copies.

    make_tables(database)       # what `migrate` would do, in a hundredth of the time

What is neither new nor up to date is migrated as in earnest.
"""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from db.engine import Database
from db.migrate import migrate


@functools.cache
def with_tables() -> Path:
    """A SQLite file with every table and no row, to be copied."""
    folder = Path(tempfile.mkdtemp(prefix="leitai-tables-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    database = Database(f"sqlite:///{folder / 'leitai.db'}")
    migrate(database)
    database.dispose()
    return folder / "leitai.db"


def make_tables(database: Database) -> None:
    if database.file is not None and not database.file.exists():
        shutil.copyfile(with_tables(), database.file)
    elif _version(database) != _newest():
        migrate(database)


@functools.cache
def _newest() -> str | None:
    database = Database(f"sqlite:///{with_tables()}")
    found = _version(database)
    database.dispose()
    return found


def _version(database: Database) -> str | None:
    try:
        with database.reading() as c:
            return str(c.execute(text("select version_num from alembic_version")).scalar_one())
    except DBAPIError:  # no table yet
        return None
