"""Device checks, read for the host's console and for the preflight."""

from __future__ import annotations

from sqlalchemy import Connection, select

from db import tables as t
from db.clock import moment_of
from db.values import DeviceCheck


def checks(c: Connection, sitting: str) -> dict[int, DeviceCheck]:
    """Seat id -> what its phone last found, of the seats of one sitting that have checked."""
    rows = c.execute(
        select(t.device_check).join(t.seat, t.seat.c.id == t.device_check.c.seat_id)
        .join(t.sitting, t.sitting.c.id == t.seat.c.sitting_id).where(t.sitting.c.key == sitting))
    return {
        r.seat_id: DeviceCheck(seat_id=r.seat_id, checked_at=moment_of(r.checked_at), storage=bool(r.storage),
                               skew_ms=r.skew_ms, round_trip_ms=r.round_trip_ms, lost=r.lost)
        for r in rows}
