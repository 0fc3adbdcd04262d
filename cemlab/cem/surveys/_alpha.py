"""Cronbach's alpha of complete answers, and its intervals."""

import math

from scipy import stats

from cemlab.cem.surveys import _items

CERTAIN = 1e-12
"""What differs by less is rounding."""


def raw_alpha(values: _items.Scores) -> float:
    """Return alpha of complete answers, missing where their sum does not vary.

    >>> import numpy as np
    >>> raw_alpha(np.array([[1.0, 2], [3, 0]]))
    nan
    """
    n, k = values.shape
    if n < 2 or k < 2:
        return math.nan
    parts = values.var(axis=0, ddof=1).sum()
    whole = values.sum(axis=1).var(ddof=1)
    if whole <= CERTAIN * max(parts, CERTAIN):
        return math.nan
    return float(k / (k - 1) * (1 - parts / whole))


def feldt(alpha: float, n: int, k: int, level: float) -> tuple[float, float]:
    """Return Feldt's interval of an alpha of `n` respondents and `k` items, missing for 1.

    >>> low, high = feldt(0.5, 101, 5, 0.95)
    >>> f"{low:.3f} {high:.3f}"
    '0.327 0.639'
    """
    if math.isnan(alpha) or alpha > 1 - CERTAIN:
        return math.nan, math.nan
    ends = stats.f.ppf([(1 + level) / 2, (1 - level) / 2], n - 1, (n - 1) * (k - 1))
    low, high = 1 - (1 - alpha) * ends
    return float(low), float(high)


def distribution_free(
    values: _items.Scores, alpha: float, level: float
) -> tuple[float, float, str]:
    """Return an interval of alpha from each respondent's part in it, on the scale of log(1 - alpha)."""
    n, k = values.shape
    away = values - values.mean(axis=0)
    total = away.sum(axis=1)
    whole, parts = (total**2).mean(), (away**2).sum(axis=1).mean()
    # How alpha answers to the variance of the sum and to those of the items.
    part = k / (k - 1) * (parts * total**2 / whole**2 - (away**2).sum(axis=1) / whole)
    error = float(part.std(ddof=1)) / math.sqrt(n)
    half = float(stats.norm.ppf((1 + level) / 2)) * error / (1 - alpha)
    low, high = (1 - (1 - alpha) * math.exp(side * half) for side in (1, -1))
    if half <= CERTAIN:
        return math.nan, math.nan, "none: too few different respondents"
    return low, high, "distribution-free, delta method on log(1 - alpha)"
