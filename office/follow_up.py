"""The list of commitments (承诺清单) as it is followed up: each with its light on a given day, and counts that keep
numerator, denominator and date.

A light is a shape, a word and a colour together. The day comes in as an argument: the same list can be read as it
stood, or will stand, on any day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from db.engine import Database
from db.reads import results as result_reads
from db.reads import sittings as reads
from office.export import csv_of
from scoring.number import RoundingMode, printed

SOON_DAYS = 30


class Light(StrEnum):
    """How a commitment stands against its deadline, most urgent first."""

    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"

    @property
    def words(self) -> str:
        return {"red": "已过期", "yellow": f"{SOON_DAYS}天内到期", "green": "未到期"}[self.value]

    @property
    def shape(self) -> str:
        return {"red": "■", "yellow": "▲", "green": "●"}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """One listed commitment on the day asked for. `days` to the deadline: negative once it has passed."""

    number: str
    sitting: str
    sitting_title: str
    period: str
    unit: str
    unit_name: str
    shortcoming: str
    gap: str
    goal: str
    text: str
    owner: str
    deadline: date
    amount: str
    light: Light
    days: int

    @property
    def days_words(self) -> str:
        if self.days < 0:
            return f"过期{-self.days}天"
        return "今天到期" if self.days == 0 else f"还有{self.days}天"


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """So many of so many, on a day."""

    light: Light
    count: int
    of: int
    as_of: date

    @property
    def share(self) -> str:
        """Percent with one decimal, rounded half up; a dash where there is nothing to divide by."""
        return f"{printed(Fraction(self.count * 100, self.of), 1, RoundingMode.HALF_UP)}%" if self.of else "—"


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """The list on one day: most urgent first, whole (`all_items`) and as filtered (`items`)."""

    as_of: date
    all_items: tuple[Followed, ...]
    items: tuple[Followed, ...]
    counts: tuple[Count, ...]
    units: tuple[tuple[str, str], ...]
    periods: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def sentence(self) -> str:
        if not self.all_items:
            return "清单还是空的。成绩公布后，各单位的承诺会编号列入。"
        of = sum(one.count for one in self.counts)
        late, soon = (next(one.count for one in self.counts if one.light is light)
                      for light in (Light.RED, Light.YELLOW))
        if not of:
            return "没有符合条件的承诺，请放宽筛选。"
        said = [f"{late}项已过期"] if late else []
        said += [f"{soon}项{Light.YELLOW.words}"] if soon else []
        return f"共{of}项承诺，{'，'.join(said) or '都还没有到期'}（截至{self.as_of.isoformat()}）。"


def light_of(deadline: date, as_of: date) -> Light:
    """Red from the day after the deadline, yellow for the thirty days up to it."""
    days = (deadline - as_of).days
    if days < 0:
        return Light.RED
    return Light.YELLOW if days <= SOON_DAYS else Light.GREEN


def follow_up(database: Database, *, as_of: date, unit: str = "", period: str = "",
              light: Light | None = None) -> FollowUp:
    """Every listed commitment as of a day. Counts are of the unit and period chosen, whatever the light."""
    with database.reading() as c:
        listed = result_reads.listed_commitments(c)
        order = {one.key: n for n, one in enumerate(reads.units(c))}
        notes = {one.key: one.note for one in reads.sittings(c) if one.note}
    every = tuple(
        Followed(number=one.number, sitting=one.sitting, sitting_title=one.sitting_title, period=one.period,
                 unit=one.unit, unit_name=one.unit_name, shortcoming=one.shortcoming, gap=one.gap, goal=one.goal,
                 text=one.text, owner=one.owner, deadline=one.deadline, amount=f"{one.amount}{one.amount_unit}",
                 light=light_of(one.deadline, as_of), days=(one.deadline - as_of).days)
        for one in listed)
    chosen = tuple(one for one in every if unit in ("", one.unit) and period in ("", one.period))
    return FollowUp(
        as_of=as_of, all_items=every, items=tuple(one for one in chosen if light in (None, one.light)),
        counts=tuple(Count(light=one, count=sum(1 for it in chosen if it.light is one), of=len(chosen), as_of=as_of)
                     for one in Light),
        units=tuple(sorted({(one.unit, one.unit_name) for one in every}, key=lambda pair: order[pair[0]])),
        periods=tuple(sorted({one.period for one in every})),
        notes=tuple(dict.fromkeys(notes[one.sitting] for one in every if one.sitting in notes)))


def commitments_csv(items: Iterable[Followed], as_of: date) -> bytes:
    """The list as a table to take away."""
    return csv_of(
        ("编号", "单位", "考核周期", "不足", "现状", "目标", "承诺", "数量", "责任人", "期限",
         f"状态（截至{as_of.isoformat()}）", "距期限天数"),
        ((one.number, one.unit_name, one.period, one.shortcoming, one.gap, one.goal, one.text, one.amount, one.owner,
          one.deadline.isoformat(), one.light.words, one.days) for one in items))
