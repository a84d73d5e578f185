"""A long paper of grades: its units bear numbers, ten to a row, and a row is keyed with one sign a unit.

    rows = rows_of(targets, ("T001", "T002", ...))      # 1—10, 11—20, ...
    read_row(rule, rows[0], "1123-40112")               # {"m.T001": "good", "m.T005": "", ...}

The numbers are of the sitting's register, not of its agenda: a changed order or a unit that is put off moves none of
them, so a paper is keyed as it was printed. Pure.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence, Sized
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

from office.refusal import Refused
from scoring.ballot import State
from scoring.rule import BallotKind, Rule

SHORT = 12  # units; up to these each has fields of its own
PER_ROW = 10
MOST_GRADES = 8
ABSTAIN, DONT_KNOW, BLANK, SPOILED = "0", "9", "-", "X"
_ALIKE = str.maketrans({"—": BLANK, "–": BLANK, "×": SPOILED, "O": ABSTAIN})


class Listed(Protocol):
    """A target as the database or a snapshot holds it."""

    @property
    def id(self) -> int: ...

    @property
    def key(self) -> str: ...

    @property
    def name(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Up to ten units of a paper: (number, key, name). `lacking`: numbers between them that are not on this paper."""

    units: tuple[tuple[int, str, str], ...]
    lacking: tuple[int, ...]

    @property
    def span(self) -> str:
        return f"{self.units[0][0]}—{self.units[-1][0]}"

    @property
    def words(self) -> str:
        """`11—20　甲镇 至 乙镇`, with what is not among them."""
        first, last = self.units[0][2], self.units[-1][2]
        names = first if len(self.units) == 1 else f"{first} 至 {last}"
        return f"{self.span}　{names}" + (f"（没有{'、'.join(map(str, self.lacking))}号）" if self.lacking else "")


def is_long(rule: Rule, targets: Sized) -> bool:
    """Whether a paper with these targets is printed with numbers and keyed by rows."""
    return rule.ballot.kind is BallotKind.GRADES and len(targets) > SHORT and len(rule.grades) <= MOST_GRADES


def numbers_of(targets: Sequence[Listed]) -> dict[str, int]:
    """Target key -> its number, of all targets of the sitting, those that are put off too."""
    return {one.key: n for n, one in enumerate(sorted(targets, key=lambda one: one.id), 1)}


def rows_of(targets: Sequence[Listed], on_paper: Collection[str]) -> tuple[Row, ...]:
    """The rows of a paper with these targets; `targets` are all of the sitting."""
    numbers, names = numbers_of(targets), {one.key: one.name for one in targets}
    units = sorted((numbers[key], key, names[key]) for key in on_paper)
    return tuple(_row(tuple(some)) for _tens, some in groupby(units, key=lambda unit: (unit[0] - 1) // PER_ROW))


def _row(units: tuple[tuple[int, str, str], ...]) -> Row:
    there = {number for number, _key, _name in units}
    return Row(units=units, lacking=tuple(n for n in range(units[0][0], units[-1][0]) if n not in there))


def signs_of(rule: Rule) -> dict[str, tuple[str, str]]:
    """Sign -> what it is in a form, and its words."""
    grades = {str(n): (one.key, one.name) for n, one in enumerate(rule.grades, 1)}
    return grades | {ABSTAIN: (State.ABSTAIN.value, "弃权"), DONT_KNOW: (State.DONT_KNOW.value, "不了解"),
                     BLANK: ("", "没有打勾"), SPOILED: (State.SPOILED.value, "作废")}


def legend(rule: Rule) -> str:
    """`1 好　2 较好　...　0 弃权　9 不了解　- 没有打勾　X 作废`."""
    return "　".join(f"{sign} {words}" for sign, (_value, words) in signs_of(rule).items())


def read_row(rule: Rule, row: Row, typed: str) -> Mapping[str, str]:
    """The fields of a form that this row gives; an empty row gives none. Refused, naming the row, unless it has exactly
    one sign a unit. Blanks and commas do not count."""
    signs = signs_of(rule)
    given = [sign for sign in unicodedata.normalize("NFKC", typed).upper().translate(_ALIKE) if sign not in " ,，、"]
    if not given:
        return {}
    for place, sign in enumerate(given):
        if sign not in signs:
            raise Refused(f"第{row.span}号这一行的第{place + 1}个“{sign}”不认识。可以录的有：{legend(rule)}。")
    if len(given) != len(row.units):
        raise Refused(f"第{row.span}号这一行录了{len(given)}个，应是{len(row.units)}个，每家一个；没有打勾的录“{BLANK}”。")
    return {f"m.{key}": signs[sign][0] for (_number, key, _name), sign in zip(row.units, given, strict=True)}
