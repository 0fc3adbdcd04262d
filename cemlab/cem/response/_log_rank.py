"""Whether groups of customers waited differently long."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import chdtrc
from statsmodels.duration.survfunc import survdiff  # type: ignore[import-untyped]

from cemlab import _checks
from cemlab.cem.response._waits import WAIT, groups, recorded
from cemlab.observation import Log


def log_rank(waits: Log, *, by: str | Sequence[str], which: str = "high") -> pd.DataFrame:
    """Return a test of whether groups got their answers equally fast.

    It compares how many of each group were answered with how many would have been, had
    all groups shared one curve. Contacts of an unknown group are left out.

    Parameters
    ----------
    waits : DataFrame
        What `first_response` returns, or an event log.
    by : str or list of str
        Columns whose values are the groups, at least two.
    which : str
        ``high`` takes the longest waits that uncertain times allow, ``low`` the shortest.

    Returns
    -------
    DataFrame
        One row: `chi2`, `dof` (groups minus 1), `p` (how often chance alone differs as
        much, in [0, 1]) and `n`, the contacts compared.

    Raises
    ------
    ValueError
        If there are fewer than two groups, no answers, or a group that never waited when one of
        several was answered.

    References
    ----------
    .. [1] N. Mantel, "Evaluation of survival data and two new rank order statistics
       arising in its consideration", Cancer Chemotherapy Reports 50, 1966.

    Examples
    --------
    >>> waits = pd.DataFrame({"channel": ["web", "web", "phone", "phone"], "answered": True,
    ...                       "wait_min": [50.0, 60.0, 1.0, 2.0]})
    >>> log_rank(waits, by="channel")[["chi2", "dof"]].round(2).values.tolist()
    [[2.88, 1.0]]
    """
    table = recorded(waits)
    _checks.one_of("which", which, WAIT)
    groups(table, by)
    names = [by] if isinstance(by, str) else list(by)
    table = table.dropna(subset=names)
    group, keys = groups(table, by)
    if len(keys) < 2:
        msg = f"by must be a column of at least two groups of contacts, got {len(keys)} in {by!r}"
        raise ValueError(msg)
    minutes = table[WAIT[which]].to_numpy(np.float64)
    answered = table["answered"].to_numpy(bool)
    if not answered.any():
        msg = f"waits must have at least one answer to compare groups, got none in {len(table)} contacts"
        raise ValueError(msg)
    chi2 = _difference(minutes, answered, group)
    p = chdtrc(len(keys) - 1, chi2)
    if not np.isfinite(chi2):
        msg = f"by must be groups that were each waiting when another was answered, got one that was not in {by!r}: leave it out"
        raise ValueError(msg)
    found = {"chi2": [chi2], "dof": [len(keys) - 1], "p": [float(p)], "n": [len(table)]}
    return pd.DataFrame(found)


# --- inside ------------------------------------------------------------------------


def _difference(
    minutes: NDArray[np.float64], answered: NDArray[np.bool_], group: NDArray[np.int64]
) -> float:
    """Return the statistic of the test, NaN if a group cannot be compared with the others."""
    try:
        with np.errstate(invalid="ignore", divide="ignore"):
            chi2, _ = survdiff(minutes, answered.astype(np.int64), group)
    except np.linalg.LinAlgError:
        return math.nan
    return float(chi2)
