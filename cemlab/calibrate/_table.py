"""From a table of readings to times, limits and groups of alternatives."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _checks, _words
from cemlab import readings as counter

Array = NDArray[np.float64]
PRECISIONS = ("exact", "rounded", "at least")
_OTHERS = ("time", "precision", "confidence", "source", "low", "high", "alternatives", "weight")
_NEAR_DAYS = 2.0


@dataclass(frozen=True, eq=False)
class Told:
    """Readings in order of time, and how many were left out for which reason.

    `table` has `time` (numbers), `value`, `low`, `high`, `precision`, `group` (-1: trusted),
    `weight`, `confidence`; its index holds the rows' names.
    """

    table: pd.DataFrame
    left_out: Mapping[str, int]


def told(readings: Any, *, column: str | None, since: object, unit: str, unverified: bool) -> Told:
    """Return checked readings; contested ones in groups of alternatives."""
    frame = _frame(readings)
    value = _values(frame, column)
    low, high, precision = _limits(frame, value)
    time = times(frame["time"], since=since, unit=unit)
    trust = frame["confidence"] if "confidence" in frame else pd.Series("", index=frame.index)
    trust = trust.fillna("").astype(str)
    label = (
        frame["alternatives"] if "alternatives" in frame else pd.Series(None, frame.index, object)
    )
    trust = trust.where(label.isna(), "contested")
    weight = pd.Series(1.0, frame.index)
    if "weight" in frame:
        weight = _numbers(frame, "weight").fillna(1.0)
        _first(
            frame,
            weight < 0,
            lambda row: f"weight must be at least 0, got {weight[row]:g} in row {_name(row)}",
        )
    table = pd.DataFrame({
        "time": time, "value": value, "low": low, "high": high, "precision": precision,
        "confidence": trust, "weight": weight, "label": label,
    }, index=frame.index)  # fmt: skip
    unknown = table["low"].isna() & table["high"].isna()
    doubted = ~unknown & (trust == "unverified") & (not unverified)
    left_out = {"missing": int(unknown.sum()), "unverified": int(doubted.sum())}
    table = table[~(unknown | doubted)]
    if table["time"].isna().any():
        row = table.index[table["time"].isna()][0]
        msg = f"time must be known for every reading, got none in row {_name(row)}"
        raise ValueError(msg)
    table = table.sort_values(["time", "low", "high"], kind="stable")
    near = _NEAR_DAYS * (pd.Timedelta("1D") / pd.Timedelta(1, unit))
    table["group"], table["weight"] = _groups(table, near)
    return Told(table.drop(columns="label"), left_out)


def check_counter(table: pd.DataFrame, asked: bool | None) -> None:
    """Stop if trusted readings of a counter fall, or contradict each other's limits."""
    trusted = table[table["group"] < 0]
    exact = trusted["low"] == trusted["high"]
    if asked is None:
        known = trusted.loc[exact, "low"].to_numpy()
        asked = bool(np.all(known == np.round(known)))
    if not asked or trusted.empty:
        return
    time, low, high = (trusted[name].to_numpy() for name in ("time", "low", "high"))
    earlier = np.searchsorted(time, time, side="left")  # readings strictly before
    best = np.concatenate([[-np.inf], np.maximum.accumulate(low)])
    wrong = np.flatnonzero(best[earlier] > high)
    if not wrong.size:
        return
    late = int(wrong[0])
    early = int(np.argmax(low[: earlier[late]]))
    rows = f"rows {_name(trusted.index[early])} and {_name(trusted.index[late])}"
    told = " and then ".join(_said(trusted.iloc[i]) for i in (early, late))
    both = bool(exact.iloc[early] and exact.iloc[late])
    rule = (
        "exact readings of a counter must not fall"
        if both
        else "readings of a counter must not contradict each other"
    )
    msg = f"{rule}, got {told} in {rows}: correct one, mark both as contested, or say counter=False if it is no counter"
    raise ValueError(msg)


def times(given: Any, *, since: object, unit: str) -> pd.Series:
    """Return times as numbers: dates become the time since a zero, in a unit."""
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
        if np.isinf(found).any():
            msg = "time must be finite numbers or dates, got inf"
            raise ValueError(msg)
        return found
    if since is None:
        msg = f"since must be the date of time 0 where readings have dates, got None: the first reading is of {series.min():%Y-%m-%d %H:%M}"
        raise ValueError(msg)
    zero = _checks.moment("since", since)
    if series.dt.tz is not None:
        series = series.dt.tz_convert("UTC").dt.tz_localize(None)
    if (series < zero).any():
        early = series[series < zero]
        msg = f"time must not be before since, got {early.iloc[0]} in row {_name(early.index[0])}"
        raise ValueError(msg)
    return pd.Series((series - zero) / one, index=series.index, dtype=float)


# --- inside ------------------------------------------------------------------------


def _as_dates(series: pd.Series) -> pd.Series:
    try:
        return pd.to_datetime(series, format="ISO8601")
    except (ValueError, TypeError):
        msg = f"time must be numbers or dates, got values such as {_words.short(series.iloc[0])}"
        raise ValueError(msg) from None


def _frame(readings: Any) -> pd.DataFrame:
    if isinstance(readings, pd.DataFrame):
        frame = readings
        if "time" not in frame:
            msg = f"readings must have a column time, got {[str(c) for c in frame.columns]}"
            raise ValueError(msg)
    else:
        series = readings if isinstance(readings, pd.Series) else _listed(readings)
        plain = isinstance(series.index, pd.RangeIndex) and series.index.start == 0
        time = np.arange(1.0, series.size + 1) if plain else series.index.to_numpy()
        if isinstance(series.index, pd.DatetimeIndex):
            time = series.index
        elif isinstance(series.index, pd.PeriodIndex):
            time = series.index.to_timestamp(how="end")
        frame = pd.DataFrame({"time": time, "value": series.to_numpy()})
    if frame.empty:
        msg = "readings must be at least one, got none"
        raise ValueError(msg)
    if not frame.index.is_unique:
        frame = frame.reset_index(drop=True)
    return frame


def _listed(values: Any) -> pd.Series:
    array = np.asarray(values)
    if array.ndim != 1 or array.dtype.kind not in "iuf":
        msg = f"readings must be a table with time and value, a Series or a list of numbers, got {_words.short(values)}"
        raise ValueError(msg)
    return pd.Series(array)


def _values(frame: pd.DataFrame, column: str | None) -> pd.Series:
    if column is None:
        numeric = [
            c for c in frame.columns
            if c not in _OTHERS and pd.api.types.is_numeric_dtype(frame[c])
        ]  # fmt: skip
        known = [c for c in ("value", "views") if c in frame.columns]
        found = known[:1] or (numeric if len(numeric) == 1 else [])
        if not found and "low" in frame:
            return pd.Series(np.nan, frame.index)
        if not found:
            msg = f"readings must have a column value, got {[str(c) for c in frame.columns]}: name it with column="
            raise ValueError(msg)
        column = found[0]
    elif column not in frame:
        msg = f"column must be one of {', '.join(map(str, frame.columns))}, got {column!r}"
        raise ValueError(msg)
    value = _numbers(frame, column)
    _first(
        frame,
        np.isinf(value),
        lambda row: f"{column} must be finite, got {value[row]} in row {_name(row)}",
    )
    return value


def _numbers(frame: pd.DataFrame, name: str) -> pd.Series:
    try:
        return pd.to_numeric(frame[name]).astype(float)
    except (ValueError, TypeError):
        msg = f"{name} must be numbers, got values such as {_words.short(frame[name].iloc[0])}"
        raise ValueError(msg) from None


def _limits(frame: pd.DataFrame, value: pd.Series) -> tuple[Array, Array, NDArray[Any]]:
    """Return limits and kinds: columns `low` and `high` come before `precision`."""
    if "precision" in frame:
        kind = frame["precision"].astype(object).where(frame["precision"].notna(), "exact")
        _checks.one_of_each("precision", kind, PRECISIONS)
    else:
        kind = pd.Series("exact", frame.index, object)
    v = value.to_numpy()
    slack = np.where(kind == "rounded", rounding(v), 0.0)
    low, high = v - slack, np.where(kind == "at least", np.inf, v + slack)
    high = np.where(np.isnan(v), np.nan, high)
    given = np.zeros(v.size, bool)
    least, most = (
        _numbers(frame, name).to_numpy() if name in frame else np.full(v.size, np.nan)
        for name in ("low", "high")
    )
    given = ~np.isnan(least) | ~np.isnan(most)
    low = np.where(given, np.where(np.isnan(least), -np.inf, least), low)
    high = np.where(given, np.where(np.isnan(most), np.inf, most), high)
    _first(frame, pd.Series(low > high, frame.index), lambda row: (
        f"low must be at most high, got {frame['low'][row]:g} and {frame['high'][row]:g} in row {_name(row)}"
    ))  # fmt: skip
    none = given & np.isneginf(low) & np.isposinf(high)
    low, high = np.where(none, np.nan, low), np.where(none, np.nan, high)
    kinds = np.where(low == high, "exact", np.where(np.isposinf(high), "at least", "rounded"))
    return low, high, kinds


def rounding(values: Array) -> Array:
    """Return half a unit of the last digit that counts, for whole and for broken numbers.

    >>> rounding(np.array([1_450_000.0, 1.45, 25_000.0, 0.3])).tolist()
    [50000.0, 0.05, 500.0, 0.05]
    """
    size, shift = np.abs(np.nan_to_num(values)), np.zeros(values.size)
    for places in range(12, -1, -1):
        scaled = size * 10.0**places
        whole = (scaled < 1e15) & (
            np.abs(scaled - np.round(scaled)) <= 1e-9 * np.maximum(scaled, 1e-300)
        )
        shift = np.where(whole, places, shift)
    counts = np.round(size * 10.0**shift).astype(np.int64)
    limits = counter.limits(pd.DataFrame({"views": counts, "precision": "rounded"}))
    return np.asarray((limits["high"].to_numpy() - counts) / 10.0**shift)


def _groups(table: pd.DataFrame, near: float) -> tuple[NDArray[np.int64], Array]:
    contested = (table["confidence"] == "contested").to_numpy()
    group, number = np.full(len(table), -1), -1
    places: dict[Any, int] = {}
    last: float | None = None
    rows = zip(table["time"].to_numpy(), table["label"], contested, strict=True)
    for i, (time, label, shaky) in enumerate(rows):
        if not shaky:
            last = None
        elif not pd.isna(label):
            if label not in places:
                number += 1
                places[label] = number
            group[i] = places[label]
        else:
            if last is None or time - last > near:
                number += 1
                current = number
            group[i], last = current, time
    weight = table["weight"].to_numpy(float).copy()
    weight[~contested] = 1.0
    for k in range(number + 1):
        total = weight[group == k].sum()
        if total <= 0:
            row = table.index[group == k][0]
            msg = f"weight must be above 0 for one alternative of each group, got 0 from row {_name(row)} on"
            raise ValueError(msg)
        weight[group == k] /= total
    return group.astype(np.int64), weight


def _said(row: pd.Series) -> str:
    kind = {"exact": "", "at least": "at least ", "rounded": "about "}[row["precision"]]
    value = row["low"] if np.isnan(row["value"]) else row["value"]
    return f"{kind}{value:,.12g} at time {row['time']:g}"


def _first(frame: pd.DataFrame, wrong: Any, sentence: Any) -> None:
    if wrong.any():
        raise ValueError(sentence(frame.index[np.asarray(wrong)][0]))


def _name(row: object) -> str:
    return f"{row}"
