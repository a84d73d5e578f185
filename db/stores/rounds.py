"""Rounds and the stage: what the host moves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from db import tables as t
from db.clock import text_of
from db.stores import traces
from db.values import Screen
from scoring.round import Phase


class Rounds:
    """Writes of the hall's clock. The legality of a move is `scoring.round`'s; the database keeps one open round."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def lock_sitting(self, sitting_id: int) -> None:
        """Hold this sitting against other hosts until the transaction ends (PostgreSQL; SQLite holds everything)."""
        self._c.execute(select(t.sitting.c.id).where(t.sitting.c.id == sitting_id).with_for_update())

    def open(self, sitting_id: int, target_ids: Sequence[int], *, at: datetime, closes_at: datetime | None) -> int:
        number = self._c.execute(
            select(func.coalesce(func.max(t.round_.c.number), 0) + 1).where(t.round_.c.sitting_id == sitting_id)
        ).scalar_one()
        done = self._c.execute(insert(t.round_).values(
            sitting_id=sitting_id, number=number, phase=Phase.OPEN.value, opened_at=text_of(at),
            closes_at=None if closes_at is None else text_of(closes_at)))
        assert done.inserted_primary_key is not None
        round_id = int(done.inserted_primary_key[0])
        self._c.execute(insert(t.round_target), [
            {"round_id": round_id, "target_id": target_id, "counts": True} for target_id in target_ids])
        return round_id

    def phase(self, round_id: int) -> Phase:
        """Read under lock: nobody else moves this round before our transaction ends."""
        return Phase(self._c.execute(
            select(t.round_.c.phase).where(t.round_.c.id == round_id).with_for_update()).scalar_one())

    def set_closing(self, round_id: int, closes_at: datetime | None) -> None:
        self._c.execute(update(t.round_).where(t.round_.c.id == round_id)
                        .values(closes_at=None if closes_at is None else text_of(closes_at)))

    def close(self, round_id: int, *, at: datetime, by: str) -> None:
        self._c.execute(update(t.round_).where(t.round_.c.id == round_id).values(
            phase=Phase.CLOSED.value, closed_at=text_of(at), closed_by=by))
        self._forget_who_sent_what(round_id)

    def void(self, round_id: int, *, at: datetime, by: str, reason: str) -> None:
        """Keep the round and its ballots, and count none of them; its targets may be balloted again."""
        self._c.execute(update(t.round_).where(t.round_.c.id == round_id).values(
            phase=Phase.VOID.value, void_reason=reason,
            closed_at=func.coalesce(t.round_.c.closed_at, text_of(at)),
            closed_by=func.coalesce(t.round_.c.closed_by, by)))
        self._c.execute(update(t.round_target).where(t.round_target.c.round_id == round_id).values(counts=False))
        self._forget_who_sent_what(round_id)

    def publish(self, sitting_id: int) -> None:
        """Closed rounds become published ones."""
        self._c.execute(update(t.round_).where(
            t.round_.c.sitting_id == sitting_id, t.round_.c.phase == Phase.CLOSED.value)
            .values(phase=Phase.PUBLISHED.value))

    def show(self, sitting_id: int, shows: str, target_id: int | None) -> None:
        self._c.execute(delete(t.stage).where(t.stage.c.sitting_id == sitting_id))
        self._c.execute(insert(t.stage).values(sitting_id=sitting_id, shows=shows, target_id=target_id))
        self._c.execute(update(t.screen).where(t.screen.c.sitting_id == sitting_id).values(rehearsal=None))

    def set_screen(self, sitting_id: int, screen: Screen) -> None:
        """How the stage is shown from now on; what a frozen screen shows does not depend on the stage."""
        self._c.execute(delete(t.screen).where(t.screen.c.sitting_id == sitting_id))
        self._c.execute(insert(t.screen).values(
            sitting_id=sitting_id, version=screen.version, step=screen.step, low=screen.low, low_way=screen.low_way,
            rehearsal=screen.rehearsal, frozen=screen.frozen,
            frozen_at=None if screen.frozen_at is None else text_of(screen.frozen_at)))

    def _forget_who_sent_what(self, round_id: int) -> None:
        """Called after the round has left OPEN: its papers lose the order in which they came, and a sweep is owed."""
        traces.write_anew(self._c, round_id)
        traces.owe(self._c, round_id)
