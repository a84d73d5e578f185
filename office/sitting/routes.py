"""Viewing on several routes (分线路观摩): who has seen a project, and who has not.

A seat or a target without a route belongs to all of them: that seat saw everything, that target was seen by everybody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Protocol

OFF_ROUTE = "分线路观摩，未看该项目"


class OnRoute(Protocol):
    """A seat or a target."""

    @property
    def route(self) -> str: ...


def is_off_route(seat: OnRoute, target: OnRoute) -> bool:
    """Whether this seat has not seen this target."""
    return bool(seat.route and target.route and seat.route != target.route)


def route_words(seat: OnRoute, targets: Iterable[OnRoute]) -> str:
    """`第一线路，15个项目`: what a seat with a route scores; empty for one that saw everything."""
    return f"{seat.route}，{sum(not is_off_route(seat, one) for one in targets)}个项目" if seat.route else ""


def routes_of(targets: Iterable[OnRoute]) -> tuple[str, ...]:
    """The routes in the order in which they first appear."""
    return tuple(Counter(one.route for one in targets if one.route))
