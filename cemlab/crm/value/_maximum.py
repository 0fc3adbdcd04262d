"""The largest likelihood of positive parameters, and how sharp its peak is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Array = NDArray[np.float64]
Score = Callable[[Array], tuple[float, Array]]
"""Logarithms of the parameters -> log-likelihood and its slope in them."""

_FLAT = 0.05
_FAR = 14.0


@dataclass(frozen=True)
class Peak:
    """Logarithms of the parameters at the peak, its height, and their covariance there.

    `flat` marks parameters that the data do not fix; then the covariance is missing.
    """

    place: Array
    height: float
    covariance: Array
    flat: NDArray[np.bool_]


def maximise(score: Score, starts: Sequence[Sequence[float]], *, customers: float) -> Peak:
    """Climb from the first start (BFGS, then Newton); from the others too if that ends on a flat place.

    >>> peak = maximise(lambda z: (-2 * float(z @ z), -4 * z), [[1.0]], customers=1)
    >>> round(float(peak.place[0]), 6), round(float(peak.covariance[0, 0]), 6), peak.flat.any()
    (0.0, 0.25, np.False_)
    """
    best: Peak | None = None
    for start in starts:
        found = _climb(score, np.asarray(start, np.float64), customers)
        better = best is None or found.height > best.height + 1e-6
        if better or (best.flat.any() and not found.flat.any() and found.height > best.height - 1e-6):  # type: ignore[union-attr] # fmt: skip
            best = found
        if not found.flat.any():
            break
    assert best is not None
    return best


def information(score: Score, place: Array, step: float = 1e-4) -> Array:
    """Return the negative curvature of the log-likelihood, from differences of its slope."""
    rows = [score(place + d)[1] - score(place - d)[1] for d in step * np.eye(place.size)]
    curve = np.array(rows) / (-2 * step)
    return (curve + curve.T) / 2


# --- inside ------------------------------------------------------------------------


def _climb(score: Score, start: Array, customers: float) -> Peak:
    def down(z: Array) -> tuple[float, Array]:
        near = np.minimum(np.maximum(z, low), high)  # further out nothing changes any more
        value, slope = score(near)
        return -value / customers, np.where(near == z, -slope / customers, 0.0)

    place, low, high = start, start - _FAR, start + _FAR
    for near_enough in (1e-3, 1e-7):  # a slope in log-likelihood a customer
        options = {"gtol": near_enough, "maxiter": 500}
        found = minimize(down, place, jac=True, method="BFGS", options=options)
        peak = _polished(score, np.clip(found.x, low, high))
        if not peak.flat.any():
            break
        place = peak.place
    return peak


def _polished(score: Score, place: Array) -> Peak:
    """Take Newton's steps to the peak nearby; stop where it is flat or no peak at all."""
    height, slope = score(place)
    for _ in range(20):
        sharp = information(score, place)
        values, vectors = np.linalg.eigh(sharp)
        if values[0] < _FLAT:
            loose = np.abs(vectors[:, values < _FLAT]).max(axis=1) > 0.2
            return Peak(place, height, np.full_like(sharp, np.nan), loose)
        step = np.linalg.solve(sharp, slope)
        if step @ slope < 1e-6:  # twice what is still to be climbed: one step is enough
            end, _ = score(place + step)
            if end >= height:
                place, height = place + step, end
            break
        step *= min(1.0, 1.0 / np.abs(step).max())
        end, after = score(place + step)
        while end < height - 1e-9 and np.abs(step).max() > 1e-9:
            step /= 2
            end, after = score(place + step)
        place, height, slope = place + step, end, after
    covariance = np.asarray(np.linalg.inv(sharp), np.float64)
    return Peak(place, height, covariance, np.zeros(place.size, np.bool_))
