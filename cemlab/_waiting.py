"""Which contact waited how long for which answer, worked out from the times of a log."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

ANSWERS = ("answer", "callback", "refuse", "offer", "compensate")
"""Kinds that are a company's word in reply; an acknowledgement or a transfer is none."""

TIMED = ("answer", "abandon")
"""Kinds whose value states the minutes waited."""


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
    answer = _next(contacts, log[replies], [*keys, "channel"])
    other = _next(contacts, log[replies], keys)
    answer = np.where(answer < 0, other, answer)
    abandon = _next(contacts, log[gone], [*keys, "channel"])
    until = log["until"].to_numpy()
    first = log["time"].to_numpy()
    left = (abandon >= 0) & ((answer < 0) | (until[abandon] < first[answer]))
    ender = np.where(left, abandon, answer)
    ended = np.where(left, "abandoned", np.where(answer >= 0, "answered", "open"))
    minute = np.timedelta64(1, "m")
    stop = np.datetime64(end) if len(log) else np.datetime64("NaT")
    low = np.where(ender >= 0, first[ender], stop) - contacts["until"].to_numpy()
    high = np.where(ender >= 0, until[ender], stop) - contacts["time"].to_numpy()
    table = contacts[["customer", "issue", "channel", "time"]].assign(
        ended=ended,
        wait_low_min=np.maximum(low / minute, 0.0),
        wait_high_min=np.where(ender >= 0, high / minute, np.inf),
        answer=ender,
    )
    return table.reset_index(drop=True)


def _next(contacts: pd.DataFrame, enders: pd.DataFrame, by: list[str]) -> NDArray[np.int64]:
    """Return, for each contact, the row of the next ender of the same group, or -1."""
    if contacts.empty or enders.empty:
        return np.full(len(contacts), -1)
    right = enders.loc[:, [*by, "until", "row"]].sort_values("until", kind="stable")
    left = contacts.loc[:, [*by, "time"]]
    found = pd.merge_asof(left, right, left_on="time", right_on="until", by=by, direction="forward")
    rows: NDArray[np.int64] = found["row"].fillna(-1).to_numpy(np.int64)
    return rows
