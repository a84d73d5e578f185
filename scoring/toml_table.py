"""Reading one TOML table with every fault noted, not only the first.

A `TomlTable` hands out typed values by key and writes what is wrong into a shared list of faults; a faulty value comes
back as None, so that later checks can step over it. Floats reach this file only as `FloatText` and are always refused.
Keys in faults are dotted and counted from 0, as in "groups[2].weight".
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any, TypeVar

from scoring.number import NotANumber, parse_decimal, parse_weight
from scoring.words import listed, quoted

Choice = TypeVar("Choice", bound=StrEnum)
REQUIRED: Any = object()
BIGGEST_COUNT = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong in a rule: where, and in Chinese what to write instead."""

    key: str
    message: str


class FloatText:
    """What the TOML parser makes of a float: its text, never its value."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text


class TomlTable:
    """One table of the file. Call `finish` last: it names the keys nobody asked for."""

    def __init__(self, values: dict[str, Any], path: str, faults: list[Fault]) -> None:
        self.values = values
        self.path = path
        self.faults = faults
        self.asked: set[str] = set()

    def at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def fault(self, key: str, message: str) -> None:
        self.faults.append(Fault(key=self.at(key), message=message))

    def has(self, key: str) -> bool:
        return key in self.values

    def _take(self, key: str, default: Any, cure: str) -> Any:
        self.asked.add(key)
        if key in self.values:
            return self.values[key]
        if default is REQUIRED:
            self.fault(key, f"缺少 {key}，请写上{cure}")
            return None
        return default

    def text(self, key: str, default: Any = REQUIRED) -> str | None:
        value = self._take(key, default, "一段文字")
        if value is None or isinstance(value, str):
            return value
        self.fault(key, f"{quoted(value)}不是文字，请加英文双引号")
        return None

    def key(self, key: str = "key") -> str | None:
        value = self.text(key)
        if value is not None and (not value or value != value.strip() or not value.isprintable()):
            self.fault(key, f"代号{quoted(value)}不能用，请写不含空白首尾和控制字符的非空代号")
            return None
        return value

    def flag(self, key: str, default: bool) -> bool | None:
        value = self._take(key, default, " true 或 false")
        if isinstance(value, bool):
            return value
        self.fault(key, f"{quoted(value)}不是 true 或 false，请写其中之一，不加引号")
        return None

    def count(self, key: str, default: Any = REQUIRED, *, least: int = 0, most: int = BIGGEST_COUNT) -> int | None:
        value = self._take(key, default, f"不小于{least}的整数")
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self.fault(key, f"{quoted(_shown(value))}不可用，请写{least}到{most}之间的整数，不加引号")
        return None

    def choice(self, key: str, kind: type[Choice], default: Choice) -> Choice | None:
        value = self._take(key, str(default), "一个选项")
        if isinstance(value, str) and value in {str(member) for member in kind}:
            return kind(value)
        self.fault(key, f"{quoted(_shown(value))}不是可选项，请写 {listed(f'“{member}”' for member in kind)} 之一")
        return None

    def decimal(self, key: str, default: Any = REQUIRED) -> Fraction | None:
        value = self._take(key, default, "加引号的数，如 \"90\"")
        return None if value is None else self._number(key, value, parse_decimal, _DECIMAL_CURE)

    def optional_decimal(self, key: str, default: Any = "") -> Fraction | None:
        """None for the empty string, which the file uses for "not limited"."""
        value = self._take(key, default, "加引号的数，或空引号 \"\"")
        return None if value is None or value == "" else self._number(key, value, parse_decimal, _DECIMAL_CURE)

    def weight(self, key: str, default: Any = REQUIRED) -> Fraction | None:
        value = self._take(key, default, "权重，如 \"40%\"")
        return None if value is None else self._number(key, value, parse_weight, _WEIGHT_CURE)

    def decimals(self, key: str) -> tuple[Fraction, ...] | None:
        values = self._take(key, REQUIRED, "一列加引号的数，如 [\"3\", \"2\", \"1\"]")
        if values is None:
            return None
        if not isinstance(values, list) or not values:
            self.fault(key, f"{quoted(_shown(values))}不是一列数，请写成 [\"3\", \"2\", \"1\"] 这样")
            return None
        numbers = [self._number(f"{key}[{i}]", value, parse_decimal, _DECIMAL_CURE) for i, value in enumerate(values)]
        return None if None in numbers else tuple(number for number in numbers if number is not None)

    def texts(self, key: str) -> tuple[str, ...] | None:
        values = self._take(key, [], "一列代号")
        if isinstance(values, list) and all(isinstance(value, str) for value in values):
            return tuple(values)
        self.fault(key, f"{quoted(_shown(values))}不是一列代号，请写成 [\"代号\"] 这样，没有就写 []")
        return None

    def table(self, key: str) -> "TomlTable":
        value = self._take(key, {}, "一张表")
        if not isinstance(value, dict):
            self.fault(key, f"{quoted(_shown(value))}不是一张表，请另起一行写 [{key}]，下面逐行写各项")
            value = {}
        return TomlTable(value, self.at(key), self.faults)

    def tables(self, key: str) -> list["TomlTable"]:
        value = self._take(key, [], "若干张表")
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.fault(key, f"{quoted(_shown(value))}不是成组的表，请每一项另起一行写 [[{key}]]")
            value = []
        return [TomlTable(item, f"{self.at(key)}[{i}]", self.faults) for i, item in enumerate(value)]

    def finish(self) -> None:
        known = sorted(self.asked)
        for key in self.values:
            if key not in self.asked:
                self.fault(key, f"不认识的项{quoted(key)}，请删去；此处可写 {listed(known, 20)}")

    def _number(self, key: str, value: Any, parse: Callable[[str], Fraction], cure: str) -> Fraction | None:
        if isinstance(value, str):
            try:
                return parse(value)
            except NotANumber:
                self.fault(key, f"{quoted(value)}{cure}")
        elif isinstance(value, int | FloatText) and not isinstance(value, bool):
            self.fault(key, f"数 {_shown(value)[:40]} 要加英文双引号，请写成 \"{_shown(value)[:40]}\"")
        else:
            self.fault(key, f"{quoted(_shown(value))}{cure}")
        return None


_DECIMAL_CURE = "不是数，请写半角数字如 \"90\" 或 \"8.5\"（小数点两边各不超过15位，不用 + 号和指数）"
_WEIGHT_CURE = "不是权重，请写 \"40%\"、\"1/6\" 或 \"0.4\"，不能为负"


def _shown(value: Any) -> str:
    """A TOML value in a few characters, whatever it is."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value) if abs(value) < 10**40 else "过大的整数"
    if isinstance(value, dict):
        return "一张表"
    if isinstance(value, list):
        return "一列" if not value else f"一列{len(value)}项"
    return str(value)
