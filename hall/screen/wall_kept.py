"""A wall as text and back: what a frozen screen goes on showing, also after a restart.

Written from the values' own fields, so that a kind of wall added later is kept without a line here. Names of judges
are left out: a screen never shows them. A text that this version of the program cannot read gives None.
"""

from __future__ import annotations

import json
import types
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from hall.screen.wall import AgendaWall, BallotWall, RankingWall, RevealWall, Wall
from hall.screen.wall_stage import SegmentWall, StageWall

_KINDS: dict[str, type[Wall]] = {
    one.__name__: one for one in (AgendaWall, StageWall, SegmentWall, BallotWall, RevealWall, RankingWall)}
_LEFT_OUT = frozenset({"missing", "absent"})


def written(wall: Wall) -> str:
    return json.dumps({"kind": type(wall).__name__, "wall": _plain(wall)}, ensure_ascii=False, sort_keys=True)


@lru_cache(maxsize=8)
def read(text: str) -> Wall | None:
    """The wall that was written; None if it was written by a program whose walls were made otherwise."""
    try:
        raw = json.loads(text)
        made: Wall = _made(_KINDS[raw["kind"]], raw["wall"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return made


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value) if one.name not in _LEFT_OUT}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, datetime) else value


def _made(kind: Any, raw: Any) -> Any:
    """The value of this type; `tuple[X, ...]` and `tuple[X, Y]` alike."""
    if get_origin(kind) in (Union, types.UnionType):
        kind = next(one for one in get_args(kind) if (one is type(None)) == (raw is None))
    if raw is None:
        return None
    if get_origin(kind) is tuple:
        inner = get_args(kind)
        inside = (inner[0],) * len(raw) if inner[-1] is Ellipsis else inner
        return tuple(_made(one, part) for one, part in zip(inside, raw, strict=True))
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{name: _made(hints[name], one) for name, one in raw.items()})  # type: ignore[operator]
    if kind is datetime:
        return datetime.fromisoformat(raw)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(raw)
    if not isinstance(raw, kind):
        raise TypeError(f"{raw!r} is not a {kind}")
    return raw
