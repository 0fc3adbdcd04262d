"""Laws of times as the kernel reads them: a mean, a table of quantiles, or observed times."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cemlab import _checks
from cemlab.sim._kernels import desk_tables as _desk

LONGEST_MIN = 1e7
"""Nineteen years: so that dates stay dates."""

_POINTS = 4097


def law(name: str, given: Any, *, longest: float) -> tuple[float, NDArray[np.float64] | None]:
    """Return (mean, None) of an exponential law, or (median, table) of any other.

    A table of quantiles; or, if it begins with -n, of n observed times in order.
    """
    if not hasattr(given, "ppf") and np.ndim(given) == 0:
        never = isinstance(given, float | np.floating) and given == math.inf
        if never and longest == math.inf:
            return math.inf, None
        return _checks.number(name, given, low=0.0, high=longest), None
    logits = np.linspace(-_desk.QUANTILES_TO, _desk.QUANTILES_TO, _POINTS)
    seen: list[float] = []
    if hasattr(given, "ppf"):
        table = _quantiles(name, given, logits)
    else:
        seen = [_checks.number(name, value, low=0.0) for value in np.ravel(given).tolist()]
        table = np.quantile(seen or [math.nan], _share(logits), method="inverted_cdf")
    if not (np.isfinite(table) & (table >= 0)).all():
        msg = f"{name} must be minutes of at least 0, or a law of such, got {given!r}"
        raise ValueError(msg)
    middle = float(np.median(table))
    if 0 < len(seen) < _POINTS:
        table[: len(seen) + 1] = [-len(seen), *sorted(seen)]
    return middle, table


def _quantiles(name: str, given: Any, logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the quantiles of a law, those above the middle by its tail where it has one."""
    try:
        lower = np.asarray(given.ppf(_share(logits)), np.float64)
        tail = getattr(given, "isf", lambda q: given.ppf(1.0 - q))
        upper = np.asarray(tail(_share(-logits)), np.float64)
        if lower.shape != logits.shape or upper.shape != logits.shape:
            msg = "one quantile a share"
            raise TypeError(msg)
    except (TypeError, ValueError):
        msg = f"{name} must be a law whose ppf takes many shares, with all its parameters set, got {given!r}"
        raise ValueError(msg) from None
    last = np.isfinite(upper)
    upper = np.where(last, upper, upper[last].max() if last.any() else math.nan)
    return np.where(logits <= 0, lower, upper)


def _share(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    shares: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-logits))
    return shares
