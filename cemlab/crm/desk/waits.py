"""How soon the desk answers contacts and closes issues, counted as its dashboard does."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _checks
from cemlab._waiting import ANSWERS
from cemlab.crm.desk._groups import By, Groups, group, names, over
from cemlab.crm.desk._rows import standing, times
from cemlab.observation import Log, Observation, observe

_HOUR_US = 3.6e9


def service_level(
    log: Log, *, minutes: float, by: By = None, observed_until: object = None
) -> pd.DataFrame:
    """Return the share of contacts answered within `minutes`; larger is better.

    Parameters
    ----------
    log : DataFrame
        An event log.
    minutes : float
        The promise to be kept (minutes, at least 0).
    by : str or list of str, optional
        A row for each "team" (who answered; contacts unanswered or given up have none, so
        that a named team's share leaves them out), "channel", "touchpoint" or "week" (the contact's).
    observed_until : datetime-like, optional
        End of the observation. A contact that is still open and younger than `minutes`
        may yet be in time: it counts for `high`, not for `low`.

    Returns
    -------
    DataFrame
        One row, or one a group: `low` and `high` (the share in [0, 1]; they differ where times
        are uncertain) and `n`, the contacts counted. NaN and 0, or no group, if the log
        records neither answers nor giving up.

    Raises
    ------
    ValueError
        If `minutes` is no number of at least 0, or `by` is unknown.

    Examples
    --------
    >>> calls = pd.DataFrame({"customer": "Ana", "actor": ["customer", "company"], "channel": "phone",
    ...                       "time": ["2024-05-01 10:00", "2024-05-01 10:30"],
    ...                       "kind": ["contact", "answer"]})
    >>> service_level(calls, minutes=20).values.tolist()
    [[0.0, 0.0, 1.0]]
    """
    limit = _checks.number("minutes", minutes, low=0)
    table, groups = _contacts(observe(log, observed_until), by)
    ended, low_min, high_min = _ended(table)
    answered = ended == "answered"
    sure = answered & (high_min <= limit)
    perhaps = (answered & (low_min <= limit)) | ((ended == "open") & (low_min < limit))
    n = groups.count(np.ones(len(table), np.bool_))
    low, high = (over(groups.count(part), n) for part in (sure, perhaps))
    return groups.table.assign(low=low, high=high, n=n)


def first_response(log: Log, *, by: By = None, observed_until: object = None) -> pd.DataFrame:
    """Return how long answered contacts waited, as a dashboard shows it; smaller is better.

    Only answered contacts count: those who gave up or still wait are missing in the minutes,
    that a desk looks faster when it leaves the slow ones unanswered. They are counted
    beside it. A contact counts as often as it stands in the log. :func:`cemlab.cem.response.first_response` keeps them, as censored.

    Parameters
    ----------
    log : DataFrame
        An event log.
    by : str or list of str, optional
        A row for each "team" (who answered; contacts unanswered or given up have none),
        "channel", "touchpoint" or "week" (the contact's).
    observed_until : datetime-like, optional
        End of the observation.

    Returns
    -------
    DataFrame
        One row, or one a group: `answered`, `abandoned` and `open` (contacts), and of the
        answered `median_low_min`, `median_high_min`, `mean_low_min`, `mean_high_min`,
        `p90_low_min`, `p90_high_min` (minutes; low and high differ where times are uncertain;
        NaN where none was answered; high is infinite where an answer may come only after
        the end of the observation). The median of an even number is the middle between the
        two middle waits; p90: 90 % waited no longer, between two waits in proportion. All 0
        and NaN, or no group, if the log records neither answers nor giving up; if it records
        only giving up, `abandoned` and `open` are counted.

    Raises
    ------
    ValueError
        If `by` is unknown.

    Examples
    --------
    >>> calls = pd.DataFrame({"customer": ["Ana", "Ana", "Bo"], "channel": "phone",
    ...                       "actor": ["customer", "company", "customer"],
    ...                       "time": ["2024-05-01 10:00", "2024-05-01 10:30", "2024-05-01 11:00"],
    ...                       "kind": ["contact", "answer", "contact"]})
    >>> first_response(calls)[["answered", "open", "median_low_min"]].values.tolist()
    [[1.0, 1.0, 30.0]]
    """
    table, groups = _contacts(observe(log, observed_until), by)
    ended, *bounds = _ended(table)
    counts = {end: groups.count(ended == end) for end in ("answered", "abandoned", "open")}
    answered = ended == "answered"
    figures = {}
    for name in ("median", "mean", "p90"):
        for bound, value in zip(("low", "high"), bounds, strict=True):
            if name == "mean":
                shown = over(groups.total(np.where(answered, value, 0.0)), counts["answered"])
            else:
                shown = groups.quantiles(value, answered, 0.5 if name == "median" else 0.9)
            figures[f"{name}_{bound}_min"] = shown
    return groups.table.assign(**counts, **figures)


def resolution(
    log: Log, *, hours: float, by: By = None, observed_until: object = None
) -> pd.DataFrame:
    """Return the share of issues that the company closed within `hours`; larger is better.

    The time runs from an issue's first contact (without one: from its first row) to the
    closing that still stands: the first one since the last reopening. This is the company's
    word; whether the customer agrees is not asked. A closing that stands in the log before
    the issue's first contact (without one: its first row) closes nothing.

    Parameters
    ----------
    log : DataFrame
        An event log.
    hours : float
        The promise to be kept (hours, at least 0).
    by : str or list of str, optional
        A row for each "team" (who closed; open issues have none), "channel", "touchpoint" or
        "week" (of the first contact, so that open issues count in the week they came in).
    observed_until : datetime-like, optional
        End of the observation. An issue that is still open and younger than `hours` may yet
        be in time: it counts for `high`, not for `low`.

    Returns
    -------
    DataFrame
        One row, or one a group: `low` and `high` (the share in [0, 1]), `median_low_h` and
        `median_high_h` (hours, of closed issues only; of an even number the middle between
        the two middle ones; NaN if none is closed), `closed` (surely), `open` (the others) and
        `n` (issues). NaN and 0, or no group, if the log records no closing (a reopening alone
        does not tell).

    Raises
    ------
    ValueError
        If `hours` is no number of at least 0, or `by` is unknown.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": ["Ana", "Ana", "Bo"], "actor": ["customer", "company", "customer"],
    ...                     "time": ["2024-05-01", "2024-05-02", "2024-05-09"],
    ...                     "kind": ["contact", "close", "contact"]})
    >>> resolution(log, hours=48)[["low", "high", "median_low_h", "open"]].values.tolist()
    [[0.5, 1.0, 24.0, 1.0]]
    """
    limit = _checks.number("hours", hours, low=0)
    seen = observe(log, observed_until)
    begin = seen.opening
    surely, perhaps = standing(seen, "close"), standing(seen, "close", sure=False)
    if "close" not in seen.kinds:
        begin, surely, perhaps = begin[:0], surely[:0], perhaps[:0]
    groups = group(seen, by, contact=begin, team=surely, week=begin)
    first, last, end = times(seen)
    closed = surely >= 0
    low_h = np.maximum(first[perhaps] - last[begin], 0) / _HOUR_US
    high_h = (last[surely] - first[begin]) / _HOUR_US
    young = ~closed & ((end - last[begin]) / _HOUR_US < limit)
    n = groups.count(np.ones(len(begin), np.bool_))
    in_time = groups.count(closed & (high_h <= limit))
    may_be = groups.count(((perhaps >= 0) & (low_h <= limit)) | young)
    return groups.table.assign(
        low=over(in_time, n),
        high=over(may_be, n),
        median_low_h=groups.quantiles(low_h, closed, 0.5),
        median_high_h=groups.quantiles(high_h, closed, 0.5),
        closed=groups.count(closed),
        open=groups.count(~closed),
        n=n,
    )


def _contacts(seen: Observation, by: By) -> tuple[pd.DataFrame, Groups]:
    """Return the contacts and their waits, none if the log records no answers, and their groups."""
    names(by)
    table = seen.waits
    if not seen.kinds & {*ANSWERS, "abandon"}:  # a log without answers says nothing about them
        table = table.iloc[:0]
    rows = table["row"].to_numpy(np.int64)
    answered = (table["ended"] == "answered").to_numpy(bool)
    team = np.where(answered, table["answer"].to_numpy(np.int64), -1)
    return table, group(seen, by, contact=rows, team=team, week=rows)


def _ended(
    table: pd.DataFrame,
) -> tuple[NDArray[np.object_], NDArray[np.float64], NDArray[np.float64]]:
    """Return how each contact ended, and the least and the most minutes that it waited."""
    low, high = (table[f"wait_{end}_min"].to_numpy(np.float64) for end in ("low", "high"))
    return table["ended"].to_numpy(), low, high
