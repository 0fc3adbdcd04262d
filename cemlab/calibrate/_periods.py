"""Adoptions a period in the order of time: sorted by their index, and none left out."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _words


def in_order(series: pd.Series) -> pd.Series:
    """Return a series by year, period or date in the order of time; gaps are refused.

    Other names of rows (words) say nothing about time: the order stays as it is.

    >>> in_order(pd.Series([5, 3], index=[2002, 2001])).tolist()
    [3, 5]
    """
    moments = _moments(series.index)
    if moments is None:
        return series
    order = np.argsort(moments, kind="stable")
    series, moments = series.iloc[order], moments[order]
    twice = np.flatnonzero(np.diff(moments) == 0)
    if twice.size:
        msg = f"adoptions must have each period once, got {_words.short(_name(series.index[twice[0]]))} twice"
        raise ValueError(msg)
    if series.size > 2 and not _even(moments):
        steps = np.diff(moments)
        i = int(np.argmax(steps))
        before, after = (_words.short(_name(series.index[k])) for k in (i, i + 1))
        msg = f"adoptions must be of all periods, got none between {before} and {after}: give 0 where nobody adopted"
        raise ValueError(msg)
    return series


# --- inside ------------------------------------------------------------------------


def _moments(index: pd.Index) -> NDArray[Any] | None:
    """Return periods as numbers or dates; None where the index has neither."""
    if isinstance(index, pd.PeriodIndex):
        index = index.to_timestamp()
    if isinstance(index, pd.DatetimeIndex):
        found = index.tz_localize(None)
    elif index.dtype.kind in "iuf":
        found = index
    elif len(index) and all(isinstance(one, str) for one in index):
        try:
            found = pd.DatetimeIndex(pd.to_datetime(index, format="ISO8601")).tz_localize(None)
        except (TypeError, ValueError):
            return None
    elif len(index) and all(hasattr(one, "isoformat") for one in index):
        found = pd.DatetimeIndex(index)
    else:
        return None
    if found.hasnans:
        msg = "adoptions must have a period in each row, got one missing"
        raise ValueError(msg)
    return np.asarray(found)


def _even(moments: NDArray[Any]) -> bool:
    """Return whether periods are equally far apart: in numbers, in days or in months."""
    if moments.dtype.kind != "M":
        return bool(
            np.allclose(
                np.diff(moments.astype(np.float64)),
                float(moments[1] - moments[0]),
                rtol=1e-6,
                atol=0.0,
            )
        )
    dates = pd.DatetimeIndex(moments)
    days = np.diff(np.asarray((dates - dates[0]) / pd.Timedelta("1D"), np.float64))
    months = np.diff(np.asarray(12 * dates.year + dates.month, np.float64))
    return bool(np.allclose(days, days[0]) or (months[0] > 0 and (months == months[0]).all()))


def _name(one: object) -> object:
    return (
        f"{one:%Y-%m-%d}"
        if isinstance(one, pd.Timestamp)
        else getattr(one, "item", lambda: str(one))()
    )
