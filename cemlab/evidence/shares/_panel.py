"""Read tables of prices or returns: one row a trading day, one column a firm or factor."""

from collections.abc import Hashable, Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _checks
from cemlab.evidence import _dates

Array = NDArray[np.float64]
Factors: TypeAlias = Hashable | Sequence[Hashable | Sequence[Hashable]] | pd.Series | pd.DataFrame
"""Columns; a list or tuple of columns within the list stands for their mean (an index of peers).
A Series or DataFrame holds factors of its own, on the same days."""

_DATES = ("date", "Date", "DATE")
_SATURDAY = 5
_HOLDERS = ("ticker", "firm", "symbol")
_VALUES = {
    "prices": ("close", "price", "adj_close", "value"),
    "returns": ("return", "returns", "ret", "value"),
    "factors": (),
}
_BAR = ("Open", "High", "Low", "open", "high", "low")
"""Columns that stand beside closes; a firm may be called so, but hardly two of them."""


def wide(data: pd.DataFrame | pd.Series, name: str, *, numbered: bool = False) -> pd.DataFrame:
    """Return one row a trading day, by rising date, and one column a firm or factor.

    With `numbered`, days may be numbers instead of dates.

    >>> day = pd.to_datetime(["2009-07-07", "2009-07-06"])
    >>> wide(pd.DataFrame({"date": day, "UAL": [0.1, 0.2]}), "returns")["UAL"].tolist()
    [0.2, 0.1]
    """
    if isinstance(data, pd.Series):
        data = data.to_frame("firm" if data.name is None else data.name)
    if not isinstance(data, pd.DataFrame) or not len(data):
        got = "none" if isinstance(data, pd.DataFrame) else type(data).__name__
        msg = f"{name} must be a frame with one row a trading day, got {got}"
        raise ValueError(msg)
    dated = next((column for column in _DATES if column in data), None)
    table = data.set_index(dated) if dated else data
    long = any(value in table for value in _VALUES[name])
    named = [one for one in _HOLDERS if one in table and (long or one != "firm")]
    holder = next((one for one in named if _words(table[one])), None)
    table = table.set_axis(_days(table.index, name, numbered=numbered))
    if holder:
        return _spread_out(table, holder, name)
    if name == "prices":
        _only_closes(table)
    _once(table.index, "", name)
    return table.sort_index()


def column(table: pd.DataFrame, name: Hashable, of: str) -> Array:
    """Return one column as numbers, missing ones as NaN."""
    if not isinstance(name, Hashable) or name not in table:
        msg = f"{of} must be a column of the returns, got {name!r}: there are {', '.join(map(str, table.columns[:9]))}"
        raise ValueError(msg)
    found = table[name]
    if isinstance(found, pd.DataFrame):
        msg = f"returns must have one column {name}, got {found.shape[1]}"
        raise ValueError(msg)
    return numbers(found, str(name))


def numbers(values: "pd.Series[Any]", name: str) -> Array:
    """Return finite numbers or NaN; anything else is refused by its date."""
    try:
        found = pd.to_numeric(values).to_numpy(np.float64, na_value=np.nan)
    except (TypeError, ValueError):
        msg = f"{name} must be numbers, got a column of {values.dtype}"
        raise ValueError(msg) from None
    if np.isinf(found).any():
        msg = f"{name} must be finite, got infinity on {shown(values.index[np.isinf(found)][0])}"
        raise ValueError(msg)
    return np.asarray(found)


def factor_columns(
    table: pd.DataFrame, factors: Factors, firm: Hashable
) -> tuple[list[str], Array]:
    """Return names and values of the factors, shape (days, factors)."""
    given: Any = factors
    if isinstance(given, pd.Series | pd.DataFrame):
        numbered = not isinstance(table.index, pd.DatetimeIndex)
        table = wide(given, "factors", numbered=numbered).reindex(table.index)
        given = list(table.columns)
    several = isinstance(given, list | tuple | pd.Index | np.ndarray)
    listed: list[Any] = list(given) if several else [] if given is None else [given]
    names, values = [], []
    for one in listed:
        members = list(one) if isinstance(one, list | tuple) else [one]
        if firm in members:
            msg = f"factors must not hold the firm itself, got {firm!r}"
            raise ValueError(msg)
        if not members:
            msg = "factors must be columns, or lists of columns for their mean, got an empty list"
            raise ValueError(msg)
        parts = np.column_stack([column(table, member, "factors") for member in members])
        shown = ", ".join(map(str, members))
        names.append(f"mean of {shown}" if isinstance(one, list | tuple) else shown)
        values.append(parts.mean(axis=1))
    if len(set(names)) < len(names):
        msg = f"factors must be named once each, got {names}"
        raise ValueError(msg)
    return names, np.column_stack(values) if values else np.empty((len(table), 0))


def first_day(days: pd.Index, event: object, name: str = "event") -> tuple[int, str]:
    """Return the place of day 0 and, if the event has no row, a sentence that says so."""
    given: Any = _checks.number(name, event) if _numbered(days) else _dates.moment(event, name).normalize()  # fmt: skip
    if not days[0] <= given <= days[-1]:
        msg = f"{name} must lie within the returns, {shown(days[0])} to {shown(days[-1])}, got {shown(given)}"
        raise ValueError(msg)
    place = int(days.searchsorted(given))
    if days[place] == given:
        return place, ""
    closed = not _numbered(days) and given.day_of_week >= _SATURDAY
    why = "was no trading day" if closed else "has no row (no trading day, or missing)"
    return place, f"{shown(given)} {why}: day 0 is the next one, {shown(days[place])}"


def shown(day: Any) -> str:
    """Return a day as words: a date, or the number that stands for it.

    >>> shown(pd.Timestamp("2009-07-06")), shown(6)
    ('2009-07-06', '6')
    """
    return f"{day:%Y-%m-%d}" if isinstance(day, pd.Timestamp) else f"{day:g}"


def rows(name: str, relative: tuple[int, int], place: int, total: int) -> NDArray[np.int64]:
    """Return the rows of days relative to day 0, all of which must be among `total`."""
    first, last = relative[0] + place, relative[1] + place
    if first < 0 or last >= total:
        here = f"{place} trading days before day 0 and {total - 1 - place} after it"
        msg = f"{name} must lie within the returns, got days {relative[0]} to {relative[1]} where there are {here}: take fewer days, or others"
        raise ValueError(msg)
    return np.arange(first, last + 1)


def span(name: str, pair: object) -> tuple[int, int]:
    """Return (first, last) as whole trading days relative to day 0."""
    good = isinstance(pair, Sequence | np.ndarray) and not isinstance(pair, str) and len(pair) == 2
    whole = good and all(isinstance(x, int | np.integer) and not isinstance(x, bool) for x in pair)  # type: ignore[attr-defined]
    if not whole or pair[0] > pair[1]:  # type: ignore[index]
        msg = f"{name} must be (first, last) in whole trading days from day 0, first not after last, got {pair!r}"
        raise ValueError(msg)
    return int(pair[0]), int(pair[1])  # type: ignore[index]


def estimation_days(
    estimation: object, gap: int, window: tuple[int, int], days: pd.Index, place: int | None
) -> tuple[int, int]:
    """Return the estimation window as (first, last) trading days relative to day 0.

    Dates need a known day 0 (`place`).
    """
    gap = _checks.whole("gap", gap, low=0)
    if isinstance(estimation, int | np.integer) and not isinstance(estimation, bool):
        length = _checks.whole("estimation", estimation, low=1)
        found = window[0] - gap - length, window[0] - gap - 1
    elif _dates_given(estimation):
        if place is None:
            msg = f"estimation must be trading days relative to day 0, got dates {estimation!r}: every placebo date has its own"
            raise ValueError(msg)
        if _numbered(days):
            msg = f"estimation must be whole trading days where days are numbers, got {estimation!r}"  # fmt: skip
            raise ValueError(msg)
        ends = [_dates.moment(end, "estimation").normalize() for end in estimation]  # type: ignore[attr-defined]
        if ends[0] < days[0] or ends[1] > days[-1]:
            msg = f"estimation must lie within the returns, {days[0]:%Y-%m-%d} to {days[-1]:%Y-%m-%d}, got {ends[0]:%Y-%m-%d} to {ends[1]:%Y-%m-%d}"
            raise ValueError(msg)
        low, high = days.searchsorted(ends[0]), days.searchsorted(ends[1], side="right") - 1
        found = int(low) - place, int(high) - place
        if high < low:
            msg = f"estimation must hold trading days, got none between {ends[0]:%Y-%m-%d} and {ends[1]:%Y-%m-%d}"
            raise ValueError(msg)
    else:
        if not isinstance(estimation, Sequence | np.ndarray) or isinstance(estimation, str):
            msg = f"estimation must be a whole number of trading days, or (first, last), got {estimation!r}"
            raise ValueError(msg)
        found = span("estimation", estimation)
    if found[0] <= window[1] and window[0] <= found[1]:
        msg = f"estimation must not overlap the window, got days {found[0]} to {found[1]} and {window[0]} to {window[1]}"
        raise ValueError(msg)
    return found


# --- inside ------------------------------------------------------------------------


def _words(column: object) -> bool:
    """Return whether a column names firms; one that is only called "firm" holds numbers."""
    return isinstance(column, pd.Series) and isinstance(column.iloc[0], str)


def _dates_given(pair: object) -> bool:
    if not isinstance(pair, Sequence | pd.Index | np.ndarray) or isinstance(pair, str):
        return False
    return len(pair) == 2 and not any(isinstance(x, int | float | np.integer) for x in pair)


def _numbered(days: pd.Index) -> bool:
    return not isinstance(days, pd.DatetimeIndex)


def _days(index: pd.Index, name: str, *, numbered: bool) -> pd.Index:
    if index.dtype.kind in "iuf" and numbered and not index.hasnans:
        return index
    if index.dtype.kind in "iufb":
        msg = f"{name} must have trading dates in their index or in a column date, got an index of {index.dtype}: made-up days will do, such as pd.bdate_range('2009-01-01', periods={index.size})"
        raise ValueError(msg)
    return _dates.moments(index, f"days of {name}").normalize()


def _only_closes(table: pd.DataFrame) -> None:
    """Stop at columns that are no closing prices."""
    bars = [name for name in table.columns if name in _BAR]
    found = [name for name in table.columns if str(name).lower() == "volume"]
    if found or len(bars) > 1:
        other = [*bars, *found] if len(bars) > 1 else found
        msg = f"prices must be closing prices, one column a firm, got {', '.join(map(str, other))}: drop other columns"
        raise ValueError(msg)


def _once(days: pd.Index, whose: str, name: str) -> None:
    twice = days[days.duplicated()]
    if len(twice):
        msg = f"{name} must have one row a trading day{whose}, got {shown(twice[0])} twice"
        raise ValueError(msg)


def _spread_out(table: pd.DataFrame, holder: str, name: str) -> pd.DataFrame:
    """Turn one row a day and firm into one column a firm."""
    value = next((column for column in _VALUES[name] if column in table), None)
    if value is None:
        msg = f"{name} must have a column {_VALUES[name][0]} beside {holder}, got {[str(c) for c in table.columns]}"
        raise ValueError(msg)
    twice = pd.MultiIndex.from_arrays([table.index, table[holder]]).duplicated()
    if twice.any():
        _once(pd.Index(table.index[twice]).repeat(2), f" and {holder}", name)
    days, firms = pd.factorize(table.index, sort=True), pd.factorize(table[holder], sort=True)
    found = np.full((len(days[1]), len(firms[1])), np.nan)
    found[days[0], firms[0]] = numbers(table[value], value)
    return pd.DataFrame(found, pd.Index(days[1]), [str(firm) for firm in firms[1]])
