"""How long it takes until half of the contacts, or nine of ten, have an answer."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cemlab import _checks
from cemlab.cem.response._counts import Counts, counts, in_minutes, level_between
from cemlab.cem.response._shares import ROUNDING, ended_so, kaplan_meier, log_log
from cemlab.observation import Log


def quantiles(
    waits: Log,
    *,
    at: ArrayLike = (0.5, 0.9),
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
    which: str = "high",
    if_nobody_gave_up: bool = False,
) -> pd.DataFrame:
    """Return the minutes until these shares of all contacts have an answer; smaller is better.

    The first wait at which the share answered, as `competing` counts it, is up to the share
    asked for: who gave up never has an answer. So of an even number of waits the median is
    the lower of the two in the middle. The interval holds the waits at which the interval of
    the share not answered (on the log-log scale) contains 1 minus the share.

    Parameters
    ----------
    waits : DataFrame
        What `first_response` returns, or an event log.
    at : array_like of float
        Shares in [0, 1]: 0.5 is the median.
    by, level, which
        As in `survival`.
    if_nobody_gave_up : bool
        True: the minutes if everybody had stayed, and those who gave up had been answered like
        those who stayed. They are read from the curve of `survival`: a supposition, not what
        happened, and a desk where many hang up looks quick in it.

    Returns
    -------
    DataFrame
        One row a group and share: `share`, `minutes`, `low` (missing where it lies
        beyond the longest wait), `high` (infinite where the waits do not limit it) and `note`:
        empty, or why there are no minutes: how many have had an answer, and how many gave up.

    Raises
    ------
    ValueError
        If there is no share, or one is no probability, or another argument breaks its rule.

    References
    ----------
    .. [1] R. Brookmeyer, J. Crowley, "A confidence interval for the median survival time",
       Biometrics 38, 1982.

    Examples
    --------
    >>> waits = pd.DataFrame({"wait_min": [10.0, 20.0, 30.0], "answered": [True, False, False]})
    >>> quantiles(waits, at=[0.3, 0.5])[["share", "minutes", "note"]].values.tolist()
    [[0.3, 10.0, ''], [0.5, nan, 'only 33% have an answer after 30 minutes']]

    Half hang up after 5 minutes, the others are answered after 10 and 20:

    >>> waits = pd.DataFrame({"wait_min": [5.0, 5.0, 10.0, 20.0], "answered": [False, False, True, True],
    ...                       "ended": ["abandoned", "abandoned", "answered", "answered"]})
    >>> quantiles(waits, at=[0.5, 0.9])[["minutes", "note"]].values.tolist()
    [[20.0, ''], [nan, 'only 50% have an answer after 20 minutes: 2 of 4 gave up']]
    >>> quantiles(waits, at=[0.5, 0.9], if_nobody_gave_up=True)["minutes"].tolist()
    [10.0, 20.0]
    """
    shares = [_checks.probability("at", share) for share in np.ravel(np.asarray(at, object))]
    if not shares:
        msg = f"at must be at least one share, got {at!r}"
        raise ValueError(msg)
    width = level_between(level)
    found = counts(waits, by, which)
    waiting, error = _not_answered(found, if_nobody_gave_up)
    low, high = log_log(waiting, error, width)
    low[waiting <= ROUNDING] = 0.0
    low[waiting >= 1.0 - ROUNDING] = high[waiting >= 1.0 - ROUNDING] = 1.0
    minutes = np.stack([_reached(found, waiting, share) for share in shares], axis=1)
    begins = np.stack([_reached(found, low, share) for share in shares], axis=1)
    ends = np.stack([_reached(found, high, share) for share in shares], axis=1)
    notes = [
        note if np.isnan(value) else ""
        for row, note in zip(minutes, _notes(found, waiting), strict=True)
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


# --- inside ------------------------------------------------------------------------


def _reached(found: Counts, curve: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    """Return the first minutes at which each group's curve is down to 1 - share, else missing."""
    down = np.flatnonzero(curve <= 1.0 - share + ROUNDING)[::-1]
    minutes = np.full(len(found.keys), np.nan)
    minutes[found.group[down]] = found.minutes[down]
    return minutes


def _not_answered(found: Counts, stayed: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the share without an answer after each wait, and its standard error."""
    if stayed:
        waiting, variance = kaplan_meier(found)
        return waiting, waiting * np.sqrt(variance)
    answered, error = ended_so(found, found.answered)
    return 1.0 - answered, error


def _notes(found: Counts, waiting: NDArray[np.float64]) -> list[str]:
    """Return, for each group, why a share is never reached."""
    gone = np.bincount(found.group, found.given_up, minlength=len(found.keys)).astype(np.int64)
    told = zip(waiting[found.last], found.minutes[found.last], gone, found.at_risk[found.first],
               strict=True)  # fmt: skip
    return [
        f"only {math.floor(100 * (1 - share) + 1e-9)}% have an answer after {in_minutes(span)}"
        + (f": {left:,} of {n:,} gave up" if left else "")
        for share, span, left, n in told
    ]
