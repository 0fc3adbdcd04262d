"""Shares of waits that are still on, or ended in a certain way, and how sure they are."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from cemlab.cem.response._counts import Counts

ROUNDING = 1e-12

Floats = NDArray[np.float64]


def kaplan_meier(found: Counts, ends: NDArray[np.int64] | None = None) -> tuple[Floats, Floats]:
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


def log_log(share: Floats, error: Floats, level: float) -> tuple[Floats, Floats]:
    """Return the interval of shares on the scale of log(-log), missing at 0 and 1."""
    low, high = np.full(share.shape, np.nan), np.full(share.shape, np.nan)
    inside = (share > 0) & (share < 1 - ROUNDING)
    log = np.log(share[inside])
    half = ndtri((1 + level) / 2) * error[inside] / (share[inside] * -log)
    low[inside], high[inside] = np.exp(log * np.exp(half)), np.exp(log * np.exp(-half))
    return low, high


def incidence(found: Counts) -> tuple[Floats, Floats]:
    """Return the share answered and the share still waiting after each wait, group by group.

    Aalen and Johansen's estimate: who gave up is not waiting any more, and not answered.
    """
    left, _ = kaplan_meier(found, found.answered + found.given_up)
    answered, _ = ended_so(found, found.answered)
    return answered, left


def ended_so(found: Counts, ends: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Return the share that ended so by each wait, and its standard error."""
    left, _ = kaplan_meier(found, found.answered + found.given_up)
    before = np.append(1.0, left[:-1])[: len(left)]
    before[found.first] = 1.0
    n = found.at_risk.astype(np.float64)
    all_ends = found.answered + found.given_up
    share = _running(before * ends / n, found)
    room = n - all_ends
    a = all_ends / np.where(room > 0, n * room, np.inf)  # at the last wait its factor is 0
    b = before * ends / n**2
    own = _running(before**2 * ends * (n - ends) / n**3, found)
    past = share**2 * _running(a, found) - 2 * share * _running(share * a, found)
    past += _running(share**2 * a, found)
    cross = share * _running(b, found) - _running(share * b, found)
    return share, np.sqrt(np.maximum(past + own - 2 * cross, 0.0))


# --- inside ------------------------------------------------------------------------


def _running(values: Floats, found: Counts) -> Floats:
    """Return the running sum within each group."""
    total: Floats = pd.Series(values).groupby(found.group).cumsum().to_numpy()
    return total
