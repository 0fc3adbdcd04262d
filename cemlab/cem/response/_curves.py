"""Kaplan and Meier's curve of those still waiting, its quantiles and the area below it."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from cemlab import _checks
from cemlab.cem.response._waits import Counts, counts, level_between
from cemlab.observation import Log

_ROUNDING = 1e-12


def survival(
    waits: Log, *, by: str | Sequence[str] | None = None, level: float = 0.95, which: str = "high"
) -> pd.DataFrame:
    r"""Return the share still without an answer over the minutes waited; smaller is better.

    After each wait :math:`t_i` that an answer ended, the share is multiplied by
    :math:`1 - d_i / n_i`: answers by those who waited until then. Contacts that nobody has
    answered count among the :math:`n_i` for as long as they were observed to wait.

    Parameters
    ----------
    waits : DataFrame
        What `first_response` returns, or an event log.
    by : str or list of str, optional
        Columns to group by: channel, hour, weekday, ended or any other column.
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


def quantiles(
    waits: Log,
    *,
    at: ArrayLike = (0.5, 0.9),
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
    which: str = "high",
) -> pd.DataFrame:
    """Return the minutes until these shares have an answer; smaller is better.

    The first wait at which the curve of `survival` is down to 1 minus the share. The
    interval holds the waits at which the curve's own interval contains that.

    Parameters
    ----------
    waits : DataFrame
        What `first_response` returns, or an event log.
    at : array_like of float
        Shares in [0, 1]: 0.5 is the median.
    by, level, which
        As in `survival`.

    Returns
    -------
    DataFrame
        One row a group and share: `share`, `minutes`, `low` (missing where it lies
        beyond the longest wait), `high` (infinite where the waits do not limit it) and `note`:
        empty, or why there are no minutes, where too few have had an answer.

    References
    ----------
    .. [1] R. Brookmeyer, J. Crowley, "A confidence interval for the median survival time",
       Biometrics 38, 1982.

    Examples
    --------
    >>> waits = pd.DataFrame({"wait_min": [10.0, 20.0, 30.0], "answered": [True, False, False]})
    >>> quantiles(waits, at=[0.3, 0.5])[["share", "minutes", "note"]].values.tolist()
    [[0.3, 10.0, ''], [0.5, nan, 'only 33% have an answer after 30 minutes']]
    """
    shares = [_checks.probability("at", share) for share in np.ravel(np.asarray(at, object))]
    width = level_between(level)
    found = counts(waits, by, which)
    waiting, variance = kaplan_meier(found)
    low, high = log_log(waiting, waiting * np.sqrt(variance), width)
    low[waiting == 0.0] = 0.0
    low[waiting == 1.0] = high[waiting == 1.0] = 1.0
    minutes = np.stack([_reached(found, waiting, share) for share in shares], axis=1)
    begins = np.stack([_reached(found, low, share) for share in shares], axis=1)
    ends = np.stack([_reached(found, high, share) for share in shares], axis=1)
    last, longest = waiting[found.last], found.minutes[found.last]
    notes = [
        f"only {1 - share:.0%} have an answer after {span:g} minutes" if np.isnan(value) else ""
        for row, share, span in zip(minutes, last, longest, strict=True)
        for value in row
    ]
    table = pd.DataFrame(
        {
            "share": np.tile(shares, len(found.keys)),
            "minutes": minutes.ravel(),
            "low": begins.ravel(),
            "high": np.nan_to_num(ends.ravel(), nan=np.inf),
            "note": pd.Series(notes, dtype="str"),
        }
    )
    keys = found.keys.iloc[np.repeat(np.arange(len(found.keys)), len(shares))]
    return pd.concat([keys.reset_index(drop=True), table], axis=1)


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
        "" if far else f"no wait was followed for more than {span:g} minutes"
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


def kaplan_meier(
    found: Counts, ends: NDArray[np.int64] | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the share still waiting and Greenwood's sum after each wait, group by group.

    `ends`: how many waits ended so, shape (ends,); by default those answered.
    """
    d = (found.answered if ends is None else ends).astype(np.float64)
    n = found.at_risk.astype(np.float64)
    with np.errstate(divide="ignore"):
        parts = np.where(d > 0, d / (n * (n - d)), 0.0)
    share = pd.Series(1.0 - d / n).groupby(found.group).cumprod().to_numpy().copy()
    variance = pd.Series(np.where(n > d, parts, 0.0)).groupby(found.group).cumsum().to_numpy()
    return share, variance


def log_log(
    share: NDArray[np.float64], error: NDArray[np.float64], level: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the interval of shares on the scale of log(-log), missing at 0 and 1."""
    low, high = np.full(share.shape, np.nan), np.full(share.shape, np.nan)
    inside = (share > 0) & (share < 1 - _ROUNDING)
    log = np.log(share[inside])
    half = ndtri((1 + level) / 2) * error[inside] / (share[inside] * -log)
    low[inside], high[inside] = np.exp(log * np.exp(half)), np.exp(log * np.exp(-half))
    return low, high


# --- inside ------------------------------------------------------------------------


def _reached(found: Counts, curve: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    """Return the first minutes at which each group's curve is down to 1 - share, else missing."""
    down = np.flatnonzero(curve <= 1.0 - share + _ROUNDING)[::-1]
    minutes = np.full(len(found.keys), np.nan)
    minutes[found.group[down]] = found.minutes[down]
    return minutes
