"""Typed columns for the event log: times, numbers and names, or one sentence on what is wrong.

`place(row)` says where a row stands ("log.csv, line 7"), for the error sentence.
"""

from collections.abc import Callable, Hashable
from datetime import date
from typing import Any, NoReturn

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Place = Callable[[int], str]

_DATE = r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d{1,9})?)?)?"
_LARGEST = 2**63 - 1
_NAME = "must be printable text or a whole number"


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
        return column.astype("datetime64[us]")
    texts = column if column.dtype == "str" else pd.Series(map(_iso, column), dtype=object)
    texts = texts.str.strip()
    given = column.notna().to_numpy() & (texts != "").to_numpy(bool)
    fits = texts.str.fullmatch(_DATE).fillna(False).to_numpy(bool)
    dates = texts.where(fits, None)
    moments = pd.to_datetime(dates, format="ISO8601", errors="coerce").astype("datetime64[us]")
    wrong = np.flatnonzero(given & moments.isna().to_numpy())
    if wrong.size:
        stop(place, wrong[0], name, rule, column.iloc[wrong[0]])
    return moments


def _iso(cell: object) -> object:
    """Return a date of any type as text; a number stays one, and is no date."""
    if isinstance(cell, date) and cell is not pd.NaT:
        return cell.isoformat()
    return str(cell) if isinstance(cell, str | np.datetime64) else None


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
    odd = isinstance(value, bool) or (
        isinstance(value, str) and ("_" in value or not value.isascii())
    )
    try:
        number = np.nan if odd else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        number = np.nan
    if np.isnan(number):
        stop(place, row, name, "must be a number or empty", value)
    return number


def names(name: str, column: pd.Series, place: Place, *, required: bool) -> pd.Series:
    """Return names as a category, sorted: all whole numbers or all text, "" as missing."""
    try:
        category = column.astype("category").array
    except TypeError:
        row = next(i for i, value in enumerate(column) if not isinstance(value, Hashable))
        stop(place, row, name, _NAME, column.iloc[row])
    old, codes = category.categories, np.asarray(category.codes)
    used = np.bincount(codes.astype(np.int64) + 1, minlength=len(old) + 1) > 0
    if used[0] and required:
        stop(place, np.flatnonzero(codes < 0)[0], name, "must not be empty", "")
    if old.dtype.kind in "iu" and (not len(old) or 0 <= old.min() <= old.max() <= _LARGEST):
        wanted, place_of = np.unique(old.to_numpy()[used[1:]].astype(np.int64), return_inverse=True)
        categories = pd.Index(wanted, dtype="int64" if wanted.size else "str")
    else:
        new = [_text(value) for value in old[used[1:]]]
        if None in new:
            first = np.flatnonzero(used[1:])[new.index(None)]
            row = np.flatnonzero(codes == first)[0]
            stop(place, row, name, _NAME, column.iloc[row])
        categories, place_of = _sorted(new)
    code_of_old = np.full(used.size, -1, np.int64)
    code_of_old[1:][used[1:]] = place_of
    if required and (place_of < 0).any():
        row = np.flatnonzero(code_of_old[codes.astype(np.int64) + 1] < 0)[0]
        stop(place, row, name, "must not be empty", "")
    if not np.array_equal(code_of_old[1:], np.arange(len(old))):
        codes = code_of_old[codes.astype(np.int64) + 1]
    dtype = pd.CategoricalDtype(categories)
    return pd.Series(
        pd.Categorical.from_codes(codes, dtype=dtype, validate=False), index=column.index
    )


def _sorted(texts: list[str | None]) -> tuple[pd.Index, NDArray[np.int64]]:
    """Return the different names, sorted, and the place of each text among them, -1 for ""."""
    wanted: list[Any] = sorted({text for text in texts if text})
    numbered = bool(wanted) and all(_is_whole(text) for text in wanted)
    if numbered:
        wanted = sorted({int(text) for text in wanted})
    place = {str(value): i for i, value in enumerate(wanted)}
    found = np.array([place.get(text or "", -1) for text in texts], np.int64)
    return pd.Index(wanted, dtype="int64" if numbered else "str"), found


def _text(value: object) -> str | None:
    """Return a name as text, or None if it is none."""
    text = value.strip() if isinstance(value, str) else None
    if isinstance(value, int) and not isinstance(value, bool):
        text = str(value)
    elif isinstance(value, float) and value.is_integer():
        text = str(int(value))
    return text if text is not None and text.isprintable() else None


def _is_whole(text: str) -> bool:
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(_LARGEST))):
        return False
    return str(int(text)) == text and int(text) <= _LARGEST
