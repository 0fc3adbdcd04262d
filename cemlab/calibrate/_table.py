"""From a table of readings to times, limits and groups of alternatives."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _checks, _words
from cemlab import readings as counter
from cemlab.calibrate import _groups, _times

Array = NDArray[np.float64]
PRECISIONS = ("exact", "rounded", "at least")
_TIMES = ("time", "t", "day", "date")
_OTHERS = ("time", "precision", "confidence", "source", "low", "high", "alternatives", "weight")
_NEAR_DAYS = 2.0


@dataclass(frozen=True, eq=False)
class Told:
    """Readings in order of time, and how many were left out for which reason.

    `table` has `time` (numbers), `value`, `low`, `high`, `precision`, `group` (-1: trusted),
    `weight`, `confidence`; its index holds the rows' names. `said` are sentences for the
    warnings of a fit, and `counter` is whether the readings cannot fall.
    """

    table: pd.DataFrame
    left_out: Mapping[str, int]
    said: tuple[str, ...] = field(default=())
    counter: bool = field(default=True)


def told(readings: Any, *, column: str | None, since: object, unit: str, unverified: bool) -> Told:
    """Return checked readings; contested ones in groups of alternatives."""
    frame = _frame(readings)
    value = _values(frame, column)
    low, high, precision = _limits(frame, value)
    time = _times.numbers(frame["time"], since=since, unit=unit)
    nothing = pd.Series("", index=frame.index)
    trust = _groups.trust(frame["confidence"]) if "confidence" in frame else nothing
    label = frame.get("alternatives", nothing).astype(object)
    label = label.mask(label.isin(["", None]), None)  # an empty cell is no label
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
        "source": frame.get("source", nothing),
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
    table, left_out["said twice"] = _groups.merged(table)
    near = _NEAR_DAYS * (pd.Timedelta("1D") / pd.Timedelta(1, unit))
    group, weights = _groups.numbered(table, near)
    alone = group == -2
    left_out["contested alone"] = int(alone.sum())
    table = table.assign(group=group, weight=weights)[~alone]
    return Told(table.drop(columns=["label", "source"]), left_out)


def checked(told: Told, asked: bool | None) -> Told:
    """Return readings; stop if trusted ones of a counter fall or contradict each other.

    Without being asked, readings that are not whole numbers may fall, and a sentence says so.
    """
    table = told.table
    trusted = table[table["group"] < 0]
    exact = trusted["low"] == trusted["high"]
    if asked is None:
        known = trusted.loc[exact, "low"].to_numpy()
        asked = bool(np.all(known == np.round(known)))
        fallen = np.flatnonzero(np.diff(known) < 0)
        if not asked and fallen.size and (known >= 0).all():
            i = int(fallen[0])
            when = trusted.loc[exact, "time"].to_numpy()[i : i + 2]
            said = f"readings fall, from {known[i]:,.12g} at time {when[0]:g} to {known[i + 1]:,.12g} at time {when[1]:g}: taken as no counter, as not all are whole numbers (say counter=True or counter=False)"
            return replace(told, said=(*told.said, said), counter=False)
    if asked and not trusted.empty:
        _check(trusted, exact)
    return replace(told, counter=asked)


# --- inside ------------------------------------------------------------------------


def _check(trusted: pd.DataFrame, exact: pd.Series) -> None:
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


def _frame(readings: Any) -> pd.DataFrame:
    if isinstance(readings, pd.DataFrame) or _is_rows(readings):
        frame = readings if isinstance(readings, pd.DataFrame) else _from_rows(readings)
        times = [name for name in _TIMES if name in frame]
        if len(times) != 1:
            told = f"got {[str(c) for c in frame.columns]}"
            msg = f"readings must have one column of times ({', '.join(_TIMES)}), {told}"
            raise ValueError(msg)
        frame = frame.rename(columns={times[0]: "time"})
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


def _is_rows(readings: Any) -> bool:
    """Whether it is a list of pairs (time, value), or of mappings from column to cell."""
    if isinstance(readings, np.ndarray):
        return readings.ndim == 2 and readings.shape[1] == 2
    if not isinstance(readings, list | tuple) or not readings:
        return False
    mapped = all(isinstance(row, Mapping) for row in readings)
    return mapped or all(isinstance(row, list | tuple) and len(row) == 2 for row in readings)


def _from_rows(readings: Any) -> pd.DataFrame:
    if isinstance(readings[0], Mapping):
        return pd.DataFrame([dict(row) for row in readings])
    return pd.DataFrame(
        {"time": [row[0] for row in readings], "value": [row[1] for row in readings]}
    )


def _listed(values: Any) -> pd.Series:
    array = np.asarray(values)
    if array.ndim != 1 or array.dtype.kind not in "iuf":
        msg = f"readings must be a table with time and value, pairs of both, a Series or a list of numbers, got {_words.short(values)}"
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
        if not found and ("low" in frame or "high" in frame):
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


def _said(row: pd.Series) -> str:
    kind = {"exact": "", "at least": "at least ", "rounded": "about "}[row["precision"]]
    value = row["value"]
    if np.isnan(value):
        value = row["low"] if np.isfinite(row["low"]) else row["high"]
    return f"{kind}{value:,.12g} at time {row['time']:g}"


def _first(frame: pd.DataFrame, wrong: Any, sentence: Any) -> None:
    if wrong.any():
        raise ValueError(sentence(frame.index[np.asarray(wrong)][0]))


def _name(row: object) -> str:
    return f"{row}"
