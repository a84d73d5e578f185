"""Which phones are there, and which of them hold a paper that has not come in: in memory, and nowhere else.

A phone says with each poll what it holds unsent (`X-Paper: <round id> filling|sealed`). It is forgotten with
the process, written to no log and no table: of a secret group it would tell who voted late. Times are those of
the house's clock, which is steady. This file knows seats by id and nothing of groups, names or marks.

    presence.heard(seat.id, request.headers.get("x-paper", ""), clock())
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

ONLINE = timedelta(seconds=30)
FILLING = timedelta(seconds=30)
ON_THE_WAY = timedelta(seconds=60)
BOUND = 50_000  # seats remembered; beyond that whoever was heard of longest ago is forgotten

_Held = tuple[int, str, datetime]  # round, "filling" | "sealed" | "sending", when it was said


class Presence:
    """What the phones of this process have said of themselves. Every method may be called from any thread."""

    def __init__(self, bound: int = BOUND) -> None:
        self._bound = bound
        self._lock = threading.Lock()
        self._seen: dict[int, datetime] = {}
        self._held: dict[int, _Held] = {}

    # -- telling -----------------------------------------------------------------------------------------

    def heard(self, seat_id: int, paper: str, at: datetime) -> None:
        """A poll of this seat's phone, with what it says it holds unsent; nothing, or nonsense: it holds nothing."""
        said = paper.split() if len(paper) < 40 else []
        holds = len(said) == 2 and said[0].isascii() and said[0].isdigit() and said[1] in ("filling", "sealed")
        with self._lock:
            self._remember_seen(seat_id, at)
            if holds:
                self._remember_held(seat_id, (int(said[0]), said[1], at))
            elif seat_id in self._held and self._held[seat_id][1] != "sending":
                del self._held[seat_id]

    def sending(self, seat_id: int, round_id: int, at: datetime) -> None:
        """A paper of this seat is being received, or waits to be stored."""
        with self._lock:
            self._remember_seen(seat_id, at)
            self._remember_held(seat_id, (round_id, "sending", at))

    def delivered(self, seat_id: int, round_id: int) -> None:
        """The paper has its final answer, whichever it was: nothing of this seat is on the way to this round."""
        with self._lock:
            if seat_id in self._held and self._held[seat_id][0] == round_id:
                del self._held[seat_id]

    # -- asking ------------------------------------------------------------------------------------------

    def on_the_way(self, round_id: int, at: datetime) -> frozenset[int]:
        """Seats whose finished paper for this round was announced in the last minute and is not in."""
        return self._holding(round_id, at, ("sealed", "sending"), ON_THE_WAY)

    def filling(self, round_id: int, at: datetime) -> frozenset[int]:
        """Seats that are filling a paper for this round and have not pressed 提交."""
        return self._holding(round_id, at, ("filling",), FILLING)

    def seen(self, at: datetime) -> frozenset[int]:
        """Seats whose phone was heard of in the last half minute (在线)."""
        with self._lock:
            return frozenset(seat for seat, then in self._seen.items() if at - then <= ONLINE)

    def _holding(self, round_id: int, at: datetime, states: tuple[str, ...], within: timedelta) -> frozenset[int]:
        with self._lock:
            return frozenset(seat for seat, (of_round, state, then) in self._held.items()
                             if of_round == round_id and state in states and at - then <= within)

    def _remember_seen(self, seat_id: int, at: datetime) -> None:
        self._seen.pop(seat_id, None)
        self._seen[seat_id] = at
        if len(self._seen) > self._bound:
            del self._seen[next(iter(self._seen))]

    def _remember_held(self, seat_id: int, held: _Held) -> None:
        self._held.pop(seat_id, None)
        self._held[seat_id] = held
        if len(self._held) > self._bound:
            del self._held[next(iter(self._held))]
