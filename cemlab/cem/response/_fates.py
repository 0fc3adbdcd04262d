"""What becomes of those who wait: answered, given up, or still waiting."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab.cem.response._curves import kaplan_meier, log_log
from cemlab.cem.response._waits import Counts, counts, level_between, recorded
from cemlab.observation import Log


def competing(
    waits: Log, *, by: str | Sequence[str] | None = None, level: float = 0.95, which: str = "high"
) -> pd.DataFrame:
    r"""Return the shares answered, given up and still waiting over the minutes waited.

    Who gave up can no longer be answered. `survival` asks how long the wait would be if
    nobody gave up, and 1 minus it is more than the share that is ever answered. Here the
    share of each fate grows at each wait :math:`t_i` by :math:`S(t_{i-1}) \, d_{ki} / n_i`,
    where :math:`S` is the share still waiting, neither answered nor given up.

    Parameters
    ----------
    waits : DataFrame
        What `first_response` returns, or an event log.
    by : str or list of str, optional
        Columns to group by.
    level : float
        Confidence of the intervals, above 0 and below 1.
    which : str
        ``high`` takes the longest waits that uncertain times allow, ``low`` the shortest.

    Returns
    -------
    DataFrame
        One block a group, in it one row a different wait: `minutes`; `answered`,
        `given_up` and `waiting` (shares in [0, 1] that add up to 1), each with its interval
        in `..._low` and `..._high` (on the log-log scale; missing at 0 and 1); `at_risk`
        (contacts). `given_up` is missing, not 0, if the log never records giving up: then
        the other two add up to 1. Empty if no wait is recorded.

    References
    ----------
    .. [1] O. O. Aalen, S. Johansen, "An empirical transition matrix for non-homogeneous
       Markov chains based on censored observations", Scandinavian Journal of Statistics 5, 1978.
    .. [2] E. Marubini, M. G. Valsecchi, Analysing Survival Data from Clinical Trials and
       Observational Studies, Wiley 1995 (variance).

    Examples
    --------
    One of four is answered, then one gives up, then the other two are answered:

    >>> waits = pd.DataFrame({"wait_min": [1.0, 2.0, 3.0, 3.0], "answered": [True, False, True, True],
    ...                       "ended": ["answered", "abandoned", "answered", "answered"]})
    >>> competing(waits)[["answered", "given_up", "waiting"]].values.tolist()
    [[0.25, 0.0, 0.75], [0.25, 0.25, 0.5], [0.75, 0.25, 0.0]]
    """
    width = level_between(level)
    table = recorded(waits)
    found = counts(table, by, which)
    left, variance = kaplan_meier(found, found.answered + found.given_up)
    before = np.append(1.0, left[:-1])[: len(left)]
    before[found.first] = 1.0
    shares = {
        "answered": _incidence(found, found.answered, before),
        "given_up": _incidence(found, found.given_up, before),
        "waiting": (left, left * np.sqrt(variance)),
    }
    columns: dict[str, object] = {"minutes": found.minutes}
    for name, (share, error) in shares.items():
        low, high = log_log(share, error, width)
        columns |= {name: share, f"{name}_low": low, f"{name}_high": high}
    if not _can_give_up(table):
        columns |= dict.fromkeys(("given_up", "given_up_low", "given_up_high"), np.nan)
    return found.named(**columns, at_risk=found.at_risk)


# --- inside ------------------------------------------------------------------------


def _incidence(
    found: Counts, ends: NDArray[np.int64], before: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the share that ended so by each wait, and its standard error."""
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


def _running(values: NDArray[np.float64], found: Counts) -> NDArray[np.float64]:
    """Return the running sum within each group."""
    total: NDArray[np.float64] = pd.Series(values).groupby(found.group).cumsum().to_numpy()
    return total


def _can_give_up(table: pd.DataFrame) -> bool:
    """Return whether the log records who gave up."""
    if "ended" not in table:
        return False
    kinds = table["ended"].dtype
    if isinstance(kinds, pd.CategoricalDtype):
        return "abandoned" in kinds.categories
    return bool((table["ended"] == "abandoned").any())
