"""When the hall screen of a sitting was last seen drawing itself: in memory, forgotten with the process.

    screens.seen("county_2026q2", clock())      # by the screen's page, once a second
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

CONNECTED = timedelta(seconds=10)
BOUND = 1_000  # sittings remembered


class Screens:
    """Every method may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[str, datetime] = {}

    def seen(self, sitting: str, at: datetime) -> None:
        """A screen of this sitting has just been drawn."""
        with self._lock:
            self._seen.pop(sitting, None)
            self._seen[sitting] = at
            if len(self._seen) > BOUND:
                del self._seen[next(iter(self._seen))]

    def last(self, sitting: str) -> datetime | None:
        """When it was last drawn, since this process began."""
        with self._lock:
            return self._seen.get(sitting)

    def connected(self, sitting: str, at: datetime) -> bool:
        """Whether one was drawn in the last ten seconds."""
        last = self.last(sitting)
        return last is not None and at - last <= CONNECTED
