"""The list (清单) compared with the record: every event that a line of the record keeps the hash of is there as it was
written, none stands between or after them that no line tells of, and every view is what its events come to.

Lines from before hashes were kept fault nothing. Some hundred items are held at a time, and 40 bytes for each line.
"""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from db.engine import Connection
from db.item_events import sha256_of
from db.reads import item_history
from db.reads.people import RecordLine
from db.stores.item_views import astray

Check = tuple[str, bool]
_KEPT = struct.Struct(">II32s")
_AT_ONCE = 400


def list_checks(c: Connection, lines: Iterable[RecordLine]) -> Iterator[Check]:
    """(what was checked, whether it holds); nothing where there is no list."""
    items = item_history.numbers(c)
    kept = _kept(lines)
    if not items and not kept:
        return
    changed, wrong = sorted(set(kept) - {number for _id, number in items}), list[str]()
    for n in range(0, len(items), _AT_ONCE):
        some = items[n:n + _AT_ONCE]
        events = item_history.rows_of(c, [one for one, _number in some])
        changed += [number for one, number in some if not _as_kept(events[one], bytes(kept.get(number, b"")))]
        wrong += _wrong(c, some)
    yield _said(f"清单{len(items)}项的事件与留痕", changed)
    yield _said(f"清单{len(items)}项的现状与事件重放", wrong)


def _said(words: str, faulty: Sequence[str]) -> Check:
    return (f"{words}不一致：{len(faulty)}项，先看 {faulty[0]}" if faulty else f"{words}一致"), not faulty


def _kept(lines: Iterable[RecordLine]) -> dict[str, bytearray]:
    """Number -> first serial, how many, hash, as often as the record keeps one."""
    kept: dict[str, bytearray] = defaultdict(bytearray)
    for line in lines:
        told = line.detail.get("events")
        if isinstance(told, dict):
            for number, (first, count, sha256) in told.items():
                kept[number] += _KEPT.pack(first, count, bytes.fromhex(sha256))
    return kept


def _as_kept(events: Sequence[Mapping[str, Any]], kept: bytes) -> bool:
    """From the first one on that the record keeps a hash of, all of them are there and no others."""
    following = None
    for first, count, sha256 in _KEPT.iter_unpack(kept):
        some = events[first - 1:first - 1 + count]
        if following not in (None, first) or len(some) < count or bytes.fromhex(sha256_of(some)) != sha256:
            return False
        following = first + count
    return following is None or following == len(events) + 1


def _wrong(c: Connection, some: Sequence[tuple[int, str]]) -> list[str]:
    """Numbers whose view is another one than the replay, or whose events cannot be replayed."""
    try:
        found = set(astray(c, [one for one, _number in some]))
    except (ValueError, KeyError, TypeError, AttributeError, AssertionError):  # a refused life is a ValueError
        if len(some) == 1:
            return [some[0][1]]
        return [number for one in some for number in _wrong(c, [one])]
    return [number for one, number in some if one in found]
