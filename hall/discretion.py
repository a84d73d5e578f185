"""What of a result may be shown to whom: drafts and named ballots to the people of the hall, and of a secret group of
fewer than three ballots nothing to anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from db.values import Staff
from office.people import Role

FEWEST_SECRET_BALLOTS = 3
HIDDEN_WORDS = f"不足{FEWEST_SECRET_BALLOTS}张，不显示"
_PEOPLE_OF_THE_HALL = frozenset(
    {Role.HOST, Role.CLERK, Role.SUPERVISOR, Role.LEADER, Role.ADMINISTRATOR})


def is_of_the_hall(who: Staff) -> bool:
    """May see results before they are published, and named ballots: host, clerk, supervisor, leader, administrator."""
    return bool(who.roles & _PEOPLE_OF_THE_HALL)


def is_hidden(secret: bool, valid: int) -> bool:
    return secret and valid < FEWEST_SECRET_BALLOTS


def valid_ballots(group: Mapping[str, Any], by_criterion: bool) -> int:
    """Ballots with marks that count, before trimming."""
    dropped = 0 if by_criterion else len(group["dropped_high"]) + len(group["dropped_low"])
    return int(group["counted"]) + dropped
