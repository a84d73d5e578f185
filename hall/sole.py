"""One server a database file: two of them would each remember what the other one changes.

On SQLite the serving process holds a lock on a small file beside the database, and the system takes it away with the
process, however it ends. Commands (`leitai open`, `leitai backup`, ...) do not need it. PostgreSQL has no such limit
for ballot processes; of the whole app there is one, as docs/growth.md says.
"""

from __future__ import annotations

import os

from db.engine import Database
from office.refusal import Refused

try:
    import fcntl
except ImportError:  # not a Unix: nothing to hold
    fcntl = None  # type: ignore[assignment]


class Sole:
    """`hold` before serving; raises Refused when another process serves this database."""

    def __init__(self, database: Database) -> None:
        self._file = None if database.file is None else database.file.with_name(database.file.name + ".serving")
        self._held: int | None = None

    def hold(self) -> None:
        if self._file is None or fcntl is None or self._held is not None:
            return
        held = os.open(self._file, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(held)
            raise Refused(f"这个数据库已经有一个擂台服务在运行（{self._file.name}）。请先停止它，或换一个数据库。") from None
        self._held = held

    def let_go(self) -> None:
        if self._held is not None:
            os.close(self._held)
            self._held = None
