"""One reader of dates for event studies and comparisons: what reads two ways is refused."""

import datetime as dt
import re
from typing import Any

import numpy as np
import pandas as pd

from cemlab import _words

_CLOCK = r"(?P<clock>[T ]\d{1,2}(:\d{2}){0,2}(\.\d+)?)?(?P<zone> ?(Z|UTC|[+-]\d{2}(:?\d{2})?))?"
_YEAR_FIRST = re.compile(
    rf"(?P<year>\d{{4}})(?P<mark>[-/.]?)(?P<month>\d{{2}}|(?<=[-/.])\d)((?P=mark)(?P<day>\d{{2}}|(?<=[-/.])\d))?{_CLOCK}"
)
_DAY_FIRST = re.compile(rf"(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.(?P<year>\d{{4}}){_CLOCK}")
_QUARTER = re.compile(r"\d{4}[- ]?[Qq][1-4]")
_YEAR = re.compile(r"\d{4}")
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"
_NAMED = re.compile(rf"\b\d{{0,2}}({_MONTHS.replace(' ', '|')})[a-z]*\b", re.IGNORECASE)


def moments(index: Any, name: str) -> pd.DatetimeIndex:
    """Return dates, or dates with times of day, without a time zone, in the order given.

    Datetimes, dates, text and periods are read; a period stands for its start. Text is
    `2009-07-06`, `2009/07/06`, `20090706`, `2009-07`, `2009Q3`, `2009`, with the month in English
    letters, or with dots and the day first (`06.07.2009`). Of a time with a zone the date and time
    that its clock shows are kept, and the zone is dropped: stamps that are kept in the zone of
    another place must be converted to the place of the events before. Numbers are refused here:
    whoever takes numbers as times must look for them first.

    Parameters
    ----------
    index : Index, Series or list
        The dates.
    name : str
        What a message calls them, in the plural.

    Raises
    ------
    ValueError
        If one is missing, is a number or no date, or can be read with the day or the month first.

    Examples
    --------
    >>> moments(["06.07.2009", "2009-07-07"], "dates").strftime("%d %b").tolist()
    ['06 Jul', '07 Jul']
    >>> moments(pd.period_range("2009-07", periods=2, freq="M"), "months")[1]
    Timestamp('2009-08-01 00:00:00')
    """
    given = pd.Index(index)
    if isinstance(given, pd.PeriodIndex):
        given = given.to_timestamp()
    if not isinstance(given, pd.DatetimeIndex):
        codes, values = pd.factorize(given)
        if (codes < 0).any():
            msg = f"{name} must be known in each row, got {_words.counted(int((codes < 0).sum()), 'row')} without one"
            raise ValueError(msg)
        found = _plain(values)
        if found is None:
            found = pd.DatetimeIndex([_read(one, name, "dates") for one in values])
        given = found.take(codes).rename(given.name)
    if given.hasnans:
        msg = f"{name} must be known in each row, got {_words.counted(int(given.isna().sum()), 'row')} without one"
        raise ValueError(msg)
    return pd.DatetimeIndex(given.tz_localize(None))


def moment(value: Any, name: str) -> pd.Timestamp:
    """Return one date, or date with a time of day, as :func:`moments` reads it.

    >>> moment("06.07.2009", "event"), moment(pd.Period("2009-07"), "event")
    (Timestamp('2009-07-06 00:00:00'), Timestamp('2009-07-01 00:00:00'))
    >>> moment("7/6/2009", "event")
    Traceback (most recent call last):
    ValueError: event must read one way only, such as 2009-07-06 or 06.07.2009 (day first), got '7/6/2009': read it with pd.to_datetime(..., dayfirst=True) or dayfirst=False before
    """
    return _read(value, name, "a date")


# --- inside ------------------------------------------------------------------------


def _plain(values: Any) -> pd.DatetimeIndex | None:
    """Return text that is all like 2009-07-06, which is by far the quickest to read."""
    if not all(isinstance(one, str) and len(one) == 10 for one in values):
        return None
    try:
        return pd.DatetimeIndex(pd.to_datetime(values, format="%Y-%m-%d"))
    except ValueError:
        return None


def _read(value: Any, name: str, kind: str) -> pd.Timestamp:
    if isinstance(value, str):
        return _text(value, name, kind)
    found: Any = pd.NaT
    if isinstance(value, pd.Period):
        found = pd.NaT if value is pd.NaT else value.start_time
    elif isinstance(value, dt.date | np.datetime64):
        try:
            found = pd.Timestamp(value)
        except ValueError:
            found = pd.NaT
    if found is pd.NaT:
        raise ValueError(_refusal(value, name, kind))
    return found.tz_localize(None)


def _text(value: str, name: str, kind: str) -> pd.Timestamp:
    text = value.strip()
    match = _YEAR_FIRST.fullmatch(text) or _DAY_FIRST.fullmatch(text)
    try:
        if match and (match["day"] or match["mark"]):  # 200907 may be a day of 2007
            parts = match.groupdict()
            clock = (parts["clock"] or "").strip("T ")
            day = f"{int(parts['year']):04d}-{int(parts['month']):02d}-{int(parts['day'] or 1):02d}"
            return pd.Timestamp(f"{day} {clock if ':' in clock or not clock else f'{clock}:00'}")
        if _QUARTER.fullmatch(text):
            return pd.Period(re.sub("[- ]", "", text), freq="Q").start_time
        if _YEAR.fullmatch(text):
            return pd.Timestamp(int(text), 1, 1)
        if _NAMED.search(text) and re.search(r"(?<!\d)\d{4}(?!\d)", text):
            return pd.Timestamp(text).tz_localize(None)
    except ValueError:
        raise ValueError(_refusal(value, name, kind)) from None
    if re.match(r"\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2,4}\b", text):
        msg = f"{name} must read one way only, such as 2009-07-06 or 06.07.2009 (day first), got {value!r}: read it with pd.to_datetime(..., dayfirst=True) or dayfirst=False before"
        raise ValueError(msg)
    raise ValueError(_refusal(value, name, kind))


def _refusal(value: Any, name: str, kind: str) -> str:
    shown = repr(value)
    shown = shown if len(shown) <= _words.SHOWN else shown[: _words.SHOWN] + "..."
    return f"{name} must be {kind} such as 2009-07-06, got {shown}"
