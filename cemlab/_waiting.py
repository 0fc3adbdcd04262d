"""Which contact waited how long for which answer, worked out from the times of a log."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

ANSWERS = ("answer", "callback", "refuse", "offer", "compensate")
"""Kinds that are a company's word in reply; an acknowledgement or a transfer is none."""

TIMED = ("answer", "abandon")
"""Kinds whose value states the minutes waited."""

SLACK_MIN = 1.0
"""How far stated minutes may be from the times' (rounding)."""


def last_moment(events: pd.DataFrame) -> pd.Timestamp:
    """Return the last time that stands in a validated log (NaT for an empty one)."""
    return events["latest"].fillna(events["time"]).max()


def by_contact(log: pd.DataFrame, end: pd.Timestamp) -> pd.DataFrame:
    """Return one row a customer's contact: how it ended, and the wait as an interval."""
    log = log.assign(row=np.arange(len(log)), until=log["latest"].fillna(log["time"]))
    own = (log["kind"] == "contact") & (log["actor"] == "customer")
    replies = log["kind"].isin(ANSWERS) & (log["actor"] == "company")
    gone = (log["kind"] == "abandon") & (log["actor"] == "customer")
    contacts = log.loc[own, ["customer", "issue", "channel", "time", "until", "row"]]
    journey, on_channel = _groups(log)
    answer, answered = following(contacts, log[replies], on_channel[own], on_channel[replies])
    other, on_other = following(contacts, log[replies], journey[own], journey[replies])
    answered = np.where(answer < 0, on_other, answered)
    answer = np.where(answer < 0, other, answer)
    abandon, abandoned = following(contacts, log[gone], on_channel[own], on_channel[gone])
    until = log["until"].to_numpy()
    left = (abandon >= 0) & ((answer < 0) | (until[abandon] < answered))
    ender = np.where(left, abandon, answer)
    first = np.where(left, abandoned, answered)
    ended = np.where(left, "abandoned", np.where(answer >= 0, "answered", "open"))
    minute = np.timedelta64(1, "m")
    stop = np.datetime64(end) if len(log) else np.datetime64("NaT")
    low = np.where(ender >= 0, first, stop) - contacts["until"].to_numpy()
    high = np.where(ender >= 0, until[ender], stop) - contacts["time"].to_numpy()
    table = contacts[["customer", "issue", "channel", "time", "row"]].assign(
        ended=ended,
        wait_low_min=np.maximum(low / minute, 0.0),
        wait_high_min=np.where(ender >= 0, high / minute, np.inf),
        answer=ender,
    )
    return table.reset_index(drop=True)


def following(
    left: pd.DataFrame, right: pd.DataFrame, of_left: NDArray[np.int64], of_right: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.datetime64]]:
    """Return, for each row of `left`, the next row of `right` in the same group, or -1.

    And the earliest moment at which any row of `right` that may follow can have happened.
    Both have `time`; `right` has `until` and `row` too. `of_left` and `of_right` are the numbers
    of the rows' groups, at least 0.
    """
    none = np.full(len(left), "NaT", "datetime64[us]")
    if left.empty or right.empty:
        return np.full(len(left), -1), none
    order = np.lexsort([right["until"].to_numpy(), of_right])
    group = of_right[order]
    parts = (right["until"].iloc[order], right["time"].iloc[order], left["time"])
    moments, rank = np.unique(np.concatenate(parts), return_inverse=True)
    until, time, wanted = np.split(rank, np.cumsum([len(part) for part in parts[:2]]))
    first_of = group * moments.size  # one scale for all: groups one after the other
    at = np.searchsorted(first_of + until, of_left * moments.size + wanted)
    inside = np.minimum(at, len(right) - 1)
    found = (at < len(right)) & (group[inside] == of_left)
    earliest = moments[np.minimum.accumulate((first_of + time)[::-1])[::-1] - first_of]
    rows = np.where(found, right["row"].to_numpy()[order][inside], -1)
    return rows, np.where(found, earliest[inside], none)


def _groups(log: pd.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the number of each row's journey, and of its journey on its channel."""
    customer, issue, channel = (log[name].cat for name in ("customer", "issue", "channel"))
    journey = customer.codes.to_numpy(np.int64) * len(issue.categories)
    journey += issue.codes.to_numpy(np.int64)
    on_channel = journey * (len(channel.categories) + 1) + channel.codes.to_numpy(np.int64) + 1
    return journey, on_channel
