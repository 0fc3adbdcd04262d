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
    keys = ["customer", "issue"]
    answer, answered = following(contacts, log[replies], [*keys, "channel"])
    other, on_other = following(contacts, log[replies], keys)
    answered = np.where(answer < 0, on_other, answered)
    answer = np.where(answer < 0, other, answer)
    abandon, abandoned = following(contacts, log[gone], [*keys, "channel"])
    until = log["until"].to_numpy()
    left = (abandon >= 0) & ((answer < 0) | (until[abandon] < answered))
    ender = np.where(left, abandon, answer)
    first = np.where(left, abandoned, answered)
    ended = np.where(left, "abandoned", np.where(answer >= 0, "answered", "open"))
    minute = np.timedelta64(1, "m")
    stop = np.datetime64(end) if len(log) else np.datetime64("NaT")
    low = np.where(ender >= 0, first, stop) - contacts["until"].to_numpy()
    high = np.where(ender >= 0, until[ender], stop) - contacts["time"].to_numpy()
    table = contacts[["customer", "issue", "channel", "time"]].assign(
        ended=ended,
        wait_low_min=np.maximum(low / minute, 0.0),
        wait_high_min=np.where(ender >= 0, high / minute, np.inf),
        answer=ender,
    )
    return table.reset_index(drop=True)


def following(
    left: pd.DataFrame, right: pd.DataFrame, by: list[str]
) -> tuple[NDArray[np.int64], NDArray[np.datetime64]]:
    """Return, for each row of `left`, the next row of `right` in the same group, or -1.

    And the earliest moment at which any row of `right` that may follow can have happened.
    Both have `time`; `right` has `until` and `row` too. Sorted by time, `left` stays in order.
    """
    none = np.full(len(left), "NaT", "datetime64[us]")
    if left.empty or right.empty:
        return np.full(len(left), -1), none
    ends = right.loc[:, [*by, "time", "until", "row"]].sort_values("until", kind="stable")
    backwards = ends.iloc[::-1]
    ends["earliest"] = backwards.groupby(by, observed=True, dropna=False)["time"].cummin()
    found = pd.merge_asof(
        left.loc[:, [*by, "time"]],
        ends.drop(columns="time"),
        left_on="time",
        right_on="until",
        by=by,
        direction="forward",
    )
    rows = found["row"].fillna(-1).to_numpy(np.int64)
    return rows, found["earliest"].to_numpy("datetime64[us]")
