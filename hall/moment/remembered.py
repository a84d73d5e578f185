"""The receipts that phones ask for with every poll, remembered so that no poll waits for the database.

What is remembered is a copy: nothing is decided by it. It knows voters by the key of their ballots, and nothing of
seats. "No receipt" is remembered too; of a round that was followed from before its first paper it need not even be
looked up. An answer that was being read while news of other processes' papers came in is told, and not kept.
"""

from __future__ import annotations

import threading
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
        self._lock = threading.Lock()
        self._taken: dict[int, int] = {}  # round -> lines that this process has stored
        self._of_others: dict[int, int] = {}  # round -> lines of other processes, when they were last looked for
        self._generation = 0  # grows whenever what is remembered may have been wrong
        self._heard_out: set[int] = set()  # rounds that were looked at once more after they had left OPEN

    def recall(self, round_id: int, voter: str) -> Receipt | None:
        """From memory alone; KeyError when the database has to be asked."""
        if round_id in self._followed:
            return self._receipts.get((round_id, voter))
        return self._receipts[(round_id, voter)]

    def look_up(self, round_id: int, voter: str, opened_at: datetime) -> Receipt | None:
        """From memory, else from the database."""
        if (round_id, voter) in self._receipts:
            return self._receipts[(round_id, voter)]
        generation = self._generation
        with self._database.reading() as c:
            found = reads.receipt(c, round_id, voter, text_of(opened_at))
        with self._lock:
            if generation != self._generation:
                return self._receipts.get((round_id, voter)) or found
            return self._receipts.setdefault((round_id, voter), found)

    def remember(self, round_id: int, voter: str, receipt: Receipt) -> None:
        with self._lock:
            self._receipts[(round_id, voter)] = receipt
            self._taken[round_id] = self._taken.get(round_id, 0) + len(receipt.lines)

    def forget(self) -> None:
        with self._lock:
            self._generation += 1
            self._receipts.clear()
            self._followed.clear()
            self._taken.clear()
            self._of_others.clear()
            self._heard_out.clear()

    def keep_only(self, rounds: Collection[int]) -> None:
        """Receipts are kept while a phone may ask for them: of the round that matters in each sitting."""
        for key in [key for key in tuple(self._receipts) if key[0] not in rounds]:
            self._receipts.pop(key, None)
        with self._lock:
            for counts in (self._taken, self._of_others):
                for gone in counts.keys() - set(rounds):
                    del counts[gone]
            self._followed &= set(rounds)
            self._heard_out &= set(rounds)

    def follow(self, c: Connection, now: Round | None) -> None:
        """A round that is seen before its first paper: who has no receipt in memory has none.

        On PostgreSQL another process may store papers of it, so that nothing can be known without looking.
        """
        if self._database.is_sqlite and now is not None and now.phase is Phase.OPEN and not reads.how_many(c, now.id):
            self._followed.add(now.id)

    def hear_of_others(self, round_id: int, *, is_open: bool) -> None:
        """Papers that another process has taken: what is known of their voters is looked up anew.

        While the round is open the voters are listed only when there are lines that this process has not stored;
        once it is not, they are listed one last time.
        """
        if not is_open and round_id in self._heard_out:
            return
        with self._database.reading() as c:
            of_others = reads.how_many(c, round_id) - self._taken.get(round_id, 0)
            if is_open and of_others == self._of_others.get(round_id, 0):
                return
            newest = reads.newest_versions(c, round_id)
        with self._lock:
            self._generation += 1
            self._of_others[round_id] = of_others
            (self._heard_out.discard if is_open else self._heard_out.add)(round_id)
            for voter, version in newest.items():
                known = self._receipts.get((round_id, voter))
                if known is None or known.version < version:
                    self._receipts.pop((round_id, voter), None)
