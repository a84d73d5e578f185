"""What of a result may be shown to whom: drafts and named ballots to the people of the hall, and of a secret group of
fewer than three ballots nothing to anybody.

A total and all groups but one give the one by arithmetic. Whoever may not see named ballots is therefore shown no
group of a target of which one is hidden; and where a total rests on hidden groups alone, nobody is shown the total.
The people of the hall can still work a hidden group out from named ballots: they are told so before they publish.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from db.values import Staff
from office.people import Role
from scoring.rule import Rule

FEWEST_SECRET_BALLOTS = 3
HIDDEN_WORDS = f"不足{FEWEST_SECRET_BALLOTS}张，不显示"
WITHHELD_WORDS = "为保密不单列"
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


def hidden_groups(rule: Rule, target: Mapping[str, Any]) -> frozenset[str]:
    """Secret groups that scored this target (a target of a result) with fewer than three ballots."""
    by_criterion = rule.trim.unit.value == "criterion"
    return frozenset(key for key in _scored(target)
                     if is_hidden(rule.group(key).secret, valid_ballots(target["groups"][key], by_criterion)))


def total_tells_a_mean(rule: Rule, target: Mapping[str, Any]) -> bool:
    """Whether the total of this target rests on nothing but hidden groups."""
    scored = _scored(target)
    return bool(scored) and scored <= hidden_groups(rule, target)


def _scored(target: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(key for key, one in target["groups"].items() if one["exact"] is not None)
