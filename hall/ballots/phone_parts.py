"""One paper for many units, cut into parts that a thumb can leaf through: by what the units belong to, else by twenties.

A paper of 185 towns is one paper and one receipt; on the phone it is a list of counties that open one by one, each
telling how much of it is filled in. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hall.moment.snapshot import TargetCard

LONG_PAPER = 12  # units; up to these a paper is one list
LARGEST_PART = 45
BY_NUMBER = 20

_WAYS: tuple[Callable[[TargetCard], str], ...] = (
    lambda card: card.ranking_group, lambda card: card.parent_name, lambda card: card.route)


def parts_of(cards: Sequence[TargetCard]) -> dict[str, str]:
    """Target key -> the heading of its part; empty for a paper that needs none."""
    if len(cards) <= LONG_PAPER:
        return {}
    for way in _WAYS:
        named = {card.key: way(card) for card in cards}
        sizes = [list(named.values()).count(name) for name in set(named.values())]
        if all(named.values()) and len(sizes) > 1 and max(sizes) <= LARGEST_PART and len(sizes) * 2 <= len(cards):
            return named
    return {card.key: _numbered(n, len(cards)) for n, card in enumerate(cards)}


def _numbered(n: int, of: int) -> str:
    start = n // BY_NUMBER * BY_NUMBER
    return f"第{start + 1}—{min(of, start + BY_NUMBER)}家"
