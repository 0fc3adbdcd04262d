"""One likelihood for exact readings, intervals, lower bounds and alternatives."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr

Array = NDArray[np.float64]
_CONSTANT = 0.5 * np.log(2 * np.pi)
_NARROW = 1e-5
_NOTHING = 1e-300


@dataclass(frozen=True)
class Data:
    """Readings as arrays of shape (n,), sorted by time.

    `low` and `high` are equal for an exact reading. `group` is -1 for a reading that is
    trusted, else the number of its group of alternatives; `weight` is its share there.
    With `increments`, a reading stands for what was added since the one before.
    """

    time: Array
    low: Array
    high: Array
    group: NDArray[np.int64]
    weight: Array
    relative: bool
    increments: bool

    @property
    def exact(self) -> NDArray[np.bool_]:
        return np.asarray(self.low == self.high)

    @property
    def n(self) -> int:
        """How many readings count: all trusted ones, and one for each group of alternatives."""
        return int((self.group < 0).sum()) + int(np.unique(self.group[self.group >= 0]).size)

    @property
    def limited(self) -> int:
        """How many of them limit the curve on both sides; a lower bound alone hardly says anything."""
        two = np.isfinite(self.low) & np.isfinite(self.high)
        groups = np.unique(self.group[two & (self.group >= 0)]).size
        return int((two & (self.group < 0)).sum()) + int(groups)

    def on_scale(self, values: Array) -> Array:
        """Return values on the scale of the noise: logarithms if it is relative."""
        if not self.relative:
            return values
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.log(np.where(values > _NOTHING, values, 0.0)))

    def limits(self) -> tuple[Array, Array]:
        """Return both limits on the scale of the noise."""
        low, high = self.low, self.high
        if self.increments:
            low, high = (np.diff(end, prepend=0.0) for end in (low, high))
        return self.on_scale(low), self.on_scale(high)

    def centre(self, expected: Array) -> Array:
        """Return what the curve says on the scale of the noise; far below all if it is 0."""
        if self.increments:
            expected = np.diff(expected, prepend=0.0)
        if self.relative:
            return np.asarray(np.log(np.maximum(expected, _NOTHING)))
        return expected


class Terms(NamedTuple):
    """Log-likelihood of each trusted reading or group, and slopes reading by reading."""

    total: float
    by_centre: Array
    by_log_sigma: Array
    curvature: Array
    """How fast the slope by the centre falls, for a trusted reading."""
    share: Array
    """How likely each reading is the right one of its group; 1 for trusted readings."""


def terms(centre: Array, sigma: float, data: Data, limits: tuple[Array, Array]) -> Terms:
    """Return the log-likelihood with its slopes.

    >>> one = Data(*np.array([[1.0], [3.0], [3.0]]), np.array([-1]), np.ones(1), False, False)
    >>> found = terms(np.array([3.0]), 1.0, one, one.limits())
    >>> round(found.total, 4), found.by_centre.tolist(), found.by_log_sigma.tolist()
    (-0.9189, [0.0], [-1.0])
    """
    low, high = limits
    with np.errstate(invalid="ignore"):
        a, b = (low - centre) / sigma, (high - centre) / sigma
    exact = data.exact
    height = np.empty(a.size)
    by_centre, by_sigma = np.empty(a.size), np.empty(a.size)
    z = a[exact]
    unit = data.low[exact]
    if data.increments:
        unit = np.diff(data.low, prepend=0.0)[exact]
    height[exact] = -0.5 * z**2 - np.log(sigma) - _CONSTANT
    if data.relative:
        height[exact] -= np.log(unit)
    by_centre[exact], by_sigma[exact] = z / sigma, z**2 - 1
    if not exact.all():
        a, b = a[~exact], b[~exact]
        log_p = interval(a, b)
        with np.errstate(invalid="ignore", over="ignore"):
            at_a, at_b = (np.exp(-0.5 * end**2 - _CONSTANT - log_p) for end in (a, b))
            middle = (a + b) / 2  # a narrow interval is as good as a density
            narrow = b - a < _NARROW * np.maximum(1.0, 1 / np.maximum(np.abs(middle), 1.0))
            by_centre[~exact] = np.where(narrow, middle, at_a - at_b) / sigma
            slope = (
                np.where(np.isfinite(a), a, 0.0) * at_a - np.where(np.isfinite(b), b, 0.0) * at_b
            )
            by_sigma[~exact] = np.where(narrow, middle**2 - 1, slope)
        height[~exact] = log_p
    share = shares(height, data)
    trusted = data.group < 0
    total = float(height[trusted].sum())
    for number in np.unique(data.group[~trusted]):
        total += float(_log_sum(height, data, number))
    curvature = np.maximum(by_centre**2 - by_sigma / sigma**2, 0.0)
    return Terms(total, share * by_centre, share * by_sigma, share * curvature, share)


def interval(a: Array, b: Array) -> Array:
    """Return the logarithm of the normal probability between two limits.

    >>> np.exp(interval(np.array([-1.0, 0.0]), np.array([1.0, np.inf]))).round(4).tolist()
    [0.6827, 0.5]
    """
    flip = a > 0
    a, b = np.where(flip, -b, a), np.where(flip, -a, b)
    upper, lower = log_ndtr(b), log_ndtr(a)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        found = upper + np.log(-np.expm1(lower - upper))
        middle = (a + b) / 2
        dense = -0.5 * middle**2 - _CONSTANT + np.log(b - a)
    narrow = b - a < _NARROW * np.maximum(1.0, 1 / np.maximum(np.abs(middle), 1.0))
    lost = ~np.isfinite(found) & np.isfinite(dense)
    return np.asarray(np.maximum(np.where(narrow | lost, dense, found), -1e300))


def shares(height: Array, data: Data) -> Array:
    """Return how likely each reading is the right one of its group."""
    share = np.ones(height.size)
    for number in np.unique(data.group[data.group >= 0]):
        here = data.group == number
        with np.errstate(divide="ignore"):
            logs = height[here] + np.log(data.weight[here])
        share[here] = np.exp(logs - _log_sum(height, data, number))
    return share


def _log_sum(height: Array, data: Data, number: int) -> float:
    here = data.group == number
    with np.errstate(divide="ignore"):
        logs = height[here] + np.log(data.weight[here])
    top = logs.max()
    return float(top + np.log(np.exp(logs - top).sum()))
