"""Databases and houses for the tests: real SQLite in a temporary folder, and a real PostgreSQL.

`url` runs a test on both, with every table and no row; `house` is a house on it; `hall` a small sitting in it with
every badge handed out. The tables are made once a process: each test gets a copy.
"""

from __future__ import annotations

import functools
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.engine import Database
from db.migrate import migrate
from tests import make
from tests.postgres import Shelf, drop, new_database, server
from tests.statements import compile_once
from tests.tables import with_tables


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes minutes comes first: two workers then end at the same time."""
    items.sort(key=lambda item: not any(slow in item.nodeid for slow in ("tests/browser", "tests/torture")))


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a real PostgreSQL server of this test process, without the database's name."""
    with tempfile.TemporaryDirectory(prefix="leitai-pg-") as folder, server(Path(folder)) as address:
        yield address


@pytest.fixture(scope="session")
def sqlite_with_tables() -> Path:
    """A file with every table and no row, to be copied."""
    return with_tables()


@pytest.fixture(scope="session")
def postgres_with_tables(postgres: str) -> str:
    """The name of a database with every table and no row, on the server of this process."""
    _migrated(new_database(postgres, "leitai_tables"))
    return "leitai_tables"


@pytest.fixture(scope="session")
def shelf(postgres: str, postgres_with_tables: str) -> Shelf:
    """PostgreSQL databases of this process, used again."""
    return Shelf(postgres, postgres_with_tables)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without a row; every test that asks runs on both kinds."""
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_with_tables"), tmp_path / "leitai.db")
        yield f"sqlite:///{tmp_path / 'leitai.db'}"
    else:
        shelf = request.getfixturevalue("shelf")
        lent = shelf.take()
        yield lent
        shelf.give_back(lent)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without a table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'leitai.db'}"
    else:
        address, name = request.getfixturevalue("postgres"), f"leitai_{uuid.uuid4().hex[:12]}"
        yield new_database(address, name)
        drop(address, name)


@pytest.fixture(scope="session", autouse=True)
def what_is_slow_and_shown_elsewhere() -> Iterator[None]:
    """A hash of a password takes 0.3 s on purpose: here a weak one does. And
    Streamlit's AppTest reads every installed package's metadata each time in search of components: once is enough."""
    from argon2 import PasswordHasher
    from streamlit.components.v2 import manifest_scanner

    from office import people

    with pytest.MonkeyPatch.context() as patch:
        compile_once(patch)
        patch.setattr(people, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        patch.setattr(manifest_scanner, "scan_component_manifests",
                      functools.cache(manifest_scanner.scan_component_manifests))
        yield


def _migrated(url: str) -> None:
    database = Database(url)
    migrate(database)
    database.dispose()


@pytest.fixture
def clock() -> make.Clock:
    return make.Clock()


@pytest.fixture
def house(url: str, clock: make.Clock) -> Iterator[make.House]:
    built = make.house(url, clock)
    yield built
    built.close()


@pytest.fixture
def hall(house: make.House) -> make.Hall:
    return make.sitting(house)


os.environ.pop("LEITAI_DATABASE_URL", None)
