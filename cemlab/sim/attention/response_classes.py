"""Classes of attention: what a shock leaves behind, and what a curve of views tells of it.

A view brings n others on average (branching), each after a waiting time with a long tail: the
share still to come after t falls as t^-theta. A burst may come from outside (exogenous: a
broadcast) or build up from inside (endogenous: word of mouth), and n may be far below 1
(subcritical) or close to it (critical). Each leaves its own slope on log-log axes.
"""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from cemlab import _checks, _proportions
from cemlab.sim.attention import _between, _rates, _verdict
from cemlab.sim.attention._responses import THETA as THETA
from cemlab.sim.attention._responses import endogenous_response as endogenous_response
from cemlab.sim.attention._responses import exponential_response as exponential_response
from cemlab.sim.attention._responses import response as response
from cemlab.sim.attention._verdict import Classification as Classification


def exponents(theta: float = THETA) -> pd.DataFrame:
    """Return the four classes: how views fall after a peak, and how they rise before it.

    Parameters
    ----------
    theta : float
        Tail of the waiting times, above 0 and below 0.5.

    Returns
    -------
    DataFrame
        One row a class: `exponent` of the fall (missing where there is none), `rise`, and
        `peak_share_low`, `peak_share_high`: the share of all views on the peak day by a rule of
        thumb that is recalled, not checked against the paper (`confidence` says so).

    Raises
    ------
    ValueError
        If `theta` is outside its range.

    Notes
    -----
    *Critique.* Three exponents follow from one assumed theta; the shares are a rule of thumb for
    daily views of several months.

    References
    ----------
    R. Crane, D. Sornette, "Robust dynamic classes revealed by measuring the response function of
    a social system", Proceedings of the National Academy of Sciences 105, 2008.

    Examples
    --------
    >>> exponents(0.4)["exponent"].round(3).dropna().to_dict()
    {'exogenous subcritical': 1.4, 'exogenous critical': 0.6, 'endogenous critical': 0.2}
    """
    return _verdict.classes(_half(theta))


def classify(
    views: Any,
    *,
    theta: float = THETA,
    window_days: tuple[float, float] | None = None,
    background: float | None = None,
    level: float = 0.95,
) -> Classification:
    """Return which class of attention a curve of views fits, and how far that can be trusted.

    The views after the peak are fitted with a power law; its exponent names the class. The
    views before the peak must agree (a shock comes suddenly), a power law must not be clearly
    worse than other laws of decay, and there must be one peak. Else the answer is "cannot
    be told".

    Parameters
    ----------
    views : array_like, Series or DataFrame
        Views a day: a list (day by day), a Series (by date or day number, any order) or a
        DataFrame with `day` (or `date`, `time`) and `views` (or `value`). Or rates over spans of any length:
        `start_day`, `end_day`, `views_per_day` (see :func:`rates_between`). Missing days are
        left out and counted.
    theta : float
        Tail of the waiting times that is assumed, above 0 and below 0.5.
    window_days : (float, float), optional
        First and last day after the peak that are fitted; None: all after the peak day.
    background : float, optional
        Views a day that would have come anyway, taken off before the fit. None: the median
        before the peak, if it is recorded and views did not rise towards the peak, else 0.
    level : float
        Confidence of the intervals.

    Returns
    -------
    Classification
        `kind`, `trust` (a sentence), peak, exponent, growth before it, and the laws of decay.

    Raises
    ------
    ValueError
        If there are no views, they are negative, two rows are for the same day, or no two rows
        are for neighbouring days (as with sums of weeks).

    Notes
    -----
    Errors of the exponent are White's (HC3), widened where neighbouring days are alike (first-order
    autocorrelation, corrected for few days). Days without a view have no log: they are left out and counted. Days after the peak are
    counted from the middle of the peak day; a span longer than a day counts at its logarithmic
    mean time, where a power law near 1 has its mean rate. With a background, the fit ends where
    three days in a row are within 1.5 times of it; single days at or below it have no log.

    *Critique.* This is contested science. Exponents come from few points, of which the late ones
    weigh most on logs; borders between classes lie half way between the exponents of one assumed
    theta. Other conventions are ours, too: views grew before the peak if more than a tenth of
    those around it came first; a second peak is half as high as the first or more; a law is
    worse from an AICc 2 above the best, and out of the question from 6. Weekdays, news and
    changing audiences bend curves (a process is not the same for months). Power laws look good
    on log-log axes even where they are wrong, so that other laws are compared here [2]_. About
    nine of ten videos showed no such burst at all [1]_.

    References
    ----------
    .. [1] R. Crane, D. Sornette, "Robust dynamic classes revealed by measuring the response
       function of a social system", Proceedings of the National Academy of Sciences 105, 2008.
    .. [2] A. Clauset, C. Shalizi, M. Newman, "Power-law distributions in empirical data", SIAM
       Review 51, 2009.

    Examples
    --------
    >>> import numpy as np
    >>> days = np.arange(1, 41)
    >>> found = classify([2, 3, 2, 4, 2, 3, 5000, *(2.5 + 3000 * days**-0.6)])
    >>> found.kind, round(float(found.exponent), 3), found.peak_day
    ('exogenous critical', 0.6, 6)
    >>> classify([5, 6, 4, 5, 7, 5, 6, 4, 5, 6, 5, 4]).kind
    'cannot be told'
    """
    tail = _half(theta)
    confidence = _proportions.confidence(level)
    window = (0.0, math.inf) if window_days is None else _window(window_days)
    steady = None if background is None else _checks.number("background", background, low=0)
    return _verdict.of(_rates.of(views), tail, window, steady, confidence)


def classify_windows(views: Any, *, days: Sequence[float], **options: Any) -> pd.DataFrame:
    """Return what the same views say if only the first days after the peak are known.

    Parameters
    ----------
    views : array_like, Series or DataFrame
        As for `classify`.
    days : sequence of float
        Last days after the peak, above 0.
    **options
        As for `classify`: theta, background, level.

    Returns
    -------
    DataFrame
        A row a window: `exponent`, `low`, `high`, `points`, `best law` (smallest AICc) and
        `class`; numbers and law are missing where too few points were left.

    Raises
    ------
    ValueError
        If a day is not above 0; and as for `classify`.

    Examples
    --------
    >>> views = [2, 3, 2, 4, 2, 3, 5000, *(2.5 + 3000 * k**-0.6 for k in range(1, 41))]
    >>> classify_windows(views, days=[3, 40])["class"].to_dict()
    {3: 'cannot be told', 40: 'exogenous critical'}
    """
    rows = {}
    for last in days:
        found = classify(views, window_days=(0, last), **options)
        law = found.laws["aicc"].idxmin() if len(found.laws) else None
        fall = found.exponent
        rows[last] = {
            "exponent": float(fall), "low": fall.low, "high": fall.high, "points": len(found.decay),
            "best law": law, "class": found.kind,
        }  # fmt: skip
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("days after the peak")


def rates_between(readings: pd.DataFrame) -> pd.DataFrame:
    """Return average views a day between readings of a counter, with their bounds.

    Parameters
    ----------
    readings : DataFrame
        `time`, `day` or `date` (dates, or numbers of days), and `views` (or `value`) so far, in any
        order. `low` and `high`, if
        there (see `cemlab.readings.limits`), bound what the counter showed. Readings whose
        `confidence` is contested or unverified, or that have no upper bound, are left out.

    Returns
    -------
    DataFrame
        One row a span: `start_day`, `end_day` (days since the first reading, or the numbers given),
        `views_per_day`, and the least and most it can have been, `low` and `high`.

    Raises
    ------
    ValueError
        If a column is missing, fewer than two readings are left, two have the same time, or the
        counter falls by more than its readings can be off.

    Notes
    -----
    *Critique.* A rate between far readings hides every burst between them. Rounded readings
    close in time give wide bounds: look at them before you trust a slope.

    Examples
    --------
    >>> three = pd.DataFrame({"day": [0, 1, 3], "views": [0, 500, 700]})
    >>> rates_between(three)[["start_day", "end_day", "views_per_day"]].values.tolist()
    [[0.0, 1.0, 500.0], [1.0, 3.0, 100.0]]
    """
    return _between.rates(readings)


# --- inside ------------------------------------------------------------------------


def _half(theta: float) -> float:
    tail = _checks.number("theta", theta, low=0, high=0.5)
    if not 0 < tail < 0.5:
        msg = f"theta must be above 0 and below 0.5, got {theta!r}: else the classes fall together"
        raise ValueError(msg)
    return tail


def _window(days: tuple[float, float]) -> tuple[float, float]:
    try:
        first, last = (float(x) for x in days)
    except (TypeError, ValueError):
        first, last = math.nan, math.nan
    if not 0 <= first < last:
        msg = f"window_days must be the first and the last day after the peak, got {days!r}"
        raise ValueError(msg)
    return first, last
