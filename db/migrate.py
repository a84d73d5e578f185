"""Bringing a database to the newest schema with Alembic, from the first table on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import OperationalError

from db.engine import Database, DatabaseUnreachable
from db.stores.item_views import make_again, stale_ids

HERE = Path(__file__).parent
_AT_ONCE = 400  # views of items that are made anew in one transaction
_ONE_AT_A_TIME = 20_190_423  # any number that nobody else uses for an advisory lock in this database


class MadeByNewer(DatabaseUnreachable):
    """A later version of this program has written it."""


def migrate(database: Database) -> None:
    """Create or upgrade the schema; a database that is up to date is left alone.

    Processes that start together wait for the first of them: a service file starts them all at once.
    """
    try:
        with _alone(database) as connection:
            found = _version(connection)
            if found is not None and found > newest():
                raise MadeByNewer(f"数据库是更新的程序写的（{found}），这个程序只认到{newest()}。请换用新版程序再启动。")
            if found is None and database.is_sqlite and inspect(connection).get_table_names():
                raise DatabaseUnreachable(f"{database.file} 是别的程序的数据库，没有改动。请换一个地址，或写一个还没有的文件名。")
            if found != newest():
                _upgrade(connection)
            stale = stale_ids(connection)
        for n in range(0, len(stale), _AT_ONCE):  # whoever writes meanwhile waits for some of them, not for all
            with _alone(database) as connection:
                make_again(connection, stale[n:n + _AT_ONCE])
    except OperationalError as cause:
        raise DatabaseUnreachable(
            f"数据库打不开（{database.url.split('@')[-1]}）。请检查地址、权限和磁盘空间后再启动。") from cause


@contextmanager
def _alone(database: Database) -> Iterator[Connection]:
    with database.write.begin() as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql(f"select pg_advisory_xact_lock({_ONE_AT_A_TIME})")
        yield connection


def newest() -> str:
    """The number of the last migration: each is its file's first four digits."""
    return max(one.name[:4] for one in (HERE / "migrations" / "versions").glob("[0-9]*.py"))


def _version(c: Connection) -> str | None:
    if not inspect(c).has_table("alembic_version"):
        return None
    found = c.execute(text("select version_num from alembic_version")).scalar_one_or_none()
    return None if found is None else str(found)


def _upgrade(c: Connection) -> None:
    from alembic import command  # a third of a second, which a command on an up-to-date database does without
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HERE / "migrations"))
    config.attributes["connection"] = c
    command.upgrade(config, "head")
