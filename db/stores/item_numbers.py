"""The numbers of the list: the next of a series, or the one that a list from elsewhere brings along.

Numbers are given one at a time: whoever puts them on the list holds the record (`db.record`).
"""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from db import tables as t
from db.item_rows import Place
from db.item_values import NewItem


class Numbers:
    """Gives numbers one after the other, as if each item were on the list before the next is asked for."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection
        self._given: set[tuple[str, int]] = set()
        self._last: dict[str, int] = {}
        self._periods: dict[int, str] = {}

    def next(self, new: NewItem) -> Place:
        place = self._own(new.number) if new.number else self._following(new)
        self._given.add((place.series, place.nth))
        if place.series in self._last:
            self._last[place.series] = max(self._last[place.series], place.nth)
        return place

    def _own(self, number: str) -> Place:
        series, _dash, last = number.rpartition("-")
        if series and last.isascii() and last.isdigit() and len(last) <= 9 and not self._is_taken(series, int(last)):
            return Place(series, int(last), number)
        return Place(f"={number}", 1, number)

    def _following(self, new: NewItem) -> Place:
        series = new.series or (str(new.listed_on.year) if new.sitting_id is None else self._period(new.sitting_id))
        if series not in self._last:
            held = self._c.execute(select(func.max(t.item.c.nth)).where(t.item.c.series == series)).scalar_one()
            self._last[series] = max((held or 0, *(nth for one, nth in self._given if one == series)))
        nth = self._last[series] + 1
        return Place(series, nth, f"{series}-{nth:03d}")

    def _is_taken(self, series: str, nth: int) -> bool:
        """2026-3 stands beside 2026-003: another number at the same place of the series."""
        return (series, nth) in self._given or self._c.execute(
            select(t.item.c.id).where(t.item.c.series == series, t.item.c.nth == nth)).first() is not None

    def _period(self, sitting_id: int) -> str:
        if sitting_id not in self._periods:
            self._periods[sitting_id] = str(
                self._c.execute(select(t.sitting.c.period).where(t.sitting.c.id == sitting_id)).scalar_one())
        return self._periods[sitting_id]
