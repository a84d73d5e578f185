"""Monthly reconciliations and quarterly disclosures: opened, walked, closed. What is closed is never written again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from sqlalchemy import Connection, Table, insert, update

from db import tables as t
from db.clock import text_of


class Reconciliations:
    """Writes of the two jobs (J03). Entries are only ever added."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def open(self, month: str, lines: Iterable[tuple[int, Mapping[str, str]]], *, as_of: date, at: datetime,
             by: str) -> int:
        """A run with its lines: (item, what the list says of it)."""
        run_id = self._insert(t.reconciliation, month=month, as_of=as_of.isoformat(), opened_at=text_of(at), opened_by=by)
        rows = [{"reconciliation_id": run_id, "item_id": item_id, "said": json.dumps(dict(said), ensure_ascii=False)}
                for item_id, said in lines]
        if rows:
            self._c.execute(insert(t.reconciliation_line), rows)
        return run_id

    def enter(self, run_id: int, item_id: int, *, agrees: bool, fact: str, late: bool, at: datetime, by: str) -> None:
        self._insert(t.reconciliation_entry, reconciliation_id=run_id, item_id=item_id, agrees=agrees, fact=fact,
                     late=late, at=text_of(at), by=by)

    def close(self, run_id: int, *, protocol: str, sha256: str, at: datetime, by: str) -> bool:
        """False if it was closed already."""
        done = self._c.execute(
            update(t.reconciliation).where(t.reconciliation.c.id == run_id, t.reconciliation.c.closed_at.is_(None))
            .values(closed_at=text_of(at), closed_by=by, protocol=protocol, protocol_sha256=sha256))
        return done.rowcount == 1

    def disclose(self, quarter: str, *, as_of: date, rates: str, sha256: str, at: datetime, by: str) -> None:
        self._insert(t.disclosure, quarter=quarter, as_of=as_of.isoformat(), at=text_of(at), by=by, rates=rates, sha256=sha256)

    def _insert(self, table: Table, **values: object) -> int:
        done = self._c.execute(insert(table).values(**values))
        assert done.inserted_primary_key is not None
        return int(done.inserted_primary_key[0])
