"""The keys of supplementary sittings (补场): each is made from the key of the sitting whose units it takes in.

`small` has `small-buchang1`, then `small-buchang2`. A long key is cut to keep to the length of keys, and carries a hash
of the whole: two sittings whose keys begin alike never share a supplementary sitting.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection

_SUPPLEMENT = "-buchang"
_ROOM = 60
_HASHED = 10


def key_of(sitting: str, number: int) -> str:
    """The key of this sitting's supplementary sitting number 1, 2, 3 ..."""
    ending = f"{_SUPPLEMENT}{number}"
    if len(sitting) + len(ending) <= _ROOM:
        return sitting + ending
    digest = hashlib.sha256(sitting.encode()).hexdigest()[:_HASHED]
    return f"{sitting[:_ROOM - len(ending) - _HASHED - 1]}-{digest}{ending}"


def made_of(key: str, known: Collection[str]) -> str | None:
    """Of which of these sittings this is a supplementary one; None for any other."""
    head, _word, number = key.rpartition(_SUPPLEMENT)
    if not (head and number.isascii() and number.isdigit()):
        return None
    if head in known:
        return head
    return next((one for one in known if key_of(one, int(number)) == key), None)
