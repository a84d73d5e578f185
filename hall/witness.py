"""Which secret seats have voted in a round, remembered by this process and written nowhere.

Asked in one case only: a secret seat's badge was replaced while the round was open, and its new secret makes a new
voter of it. What the process has not seen itself (it was started later, another process took the paper) it cannot
know; the ballot box compares its count with the database's, and refuses when the two differ.
"""

from __future__ import annotations

from collections.abc import Set


class Witness:
    """Written by the ballot box's one writer thread, and read by it."""

    def __init__(self) -> None:
        self._seen: dict[tuple[int, str], set[int]] = {}

    def note(self, round_id: int, group: str, seat_id: int) -> None:
        self._seen.setdefault((round_id, group), set()).add(seat_id)

    def saw(self, round_id: int, group: str) -> Set[int]:
        return self._seen.get((round_id, group), frozenset())

    def keep_only(self, rounds: Set[int]) -> None:
        """Of a round that is over nobody asks, and nothing is kept."""
        for key in [key for key in tuple(self._seen) if key[0] not in rounds]:
            self._seen.pop(key, None)

    def forget(self) -> None:
        """After a restore: what was seen belongs to another past."""
        self._seen.clear()
