"""From points behind the schedule to what that means: bands that cover every number exactly once.

A `Bands` cannot be made with a gap or an overlap: Yinchuan's printed rule says nothing of 0 to 10 points behind, and is
refused with a sentence naming the gap. All numbers are percent (10 is ten percent or ten points), exact.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Any

from scoring.number import NotANumber, RoundingMode, parse_exact, plain, printed


class Pace(StrEnum):
    """How work stands against its schedule; Longquan's four grades."""

    AHEAD = "ahead"
    ON_TRACK = "on_track"
    WARNING = "warning"
    BEHIND = "behind"

    @property
    def words(self) -> str:
        return {"ahead": "较快", "on_track": "正常", "warning": "预警", "behind": "滞后"}[self.value]


class Measure(StrEnum):
    """What is compared: points behind the schedule, the shortfall as a share of it, or the share of it that is done."""

    POINTS_BEHIND = "points_behind"
    SHARE_BEHIND = "share_behind"
    SHARE_DONE = "share_done"

    @property
    def words(self) -> str:
        return {"points_behind": "落后序时进度的百分点", "share_behind": "低于序时进度的比例（%）",
                "share_done": "完成序时任务的比例（%）"}[self.value]

    def of(self, *, share: Fraction, expected: Fraction) -> Fraction:
        if self is Measure.POINTS_BEHIND:
            return (expected - share) * 100
        done = share / expected if expected else Fraction(1)
        return done * 100 if self is Measure.SHARE_DONE else (1 - done) * 100


class BandsRefused(ValueError):
    """The bands leave something undefined or defined twice; the text says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """From `low` to `high` (None: without end); `low_in`, `high_in`: the end itself belongs to it."""

    pace: Pace
    low: Fraction | None = None
    high: Fraction | None = None
    low_in: bool = True
    high_in: bool = False

    @property
    def words(self) -> str:
        ends = [f"{'≥' if self.low_in else '>'}{plain(self.low)}"] if self.low is not None else []
        ends += [f"{'≤' if self.high_in else '<'}{plain(self.high)}"] if self.high is not None else []
        return f"{self.pace.words}：{'且'.join(ends) or '全部'}"

    def holds(self, value: Fraction) -> bool:
        above = self.low is None or value > self.low or (self.low_in and value == self.low)
        return above and (self.high is None or value < self.high or (self.high_in and value == self.high))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands:
    """A checked set of bands over one measure: every value is in exactly one."""

    name: str
    measure: Measure
    bands: tuple[Band, ...]

    def __post_init__(self) -> None:
        if not self.bands:
            raise BandsRefused(f"“{self.name}”一档也没有，请至少写一档。")
        for band in self.bands:
            _refuse_if_empty(self.name, band)
        ordered = sorted(self.bands, key=_start)
        if ordered[0].low is not None:
            raise BandsRefused(f"“{self.name}”没有规定{_below(ordered[0])}时算什么，请补上这一档。")
        for one, other in pairwise(ordered):
            end, start = _end(one), _start(other)
            if end < start:
                raise BandsRefused(f"“{self.name}”没有规定{_between(one, other)}时算什么，请补上这一档。")
            if end > start:
                raise BandsRefused(f"“{self.name}”的“{one.words}”与“{other.words}”重叠，请改成首尾相接。")
        if ordered[-1].high is not None:
            raise BandsRefused(f"“{self.name}”没有规定{_above(ordered[-1])}时算什么，请补上这一档。")

    def pace_of(self, *, share: Fraction, expected: Fraction) -> Pace:
        value = self.measure.of(share=share, expected=expected)
        return next(band.pace for band in self.bands if band.holds(value))

    def words_of(self, *, share: Fraction, expected: Fraction) -> str:
        """The working of a pace: what was due, what is done, what is between, and the band it falls in."""
        behind = (expected - share) * 100
        due, done, gap = (printed(v, 1, RoundingMode.HALF_UP) for v in (expected * 100, share * 100, abs(behind)))
        between = f"落后{gap}个百分点" if behind > 0 else f"超前{gap}个百分点" if behind < 0 else "正好持平"
        band = next(band for band in self.bands if band.holds(self.measure.of(share=share, expected=expected)))
        return f"序时进度{due}%，完成{done}%，{between}（{band.words}）"


# An end of a band on the line: the number, and whether the cut is before it (0) or after it (1). No end is beyond all.
_Cut = tuple[int, Fraction, int]


def _start(band: Band) -> _Cut:
    return (-1, Fraction(0), 0) if band.low is None else (0, band.low, 0 if band.low_in else 1)


def _end(band: Band) -> _Cut:
    return (1, Fraction(0), 0) if band.high is None else (0, band.high, 1 if band.high_in else 0)


def _refuse_if_empty(name: str, band: Band) -> None:
    if _start(band) >= _end(band):
        raise BandsRefused(f"“{name}”的“{band.words}”里没有任何数，请改正两端。")


def _below(band: Band) -> str:
    return f"{'小于' if band.low_in else '不超过'}{plain(band.low or Fraction(0))}"


def _above(band: Band) -> str:
    return f"{'大于' if band.high_in else '达到或超过'}{plain(band.high or Fraction(0))}"


def _between(one: Band, other: Band) -> str:
    low, high = plain(one.high or Fraction(0)), plain(other.low or Fraction(0))
    if low == high:
        return f"正好是{low}"
    return f"{'大于' if one.high_in else '大于等于'}{low}、{'小于' if other.low_in else '小于等于'}{high}"


def bands_of(table: Mapping[str, Any]) -> Bands:
    """Bands from a table of texts (a setting, a file): name, measure, and bands of pace, low, high, low_in, high_in."""
    try:
        bands = tuple(
            Band(pace=Pace(row["pace"]), low=_number(row.get("low")), high=_number(row.get("high")),
                 low_in=bool(row.get("low_in", True)), high_in=bool(row.get("high_in", False)))
            for row in table["bands"]
        )
        return Bands(name=str(table["name"]), measure=Measure(table["measure"]), bands=bands)
    except BandsRefused:
        raise
    except (KeyError, TypeError, AttributeError, ValueError) as fault:
        raise BandsRefused(f"分档写得不对（{fault}），请写明name、measure和每档的pace、low、high。") from fault


def table_of(bands: Bands) -> dict[str, Any]:
    """The table that `bands_of` reads."""
    rows = [{"pace": str(band.pace), "low": None if band.low is None else plain(band.low),
             "high": None if band.high is None else plain(band.high), "low_in": band.low_in, "high_in": band.high_in}
            for band in bands.bands]
    return {"name": bands.name, "measure": str(bands.measure), "bands": rows}


def _number(text: object) -> Fraction | None:
    if text is None or str(text).strip() == "":
        return None
    try:
        return parse_exact(str(text).strip())
    except NotANumber as fault:
        raise BandsRefused(f"“{text}”不是数，请写成10或12.5这样的数。") from fault


def count_paces(paces: Iterable[Pace | None]) -> dict[str, int]:
    """How many stand how; one without data (None) is "unknown", never on track. The counts sum to the whole."""
    counts = {**{str(pace): 0 for pace in Pace}, "unknown": 0}
    for pace in paces:
        counts["unknown" if pace is None else str(pace)] += 1
    return counts
