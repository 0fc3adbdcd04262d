"""Whether answers come within the time that customers say they expect."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab.cem.response._curves import kaplan_meier
from cemlab.cem.response._waits import Counts, counts, recorded
from cemlab.observation import Log

_ASKED = ("survey", "year", "platform", "about", "base")


def answered_in_time(
    waits: Log, expected: "pd.DataFrame | pd.Series", *, by: str | Sequence[str] | None = None
) -> pd.DataFrame:
    r"""Return the share answered within the time that customers expect; larger is better.

    The chance that a customer's wait is at most the customer's expectation, if the two have
    nothing to do with each other. Waits are those of `survival`, so that unanswered contacts count.
    A survey gives a few points of the expectations: :math:`g_i` expect an answer within
    :math:`m_i` minutes. Of :math:`g_i - g_{i-1}` it is known that they expect one after
    :math:`m_{i-1}` and by :math:`m_i` minutes. So with the share :math:`F` answered

    .. math:: \sum_i (g_i - g_{i-1}) F(m_{i-1}) \le P \le \sum_i (g_i - g_{i-1}) F(m_i)

    with :math:`m_0 = 0`. The rest, who expect an answer later or none, count from
    :math:`F` at the last point up to 1.

    Parameters
    ----------
    waits : DataFrame
        What `first_response` returns, or an event log.
    expected : Series or DataFrame
        Minutes -> share of customers who expect an answer within them, in [0, 1]; or rows
        of the data set ``response-expectations`` of one question to one group of people.
    by : str or list of str, optional
        Columns to group by.

    Returns
    -------
    DataFrame
        One row a group: `low` and `high` (shares in [0, 1]; limits, no confidence interval)
        and `n`, the contacts counted. They are apart as the survey has few points, as times
        are uncertain, and as no wait may have been followed as far as the survey asks.

    Raises
    ------
    ValueError
        If the shares do not rise with the minutes, or come from different questions.

    Examples
    --------
    Half of the customers expect an answer within 15 minutes, all within 60; half get one
    after 10 minutes, half after 20:

    >>> waits = pd.DataFrame({"wait_min": [10.0, 20.0], "answered": True})
    >>> answered_in_time(waits, pd.Series({15: 0.5, 60: 1.0}))[["low", "high"]].values.tolist()
    [[0.25, 0.75]]
    """
    minutes, share = _expectations(expected)
    table = recorded(waits)
    longest = counts(table, by, "high")
    least, most = _answered(longest, minutes)
    if "wait_low_min" in table and not table["wait_low_min"].equals(table["wait_min"]):
        low, high = _answered(counts(table, by, "low"), minutes)
        least, most = np.minimum(least, low), np.maximum(most, high)
    mass = np.diff(share, prepend=0.0, append=1.0)
    ends = np.concatenate([most[1:], np.ones((1, most.shape[1]))])
    columns = {"low": mass @ least, "high": mass @ ends, "n": longest.at_risk[longest.first]}
    return pd.concat([longest.keys, pd.DataFrame(columns)], axis=1)


# --- inside ------------------------------------------------------------------------


def _answered(
    found: Counts, minutes: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the least and largest share answered within 0 and each of these minutes.

    Two arrays of shape (minutes + 1, groups); they differ after the longest wait.
    """
    waiting, _ = kaplan_meier(found)
    first, last = found.first, found.last
    low = np.zeros((len(minutes) + 1, len(last)))
    high = np.zeros_like(low)
    for k, limit in enumerate(np.append(0.0, minutes)):
        passed = np.bincount(found.group[found.minutes <= limit], minlength=len(last))
        here = np.where(passed > 0, waiting[np.maximum(first + passed - 1, 0)], 1.0)
        low[k] = 1.0 - here
        unknown = (found.minutes[last] < limit) & (waiting[last] > 0)
        high[k] = np.where(unknown, 1.0, low[k])
    return low, high


def _expectations(
    expected: "pd.DataFrame | pd.Series",
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return minutes and the share that expects an answer within them, both rising."""
    if isinstance(expected, pd.DataFrame):
        missing = [name for name in ("within_min", "share") if name not in expected]
        if missing:
            msg = f"expected must have the columns within_min and share, missing {missing[0]}"
            raise ValueError(msg)
        asked = [name for name in _ASKED if name in expected]
        questions = len(expected[asked].drop_duplicates()) if asked else 1
        if questions > 1:
            msg = f"expected must be answers to one question ({', '.join(asked)}), got {questions}: choose the rows of one"
            raise ValueError(msg)
        expected = expected.set_index("within_min")["share"]
    points = expected.sort_index()
    try:
        minutes, share = points.index.to_numpy(np.float64), points.to_numpy(np.float64)
    except (TypeError, ValueError):
        minutes = share = np.array([np.nan])
    rising = (np.diff(minutes) > 0).all() and (np.diff(share, prepend=0.0, append=1.0) >= 0).all()
    if not len(minutes) or not rising or not (np.isfinite(minutes) & (minutes >= 0)).all():
        given = [(float(m), float(s)) for m, s in zip(minutes, share, strict=True)]
        msg = f"expected must be minutes of at least 0 and shares in [0, 1] that rise with them, got {given}"
        raise ValueError(msg)
    return minutes, share
