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
    first = _microseconds(seen.log["time"].to_numpy())
    last = _microseconds(seen.log["latest"].fillna(seen.log["time"]).to_numpy())
    end = int(_microseconds(np.array([seen.until.to_datetime64()]))[0])
    return first, np.where(seen.sure, last, NEVER), end


def _microseconds(moments: NDArray[np.datetime64]) -> NDArray[np.int64]:
    return moments.astype("datetime64[us]").astype(np.int64)


def is_kind(seen: Observation, kind: str) -> NDArray[np.bool_]:
    """Return which rows are of a kind, shape (rows,)."""
    return np.array(seen.log["kind"] == kind, np.bool_)


def with_value(seen: Observation, kind: str) -> Rows:
    """Return the rows of a kind that have a value."""
    return np.flatnonzero(is_kind(seen, kind) & seen.log["value"].notna().to_numpy())


def has_values(seen: Observation, kind: str) -> bool:
    """Return whether the log records a kind and, where it has happened, any value of it."""
    if kind not in seen.kinds:
        return False
    return bool(with_value(seen, kind).size) or not is_kind(seen, kind).any()


def opening(seen: Observation) -> Rows:
    """Return each journey's first contact, or else its first row."""
    contact = seen.first_row(seen.told)
    first = seen.first_row(np.ones(len(seen.log), np.bool_))
    return np.where(contact >= 0, contact, first)


def standing_close(seen: Observation, *, sure: bool = True) -> Rows:
    """Return the closing of each journey that still stands: the first since the last reopening.

    `sure`: as for :func:`cemlab.observation.last_word`; -1 where none stands.
    """
    said = is_kind(seen, "close") & (seen.sure | (not sure))
    undone = seen.last_row(is_kind(seen, "reopen") & (seen.sure | sure))
    said &= np.arange(len(said)) > undone[seen.journey]
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
    told = np.flatnonzero(seen.told)
    channel = seen.log["channel"].cat
    on_channel = seen.journey * (len(channel.categories) + 1)
    on_channel += channel.codes.to_numpy(np.int64) + 1
    same = _before(told, rows, on_channel)
    return np.where(same >= 0, same, _before(told, rows, seen.journey))


def _before(marked: Rows, rows: Rows, of: NDArray[np.int64]) -> Rows:
    """Return the last of the marked rows that stands before each row in the same group."""
    if not marked.size:
        return np.full(rows.size, -1, np.int64)
    size = len(of)
    ranked = np.sort(of[marked] * size + marked)
    at = np.searchsorted(ranked, of[rows] * size + rows) - 1
    group, row = np.divmod(ranked[at], size)
    return np.where((at >= 0) & (group == of[rows]), row, -1)
