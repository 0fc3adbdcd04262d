"""Which readings a kind of noise can use, as arrays for the likelihood."""

from typing import Any

import numpy as np
import pandas as pd

from cemlab.calibrate._likelihood import Array, Data
from cemlab.calibrate._problem import Problem
from cemlab.calibrate._table import Told


def usable(told: Told, noise: str) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return the readings that this noise can use, and the counts of all others."""
    table, left_out = told.table, dict(told.left_out)
    if noise == "increments":
        good = (table["group"] < 0) & (table["low"] == table["high"])
        left_out["not exact"] = int((~good).sum())
        table = table[good]
        first = (table["low"] == 0) & (np.arange(len(table)) == 0)
        table, left_out["zero at the start"] = table[~first], int(first.sum())
        flat = np.diff(table["low"].to_numpy(), prepend=0.0) <= 0
        if flat.any():
            row = table.index[flat][0]
            msg = f"exact readings must grow from one to the next with noise='increments', got no growth before row {row}: use noise='relative'"
            raise ValueError(msg)
    return table, left_out


def without_zero(
    curve: Any, table: pd.DataFrame, start: Any, noise: str, left_out: dict[str, int]
) -> pd.DataFrame:
    """Leave out exact zeros where the curve is 0 too: they say nothing on a relative scale."""
    zero = ((table["high"] == 0) & (table["low"] == 0)).to_numpy().copy()
    if noise != "relative" or not zero.any() or not callable(curve):
        return table
    try:
        there = np.asarray(curve(table["time"].to_numpy(float)[zero], **start), float)
    except TypeError:
        return table
    zero[np.flatnonzero(zero)[there != 0]] = False
    left_out["zero like the curve"] = int(zero.sum())
    return table[~zero]


def data(table: pd.DataFrame, noise: str) -> Data:
    low, high = table["low"].to_numpy(float), table["high"].to_numpy(float)
    group = table["group"].to_numpy(np.int64)
    for number in np.unique(group[group >= 0]):
        here = group == number
        exact = here & (low == high)
        if exact.any() and not exact[here].all():  # beside intervals: what the digits leave open
            half = _last_digit(low[exact])
            low[exact], high[exact] = low[exact] - half, high[exact] + half
    relative = noise != "absolute"
    return Data(
        table["time"].to_numpy(float), low, high, group, table["weight"].to_numpy(float),
        relative, noise == "increments",
    )  # fmt: skip


def check_zeros(made: Problem, place: Array, table: pd.DataFrame) -> None:
    """Refuse exact readings of 0 and limits below it where noise is relative."""
    data = made.data
    if not data.relative:
        return
    bad = data.high <= 0
    if bad.any():
        row, when = table.index[bad][0], data.time[bad][0]
        msg = f"readings must be above 0 with relative noise, got {data.high[bad][0]:g} at time {when:g} in row {row}: leave it out, or say noise='absolute'"
        raise ValueError(msg)
    dead = (made.expected(place) <= 0) & (data.low > 0) & (data.group < 0)
    if dead.any():
        row, when = table.index[dead][0], data.time[dead][0]
        msg = f"curve must be above 0 where something was read, got {made.expected(place)[dead][0]:g} at time {when:g} (row {row}): choose another start, another time 0, or noise='absolute'"
        raise ValueError(msg)


# --- inside ------------------------------------------------------------------------


def _last_digit(values: Array) -> Array:
    """Return half a unit of the last digit written (a whole number: half of 1)."""
    half = np.full(values.size, 0.5)
    for places in range(1, 13):
        short = np.abs(values * 10.0 ** (places - 1) - np.round(values * 10.0 ** (places - 1)))
        half = np.where(short > 1e-9 * np.abs(values) * 10.0**places, 0.5 / 10.0**places, half)
    return half
