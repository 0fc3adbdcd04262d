"""Arcs: pairs of people as rows of listeners, sorted and merged."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cemlab import _checks
from cemlab._compiled import kernel

MOST_PEOPLE = 2**31 - 1

Ints = NDArray[Any]
Rows = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64] | None, int, int]

_RUN = 32


def must_fit(name: str, n: int, ties: float, *, weighted: bool = False, extra: float = 0.0) -> None:
    """Stop if a network of n people and so many ties needs more memory than is free.

    `extra`: bytes that are needed beside the pairs and their rows.
    """
    need = 24 * (n + 1) + (24 + 40 * weighted) * ties + extra
    _checks.memory(name, need, "ask for fewer people or ties")


def pairs(
    edges: ArrayLike, n: int | None, *, weighted: bool
) -> tuple[int, NDArray[np.int32], NDArray[np.int32]]:
    """Check pairs of people: (number of people, first of each pair, second of each pair)."""
    array = _whole_pairs(edges)
    largest = int(array.max()) if array.size else -1
    size = largest + 1 if n is None else _checks.whole("n", n, low=0, high=MOST_PEOPLE)
    if largest >= size:
        msg = f"edges must name people 0..{size - 1}, got {largest}"
        raise ValueError(msg)
    must_fit("edges" if n is None else "n", size, len(array), weighted=weighted)
    u, v = (np.ascontiguousarray(array[:, end], np.int32) for end in (0, 1))
    return size, u, v


def weights(values: ArrayLike, k: int) -> NDArray[np.float64]:
    """Check one weight a pair."""
    try:
        array = np.array(values, np.float64)
    except (TypeError, ValueError):
        msg = f"weights must be one number an edge, got {values!r}"
        raise ValueError(msg) from None
    if array.shape != (k,):
        msg = f"weights must be one number an edge, shape ({k},), got shape {array.shape}"
        raise ValueError(msg)
    bad = np.flatnonzero(~(np.isfinite(array) & (array >= 0)))
    if bad.size:
        msg = f"weights must be finite and at least 0, got {array[bad[0]]} in row {bad[0]}"
        raise ValueError(msg)
    return array


def rows(
    n: int,
    u: NDArray[np.int32],
    v: NDArray[np.int32],
    weight: NDArray[np.float64] | None = None,
    *,
    directed: bool,
) -> Rows:
    """Return (start, targets, weights, self-loops, duplicates) of the pairs (u, v).

    Equal arcs keep the order in which they came until they are merged.
    """
    start = np.zeros(n + 1, np.int64)
    loops = int(_count(u, v, directed, start))
    np.cumsum(start, out=start)
    arcs = int(start[-1])
    given = np.empty(0) if weight is None else weight
    targets, strength = np.empty(arcs, np.int32), np.empty(arcs if given.size else 0)
    _fill(u, v, given, directed, start[:-1].copy(), targets, strength)
    _sort(start, targets, strength)
    kept = int(_merge(start, targets, strength))
    targets.resize(kept, refcheck=False)
    strength.resize(kept if given.size else 0, refcheck=False)
    merged = (arcs - kept) // (1 if directed else 2)
    return start, targets, None if weight is None else strength, loops, merged


def _whole_pairs(edges: ArrayLike) -> Ints:
    try:
        array = np.asarray(edges)
    except ValueError:
        msg = f"edges must be pairs (u, v), shape (k, 2), got {edges!r}"
        raise ValueError(msg) from None
    if array.size == 0:
        return np.empty((0, 2), np.int32)
    if array.ndim != 2 or array.shape[1] != 2:
        msg = f"edges must be pairs (u, v), shape (k, 2), got shape {array.shape}"
        raise ValueError(msg)
    if array.dtype.kind not in "iu":
        msg = f"edges must be whole numbers, got {array.dtype} such as {array.flat[0]!r}"
        raise ValueError(msg)
    if int(array.min()) < 0:
        row = int(np.flatnonzero((array < 0).any(axis=1))[0])
        msg = f"edges must be people numbered from 0, got {array[row].tolist()} in row {row}"
        raise ValueError(msg)
    if int(array.max()) >= MOST_PEOPLE:
        msg = f"edges must name people 0..{MOST_PEOPLE - 1}, got {array.max()}"
        raise ValueError(msg)
    return array


@kernel
def _count(u: Ints, v: Ints, directed: bool, start: Ints) -> int:
    """Count everybody's arcs, one place on in `start`; return the self-loops."""
    loops = 0
    for i in range(u.size):
        a, b = u[i], v[i]
        if a == b:
            loops += 1
            continue
        start[a + 1] += 1
        if not directed:
            start[b + 1] += 1
    return loops


@kernel
def _fill(
    u: Ints, v: Ints, weight: Ints, directed: bool, place: Ints, targets: Ints, strength: Ints
) -> None:
    """Write everybody's listeners from their `place` on, in the order of the pairs."""
    weighted = weight.size > 0
    for i in range(u.size):
        a, b = u[i], v[i]
        if a == b:
            continue
        targets[place[a]] = b
        if weighted:
            strength[place[a]] = weight[i]
        place[a] += 1
        if not directed:
            targets[place[b]] = a
            if weighted:
                strength[place[b]] = weight[i]
            place[b] += 1


@kernel
def _sort(start: Ints, targets: Ints, weight: Ints) -> None:
    """Sort every row, equal arcs in the order they came: short runs, then merged in pairs."""
    weighted = weight.size > 0
    longest = 0
    for a in range(start.size - 1):
        longest = max(longest, start[a + 1] - start[a])
    other = np.empty(longest, targets.dtype)
    strength = np.empty(longest if weighted else 0, weight.dtype)
    for a in range(start.size - 1):
        first, end = start[a], start[a + 1]
        for low in range(first, end, _RUN):
            _sort_run(low, min(low + _RUN, end), targets, weight, weighted)
        width = _RUN
        while width < end - first:
            for low in range(first, end - width, 2 * width):
                middle, high = low + width, min(low + 2 * width, end)
                i, j = low, middle
                for k in range(high - low):
                    left = j >= high or (i < middle and targets[i] <= targets[j])
                    m = i if left else j
                    other[k] = targets[m]
                    if weighted:
                        strength[k] = weight[m]
                    i += left
                    j += not left
                targets[low:high] = other[: high - low]
                if weighted:
                    weight[low:high] = strength[: high - low]
            width *= 2


@kernel
def _sort_run(first: int, end: int, targets: Ints, weight: Ints, weighted: bool) -> None:
    """Sort a few arcs by insertion."""
    for j in range(first + 1, end):
        target = targets[j]
        strength = weight[j] if weighted else 0.0
        k = j
        while k > first and targets[k - 1] > target:
            targets[k] = targets[k - 1]
            if weighted:
                weight[k] = weight[k - 1]
            k -= 1
        targets[k] = target
        if weighted:
            weight[k] = strength


@kernel
def _merge(start: Ints, targets: Ints, weight: Ints) -> int:
    """Merge equal neighbours within each row, weights added up; return how many arcs are left."""
    weighted = weight.size > 0
    kept, begin = 0, start[0]
    for a in range(start.size - 1):
        first, end = kept, start[a + 1]
        for j in range(begin, end):
            if kept > first and targets[kept - 1] == targets[j]:
                if weighted:
                    weight[kept - 1] += weight[j]
                continue
            targets[kept] = targets[j]
            if weighted:
                weight[kept] = weight[j]
            kept += 1
        begin = end
        start[a + 1] = kept
    return kept
