"""How a round ends: a countdown to its closing time, then a last collection, then it is closed. Pure.

At the closing time phones freeze. What was made by then and is still on its way is *collected* for the sitting's
grace; during all of that the round is open in the database, and the clock closes it afterwards.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from db.values import Round
from scoring.round import Phase


def seconds_left(of_round: Round, now: datetime) -> int | None:
    """Whole seconds until its closing time, never below 0; None when it has none yet."""
    return None if of_round.closes_at is None else _whole(of_round.closes_at - now)


def collects_until(closes_at: datetime, grace_seconds: int) -> datetime:
    """Until when a paper that was made in time may still arrive."""
    return closes_at + timedelta(seconds=grace_seconds)


def collecting_left(of_round: Round, grace_seconds: int, now: datetime) -> int:
    """Whole seconds until the clock closes a round that is being collected, never below 0."""
    assert of_round.closes_at is not None
    return _whole(collects_until(of_round.closes_at, grace_seconds) - now)


def is_closing(of_round: Round, grace_seconds: int, now: datetime) -> bool:
    """The countdown is on: announcing the close now would bring it no nearer."""
    left = seconds_left(of_round, now)
    return left is not None and left <= grace_seconds and not is_collecting(of_round, now)


def is_collecting(of_round: Round, now: datetime) -> bool:
    """Phones are frozen; what was made in time is still taken in."""
    return of_round.phase is Phase.OPEN and of_round.closes_at is not None and of_round.closes_at <= now


def _whole(time: timedelta) -> int:
    return max(0, math.ceil(time.total_seconds()))
