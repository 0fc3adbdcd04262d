"""The chance that a test finds an effect of a given size."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cemlab import _proportions

Array = NDArray[np.float64]
NAMED = 0.8
"""The chance of finding an effect that is usually asked for (Cohen 1988)."""


def confidence(level: float) -> float:
    """Return the confidence of a test: 0.95 belongs to a test at 5 %.

    >>> confidence(0.95)
    0.95
    """
    found = _proportions.confidence(level)
    if found < 0.5:
        msg = f"level must be a confidence of at least 0.5, got {level!r}: a test at {level:.0%} has level {1 - level:g}"
        raise ValueError(msg)
    return found


def critical(level: float, df: float = math.inf) -> float:
    """Return the t (or, without `df`, z) beyond which a two-sided test speaks.

    >>> f"{critical(0.95):.2f} {critical(0.95, 10):.2f}"
    '1.96 2.23'
    """
    from scipy import special

    tail = (1 + level) / 2
    return float(special.ndtri(tail) if math.isinf(df) else special.stdtrit(df, tail))


def chance(effect: ArrayLike, level: float, df: float = math.inf) -> Array:
    """Return the chance that a two-sided test finds effects in units of their standard error.

    >>> [f"{p:.3f}" for p in chance([0, 1.96, 2.8], 0.95)]
    ['0.050', '0.500', '0.800']
    """
    from scipy import special

    limit, size = critical(level, df), np.abs(np.asarray(effect, np.float64))
    if math.isinf(df):
        return np.asarray(special.ndtr(size - limit) + special.ndtr(-size - limit))
    below, beyond = (special.nctdtr(df, size, end) for end in (-limit, limit))
    # Far from the limits both are next to nothing, and the series may end without a number.
    below, beyond = np.nan_to_num(below, nan=0.0), np.nan_to_num(beyond, nan=0.0)
    return np.asarray(1 - beyond + below).clip(0, 1)


def needed(power: float, level: float, df: float = math.inf) -> float:
    """Return the effect, in standard errors, that is found with chance `power`.

    >>> f"{needed(0.8, 0.95):.2f}"
    '2.80'
    """
    from scipy import optimize

    def short(effect: float) -> float:
        return float(chance(effect, level, df)) - power

    high = critical(level, df)
    while short(high) < 0:
        high *= 2
    return float(optimize.brentq(short, 0.0, high, xtol=1e-10))
