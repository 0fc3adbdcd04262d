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
    n = made.data.limited
    return max(n, 1), max(n - len(made.names), 1)


def widening(made: Problem) -> float:
    """Return by what to multiply the likelihood's variances, which are too small with few readings."""
    n, left = freedom(made)
    return n / left


def factor(made: Problem, level: float) -> float:
    """Return by how many standard errors an interval reaches out: Student's quantile."""
    return float(student.ppf((1 + level) / 2, freedom(made)[1]))


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


def bootstrap(
    made: Problem, peak: Peak, level: float, *, replicates: int, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Return limits from fits to new readings of the fitted curve, on the scale of the search.

    New readings have the noise with the correction for few readings. What counts is how many
    of its own standard errors each of their fits is away (a studentised bootstrap): plain
    percentiles are too short with few readings. A parameter without a standard error (on its
    bound) gets percentiles.
    """
    k = len(made.names)
    noisy = peak.place.copy()
    noisy[-1] += 0.5 * np.log(widening(made))
    places, errors = np.empty((replicates, k)), np.empty((replicates, k))
    for row in range(replicates):
        fresh = made.with_data(drawn(made, noisy, rng))
        place = _search.climb(fresh, peak.place, quick=True)[1]
        places[row], errors[row] = place[:k], _errors(fresh, place)
    middle, own = peak.place[:k], _errors(made, peak.place)
    own = np.where(peak.bound, np.nan, own)
    with np.errstate(divide="ignore", invalid="ignore"):
        away = (places - middle) / np.where(errors > 0, errors, np.nan)
    ends = [(1 - level) / 2, (1 + level) / 2]
    low, high = np.quantile(places, ends, axis=0)
    for i in np.flatnonzero(np.isfinite(own)):
        known = away[np.isfinite(away[:, i]), i]
        if known.size:
            left, right = np.quantile(known, ends)
            low[i], high[i] = middle[i] - right * own[i], middle[i] - left * own[i]
    return low, high


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


def _errors(made: Problem, place: Array) -> Array:
    """Return standard errors by the curve's slopes; missing where they cannot tell."""
    k = place.size - 1
    sharp = _search.by_slopes(made, place)[:k, :k]
    held = np.diag(sharp) <= 0
    found = np.full(k, np.nan)
    size = np.sqrt(np.diag(sharp)[~held])
    if size.size:
        scaled = sharp[np.ix_(~held, ~held)] / np.outer(size, size)
        if np.isfinite(scaled).all() and np.linalg.cond(scaled) < 1e12:
            found[~held] = np.sqrt(np.diag(np.linalg.inv(scaled))) / size
    return found


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

    if above(middle) >= 0:  # the likelihood has no width: the curve runs through its readings
        return middle
    for _ in range(_WIDEST):
        outer = middle + side * reach
        last = side * outer >= side * edge
        outer = edge if last else outer
        if above(outer) > 0:
            if above(inner) > 0:  # a ragged likelihood
                return inner
            return float(brentq(above, inner, outer, xtol=1e-4 * max(step, 1e-6), rtol=1e-6))
        if last:
            return edge
        inner, reach = outer, 1.6 * reach
    return side * np.inf
