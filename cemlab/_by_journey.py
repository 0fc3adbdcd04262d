"""A log's rows put together journey by journey, and which row follows which; compiled."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cemlab._compiled import kernel

Ints = NDArray[np.int64]
Marks = NDArray[np.bool_]
_HALF = 2**31
_FEW = 4


class Grouped(NamedTuple):
    """The rows of a log in the order of their groups; within a group as they stood.

    Attributes
    ----------
    rows : ndarray of int64, shape (n,)
        Group after group, the rows of each.
    start : ndarray of int64, shape (groups + 1,)
        Where each group begins in `rows`.
    """

    rows: Ints
    start: Ints


def number(first: NDArray[Any], second: NDArray[Any]) -> tuple[Ints, Ints]:
    """Return a row of each pair of codes, in sorted order, and the number of each row's pair."""
    count = int(second.max(initial=0)) + 1
    code = first.astype(np.int64) * count + second
    if int(code.max(initial=0)) > _FEW * code.size:  # too many possible pairs for a table
        _, rows, numbers = np.unique(code, return_index=True, return_inverse=True)
        return rows, numbers
    row = np.full(int(code.max(initial=-1)) + 1, -1, np.int64)
    row[code[::-1]] = np.arange(code.size)[::-1]
    there = row >= 0
    return row[there], (np.cumsum(there) - 1)[code]


def grouped(group: Ints, groups: int) -> Grouped:
    """Put rows together by their group's number."""
    start = np.zeros(groups + 1, np.int64)
    np.cumsum(np.bincount(group, minlength=groups), out=start[1:])
    rows = np.empty(group.size, np.int64)
    _fill(group, start[:-1].copy(), rows)
    return Grouped(rows, start)


def following(
    order: Grouped,
    left: NDArray[np.bool_],
    right: NDArray[np.bool_],
    time: NDArray[np.datetime64],
    until: NDArray[np.datetime64],
    kind: NDArray[Any] | None = None,
) -> tuple[Ints, NDArray[np.datetime64]]:
    """Return, for each row of `left`, the next row of `right` in its group, or -1.

    Next is the one whose span, from `time` to `until`, ends first of those that end no earlier
    than the left row begins; of equal ones the first. And the earliest moment at which any row
    that may follow can have happened, else NaT. All arrays have shape (rows,), and results
    that of `left`'s marked rows. With `kind` (codes, at least 0) only rows of the same kind follow.
    """
    none = np.datetime64("NaT", "us")
    found, earliest = np.full((2, int(left.sum())), -1)
    if not found.size or not right.any():
        return found, np.full(found.size, none)
    rows, start = order
    begins, ends = time.view(np.int64), until.view(np.int64)
    by_end = rows
    if time is not until:  # spans: look at the rows of a group by their ends, too
        group = np.repeat(np.arange(start.size - 1), np.diff(start))
        by_end = rows[np.lexsort([ends[rows], group])]
    kinds = np.zeros(0, np.int16) if kind is None else kind
    kinds_in_all = 1 if kind is None else int(kind.max(initial=0)) + 1
    place = np.cumsum(left, dtype=np.int32 if left.size < _HALF else np.int64)
    _next(
        rows, by_end, start, begins, ends, left, right, kinds, kinds_in_all, place, found, earliest
    )
    return found, np.where(found >= 0, earliest.view("datetime64[us]"), none)


# --- inside ------------------------------------------------------------------------


@kernel
def _fill(group: Ints, place: Ints, rows: Ints) -> None:
    """Write each row at the next place of its group."""
    for row in range(group.size):
        rows[place[group[row]]] = row
        place[group[row]] += 1


@kernel
def _next(
    rows: Ints, by_end: Ints, start: Ints, begins: Ints, ends: Ints, left: Marks, right: Marks,
    kinds: NDArray[Any], kinds_in_all: int, place: NDArray[Any], found: Ints, earliest: Ints,
) -> None:  # fmt: skip
    """Go back through each group; keep, by kind, the next row to the right and the earliest."""
    next_row = np.empty(kinds_in_all, np.int64)
    next_time = np.empty(kinds_in_all, np.int64)
    group_of = np.full(kinds_in_all, -1, np.int64)
    for group in range(start.size - 1):
        j = start[group + 1] - 1
        for i in range(start[group + 1] - 1, start[group] - 1, -1):
            row = rows[i]
            if not left[row]:
                continue
            while j >= start[group] and ends[by_end[j]] >= begins[row]:
                other = by_end[j]
                j -= 1
                if right[other]:
                    k = kinds[other] if kinds.size else 0
                    sooner = begins[other]
                    if group_of[k] == group:
                        sooner = min(sooner, next_time[k])
                    next_row[k], next_time[k], group_of[k] = other, sooner, group
            k = kinds[row] if kinds.size else 0
            if group_of[k] == group:
                found[place[row] - 1], earliest[place[row] - 1] = next_row[k], next_time[k]
