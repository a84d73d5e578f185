"""Builders for the life of list items: a small list that things happen to, day by day."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

from scoring.commitment import Event, Kind, Part, Verdict
from scoring.family import Happened, happen
from scoring.item import Item
from scoring.life import replay

START = date(2019, 4, 23)
OWNER = "永嘉县"
PROOF = ("a" * 64,)


def day(n: int) -> date:
    return START + timedelta(days=n)


def event(kind: Kind, n: int = 0, **fields: Any) -> Event:
    fields.setdefault("by", "督办办经办人")
    moment = datetime(START.year, START.month, START.day, 2, tzinfo=UTC) + timedelta(days=n)
    return Event(kind=kind, at=moment, on=day(n), **fields)


class Book:
    """A list with the log of every item; what is refused leaves it as it was."""

    def __init__(self) -> None:
        self.items: dict[str, Item] = {}
        self.logs: dict[str, list[Event]] = {}

    def happen(self, number: str, one: Event) -> Happened:
        happened = happen(self.items, number, one)
        self.items.update(happened.items)
        for at, followed in happened.events:
            self.logs.setdefault(at, []).append(followed)
        return happened

    def do(self, number: str, kind: Kind, n: int, /, **fields: Any) -> Item:
        self.happen(number, event(kind, n, **fields))
        return self.items[number]

    def list(self, number: str = "1", n: int = 0, *, due: int | None = 60, unit: str = OWNER, **fields: Any) -> Item:
        return self.do(number, Kind.LISTED, n, number=number, unit=unit, deadline=None if due is None else day(due), **fields)

    def accept(self, number: str = "1", n: int = 1) -> Item:
        return self.own(number, Kind.ACCEPTED, n)

    def own(self, number: str, kind: Kind, n: int, /, **fields: Any) -> Item:
        """Something the owner's liaison does."""
        unit = self.items[number].unit
        return self.do(number, kind, n, by=f"{unit}联络员", by_unit=unit, **fields)

    def ask_closure(self, number: str = "1", n: int = 50) -> Item:
        return self.own(number, Kind.CLOSURE_ASKED, n, evidence=PROOF)

    def sign_off(self, number: str = "1", n: int = 52) -> Item:
        self.do(number, Kind.CHECKED, n, by="督查组", passed=True)
        return self.do(number, Kind.SIGNED_OFF, n, by="联系领导")

    def close(self, number: str = "1", n: int = 50) -> Item:
        """From whatever is being worked on to struck off."""
        self.ask_closure(number, n)
        self.sign_off(number, n)
        return self.do(number, Kind.PUBLISHED, n)

    def relapse(self, number: str = "1", n: int = 90, *, due: int = 120) -> Item:
        self.do(number, Kind.LOOKED_BACK, n, by="市民监督员", verdict=Verdict.NOT_KEPT, text="又停工了")
        return self.do(number, Kind.RELAPSED, n, text="回头看发现反弹", deadline=day(due))

    def split(self, number: str, n: int, parts: Iterable[tuple[str, str, str, int]]) -> Item:
        """Parts as (number, weight, unit, due)."""
        made = tuple(Part(number=key, weight=Fraction(weight), unit=unit, text="分项", deadline=day(due))
                     for key, weight, unit, due in parts)
        return self.do(number, Kind.SPLIT, n, parts=made)

    def at(self, number: str, n: int) -> Item | None:
        return replay(self.logs[number], as_of=day(n))


def in_progress(**fields: Any) -> Book:
    """A list of one item that its unit has accepted on day 1; due on day 60."""
    book = Book()
    book.list(**fields)
    book.accept()
    return book
