"""The hall's time: it never jumps while a round is open, whatever somebody does to the machine's clock.

The time that the machine showed last while nothing was open is carried on by a counter that nobody can set (on Linux
one that goes on while a laptop sleeps). A clock that is put right, by hand or over the network, is followed as soon
as no round is open.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def machine_time() -> datetime:
    return datetime.now(UTC)


def counter() -> float:
    """Seconds since some moment."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class SteadyClock:
    """Call it for the time."""

    def __init__(self, wall: Callable[[], datetime] = machine_time, counts: Callable[[], float] = counter) -> None:
        self._wall = wall
        self._counts = counts
        self._anchor = (wall(), counts())

    def __call__(self) -> datetime:
        then, counted = self._anchor
        return then + timedelta(seconds=self._counts() - counted)

    def settle(self) -> None:
        """Take over what the machine shows."""
        self._anchor = (self._wall(), self._counts())
