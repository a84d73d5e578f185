"""Weighted sums of whole columns at once, with nothing but Python's own big integers.

A column of marks becomes one integer with a 64-bit lane for each ballot; multiplying it by a weight and adding the next
column then works on every lane in one step, because no lane can overflow into its neighbour. `fits` says when that is
so; the sums are exact, and the same as adding ballot by ballot.
"""

import sys
from array import array
from collections.abc import Iterable, Sequence
from typing import Any

WIDTH = 8
BELOW = 1 << (8 * WIDTH)


class Columns(tuple[tuple[int | None, ...], ...]):
    """Columns of marks that carry their lanes. Whoever changes one makes a plain tuple, so the two cannot part."""

    lanes: tuple[int, ...]

    def __new__(cls, columns: Iterable[tuple[int | None, ...]]) -> "Columns":
        made = super().__new__(cls, columns)
        made.lanes = packed(made)
        return made


def lanes_of(columns: Sequence[Sequence[int | None]]) -> tuple[int, ...]:
    """The lanes of columns that carry them, else nothing."""
    return columns.lanes if isinstance(columns, Columns) else ()


def packed(columns: Sequence[Sequence[Any]]) -> tuple[int, ...]:
    """Each column as one integer; nothing where a mark is blank, negative or too wide for a lane."""
    try:
        return tuple(int.from_bytes(array("Q", column).tobytes(), sys.byteorder) for column in columns)
    except (OverflowError, TypeError):
        return ()


def fits(most: Sequence[int], factors: Sequence[int]) -> bool:
    """Whether sums of factor x mark stay inside a lane, for marks from 0 up to each column's `most`."""
    return sum(top * factor for top, factor in zip(most, factors, strict=True)) < BELOW


def weighted_sums(lanes: Sequence[int], factors: Sequence[int], size: int) -> tuple[int, ...]:
    """For each of `size` positions, the sum over the columns of factor x mark; the caller has asked `fits`."""
    total = sum(factor * column for factor, column in zip(factors, lanes, strict=True))
    sums = array("Q")
    sums.frombytes(total.to_bytes(WIDTH * size, sys.byteorder))
    return tuple(sums)
