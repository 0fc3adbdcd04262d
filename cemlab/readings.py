"""Readings of a counter that never falls: exact, rounded, or only lower bounds."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cemlab import _checks


def limits(readings: pd.DataFrame) -> pd.DataFrame:
    """Return the readings with `low` and `high`: what the counter may have shown.

    Exact readings are what they say. A rounded one may be off by half a unit of its last
    non-zero digit, or of its second digit if that is coarser (1.45 million: give or take
    50,000). A lower bound has no upper limit.

    Parameters
    ----------
    readings : DataFrame
        `views` (count) and `precision` (exact, rounded, at least).

    Examples
    --------
    >>> limits(pd.DataFrame({"views": [1_300_000], "precision": "rounded"}))[["low", "high"]].values.tolist()
    [[1250000.0, 1350000.0]]
    """
    views = readings["views"].to_numpy(np.int64)
    slack = np.where(readings["precision"] == "rounded", _rounding(views), 0.0)
    high = np.where(readings["precision"] == "at least", np.inf, views + slack)
    return readings.assign(low=views - slack, high=high)


def envelope(readings: pd.DataFrame, times: ArrayLike) -> pd.DataFrame:
    """Return the lowest and highest the counter can have shown at given times.

    A counter never falls: it shows at least what any earlier reading shows, and at most
    what any later one shows. Contested readings are left out.

    Returns
    -------
    DataFrame
        `time`, `low`, `high` (infinite after the last reading).

    Examples
    --------
    >>> two = pd.DataFrame({"time": pd.to_datetime(["2009-07-06", "2009-07-16"]), "views": [0, 100],
    ...                     "precision": "exact", "confidence": "independent"})
    >>> envelope(two, ["2009-07-10"])[["low", "high"]].values.tolist()
    [[0.0, 100.0]]
    """
    trusted = limits(readings[_trusted(readings)]).sort_values("time")
    moments = pd.DatetimeIndex(np.asarray(times, "datetime64[us]"))
    known = trusted["time"].to_numpy()
    lowest = np.append(0.0, np.maximum.accumulate(trusted["low"].to_numpy()))
    highest = np.append(np.minimum.accumulate(trusted["high"].to_numpy()[::-1])[::-1], np.inf)
    low = lowest[np.searchsorted(known, moments.to_numpy(), side="right")]
    high = highest[np.searchsorted(known, moments.to_numpy(), side="left")]
    return pd.DataFrame({"time": moments, "low": low, "high": high})


def day_of_share(readings: pd.DataFrame, *, share: float, by_day: float, start: object) -> float:
    """Return the day on which a share of a later day's count was reached.

    A straight line runs through the readings that are neither contested, unverified nor bounds.

    Examples
    --------
    >>> two = pd.DataFrame({"time": pd.to_datetime(["2009-07-06", "2009-07-16"]), "views": [0, 100],
    ...                     "precision": "exact", "confidence": "independent"})
    >>> day_of_share(two, share=0.5, by_day=10, start="2009-07-06")
    5.0
    """
    part = _checks.probability("share", share)
    good = readings[_trusted(readings) & (readings["precision"] != "at least")]
    good = good.sort_values("time")
    days = ((good["time"] - pd.Timestamp(start)) / pd.Timedelta("1D")).to_numpy()
    views = good["views"].to_numpy(float)
    target = part * np.interp(_checks.number("by_day", by_day, low=0), days, views)
    return float(np.interp(target, views, days))


def _trusted(readings: pd.DataFrame) -> pd.Series:
    return ~readings["confidence"].isin(["contested", "unverified"])


def _rounding(views: NDArray[np.int64]) -> NDArray[np.float64]:
    unit = np.ones(views.size)
    for power in 10.0 ** np.arange(1, 19):
        unit = np.where((views % power == 0) & (views > 0), power, unit)
    second_digit = 10.0 ** np.maximum(np.floor(np.log10(np.maximum(views, 1))) - 1, 0)
    return np.asarray(np.maximum(unit, second_digit) / 2, np.float64)
