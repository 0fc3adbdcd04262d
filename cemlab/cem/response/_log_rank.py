"""Whether groups of customers waited differently long."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import chdtrc
from statsmodels.duration.survfunc import survdiff  # type: ignore[import-untyped]

from cemlab.cem.response._counts import ends, groups, in_minutes
from cemlab.cem.response._waits import is_log, log_columns, recorded
from cemlab.observation import Log

_KNOWN_LATER = ("ended", "answered", "censored", "sure", "wait_low_min", "wait_min")


def log_rank(waits: Log, *, by: str | Sequence[str], which: str = "high") -> pd.DataFrame:
    """Return a test of whether groups got their answers equally fast.

    It compares how many of each group were answered with how many would have been, had
    all groups shared one curve of `survival`. So it compares how fast those are answered who
    stay: who gave up is taken out on going (cause-specific), and a desk where many hang up looks
    quick. Read `competing` beside it. Contacts of an unknown group are left out.

    Parameters
    ----------
    waits : DataFrame
        What `first_response` returns, or an event log.
    by : str or list of str
        Columns whose values are the groups, at least two; as in `survival`, but of what is
        known before the wait ends: not how it ended, nor who answered.
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
        If there are fewer than two groups, or if they are made by how waits ended; if there are
        no answers, or at no minute some of those waiting were answered and others not; or if
        nobody of a group was still waiting at the first such minute.

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

    All ten on the web are answered, of ten on the phone eight hang up and two are
    answered, just as soon. The test sees no difference; `competing` does:

    >>> waits = pd.DataFrame({"channel": ["web"] * 10 + ["phone"] * 10,
    ...                       "wait_min": [10.0] * 5 + [20.0] * 5 + [5.0] * 8 + [10.0, 20.0],
    ...                       "ended": ["answered"] * 10 + ["abandoned"] * 8 + ["answered"] * 2})
    >>> waits["answered"] = waits["ended"] == "answered"
    >>> log_rank(waits, by="channel")["p"].tolist()
    [1.0]
    """
    names = [by] if isinstance(by, str) else list(by)
    made_later = [name for name in names if name in _KNOWN_LATER]
    if is_log(waits) and "team" in names and "team" not in log_columns(waits):
        made_later.append("team")
    if made_later:
        msg = f"by must be columns known before the wait ends, got {made_later[0]!r}"
        raise ValueError(msg)
    table = recorded(waits, by)
    groups(table, by)
    table = table.dropna(subset=names)
    minutes, answered, _ = ends(table, which)
    group, keys = groups(table, by)
    if len(keys) < 2:
        msg = f"by must be a column of at least two groups of contacts, got {len(keys)} in {by!r}"
        raise ValueError(msg)
    if not answered.any():
        msg = f"waits must have at least one answer to compare groups, got none in {len(table)} contacts"
        raise ValueError(msg)
    _check_compared(minutes, answered, group, keys, by)
    chi2, _ = survdiff(minutes, answered.astype(np.int64), group)
    p = chdtrc(len(keys) - 1, chi2)
    found = {"chi2": [chi2], "dof": [len(keys) - 1], "p": [float(p)], "n": [len(table)]}
    return pd.DataFrame(found)


# --- inside ------------------------------------------------------------------------


def _check_compared(
    minutes: NDArray[np.float64],
    answered: NDArray[np.bool_],
    group: NDArray[np.int64],
    keys: pd.DataFrame,
    by: object,
) -> None:
    """Stop where chance has nothing to decide: the statistic would be 0 / 0.

    Those still waiting become fewer from minute to minute, so the first minute with a choice
    tells whether all groups are in it.
    """
    ends_at, counted = np.unique(minutes, return_counts=True)
    waiting = minutes.size - np.append(0, np.cumsum(counted)[:-1])
    now = np.bincount(np.searchsorted(ends_at, minutes[answered]), minlength=ends_at.size)
    choice = np.flatnonzero((now > 0) & (now < waiting))
    if not choice.size:
        msg = "waits must have a minute at which some of those waiting are answered and others not, got none: there is nothing to compare"
        raise ValueError(msg)
    first = ends_at[choice[0]]
    longest = np.full(len(keys), -np.inf)
    np.maximum.at(longest, group, minutes)
    early = np.flatnonzero(longest < first)
    if early.size:
        name = keys.iloc[early[0]].tolist()
        shown = repr(name[0] if len(name) == 1 else tuple(name))
        msg = f"by must be groups in which somebody still waits after {in_minutes(first)}, when some are answered and others not, got nobody in {shown} of {by!r}: leave it out"
        raise ValueError(msg)
