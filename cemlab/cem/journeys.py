"""What a journey was like for the customer: one row a journey."""

import numpy as np
import pandas as pd

from cemlab._waiting import following
from cemlab.observation import Log, Observation, last_word, observe

_HOUR = np.timedelta64(1, "h")
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
        from the failure, or else the first event, to the solution or the end of the observation; two
        values where times are uncertain), `contacts`, `handoffs`, `switches` (of
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
    rows = seen.log.assign(until=seen.log["latest"].fillna(seen.log["time"]))
    table = seen.journeys.copy()
    by = rows.groupby(seen.journey)
    table["first"], table["last"] = by["time"].min(), by["until"].max()
    table["resolved"], table["closed"] = last_word(seen, "resolve"), last_word(seen, "close")
    table["elapsed_low_h"], table["elapsed_h"] = _elapsed(seen, rows)
    _add_counts(table, seen, rows)
    own = rows["actor"] == "customer"
    public = _count(seen, own & (rows["kind"] == "publish")) > 0
    table["public"] = _if_recorded(seen, {"publish"}, public.astype("boolean"))
    heard = rows["value"].where(own & rows["kind"].isin(["contact", "publish"]))
    table["audience"] = heard.groupby(seen.journey).max()
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


def _count(seen: Observation, rows: pd.Series) -> pd.Series:
    """Return how many rows are marked, by journey."""
    marked = seen.journey[rows.to_numpy(bool)]
    return pd.Series(np.bincount(marked, minlength=len(seen.journeys)), dtype="Int64")


def _if_recorded(seen: Observation, kinds: set[str], values: pd.Series) -> pd.Series:
    """Return the values, or missing throughout if the log never records one of `kinds`."""
    return (
        values if seen.kinds & kinds else pd.Series(pd.NA, index=values.index, dtype=values.dtype)
    )


def _elapsed(seen: Observation, rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return the shortest and longest time from the failure (else the first row) to the end."""
    failed, solved = ((rows["kind"] == kind).to_numpy() for kind in ("failure", "resolve"))
    first = seen.first_row(np.ones(len(rows), np.bool_))
    failure = seen.first_row(failed)
    begin = np.where(failure >= 0, failure, first)
    finish = seen.last_row(solved)
    over, perhaps = (
        last_word(seen, "resolve", sure=s).fillna(False).to_numpy(bool) for s in (True, False)
    )
    time, until = (rows[name].to_numpy() for name in ("time", "until"))
    end = np.datetime64(seen.until) if len(rows) else np.datetime64("NaT")
    low = np.where(perhaps, time[finish], end) - until[begin]
    high = np.where(over, until[finish], end) - time[begin]
    shortest, longest = (pd.Series(np.maximum(span / _HOUR, 0.0)) for span in (low, high))
    return shortest, longest


def _add_counts(table: pd.DataFrame, seen: Observation, rows: pd.DataFrame) -> None:
    told = seen.told
    spoken = {"contact", "publish"}
    contacts = _count(seen, pd.Series(told))
    table["contacts"] = _if_recorded(seen, spoken, contacts)
    table["repeats"] = _if_recorded(seen, spoken, (contacts - 1).clip(lower=0))
    channel = rows["channel"].cat.codes[told & rows["channel"].notna()]
    before = channel.groupby(seen.journey[channel.index]).shift()
    moved = pd.Series(False, index=rows.index)
    moved[channel.index] = before.notna() & (before != channel)
    known = bool(len(channel))
    table["switches"] = _if_recorded(seen, spoken if known else set(), _count(seen, moved))
    handed = _count(seen, rows["kind"] == "transfer")
    table["handoffs"] = _if_recorded(seen, {"transfer"}, handed)
    broken = _count(seen, _broken_promises(rows, seen))
    table["promises_broken"] = _if_recorded(seen, {"promise"}, broken)


def _broken_promises(rows: pd.DataFrame, seen: Observation) -> pd.Series:
    """Mark promises whose due time passed without a callback or a solution."""
    broken = pd.Series(False, index=rows.index)
    due_min = rows["value"].where(rows["kind"] == "promise").clip(upper=_FAR_MIN)
    wait = pd.to_timedelta(due_min, unit="m")
    rows = rows.assign(due=rows["until"] + wait, row=0)
    due = rows["due"] <= seen.until
    made = rows[due]
    if made.empty:
        return broken
    keeps = rows["kind"].isin(["callback", "resolve"])
    _, earliest = following(made, rows[keeps], seen.journey[due], seen.journey[keeps])
    broken[made.index] = ~(earliest <= made["due"].to_numpy())
    return broken
