"""Purchases of each customer in four numbers: how often, how late, how long, how much."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _checks, events
from cemlab.crm.value import _bought

DAYS = {"D": 1.0, "W": 7.0, "M": 365.25 / 12, "Y": 365.25}
"""Unit of time -> its days; a month and a year are the mean ones."""


def summary(
    purchases: pd.DataFrame,
    *,
    observed_until: object = None,
    unit: str = "W",
    holdout_until: object = None,
) -> pd.DataFrame:
    """Return one row a customer: repeat purchases, age at the last one, age, mean spend.

    This is all that the models of this package need to know. Purchases on the same
    day count as one occasion. The first purchase makes a customer; only those after it are
    repeat purchases. A customer whose first purchase comes after `observed_until` is left out.

    Parameters
    ----------
    purchases : DataFrame
        One row a purchase: `customer`, `time` and, if known, `spend` (money). Or an event log:
        its rows of kind `purchase` count, with their `value` as spend; an uncertain time
        is taken at its earliest.
    observed_until : datetime-like, optional
        Last day of the observation, which counts as a whole; by default that of the last
        purchase.
    unit : {"W", "D", "M", "Y"}
        Unit of `recency` and `age`: weeks, days, months of 30.44 days, years of 365.25 days.
    holdout_until : datetime-like, optional
        Also count what was bought later, after `observed_until` and up to this day, to check
        predictions with.

    Returns
    -------
    DataFrame
        Index `customer`, sorted. `frequency`: repeat purchase occasions. `recency`: time from the
        first to the last one (0 if none). `age`: time from the first purchase to
        `observed_until`. `mean_spend`: mean money of the repeat occasions whose money is known,
        missing without any; the column stands only where spend is recorded. With
        `holdout_until` also `frequency_holdout` (occasions) and `mean_spend_holdout`.

    Raises
    ------
    ValueError
        If a customer or time is missing, spend is negative, or nobody has bought.

    Notes
    -----
    *Critique.* The first purchase is kept out of `frequency` and `mean_spend`, as every customer
    has one, and it often differs. Who buys several times a day is counted
    once. Age begins with the first recorded purchase: if the record begins later than the
    relationship, age is too short.

    References
    ----------
    .. [1] P. Fader, B. Hardie, K. L. Lee, "RFM and CLV: using iso-value curves for customer base
       analysis", Journal of Marketing Research 42, 2005.

    Examples
    --------
    >>> table = pd.DataFrame({"customer": ["Ana", "Ana", "Ana", "Bo"], "spend": [9, 4, 6, 5],
    ...                       "time": ["2024-01-01", "2024-01-08", "2024-01-22", "2024-01-15"]})
    >>> summary(table, observed_until="2024-01-29").reset_index()
      customer  frequency  recency  age  mean_spend
    0      Ana          2      3.0  4.0         5.0
    1       Bo          0      0.0  2.0         NaN
    """
    _checks.one_of("unit", unit, DAYS)
    table = _table(purchases)
    day = table["time"].to_numpy().astype("datetime64[D]").astype(np.int64)
    if not day.size:
        msg = "purchases must be at least one purchase, got none"
        raise ValueError(msg)
    until = day.max() if observed_until is None else _day("observed_until", observed_until)
    last = until
    if holdout_until is not None:
        last = _day("holdout_until", holdout_until)
        if last <= until:
            msg = f"holdout_until must be after the last day observed ({_date(until)}), got {holdout_until!r}"
            raise ValueError(msg)
    kept = day <= last
    names, spend = table["customer"].cat, None
    if "spend" in table:
        spend = table["spend"].to_numpy()[kept]
    who, when, paid = _occasions(names.codes.to_numpy(np.int64)[kept], day[kept], spend)
    first = np.full(len(names.categories), np.iinfo(np.int64).max)
    np.minimum.at(first, who, when)
    here = first <= until
    if not here.any():
        msg = f"observed_until must not be before the first purchase ({_date(day.min())}), got {observed_until!r}"
        raise ValueError(msg)
    latest = np.where(here, first, 0)
    np.maximum.at(latest, who[when <= until], when[when <= until])
    repeat, later = (when > first[who]) & (when <= until), (when > until) & here[who]
    columns = {
        "frequency": np.bincount(who[repeat], minlength=first.size),
        "recency": (latest - first) / DAYS[unit],
        "age": (until - first) / DAYS[unit],
    }
    if paid is not None:
        columns["mean_spend"] = _mean(who[repeat], paid[repeat], first.size)
    if last > until:
        columns["frequency_holdout"] = np.bincount(who[later], minlength=first.size)
        if paid is not None:
            columns["mean_spend_holdout"] = _mean(who[later], paid[later], first.size)
    index = pd.Index(names.categories, name="customer")
    return pd.DataFrame(columns, index=index)[here]


# --- inside ------------------------------------------------------------------------


def _table(purchases: pd.DataFrame) -> pd.DataFrame:
    """Return customer, time and, where recorded, spend."""
    if "kind" not in getattr(purchases, "columns", ()):
        return _bought.table(purchases)
    log = events.validate(purchases)
    log = log[log["kind"] == "purchase"]
    return _bought.table(log[["customer", "time"]].assign(spend=log["value"]))


def _occasions(
    who: NDArray[np.int64], day: NDArray[np.int64], spend: NDArray[np.float64] | None
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64] | None]:
    """Return customer, day and money of each day with purchases of a customer."""
    begun = day.min(initial=0)
    span = day.max(initial=0) - begun + 1
    pair, place = np.unique(who * span + (day - begun), return_inverse=True)
    paid = None if spend is None else np.bincount(place, spend, pair.size).astype(np.float64)
    return pair // span, pair % span + begun, paid


def _mean(who: NDArray[np.int64], paid: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Return the mean of what is known, missing where nothing is."""
    known = ~np.isnan(paid)
    count = np.bincount(who[known], minlength=n)
    total = np.bincount(who[known], weights=paid[known], minlength=n)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _day(name: str, value: object) -> int:
    return int(_checks.moment(name, value).to_datetime64().astype("datetime64[D]").astype(np.int64))


def _date(day: int) -> str:
    return str(np.datetime64(int(day), "D"))
