"""Checking phones in behind their backs: the first scan of a badge is the check-in, and no phone ever waits for it.

The first is written down at once, whoever comes then every fifth of a second, all together. A secret seat that is
first heard of by its paper (a phone without JavaScript) is checked in once the round is over: the time of its arrival
would be the time of its paper.
"""

from __future__ import annotations

import asyncio
import logging

from hall.moment.live import Live
from hall.moment.snapshot import SeatCard, Snapshot
from scoring.round import Phase

log = logging.getLogger("leitai.arrivals")

PAUSE_SECONDS = 0.2


class Arrivals:
    """Belongs to one event loop; `note` is called with every request of a phone."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._coming: dict[int, SeatCard] = {}
        self._after_the_round: dict[str, dict[int, SeatCard]] = {}  # by sitting
        self._writing: asyncio.Task[None] | None = None

    def note(self, seat: SeatCard, snapshot: Snapshot, *, with_paper: bool = False) -> None:
        is_open = snapshot.round is not None and snapshot.round.phase is Phase.OPEN
        if self._after_the_round and not is_open:
            self._coming |= self._after_the_round.pop(seat.sitting, {})
        if not seat.checked_in and not snapshot.sitting.desk_check_in:
            if with_paper and is_open and snapshot.rule.group(seat.group).secret:
                self._after_the_round.setdefault(seat.sitting, {})[seat.id] = seat
            else:
                self._coming[seat.id] = seat
        if self._coming and self._writing is None:
            self._writing = asyncio.get_running_loop().create_task(self._write_down())

    async def _write_down(self) -> None:
        try:
            while self._coming:
                coming = dict(sorted(self._coming.items()))  # by number, not in the order of their papers
                await asyncio.to_thread(self._live.check_in, *coming.values())
                for seat_id in coming:
                    self._coming.pop(seat_id, None)
                await asyncio.sleep(PAUSE_SECONDS)
        except Exception:  # the next poll tries again
            log.exception("seats could not be checked in")
            self._coming.clear()
        finally:
            self._writing = None
