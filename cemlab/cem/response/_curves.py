"""Kaplan and Meier's curve of those still waiting, and the area below it."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import ndtri

from cemlab import _checks
from cemlab.cem.response._counts import counts, in_minutes, level_between
from cemlab.cem.response._shares import kaplan_meier, log_log
from cemlab.observation import Log


def survival(
    waits: Log, *, by: str | Sequence[str] | None = None, level: float = 0.95, which: str = "high"
) -> pd.DataFrame:
    r"""Return the share still without an answer over the minutes waited; smaller is better.

    After each wait :math:`t_i` that an answer ended, the share is multiplied by
    :math:`1 - d_i / n_i`: answers by those who waited until then. Contacts that nobody has
    answered count among the :math:`n_i` for as long as they were observed to wait.

    Those who gave up are taken out when they go, as if they could still have been answered
    (cause-specific). So a desk where many hang up looks quick: this is the wait of those who
    stay. Read `competing` beside it, which says how many are ever answered.

    Parameters
    ----------
    waits : DataFrame
        What `first_response` returns, or an event log.
    by : str or list of str, optional
        Columns to group by, of what is known when the contact is made: channel, hour,
        weekday or any other column; of a log also any column of the contact's row, and
        "team", who answered (those not answered have none, so a named team's curve
        leaves them out).
    level : float
        Confidence of the interval, above 0 and below 1.
    which : str
        ``high`` takes the longest waits that uncertain times allow, ``low`` the shortest.

    Returns
    -------
    DataFrame
        One block a group, in it one row a different wait: `minutes`, `waiting` (share in
        [0, 1]), `low` and `high` (Greenwood's interval on the log-log scale; missing
        where the share is 1 or 0, as the formula gives none there), `at_risk` (contacts
        that had waited so long), `answered` and `censored` (contacts, at these minutes).
        Empty if no wait is recorded.

    Raises
    ------
    ValueError
        If a column is unknown, or `level` or `which` breaks its rule.

    References
    ----------
    .. [1] E. L. Kaplan, P. Meier, "Nonparametric estimation from incomplete observations",
       Journal of the American Statistical Association 53, 1958.
    .. [2] M. Greenwood, "The natural duration of cancer", Reports on Public Health and
       Medical Subjects 33, 1926.

    Examples
    --------
    Two answers, and a contact in between that nobody has answered after 20 minutes:

    >>> waits = pd.DataFrame({"wait_min": [10.0, 20.0, 30.0], "answered": [True, False, True]})
    >>> survival(waits)[["minutes", "waiting", "at_risk"]].round(3).values.tolist()
    [[10.0, 0.667, 3.0], [20.0, 0.667, 2.0], [30.0, 0.0, 1.0]]

    One of ten is answered, after 10 minutes; nine had given up after 5. Of those who stayed
    nobody waits any longer, and that is one in ten:

    >>> waits = pd.DataFrame({"wait_min": [5.0] * 9 + [10.0], "answered": [False] * 9 + [True],
    ...                       "ended": ["abandoned"] * 9 + ["answered"]})
    >>> survival(waits)["waiting"].tolist()
    [1.0, 0.0]
    """
    width = level_between(level)
    found = counts(waits, by, which)
    share, variance = kaplan_meier(found)
    low, high = log_log(share, share * np.sqrt(variance), width)
    return found.named(
        minutes=found.minutes,
        waiting=share,
        low=low,
        high=high,
        at_risk=found.at_risk,
        answered=found.answered,
        censored=found.ended - found.answered,
    )


def restricted_mean(
    waits: Log,
    *,
    minutes: float,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
    which: str = "high",
) -> pd.DataFrame:
    r"""Return the mean wait if nobody's counts for more than `minutes`; smaller is better.

    It is the area under the curve of `survival` up to `minutes`, and exists where a plain
    mean does not, as some are still waiting. Its variance adds up
    :math:`A_i^2 d_i / (n_i (n_i - d_i))`, where :math:`A_i` is the area from :math:`t_i` on.
    As in `survival`, those who gave up are taken out when they go (cause-specific), so a desk
    where many hang up looks quick; read `competing` beside it.

    Parameters
    ----------
    waits : DataFrame
        What `first_response` returns, or an event log.
    minutes : float
        How far waits are counted (minutes, above 0).
    by, level, which
        As in `survival`.

    Returns
    -------
    DataFrame
        One row a group: `mean_min`, `se_min`, `low`, `high` (minutes) and `note`: empty,
        or why there is no mean, where no wait was followed so far.

    References
    ----------
    .. [1] P. Royston, M. K. B. Parmar, "Restricted mean survival time: an alternative to
       the hazard ratio", BMC Medical Research Methodology 13, 2013.

    Examples
    --------
    All wait 10 minutes, two thirds of them the next 20, nobody longer:

    >>> waits = pd.DataFrame({"wait_min": [10.0, 20.0, 30.0], "answered": [True, False, True]})
    >>> restricted_mean(waits, minutes=60)["mean_min"].round(3).tolist()
    [23.333]
    """
    horizon = _checks.number("minutes", minutes, low=0)
    if horizon == 0:
        msg = f"minutes must be above 0, got {minutes!r}"
        raise ValueError(msg)
    z = ndtri((1 + level_between(level)) / 2)
    found = counts(waits, by, which)
    waiting, _ = kaplan_meier(found)
    last, time = found.last, np.minimum(found.minutes, horizon)
    width = np.append(time[1:], horizon) - time
    width[last] = horizon - time[last]
    below = waiting * width
    n, d = found.at_risk, found.answered
    until = pd.Series(below).groupby(found.group).cumsum().to_numpy()
    total = until[last]
    after = np.where(n > d, total[found.group] - until + below, 0.0)
    parts = after**2 * d / np.where(n > d, n * (n - d.astype(np.float64)), 1.0)
    variance = np.bincount(found.group, parts, minlength=len(last))
    followed = (found.minutes[last] >= horizon) | (waiting[last] == 0)
    mean = np.where(followed, total + time[found.first], np.nan)
    error = np.where(followed, np.sqrt(variance), np.nan)
    notes = [
        "" if far else f"no wait was followed for more than {in_minutes(span)}"
        for far, span in zip(followed, found.minutes[last], strict=True)
    ]
    columns = {
        "mean_min": mean,
        "se_min": error,
        "low": np.maximum(mean - z * error, 0.0),
        "high": np.minimum(mean + z * error, horizon),
        "note": pd.Series(notes, dtype="str"),
    }
    return pd.concat([found.keys, pd.DataFrame(columns)], axis=1)
