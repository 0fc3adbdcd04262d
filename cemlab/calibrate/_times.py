"""Times of readings as numbers."""

from typing import Any

import pandas as pd

from cemlab import _checks, _words


def numbers(given: Any, *, since: object, unit: str) -> pd.Series:
    """Return times as numbers: dates become the time since a zero, in a unit.

    Dates with a zone are taken to UTC; `since` may have a zone only where they do.
    """
    series = given if isinstance(given, pd.Series) else pd.Series(given)
    try:
        one = pd.Timedelta(1, unit)
    except ValueError:
        msg = f"unit must be a unit of time such as D or h, got {unit!r}"
        raise ValueError(msg) from None
    if series.dtype == object or isinstance(series.dtype, pd.StringDtype):
        series = _as_dates(series)
    if not pd.api.types.is_datetime64_any_dtype(series.dtype):
        if pd.api.types.is_bool_dtype(series.dtype) or not pd.api.types.is_numeric_dtype(
            series.dtype
        ):
            msg = f"time must be numbers or dates, got values such as {series.iloc[0]!r}"
            raise ValueError(msg)
        found = series.astype(float)
        if (found.abs() == float("inf")).any():
            msg = "time must be finite numbers or dates, got inf"
            raise ValueError(msg)
        return found
    if since is None:
        msg = f"since must be the date of time 0 where readings have dates, got None: the first reading is of {series.min():%Y-%m-%d %H:%M}"
        raise ValueError(msg)
    zoned = series.dt.tz is not None
    zero = _zero(since, zoned=zoned)
    if zoned:
        series = series.dt.tz_convert("UTC").dt.tz_localize(None)
    if (series < zero).any():
        early = series[series < zero]
        msg = f"time must not be before since, got {early.iloc[0]} in row {early.index[0]}"
        raise ValueError(msg)
    return pd.Series((series - zero) / one, index=series.index, dtype=float)


# --- inside ------------------------------------------------------------------------


def _zero(since: object, *, zoned: bool) -> pd.Timestamp:
    try:
        known = isinstance(since, bool | int | float)
        zero = None if known else pd.Timestamp(since)
    except (TypeError, ValueError):
        zero = None
    if zero is None or pd.isna(zero) or zero.tzinfo is None:
        return _checks.moment("since", since)
    if not zoned:
        msg = f"since must have no time zone where readings have none, got {since!r}"
        raise ValueError(msg)
    return zero.tz_convert("UTC").tz_localize(None)


def _as_dates(series: pd.Series) -> pd.Series:
    try:
        found = pd.to_datetime(series, format="ISO8601")
    except (ValueError, TypeError):
        known = series.dropna()
        zones = {_zone(one) for one in known}
        if len(zones - {None}) > 1:
            try:
                found = pd.to_datetime(series, format="ISO8601", utc=True)
            except (ValueError, TypeError):
                found = None
            if "none" in zones and found is not None:
                msg = f"time must have a time zone in every row or in none, got {_words.short(known.iloc[0])} beside others: write the zone of each"
                raise ValueError(msg) from None
            if found is not None:
                return found
        msg = f"time must be numbers or dates, got values such as {_words.short(series.iloc[0])}"
        raise ValueError(msg) from None
    return found


def _zone(value: Any) -> str | None:
    """Return the zone of a date as words, none if it has none; None if it is no date."""
    try:
        zone = pd.Timestamp(value).tzinfo
    except (TypeError, ValueError):
        return None
    return "none" if zone is None else str(zone)
