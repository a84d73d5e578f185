"""The receipts that phones ask for with every poll, remembered so that no poll waits for the database.

What is remembered is a copy: nothing is decided by it. It knows voters by the key of their ballots, and nothing of
seats. "No receipt" is remembered too; of a round that was followed from before its first paper it need not even be
looked up.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from db.clock import text_of
from db.engine import Connection, Database
from db.reads import ballots as reads
from db.values import Receipt, Round
from scoring.round import Phase


class Remembered:
    """The receipts of the rounds that matter now."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._receipts: dict[tuple[int, str], Receipt | None] = {}
        self._followed: set[int] = set()  # rounds whose every paper this process has stored itself
        self._stored: dict[int, int] = {}  # round -> lines, when other processes' papers were last looked for

    def recall(self, round_id: int, voter: str) -> Receipt | None:
        """From memory alone; KeyError when the database has to be asked."""
        if round_id in self._followed:
            return self._receipts.get((round_id, voter))
        return self._receipts[(round_id, voter)]

    def look_up(self, round_id: int, voter: str, opened_at: datetime) -> Receipt | None:
        """From memory, else from the database."""
        if (round_id, voter) in self._receipts:
            return self._receipts[(round_id, voter)]
        with self._database.reading() as c:
            found = reads.receipt(c, round_id, voter, text_of(opened_at))
        return self._receipts.setdefault((round_id, voter), found)

    def remember(self, round_id: int, voter: str, receipt: Receipt) -> None:
        self._receipts[(round_id, voter)] = receipt

    def forget(self) -> None:
        self._receipts.clear()
        self._followed.clear()
        self._stored.clear()

    def keep_only(self, rounds: Collection[int]) -> None:
        """Receipts are kept while a phone may ask for them: of the round that matters in each sitting."""
        for key in [key for key in tuple(self._receipts) if key[0] not in rounds]:
            self._receipts.pop(key, None)
        self._followed &= set(rounds)

    def follow(self, c: Connection, now: Round | None) -> None:
        """A round that is seen before its first paper: who has no receipt in memory has none.

        On PostgreSQL another process may store papers of it, so that nothing can be known without looking.
        """
        if self._database.is_sqlite and now is not None and now.phase is Phase.OPEN and not reads.how_many(c, now.id):
            self._followed.add(now.id)

    def hear_of_others(self, round_id: int) -> None:
        """Papers of an open round that another process has taken: what is known of their voters is looked up anew."""
        with self._database.reading() as c:
            stored = reads.how_many(c, round_id)
            newest = {} if self._stored.get(round_id) == stored else reads.newest_versions(c, round_id)
        self._stored[round_id] = stored
        for voter, version in newest.items():
            known = self._receipts.get((round_id, voter))
            if known is None or known.version < version:
                self._receipts.pop((round_id, voter), None)
