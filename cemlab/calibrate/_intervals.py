"""Intervals: from the likelihood's profile, from new readings of the fitted curve, from its curvature."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import t as student

from cemlab.calibrate import _search
from cemlab.calibrate._likelihood import Array, Data
from cemlab.calibrate._problem import Problem
from cemlab.calibrate._search import Peak

_WIDEST = 12


def freedom(made: Problem) -> tuple[int, int]:
    """Return how many readings have two limits or more to say, and how many are left over.

    A group of alternatives counts as one; a lower bound hardly says anything, so not at all.
    """
    data = made.data
    two = np.isfinite(data.low) & np.isfinite(data.high) & (data.group < 0)
    n = int(two.sum()) + int(np.unique(data.group[data.group >= 0]).size)
    return max(n, 1), max(n - len(made.names), 1)


def factor(made: Problem, level: float) -> float:
    """Return by how many of the curvature's standard errors an interval reaches out.

    Student's quantile, and wider again as the likelihood's sigma is too small where few
    readings have to determine many parameters.
    """
    n, left = freedom(made)
    return float(student.ppf((1 + level) / 2, left) * np.sqrt(n / left))


def cut(made: Problem, level: float) -> float:
    """Return how far twice the log-likelihood may fall inside an interval.

    It is exact for curves that are straight in their parameters, and becomes the quantile of
    chi-square with many readings.
    """
    n, left = freedom(made)
    return float(n * np.log1p(student.ppf((1 + level) / 2, left) ** 2 / left))


def fall(made: Problem, peak: Peak, i: int, at: float, near: Array) -> tuple[float, Array]:
    """Return twice the fall of the log-likelihood with one parameter held, and that place."""
    start = near.copy()
    start[i] = at
    height, place = _search.climb(made, start, fixed=i, quick=True)
    return 2 * (peak.height - height), place


def ends(made: Problem, peak: Peak, i: int, level: float) -> tuple[float, float]:
    """Return the limits of a profile interval on the scale of the search; infinite if open."""
    found = []
    for side in (-1.0, 1.0):
        found.append(_end(made, peak, i, side, cut(made, level)))
    return found[0], found[1]


def profile(
    made: Problem, peak: Peak, i: int, low: float, high: float, points: int
) -> NDArray[np.float64]:
    """Return rows of place, fall and all places, from the optimum outwards on both sides."""
    middle = peak.place[i]
    rows = [np.concatenate([[middle, 0.0], peak.place])]
    half = max(points // 2, 1)
    for end in (low, high):
        near = peak.place
        for at in np.linspace(middle, end, half + 1)[1:]:
            down, near = fall(made, peak, i, float(at), near)
            rows.append(np.concatenate([[at, down], near]))
    return np.array(sorted(rows, key=lambda row: row[0]))


def again(made: Problem, peak: Peak, *, replicates: int, rng: np.random.Generator) -> Array:
    """Return the places of fits to new readings of the fitted curve, one row a replicate."""
    rows = []
    for _ in range(replicates):
        fresh = made.with_data(drawn(made, peak.place, rng))
        rows.append(_search.climb(fresh, peak.place, quick=True)[1])
    return np.array(rows)


def drawn(made: Problem, place: Array, rng: np.random.Generator) -> Data:
    """Return readings as the fitted curve would give them, with the same kinds.

    A rounded reading falls into an interval of the same width, a lower bound keeps its
    share of the curve, one alternative (by its chance) is drawn anew and the others stay.
    """
    data = made.data
    centre, sigma = made.centre(place), float(np.exp(place[-1]))
    luck = centre + sigma * rng.standard_normal(centre.size)
    value = np.exp(luck) if data.relative else luck
    if data.increments:
        total = np.cumsum(value)
        return replace(data, low=total, high=total)
    low, high, exact = data.low.copy(), data.high.copy(), data.exact
    moved = data.group < 0
    share = made.terms(place).share
    for number in np.unique(data.group[~moved]):
        here = np.flatnonzero(data.group == number)
        moved[rng.choice(here, p=share[here] / share[here].sum())] = True
    low[moved & exact] = high[moved & exact] = value[moved & exact]
    two = moved & ~exact & np.isfinite(low) & np.isfinite(high)
    width = data.high[two] - data.low[two]
    cell = data.low[two] + np.floor((value[two] - data.low[two]) / width) * width
    low[two], high[two] = cell, cell + width
    curve = np.exp(centre) if data.relative else centre
    for end, infinite, pick in ((low, high, np.minimum), (high, low, np.maximum)):
        one = moved & np.isfinite(end) & ~np.isfinite(infinite)
        kept = value[one] + (end[one] - curve[one])
        if data.relative:
            kept = value[one] * end[one] / curve[one]
        end[one] = pick(kept, value[one])
    return replace(data, low=low, high=high)


# --- inside ------------------------------------------------------------------------


def _end(made: Problem, peak: Peak, i: int, side: float, limit: float) -> float:
    middle = float(peak.place[i])
    edge = float(made.low[i] if side < 0 else made.high[i])
    if abs(edge - middle) < 1e-6:
        return edge
    error = float(np.sqrt(peak.covariance[i, i]))
    step = error if np.isfinite(error) and 0 < error < 3 else 0.1
    held = {middle: peak.place}
    inner, reach = middle, 2 * step

    def above(at: float) -> float:
        near = held[min(held, key=lambda known: abs(known - at))]
        down, held[at] = fall(made, peak, i, at, near)
        return down - limit

    for _ in range(_WIDEST):
        outer = middle + side * reach
        last = side * outer >= side * edge
        outer = edge if last else outer
        if above(outer) > 0:
            return float(brentq(above, inner, outer, xtol=1e-4 * max(step, 1e-6), rtol=1e-6))
        if last:
            return edge
        inner, reach = outer, 1.6 * reach
    return side * np.inf
