"""What may have been meant by a key that is not there: all that there are where they are few, else the nearest.

Whatever was typed, the sentence stays short: a sitting may have two hundred units, and a name forty characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher

from office.refusal import NotFound

FEW = 5
_LONGEST = 24


def no_target(asked: Sequence[str], known: Mapping[str, str]) -> NotFound:
    """Of an agenda (key -> name) that has none of `asked`."""
    return NotFound(f"议程里没有“{some_of(asked, '个') or '（空）'}”。{_known(asked[0] if asked else '', known, '可选的有', '家')}。")


def some_of(names: Sequence[str], unit: str = "家") -> str:
    """As many of them as one sentence holds, and how many there are."""
    return "、".join(map(_cut, names[:3])) + (f"等{len(names)}{unit}" if len(names) > 3 else "")


def no_sitting(asked: str, keys: Iterable[str]) -> NotFound:
    known = _known(asked, {key: key for key in keys}, "现有场次", "场") or "还没有任何场次"
    return NotFound(f"没有场次“{_cut(asked)}”。{known}。")


def _known(asked: str, known: Mapping[str, str], lead: str, unit: str) -> str:
    if len(known) <= FEW:
        return f"{lead}：{'、'.join(_words(*one) for one in known.items())}" if known else ""
    nearest = sorted(known.items(), key=lambda one: -max(_alike(asked[:80], words) for words in one))[:FEW]
    return f"相近的有：{'、'.join(_words(*one) for one in nearest)}（共{len(known)}{unit}）"


def _words(key: str, name: str) -> str:
    return _cut(key) if key == name else f"{_cut(key)} {_cut(name)}"


def _alike(asked: str, known: str) -> float:
    """From 0 to 2: what holds the other comes before what only looks like it."""
    asked, known = asked.casefold(), known.casefold()
    holds = bool(asked) and (asked in known or known in asked)
    return holds + SequenceMatcher(None, asked, known, autojunk=False).ratio()


def _cut(words: str) -> str:
    return words if len(words) <= _LONGEST else words[:_LONGEST - 1] + "…"
