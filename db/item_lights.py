"""The light of an item by days, for as long as nothing else happens to it: stretches that cover all days without a gap.

A light changes by itself only where its rule says so: at the deadline, some days before it, when the last report
grows stale, and where the schedule runs past the next band. Between such days it is found by halving. In a list that
is archived (归档) it stands still after the day of the archiving, unless something happens to the item later.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from sqlalchemy import Connection, select

from db import tables as t
from scoring.bands import bands_of
from scoring.item import SHIELD_DAYS, Item
from scoring.lights import LightRule, light_of
from scoring.schedule import Step, expected_share

RULE_SETTING = "list.lights"
ARCHIVE_SETTING = "list.archived"
OFF_THE_LIST = "off_the_list"
BEGINNING, FOREVER = "0001-01-01", "9999-12-31"
LAST = 99


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """From a day up to the day before another."""

    from_day: str
    until_day: str
    light: str
    urgency: int


def rule_in_force(c: Connection) -> LightRule:
    """When lights change, as it was set here; else the usual rule."""
    written = c.execute(select(t.setting.c.value).where(t.setting.c.key == RULE_SETTING)).scalar_one_or_none()
    return LightRule() if written is None else rule_of(written)


def rule_of(written: str) -> LightRule:
    """The rule as it is written in the setting."""
    told = json.loads(written)
    return LightRule(soon_days=int(told["soon_days"]), fresh_days=int(told["fresh_days"]), step=Step(told["step"]),
                     bands=bands_of(told["bands"]))


def archive_days(c: Connection) -> dict[str, date]:
    """Batch -> the day on which that list was closed and put away."""
    written = c.execute(select(t.setting.c.value).where(t.setting.c.key == ARCHIVE_SETTING)).scalar_one_or_none()
    return {} if written is None else {batch: date.fromisoformat(day) for batch, day in json.loads(written).items()}


def stretches(item: Item, share: Fraction | None, rule: LightRule, *, until: date | None = None) -> tuple[Stretch, ...]:
    """Every stretch of one light, from the beginning of time to its end; after `until` nothing changes by itself."""
    start = min(item.since, item.starts_on)
    days, lights = [BEGINNING], [_on(item, start, share, rule)]
    for turn in sorted(one for one in _turns(item, start, share, rule) if until is None or one <= until):
        light = _on(item, turn, share, rule)
        if light != lights[-1]:
            days.append(turn.isoformat())
            lights.append(light)
    return tuple(Stretch(from_day=first, until_day=after, light=light, urgency=urgency)
                 for (first, after), (light, urgency) in zip(pairwise([*days, FOREVER]), lights, strict=True))


def _turns(item: Item, start: date, share: Fraction | None, rule: LightRule) -> Iterator[date]:
    """The first days of a light or a band that differs from the day before it."""
    marks = {start, item.scheduled_from}
    if item.deadline is not None:
        marks |= {item.deadline - timedelta(days=rule.soon_days), item.deadline, item.deadline + timedelta(days=1),
                  item.deadline + timedelta(days=SHIELD_DAYS + 1)}
    if item.last_reading is not None:
        marks.add(item.last_reading.on + timedelta(days=rule.fresh_days + 1))
    ordered = sorted(max(one, start) for one in marks)
    for low, high in pairwise(ordered):
        yield from _between(item, low, high, share, rule)


def _between(item: Item, low: date, high: date, share: Fraction | None, rule: LightRule) -> Iterator[date]:
    """The turns after `low`, up to and with `high`. Bands are walked through in one direction: between two days in the
    same one there is no other, though a light may come back (too far ahead is a warning in some places, behind in all)."""
    if low >= high or _where(item, low, share, rule) == _where(item, high, share, rule):
        return
    middle = low + timedelta(days=(high - low).days // 2)
    if middle == low:
        yield high
        return
    yield from _between(item, low, middle, share, rule)
    yield from _between(item, middle, high, share, rule)


def _where(item: Item, day: date, share: Fraction | None, rule: LightRule) -> tuple[tuple[str, int], int]:
    """The light of a day, and which band the schedule has come to."""
    if share is None or item.deadline is None or not item.is_open:
        return _on(item, day, share, rule), 0
    expected = expected_share(item.scheduled_from, item.deadline, day, rule.step)
    value = rule.bands.measure.of(share=share, expected=expected)
    return _on(item, day, share, rule), next(n for n, band in enumerate(rule.bands.bands) if band.holds(value))


def _on(item: Item, day: date, share: Fraction | None, rule: LightRule) -> tuple[str, int]:
    lit = light_of(item, day, rule, share=share)
    return (OFF_THE_LIST, LAST) if lit is None else (lit.light.value, lit.light.urgency)
