"""Krippendorff's alpha: disagreement within units against disagreement anywhere, and its bootstrap."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

MOST_RATIO_VALUES = 4_000
"""Different values of a ratio scale that can be compared with each other in memory."""

_BLOCK = 4_000_000
_LARGEST_KEY = 2**62

Floats = NDArray[np.float64]
Wholes = NDArray[np.int64]


@dataclass(frozen=True)
class Patterns:
    """Units that were rated at least twice; units with the same ratings stand together.

    `counts` holds a row a pattern and a column a value, `times` how many units have the
    pattern, `size` how many ratings one of them has, `within` the disagreement inside one
    (pairs of ratings, weighed by their distance, per rating), where it does not change with
    the sample. `scale`: the values as numbers.
    """

    metric: str
    counts: sparse.csr_array
    times: Wholes
    size: Wholes
    scale: Floats
    within: Floats | None

    @property
    def units(self) -> int:
        """How many units were rated at least twice."""
        return int(self.times.sum())


def patterns(codes: Wholes, scale: Floats, metric: str) -> Patterns:
    """Group the units of `codes`, shape (raters, units), -1 where there is no rating."""
    codes = np.sort(codes[:, (codes >= 0).sum(axis=0) >= 2], axis=0)
    wide = len(scale) + 1
    if float(wide) ** len(codes) < _LARGEST_KEY:
        key = np.zeros(codes.shape[1], np.int64)
        for row in codes:
            key = key * wide + row + 1
        _, first, times = np.unique(key, return_index=True, return_counts=True)
        kept = codes[:, first]
    else:
        kept, times = np.unique(codes, axis=1, return_counts=True)
    rater, column = np.nonzero(kept >= 0)
    value = kept[rater, column]
    shape = (kept.shape[1], len(scale))
    counts = sparse.coo_array((np.ones(len(value)), (column, value)), shape=shape).tocsr()
    size = (kept >= 0).sum(axis=0)
    within = None if metric == "ordinal" else _within(counts, size, scale, metric)
    return Patterns(metric, counts, times, size, scale, within)


def alpha(found: Patterns, weights: NDArray[np.generic]) -> tuple[Floats, Floats, Floats]:
    """Return alpha, and the observed and expected disagreement, of each row of `weights`.

    Shape (samples, patterns): how often each pattern stands in the sample. Disagreements are
    parts of the largest that two ratings could have. Alpha is missing where all ratings of a
    sample are the same.
    """
    w = weights.astype(np.float64)
    marginal = (found.counts.T @ w.T).T
    n = marginal.sum(axis=1)
    if found.metric == "ordinal":
        inside, outside, largest = _ordinal(found, w, marginal)
    else:
        assert found.within is not None
        inside, largest = w @ found.within, np.full(len(w), _largest(found.scale, found.metric))
        outside = _between(marginal, found.scale, found.metric)
    with np.errstate(invalid="ignore", divide="ignore"):
        observed = inside / n / largest
        expected = outside / (n * (n - 1)) / largest
        return 1 - observed / expected, observed, expected


def effective_units(found: Patterns, observed: float) -> float:
    """Return how many units of yes or no tell as much of the observed disagreement (nominal).

    For two raters it is nearly the number of units; with more raters a unit tells more than
    yes or no. At most one a comparison (ratings of a unit less one).
    """
    assert found.within is not None
    total, n = float((found.times * found.size).sum()), found.units
    gap = found.within - found.size * observed
    variance = float(found.times @ gap**2) / total**2 * n / (n - 1)
    most = float((found.times * (found.size - 1)).sum())
    return min(most, observed * (1 - observed) / variance) if variance > 0 else most


def jackknife_error(found: Patterns) -> float:
    """Return the standard error of alpha, each unit left out in turn (missing if one may not be)."""
    one_less = found.times - np.eye(len(found.times))
    values = alpha(found, one_less)[0]
    gap = values - np.average(values, weights=found.times)
    n = found.units
    return float(np.sqrt((n - 1) / n * (found.times @ gap**2)))


def resampled(found: Patterns, resamples: int, rng: np.random.Generator) -> Floats:
    """Return alpha in samples of as many units, drawn with replacement; undefined ones left out."""
    share = found.times / found.units
    block = max(1, _BLOCK // len(share))
    parts = []
    for begun in range(0, resamples, block):
        drawn = rng.multinomial(found.units, share, size=min(block, resamples - begun))
        parts.append(alpha(found, drawn)[0])
    values = np.concatenate(parts)
    return values[np.isfinite(values)]


# --- inside ------------------------------------------------------------------------


def _within(counts: sparse.csr_array, size: Wholes, scale: Floats, metric: str) -> Floats:
    """Return the disagreement inside one unit of each pattern, per rating."""
    if metric == "nominal":
        pairs = size**2 - np.asarray(counts.multiply(counts).sum(axis=1)).ravel()
    elif metric == "interval":
        x = scale - scale.mean()
        pairs = 2 * (size * (counts @ x**2) - (counts @ x) ** 2)
    else:
        far, step = _ratio(scale), max(1, _BLOCK // len(scale))
        blocks = [counts[begun : begun + step] for begun in range(0, len(size), step)]
        pairs = np.concatenate(
            [np.asarray(b.multiply(b @ far).sum(axis=1)).ravel() for b in blocks]
        )
    found: Floats = np.maximum(pairs, 0) / (size - 1)
    return found


def _between(marginal: Floats, scale: Floats, metric: str) -> Floats:
    """Return the disagreement of all pairs of ratings, whoever gave them, for each sample."""
    n = marginal.sum(axis=1)
    if metric == "nominal":
        pairs: Floats = n**2 - (marginal**2).sum(axis=1)
    elif metric == "interval":
        x = scale - scale.mean()
        pairs = 2 * (n * (marginal @ x**2) - (marginal @ x) ** 2)
    else:
        pairs = ((marginal @ _ratio(scale)) * marginal).sum(axis=1)
    return pairs


def _ordinal(found: Patterns, w: Floats, marginal: Floats) -> tuple[Floats, Floats, Floats]:
    """Return disagreement inside, anywhere, and the largest: distances are those of mid-ranks."""
    middle = marginal.cumsum(axis=1) - marginal / 2
    middle = middle - marginal.sum(axis=1, keepdims=True) / 2
    squares = ((w * (found.size / (found.size - 1))) @ found.counts) * middle**2
    sums = (found.counts @ middle.T).T
    inside = 2 * (squares.sum(axis=1) - ((w / (found.size - 1)) * sums**2).sum(axis=1))
    n, mean = marginal.sum(axis=1), (marginal * middle).sum(axis=1)
    outside = 2 * (n * (marginal * middle**2).sum(axis=1) - mean**2)
    low = np.where(marginal > 0, middle, np.inf).min(axis=1)
    high = np.where(marginal > 0, middle, -np.inf).max(axis=1)
    return np.maximum(inside, 0), outside, (high - low) ** 2


def _ratio(scale: Floats) -> Floats:
    """Return the squared distance of two values in parts of their sum (0 and 0: none)."""
    total = scale[:, None] + scale
    return np.where(total > 0, (scale[:, None] - scale) / np.where(total > 0, total, 1), 0) ** 2


def _largest(scale: Floats, metric: str) -> float:
    if metric == "nominal":
        return 1.0
    ends = np.array([scale.min(), scale.max()])
    if metric == "interval":
        return float((ends[1] - ends[0]) ** 2)
    return float(_ratio(ends)[0, 1])
