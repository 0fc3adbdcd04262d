"""Cohorts: customers by the month of their first purchase, and how many are still there."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _checks, _columns
from cemlab._proportions import confidence
from cemlab.crm.value._bought import bought, day_end, wilson
from cemlab.observation import Log

_PERIODS = ("D", "W", "M", "Q", "Y")


def cohort_table(
    log: Log,
    *,
    period: str = "M",
    still: str | None = None,
    observed_until: object = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Return the share of each cohort that is still active, by age; larger is better.

    A cohort is everybody who bought for the first time in one calendar period. Its age is
    the number of periods since then: at age 0 it is the period of the first purchase.

    *Critique.* The share rises from age to age even if nobody's loyalty does: those who
    leave easily leave first (Fader & Hardie [1]_). And "bought again" is not "is a
    customer": who buys twice a year is missing from most months and has not left.

    Parameters
    ----------
    log : DataFrame
        An event log (kinds `purchase` and `leave`), a table of purchases with `customer` and
        `time`, or a table with one row a customer: `start` and `end` (no date: still there).
    period : str
        Calendar periods: "D", "W", "M", "Q" or "Y".
    still : str, optional
        What active means: "bought" in that period, or "not left" by its end. By default
        "not left" for a table of starts and ends, else "bought". In a log whoever left is
        gone from then on, even if purchases follow. Who left without a purchase is no customer.
    observed_until : datetime-like, optional
        Last day of the observation, which counts as a whole; by default that of the last date
        in the data. It must be given for starts and ends, as an end may be planned: ends after
        it have not happened. A period counts if its last day is observed. Later periods are
        censored: not known.
    level : float
        Confidence of the intervals.

    Returns
    -------
    DataFrame
        One row a `cohort` (Period) and `age` (periods): `customers` (size of the cohort),
        `active`, `value` (their share) with Wilson's `low` and `high`, and `n`. Censored
        cells are there, with what is not known missing.

    Raises
    ------
    ValueError
        If there is no customer, an end before its start, or nobody said until when starts and
        ends were observed.

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie, "Customer-base valuation in a contractual setting:
       the perils of ignoring heterogeneity", Marketing Science 29, 2010.

    Examples
    --------
    >>> table = pd.DataFrame({"customer": ["Ana", "Bo", "Ana", "Cy"], "time": ["2024-01-05",
    ...                       "2024-01-09", "2024-02-07", "2024-02-29"]})
    >>> cohort_table(table)[["customers", "active", "value"]].values.tolist()
    [[2.0, 2.0, 1.0], [2.0, 1.0, 0.5], [1.0, 1.0, 1.0], [1.0, nan, nan]]
    """
    trust = confidence(level)
    found = _cells(log, period, still, observed_until)
    ages = found.active.shape[1]
    some = np.repeat(found.size > 0, ages)
    size = np.repeat(found.size, ages)[some]
    known, count = found.known.ravel()[some], found.active.ravel()[some]
    active = np.where(known, count, np.nan)
    low, high = wilson(count, np.where(known, size, 0), trust)
    cohort = pd.PeriodIndex.from_ordinals(np.repeat(found.first, ages)[some], freq=period)
    age = np.tile(np.arange(ages), len(found.size))[some]
    table = pd.DataFrame({"cohort": cohort, "age": age, "customers": size, "active": active})
    table["value"], table["low"], table["high"], table["n"] = active / size, low, high, size
    return table


def retention(
    log: Log,
    *,
    period: str = "M",
    by: str = "period",
    still: str | None = None,
    observed_until: object = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Return the share of those at risk who are active; larger is better.

    Where "not left" counts, at risk in a period are those who were there at its beginning and those
    who come in it: whoever comes and leaves in one period is lost in it. By age the shares then
    multiply to those of `cohort_table`. Where "bought" counts, at risk are those who bought in
    the period before.

    By age, retention usually rises. That needs no growing loyalty: if customers differ,
    those who stay are more and more those who always would have stayed. Only following
    the same customers, or a trial, tells the two apart.

    *Critique.* One constant retention for all, as dashboards show it, mixes young and old
    cohorts: a year of many new customers looks like a bad year (Fader & Hardie [1]_).

    Parameters
    ----------
    log, period, still, observed_until, level
        As for `cohort_table`.
    by : str
        "period" for the calendar, "age" for periods since the first purchase (or the start).

    Returns
    -------
    DataFrame
        By `period` (Period) or `age`: `value` (share kept) with Wilson's `low` and `high`, `n`
        (at risk) and `kept`. Periods in which nobody was at risk are left out: where
        "bought" counts, the first one too.

    Raises
    ------
    ValueError
        As for `cohort_table`, and if no period with customers at risk is complete.

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie, "Customer-base valuation in a contractual setting:
       the perils of ignoring heterogeneity", Marketing Science 29, 2010.

    Examples
    --------
    >>> table = pd.DataFrame({"start": ["2024-01-05", "2024-01-20", "2024-02-02"],
    ...                       "end": [None, "2024-02-10", None]})
    >>> retention(table, observed_until="2024-03-31")[["value", "n", "kept"]].round(3).values.tolist()
    [[1.0, 2.0, 2.0], [0.667, 3.0, 2.0], [1.0, 2.0, 2.0]]
    """
    trust = confidence(level)
    _checks.one_of("by", by, ["period", "age"])
    found = _cells(log, period, still, observed_until)
    ages = found.active.shape[1]
    pairs = found.known & (found.size[:, None] > 0)
    risk, kept = (np.where(pairs, cells, 0) for cells in (found.risk, found.kept))
    age = np.broadcast_to(np.arange(ages), pairs.shape)
    place = age if by == "age" else age + np.arange(len(found.size))[:, None]
    n = np.bincount(place.ravel(), risk.ravel(), minlength=1).astype(np.int64)
    stayed = np.bincount(place.ravel(), kept.ravel(), minlength=1).astype(np.int64)
    if not n.any():
        msg = f"the observation must hold a complete period ({period}) with customers at risk, got none: choose a shorter period"
        raise ValueError(msg)
    low, high = wilson(stayed, n, trust)
    where = np.flatnonzero(n)
    index: Any = pd.Index(where, name="age")
    if by == "period":
        ordinals = found.first[0] + where
        index = pd.PeriodIndex.from_ordinals(ordinals, freq=period, name="period")
    table = {"value": stayed[where] / n[where], "low": low[where], "high": high[where]}
    return pd.DataFrame(table | {"n": n[where], "kept": stayed[where]}, index=index)


def churn(
    log: Log,
    *,
    period: str = "M",
    by: str = "period",
    still: str | None = None,
    observed_until: object = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Return the share of those at risk who are not active any more; smaller is better.

    One less `retention`, whose *critique* holds here too. Where no contract ends, churn is a
    guess: the customer who did not buy may come back.

    Returns
    -------
    DataFrame
        As `retention`, with `lost` (customers) in place of `kept`.

    Examples
    --------
    >>> table = pd.DataFrame({"start": ["2024-01-05", "2024-01-20"], "end": [None, "2024-02-10"]})
    >>> churn(table, observed_until="2024-02-29")[["value", "lost"]].values.tolist()
    [[0.0, 0.0], [0.5, 1.0]]
    """
    same = {"period": period, "by": by, "still": still, "observed_until": observed_until}
    table = retention(log, level=level, **same)  # type: ignore[arg-type]
    turned = {"value": 1 - table["value"], "low": 1 - table["high"], "high": 1 - table["low"]}
    return table.assign(**turned, lost=table["n"] - table["kept"]).drop(columns="kept")


# --- inside ------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Cells:
    """Cohorts in rows, ages in columns; `kept` are those `risk` who are active at this age."""

    first: NDArray[np.int64]
    size: NDArray[np.int64]
    active: NDArray[np.int64]
    risk: NDArray[np.int64]
    kept: NDArray[np.int64]
    known: NDArray[np.bool_]


def _cells(log: Any, period: str, still: str | None, observed_until: object) -> _Cells:
    _checks.one_of("period", period, _PERIODS)
    spans = isinstance(log, pd.DataFrame) and {"start", "end"} <= {*log.columns}
    meant = still or ("not left" if spans else "bought")
    _checks.one_of("still", meant, ["not left"] if spans else ["bought", "not left"])
    if spans:
        start, end, until = _spans(log, observed_until)
    else:
        found = bought(log, observed_until)
        until, end = found.until, found.left
        start = np.full(len(found.names), found.time.max(), "M8[us]")
        np.minimum.at(start, found.customer, found.time)
    latest = whole = int(_ordinals(np.array([until], "M8[us]"), period)[0])
    if until.normalize() < pd.Period(ordinal=whole, freq=period).end_time.normalize():
        whole -= 1
    born = _ordinals(start, period)
    lowest = int(born.min())
    rows, ages = int(born.max()) - lowest + 1, latest - lowest + 1
    _checks.memory("period", 100.0 * rows * ages, "choose a longer one")
    cohort = born - lowest
    size = np.bincount(cohort, minlength=rows)
    known = lowest + np.arange(rows)[:, None] + np.arange(ages) <= whole
    if meant == "not left":
        last = _ordinals(end, period, none=latest + rows) - born
        cell = cohort * (ages + 1) + np.clip(last, 0, ages)
        gone = np.bincount(cell, minlength=rows * (ages + 1)).reshape(rows, ages + 1)
        active = kept = size[:, None] - np.cumsum(gone[:, :ages], axis=1)
        risk = np.hstack([size[:, None], active[:, :-1]])
    else:
        age = _ordinals(found.time, period) - born[found.customer]
        pair = np.unique(found.customer * ages + age)
        cell = cohort[pair // ages] * ages + pair % ages
        again = np.append(False, np.diff(pair) == 1) & (pair % ages > 0)
        active = np.bincount(cell, minlength=rows * ages).reshape(rows, ages)
        kept = np.bincount(cell[again], minlength=rows * ages).reshape(rows, ages)
        risk = np.hstack([np.zeros((rows, 1), np.int64), active[:, :-1]])
    return _Cells(lowest + np.arange(rows), size, active, risk, kept, known)


def _spans(
    table: pd.DataFrame, observed_until: object
) -> tuple[NDArray[np.datetime64], NDArray[np.datetime64], pd.Timestamp]:
    if not len(table):
        msg = "log must be at least one customer, got none"
        raise ValueError(msg)
    given = table.reset_index(drop=True)
    start, end = (_columns.times(name, given[name], lambda row: f"log, row {row}") for name in ("start", "end"))  # fmt: skip
    if start.isna().any():
        msg = "start must be known for every customer, got one without: leave such customers out"
        raise ValueError(msg)
    wrong = given[(end < start).to_numpy()]
    if len(wrong):
        row = wrong.iloc[0]
        msg = f"end must not be before start, got {row['end']} for start {row['start']}"
        raise ValueError(msg)
    if observed_until is None:
        msg = "observed_until must be given for starts and ends, got None: an end may be planned and not have happened"
        raise ValueError(msg)
    until = day_end("observed_until", observed_until)
    seen = (start <= until).to_numpy()
    if not seen.any():
        msg = f"log must be at least one customer up to {until:%Y-%m-%d}, got none"
        raise ValueError(msg)
    ends = end.where(end <= until)
    return start[seen].to_numpy(), ends[seen].to_numpy(), until


def _ordinals(
    times: NDArray[np.datetime64], period: str, none: int | None = None
) -> NDArray[np.int64]:
    """Return each time's calendar period as a number; `none` for those without a time."""
    lost = np.isnat(times)
    filled = np.where(lost, np.datetime64("2000-01-01", "us"), times)
    found = np.asarray(pd.DatetimeIndex(filled).to_period(period).asi8, np.int64)
    return found if none is None else np.where(lost, none, found)
