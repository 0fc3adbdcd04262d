"""Which rows of a log decide: what opened an issue, what closed it, whom work was for."""

import numpy as np
from numpy.typing import NDArray

from cemlab.crm.desk._groups import Rows
from cemlab.observation import Observation

NEVER = 2**62
"""A time (microseconds) that no log reaches."""


def times(seen: Observation) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Return each row's first and last possible time, and the end (microseconds since 1970).

    What may come after the end of the observation has `NEVER` as its last possible time.
    """
    first, last = _microseconds(seen.time), _microseconds(seen.latest)
    end = int(_microseconds(np.array([seen.until.to_datetime64()]))[0])
    return first, np.where(seen.sure, last, NEVER), end


def _microseconds(moments: NDArray[np.datetime64]) -> NDArray[np.int64]:
    return moments.astype("datetime64[us]", copy=False).view(np.int64)


def is_kind(seen: Observation, kind: str) -> NDArray[np.bool_]:
    """Return which rows are of a kind, shape (rows,)."""
    return seen.rows(kind)


def with_value(seen: Observation, kind: str) -> Rows:
    """Return the rows of a kind that have a value."""
    return np.flatnonzero(is_kind(seen, kind) & seen.log["value"].notna().to_numpy())


def has_values(seen: Observation, kind: str) -> bool:
    """Return whether the log records a kind and, where it has happened, any value of it."""
    if kind not in seen.kinds:
        return False
    return bool(with_value(seen, kind).size) or not is_kind(seen, kind).any()


def standing(seen: Observation, kind: str, *, sure: bool = True) -> Rows:
    """Return the row of `kind` that ended each journey and still stands; -1 where none does.

    It is the first since the last reopening, and not before the opening. `sure`: as for
    :func:`cemlab.observation.last_word`.
    """
    said = is_kind(seen, kind) & (seen.sure | (not sure)) & seen.opened
    back = is_kind(seen, "reopen") & (seen.sure | sure)
    if seen.time is seen.latest:
        said &= np.arange(len(said)) > seen.last_row(back)[seen.journey]
    else:
        word, undone = (seen.time, seen.latest) if sure else (seen.latest, seen.time)
        said &= ~(seen.highest(undone, back)[seen.journey] >= word)
    return seen.first_row(said)


def answering(seen: Observation) -> Rows:
    """Return, for each row, the company's row that answered this contact; -1 where none did."""
    found = np.full(len(seen.log), -1, np.int64)
    table = seen.waits
    answered = (table["ended"] == "answered").to_numpy(bool)
    found[table["row"].to_numpy()[answered]] = table["answer"].to_numpy()[answered]
    return found


def contact_of(seen: Observation, rows: Rows) -> Rows:
    """Return the contact that each of these rows is about, -1 where there was none before.

    It is the journey's last contact before the row on the same channel, or else on any.
    """
    channel = seen.log["channel"].cat.codes.to_numpy(np.int64) + 1
    last = _last_told(seen)[rows]
    other = np.flatnonzero((last >= 0) & (channel[last] != channel[rows]))
    if other.size:  # an earlier contact on the row's own channel goes before the last one
        on_channel = seen.journey * (int(channel.max()) + 1) + channel
        same = _before(np.flatnonzero(seen.told), rows[other], on_channel)
        last[other] = np.where(same >= 0, same, last[other])
    return last


def _last_told(seen: Observation) -> Rows:
    """Return, for each row, the last contact of its journey that stands before it, or -1."""
    order, start = seen.by_journey
    place = np.where(seen.told[order], np.arange(order.size), -1)
    place = np.append(-1, np.maximum.accumulate(place)[:-1])[: order.size]
    begin = np.repeat(start[:-1], np.diff(start))
    found = np.full(order.size, -1, np.int64)
    found[order] = np.where(place >= begin, order[place], -1)
    return found


def _before(marked: Rows, rows: Rows, of: NDArray[np.int64]) -> Rows:
    """Return the last of the marked rows that stands before each row in the same group."""
    if not marked.size:
        return np.full(rows.size, -1, np.int64)
    size = len(of)
    ranked = np.sort(of[marked] * size + marked)
    at = np.searchsorted(ranked, of[rows] * size + rows) - 1
    group, row = np.divmod(ranked[at], size)
    return np.where((at >= 0) & (group == of[rows]), row, -1)
