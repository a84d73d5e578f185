"""Segments and their runs: the agenda template, and what happens on stage by it.

The database keeps one going run a sitting; what may begin, pause or end when is decided in `hall.stage.segments`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from db import tables as t
from db.clock import moment_of, text_of
from db.stage_values import Segment


class Segments:
    """Writes of the stage's clock."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def put(self, sitting_id: int, segments: Sequence[Segment]) -> None:
        """The template from now on, in this order. A segment that ran keeps its row; one that is gone must not have run."""
        known = {r.key: r.id for r in self._c.execute(
            select(t.segment.c.id, t.segment.c.key).where(t.segment.c.sitting_id == sitting_id))}
        gone = [known[key] for key in known.keys() - {one.key for one in segments}]
        if gone:
            self._c.execute(delete(t.segment).where(t.segment.c.id.in_(gone)))
        for position, one in enumerate(segments, 1):
            values = {"kind": one.kind, "title": one.title, "scope": one.scope, "position": position,
                      "seconds": one.seconds, "warn_seconds": one.warn_seconds}
            if one.key in known:
                self._c.execute(update(t.segment).where(t.segment.c.id == known[one.key]).values(**values))
            else:
                self._c.execute(insert(t.segment).values(sitting_id=sitting_id, key=one.key, **values))

    def begin(self, sitting_id: int, segment_id: int, target_id: int | None, *, at: datetime) -> int:
        done = self._c.execute(insert(t.segment_run).values(
            sitting_id=sitting_id, segment_id=segment_id, target_id=target_id, began_at=text_of(at), paused_ms=0,
            more_seconds=0))
        assert done.inserted_primary_key is not None
        return int(done.inserted_primary_key[0])

    def end_going(self, sitting_id: int, *, at: datetime) -> int | None:
        """End the going run, a pause with it; its id, or None when none is going."""
        row = self._c.execute(select(t.segment_run).where(
            t.segment_run.c.sitting_id == sitting_id, t.segment_run.c.ended_at.is_(None))).first()
        if row is None:
            return None
        paused = row.paused_ms + (_milliseconds(row.paused_at, at) if row.paused_at is not None else 0)
        self._c.execute(update(t.segment_run).where(t.segment_run.c.id == row.id).values(
            ended_at=text_of(at), paused_at=None, paused_ms=paused))
        return int(row.id)

    def take_up(self, run_id: int, *, at: datetime) -> None:
        """Let an ended run go on; from its end until now it was paused."""
        row = self._c.execute(select(t.segment_run).where(t.segment_run.c.id == run_id)).one()
        self._c.execute(update(t.segment_run).where(t.segment_run.c.id == run_id).values(
            ended_at=None, paused_ms=row.paused_ms + _milliseconds(row.ended_at, at)))

    def drop(self, run_id: int) -> None:
        """A run that was begun by mistake; the record tells of it."""
        self._c.execute(delete(t.segment_run).where(t.segment_run.c.id == run_id))

    def pause(self, run_id: int, *, at: datetime) -> None:
        self._c.execute(update(t.segment_run).where(t.segment_run.c.id == run_id).values(paused_at=text_of(at)))

    def resume(self, run_id: int, *, at: datetime) -> None:
        row = self._c.execute(select(t.segment_run).where(t.segment_run.c.id == run_id)).one()
        paused = row.paused_ms + (_milliseconds(row.paused_at, at) if row.paused_at is not None else 0)
        self._c.execute(update(t.segment_run).where(t.segment_run.c.id == run_id)
                        .values(paused_at=None, paused_ms=paused))

    def give(self, run_id: int, seconds: int) -> None:
        self._c.execute(update(t.segment_run).where(t.segment_run.c.id == run_id)
                        .values(more_seconds=t.segment_run.c.more_seconds + seconds))


def _milliseconds(since: str, until: datetime) -> int:
    return max(0, round((until - moment_of(since)).total_seconds() * 1000))
