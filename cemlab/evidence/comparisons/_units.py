"""Panels: one course a unit, all at the same times."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from cemlab import _checks

_LONG = {"unit", "time", "value"}


def read(panel: Any) -> pd.DataFrame:
    """Return one row a time (in order), one column a unit, without gaps.

    >>> long = pd.DataFrame({"value": [1, 2, 3, 4], "unit": ["B", "A", "B", "A"], "time": [2, 2, 1, 1]})
    >>> read(long)["A"].tolist()
    [4.0, 2.0]
    """
    if not isinstance(panel, pd.DataFrame) or panel.empty:
        kind = "an empty table" if isinstance(panel, pd.DataFrame) else f"a {type(panel).__name__}"
        msg = f"panel must be a DataFrame: one column a unit, or columns unit, time, value; got {kind}"
        raise ValueError(msg)
    wide = _widened(panel) if set(panel.columns) >= _LONG else panel
    if not wide.index.is_unique or not wide.columns.is_unique:
        msg = "panel must have each unit once at each time, got some twice"
        raise ValueError(msg)
    try:
        wide = wide.set_axis(dated(wide.index)).astype(np.float64).sort_index()
    except (TypeError, ValueError):
        msg = "panel must hold numbers, got something else: drop other columns, and make the times its index"
        raise ValueError(msg) from None
    gaps = ~np.isfinite(wide.to_numpy())
    if gaps.any():
        t, unit = (int(places[0]) for places in np.nonzero(gaps))
        msg = f"panel must have all cells, got {int(gaps.sum())} missing, such as {wide.columns[unit]} at {_shown(wide.index[t])}: leave out that unit or time"
        raise ValueError(msg)
    return wide.rename_axis(index="time", columns="unit")


def dated(index: pd.Index) -> pd.Index:
    """Return times as dates, where they are periods or words that are dates.

    >>> dated(pd.Index(["2009-07", "2009-08"]))[1], dated(pd.Index([2008, 2009]))[1].item()
    (Timestamp('2009-08-01 00:00:00'), 2009)
    """
    if isinstance(index, pd.PeriodIndex):
        return index.to_timestamp()
    if pd.api.types.is_numeric_dtype(index) or isinstance(index, pd.DatetimeIndex):
        return index
    try:
        return pd.DatetimeIndex([_checks.moment("time", time) for time in index])
    except ValueError:
        return index


def before(index: pd.Index, event: Any, least: int) -> int:
    """Return how many times lie before the event; there must be so many, and one from it on."""
    if isinstance(index, pd.DatetimeIndex):
        when: Any = _checks.moment("event", event)
    elif pd.api.types.is_numeric_dtype(index):
        when = _checks.number("event", event)
    else:
        msg = f"panel must have dates or numbers as its times, got {index[0]!r}"
        raise ValueError(msg)
    place = int(index.searchsorted(when))
    if place < least or place == len(index):
        need = f"{least} times or more" if least > 1 else "a time"
        msg = f"event must leave {need} before it and one from it on, got {event} in a panel from {_shown(index[0])} to {_shown(index[-1])}"
        raise ValueError(msg)
    return place


def members(name: str, units: Any, columns: pd.Index) -> list[Any]:
    """Return `units` as a list of columns, each once."""
    several = isinstance(units, Sequence | np.ndarray | pd.Index | pd.Series | set | frozenset)
    given = list(units) if several and not isinstance(units, str | bytes | tuple) else [units]
    if isinstance(units, tuple) and units not in columns:
        given = list(units)
    given = list(dict.fromkeys(given))
    strange = [unit for unit in given if unit not in columns]
    if strange or not given:
        got = strange[:5] if strange else "none"
        msg = f"{name} must be units of the panel, got {got}"
        raise ValueError(msg)
    return given


def apart(name: str, others: Sequence[Any], units: Sequence[Any]) -> None:
    """Stop if a unit stands on both sides."""
    both = [unit for unit in others if unit in units]
    if both:
        msg = f"{name} must not hold the unit that the event met, got {both[:5]}"
        raise ValueError(msg)


# --- inside ------------------------------------------------------------------------


def _widened(panel: pd.DataFrame) -> pd.DataFrame:
    if panel.duplicated(["unit", "time"]).any():
        msg = "panel must have each unit once at each time, got some twice"
        raise ValueError(msg)
    return panel.set_index(["time", "unit"])["value"].unstack()  # noqa: PD010


def _shown(time: Any) -> str:
    return f"{time:%Y-%m-%d}" if isinstance(time, pd.Timestamp) else f"{time}"
