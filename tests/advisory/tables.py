"""Tables of judge totals for the tests of the statistics: judges x targets, None or NaN where nothing was given."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st

from advisory.table import Floats

# Wine tasters of Shrout and Fleiss 1979, table 2: six targets, four judges.
SHROUT_FLEISS = [[9, 6, 8, 7, 10, 6], [2, 1, 4, 1, 5, 2], [5, 3, 6, 2, 6, 4], [8, 2, 8, 6, 9, 7]]


def table(rows: Sequence[Sequence[Any]]) -> Floats:
    return np.array([[np.nan if cell is None else float(cell) for cell in row] for row in rows], dtype=np.float64)


def near(one: float | None, other: float | None, within: float = 1e-9) -> bool:
    """Both undefined, or equal but for rounding."""
    if one is None or other is None:
        return one is other
    return bool(one == pytest.approx(other, abs=within, rel=within))


def whole_tables(low: int = 0, high: int = 20, least: int = 2) -> st.SearchStrategy[Floats]:
    """Complete tables, small numbers so that ties happen."""
    sizes = st.tuples(st.integers(least, 6), st.integers(least, 6))
    return sizes.flatmap(
        lambda size: st.lists(
            st.lists(st.integers(low, high), min_size=size[1], max_size=size[1]), min_size=size[0], max_size=size[0]
        ).map(table)
    )


@st.composite
def tables_with_gaps(draw: Any) -> Floats:
    """Every judge scored something; some cells are missing."""
    whole = draw(whole_tables())
    gaps = draw(st.lists(st.tuples(st.integers(0, len(whole) - 1), st.integers(0, whole.shape[1] - 1)), max_size=6))
    for judge, target in gaps:
        whole[judge, target] = np.nan
    assume(not np.isnan(whole).all(axis=1).any())
    return whole
