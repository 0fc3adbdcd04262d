"""Whether errors of a counter add up, by the same readings."""

from dataclasses import replace

import numpy as np

from cemlab.calibrate import _search
from cemlab.calibrate._problem import Problem
from cemlab.calibrate._search import Peak

BETTER = 1.0  # in units of log-likelihood: 2 of AIC, as both have as many parameters
_TWO = 2


def gain(made: Problem, peak: Peak) -> float:
    """Return by how much the log-likelihood grows if errors add up from reading to reading.

    Both are densities of the same trusted exact readings, so that they can be compared. It is
    missing where there are too few of them or they do not grow, and for simulated curves.
    """
    data = made.data
    good = data.exact & (data.group < 0)
    if made.simulated or not data.relative or data.increments:
        return float("nan")
    if good.sum() < len(made.names) + _TWO or (np.diff(data.low[good], prepend=0.0) <= 0).any():
        return float("nan")
    part = replace(
        data, time=data.time[good], low=data.low[good], high=data.high[good],
        group=data.group[good], weight=data.weight[good],
    )  # fmt: skip
    levels, steps = (made.with_data(replace(part, increments=way)) for way in (False, True))
    heights = []
    for one in (levels, steps):
        low, _ = one.data.limits()
        away = low - one.centre(peak.place)
        place = peak.place.copy()
        middle = float(np.sqrt(np.mean(np.minimum(away**2, 25.0))))
        place[-1] = np.clip(np.log(max(middle, 1e-12)), made.low[-1], made.high[-1])
        heights.append(_search.climb(one, place, quick=True)[0])
    return heights[1] - heights[0]
