"""The largest likelihood within bounds, how sharp it is, and how far a parameter may be moved."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Score = Callable[[Array], tuple[float, Array]]
"""Logs of the parameters -> log-likelihood and its slope in them."""

_FLAT = 0.02
_STEP = 1e-4
_AT_BORDER = 1e-3
_NEAR_ENOUGH = 1e-4


@dataclass(frozen=True)
class Peak:
    """Logs of the parameters at the peak, its height, their covariance, and who is at a border.

    The covariance is nan where the likelihood is flat or a border is reached.
    """

    place: Array
    height: float
    covariance: Array
    at_border: NDArray[np.bool_]


def maximise(
    score: Score, starts: Sequence[Array], low: Array, high: Array, *, climbs: int
) -> Peak:
    """Climb from the best of the starts, within bounds.

    >>> quadratic = lambda z: (-2 * float(z @ z), -4 * z)
    >>> peak = maximise(quadratic, [np.ones(1)], np.full(1, -5.0), np.full(1, 5.0), climbs=1)
    >>> abs(peak.place[0]) < 1e-6, round(float(peak.covariance[0, 0]), 6)
    (np.True_, 0.25)
    """
    inside = [np.clip(start, low, high) for start in starts]
    ranked = sorted(inside, key=lambda start: -score(start)[0])
    found = [climb(score, start, low, high) for start in ranked[:climbs]]
    place, _ = max(found, key=lambda end: end[1])
    place, height = climb(score, place, low, high)  # anew: forgetting what a curved path taught
    border = (place < low + _AT_BORDER) | (place > high - _AT_BORDER)
    return measured(score, place, height, border)


def measured(score: Score, place: Array, height: float, border: NDArray[np.bool_]) -> Peak:
    """Return a peak with the covariance of the parameters that are at no border."""
    covariance = np.full((place.size, place.size), np.nan)
    free = np.flatnonzero(~border)
    rows = [_slope_change(score, place, int(k)) for k in free]
    sharp = np.array([row[free] for row in rows]).reshape(free.size, free.size)
    sharp = (sharp + sharp.T) / 2
    if free.size and np.linalg.eigvalsh(sharp)[0] > _FLAT:
        covariance[np.ix_(free, free)] = np.linalg.inv(sharp)
    return Peak(place, height, covariance, border)


def climb(
    score: Score, start: Array, low: Array, high: Array, *, near_enough: float = 1e-9
) -> tuple[Array, float]:
    """Return the peak near a start, and its height, to about `near_enough`."""
    from scipy.optimize import minimize

    scale = max(1.0, abs(score(start)[0]))

    def down(place: Array) -> tuple[float, Array]:
        value, slope = score(place)
        return -value / scale, -slope / scale

    bounds = list(zip(low, high, strict=True))
    options = {"ftol": near_enough / scale, "gtol": near_enough / scale, "maxiter": 500}
    found = minimize(down, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    return np.asarray(found.x), -float(found.fun) * scale


def limit(
    score: Score, peak: Peak, k: int, drop: float, low: Array, high: Array, sign: int
) -> float:
    """Return the log of parameter k at which the profile has fallen by `drop`; infinite if never.

    The others are at their best for each value of it; the root of the fall is nearly a line.
    """
    from scipy.optimize import brentq

    others = np.arange(peak.place.size) != k
    top = float(peak.place[k])
    bound = float(high[k] if sign > 0 else low[k])
    places = {top: peak.place}
    known = {top: -np.sqrt(drop)}
    variance = float(peak.covariance[k, k])
    along = peak.covariance[others, k] / variance if variance > 0 else np.zeros(others.sum())
    along = np.where(np.isfinite(along), along, 0.0)

    def fallen(value: float) -> float:
        if value in known:
            return float(known[value])

        def rest(z: Array) -> tuple[float, Array]:
            height, slope = score(np.insert(z, k, value))
            return height, slope[others]

        nearest = min(places, key=lambda other: abs(other - value))
        start = places[nearest][others] + along * (value - nearest)
        z, height = start, score(np.insert(start, k, value))[0]
        if others.any():
            start = np.clip(start, low[others], high[others])
            z, height = climb(rest, start, low[others], high[others], near_enough=_NEAR_ENOUGH)
        places[value] = np.insert(z, k, value)
        known[value] = float(np.sqrt(max(peak.height - height, 0.0)) - np.sqrt(drop))
        return float(known[value])

    width = float(np.sqrt(variance)) if variance > 0 else 0.5
    near, step = top, 1.15 * float(np.sqrt(2 * drop)) * width
    while (bound - near) * sign > 0:
        far = near + sign * step
        if (far - bound) * sign >= 0:
            far = bound
        if fallen(far) > 0:
            return float(brentq(fallen, near, far, xtol=1e-3 * width, rtol=1e-6))
        near, step = far, 1.5 * step
    return sign * np.inf


def _slope_change(score: Score, place: Array, k: int) -> Array:
    moved = np.zeros(place.size)
    moved[k] = _STEP
    return np.asarray((score(place - moved)[1] - score(place + moved)[1]) / (2 * _STEP))
