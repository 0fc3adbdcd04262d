"""Event studies of many firms: did their shares move together after the same kind of event."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from cemlab.estimate import Estimate
from cemlab.evidence.shares import _finding, _firms, _firms_days
from cemlab.evidence.shares._panel import Factors

_ABOUT: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "J1": (
            "firms independent, variance as before the event",
            "the event raises the variance, or firms share days: then it rejects too often",
        ),
        "Patell": (
            "firms independent, variance as before the event",
            "the event raises the variance, or firms share days: then it rejects too often",
        ),
        "BMP": (
            "firms independent; the variance may change, alike for all",
            "firms share days and move together: then it rejects too often",
        ),
        "Kolari-Pynnonen": (
            "as BMP, but one correlation between firms, as before the event",
            "few estimation days, or correlations that rise with the event: then it rejects too often",
        ),
        "cross-section": (
            "firms independent and of one variance",
            "firms share days (it rejects too often), or differ much in variance (it finds less)",
        ),
        "rank": (
            "ranks on the event days are spread as on other days",
            "the variance rises with the event (it rejects too often), or the window is long beside the estimation (too seldom)",
        ),
        "sign": (
            "firms independent; as many gains as before, if nothing happened",
            "firms share days and move together: then it rejects too often",
        ),
    }
)


@dataclass(frozen=True, eq=False)
class FirmsStudy:
    """What many firms earned beyond the model around their events.

    Attributes
    ----------
    firms : DataFrame
        By firm: `event` (day), `value` (CAR: cumulative abnormal return over the window, share
        of 1), `low`, `high`, `n` (estimation days known), `se` (of a forecast),
        `t` (CAR in standard errors) and `p` (two-sided).
    loadings : DataFrame
        By firm: `constant` and one column a factor.
    abnormal : DataFrame
        Abnormal returns by `day` of the window (0: the event) and firm.
    path : DataFrame
        By `day`: `value` (mean over firms of what has cumulated so far), `low`, `high` (from
        the spread between firms, widened for their correlation; missing for one firm), `n` (firms).
    mean : Estimate
        Mean CAR of the firms; its interval rests on the spread between them, widened for their
        correlation (if above 0) by the factor of Kolari and Pynnonen.
    tests : DataFrame
        By `test`: `statistic`, `p` (two-sided), `compared_with`, `assumes`, `fails_if`.
    correlation : float
        Mean correlation between firms that the Kolari-Pynnonen test uses; missing for one firm.
    notes : tuple of str
        What the reader should know, a sentence each: events that were moved, days left out.
    """

    firms: pd.DataFrame
    loadings: pd.DataFrame
    abnormal: pd.DataFrame
    path: pd.DataFrame
    mean: Estimate
    tests: pd.DataFrame
    correlation: float
    notes: tuple[str, ...] = ()


def event_studies(
    returns: pd.DataFrame,
    *,
    events: Mapping[Any, Any] | pd.Series | pd.DataFrame,
    factors: Factors,
    window: tuple[int, int] = (0, 0),
    estimation: Any = 120,
    tests: Sequence[str] | None = None,
    level: float = 0.95,
) -> FirmsStudy:
    r"""Return what firms earned beyond the model around their events, with seven tests of "nothing".

    Each firm's returns are explained by the factors on the estimation days. What is left in the
    window is abnormal; its sum is the CAR, with the standard error of a forecast:
    :math:`s^2 [W + 1' X_1 (X'X)^{-1} X_1' 1]` over W days. With CAR in standard errors, SCAR:
    J1 divides the mean CAR by what the estimation days let expect, Patell does so with SCAR, BMP
    and the cross-section test use the spread between the firms instead (of SCAR, of CAR).
    Kolari-Pynnonen shrinks BMP by :math:`\sqrt{(1 - r) / (1 + (N - 1) r)}`, with r the mean
    correlation of estimation residuals. The rank (Corrado) and the generalised sign test (Cowan)
    ask less of the distribution.

    *Critique.* The tests disagree when their assumptions fail, and choosing afterwards the one
    that rejects is no test: say before which. Firms that share an event day are not independent;
    J1, Patell, BMP, sign and cross-section then reject far too often (simulated: 39 to 49 % of the
    time, where 5 % is promised, at a correlation of 0.2 between 30 firms). If the event doubles
    the variance, J1 and Patell reject 16 % of the time, the rank test 9 %. The rank test
    is shy of long windows (3 % for 30 days after 120 of estimation, 2 % for 5 after 10);
    Kolari-Pynnonen needs estimation days (9 % with 10 of them). Which days, which factors and how long a window
    are choices too. A mean says nothing about any one firm.

    Parameters
    ----------
    returns : DataFrame
        As for :func:`event_study`; days may be numbers instead of dates. Gaps, also of factors,
        are allowed on estimation days only, and left out there.
    events : mapping or Series of firm to day, or DataFrame with columns `firm` and `event`
        If a day has no row, the next one is day 0, and a note says so.
    factors : str, sequence, Series, DataFrame or None
        Columns of `returns` (a list within the list stands for the mean of its columns), or factors
        of their own (same days). None: the mean return only.
    window : (int, int)
        First and last trading day after the event (0: its day; below 0: before).
    estimation : int, (int, int) or (date, date)
        How many trading days right before the window, or first and last relative to the event,
        or two dates.
    tests : sequence of str, optional
        Which tests; all if left out. For one firm only J1, Patell, rank and sign exist.
    level : float
        Confidence of the intervals.

    Returns
    -------
    FirmsStudy
        Table by firm, path of the mean, tests.

    Raises
    ------
    ValueError
        If days or firms are not there, a window leaves the table or overlaps the estimation,
        returns are missing in a window or never move, a date can be read in two ways, or a
        test needs more firms.

    Warns
    -----
    UserWarning
        If returns are beyond 1, which looks like per cent.

    See Also
    --------
    cemlab.evidence.event_study_rates : size and power of these tests by simulation.

    References
    ----------
    .. [1] J. Patell, "Corporate forecasts of earnings per share and stock price behavior",
       Journal of Accounting Research 14, 1976.
    .. [2] E. Boehmer, J. Musumeci, A. Poulsen, "Event-study methodology under conditions of
       event-induced variance", Journal of Financial Economics 30, 1991.
    .. [3] J. Kolari, S. Pynnonen, "Event study testing with cross-sectional correlation of
       abnormal returns", Review of Financial Studies 23, 2010.
    .. [4] C. Corrado, "A nonparametric test for abnormal security-price performance in event
       studies", Journal of Financial Economics 23, 1989.
    .. [5] A. Cowan, "Nonparametric event study tests", Review of Quantitative Finance and
       Accounting 2, 1992.
    .. [6] A. C. MacKinlay, "Event studies in economics and finance", Journal of Economic
       Literature 35, 1997.

    Examples
    --------
    >>> table = pd.DataFrame({"A": [1, -1, 1, -1, 1, -1, 5], "B": [2, -2, -2, 2, 2, -2, 4.0]}) / 100
    >>> found = event_studies(table, events={"A": 6, "B": 6}, factors=None, estimation=6)
    >>> found.firms["value"].tolist(), found.firms["t"].round(3).tolist()
    ([0.05, 0.04], [4.226, 1.69])
    >>> found.mean.value, found.tests.loc["J1", "statistic"].round(3).item()
    (0.045, 3.402)
    """
    trust = _finding.confidence(level)
    names = _firms_days.asked_for(tests, _firms.TESTS)
    sample = _firms_days.read(returns, events, factors, window, estimation)
    if len(sample.firms) < 2:
        _firms_days.refuse_one(sample.firms, names, _firms.SPREAD)
    made = _firms.abnormal(sample.returns, sample.model, sample.days)
    _firms_days.check_spread(made, sample)
    mean = _firms_days.correlation(made, sample)
    return FirmsStudy(
        firms=_by_firm(made, sample, trust),
        loadings=pd.DataFrame(made.loadings, sample.firms, sample.factors),
        abnormal=pd.DataFrame(made.event.T, sample.window, sample.firms),
        path=_path(made, sample, trust, mean),
        mean=_mean(made, trust, mean),
        tests=_tests(made, names, mean),
        correlation=mean,
        notes=sample.notes,
    )


# --- inside ------------------------------------------------------------------------


def _by_firm(made: _firms.Abnormal, sample: _firms_days.Sample, level: float) -> pd.DataFrame:
    wide = stats.t.ppf((1 + level) / 2, made.df) * made.error
    table = pd.DataFrame({"event": sample.events, "value": made.car}, sample.firms)
    table["low"], table["high"] = made.car - wide, made.car + wide
    table["n"] = (~np.isnan(made.estimation)).sum(axis=-1)
    table["se"], table["t"] = made.error, made.scaled
    table["p"] = 2 * stats.t.sf(np.abs(made.scaled), made.df)
    return table


def _path(
    made: _firms.Abnormal, sample: _firms_days.Sample, level: float, shared: float
) -> pd.DataFrame:
    so_far = np.cumsum(made.event, axis=-1)
    n = len(so_far)
    table = pd.DataFrame({"value": so_far.mean(axis=0)}, sample.window)
    wide = np.nan
    if n > 1:
        wide = stats.t.ppf((1 + level) / 2, n - 1) * so_far.std(axis=0, ddof=1) / np.sqrt(n)
        wide = wide * _widened(n, shared)
    table["low"], table["high"] = table["value"] - wide, table["value"] + wide
    return table.assign(n=n)


def _widened(n: int, correlation: float) -> float:
    """Return by how much correlated firms make an interval wider (Kolari and Pynnonen)."""
    r = min(max(correlation, 0.0), 1 - 1e-9)
    return float(np.sqrt((1 + (n - 1) * r) / (1 - r)))


def _mean(made: _firms.Abnormal, level: float, shared: float) -> Estimate:
    n, value = made.car.size, float(made.car.mean())
    held: dict[str, Any] = {"n": n, "level": level, "unit": "share of 1"}
    if n < 2:
        return Estimate(value, method="no interval: one firm has no spread between firms", **held)
    wide = float(stats.t.ppf((1 + level) / 2, n - 1) * made.car.std(ddof=1) / np.sqrt(n))
    wide *= _widened(n, shared)
    how = f"t interval from the spread between firms, widened for their mean correlation of {max(shared, 0.0):.2f}"
    return Estimate(value, low=value - wide, high=value + wide, method=how, **held)


def _tests(made: _firms.Abnormal, names: Sequence[str], mean: float) -> pd.DataFrame:
    n, rows = made.car.size, []
    for name in names:
        statistic, p = _firms.TESTS[name](made, np.asarray(mean))
        against = f"t({n - 1})" if name in _firms.SPREAD else "normal"
        if np.isnan(statistic):
            against = "no result: residuals of all firms add up to 0, as in an index of them"
        rows.append((float(statistic), float(p), against, *_ABOUT[name]))
    columns = ["statistic", "p", "compared_with", "assumes", "fails_if"]
    return pd.DataFrame(rows, pd.Index(names, name="test"), columns)
