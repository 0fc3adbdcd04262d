"""From dates and rounded times to the times that models of attention take."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cemlab import _checks, _words
from cemlab.sim.attention import _process

Array = NDArray[np.float64]


def elapsed(moments: ArrayLike, *, start: object = None, unit: object = "1h") -> Array:
    """Return dates as sorted times since a start, in units of time: what the others here take.

    Parameters
    ----------
    moments : array_like of datetime
        When the events were; missing ones are refused.
    start : datetime-like, optional
        Time 0; None: the first of them.
    unit : timedelta-like
        The unit of time.

    Raises
    ------
    ValueError
        If there are no dates, one is missing, or one lies before the start.

    Examples
    --------
    >>> elapsed(["2009-07-06 10:00", "2009-07-06 08:00"]).tolist()
    [0.0, 2.0]
    """
    given = pd.Series(np.asarray(moments))
    try:
        if given.dtype.kind in "iufb" and len(given):
            raise TypeError
        form = None if given.dtype.kind in "mM" else "ISO8601"
        dates = pd.DatetimeIndex(pd.to_datetime(given, format=form))
    except (TypeError, ValueError):
        told = _words.short(given.tolist()[0] if len(given) else moments)
        msg = f"moments must be dates such as 2009-07-06, without a time zone, got {told}"
        raise ValueError(msg) from None
    if not len(dates) or dates.hasnans or dates.tz is not None:
        what = "none" if not len(dates) else "a time zone" if dates.tz else "a missing one"
        msg = f"moments must be dates without a time zone, got {what}"
        raise ValueError(msg)
    begin = dates.min() if start is None else _checks.moment("start", start)
    times = np.sort(np.asarray((dates - begin) / _checks.duration("unit", unit), np.float64))
    if times[0] < 0:
        msg = f"start must not be after the first of the moments, {dates.min()}, got {begin}"
        raise ValueError(msg)
    return times


def unround(times: ArrayLike, *, step: float, rng: Any = None) -> Array:
    """Return times that were rounded down, spread evenly within their step, sorted.

    Posts are often known to the minute or second only: events then share their times, and what
    follows quickly cannot be seen. This takes away the ties, and adds no knowledge: fit several
    such draws and see whether the answer stays.

    Parameters
    ----------
    times : array_like of float
        Times of events, at least 0.
    step : float
        What they were rounded down to, above 0 (unit of time).
    rng : int or numpy.random.Generator, optional
        Source of luck.

    Examples
    --------
    >>> spread = unround([0, 0, 1], step=1, rng=1)
    >>> bool(spread[1] < 1 <= spread[2] < 2)
    True
    """
    given = _process.events(times)
    width = _checks.number("step", step, low=0)
    return np.sort(given + width * _checks.generator(rng).random(given.size))
