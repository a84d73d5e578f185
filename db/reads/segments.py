"""The agenda template of a sitting, how its segments ran, and what the hosts did last."""

from __future__ import annotations

import json
from collections.abc import Collection

from sqlalchemy import Connection, bindparam, select

from db import tables as t
from db.clock import maybe_moment, moment_of
from db.reads.sittings import OF
from db.stage_values import LastMove, Segment, SegmentRun

_SEGMENTS = select(t.segment).where(t.segment.c.sitting_id == OF).order_by(t.segment.c.position)
_RUNS = (
    select(t.segment_run, t.segment.c.key.label("segment"), t.target.c.key.label("target"))
    .join_from(t.segment_run, t.segment, t.segment_run.c.segment_id == t.segment.c.id)
    .outerjoin(t.target, t.segment_run.c.target_id == t.target.c.id)
    .where(t.segment_run.c.sitting_id == OF).order_by(t.segment_run.c.id))
_LAST_MOVE = (
    select(t.record_entry)
    .where(t.record_entry.c.sitting_id == OF, t.record_entry.c.action.in_(bindparam("actions", expanding=True)))
    .order_by(t.record_entry.c.id.desc()).limit(1))


def segments(c: Connection, sitting_id: int) -> tuple[Segment, ...]:
    """In the template's order; none where the sitting has no template."""
    rows = c.execute(_SEGMENTS, {"of": sitting_id})
    return tuple(Segment(id=r.id, key=r.key, kind=r.kind, title=r.title, scope=r.scope, seconds=r.seconds,
                         warn_seconds=r.warn_seconds) for r in rows)


def runs(c: Connection, sitting_id: int) -> tuple[SegmentRun, ...]:
    """In the order they were begun."""
    rows = c.execute(_RUNS, {"of": sitting_id})
    return tuple(
        SegmentRun(id=r.id, segment=r.segment, target=r.target, began_at=moment_of(r.began_at),
                   paused_at=maybe_moment(r.paused_at), paused_ms=r.paused_ms, more_seconds=r.more_seconds,
                   ended_at=maybe_moment(r.ended_at))
        for r in rows)


def last_move(c: Connection, sitting_id: int, actions: Collection[str]) -> LastMove | None:
    """The newest line of the record about this sitting that tells of one of these actions."""
    r = c.execute(_LAST_MOVE, {"of": sitting_id, "actions": list(actions)}).first()
    return None if r is None else LastMove(id=r.id, at=moment_of(r.at), by=r.actor, action=r.action,
                                           detail=json.loads(r.detail))


def any_paper(c: Connection, round_id: int) -> bool:
    """Whether anything that counts was handed in for this round, on a phone or on paper, whatever became of it."""
    return any(c.execute(select(table.c.round_id).where(table.c.round_id == round_id).limit(1)).first() is not None
               for table in (t.ballot, t.paper))
