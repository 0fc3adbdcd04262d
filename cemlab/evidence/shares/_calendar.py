"""What the days of a table say about themselves: holes, days without trading, rows that are missing."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _words

HOLE_DAYS = 7
"""More calendar days than this between two trading days are told of."""

_DAILY, _SATURDAY = 3.0, 5


def still(table: pd.DataFrame) -> NDArray[np.bool_]:
    """Return on which days all of two or more columns have a return of 0.

    >>> still(pd.DataFrame({"UAL": [0.1, 0.0, 0.0], "DAL": [0.0, 0.0, 0.1]})).tolist()
    [False, True, False]
    """
    numbers = table.select_dtypes("number")
    if numbers.shape[1] < 2:
        return np.zeros(len(table), bool)
    return np.asarray((numbers.to_numpy(np.float64, na_value=np.nan) == 0).all(axis=1))


def holes(days: pd.Index) -> list[str]:
    """Return a sentence on the first hole of more than a week, if there is one.

    >>> holes(pd.to_datetime(["2009-07-03", "2009-07-06", "2009-07-07", "2009-07-20"]))
    ['there are no rows between 2009-07-07 and 2009-07-20: trading days are counted by rows']
    """
    steps = _steps(days)
    wide = np.flatnonzero(steps > max(HOLE_DAYS, 3 * np.median(steps) if len(steps) else 0))
    if not wide.size:
        return []
    start, end = days[wide[0]], days[wide[0] + 1]
    return [f"there are no rows between {start:%Y-%m-%d} and {end:%Y-%m-%d}: trading days are counted by rows"]  # fmt: skip


def closed(days: pd.Index, motionless: NDArray[np.bool_]) -> list[str]:
    """Return sentences on days that look like none of trading.

    >>> closed(pd.date_range("2009-07-03", periods=4), np.array([False, True, True, False]))[0]
    '2 of 4 days used fall on a Saturday or Sunday: drop days without trading, or convert stamps to the time zone of the exchange before'
    """
    told, total = [], f"{_words.counted(len(days), 'day')} used"
    if isinstance(days, pd.DatetimeIndex) and _daily(days):
        ends = int((days.day_of_week >= _SATURDAY).sum())
        if ends:
            told.append(f"{ends} of {total} fall on a Saturday or Sunday: drop days without trading, or convert stamps to the time zone of the exchange before")  # fmt: skip
    if motionless.any():
        told.append(f"{int(motionless.sum())} of {total} have returns of 0 in all columns: drop them if nothing was traded, as they make chance look too small")  # fmt: skip
    return told


def absent(days: pd.Index) -> list[str]:
    """Return a sentence on weekdays without a row between the first and the last of `days`.

    >>> absent(pd.to_datetime(["2009-07-07", "2009-07-09", "2009-07-10"]))
    ['there is no row for 2009-07-08, a weekday within the window: a holiday, or a return that is missing']
    """
    if len(days) < 2 or not _daily(days):
        return []
    gone = pd.bdate_range(days[0], days[-1]).difference(days)
    if not len(gone):
        return []
    more = f" and {_words.counted(len(gone) - 1, 'other weekday')}" if len(gone) > 1 else ", a weekday"  # fmt: skip
    what = "a holiday, or a return that is missing" if len(gone) == 1 else "holidays, or returns that are missing"  # fmt: skip
    return [f"there is no row for {gone[0]:%Y-%m-%d}{more} within the window: {what}"]


# --- inside ------------------------------------------------------------------------


def _steps(days: pd.Index) -> NDArray[np.float64]:
    """Return days between rows; numbers that stand for days have none."""
    if not isinstance(days, pd.DatetimeIndex):
        return np.empty(0)
    return np.asarray(np.diff(days.to_numpy()) / np.timedelta64(1, "D"))


def _daily(days: pd.Index) -> bool:
    steps = _steps(days)
    return isinstance(days, pd.DatetimeIndex) and (not len(steps) or bool(np.median(steps) <= _DAILY))  # fmt: skip
