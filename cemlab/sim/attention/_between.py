"""Average rates between readings of a counter."""

import numpy as np
import pandas as pd

from cemlab._words import short

_WEAK = ("contested", "unverified")


def rates(readings: pd.DataFrame) -> pd.DataFrame:
    """Return average views a day between readings, with their bounds."""
    columns_of = ("day", "time", "date"), ("views", "value")
    when, what = (next((n for n in names if n in readings.columns), None) for names in columns_of)
    if when is None or what is None:
        columns = [str(c) for c in readings.columns]
        msg = f"readings must have views, and day or time, got the columns {columns}"
        raise ValueError(msg)
    good = readings[readings[what].notna() & readings[when].notna()]
    good = good.assign(**{when: _moments(good[when], when)})
    dates = good[when].dtype.kind not in "iuf"
    if "confidence" in good:
        good = good[~good["confidence"].isin(_WEAK)]
    if "precision" in good:
        good = good[good["precision"] != "at least"]
    if "high" in good:
        good = good[np.isfinite(good["high"].to_numpy(np.float64))]
    good = good.sort_values(when, kind="stable")
    if len(good) < 2:
        msg = f"readings must be two or more that can be trusted and are bounded, got {len(good)}"
        raise ValueError(msg)
    moment = good[when]
    if dates:
        moment = (moment - moment.iloc[0]) / pd.Timedelta("1D")
    day, views = moment.to_numpy(np.float64), good[what].to_numpy(np.float64)
    low = good["low"].to_numpy(np.float64) if "low" in good else views
    high = good["high"].to_numpy(np.float64) if "high" in good else views
    length = np.diff(day)
    if not (length > 0).all():
        msg = f"readings must have different times, got several at {short(good[when].iloc[int(np.argmin(length))])}: keep one"
        raise ValueError(msg)
    falls = np.flatnonzero(high[1:] < np.maximum.accumulate(low)[:-1])
    if falls.size:
        msg = f"readings must never fall, got {views[falls[0] + 1]:,.0f} after {views[: falls[0] + 1].max():,.0f}: mark the wrong one as contested"
        raise ValueError(msg)
    return pd.DataFrame(
        {
            "start_day": day[:-1],
            "end_day": day[1:],
            "views_per_day": np.maximum(np.diff(views), 0.0) / length,
            "low": np.maximum(low[1:] - high[:-1], 0.0) / length,
            "high": (high[1:] - low[:-1]) / length,
        }
    )


def _moments(times: pd.Series, when: str) -> pd.Series:
    try:
        if times.dtype.kind in "iuf":
            return times
        if times.dtype.kind == "b":
            raise TypeError
        found = pd.to_numeric(times) if _numbers(times) else _dates(times)
    except (TypeError, ValueError):
        msg = f"readings must have dates or numbers of days in {when}, got {short(times.iloc[0] if len(times) else None)}"
        raise ValueError(msg) from None
    return found


def _numbers(times: pd.Series) -> bool:
    return all(isinstance(one, int | float) and not isinstance(one, bool) for one in times)


def _dates(times: pd.Series) -> pd.Series:
    words = all(isinstance(one, str) for one in times)
    return pd.to_datetime(times, format="ISO8601" if words else None)
