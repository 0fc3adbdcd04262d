"""What becomes of those who wait: answered, given up, or still waiting."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cemlab.cem.response._counts import counts, level_between
from cemlab.cem.response._shares import ended_so, kaplan_meier, log_log
from cemlab.cem.response._waits import recorded
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
        Columns to group by; as in `survival`.
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
    table = recorded(waits, by)
    found = counts(table, by, which)
    left, variance = kaplan_meier(found, found.answered + found.given_up)
    shares = {
        "answered": ended_so(found, found.answered),
        "given_up": ended_so(found, found.given_up),
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


def _can_give_up(table: pd.DataFrame) -> bool:
    """Return whether the log records who gave up."""
    if "ended" not in table:
        return False
    kinds = table["ended"].dtype
    if isinstance(kinds, pd.CategoricalDtype):
        return "abandoned" in kinds.categories
    return bool((table["ended"] == "abandoned").any())
