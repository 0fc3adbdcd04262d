"""How much is said, about whom, and how fast it grows."""

import math
import warnings

import numpy as np
import pandas as pd
from scipy.special import stdtrit
from statsmodels.genmod.families import Poisson  # type: ignore[import-untyped]
from statsmodels.genmod.generalized_linear_model import GLM  # type: ignore[import-untyped]
from statsmodels.tools.sm_exceptions import PerfectSeparationWarning  # type: ignore[import-untyped]

from cemlab import _checks
from cemlab.cem.conversations._threads import is_mention
from cemlab.observation import Log, observe

_MICRO = pd.Timedelta(microseconds=1)


def share_of_voice(
    log: Log, *, by: str, every: str | None = None, observed_until: object = None
) -> pd.DataFrame:
    """Return mentions and people reached by the values of a column, and their shares.

    Parameters
    ----------
    log : DataFrame
        An event log.
    by : str
        Any column of the log, also one of your own such as brand.
    every : str, optional
        Length of a period: h, D, W, M ...; by default one period for all.
    observed_until : datetime-like, optional
        End of the observation.

    Returns
    -------
    DataFrame
        `period` (its start, if asked for) and the column; `mentions` and `share` of all of the period,
        in [0, 1]; `reached`: what posts and shares reached (people, each counted as often
        as reached; missing where not recorded) and `reached_share`. Rows without a value
        of the column stand together, its name missing. An uncertain time counts at its earliest.

    Raises
    ------
    ValueError
        If the log has no such column, or `every` is no period.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": [1, 2, 3], "time": "2024-05-01", "actor": "public",
    ...                     "kind": "publish", "value": [10, 20, 30], "brand": ["A", "A", "B"]})
    >>> share_of_voice(log, by="brand")[["brand", "mentions", "reached"]].values.tolist()
    [['A', 2, 30.0], ['B', 1, 30.0]]
    """
    seen = observe(log, observed_until)
    if by not in seen.log:
        msg = f"by must be one of the log's columns {', '.join(seen.log.columns)}, got {by!r}"
        raise ValueError(msg)
    mention = is_mention(seen)
    spread = seen.log["actor"].isin(["customer", "public"])
    spread &= seen.log["kind"].isin(["publish", "share"])
    rows = mention | spread.to_numpy(bool)
    said = seen.log.loc[rows, [by]].assign(
        mentions=mention[rows].astype(np.int64), reached=seen.log["value"].where(spread)[rows]
    )
    keys = [by]
    if every is not None:
        said.insert(0, "period", seen.log["time"][rows].dt.to_period(_period(every)))
        keys = ["period", by]
    groups = said.groupby(keys, observed=True, dropna=False)
    table = groups["mentions"].sum().to_frame()
    table["reached"] = groups["reached"].sum(min_count=1)
    table = table.reset_index()
    whole = [0] * len(table)
    if every is not None:
        whole = table["period"]
        table["period"] = whole.dt.start_time.astype("datetime64[us]")
    for name, share in (("mentions", "share"), ("reached", "reached_share")):
        total = table[name].groupby(whole).transform("sum")
        table[share] = table[name] / total.where(total > 0)
    return table[[*keys, "mentions", "share", "reached", "reached_share"]]


def mentions(
    log: Log, *, every: str = "W", observed_from: object = None, observed_until: object = None
) -> pd.DataFrame:
    """Return one row a period: how many mentions of customers and public.

    Parameters
    ----------
    log : DataFrame
        An event log.
    every : str
        Length of a period: h, D, W (Monday to Sunday), M ...
    observed_from, observed_until : datetime-like, optional
        The observation; by default from the first to the last time in the log.

    Returns
    -------
    DataFrame
        `period` (its start), `mentions` (0 where nothing was said) and `whole`: whether
        all of the period was observed. An uncertain time counts at its earliest.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": "Ana", "actor": "customer", "kind": "contact",
    ...                     "time": ["2024-05-01", "2024-05-03"]})
    >>> mentions(log, every="D")[["mentions", "whole"]].values.tolist()
    [[1, True], [0, True], [1, False]]
    """
    seen = observe(log, observed_until)
    frequency = _period(every)
    if seen.log.empty:
        empty = {"period": pd.Series(dtype="datetime64[us]"), "mentions": pd.Series(dtype="int64")}
        return pd.DataFrame(empty).assign(whole=pd.Series(dtype=bool))
    start = seen.log["time"].iloc[0]
    if observed_from is not None:
        start = _checks.moment("observed_from", observed_from)
        if start > seen.until:
            msg = f"observed_from must not be after the end {seen.until}, got {observed_from!r}"
            raise ValueError(msg)
    time = seen.log["time"][is_mention(seen)]
    time = time[time >= start]
    periods = pd.period_range(start, seen.until, freq=frequency)
    place = periods.get_indexer(pd.PeriodIndex(time, freq=frequency))
    counts = np.bincount(place, minlength=len(periods))
    first = periods.start_time.astype("datetime64[us]")
    end = (periods + 1).start_time.astype("datetime64[us]")
    whole = (first >= start) & (end - _MICRO <= seen.until)
    return pd.DataFrame({"period": first, "mentions": counts, "whole": whole})


def growth(
    log: Log,
    *,
    every: str = "W",
    level: float = 0.95,
    observed_from: object = None,
    observed_until: object = None,
) -> pd.DataFrame:
    r"""Return how fast the mentions grow from period to period, and when they have doubled.

    The expected mentions of period :math:`p` are :math:`e^{a + b p}`, fitted by a Poisson
    regression; they grow by :math:`e^b - 1` a period. Mentions come in bursts: where they
    scatter more than a Poisson law allows, the interval is widened by that (never
    narrowed). Only whole periods count: one that is cut off would look like a fall.

    Parameters
    ----------
    log : DataFrame
        An event log with mentions in at least 2 of 3 whole periods.
    every : str
        Length of a period: h, D, W (Monday to Sunday), M ...
    level : float
        Confidence of the interval, above 0 and below 1.
    observed_from, observed_until : datetime-like, optional
        The observation; by default from the first to the last time in the log.

    Returns
    -------
    DataFrame
        One row: `growth` (a period: 0.1 is 10% more), `low`, `high`, `doubling_periods`,
        `doubling_low`, `doubling_high` (infinite if they may never double), `dispersion`
        (variance as times the Poisson law's), `periods`, `mentions` and `note`: empty, or why
        there is no time of doubling.

    Raises
    ------
    ValueError
        If there are fewer than 3 whole periods, or mentions in fewer than 2 of them.

    References
    ----------
    .. [1] P. McCullagh, J. A. Nelder, Generalized Linear Models, 2nd edition, Chapman and Hall
       1989, chapter 6.

    Examples
    --------
    1, 2, 4 and 8 mentions on four days:

    >>> days = pd.Timestamp("2024-05-01") + pd.to_timedelta([0, *[1] * 2, *[2] * 4, *[3] * 8], unit="D")
    >>> log = pd.DataFrame({"customer": "Ana", "actor": "public", "kind": "share", "time": days})
    >>> growth(log, every="D", observed_until="2024-05-05")[["growth", "doubling_periods"]].round(6).values.tolist()
    [[1.0, 1.0]]
    """
    share = _checks.probability("level", level)
    if share in (0.0, 1.0):
        msg = f"level must be above 0 and below 1, got {level!r}"
        raise ValueError(msg)
    table = mentions(log, every=every, observed_from=observed_from, observed_until=observed_until)
    counts = table.loc[table["whole"], "mentions"].to_numpy(np.float64)
    n = len(counts)
    if n < 3 or (counts > 0).sum() < 2:
        msg = f"log must have at least 3 whole periods, 2 of them with mentions, got {n} and {(counts > 0).sum()}: choose a shorter period"
        raise ValueError(msg)
    place = np.arange(n) - (n - 1) / 2
    with warnings.catch_warnings():  # a perfect fit is welcome: two counts above 0 fix the trend
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        fit = GLM(counts, np.column_stack([np.ones(n), place]), family=Poisson()).fit()
    dispersion = float(fit.pearson_chi2 / (n - 2))
    slope = float(fit.params[1])
    error = float(fit.bse[1]) * math.sqrt(max(dispersion, 1.0))
    half = float(stdtrit(n - 2, (1 + share) / 2)) * error
    low, high = slope - half, slope + half
    found = {
        "growth": math.expm1(slope),
        "low": math.expm1(low),
        "high": math.expm1(high) if high < 700 else math.inf,
        "doubling_periods": math.log(2) / slope if slope > 0 else math.nan,
        "doubling_low": math.log(2) / high if high > 0 else math.nan,
        "doubling_high": math.log(2) / low if low > 0 else math.inf,
        "dispersion": dispersion,
        "periods": n,
        "mentions": int(counts.sum()),
        "note": "" if slope > 0 else "mentions do not grow",
    }
    return pd.DataFrame([found])


# --- inside ------------------------------------------------------------------------


def _period(every: object) -> str:
    """Return a frequency of calendar periods."""
    try:
        good = isinstance(every, str) and pd.Period("2024-05-01", freq=every).freq.n == 1
    except (ValueError, AttributeError, FutureWarning):
        good = False
    if not good:
        msg = f"every must be a period such as h, D, W or M, got {every!r}"
        raise ValueError(msg)
    return str(every)
