"""Measures of a network's shape: degrees, clustering, components, and how easily talk spreads."""

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cemlab import _checks
from cemlab._compiled import kernel

Ints = NDArray[Any]


def critical_chance(
    degrees: ArrayLike, *, hears: ArrayLike | None = None, weights: ArrayLike | None = None
) -> float:
    """Return the chance of passing a story on above which it can reach a share of everybody.

    On a network that is random but for its degrees this is <k> / (<k^2> - <k>), and on a
    directed one <k> / <jk>: k people hear somebody who hears j. Infinite where nobody passes
    a story on to a second person; not a number where nobody is.

    Parameters
    ----------
    degrees : array_like of float, shape (n,)
        How many people hear each person.
    hears : array_like of float, shape (n,), optional
        How many people each person hears, in a directed network.
    weights : array_like of float, shape (n,), optional
        How many people, or which share of them, have each of the `degrees`.

    Raises
    ------
    ValueError
        If an argument is not one finite number of at least 0 a person.

    References
    ----------
    M. E. J. Newman, "Spread of epidemic disease on networks", Physical Review E 66, 2002;
    M. E. J. Newman, S. H. Strogatz, D. J. Watts, "Random graphs with arbitrary degree
    distributions and their applications", Physical Review E 64, 2001.

    Examples
    --------
    >>> critical_chance([3, 3, 3, 3])
    0.5
    """
    told = _counts("degrees", degrees)
    count = np.ones(told.shape) if weights is None else _counts("weights", weights, told.size)
    further = np.maximum(told - 1, 0) if hears is None else _counts("hears", hears, told.size)
    if count.sum() == 0:
        return math.nan
    onwards = float(count @ (told * further))
    return float(count @ told) / onwards if onwards > 0 else math.inf


def summary(
    start: NDArray[np.int64],
    targets: NDArray[np.int32],
    *,
    directed: bool,
    sample: int,
    rng: Any,
) -> pd.Series:
    """Return the measures of `Network.summary`."""
    most = _checks.whole("sample", sample, low=1)
    luck = _checks.generator(rng)
    n = start.size - 1
    degrees = np.diff(start)
    known = degrees.astype(np.float64)
    hears = np.bincount(targets, minlength=n) if directed else None
    chosen = np.arange(n) if n <= most else np.sort(luck.choice(n, most, replace=False))
    sizes = component_sizes(start, targets)
    nobody = n == 0
    return pd.Series(
        {
            "people": n,
            "arcs": targets.size,
            "mean_degree": math.nan if nobody else known.mean(),
            "median_degree": math.nan if nobody else np.median(known),
            "max_degree": math.nan if nobody else known.max(),
            "second_moment": math.nan if nobody else known @ known / n,
            "clustering": math.nan if nobody else clustering(start, targets, chosen).mean(),
            "components": sizes.size,
            "largest_share": math.nan if nobody else sizes.max() / n,
            "critical_chance": critical_chance(degrees, hears=hears),
        },
        dtype=np.float64,
    )


def clustering(
    start: NDArray[np.int64], targets: NDArray[np.int32], people: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the share of pairs of each person's listeners where one hears the other, (k,)."""
    marks = np.full(start.size - 1, -1, np.int32)
    out = np.zeros(people.size)
    _clustering(start, targets, people, marks, out)
    return out


def component_sizes(start: NDArray[np.int64], targets: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return how many people hang together, one number a component; directions do not count."""
    root = np.arange(start.size - 1, dtype=np.int32)
    _join(start, targets, root)
    sizes = np.bincount(root) if root.size else np.empty(0, np.int64)
    return sizes[sizes > 0]


def _counts(name: str, values: ArrayLike, size: int | None = None) -> NDArray[np.float64]:
    try:
        array = np.asarray(values, np.float64)
    except (TypeError, ValueError):
        array = np.empty((0, 0))
    if array.ndim != 1 or array.size != (array.size if size is None else size):
        rule = "numbers in one list" if size is None else f"one number a degree, shape ({size},)"
        msg = f"{name} must be {rule}, got {values!r}"
        raise ValueError(msg)
    bad = array[~(np.isfinite(array) & (array >= 0))]
    if bad.size:
        msg = f"{name} must be finite and at least 0, got {bad[0]}"
        raise ValueError(msg)
    return array


@kernel
def _clustering(start: Ints, targets: Ints, people: Ints, marks: Ints, out: Ints) -> None:
    for i in range(people.size):
        u = people[i]
        first, end = start[u], start[u + 1]
        for k in range(first, end):
            marks[targets[k]] = u
        closed = 0
        for k in range(first, end):
            a = targets[k]
            for j in range(start[a], start[a + 1]):
                closed += marks[targets[j]] == u
        pairs = (end - first) * (end - first - 1)
        out[i] = closed / pairs if pairs > 0 else 0.0


@kernel
def _join(start: Ints, targets: Ints, root: Ints) -> None:
    """Set everybody's root to the first person of their component (union and find)."""
    for u in range(root.size):
        for k in range(start[u], start[u + 1]):
            a, b = u, targets[k]
            while root[a] != a:
                root[a] = root[root[a]]
                a = root[a]
            while root[b] != b:
                root[b] = root[root[b]]
                b = root[b]
            root[max(a, b)] = min(a, b)
    for u in range(root.size):
        root[u] = root[root[u]]
