"""Typed columns for the event log: times, numbers and names, or one sentence on what is wrong.

`place(row)` says where a row stands ("log.csv, line 7"), for the error sentence.
"""

from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np
import pandas as pd

Place = Callable[[int], str]


def stop(place: Place, row: int, column: str, rule: str, value: object) -> NoReturn:
    """Raise the one sentence: place, column, rule, value."""
    shown = value.item() if isinstance(value, np.generic) else value
    msg = f"{place(int(row))}, {column}: {rule}, got {shown!r}"
    raise ValueError(msg)


def times(name: str, column: pd.Series, place: Place) -> pd.Series:
    """Return dates as naive datetime64[us], blanks as NaT."""
    rule = "must be a date such as 2009-07-06 or 2009-07-06 14:30, in UTC without a time zone"
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        way_out = ' (convert with .dt.tz_convert("UTC").dt.tz_localize(None))'
        stop(place, 0, name, rule + way_out, str(column.dtype))
    if column.dtype.kind == "M":
        moments = column
    elif column.dtype.kind in "iufb" and column.notna().any():
        stop(
            place,
            int(column.first_valid_index() or 0),
            name,
            rule,
            column.dropna().iloc[0],
        )
    else:
        blank = column.isna() | (column.astype(str).str.strip() == "")
        texts = column.where(~blank, None)
        moments = pd.to_datetime(texts, format="ISO8601", errors="coerce", utc=True)
        zoned = texts.astype(str).str.contains(r"\d[Zz]$|\d[+-]\d\d:?\d\d$") & ~blank
        wrong = np.flatnonzero((moments.isna() & ~blank) | zoned)
        if wrong.size:
            stop(place, wrong[0], name, rule, column.iloc[wrong[0]])
        moments = moments.dt.tz_localize(None)
    return moments.astype("datetime64[us]")


def numbers(name: str, column: pd.Series, place: Place) -> pd.Series:
    """Return finite float64, blanks as NaN."""
    if column.dtype.kind in "iuf":
        found = column.astype(np.float64)
    else:
        found = pd.Series(
            [_number(name, row, v, place) for row, v in enumerate(column)], dtype=float
        )
    infinite = np.flatnonzero(np.isinf(found))
    if infinite.size:
        stop(place, infinite[0], name, "must be finite", found.iloc[infinite[0]])
    return found


def _number(name: str, row: int, value: object, place: Place) -> float:
    blank = pd.isna(value) if not isinstance(value, str) else not value.strip()
    if blank:
        return np.nan
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = np.nan
    if np.isnan(number):
        stop(place, row, name, "must be a number or empty", value)
    return number


def names(name: str, column: pd.Series, place: Place, *, required: bool) -> pd.Series:
    """Return names as a category, sorted: all whole numbers or all text, "" as missing."""
    category = column.astype("category").cat.remove_unused_categories()
    old = category.cat.categories
    if old.dtype.kind in "iu" and (not len(old) or old[0] >= 0):
        new: list[Any] = old.to_list()
        wanted: list[Any] = new
    else:
        new = [_text(name, category, value, place) for value in old]
        wanted = sorted(set(new) - {""})
        if wanted and all(_is_whole(text) for text in wanted):
            new = [int(text) if text else "" for text in new]
            wanted = sorted(set(new) - {""})
    code = {value: i for i, value in enumerate(wanted)}
    code_of_old = np.array([*(code.get(value, -1) for value in new), -1], dtype=np.int64)
    codes = code_of_old[category.cat.codes.to_numpy()]
    missing = np.flatnonzero(codes < 0)
    if missing.size and required:
        stop(place, missing[0], name, "must not be empty", "")
    numbered = bool(wanted) and isinstance(wanted[0], int)
    dtype = pd.CategoricalDtype(pd.Index(wanted, dtype="int64" if numbered else "str"))
    return pd.Series(pd.Categorical.from_codes(codes, dtype=dtype), index=column.index)


def _text(name: str, category: pd.Series, value: object, place: Place) -> str:
    text = value.strip() if isinstance(value, str) else None
    if isinstance(value, int | float) and not isinstance(value, bool) and float(value).is_integer():
        text = str(int(value))
    if text is None or not text.isprintable():
        row = int(np.flatnonzero(category == value)[0])
        stop(place, row, name, "must be printable text or a whole number", value)
    return text


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and str(int(text)) == text and len(text) < 19
