"""Big-integer lanes against adding ballot by ballot."""

from hypothesis import given
from hypothesis import strategies as st

from scoring.lanes import BELOW, Columns, fits, lanes_of, packed, weighted_sums


@given(
    st.integers(0, 5).flatmap(
        lambda size: st.lists(st.lists(st.integers(0, 10**6), min_size=size, max_size=size), min_size=1, max_size=4)
    ),
    st.lists(st.integers(0, 10**9), min_size=4, max_size=4),
)
def test_lanes_add_up_like_ballot_by_ballot(columns: list[list[int]], factors: list[int]) -> None:
    own = factors[: len(columns)]
    most = [max(column, default=0) for column in columns]
    assert fits(most, own)

    expected = tuple(sum(f * column[i] for f, column in zip(own, columns, strict=True)) for i in range(len(columns[0])))
    assert weighted_sums(packed(columns), own, len(columns[0])) == expected


def test_the_widest_sum_that_fits_and_the_first_that_does_not() -> None:
    assert fits([1], [BELOW - 1]) and not fits([1], [BELOW])
    assert weighted_sums(packed([[1, 0, 1]]), [BELOW - 1], 3) == (BELOW - 1, 0, BELOW - 1)


def test_blank_negative_and_too_wide_marks_are_not_packed() -> None:
    assert packed([[1, None]]) == packed([[1, -1]]) == packed([[1, BELOW]]) == ()


def test_columns_that_were_changed_do_not_keep_the_lanes_of_the_old_ones() -> None:
    columns = Columns([(1, 2), (3, 4)])

    assert columns == ((1, 2), (3, 4)) and lanes_of(columns) == packed(columns)
    assert lanes_of(tuple(column[:1] for column in columns)) == ()
