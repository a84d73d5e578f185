"""What the ballot box remembers of an open round, and writes nowhere, because it would tell who sent which paper.

Which secret seats have voted: asked only when a secret seat's badge was replaced while the round was open, and its
new secret makes a new voter of it. What this process has not seen itself (it was started later, another process took
the paper) it cannot know; the box compares its count with the database's, and refuses when the two differ.

When the paper that counts was made: a paper that was stuck in the network comes in after the one that replaced it,
and must not take its place.
"""

from __future__ import annotations

from collections.abc import Set


class Witness:
    """Written by the ballot box's one writer thread, and read by it."""

    def __init__(self) -> None:
        self._seen: dict[tuple[int, str], set[int]] = {}
        self._made: dict[tuple[int, str], tuple[str, str]] = {}

    def note(self, round_id: int, group: str, seat_id: int) -> None:
        self._seen.setdefault((round_id, group), set()).add(seat_id)

    def saw(self, round_id: int, group: str) -> Set[int]:
        return self._seen.get((round_id, group), frozenset())

    def note_made(self, round_id: int, voter: str, page: str, made_at: str) -> None:
        self._made[(round_id, voter)] = (page, made_at)

    def made(self, round_id: int, voter: str) -> tuple[str, str]:
        """On which page, and when, the voter's paper that counts was made; "" when that is not known."""
        return self._made.get((round_id, voter), ("", ""))

    def keep_only(self, rounds: Set[int]) -> None:
        """Of a round that is over nobody asks, and nothing is kept."""
        for kept in (self._seen, self._made):
            for key in [key for key in tuple(kept) if key[0] not in rounds]:
                kept.pop(key, None)

    def forget(self) -> None:
        """After a restore: what was seen belongs to another past."""
        self._seen.clear()
        self._made.clear()
