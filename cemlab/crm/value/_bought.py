"""Who bought when and for how much: purchases read from a log or from a plain table."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from statsmodels.stats.proportion import (  # type: ignore[import-untyped, unused-ignore]
    proportion_confint,
)

from cemlab import _checks
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
    """Read the purchases of an event log, or of a table with `customer`, `time` and `spend`."""
    if isinstance(purchases, Observation) or "kind" in getattr(purchases, "columns", ()):
        return _of_log(observe(purchases, observed_until).surely)
    if not isinstance(purchases, pd.DataFrame) or not {"customer", "time"} <= {*purchases.columns}:
        found = ", ".join(map(str, getattr(purchases, "columns", []))) or type(purchases).__name__
        msg = f"purchases must be an event log or a table with customer and time, got {found}"
        raise ValueError(msg)
    time = dates("time", purchases["time"])
    if time.isna().any() or purchases["customer"].isna().any():
        hole = "time" if time.isna().any() else "customer"
        msg = f"{hole} must be known in every row, got a row without: leave it out or fill it in"
        raise ValueError(msg)
    if not len(time):
        msg = "purchases must be at least one purchase, got none"
        raise ValueError(msg)
    end = time.max()
    if observed_until is not None:
        end = _checks.moment("observed_until", observed_until)
    seen = (time <= end).to_numpy()
    codes, names = pd.factorize(purchases["customer"][seen], sort=True)
    given = purchases["spend"][seen] if "spend" in purchases else np.full(len(codes), np.nan)
    spend = np.asarray(given, np.float64)
    never = np.full(len(names), np.datetime64("NaT"), "M8[us]")
    return _checked(Bought(pd.Index(names), codes, time[seen].to_numpy(), spend, end, never))


def dates(name: str, values: Any) -> pd.Series:
    """Return a column as dates without a time zone; what is missing stays missing."""
    given, time = pd.Series(values), None
    if given.isna().all():
        given = given.astype(object)
    if given.dtype.kind not in "iufbc":
        try:
            time = pd.to_datetime(given, format="ISO8601")
        except (TypeError, ValueError):
            time = None
    if time is None or time.dtype.kind != "M" or getattr(time.dtype, "tz", None) is not None:
        msg = f"{name} must be dates such as 2009-07-06, without a time zone, got {given.iloc[0]!r} first"
        raise ValueError(msg)
    return time.astype("datetime64[us]")


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
