"""Options that look alike are told apart: Streamlit knows an option by its label alone, and of two that are the same it takes
the last, whichever was meant. Two sittings of one title, two towns of one name, two photographs IMG_0001.jpg are common.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TypeVar

K = TypeVar("K")


def apart(names: Mapping[K, str], *more: Mapping[K, str]) -> dict[K, str]:
    """The same labels, no two alike: those that were get what `more` says of them, and where that is not enough a number."""
    told, known = dict(names), list(more)
    while len(set(told.values())) < len(told):
        besides = known.pop(0) if known else {}
        counts, nth = Counter(told.values()), Counter[str]()
        for key, label in list(told.items()):
            if counts[label] > 1:
                nth[label] += 1
                told[key] = f"{label}（{besides.get(key) or f'同名{nth[label]}'}）"
    return told
