"""Rates of the list (化解率、按期率): numerator, denominator, as-of day and base, kept together for good.

    then = stand(logs, as_of)                    # how every item stood at the end of a day: a replay, never today's view
    resolved(then, as_of)                        # the current rate: every item on the list that day
    resolved(then, as_of, base=base_of(stand(logs, day), day))     # the baseline rate: only what was listed at the base

A list that grows later changes no rate of an earlier day. An item counts once: one merged counts as its survivor, a
split one as its whole; one withdrawn does not count, and `left` says how many of the base are gone that way.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from scoring.commitment import Event, Status
from scoring.family import counts_under
from scoring.item import Item
from scoring.life import replay
from scoring.number import RoundingMode, parse_decimal, printed, rounded

Items = Mapping[str, Item]


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What was on the list on a day."""

    on: date
    numbers: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """So many of so many on a day. `base`: the day whose list it is of; None is the list of `as_of` itself."""

    numerator: int
    denominator: int
    as_of: date
    base: date | None = None
    left: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.numerator <= self.denominator:
            raise ValueError("a rate counts some of a whole")

    @property
    def exact(self) -> Fraction | None:
        return Fraction(self.numerator, self.denominator) if self.denominator else None

    @property
    def percent(self) -> str:
        """One decimal, rounded half up; a dash where there is nothing to divide by."""
        return "—" if self.exact is None else f"{printed(self.exact * 100, 1, RoundingMode.HALF_UP)}%"

    @property
    def words(self) -> str:
        of = f"，以{self.base.isoformat()}的清单为基数" if self.base else ""
        gone = f"，另有{self.left}项已并入他项或撤回" if self.left else ""
        return f"{self.numerator}/{self.denominator}（{self.percent}，截至{self.as_of.isoformat()}{of}{gone}）"


class Against(StrEnum):
    """Which deadline on time is measured against."""

    ORIGINAL = "original"
    CURRENT = "current"

    def of(self, item: Item) -> date | None:
        return item.original_deadline if self is Against.ORIGINAL else item.deadline


def stand(logs: Mapping[str, Iterable[Event]], as_of: date) -> dict[str, Item]:
    """Every item listed by the end of a day, as it stood then."""
    replayed = ((number, replay(events, as_of=as_of)) for number, events in logs.items())
    return {number: item for number, item in replayed if item is not None}


def base_of(items: Items, on: date) -> Base:
    """The list of a day, for a baseline rate later."""
    return Base(on=on, numbers=frozenset(item.number for item in counted(items)))


def counted(items: Items, base: Base | None = None) -> tuple[Item, ...]:
    """What counts: on the list, wholes and not their parts; of a base, each of its items or what it was merged into."""
    if base is None:
        return tuple(item for item in items.values() if item.on_the_list and not item.parent)
    numbers = dict.fromkeys(counts_under(items, number) for number in sorted(base.numbers))
    return tuple(items[number] for number in numbers if items[number].on_the_list)


def resolved(items: Items, as_of: date, *, base: Base | None = None, of: Callable[[Item], bool] | None = None) -> Rate:
    """Struck off of listed (化解率). `of` narrows it to a unit, a leader, a source."""
    return _rate(counted(items, base), lambda item: item.done, as_of, base, of)


def on_time(items: Items, as_of: date, against: Against, *, base: Base | None = None,
            of: Callable[[Item], bool] | None = None) -> Rate:
    """Done in time, of what was due by the end of the day or is done (按期率).

    Neither in time nor late yet, and so not counted: what is parked, and what was asked for in time and waits for the
    office's answer (a closure that no check has found wanting; against the current deadline, for a week, an extension).
    """
    def in_time(item: Item) -> bool:
        deadline = against.of(item)
        return item.done_on is not None and deadline is not None and item.done_on <= deadline

    def due(item: Item) -> bool:
        deadline = against.of(item)
        if deadline is None or item.status is Status.PARKED:
            return False
        stands = item.closing.stands_from if item.closing is not None else None
        undecided = (stands is not None and stands <= deadline) or (
            against is Against.CURRENT and item.extension_pending and item.shielded(as_of))
        return item.done or (deadline <= as_of and not undecided)

    return _rate(tuple(item for item in counted(items, base) if due(item)), in_time, as_of, base, of, whole=False)


def _rate(items: tuple[Item, ...], hit: Callable[[Item], bool], as_of: date, base: Base | None,
          of: Callable[[Item], bool] | None, *, whole: bool = True) -> Rate:
    chosen = [item for item in items if of is None or of(item)]
    left = len(base.numbers) - len(items) if base is not None and whole and of is None else 0
    return Rate(numerator=sum(1 for item in chosen if hit(item)), denominator=len(chosen), as_of=as_of,
                base=base.on if base else None, left=left)


def by(items: Items, keys: Callable[[Item], Iterable[str]], rate: Callable[[Callable[[Item], bool]], Rate],
       ) -> dict[str, Rate]:
    """A rate for each key: `by(items, units, lambda of: resolved(items, day, of=of))`."""
    every = sorted({key for item in counted(items) for key in keys(item)})
    return {key: rate(lambda item, key=key: key in tuple(keys(item))) for key in every}  # type: ignore[misc]


def units(item: Item) -> tuple[str, ...]:
    return (item.unit,)


def leaders(item: Item) -> tuple[str, ...]:
    return (item.leader,)


def origins(item: Item) -> tuple[str, ...]:
    return tuple(sorted({str(source.origin) for source in item.sources}))


class CountsDisagree(ValueError):
    """The parts do not sum to the whole; the text says by how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """A whole and its parts, which sum to it: 4 + 48 + 16 + 8 = 76. What is not known is a part of its own."""

    as_of: date
    total: int
    parts: tuple[tuple[str, int], ...]

    def __post_init__(self) -> None:
        summed = sum(count for _, count in self.parts)
        if summed != self.total:
            said = "+".join(str(count) for _, count in self.parts)
            fault = f"各类合计{said}={summed}，与总数{self.total}相差{abs(self.total - summed)}，请核对，没有数据的请列为情况不明。"
            raise CountsDisagree(fault)


def by_status(items: Items, as_of: date) -> Counts:
    """How many are where in their life."""
    every = counted(items)
    parts = tuple((str(status), sum(1 for item in every if item.status is status)) for status in Status)
    return Counts(as_of=as_of, total=len(every), parts=parts)


def possible_numerators(denominator: int, percent: str) -> tuple[int, ...]:
    """The whole numbers whose share of `denominator` prints as the percent, rounded half up to the places it has."""
    value, places = parse_decimal(percent), len(percent.partition(".")[2])
    near = range(max(0, int(value * denominator / 100) - 1 - denominator // 100),
                 int(value * denominator / 100) + 2 + denominator // 100)
    return tuple(n for n in near if denominator and _prints(n, denominator, places) == value)


def possible_denominators(numerator: int, percent: str) -> tuple[int, ...]:
    """The whole numbers of which `numerator` is printed as the percent. Empty for Yinzhou's 72 and 81.6."""
    value, places = parse_decimal(percent), len(percent.partition(".")[2])
    if value <= 0 or numerator <= 0:
        return ()
    half = Fraction(1, 2 * 10**places)
    low = int(numerator * 100 / (value + half))
    high = int(numerator * 100 / (value - half)) + 1
    return tuple(n for n in range(max(1, low), high + 1) if _prints(numerator, n, places) == value)


def _prints(numerator: int, denominator: int, places: int) -> Fraction:
    return rounded(Fraction(100 * numerator, denominator), places, RoundingMode.HALF_UP)


def doubt(count: int, percent: str) -> str:
    """What to say of a printed count and percent that no whole numbers give; empty where some do."""
    if possible_denominators(count, percent) or possible_numerators(count, percent):
        return ""
    return f"{count}项与{percent}%对不上：没有哪个整数总数能让{count}项正好占{percent}%，总数是{count}也不行，请核对原始数据。"
