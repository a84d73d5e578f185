"""Straight to the database's driver, past everything that a hall in a hurry has no time for.

In a statement `:name` stands for a value and `in :names` for a set of them, on both databases. SQLite is asked and
told one thing after the other, which costs nothing inside one process. To PostgreSQL every word is a journey: all
questions make one together, and all new rows another.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection

BADGES = 7252
"""The advisory lock under which badges change, on PostgreSQL: a batch of papers shares it, a host who issues or stops a
badge has it alone. A lock on the badge's row would do the same, and leave there the number of the transaction that
stored the paper: a join from every secret paper to its seat."""


class Question(NamedTuple):
    """A statement with its values. `held` names the table whose rows nobody changes until this transaction ends: a
    host who closes waits for this batch. SQLite's BEGIN IMMEDIATE holds everything anyway."""

    statement: str
    values: dict[str, object]
    held: str = ""


class Driver:
    """The driver's own cursors, inside the transaction of this connection."""

    def __init__(self, c: Connection) -> None:
        self.is_sqlite = c.dialect.name == "sqlite"
        assert c.dialect.dbapi is not None
        self.integrity_error: type[Exception] = c.dialect.dbapi.IntegrityError
        self._connection: Any = c.connection
        self._cursor: Any = self._connection.cursor()

    def ask(self, question: Question) -> list[tuple[Any, ...]]:
        """The rows."""
        self._send(self._cursor, question)
        answer: list[tuple[Any, ...]] = self._cursor.fetchall()
        return answer

    def ask_all(self, *questions: Question) -> list[list[tuple[Any, ...]]]:
        """The rows of each, asked in this order."""
        if self.is_sqlite:
            return [self.ask(one) for one in questions]
        cursors = [self._connection.cursor() for _ in questions]
        with self._connection.pipeline():
            for cursor, one in zip(cursors, questions, strict=True):
                self._send(cursor, one)
        return [cursor.fetchall() for cursor in cursors]

    def tell(self, statement: str, rows: Sequence[Mapping[str, object]]) -> None:
        """The statement once for each row."""
        if rows:
            self._cursor.executemany(_spelled(statement, self.is_sqlite), rows)

    def insert(self, table: str, columns: Mapping[str, str], rows: Sequence[Mapping[str, object]]) -> None:
        """All rows, or `integrity_error`; `columns` gives each column its type.

        PostgreSQL would quote the key of a row that is there already in its own log, and a secret voter with it: it is
        told to pass such a row over in silence, and the rows are counted.
        """
        if not rows:
            return
        into = f"insert into {table} ({', '.join(columns)})"
        if self.is_sqlite:
            self.tell(f"{into} values ({', '.join(f':{name}' for name in columns)})", rows)
        else:
            typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
            self._cursor.execute(f"{into} select * from json_to_recordset(%(rows)s) as r ({typed}) on conflict do nothing",
                                 {"rows": json.dumps(rows)})
            if self._cursor.rowcount != len(rows):
                raise self.integrity_error("a row was there already")

    def _send(self, cursor: Any, question: Question) -> None:
        held = f" for share of {question.held}" if question.held and not self.is_sqlite else ""
        values = {name: (json.dumps(list(value)) if self.is_sqlite else list(value)) if isinstance(value, set) else value
                  for name, value in question.values.items()}
        cursor.execute(_spelled(question.statement + held, self.is_sqlite), values)


@cache
def _spelled(statement: str, is_sqlite: bool) -> str:
    if is_sqlite:
        return re.sub(r"in :(\w+)", r"in (select value from json_each(:\1))", statement)
    return re.sub(r":(\w+)", r"%(\1)s", re.sub(r"in :(\w+)", r"= any(:\1)", statement))
