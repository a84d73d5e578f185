"""What the stage tables hold, as frozen values: the segments (环节) of a sitting, and how each of them ran.

A *run* is one segment from its start to its end, of one target or of the whole hall. Its clock is worked out in
`hall.moment.timer`; a ballot has no run, its clock is its round's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One line of the agenda template. `scope`: before, each (of every target that speaks) or after. `seconds` is the
    limit, 0 for none; `warn_seconds` before it the clock warns."""

    id: int
    key: str
    kind: str
    title: str
    scope: str
    seconds: int
    warn_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentRun:
    """`segment` and `target` are keys; `target` is None for the whole hall. The going run of a sitting has no end."""

    id: int
    segment: str
    target: str | None
    began_at: datetime
    paused_at: datetime | None = None
    paused_ms: int = 0
    more_seconds: int = 0
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LastMove:
    """What a host (or the clock) did last to the stage or to a round: the line `id` of the record. A press carries the
    id that it was drawn with; 0 stands for nothing yet."""

    id: int
    at: datetime
    by: str
    action: str
    detail: Mapping[str, object] = field(default_factory=dict)
