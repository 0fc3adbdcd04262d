"""Intervals of shares and of differences between shares."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from statsmodels.stats.proportion import (  # type: ignore[import-untyped, unused-ignore]
    proportion_confint,
)

from cemlab import _checks

Counts = tuple[Any, Any]
"""How many are so, and of how many: numbers, or arrays of one shape."""


def confidence(level: float) -> float:
    """Return `level` as the confidence of an interval.

    >>> confidence(0.95)
    0.95
    """
    if isinstance(level, int | float) and 50 <= level < 100:
        msg = f"level must be above 0 and below 1, got {level!r}: {level:g} % is {level / 100:g}"
        raise ValueError(msg)
    found = _checks.number("level", level, low=0, high=1)
    if not 0 < found < 1:
        msg = f"level must be above 0 and below 1, got {level!r}"
        raise ValueError(msg)
    return found


def wilson(count: int, n: int, level: float) -> tuple[float, float]:
    """Return Wilson's interval of a share, missing where there is nothing to count.

    >>> low, high = wilson(42, 50, 0.95)
    >>> f"{low:.4f} {high:.4f}"
    '0.7149 0.9166'
    """
    if not n:
        return math.nan, math.nan
    low, high = proportion_confint(count, n, alpha=1 - level, method="wilson")
    return float(low), float(high)


def newcombe(
    one: Counts, other: Counts, level: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return Newcombe's interval of one share less another, from Wilson's of each.

    >>> low, high = newcombe((56, 70), (48, 80), 0.95)
    >>> f"{low:.4f} {high:.4f}"
    '0.0524 0.3339'
    """
    share, low, high = [], [], []
    for count, n in (one, other):
        count, n = np.asarray(count, np.float64), np.asarray(n, np.float64)
        limits = proportion_confint(count, n, alpha=1 - level, method="wilson")
        share.append(count / n)
        low.append(np.asarray(limits[0]))
        high.append(np.asarray(limits[1]))
    gap = share[0] - share[1]
    down = np.hypot(share[0] - low[0], high[1] - share[1])
    up = np.hypot(high[0] - share[0], share[1] - low[1])
    return gap - down, gap + up
