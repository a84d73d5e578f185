"""One database a process: a SQLite file, or PostgreSQL, from one URL.

SQLite loses updates silently when a transaction starts late, so the write engine emits `BEGIN IMMEDIATE`
itself; WAL lets readers go on meanwhile, and `synchronous=FULL` makes an acknowledged ballot survive a
power cut. Readers get an engine of their own, so that a slow page never holds the write lock. What is deleted
is overwritten (`secure_delete`), and no error message quotes the values of a statement (`hide_parameters`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

__all__ = ["Connection", "Database", "DatabaseUnreachable", "database_url"]

# A connection that has gone silent (a firewall forgot it, a cable was pulled) is given up in seconds, not after the
# quarter of an hour that a system waits by itself: the writer of ballots has only one at a time.
_SILENCE = {"connect_timeout": 5, "tcp_user_timeout": 8000, "keepalives_idle": 10, "keepalives_interval": 3,
            "keepalives_count": 3}
DEFAULT_URL = "sqlite:///data/leitai.db"


class DatabaseUnreachable(Exception):
    """The database cannot be opened; the words say which and what to do."""


class Database:
    """The two engines of one URL. On PostgreSQL they are one and the same."""

    def __init__(self, url: str) -> None:
        self.url = url
        try:
            kind = make_url(url).get_backend_name()
            make_url(url).get_dialect().import_dbapi()
        except (ArgumentError, ImportError):
            kind = ""
        if kind not in ("sqlite", "postgresql"):
            raise DatabaseUnreachable(
                "数据库地址请写成 sqlite:///data/leitai.db，或 postgresql://用户:密码@主机/库名。") from None
        self.is_sqlite = kind == "sqlite"
        self.file: Path | None = None  # of SQLite
        if self.is_sqlite:
            path = make_url(url).database
            if path is None or path in ("", ":memory:"):
                raise DatabaseUnreachable("数据库地址要指向一个文件，例如 sqlite:///data/leitai.db")
            self.file = Path(path)
            try:
                Path(path).absolute().parent.mkdir(parents=True, exist_ok=True)
            except OSError as cause:
                raise DatabaseUnreachable(f"数据库文件夹无法建立：{Path(path).parent}。请换一个可写的位置。") from cause
            self.write = _sqlite_engine(url, "BEGIN IMMEDIATE", pool_size=8)
            self.read = _sqlite_engine(url, "BEGIN", pool_size=32)
        else:
            self.write = create_engine(url, pool_size=16, max_overflow=16, pool_pre_ping=True, hide_parameters=True,
                                       connect_args=_SILENCE)
            self.read = self.write

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent view of the database; nothing can be written through it by mistake on SQLite."""
        with self.read.connect() as connection, connection.begin():
            yield connection

    def time(self) -> datetime:
        """What the clock of a PostgreSQL server shows: one clock for all processes."""
        with self.read.connect() as c:
            told: datetime = c.execute(text("select clock_timestamp()")).scalar_one()
        return told.astimezone(UTC)

    def dispose(self) -> None:
        self.write.dispose()
        self.read.dispose()


def database_url(given: str | None = None) -> str:
    """The URL in force: the one given, else LEITAI_DATABASE_URL, else the default file."""
    return given or os.environ.get("LEITAI_DATABASE_URL") or DEFAULT_URL


def _sqlite_engine(url: str, begin: str, *, pool_size: int) -> Engine:
    engine = create_engine(url, pool_size=pool_size, max_overflow=pool_size, pool_timeout=30, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in ("journal_mode=wal", "foreign_keys=on", "busy_timeout=10000", "synchronous=full", "secure_delete=on"):
            connection.execute(f"pragma {pragma}")
        if begin == "BEGIN":
            connection.execute("pragma query_only=on")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
