"""Panels: one course a unit, all at the same times."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from cemlab import _checks
from cemlab.evidence import _dates

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
    wide = wide.set_axis(dated(wide.index, "panel"))
    if not wide.index.is_unique:
        msg = f"panel must have each unit once at each time, got {shown(wide.index[wide.index.duplicated()][0])} again"
        raise ValueError(msg)
    try:
        wide = wide.astype(np.float64).sort_index()
    except (TypeError, ValueError):
        msg = "panel must hold numbers, got something else: drop other columns, and make the times its index"
        raise ValueError(msg) from None
    gaps = ~np.isfinite(wide.to_numpy())
    if gaps.any():
        t, unit = (int(places[0]) for places in np.nonzero(gaps))
        msg = f"panel must have all cells, got {int(gaps.sum())} missing, such as {wide.columns[unit]} at {shown(wide.index[t])}: leave out that unit or time"
        raise ValueError(msg)
    return wide.rename_axis(index="time", columns="unit")


def dated(index: pd.Index, name: str) -> pd.Index:
    """Return times as numbers, or as dates without a zone.

    >>> dated(pd.Index(["2009-07", "2009-08"]), "series")[1]
    Timestamp('2009-08-01 00:00:00')
    >>> dated(pd.Index([2008, 2009]), "series").tolist()
    [2008, 2009]
    """
    found = index.infer_objects()
    plain = pd.api.types.is_numeric_dtype(found) and not pd.api.types.is_bool_dtype(found)
    return found if plain else _dates.moments(found, f"times of the {name}")


def placed(index: pd.Index, event: Any) -> tuple[int, str | None]:
    """Return the first time at or after the event, and what to say if it lies between two times.

    >>> placed(pd.Index([2008, 2009, 2010]), 2009)
    (1, None)
    >>> placed(pd.DatetimeIndex(["2009-07-01", "2009-08-01"]), "2009-07-06")[1]
    'the event (2009-07-06) lies between two times: 2009-07-01 counts as before, 2009-08-01 is the first after (if times mark the start of a period, its own counts as before; if the end, as after); give one of the two as event to choose'
    """
    if not isinstance(index, pd.DatetimeIndex):
        when: Any = _checks.number("event", event)
    elif isinstance(event, int | np.integer) and bool((index.day_of_year == 1).all()):
        when = pd.Timestamp(_checks.whole("event", event, low=1, high=9999), 1, 1)
    else:
        when = _dates.moment(event, "event")
    place = int(index.searchsorted(when))
    if place in (0, len(index)) or index[place] == when:
        return place, None
    return place, (
        f"the event ({shown(when)}) lies between two times: {shown(index[place - 1])} counts as before, {shown(index[place])} is the first after "
        "(if times mark the start of a period, its own counts as before; if the end, as after); give one of the two as event to choose"
    )


def before(index: pd.Index, event: Any, least: int) -> tuple[int, tuple[str, ...]]:
    """Return how many times lie before the event, and a note; so many there must be, and one from it on."""
    place, note = placed(index, event)
    if place < least or place == len(index):
        need = f"{least} times or more" if least > 1 else "a time"
        msg = f"event must leave {need} before it and one from it on, got {event} in a panel from {shown(index[0])} to {shown(index[-1])}"
        raise ValueError(msg)
    return place, (note,) if note else ()


def shown(time: Any) -> str:
    """Return a time as a sentence shows it.

    >>> shown(pd.Timestamp("2009-07-06")), shown(pd.Timestamp("2009-07-06 16:00")), shown(2009)
    ('2009-07-06', '2009-07-06 16:00', '2009')
    """
    if not isinstance(time, pd.Timestamp):
        return f"{time}"
    return f"{time:%Y-%m-%d}" if time == time.normalize() else f"{time:%Y-%m-%d %H:%M}"


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
