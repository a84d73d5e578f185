"""SQL statements are compiled once a test process, not once an engine: each test's database has engines of its own."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

import db.engine


def compile_once(patch: pytest.MonkeyPatch) -> None:
    """All engines of one kind look up one store: there is one SQLite library and one PostgreSQL server."""
    for kind in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        patch.setattr(kind, "__eq__", lambda self, other: type(self) is type(other))
        patch.setattr(kind, "__hash__", lambda self: hash(type(self)))
    create_engine, compiled, first = db.engine.create_engine, LRUCache(4000), {}

    def sharing(url: str, **how: Any) -> Any:
        engine = create_engine(url, **how)
        first.setdefault(type(engine.dialect), engine.dialect)  # what was compiled for it is kept with it
        engine._compiled_cache = compiled
        return engine

    patch.setattr(db.engine, "create_engine", sharing)
