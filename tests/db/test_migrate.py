"""Bringing a database up to date: the number by which it is known to be is Alembic's own."""

from __future__ import annotations

import sys

from alembic.config import Config
from alembic.script import ScriptDirectory

from db import migrate as migrations
from db.engine import Database
from tests.tables import with_tables


def test_the_newest_migration_is_alembics_head():
    config = Config()
    config.set_main_option("script_location", str(migrations.HERE / "migrations"))

    assert migrations.newest() == ScriptDirectory.from_config(config).get_current_head()


def test_a_database_that_is_up_to_date_is_left_alone(monkeypatch):
    database = Database(f"sqlite:///{with_tables()}")
    monkeypatch.setitem(sys.modules, "alembic", None)  # nothing of it is even imported

    migrations.migrate(database)
    database.dispose()
