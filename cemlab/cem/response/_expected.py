"""Whether answers come within the time that customers say they expect."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab.cem.response._counts import Counts, counts
from cemlab.cem.response._shares import incidence
from cemlab.cem.response._waits import recorded
from cemlab.observation import Log

_ASKED = ("survey", "year", "platform", "about", "base")


def answered_in_time(
    waits: Log, expected: "pd.DataFrame | pd.Series", *, by: str | Sequence[str] | None = None
) -> pd.DataFrame:
    r"""Return the share answered within the time that customers expect; larger is better.

    The chance that a customer's wait is at most the customer's expectation, if the two have
    nothing to do with each other. The shares answered are those of `competing`: who is still
    open counts, and who gave up was never answered. A survey gives a few points of the expectations: :math:`g_i` expect an answer within
    :math:`m_i` minutes. Of :math:`g_i - g_{i-1}` it is known that they expect one after
    :math:`m_{i-1}` and by :math:`m_i` minutes. So with the share :math:`F` answered

    .. math:: \sum_i (g_i - g_{i-1}) F(m_{i-1}) \le P \le \sum_i (g_i - g_{i-1}) F(m_i)

    with :math:`m_0 = 0`. The rest, who expect an answer later or none, count from
    :math:`F` at the last point up to all who had not given up by then.

    Parameters
    ----------
    waits : DataFrame
        What `first_response` returns, or an event log.
    expected : Series or DataFrame
        Minutes -> share of customers who expect an answer within them, in [0, 1]; or rows
        of the data set ``response-expectations`` of one question to one group of people.
    by : str or list of str, optional
        Columns to group by; as in `survival`.

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

    Nine of ten hang up after 5 minutes, and one is answered after 10:

    >>> waits = pd.DataFrame({"wait_min": [5.0] * 9 + [10.0], "answered": [False] * 9 + [True],
    ...                       "ended": ["abandoned"] * 9 + ["answered"]})
    >>> answered_in_time(waits, pd.Series({10: 0.0, 15: 1.0}))[["low", "high"]].round(3).values.tolist()
    [[0.1, 0.1]]
    """
    minutes, share = _expectations(expected)
    table = recorded(waits, by)
    longest = counts(table, by, "high")
    least, most = _answered(longest, minutes)
    exact = table.get("wait_low_min", table["wait_min"]).equals(table["wait_min"])
    if not exact or not bool(table.get("sure", pd.Series(True)).all()):
        low, high = _answered(counts(table, by, "low"), minutes)
        least, most = np.minimum(least, low), np.maximum(most, high)
    mass = np.diff(share, prepend=0.0, append=1.0)
    columns = {"low": mass @ least, "high": mass @ most[1:], "n": longest.at_risk[longest.first]}
    return pd.concat([longest.keys, pd.DataFrame(columns)], axis=1)


# --- inside ------------------------------------------------------------------------


def _answered(
    found: Counts, minutes: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the least and largest share answered within 0 and each of these minutes.

    Two arrays of shape (minutes + 1, groups) and (minutes + 2, groups): the latter's last row
    is for ever. They differ after the longest wait, by those still waiting then.
    """
    answered, waiting = incidence(found)
    first, last = found.first, found.last
    low = np.zeros((len(minutes) + 1, len(last)))
    high = np.zeros((len(minutes) + 2, len(last)))
    for k, limit in enumerate(np.append(0.0, minutes)):
        passed = np.bincount(found.group[found.minutes <= limit], minlength=len(last))
        row = np.maximum(first + passed - 1, 0)
        low[k] = np.where(passed > 0, answered[row], 0.0)
        left = np.where(passed > 0, waiting[row], 1.0)
        high[k] = np.where(found.minutes[last] < limit, low[k] + left, low[k])
        high[k + 1] = low[k] + left
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
