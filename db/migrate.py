"""Bringing a database to the newest schema with Alembic, from the first table on."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy.exc import OperationalError

from db.engine import Database, DatabaseUnreachable
from db.stores.item_views import make_stale_again

HERE = Path(__file__).parent
_ONE_AT_A_TIME = 20_190_423  # any number that nobody else uses for an advisory lock in this database


def migrate(database: Database) -> None:
    """Create or upgrade the schema; a database that is up to date is left alone.

    Processes that start together wait for the first of them: a service file starts them all at once.
    """
    config = Config()
    config.set_main_option("script_location", str(HERE / "migrations"))
    try:
        with database.write.begin() as connection:
            if not database.is_sqlite:
                connection.exec_driver_sql(f"select pg_advisory_xact_lock({_ONE_AT_A_TIME})")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            make_stale_again(connection)
    except OperationalError as cause:
        raise DatabaseUnreachable(
            f"数据库打不开（{database.url.split('@')[-1]}）。请检查地址、权限和磁盘空间后再启动。") from cause
