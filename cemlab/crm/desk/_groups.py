"""Groups of contacts, issues or work: by team, channel, touchpoint and week."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab.observation import Observation

BY = ("team", "channel", "touchpoint", "week")
By: TypeAlias = "str | Sequence[str] | None"
"""One or several of :data:`BY`, or None: all together."""

_ENDLESS = 1e300
_LONG = 1e200

Rows: TypeAlias = NDArray[np.int64]
"""Rows of the observed log, one for each thing that is counted; -1: none."""


@dataclass(frozen=True, eq=False)
class Groups:
    """Which group each thing belongs to.

    Attributes
    ----------
    table : DataFrame
        One row a group, sorted, a missing name last: the group's names.
    of : ndarray of int, shape (things,)
        The row of `table` of each thing.
    """

    table: pd.DataFrame
    of: NDArray[np.int64]

    def count(self, marked: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return how many things of each group are marked, shape (groups,)."""
        return np.bincount(self.of[marked], minlength=len(self.table))

    def total(self, value: NDArray[Any]) -> NDArray[np.float64]:
        """Return the sum of `value` (one a thing) in each group."""
        found = np.bincount(self.of, weights=value, minlength=len(self.table))
        return np.asarray(found, np.float64)

    def distinct(self, number: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return how many different numbers of at least 0 there are in each group."""
        known = number >= 0
        size = int(number.max(initial=0)) + 1
        pairs = pd.unique(self.of[known] * size + number[known])
        return np.bincount(pairs // size, minlength=len(self.table))

    def quantiles(self, value: NDArray[np.float64], marked: NDArray[np.bool_], q: float) -> Any:
        """Return the quantile of the marked things of each group, shape (groups,).

        Between a number and infinity it is infinite.
        """
        finite = np.minimum(value[marked], _ENDLESS)
        found = pd.Series(finite).groupby(self.of[marked]).quantile(q)
        table = found.reindex(range(len(self.table))).to_numpy(np.float64)
        return np.where(table > _LONG, np.inf, table)


def over(part: NDArray[Any], whole: NDArray[Any]) -> NDArray[np.float64]:
    """Return `part` by `whole`; nothing by nothing is missing, something by nothing infinite."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(part / whole, np.float64)


def names(by: By) -> list[str]:
    """Return the names that `by` lists.

    >>> names("team"), names(None)
    (['team'], [])
    """
    if by is None:
        return []
    listed = [by] if isinstance(by, str) else by
    good = isinstance(listed, list | tuple) and len(listed) > 0
    if not good or any(name not in BY for name in listed) or len(set(listed)) < len(listed):
        msg = f"by must be one or several of {', '.join(BY)}, got {by!r}"
        raise ValueError(msg)
    return list(listed)


def group(seen: Observation, by: By, *, contact: Rows, team: Rows, week: Rows) -> Groups:
    """Sort things into groups.

    Parameters
    ----------
    seen : Observation
        The observed log.
    by : str or list of str, optional
        See :data:`By`.
    contact, team, week : ndarray of int, shape (things,)
        For each thing the row that says its channel and touchpoint, the row of the company
        that says its team, and the row that says its week.
    """
    wanted = names(by)
    of = np.zeros(len(contact), np.int64)
    if not wanted:
        return Groups(pd.DataFrame(index=range(1)), of)
    rows = {"channel": contact, "touchpoint": contact, "team": team, "week": week}
    codes = {}
    for name in wanted:
        code = _weeks(seen, week) if name == "week" else _codes(seen, name, rows[name])
        last = code.max(initial=-1) + 1
        ranked = np.where(code < 0, last, code)  # a missing name comes last
        of, _ = pd.factorize(of * (last + 1) + ranked, sort=True)
        codes[name] = code
    one = np.zeros(of.max(initial=-1) + 1, np.int64)
    one[of] = np.arange(of.size)
    return Groups(
        pd.DataFrame({name: _named(seen, name, code[one]) for name, code in codes.items()}), of
    )


def _codes(seen: Observation, name: str, rows: Rows) -> NDArray[np.int64]:
    column = seen.log["by" if name == "team" else name]
    code = np.append(column.cat.codes.to_numpy(), -1).astype(np.int64)
    return np.asarray(code[rows])


def _weeks(seen: Observation, rows: Rows) -> NDArray[np.int64]:
    """Return each row's week, counted from the log's first; -1 for no row."""
    times = seen.log["time"].to_numpy()
    if not len(times):
        return np.empty(0, np.int64)
    return np.where(rows < 0, -1, week_number(times[rows]) - week_number(times[:1]))


def week_number(times: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Return the number of each time's week, Monday to Sunday; 0 is that of 1 January 1970."""
    return np.asarray((times.astype("datetime64[D]").astype(np.int64) + 3) // 7)


def monday(week: NDArray[np.int64]) -> NDArray[np.datetime64]:
    """Return the Monday on which each week begins, given its number."""
    return (7 * week - 3).astype("datetime64[D]").astype("datetime64[us]")


def _named(seen: Observation, name: str, code: NDArray[np.int64]) -> Any:
    if name != "week":
        dtype = seen.log["by" if name == "team" else name].dtype
        return pd.Categorical.from_codes(code, dtype=dtype)
    if not code.size:
        return np.empty(0, "datetime64[us]")
    first = week_number(seen.log["time"].to_numpy()[:1])
    return np.where(code < 0, np.datetime64("NaT", "us"), monday(code + first))
