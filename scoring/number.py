"""Exact numbers as people write them: decimals, weights, and what is printed of them.

A *decimal* is `-?digits[.digits]` in ASCII with at most 15 digits on each side; a *weight* is a ratio "1/6", a
percentage "40%" or a decimal, never negative. Inside, every number is an int or a Fraction; a float never appears.
Rounding happens here and only here: by absolute value, then the sign (GB/T 8170), and zero carries no minus.
"""

import re
from enum import StrEnum
from fractions import Fraction

_DECIMAL = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")
_RATIO = re.compile(r"[0-9]{1,15}/[0-9]{1,15}")
_EXACT = re.compile(r"-?[0-9]{1,15}/[0-9]{1,15}")


class RoundingMode(StrEnum):
    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    DOWN = "down"


class NotANumber(ValueError):
    """The text is not written the way this kind of number is written."""


def parse_decimal(text: str) -> Fraction:
    if not _DECIMAL.fullmatch(text):
        raise NotANumber(text)
    return Fraction(text)


def parse_weight(text: str) -> Fraction:
    """A share of one: "1/6", "40%" or "0.4"."""
    if _RATIO.fullmatch(text):
        top, bottom = text.split("/")
        if int(bottom) == 0:
            raise NotANumber(text)
        return Fraction(int(top), int(bottom))
    value = parse_decimal(text[:-1]) / 100 if text.endswith("%") else parse_decimal(text)
    if value < 0:
        raise NotANumber(text)
    return value


def parse_exact(text: str) -> Fraction:
    """A decimal, or a signed ratio as `python -m scoring` prints exact values: "3/2", "-1/3"."""
    if _EXACT.fullmatch(text) and int(text.split("/")[1]) != 0:
        return Fraction(text)
    return parse_decimal(text)


def plain(value: Fraction) -> str:
    """The shortest decimal of a value that has one ("90", "8.5"); any other value as a ratio."""
    bottom, twos, fives = value.denominator, 0, 0
    while bottom % 2 == 0:
        bottom, twos = bottom // 2, twos + 1
    while bottom % 5 == 0:
        bottom, fives = bottom // 5, fives + 1
    if bottom != 1:
        return str(value)
    return printed(value, max(twos, fives), RoundingMode.DOWN)


def percent(value: Fraction) -> str:
    return f"{plain(value * 100)}%" if plain(value * 100).find("/") < 0 else str(value)


def rounded(value: Fraction, places: int, mode: RoundingMode) -> Fraction:
    scale = 10**places
    return Fraction(_rounded_steps(value, scale, mode), scale)


def printed(value: Fraction, places: int, mode: RoundingMode) -> str:
    """The published text of an exact value: always `places` digits after the point."""
    steps = _rounded_steps(value, 10**places, mode)
    digits = str(abs(steps)).rjust(places + 1, "0")
    sign = "-" if steps < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def _rounded_steps(value: Fraction, scale: int, mode: RoundingMode) -> int:
    whole, rest = divmod(abs(value.numerator) * scale, value.denominator)
    twice = 2 * rest
    if mode is RoundingMode.HALF_UP:
        whole += twice >= value.denominator
    elif mode is RoundingMode.HALF_EVEN:
        whole += twice > value.denominator or (twice == value.denominator and whole % 2 == 1)
    return -whole if value < 0 else whole
