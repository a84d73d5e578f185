"""Databases and houses for the tests: real SQLite in a temporary folder, and a real PostgreSQL.

`url` runs a test on both; `house` is a house on it; `hall` a small sitting in it with every badge handed out.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import make


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes minutes comes first: two workers then end at the same time."""
    items.sort(key=lambda item: not any(slow in item.nodeid for slow in ("tests/browser", "tests/torture")))


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a real PostgreSQL server of this test process, without the database's name."""
    import tempfile

    from tests.postgres import server

    with tempfile.TemporaryDirectory(prefix="leitai-pg-") as folder, server(Path(folder)) as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database; every test that asks runs on both kinds."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'leitai.db'}"
    from tests.postgres import new_database

    return new_database(request.getfixturevalue("postgres"), f"leitai_{uuid.uuid4().hex[:12]}")


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
