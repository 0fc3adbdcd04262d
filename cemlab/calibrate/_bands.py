"""Bands around a fitted curve at other times."""

from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm
from scipy.stats import t as student

from cemlab.calibrate import _intervals
from cemlab.calibrate._likelihood import Array
from cemlab.calibrate._problem import Problem
from cemlab.calibrate._search import Peak

_POINTS = 12
_MOVES = 400


def at_times(
    made: Problem, peak: Peak, spread: Array, sigma: float, when: Array, level: float
) -> pd.DataFrame:
    """Return the curve with the band of the curve and that of a new reading."""
    place, data = peak.place, made.data
    base, before = np.zeros(when.size), np.full(when.size, np.nan)
    if data.increments:
        past = np.searchsorted(data.time, when, side="left")
        base = np.append(0.0, data.low)[past]
        before = np.append(np.nan, data.time)[past]

    def shape(at: Array) -> Array:
        found = made.expected(at, when)
        if data.increments:
            earlier = made.expected(at, np.where(np.isnan(before), when, before))
            found = found - np.where(np.isnan(before), 0.0, earlier)
        return np.log(np.maximum(found, 1e-300)) if data.relative else found

    middle = shape(place)
    if peak.plateau:
        ends = _of_region(made, peak, shape, level)
    else:
        slopes = made.sensitivity(place, shape)
        variance = np.maximum(np.einsum("ti,ij,tj->t", slopes, spread, slopes), 0.0)
        quantile = float(student.ppf((1 + level) / 2, _intervals.freedom(made)[1]))
        own, new = quantile * np.sqrt(variance), quantile * np.sqrt(variance + sigma**2)
        ends = {"low": middle - own, "high": middle + own}
        ends |= {"reading_low": middle - new, "reading_high": middle + new}
    table: dict[str, Any] = {"time": when}
    for name, end in ({"value": middle} | ends).items():
        with np.errstate(over="ignore"):
            moved = np.exp(end) if data.relative else end
        table[name] = base + np.where(middle < -690, 0.0, moved) if data.relative else moved
    return pd.DataFrame(table)


# --- inside ------------------------------------------------------------------------


def _of_region(made: Problem, peak: Peak, shape: Any, level: float) -> dict[str, Array]:
    """Return the lowest and highest of all curves that the readings allow."""
    places = _region(made, peak, level)
    curves = np.array([shape(place) for place in places])
    noise = norm.ppf((1 + level) / 2) * np.exp(places[:, -1])[:, None]
    return {
        "low": curves.min(axis=0), "high": curves.max(axis=0),
        "reading_low": (curves - noise).min(axis=0),
        "reading_high": (curves + noise).max(axis=0),
    }  # fmt: skip


def _region(made: Problem, peak: Peak, level: float) -> Array:
    """Return places whose likelihood is high enough: the profiles' first, then steps between them."""
    cut, k = _intervals.cut(made, level), len(made.names)
    places = [peak.place]
    for i in range(k):
        low, high = _intervals.ends(made, peak, i, level)
        low, high = max(low, peak.place[i] - 10), min(high, peak.place[i] + 10)
        rows = _intervals.profile(made, peak, i, low, high, _POINTS)
        places += [row[2:] for row in rows if row[1] <= cut * 1.01]
    rng = np.random.default_rng(0)  # the same region for the same fit
    found = np.array(places)
    for _ in range(_MOVES):
        one, two, three = found[rng.integers(0, len(found), 3)]
        tried = np.clip(one + rng.uniform(0, 1.2) * (two - three), made.low, made.high)
        if 2 * (peak.height - made.terms(tried).total) <= cut:
            found = np.vstack([found, tried])
    return found
