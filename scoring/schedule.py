"""Time-proportional progress (序时进度): how much should be done by a day, if work went evenly from start to deadline.

By days or by whole months; exact. Both the first day and the last count: on the deadline all of it is due. A plan
from January to December is due 5/12 at the end of May, and by months still 5/12 on 15 June.
"""

from calendar import monthrange
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction


class Step(StrEnum):
    DAYS = "days"
    MONTHS = "months"


def expected_share(start: date, deadline: date, on: date, step: Step = Step.DAYS) -> Fraction:
    """The share due by the end of a day: 0 before the start, 1 from the deadline on."""
    if on >= deadline:
        return Fraction(1)
    if on < start:
        return Fraction(0)
    if step is Step.DAYS:
        return Fraction((on - start).days + 1, (deadline - start).days + 1)
    return Fraction(_whole_months(start, on), _months_until(start, deadline))


def _after_months(start: date, months: int) -> date:
    """The day before the same day so many months later, the last day of that month where it has no such day."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    length = monthrange(year, month + 1)[1]
    if start.day > length:
        return date(year, month + 1, length)
    return date(year, month + 1, start.day) - timedelta(days=1)


def _whole_months(start: date, on: date) -> int:
    months = (on.year - start.year) * 12 + on.month - start.month + 1
    while months and _after_months(start, months) > on:
        months -= 1
    return months


def _months_until(start: date, deadline: date) -> int:
    months = _whole_months(start, deadline)
    return months if months and _after_months(start, months) >= deadline else months + 1
