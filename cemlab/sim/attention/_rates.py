"""Views a day, from whatever they come in: a list, a dated series, or rates between readings."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab._words import short

Array = NDArray[np.float64]
_RATES = ("start_day", "end_day", "views_per_day")
_NEED = "views must be a list, a Series, or a DataFrame with day and views, or with start_day, end_day and views_per_day"


_VAGUE = 2.0
_APART = 2.0
_WHEN, _WHAT = ("day", "date", "time"), ("views", "value")


class Rates(NamedTuple):
    """Spans of time in order, views a day in each, its name, and whether its rate is vague."""

    start: Array
    end: Array
    rate: Array
    names: list[Any]
    missing: int
    vague: NDArray[np.bool_]


def of(views: Any) -> Rates:
    """Return the rates that `views` holds, earliest first, without missing ones.

    >>> of([5, None, 2]).start.tolist()
    [0.0, 2.0]
    """
    if isinstance(views, pd.DataFrame):
        start, end, rate, names = _of_frame(views)
    elif isinstance(views, pd.Series):
        start, names = _days(views.index)
        _one_day_each(start)
        end, rate = start + 1, _numbers(views)
    else:
        if not isinstance(views, list | tuple | np.ndarray | pd.Index) or np.ndim(views) != 1:
            msg = f"{_NEED}, got {short(views)}"
            raise ValueError(msg)
        rate = _numbers(views)
        start = np.arange(rate.size, dtype=np.float64)
        end, names = start + 1, list(range(rate.size))
    vague = np.zeros(rate.size, bool)
    if isinstance(views, pd.DataFrame) and {"low", "high"} <= set(views.columns):
        vague = _numbers(views["high"]) > _VAGUE * _numbers(views["low"])
    known = ~np.isnan(rate)
    order = np.flatnonzero(known)[np.argsort(start[known], kind="stable")]
    called = [names[i] for i in order]
    found = Rates(start[order], end[order], rate[order], called, int((~known).sum()), vague[order])
    _check(found)
    return found


def _check(found: Rates) -> None:
    bad = found.rate[(found.rate < 0) | np.isinf(found.rate)]
    if bad.size:
        msg = f"views must be finite and at least 0, got {bad[0]:g}"
        raise ValueError(msg)
    if not found.rate.any():
        got = "none" if not found.rate.size else f"0 in all of {found.rate.size}"
        msg = f"views must be above 0 on some day, got {got}"
        raise ValueError(msg)
    if not (found.end > found.start).all():
        msg = "views must come in spans that end after they start, got one that does not"
        raise ValueError(msg)
    over = np.flatnonzero(found.start[1:] < found.end[:-1] - 1e-9)
    if over.size:
        msg = f"views must have one row for each time, got several for {_called(found.names[over[0] + 1])}: add them up first"
        raise ValueError(msg)


def _one_day_each(days: Array) -> None:
    """Stop where no two rows are on neighbouring days: they may be sums of weeks or months."""
    steps = np.diff(np.unique(days))
    if steps.size and steps.min() >= _APART:
        msg = f"views must be of single days, got rows that are {steps.min():g} days apart or more: give sums of weeks or months as start_day, end_day and views_per_day"
        raise ValueError(msg)


def _of_frame(views: pd.DataFrame) -> tuple[Array, Array, Array, list[Any]]:
    if set(_RATES) <= set(views.columns):
        start, end, rate = (_numbers(views[name]) for name in _RATES)
        return start, end, rate, start.tolist()
    when, what = (next((n for n in names if n in views.columns), None) for names in (_WHEN, _WHAT))
    if when is None or what is None:
        msg = f"{_NEED}, got the columns {[str(c) for c in views.columns]}"
        raise ValueError(msg)
    start, names = _days(pd.Index(views[when]))
    _one_day_each(start)
    return start, start + 1, _numbers(views[what]), names


def _days(index: pd.Index) -> tuple[Array, list[Any]]:
    """Return day numbers: of dates, those since the first one."""
    if index.dtype.kind in "iuf" and not index.hasnans:
        return index.to_numpy(np.float64), index.tolist()
    try:
        dates = (
            index.to_timestamp() if isinstance(index, pd.PeriodIndex) else pd.DatetimeIndex(index)
        )
    except (TypeError, ValueError):
        dates = pd.DatetimeIndex([pd.NaT])
    if dates.hasnans:
        msg = (
            f"views must have a date or a day number for each row, got {short(index[:3].tolist())}"
        )
        raise ValueError(msg)
    first = dates.min().normalize()
    days = np.asarray((dates - first) / pd.Timedelta("1D"), np.float64)
    return np.floor(days), dates.normalize().tolist()


def _numbers(values: Any) -> Array:
    try:
        series = values if isinstance(values, pd.Series) else pd.Series(values)  # fmt: skip
        if series.dtype.kind == "b" or any(isinstance(x, str) for x in series.head(20)):
            raise TypeError
        return np.asarray(series.to_numpy(dtype=np.float64, na_value=np.nan))
    except (TypeError, ValueError):
        msg = f"views must be numbers, got {short(values.tolist() if isinstance(values, pd.Series) else values)}"
        raise ValueError(msg) from None


def _called(name: Any) -> str:
    return f"{name:%Y-%m-%d}" if isinstance(name, pd.Timestamp) else f"day {name:g}"
