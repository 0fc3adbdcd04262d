"""Who answers in conversations, and which of them still wait for a word."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab.cem.conversations._threads import Threads, gap, spans
from cemlab.observation import Log, observe

_HOUR = np.timedelta64(1, "h")
_FAR_MIN = 1000 * 365 * 24 * 60.0


def roles(log: Log, *, gap_hours: float = 72.0, observed_until: object = None) -> pd.DataFrame:
    """Return one row a member of the desk: how often first to answer, how often following up.

    Parameters
    ----------
    log : DataFrame
        An event log; `by` says who of the company acted.
    gap_hours : float
        How long a silence ends a conversation (hours); assumed.
    observed_until : datetime-like, optional
        End of the observation.

    Returns
    -------
    DataFrame
        `by`; `conversations` in which this member answered, of them `first` (gave the first
        answer) and `followed` (came in later), and `shared` (another one answered too);
        `contacts` that this member's words answered, also those of an earlier conversation
        that had found no answer until then, however long ago, and `median_low_min`,
        `median_min`: the median of their waits (minutes; of an even number the middle
        between the two in the middle; two values where times are uncertain, the latter
        infinite where the answer may come only after the end of the observation). Answers
        whose author is not recorded stand in the last row, of a missing name.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": "Ana", "channel": "web", "by": [None, "Max", "Ida"],
    ...                     "time": ["2024-05-01 10:00", "2024-05-01 10:30", "2024-05-01 11:00"],
    ...                     "actor": ["customer", "company", "company"],
    ...                     "kind": ["contact", "answer", "answer"]})
    >>> roles(log)[["by", "first", "followed", "shared", "median_min"]].values.tolist()
    [['Ida', 0, 1, 1, nan], ['Max', 1, 0, 1, 30.0]]
    """
    threads = Threads(observe(log, observed_until), gap(gap_hours))
    seen = threads.seen
    by = seen.log["by"].cat.codes.to_numpy(np.int64)
    rows = np.flatnonzero(threads.answer)
    pairs = pd.DataFrame({"thread": threads.number[rows], "by": by[rows]}).drop_duplicates()
    first = ~pairs["thread"].duplicated()
    shared = pairs["thread"].duplicated(keep=False)
    counts = pd.DataFrame(
        {
            "conversations": np.ones(len(pairs), np.int64),
            "first": first.astype(np.int64),
            "followed": (~first).astype(np.int64),
            "shared": shared.astype(np.int64),
        }
    )
    table = counts.groupby(pairs["by"]).sum()
    waits = seen.waits[seen.waits["ended"] == "answered"]
    who = by[waits["answer"].to_numpy(np.int64)]
    minutes = waits[["wait_low_min", "wait_high_min"]].groupby(who)
    table["contacts"] = minutes.size().reindex(table.index, fill_value=0)
    table[["median_low_min", "median_min"]] = minutes.median().reindex(table.index)
    names = pd.Categorical.from_codes(table.index.to_numpy(), dtype=seen.log["by"].dtype)
    table.insert(0, "by", names)
    known = table.index >= 0
    return pd.concat([table[known], table[~known]]).reset_index(drop=True)


def open_follow_ups(
    log: Log, *, gap_hours: float = 72.0, observed_until: object = None
) -> pd.DataFrame:
    """Return the conversations that still need a word of the company, oldest first.

    Those whose last word is the customer's, and those in which the company gave a promise
    that is due, with no callback and no solution since.

    Parameters
    ----------
    log : DataFrame
        An event log.
    gap_hours : float
        How long a silence ends a conversation (hours); assumed.
    observed_until : datetime-like, optional
        The moment at which the list is made; by default the last time in the log.

    Returns
    -------
    DataFrame
        `customer`, `issue`, `channel`; `why`: "customer waits", "customer may wait" (uncertain
        times do not tell, or the log records no answers), "promise due", or two of them;
        `since` (the first word since the company's last, or when the promise was due, whichever
        is earlier), `age_low_h` and `age_h` (hours from then on; two values where
        times are uncertain), `audience` (people), `mentions` and `answered_by`.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": ["Ana", "Bo"], "channel": "web", "actor": "customer",
    ...                     "time": ["2024-05-01 10:00", "2024-05-01 12:00"], "kind": "contact"})
    >>> open_follow_ups(log, observed_until="2024-05-02")[["customer", "why", "age_h"]].values.tolist()
    [['Ana', 'customer may wait', 14.0], ['Bo', 'customer may wait', 12.0]]
    """
    threads = Threads(observe(log, observed_until), gap(gap_hours))
    seen, table = threads.seen, threads.table
    words = table["waiting"].map({True: "customer waits", False: ""}).fillna("customer may wait")
    spoken = threads.last_row(threads.by_customer) >= 0
    words = words.where(table["waiting"].notna() | spoken, "")
    asks = (words != "").to_numpy(bool)
    time, until = (times.astype("datetime64[us]") for times in spans(seen.log))
    asked = _first_unanswered(threads)
    due_low, due_high = _due(threads, time, until)
    owed = ~np.isnat(due_high)
    never = np.datetime64("9999-01-01", "us")
    since = [
        np.minimum(np.where(asks, word[asked], never), np.where(owed, due, never))
        for word, due in ((time, due_low), (until, due_high))
    ]
    both = np.where(asks & owed, ", ", "")
    table["why"] = words.astype(object) + both + np.where(owed, "promise due", "")
    end = np.datetime64(seen.until) if len(seen.log) else np.datetime64("NaT")
    table["since"] = since[0]
    table["age_low_h"] = np.maximum(_hours(since[1], end), 0.0)
    table["age_h"] = _hours(since[0], end)
    columns = ["customer", "issue", "channel", "why", "since", "age_low_h", "age_h", "audience",
               "mentions", "answered_by"]  # fmt: skip
    still = table.loc[asks | owed, columns]
    return still.sort_values("age_h", ascending=False, kind="stable").reset_index(drop=True)


# --- inside ------------------------------------------------------------------------


def _hours(since: NDArray[np.datetime64], end: np.datetime64) -> NDArray[np.float64]:
    hours: NDArray[np.float64] = (end - since).astype("timedelta64[us]") / _HOUR
    return hours


def _first_unanswered(threads: Threads) -> NDArray[np.int64]:
    """Return the customer's first row since each conversation was last settled.

    Where there is none, as after an answer, the customer's last row, or -1.
    """
    settled = np.append(threads.settled, -1)[threads.number]
    rows = np.arange(len(threads.seen.log))
    later = threads.first_row(threads.by_customer & (rows > settled))
    last = threads.last_row(threads.by_customer)
    return np.where(later >= 0, later, last)


def _due(
    threads: Threads, time: NDArray[np.datetime64], until: NDArray[np.datetime64]
) -> tuple[NDArray[np.datetime64], NDArray[np.datetime64]]:
    """Return when the first promise that is due and not kept was due, earliest and latest."""
    seen = threads.seen
    kind = seen.log["kind"]
    kept = seen.last_row(kind.isin(["callback", "resolve"]).to_numpy(bool))
    promise = (kind == "promise") & (seen.log["actor"] == "company") & seen.log["value"].notna()
    rows = np.flatnonzero(promise.to_numpy(bool) & (threads.number >= 0))
    rows = rows[kept[seen.journey[rows]] < rows]
    minutes = seen.log["value"].to_numpy()[rows].clip(max=_FAR_MIN)
    wait = (minutes * 60e6).astype("timedelta64[us]")
    found = [np.full(threads.count, "NaT", "datetime64[us]") for _ in range(2)]
    past = until[rows] + wait <= np.datetime64(seen.until) if len(rows) else np.empty(0, bool)
    for moments, due in zip(found, (time[rows] + wait, until[rows] + wait), strict=True):
        np.fmin.at(moments, threads.number[rows][past], due[past])
    return found[0], found[1]
