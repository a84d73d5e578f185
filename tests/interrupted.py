"""A database that somebody else is at, too: something happens each time after this hand has read, and before it writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from db.engine import Connection, Database


class Interrupted(Database):
    """Once, after the first thing that is read."""

    def __init__(self, url: str, does: Callable[[], object]) -> None:
        super().__init__(url)
        self._does = [does]

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with super().reading() as c:
            yield c
        waiting, self._does = self._does, []
        for one in waiting:
            one()
