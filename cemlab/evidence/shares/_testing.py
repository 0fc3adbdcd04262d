"""Three ways to judge whether a cumulative abnormal return is chance."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cemlab.evidence.shares import _finding, _residuals
from cemlab.evidence.shares._windows import Studies

Array = NDArray[np.float64]

NOTE_HAC, NOTE_RANKS, WORTHLESS = 20, 10, 5
"""Days of estimation a day of the window: fewer than these, and HAC errors or ranks say yes too often
(simulated, 60 to 250 days: .06 to .08 at the limits where .05 is promised), or are refused (.1 and more)."""


@dataclass(frozen=True, eq=False)
class Judgement:
    """Standard error, p, smallest CAR that speaks, and intervals of the CAR up to each day."""

    se: float
    p: float
    detectable: float
    low: Array
    high: Array
    method: str


def judge(
    found: Studies,
    fit: Mapping[str, Any],
    x: Array,
    places: NDArray[np.int64],
    errors: str,
    level: float,
) -> Judgement:
    """Return the test of one study; `places` says where in the estimation window days are known."""
    from scipy import special

    cumulated, df = found.abnormal[0].cumsum(), float(found.df[0])
    _long_enough(len(x), int(found.n[0]), errors)
    if errors == "empirical":
        return _by_rank(cumulated, fit, x, places, level)
    variance, method = found.variance[0], "variance of the forecast error"
    if errors == "HAC":
        variance = _residuals.correlated_variance(fit["residuals"], x, fit["covariance"], found.k)
        method = f"HAC variance, {len(x) - 1} lags"
    error = np.sqrt(variance)
    if not error[-1] > 0:
        msg = f"errors must leave a variance, got 0 for a sum of {len(x)} days with HAC: use normal"
        raise ValueError(msg)
    limit = _finding.critical(level, df)
    p = 2 * float(special.stdtr(df, -abs(cumulated[-1]) / error[-1]))
    low, high = cumulated - limit * error, cumulated + limit * error
    se = float(error[-1])
    return Judgement(se, p, limit * se, low, high, f"{method}, t with {df:g} degrees of freedom")


# --- inside ------------------------------------------------------------------------


def _long_enough(days: int, known: int, errors: str) -> None:
    if errors != "normal" and days > 1 and known < WORTHLESS * days:
        msg = f'estimation must be at least {WORTHLESS} times as long as the window for {errors} errors, got {known} days for {days}: they would say yes twice as often as promised, so use "normal", or placebo dates'
        raise ValueError(msg)


def _by_rank(
    cumulated: Array, fit: Mapping[str, Any], x: Array, places: NDArray[np.int64], level: float
) -> Judgement:
    spread = np.full(int(places[-1]) + 1, np.nan)
    spread[places] = fit["residuals"]
    design = np.full((len(spread), x.shape[1]), np.nan)
    design[places] = fit["design"]
    days = len(cumulated)
    if days > len(spread) or not _residuals.runs(spread, days).size:
        msg = f"estimation must hold a window of {days} days without a gap for empirical errors, got {len(places)} known days"
        raise ValueError(msg)
    ahead, inverse = x.cumsum(axis=0), fit["inverse"]
    sums = [
        _residuals.scaled_runs(spread, design, inverse, ahead[m - 1], m) for m in range(1, days + 1)
    ]
    tails = (1 + level) / 2, (1 - level) / 2
    ends = np.array([np.quantile(each, tails) for each in sums])
    last = sums[-1]
    whole = np.isfinite(np.lib.stride_tricks.sliding_window_view(spread, days)).all(axis=1)
    apart = _residuals.separate(np.flatnonzero(whole), days)
    return Judgement(
        se=math.sqrt(float((last**2).mean())),
        p=_residuals.rank(float(cumulated[-1]), last)["two_sided"],
        detectable=_residuals.least_found(last, level),
        low=cumulated - ends[:, 0],
        high=cumulated - ends[:, 1],
        method=f"rank among {len(last)} overlapping windows of the estimation period, {apart} of them apart, stretched to errors of a forecast",
    )
