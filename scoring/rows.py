"""The rows of a recount package as they stand in its files: text, one named tuple a row, columns in contract order.

Named tuples rather than dataclasses, because a sitting of a thousand judges has hundreds of thousands of them.
`PackageRefused` is the one refusal of everything that is read from a package: file, row as a spreadsheet numbers it
(header = 1), column, what is wrong, and what to write instead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from scoring.words import one_sentence


class Target(NamedTuple):
    """What is scored, a unit or a project. Not `ranked` is scored and listed apart (不参加排名)."""

    target: str
    name: str
    unit: str
    parent_unit: str
    ranking_group: str
    ranked: bool


class Seat(NamedTuple):
    seat: str
    group: str
    unit: str
    present: bool


class BallotRow(NamedTuple):
    ballot: str
    group: str
    seat: str
    target: str
    version: str
    state: str
    criterion: str
    value: str
    received_at: str


class Recusal(NamedTuple):
    seat: str
    target: str
    reason: str


class ComponentRow(NamedTuple):
    target: str
    component: str
    value: str


class HistoryRow(NamedTuple):
    ranking_group: str
    period: str
    target: str
    rank: str
    rank_from_bottom: str


class LedgerRow(NamedTuple):
    unit: str
    period: str
    cause: str
    kind: str
    points: str


class PackageRefused(ValueError):
    """A package that cannot be read; the text is one Chinese sentence of at most 500 characters."""

    def __init__(self, file: str, message: str, *, row: int | None = None, column: str | None = None) -> None:
        where = file + (f"第{row}行" if row is not None else "") + (f"{column}列" if column is not None else "")
        super().__init__(one_sentence(f"{where}：{message}" if where else message))
        self.file = file
        self.row = row
        self.column = column


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where each row came from: file name -> spreadsheet row of each data row; empty for rows made in memory."""

    rows: Mapping[str, Sequence[int]] = field(default_factory=dict)

    def refused(self, file: str, index: int, column: str, message: str) -> PackageRefused:
        numbers = self.rows.get(file)
        return PackageRefused(file, message, row=numbers[index] if numbers else index + 2, column=column)
