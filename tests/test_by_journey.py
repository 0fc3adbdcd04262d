"""Rows put together journey by journey, and which row follows which: against plain loops."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cemlab import _by_journey
from cemlab._by_journey import following, grouped, number

patiently = settings(deadline=None, max_examples=60, derandomize=True)
ROWS = st.lists(
    st.tuples(
        st.integers(0, 3),  # group
        st.integers(0, 20),  # time
        st.integers(0, 6),  # length of the span
        st.booleans(),
        st.booleans(),
        st.integers(0, 2),  # kind
    ),
    max_size=25,
)


def columns(rows):
    rows = sorted(rows, key=lambda row: row[1])
    group, time, span, left, right, kind = np.array(rows, np.int64).reshape(-1, 6).T
    as_time = time.astype("datetime64[us]"), (time + span).astype("datetime64[us]")
    return group, *as_time, left.astype(bool), right.astype(bool), kind


def next_by_hand(group, time, until, left, right, kind):
    """Return (next row, earliest moment) of each left row, by looking at every pair."""
    found = []
    for i in np.flatnonzero(left):
        after = [
            j
            for j in np.flatnonzero(right)
            if group[j] == group[i] and kind[j] == kind[i] and until[j] >= time[i]
        ]
        row = min(after, key=lambda j: (until[j], j), default=-1)
        found.append((row, min((time[j] for j in after), default=None)))
    return found


@patiently
@given(ROWS, st.booleans(), st.booleans())
def test_following_is_the_next_row_of_the_group(rows, exact, alike):
    group, time, until, left, right, kind = columns(rows)
    until = time if exact else until
    kind = np.zeros_like(kind) if alike else kind
    order = grouped(group, 4)
    row, earliest = following(order, left, right, time, until, None if alike else kind)
    wanted = next_by_hand(group, time, until, left, right, kind)
    assert row.tolist() == [found for found, _ in wanted]
    none = np.datetime64("NaT", "us")
    np.testing.assert_array_equal(
        earliest, np.array([none if t is None else t for _, t in wanted], "datetime64[us]")
    )


@patiently
@given(ROWS)
def test_the_kernels_give_the_same_as_plain_python(rows):
    group, time, until, left, right, kind = columns(rows)
    compiled = grouped(group, 4), *following(grouped(group, 4), left, right, time, until, kind)
    with pytest.MonkeyPatch.context() as plain:
        for name in ("_fill", "_next"):
            plain.setattr(_by_journey, name, getattr(_by_journey, name).py_func)
        slow = grouped(group, 4), *following(grouped(group, 4), left, right, time, until, kind)
    for a, b in zip(compiled[0], slow[0], strict=True):
        np.testing.assert_array_equal(a, b)
    for a, b in zip(compiled[1:], slow[1:], strict=True):
        np.testing.assert_array_equal(a, b)


@patiently
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=20), st.booleans())
def test_pairs_are_numbered_in_sorted_order(pairs, sparse):
    first, second = np.array(pairs, np.int64).reshape(-1, 2).T * (1000 if sparse else 1)
    rows, numbers = number(first, second)
    wanted = sorted({(int(a), int(b)) for a, b in zip(first, second, strict=True)})
    assert [(int(first[row]), int(second[row])) for row in rows] == wanted
    assert [wanted[n] for n in numbers] == list(zip(first.tolist(), second.tolist(), strict=True))


def test_rows_of_a_group_stay_in_order_and_groups_may_be_empty():
    rows, start = grouped(np.array([2, 0, 2, 0]), 4)
    assert rows.tolist() == [1, 3, 0, 2]
    assert start.tolist() == [0, 2, 2, 4, 4]
