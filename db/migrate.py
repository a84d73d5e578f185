"""Bringing a database to the newest schema with Alembic, from the first table on."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy.exc import OperationalError

from db.engine import Database, DatabaseUnreachable

HERE = Path(__file__).parent


def migrate(database: Database) -> None:
    """Create or upgrade the schema; a database that is up to date is left alone."""
    config = Config()
    config.set_main_option("script_location", str(HERE / "migrations"))
    try:
        with database.write.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except OperationalError as cause:
        raise DatabaseUnreachable(
            f"数据库打不开（{database.url.split('@')[-1]}）。请检查地址、权限和磁盘空间后再启动。") from cause
