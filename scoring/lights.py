"""The light of an item on a day: a meaning, with its words; how it is drawn is a `Scheme` apart.

Meaning is stored, never colour: red is failing in one city and excellent in another. No data is UNKNOWN, not on track.
What was made up for after its deadline is DONE_LATE and stays so. A light carries why it is lit.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from scoring.band_presets import OURS as OUR_BANDS
from scoring.bands import Bands, Pace
from scoring.commitment import Status
from scoring.item import Item
from scoring.schedule import Step, expected_share


class Light(StrEnum):
    """How an item stands on a day, most urgent first."""

    OVERDUE = "overdue"
    BEHIND = "behind"
    WARNING = "warning"
    DUE_SOON = "due_soon"
    UNKNOWN = "unknown"
    ON_TRACK = "on_track"
    PARKED = "parked"
    DONE_LATE = "done_late"
    DONE = "done"

    @property
    def words(self) -> str:
        return OURS.look(self).word

    @property
    def urgency(self) -> int:
        """0 is the most urgent; for sorting."""
        return tuple(Light).index(self)


class Colour(StrEnum):
    RED = "red"
    YELLOW = "yellow"
    BLUE = "blue"
    GREEN = "green"
    GREY = "grey"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    light: Light
    word: str
    shape: str
    colour: Colour


class SchemeRefused(ValueError):
    """The scheme leaves a light undrawn, or two that cannot be told apart without colour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """How lights are drawn. Every light has a look, and word and shape alone tell them apart."""

    name: str
    looks: tuple[Look, ...]

    def __post_init__(self) -> None:
        lights = [look.light for look in self.looks]
        if sorted(lights) != sorted(Light):
            raise SchemeRefused(f"配色“{self.name}”要给每种状态各一个样子，请补全或去掉重复的。")
        for what, values in (("字", [look.word for look in self.looks]), ("形状", [look.shape for look in self.looks])):
            if len(set(values)) < len(values) or not all(value.strip() for value in values):
                raise SchemeRefused(f"配色“{self.name}”有两种状态的{what}相同，不看颜色就分不清，请改成各不相同。")

    def look(self, light: Light) -> Look:
        return next(look for look in self.looks if look.light is light)


def _look(light: Light, word: str, shape: str, colour: Colour) -> Look:
    return Look(light=light, word=word, shape=shape, colour=colour)


OURS = Scheme(name="通用", looks=(
    _look(Light.OVERDUE, "已逾期", "■", Colour.RED),
    _look(Light.BEHIND, "滞后", "◆", Colour.RED),
    _look(Light.WARNING, "预警", "▲", Colour.YELLOW),
    _look(Light.DUE_SOON, "将到期", "◐", Colour.BLUE),
    _look(Light.UNKNOWN, "情况不明", "？", Colour.GREY),
    _look(Light.ON_TRACK, "正常", "●", Colour.GREEN),
    _look(Light.PARKED, "挂账", "‖", Colour.GREY),
    _look(Light.DONE_LATE, "逾期办结", "☑", Colour.YELLOW),
    _look(Light.DONE, "办结", "✔", Colour.GREEN),
))


@dataclass(frozen=True, slots=True, kw_only=True)
class LightRule:
    """When a light changes: days before the deadline, days that a report without a number stays fresh, and bands."""

    soon_days: int = 7
    fresh_days: int = 31
    step: Step = Step.DAYS
    bands: Bands = OUR_BANDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Lit:
    """A light and why. `marked_late`: a deadline of this item has once passed unmet, whatever its light is now."""

    light: Light
    why: str
    marked_late: bool


_OF_PACE = {Pace.AHEAD: Light.ON_TRACK, Pace.ON_TRACK: Light.ON_TRACK, Pace.WARNING: Light.WARNING,
            Pace.BEHIND: Light.BEHIND}
DEFAULT = LightRule()


def light_of(item: Item, on: date, rule: LightRule = DEFAULT, *, share: Fraction | None = None) -> Lit | None:
    """The light on a day; None for an item off the list. `share`: of a split item, from `family.progress`."""
    if not item.on_the_list:
        return None
    light, why = _light(item, on, rule, share if share is not None else item.share)
    return Lit(light=light, why=why, marked_late=bool(item.missed) or light is Light.OVERDUE)


def _light(item: Item, on: date, rule: LightRule, share: Fraction | None) -> tuple[Light, str]:
    if item.done:
        if item.missed:
            return Light.DONE_LATE, f"期限{item.missed[-1].isoformat()}未办结，之后补上"
        return Light.DONE, f"{item.done_on}{'复查' if item.closings[-1].failed else '申请销号并获'}通过"
    if item.status is Status.PARKED:
        return Light.PARKED, f"挂账，{item.review_on}复核"
    if item.deadline is None:
        return Light.UNKNOWN, "没有完成期限"
    left = (item.deadline - on).days
    if left < 0:
        if item.shielded(on):
            return Light.DUE_SOON, f"期限{item.deadline}已到，到期前已申请，待审批"
        return Light.OVERDUE, f"期限{item.deadline}，已逾期{-left}天{'（延期待审批）' if item.extension_pending else ''}"
    pace, why = _pace(item, on, rule, share)
    if pace in (Light.BEHIND, Light.WARNING):
        return pace, why
    if left <= rule.soon_days:
        return Light.DUE_SOON, "今天到期" if left == 0 else f"还有{left}天到期"
    return pace, why


def pace_of(item: Item, on: date, rule: LightRule = DEFAULT, *, share: Fraction | None = None) -> Pace | None:
    """How the work stands against its schedule; None where that is not known."""
    known = share if share is not None else item.share
    if item.done:
        return Pace.ON_TRACK
    if known is None or item.deadline is None:
        return None
    return rule.bands.pace_of(share=known, expected=_expected(item, item.deadline, on, rule))


def _expected(item: Item, deadline: date, on: date, rule: LightRule) -> Fraction:
    return expected_share(item.scheduled_from, deadline, on, rule.step)


def _pace(item: Item, on: date, rule: LightRule, share: Fraction | None) -> tuple[Light, str]:
    if share is not None and item.deadline is not None:
        expected = _expected(item, item.deadline, on, rule)
        return _OF_PACE[rule.bands.pace_of(share=share, expected=expected)], rule.bands.words_of(share=share, expected=expected)
    reading = item.last_reading
    if reading is None or reading.cycle != item.cycle:
        return Light.UNKNOWN, "还没有报告进展"
    silent = (on - reading.on).days
    if silent > rule.fresh_days:
        return Light.UNKNOWN, f"{silent}天没有报告进展"
    return Light.ON_TRACK, f"{reading.on}报告：{reading.stage or reading.text or '已附佐证材料'}"
