"""Sweeping away what a database keeps beside its rows: the traces that would tell when a secret paper came.

The rows themselves are rewritten by the transaction that ends a round (`db.stores.rounds`). What they looked like
before stays for a while: on PostgreSQL as dead rows, on SQLite in the write-ahead log. `sweep` asks for its removal
after the commit, waits for nobody, and is content to be refused: the next sweep takes it along.
"""

from __future__ import annotations

import logging

from sqlalchemy import text

from db.engine import Database

log = logging.getLogger("leitai.traces")


def sweep(database: Database) -> None:
    """Never raises and holds nobody up; what could not be swept is logged."""
    try:
        swept = _empty_the_log(database) if database.is_sqlite else _drop_dead_rows(database)
    except Exception as cause:  # the round is closed already: that must not look as if it had failed
        log.warning("the traces of a closed round are not swept yet: %s", cause)
        return
    if not swept:
        log.warning("the traces of a closed round are not swept yet: somebody reads them; the next close tries again")


def _drop_dead_rows(database: Database) -> bool:
    with database.write.connect() as opened:
        opened.execution_options(isolation_level="AUTOCOMMIT").execute(text("vacuum (skip_locked) ballot"))
    return True


def _empty_the_log(database: Database) -> bool:
    """Move the log into the file and cut it off, at once or not at all: waiting for a reader would hold up the box."""
    connection = database.write.raw_connection()
    try:
        cursor = connection.cursor()
        patience, = cursor.execute("pragma busy_timeout").fetchone()
        cursor.execute("pragma busy_timeout=0")
        try:
            busy, _log, _moved = cursor.execute("pragma wal_checkpoint(truncate)").fetchone()
        finally:
            cursor.execute(f"pragma busy_timeout={patience}")
        return not busy
    finally:
        connection.close()
