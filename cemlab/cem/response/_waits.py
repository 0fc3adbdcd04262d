"""The wait of each contact, and what such waits are grouped by."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _checks
from cemlab._waiting import ANSWERS
from cemlab.observation import Log, Observation, observe

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ENDS = ("answered", "abandoned", "open")
WAIT = {"low": "wait_low_min", "high": "wait_min"}
"""Which wait of an uncertain one: the shortest or the longest."""


def first_response(log: Log, *, observed_until: object = None) -> pd.DataFrame:
    """Return one row a contact: the wait until the company's word; smaller is better.

    Parameters
    ----------
    log : DataFrame
        An event log.
    observed_until : datetime-like, optional
        End of the observation; contacts unanswered by then are censored, not dropped.

    Returns
    -------
    DataFrame
        `customer`, `issue`, `channel`, `time`, `wait_low_min`, `wait_min` (minutes; they
        differ where times are uncertain, and for a censored contact both are the time
        it has waited so far), `answered`, `censored`, `ended` (answered, abandoned or open;
        an end that the log never records is no category of it, and all are missing if it
        records neither answers nor giving up), `hour` (of the day, 0 to 23) and `weekday`
        (Monday to Sunday) of the contact, missing where uncertain, and `audience` (people,
        the contact's value).

    Examples
    --------
    >>> log = pd.DataFrame({"customer": ["Ana", "Bo"], "actor": "customer", "channel": "phone",
    ...                     "time": ["2024-05-01 10:00", "2024-05-01 11:00"], "kind": "contact"})
    >>> first_response(log)[["wait_min", "censored"]].values.tolist()
    [[60.0, True], [0.0, True]]
    """
    seen = observe(log, observed_until)
    table = seen.waits
    answered = table["ended"] == "answered"
    so_far = table["wait_low_min"]
    high = table["wait_high_min"].where(table["ended"] != "open", so_far)
    shown = table[["customer", "issue", "channel", "time"]]
    shown = shown.assign(wait_low_min=so_far, wait_min=high, answered=answered, censored=~answered)
    return shown.assign(ended=_ended(seen, table["ended"]), **_moments(seen, table["row"]))


def audience_bands(
    waits: Log, *, edges: Sequence[float] = (1_000, 10_000, 100_000)
) -> pd.DataFrame:
    """Return the waits with `audience` as bands, so that `by="audience"` gives few groups.

    Parameters
    ----------
    waits : DataFrame
        What `first_response` returns, or an event log.
    edges : sequence of float
        Where a new band begins (people, rising, above 0).

    Returns
    -------
    DataFrame
        The same waits; `audience` is an ordered category, missing where not recorded.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": ["Ana", "Bo"], "actor": "customer", "kind": "contact",
    ...                     "time": "2024-05-01", "value": [999, 1000]})
    >>> audience_bands(log, edges=[1000])["audience"].tolist()
    ['below 1,000', '1,000 and more']
    """
    starts = [_checks.number("edges", edge, low=0) for edge in edges]
    if not starts or starts[0] == 0 or (np.diff(starts) <= 0).any():
        msg = f"edges must be rising numbers of people above 0, got {list(edges)!r}"
        raise ValueError(msg)
    table = waits_of(waits)
    between = [f"{low:,g} to below {high:,g}" for low, high in pairwise(starts)]
    names = [f"below {starts[0]:,g}", *between, f"{starts[-1]:,g} and more"]
    people = table["audience"].to_numpy(np.float64)
    band = np.where(np.isnan(people), -1, np.searchsorted(starts, people, side="right"))
    return table.assign(audience=pd.Categorical.from_codes(band, names, ordered=True))


class Counts(NamedTuple):
    """How many waits of each group ended after how many minutes: arrays of shape (ends,)."""

    keys: pd.DataFrame  # one row a group: what it is called
    group: NDArray[np.int64]
    minutes: NDArray[np.float64]  # rising within a group
    at_risk: NDArray[np.int64]  # waiting just before
    answered: NDArray[np.int64]
    given_up: NDArray[np.int64]
    ended: NDArray[np.int64]  # answered, given up, or not observed any longer

    @property
    def last(self) -> NDArray[np.int64]:
        """The last row of each group."""
        return np.flatnonzero(np.diff(self.group, append=-1))

    @property
    def first(self) -> NDArray[np.int64]:
        """The first row of each group."""
        return np.flatnonzero(np.diff(self.group, prepend=-1))

    def named(self, **columns: object) -> pd.DataFrame:
        """Return columns of shape (ends,) with the name of the group before them."""
        return pd.concat(
            [self.keys.iloc[self.group].reset_index(drop=True), pd.DataFrame(columns)], axis=1
        )


def counts(waits: Log, by: str | Sequence[str] | None, which: str) -> Counts:
    """Count the ends of waits by group and minute."""
    table = recorded(waits)
    _checks.one_of("which", which, WAIT)
    minutes = _minutes(table, WAIT[which])
    group, keys = groups(table, by)
    order = np.lexsort([minutes, group]) if by is not None else np.argsort(minutes, kind="stable")
    group, minutes = group[order], minutes[order]
    new = np.append(True, (np.diff(group) > 0) | (np.diff(minutes) > 0))[: len(order)]
    start = np.flatnonzero(new)
    answered, gone = (table["answered"].to_numpy(bool)[order], gave_up(table)[order])
    stop = np.cumsum(np.bincount(group, minlength=len(keys)))
    added = np.append(0, np.cumsum(answered)), np.append(0, np.cumsum(gone))
    bounds = np.append(start, len(order))
    return Counts(
        keys=keys,
        group=group[start],
        minutes=minutes[start],
        at_risk=stop[group[start]] - start,
        answered=np.diff(added[0][bounds]),
        given_up=np.diff(added[1][bounds]),
        ended=np.diff(bounds),
    )


def waits_of(waits: Log) -> pd.DataFrame:
    """Return the table of `first_response`, from a log or from itself."""
    if not isinstance(waits, Observation) and {"wait_min", "answered"} <= set(waits.columns):
        return waits
    return first_response(waits)


def recorded(waits: Log) -> pd.DataFrame:
    """Return the waits without those whose end the log does not record."""
    table = waits_of(waits)
    return table[table["ended"].notna()] if "ended" in table else table


def gave_up(table: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which waits the customer ended, shape (contacts,)."""
    if "ended" not in table:
        return np.zeros(len(table), np.bool_)
    gone: NDArray[np.bool_] = (table["ended"] == "abandoned").to_numpy(bool)
    return gone


def groups(
    table: pd.DataFrame, by: str | Sequence[str] | None
) -> tuple[NDArray[np.int64], pd.DataFrame]:
    """Return the number of each row's group, and one row a group with its name, sorted.

    What is missing is a group of its own, the last.
    """
    if by is None:
        some = range(min(len(table), 1))
        return np.zeros(len(table), np.int64), pd.DataFrame(index=pd.RangeIndex(len(some)))
    names = [by] if isinstance(by, str) else list(by)
    for name in names or [""]:
        if name not in table:
            msg = f"by must be one of the columns {', '.join(table.columns)}, got {name!r}"
            raise ValueError(msg)
    number = table.groupby(names, observed=True, dropna=False).ngroup().to_numpy(np.int64)
    _, first = np.unique(number, return_index=True)
    return number, table[names].iloc[first].reset_index(drop=True)


def level_between(level: object) -> float:
    """Return a level of confidence as a float above 0 and below 1."""
    found = _checks.probability("level", level)
    if found in (0.0, 1.0):
        msg = f"level must be above 0 and below 1, got {level!r}"
        raise ValueError(msg)
    return found


# --- inside ------------------------------------------------------------------------


def _ended(seen: Observation, ended: pd.Series) -> pd.Categorical:
    """Return how each contact ended, as far as the log can tell."""
    answers, gone = bool(seen.kinds & {*ANSWERS}), "abandon" in seen.kinds
    known = zip(ENDS, (answers, gone, answers or gone), strict=True)
    told = [name for name, recorded in known if recorded]
    code = np.full(len(ended), -1)
    for number, name in enumerate(told):
        code[(ended == name).to_numpy(bool)] = number
    return pd.Categorical.from_codes(code, told)


def _moments(seen: Observation, row: pd.Series) -> dict[str, object]:
    """Return hour, weekday and audience of the contacts in these rows of the log."""
    log = seen.log.iloc[row.to_numpy()].reset_index(drop=True)
    until = log["latest"].fillna(log["time"])
    exact_hour = log["time"].dt.floor("h") == until.dt.floor("h")
    exact_day = log["time"].dt.floor("D") == until.dt.floor("D")
    day = np.where(exact_day, log["time"].dt.day_of_week, -1)
    return {
        "hour": log["time"].dt.hour.astype("Int64").where(exact_hour),
        "weekday": pd.Categorical.from_codes(day, DAYS, ordered=True),
        "audience": log["value"],
    }


def _minutes(table: pd.DataFrame, name: str) -> NDArray[np.float64]:
    """Return the minutes of waits, each at least 0."""
    minutes: NDArray[np.float64] = table[name].to_numpy(np.float64)
    wrong = minutes[~(np.isfinite(minutes) & (minutes >= 0))]
    if wrong.size:
        msg = f"{name} must be minutes of at least 0, got {wrong[0]}"
        raise ValueError(msg)
    return minutes
