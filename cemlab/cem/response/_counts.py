"""How many waits ended, how and after how many minutes, by group."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _checks
from cemlab.cem.response._waits import ENDS, recorded, unknown
from cemlab.observation import Log

WAIT = {"low": "wait_low_min", "high": "wait_min"}
"""Which wait of an uncertain one: the shortest or the longest."""


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
    table = recorded(waits, by)
    minutes, answered, gone = ends(table, which)
    group, keys = groups(table, by)
    order = np.lexsort([minutes, group]) if by is not None else np.argsort(minutes, kind="stable")
    group, minutes = group[order], minutes[order]
    new = np.append(True, (np.diff(group) > 0) | (np.diff(minutes) > 0))[: len(order)]
    start = np.flatnonzero(new)
    answered, gone = answered[order], gone[order]
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


def ends(
    table: pd.DataFrame, which: str
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the minutes of waits, and which ended with an answer and which by giving up.

    `which`: the longest waits (high) take only what surely came before the observation ended.
    """
    _checks.one_of("which", which, WAIT)
    name = WAIT[which] if WAIT[which] in table else WAIT["high"]
    minutes, answered = _minutes(table, name), _truths(table, "answered")
    gone = np.zeros(len(table), np.bool_)
    if "ended" in table:
        _checks.one_of_each("ended", table["ended"].drop_duplicates(), ENDS)
        gone = (table["ended"] == "abandoned").to_numpy(bool) & ~answered
    if which == "high" and "sure" in table:
        sure = _truths(table, "sure")
        return minutes, answered & sure, gone & sure
    return minutes, answered, gone


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
            raise ValueError(unknown(table.columns, name))
    number = table.groupby(names, observed=True, dropna=False).ngroup().to_numpy(np.int64)
    _, first = np.unique(number, return_index=True)
    return number, table[names].iloc[first].reset_index(drop=True)


def in_minutes(span: float) -> str:
    """Return a number of minutes in words.

    >>> in_minutes(1.0), in_minutes(2.5)
    ('1 minute', '2.5 minutes')
    """
    shown = f"{span:g}"
    return f"{shown} minute{'s' if shown != '1' else ''}"


def level_between(level: object) -> float:
    """Return a level of confidence as a float above 0 and below 1."""
    found = _checks.probability("level", level)
    if found in (0.0, 1.0):
        msg = f"level must be above 0 and below 1, got {level!r}"
        raise ValueError(msg)
    return found


# --- inside ------------------------------------------------------------------------


def _truths(table: pd.DataFrame, name: str) -> NDArray[np.bool_]:
    """Return a column of True and False (or 1 and 0)."""
    words = table[name]
    if words.dtype != np.bool_:
        odd = words[~words.isin([True, False])]
        if len(odd):
            msg = f"{name} must be True or False, got {odd.iloc[0]!r}: compare it with the word that means True"
            raise ValueError(msg)
    truths: NDArray[np.bool_] = words.to_numpy(bool)
    return truths


def _minutes(table: pd.DataFrame, name: str) -> NDArray[np.float64]:
    """Return the minutes of waits, each at least 0."""
    minutes: NDArray[np.float64] = table[name].to_numpy(np.float64)
    wrong = minutes[~(np.isfinite(minutes) & (minutes >= 0))]
    if wrong.size:
        msg = f"{name} must be minutes of at least 0, got {wrong[0]}"
        raise ValueError(msg)
    return minutes
