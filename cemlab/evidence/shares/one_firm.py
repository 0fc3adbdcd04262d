"""One firm, one event: whether its shares moved more than the market and chance explain."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from cemlab import _checks
from cemlab.estimate import Estimate
from cemlab.evidence.shares import (
    _finding,
    _panel,
    _read,
    _residuals,
    _study_notes,
    _testing,
    _windows,
)
from cemlab.evidence.shares._panel import Factors

MODELS = ("market", "constant mean", "market adjusted", "raw")
ERRORS = ("normal", "HAC", "empirical")
UNIT = "of the price (1 is 100 %)"


@dataclass(frozen=True, eq=False, repr=False)
class EventStudy:
    """What one event study of one firm found; returns are fractions (0.01 is 1 %).

    Attributes
    ----------
    firm : str
        Column of the firm.
    day0 : Timestamp
        The trading day that counts as day 0.
    model, errors : str
        As given.
    factors : tuple of str
        Names of the factors that the model used.
    window : tuple of int
        First and last trading day, from day 0.
    estimation : tuple of Timestamp
        First and last day of the estimation window.
    car : Estimate
        Cumulative abnormal return of the window, with its interval; `n` is the number of days
        of the estimation window.
    buy_and_hold : mapping of str to float
        What one who held a share through the window gained, by compounding simple returns: `firm`,
        `benchmark` (the expected returns) and `difference`. `car` is a sum of returns, which may
        be far from it, even of the other sign, when returns are large. Missing if a return
        is below -1.
    se : float
        Its standard error, the error of the estimated coefficients included.
    t, df, p : float
        Test of no effect: t = CAR / se with df degrees of freedom, two-sided p. With "empirical"
        errors, p is the rank among the windows of the estimation period, and t a description.
    simple_t : float
        For contrast: CAR over sigma times the root of the days, as if coefficients were known.
    detectable : float
        Beyond this CAR, up or down, the test would have spoken at 1 - level.
    detectable_80 : float
        Smallest true effect that the test would find with chance 0.8.
    sigma : float
        Standard deviation of a day's residual in the estimation window.
    daily : DataFrame
        One row a day of the window: `day`, `date`, `return`, `expected`, `abnormal`, `se` (of
        the day), `cumulated`, `low`, `high` (interval of `cumulated`).
    coefficients : DataFrame
        `alpha` and a slope each factor: `value`, `low`, `high`, `se`, `n`; no rows for models
        that estimate none.
    diagnostics : mapping of str to float
        `r_squared`, `durbin_watson` (2 without correlation), `arch_p` (Engle: does the variance
        come in clusters), `skewness`, `excess_kurtosis`, `normal_p` (Jarque and Bera); a test
        that needs more days is missing.
    notes : tuple of str
        What the reader should know, a sentence each.
    level : float
        Confidence of all intervals.
    """

    firm: str
    day0: pd.Timestamp
    model: str
    errors: str
    factors: tuple[str, ...]
    window: tuple[int, int]
    estimation: tuple[pd.Timestamp, pd.Timestamp]
    car: Estimate
    buy_and_hold: Mapping[str, float]
    se: float
    t: float
    df: float
    p: float
    simple_t: float
    detectable: float
    detectable_80: float
    sigma: float
    daily: pd.DataFrame
    coefficients: pd.DataFrame
    diagnostics: Mapping[str, float]
    notes: tuple[str, ...]
    level: float

    def __repr__(self) -> str:
        first, last = self.window
        where = f"{self.firm}, day 0 {self.day0:%Y-%m-%d}, days {first} to {last}"
        told = f"EventStudy({where}: CAR {self.car:.1%} [{self.car.low:.1%}, {self.car.high:.1%}]"
        return (
            f"{told}, t = {float(self.t):.2f}, p = {self.p:.2g}, detectable {self.detectable:.1%})"
        )

    def power(self, effect: float) -> float:
        """Return the chance that this test would have found a true effect of the given size.

        It holds for normal errors; `effect` is a fraction (-0.1 is a fall of 10 %).
        """
        size = _checks.number("effect", effect)
        return float(_finding.chance(size / self.se, self.level, self.df))


def event_study(
    returns: pd.DataFrame,
    *,
    firm: str,
    factors: Factors,
    event: object,
    window: tuple[int, int],
    estimation: Any,
    gap: int = 0,
    model: str = "market",
    errors: str = "normal",
    level: float = 0.95,
) -> EventStudy:
    r"""Return the abnormal return of one firm around one event, and what could have been found.

    The market model says what return to expect, :math:`r_t = \alpha + \beta' f_t + \epsilon_t`,
    from the days of the estimation window. What came beyond it in the event window adds up to
    the CAR. Its variance is :math:`\hat\sigma^2 (m + v' (X'X)^{-1} v)` for m days, where v adds up
    the regressors of these days: errors of the coefficients are shared by all days.

    Parameters
    ----------
    returns : DataFrame
        One row a trading day (dates in the index or in a column `date`), one column a firm or
        factor; or long, with `date`, `ticker`, `return`. Fractions: 0.01 is 1 %. Rows may stand
        in any order. Days missing in the estimation window are left out and counted.
    firm : str
        Column of the firm.
    factors : str or sequence
        Columns of the factors; a list within the list stands for the mean of its columns
        (`["SPX", ["DAL", "LUV"]]`). None (an empty list): the mean return is expected. A Series
        or DataFrame holds factors of its own.
    event : date
        The day that investors could first react. If it has no row, the next one is day 0, and
        a note says so. Words are read as 2009-07-06 or, with dots, the day first (06.07.2009).
        A time of day is ignored: for news after the close, give the next day.
    window : (int, int)
        First and last trading day, from day 0: (0, 3) is four days.
    estimation : int, (int, int) or (date, date)
        How many trading days before the window (less `gap`), or first and last trading day from
        day 0 (positive ones lie after the event), or two dates.
    gap : int
        Trading days between estimation window and window.
    model : {"market", "constant mean", "market adjusted", "raw"}
        What to expect: the market model; the firm's mean return; the mean of the factors' returns;
        nothing.
    errors : {"normal", "HAC", "empirical"}
        How chance is judged: independent normal errors; Newey and West's variance with as many
        lags as the window has further days; rank among all windows of the same length in the
        estimation period (sums of residuals, overlapping, stretched to the error of a forecast).
        "HAC" and "empirical" need an estimation window five times as long as the window.
    level : float
        Confidence of intervals, 0.95 for a test at 5 %.

    Returns
    -------
    EventStudy
        `car`, `se`, `t`, `p`, `detectable` and the rest, with notes.

    Raises
    ------
    ValueError
        If the event lies outside the sample, a day of the window has no return, the estimation
        window is too short or overlaps, returns are constant or factors collinear there, a
        date can be read in two ways, or errors are asked for that a long window makes worthless.

    Warns
    -----
    UserWarning
        If returns are beyond 1, which looks like per cent.

    Notes
    -----
    *Critique.* With one firm and one event, only large effects can be told from chance: read
    `detectable` before `p`. The test cannot tell two causes in one window apart. Daily returns
    have fat tails and quiet and wild times (Brown and Warner 1985): compare with "empirical" and
    with placebo dates. The variance is that of the estimation window; events raise it. A date
    and a window chosen after the returns were seen make p worthless. The CAR adds up simple returns;
    `buy_and_hold` says what a holder lost. Without an effect (simulated: 5 % promised, independent
    normal errors, 120 days of estimation, windows of 4, 10 and 20 days), normal errors reject 5 % of
    the time, "HAC" 5, 8 and 10 %, "empirical" 4, 7 and 9 %; for windows longer than a fifth of the
    estimation window the latter two are refused.

    References
    ----------
    .. [1] A. C. MacKinlay, "Event studies in economics and finance", Journal of Economic
       Literature 35, 1997.
    .. [2] M. Salinger, "Standard errors in event studies", Journal of Financial and Quantitative
       Analysis 27, 1992.
    .. [3] S. Brown, J. Warner, "Using daily stock returns: the case of event studies", Journal of
       Financial Economics 14, 1985.

    Examples
    --------
    Mean 0.01 and variance 0.0001 * 4 / 3 before; then a day of 0.05: the abnormal return is
    0.04, its variance 0.0001 * 4 / 3 * (1 + 1 / 4).

    >>> days = pd.date_range("2009-07-06", periods=5)
    >>> shares = pd.DataFrame({"UAL": [0.02, 0.0, 0.02, 0.0, 0.05]}, days)
    >>> found = event_study(shares, firm="UAL", factors=[], event=days[4], window=(0, 0),
    ...                     estimation=4)
    >>> f"{found.car:.4f} {found.se ** 2:.6f} {found.df}"
    '0.0400 0.000167 3.0'
    """
    _checks.one_of("model", model, MODELS)
    _checks.one_of("errors", errors, ERRORS)
    level, window = _finding.confidence(level), _panel.span("window", window)
    panel = _read.read(returns, firm, factors, model)
    place, moved = _panel.first_day(panel.days, event)
    before = _panel.estimation_days(estimation, gap, window, panel.days, place)
    during, used = (
        panel.inside(*each, place) for each in (("window", window), ("estimation", before))
    )
    x, given = _windows.design(panel.factors, model)
    found = _windows.study_each(
        panel.firm, x, given, window=(during[:1], len(during)), estimation=(used[:1], len(used))
    )
    panel.stop(found, during, used)
    complete = used[panel.complete[used]]
    fit = _residuals.fitted((panel.firm - given)[complete], x[complete], ["alpha", *panel.names], level, len(during) - 1 if errors == "HAC" else None)  # fmt: skip
    test = _testing.judge(found, fit, x[during], complete - used[0], errors, level)
    shown = _residuals.diagnostics(fit["residuals"], fit["r_squared"])
    held = _study_notes.buy_and_hold(panel.firm[during], found.expected[0])
    notes = [moved] if moved else []
    notes += _study_notes.on_chance(len(used) - len(complete), found, shown, errors, test)
    notes += panel.calendar(min(used[0], during[0]), max(used[-1], during[-1]), during)
    notes += _study_notes.on_scale(panel.firm[during], found, fit["coefficients"], held)
    sigma, df, car = float(found.sigma[0]), float(found.df[0]), float(found.car[0])
    benchmark = f"{model} ({', '.join(panel.names)})" if panel.names else model
    daily = pd.DataFrame({
        "day": np.arange(window[0], window[1] + 1), "date": panel.days[during],
        "return": panel.firm[during], "expected": found.expected[0],
        "abnormal": found.abnormal[0], "se": np.sqrt(found.single[0]),
        "cumulated": found.abnormal[0].cumsum(), "low": test.low, "high": test.high,
    })  # fmt: skip
    estimate = Estimate(
        car, low=float(test.low[-1]), high=float(test.high[-1]), n=int(found.n[0]), level=level,
        unit=UNIT, method=f"{benchmark}, {test.method}",
        parts=dict(zip([f"day {day}" for day in daily["day"]], daily["abnormal"].tolist(), strict=True)),
    )  # fmt: skip
    return EventStudy(
        firm=firm, day0=panel.days[place], model=model, errors=errors, factors=tuple(panel.names),
        window=window, estimation=(panel.days[used[0]], panel.days[used[-1]]), car=estimate,
        buy_and_hold=MappingProxyType(held), se=test.se, t=car / test.se, df=df, p=test.p,
        simple_t=car / (sigma * math.sqrt(len(during))), detectable=test.detectable,
        detectable_80=test.se * _finding.needed(_finding.NAMED, level, df), sigma=sigma,
        daily=daily, coefficients=fit["coefficients"], diagnostics=MappingProxyType(shown),
        notes=tuple(notes), level=level,
    )  # fmt: skip
