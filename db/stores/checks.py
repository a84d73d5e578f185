"""Device checks: what each seat's phone last found out about itself before the sitting. No vote is ever among it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert

from db import tables as t
from db.clock import text_of
from db.values import DeviceCheck


class Checks:
    """Writes of the device check: one row a seat, the last one counts."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def note(self, checks: Iterable[DeviceCheck]) -> None:
        """Put these in the place of what their seats found before."""
        last = {one.seat_id: one for one in checks}
        if not last:
            return
        self._c.execute(delete(t.device_check).where(t.device_check.c.seat_id.in_(last)))
        self._c.execute(insert(t.device_check), [
            {"seat_id": one.seat_id, "checked_at": text_of(one.checked_at), "storage": one.storage,
             "skew_ms": one.skew_ms, "round_trip_ms": one.round_trip_ms, "lost": one.lost}
            for one in last.values()])
