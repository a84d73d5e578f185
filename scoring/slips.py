"""Kinds of supervision slips (督办单): their levels, and whether a higher one waits for a lower one left unanswered.

Configuration, not law: Sanming climbs blue, orange, red; Suqian's colours each have their own occasion; Yinzhou's
discipline commission has four slips, whose names its paper does not give. An event keeps which level it stepped up
from (`below`), so that changing the configuration changes nothing that has happened.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scoring.item import Item
from scoring.lights import Colour, Light


class SlipsRefused(ValueError):
    """The kinds of slips do not hang together; the text says what to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipLevel:
    """`when`: the light that calls for it, where the place says so."""

    level: int
    name: str
    colour: Colour | None = None
    when: Light | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipKind:
    """One kind of slip; `climbs`: a level follows the one below it left unanswered, unless the matter is urgent."""

    key: str
    name: str
    levels: tuple[SlipLevel, ...]
    climbs: bool = True

    def __post_init__(self) -> None:
        if not self.key.strip() or not self.name.strip():
            raise SlipsRefused("督办单要有代号和名称，请补上。")
        if [one.level for one in self.levels] != list(range(1, len(self.levels) + 1)) or not self.levels:
            raise SlipsRefused(f"“{self.name}”的等级要从1起逐级编号，请改正。")
        if not all(one.name.strip() for one in self.levels):
            raise SlipsRefused(f"“{self.name}”的每一级都要有名称，请补上。")

    def level(self, level: int) -> SlipLevel:
        if not 1 <= level <= len(self.levels):
            raise SlipsRefused(f"“{self.name}”没有第{level}级，请重新选择。")
        return self.levels[level - 1]

    def below(self, level: int) -> int | None:
        """The level that must have been left unanswered, for the event's `below`; None where any may be issued."""
        self.level(level)
        return level - 1 if self.climbs and level > 1 else None

    def next_level(self, item: Item) -> int | None:
        """The level to issue now: one above what is unanswered; None at the top."""
        out = [slip.level for slip in item.outstanding if slip.slip == self.key]
        level = max(out, default=0) + 1
        return level if level <= len(self.levels) else None

    def called_for(self, light: Light) -> SlipLevel | None:
        return next((one for one in self.levels if one.when is light), None)


def check_kinds(kinds: Sequence[SlipKind]) -> tuple[SlipKind, ...]:
    """The kinds as they are; raises SlipsRefused where two have the same key."""
    keys = [kind.key for kind in kinds]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise SlipsRefused(f"有两种督办单的代号都是“{twice}”，请改成各不相同。")
    return tuple(kinds)


def kinds_of(table: Sequence[Mapping[str, Any]]) -> tuple[SlipKind, ...]:
    """Kinds from a table of texts (a setting): key, name, climbs, and levels of name, colour, when."""
    try:
        return check_kinds([
            SlipKind(key=str(row["key"]), name=str(row["name"]), climbs=bool(row.get("climbs", True)), levels=tuple(
                SlipLevel(level=n, name=str(one["name"]), colour=Colour(one["colour"]) if one.get("colour") else None,
                          when=Light(one["when"]) if one.get("when") else None)
                for n, one in enumerate(row["levels"], 1)))
            for row in table
        ])
    except SlipsRefused:
        raise
    except (KeyError, TypeError, AttributeError, ValueError) as fault:
        raise SlipsRefused(f"督办单种类写得不对（{fault}），请写明key、name和levels。") from fault


def table_of(kinds: Sequence[SlipKind]) -> list[dict[str, Any]]:
    """The table that `kinds_of` reads."""
    return [{"key": kind.key, "name": kind.name, "climbs": kind.climbs, "levels": [
        {"name": one.name, "colour": str(one.colour) if one.colour else "", "when": str(one.when) if one.when else ""}
        for one in kind.levels]} for kind in kinds]


SANMING = (SlipKind(key="slip", name="督办单", climbs=True, levels=(
    SlipLevel(level=1, name="蓝色督办单", colour=Colour.BLUE, when=Light.WARNING),
    SlipLevel(level=2, name="橙色督办单", colour=Colour.YELLOW),
    SlipLevel(level=3, name="红色督办单", colour=Colour.RED),
)),)
SUQIAN = (SlipKind(key="slip", name="督办单", climbs=False, levels=(
    SlipLevel(level=1, name="蓝色督办单", colour=Colour.BLUE, when=Light.DUE_SOON),
    SlipLevel(level=2, name="黄色督办单", colour=Colour.YELLOW, when=Light.BEHIND),
    SlipLevel(level=3, name="红色督办单", colour=Colour.RED, when=Light.OVERDUE),
)),)
# The paper names only "four slips"; these names are common ones, to be changed where they differ.
YINZHOU = tuple(SlipKind(key=key, name=name, climbs=False, levels=(SlipLevel(level=1, name=name),)) for key, name in (
    ("task", "任务单"), ("reminder", "提醒单"), ("supervision", "督办单"), ("accountability", "问责单")))
PRESETS: Mapping[str, tuple[SlipKind, ...]] = {"sanming": SANMING, "suqian": SUQIAN, "yinzhou": YINZHOU}
