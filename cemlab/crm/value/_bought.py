"""Who bought when and for how much: purchases read from a log or from a plain table."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from statsmodels.stats.proportion import (  # type: ignore[import-untyped, unused-ignore]
    proportion_confint,
)

from cemlab import _checks, _columns
from cemlab.observation import Observation, observe


@dataclass(frozen=True, eq=False)
class Bought:
    """Purchases up to a moment, in no order: one place a purchase.

    Attributes
    ----------
    names : Index
        The customers.
    customer : ndarray of int
        Whose purchase, as a place in `names`.
    time : ndarray of datetime64
        When.
    spend : ndarray of float
        How much (money); NaN where the table does not say.
    until : Timestamp
        End of the observation.
    left : ndarray of datetime64, shape (customers,)
        When each customer left for the first time; NaT for those who did not.
    """

    names: pd.Index
    customer: NDArray[np.int64]
    time: NDArray[np.datetime64]
    spend: NDArray[np.float64]
    until: pd.Timestamp
    left: NDArray[np.datetime64]


def bought(purchases: Any, observed_until: object = None) -> Bought:
    """Read the purchases of an event log, or of a table with `customer`, `time` and `spend`.

    The day of `observed_until` counts as a whole, whatever its time of day.
    """
    if isinstance(purchases, Observation) or "kind" in getattr(purchases, "columns", ()):
        end = None if observed_until is None else day_end("observed_until", observed_until)
        return _of_log(observe(purchases, end).surely)
    read = table(purchases)
    time = read["time"].to_numpy()
    if not time.size:
        msg = "purchases must be at least one purchase, got none"
        raise ValueError(msg)
    last = time.max() if observed_until is None else observed_until
    until = day_end("observed_until", last)
    seen, names = time <= until.to_numpy(), read["customer"].cat.categories
    present, codes = np.unique(read["customer"].cat.codes.to_numpy()[seen], return_inverse=True)
    spend = read["spend"].to_numpy()[seen] if "spend" in read else np.full(codes.size, np.nan)
    never = np.full(present.size, np.datetime64("NaT"), "M8[us]")
    return _checked(Bought(names[present], codes, time[seen], spend, until, never))


def table(purchases: Any) -> pd.DataFrame:
    """Return customer (a category), time and, where recorded, spend of a table, checked."""
    columns = list(getattr(purchases, "columns", []))
    if not isinstance(purchases, pd.DataFrame) or not {"customer", "time"} <= {*columns}:
        found = ", ".join(map(str, columns)) or type(purchases).__name__
        msg = f"purchases must be an event log or a table with customer, time and (if known) spend, got {found}"
        raise ValueError(msg)
    given = purchases.reset_index(drop=True)
    if "spend" not in given and {*columns} & _MONEY:
        other = [str(c) for c in columns if c in _MONEY]
        msg = f"purchases must have their money in a column spend, got {other[0]}: rename it, or leave it out"
        raise ValueError(msg)
    found = pd.DataFrame({"customer": _columns.names("customer", given["customer"], _place, required=True)})  # fmt: skip
    found["time"] = _columns.times("time", given["time"], _place)
    blank = np.flatnonzero(found["time"].isna())
    if blank.size:
        _columns.stop(_place, blank[0], "time", "must not be empty", "")
    if "spend" in given:
        found["spend"] = _columns.numbers("spend", given["spend"], _place)
        below = np.flatnonzero(found["spend"] < 0)
        if below.size:
            rule = "must not be below 0 (leave returned goods out, or subtract them)"
            _columns.stop(_place, below[0], "spend", rule, found["spend"].iloc[below[0]])
        if found["spend"].isna().all():
            found = found.drop(columns="spend")
    return found


def day_end(name: str, value: object) -> pd.Timestamp:
    """Return the last moment of the day of `value`.

    >>> day_end("observed_until", "2024-03-31")
    Timestamp('2024-03-31 23:59:59.999999')
    """
    day = _checks.moment(name, value).normalize()
    return day + pd.Timedelta(days=1) - pd.Timedelta(microseconds=1)


def wilson(
    count: NDArray[Any], n: NDArray[Any], level: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return Wilson's intervals of many shares, missing where there is nothing to count.

    >>> [limit.round(4).tolist() for limit in wilson(np.array([42, 0]), np.array([50, 0]), 0.95)]
    [[0.7149, nan], [0.9166, nan]]
    """
    low, high = np.full(n.shape, np.nan), np.full(n.shape, np.nan)
    some = n > 0
    if some.any():
        limits = proportion_confint(count[some], n[some], alpha=1 - level, method="wilson")
        low[some], high[some] = limits
    return low, high


# --- inside ------------------------------------------------------------------------

_MONEY = {"value", "amount", "money", "revenue", "monetary", "monetary_value"}


def _place(row: int) -> str:
    return f"purchases, row {row}"


def _of_log(seen: Observation) -> Bought:
    log = seen.log
    codes = log["customer"].cat.codes.to_numpy(np.int64)
    rows, gone = seen.rows("purchase"), seen.rows("leave")
    present, customer = np.unique(codes[rows], return_inverse=True)
    left = np.full(len(log["customer"].cat.categories), np.datetime64("NaT"), "M8[us]")
    backwards = np.flatnonzero(gone)[::-1]  # the log is in order of time: the first one stays
    left[codes[backwards]] = seen.time[backwards]
    names = log["customer"].cat.categories[present]
    spend = log["value"].to_numpy(np.float64)[rows]
    return _checked(Bought(names, customer, seen.time[rows], spend, seen.until, left[present]))


def _checked(found: Bought) -> Bought:
    if not found.customer.size:
        msg = f"purchases must be at least one purchase up to {found.until:%Y-%m-%d}, got none"
        raise ValueError(msg)
    wrong = found.spend[found.spend < 0]
    if wrong.size:
        msg = f"spend must be at least 0, got {wrong[0]:g}: take returned goods off the purchase"
        raise ValueError(msg)
    return found
