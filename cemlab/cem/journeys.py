"""What a journey was like for the customer: one row a journey."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab._by_journey import following
from cemlab.cem.linkage import unlink as unlink
from cemlab.observation import Log, Observation, last_word, observe

_HOUR = np.timedelta64(1, "h")
_MINUTE_US = 60e6
_FAR_MIN = 1000 * 365 * 24 * 60.0


def journeys(log: Log, *, observed_until: object = None) -> pd.DataFrame:
    """Return one row a journey: how long, how many times told, how it ended.

    What a log never records is missing, not zero.

    Parameters
    ----------
    log : DataFrame
        An event log.
    observed_until : datetime-like, optional
        End of the observation; by default the last time in the log.

    Returns
    -------
    DataFrame
        `customer`, `issue`, `first`, `last` (times), `elapsed_low_h`, `elapsed_h` (hours
        from the failure, or else the first event, to the solution that stands or the end of the
        observation; two values where times are uncertain; 0 if it ends before it begins), `contacts`, `handoffs`, `switches` (of
        channel from contact to contact), `repeats` (contacts after the first),
        `promises_broken`, `resolved` (the customer's word, surely), `closed` (the company's, surely),
        `public`, `audience` (people, the largest named), `censored` (not resolved yet).

    Examples
    --------
    >>> log = pd.DataFrame({"customer": "Ana", "channel": "phone",
    ...                     "time": ["2024-05-01 10:00", "2024-05-01 12:00", "2024-05-01 15:00"],
    ...                     "actor": "customer", "kind": ["contact", "contact", "resolve"]})
    >>> journeys(log)[["elapsed_h", "contacts", "repeats", "resolved"]].values.tolist()
    [[5.0, 2, 1, True]]
    """
    seen = observe(log, observed_until)
    table = seen.journeys.copy()
    rows, start = seen.by_journey
    table["first"] = seen.time[rows[start[:-1]]]
    table["last"] = seen.highest(seen.latest, np.ones(len(seen.log), np.bool_))
    table["resolved"], table["closed"] = last_word(seen, "resolve"), last_word(seen, "close")
    table["elapsed_low_h"], table["elapsed_h"] = _elapsed(seen)
    _add_counts(table, seen)
    public = _count(seen, seen.rows("publish", actor="customer")) > 0
    table["public"] = _if_recorded(seen, {"publish"}, public.astype("boolean"))
    heard = seen.rows("contact", "publish", actor="customer")
    table["audience"] = seen.highest(seen.log["value"].to_numpy(), heard)
    table["censored"] = ~table["resolved"].fillna(False).astype(bool)
    return table[list(_COLUMNS)]


_COLUMNS = (
    "customer",
    "issue",
    "first",
    "last",
    "elapsed_low_h",
    "elapsed_h",
    "contacts",
    "handoffs",
    "switches",
    "repeats",
    "promises_broken",
    "resolved",
    "closed",
    "public",
    "audience",
    "censored",
)


def _count(seen: Observation, rows: NDArray[np.bool_]) -> pd.Series:
    """Return how many rows are marked, by journey."""
    counts = np.bincount(seen.journey[rows], minlength=len(seen.journeys))
    return pd.Series(counts, dtype="Int64")


def _if_recorded(seen: Observation, kinds: set[str], values: pd.Series) -> pd.Series:
    """Return the values, or missing throughout if the log never records one of `kinds`."""
    return (
        values if seen.kinds & kinds else pd.Series(pd.NA, index=values.index, dtype=values.dtype)
    )


def _elapsed(seen: Observation) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the shortest and longest time from the failure (else the first row) to the end."""
    rows, start = seen.by_journey
    failure = seen.first_row(seen.rows("failure"))
    begin = np.where(failure >= 0, failure, rows[start[:-1]])
    reopened = seen.last_row(seen.rows("reopen"))
    standing = seen.rows("resolve")
    standing &= np.arange(standing.size) > reopened[seen.journey]
    finish = seen.first_row(standing)
    finish = np.where(finish >= 0, finish, seen.last_row(seen.rows("resolve")))
    over, perhaps = (
        last_word(seen, "resolve", sure=s).fillna(False).to_numpy(bool) for s in (True, False)
    )
    end = seen.until.to_datetime64()
    low = np.where(perhaps, seen.time[finish], end) - seen.latest[begin]
    high = np.where(over, seen.latest[finish], end) - seen.time[begin]
    return np.maximum(low / _HOUR, 0.0), np.maximum(high / _HOUR, 0.0)


def _add_counts(table: pd.DataFrame, seen: Observation) -> None:
    spoken = {"contact", "publish"}
    contacts = _count(seen, seen.told)
    table["contacts"] = _if_recorded(seen, spoken, contacts)
    table["repeats"] = _if_recorded(seen, spoken, (contacts - 1).clip(lower=0))
    channel = seen.log["channel"].cat.codes.to_numpy()
    placed = seen.told & (channel >= 0)
    switches = _count(seen, _moved(seen, placed, channel))
    table["switches"] = _if_recorded(seen, spoken if placed.any() else set(), switches)
    handed = _count(seen, seen.rows("transfer"))
    table["handoffs"] = _if_recorded(seen, {"transfer"}, handed)
    broken = _count(seen, broken_promises(seen)[0])
    table["promises_broken"] = _if_recorded(seen, {"promise"}, broken)


def _moved(
    seen: Observation, marked: NDArray[np.bool_], channel: NDArray[Any]
) -> NDArray[np.bool_]:
    """Mark those marked rows that come on another channel than the journey's marked row before."""
    rows = seen.by_journey.rows
    rows = rows[marked[rows]]
    journey, on = seen.journey[rows], channel[rows]
    moved = np.zeros(marked.size, np.bool_)
    moved[rows[1:]] = (journey[1:] == journey[:-1]) & (on[1:] != on[:-1])
    return moved


def broken_promises(seen: Observation) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Mark promises whose due time passed without a callback or a solution, shape (rows,) each.

    Those surely broken by the end of the observation, and those that may be: with uncertain
    times a promise may be due sooner, or be kept too late; one without minutes may be due.
    """
    surely = _broken(seen, sure=True)
    made = seen.rows("promise")
    exact = seen.time is seen.latest and seen.surely is seen
    if exact and not np.isnan(seen.log["value"].to_numpy()[made]).any():
        return surely, surely
    return surely, _broken(seen, sure=False)


def _broken(seen: Observation, *, sure: bool) -> NDArray[np.bool_]:
    made = seen.rows("promise") & (seen.sure | (not sure))
    until, minutes = seen.until.to_datetime64(), seen.log["value"].to_numpy()
    wait = (np.where(made, np.fmin(minutes, _FAR_MIN), 0.0) * _MINUTE_US).astype("timedelta64[us]")
    due = (seen.latest if sure else seen.time) + wait
    if not sure:  # one without minutes may be due by now
        due = np.where(np.isnan(minutes), until, due)
    made &= due <= until
    if not made.any():
        return made
    keeps = seen.rows("callback", "resolve") & (seen.sure | sure)
    kept_by, earliest = following(seen.by_journey, made, keeps, seen.time, seen.latest)
    kept = earliest if sure else np.where(kept_by >= 0, seen.latest[kept_by], earliest)
    made[made] = ~(kept <= due[made])
    return made
