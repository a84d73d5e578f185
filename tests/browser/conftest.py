"""A browser for the phones' tests, and phones in halls of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import real
from tests.browser.hands import Hand, Server
from tests.hall.make_phones import Phones

HERE = Path(__file__).resolve().parent
expect.set_options(timeout=15_000)  # a machine with all cores busy; what has to be quick says so itself


def pytest_runtest_setup(item: pytest.Item) -> None:
    real.THE_ONE.kept = True


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """After the last browser test of a row, and after every fixture's end."""
    if nextitem is None or HERE not in nextitem.path.parents:
        real.THE_ONE.end()


@pytest.fixture(scope="module")
def browser_of_phones() -> Iterator[Browser]:
    with real.chromium() as browser:
        yield browser


@pytest.fixture
def hand(tmp_path: Path, browser_of_phones: Browser) -> Iterator[Callable[..., Hand]]:
    opened: list[tuple[Hand, Server]] = []

    def build(**changes: Any) -> Hand:
        phones = Phones(tmp_path, **changes)
        server = Server(phones)
        opened.append((Hand(browser_of_phones, phones, server.address), server))
        return opened[-1][0]

    yield build
    for one, server in opened:
        one.close()
        server.stop()
        one.phones.shut()
