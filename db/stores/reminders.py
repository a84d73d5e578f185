"""Reminders that go out: claimed before they are sent, marked after, never the same one twice on a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import Connection, delete, insert, update

from db import tables as t
from db.clock import text_of


class Reminders:
    """Writes of what is sent. Who is reminded of what is `office`'s."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def claim(self, reasons: Iterable[tuple[int, str]], *, day: date, recipient: str, channel: str, at: datetime,
              by: str) -> None:
        """(item, why) that are sent now; what failed earlier today is claimed again. The database refuses the rest."""
        for item_id, why in reasons:
            own = (t.reminder.c.day == day.isoformat(), t.reminder.c.item_id == item_id, t.reminder.c.why == why,
                   t.reminder.c.recipient == recipient, t.reminder.c.channel == channel)
            self._c.execute(delete(t.reminder).where(*own, t.reminder.c.state == "failed"))
            self._c.execute(insert(t.reminder).values(
                day=day.isoformat(), item_id=item_id, why=why, recipient=recipient, channel=channel, state="sending",
                at=text_of(at), by=by, said=""))

    def mark(self, *, day: date, recipient: str, channel: str, state: str, said: str) -> None:
        """How what was claimed for this recipient ended."""
        self._c.execute(update(t.reminder).where(
            t.reminder.c.day == day.isoformat(), t.reminder.c.recipient == recipient, t.reminder.c.channel == channel,
            t.reminder.c.state == "sending").values(state=state, said=said))
