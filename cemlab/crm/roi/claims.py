"""Claims of the form "up to x %": what the best of many experiments shows."""

import math
from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import integrate, special, stats

from cemlab import _checks
from cemlab._proportions import confidence
from cemlab.estimate import Estimate

_MOST = 10**9
_SHARE = "share of 1"


def up_to(n: int, *, mean: float, sd: float, true_sd: float = 0.0, level: float = 0.95) -> Estimate:
    r"""Return the largest effect that n experiments are expected to show; no better or worse.

    Each experiment has a true effect, normal with `mean` and `true_sd`, and is measured with
    a normal error of `sd`. The largest of n measured effects grows with n while the mean
    stays: who reports "up to" reports how often they tried.

    Parameters
    ----------
    n : int
        Experiments (shops, products, tests) of which the best is told, at least 1.
    mean : float
        True effect of a typical experiment, such as 0.05 for 5 % more sales.
    sd : float
        Standard error of one measured effect, in the unit of `mean`, at least 0.
    true_sd : float
        How far true effects differ between experiments (standard deviation), at least 0.
    level : float
        Part of all sets of n experiments whose largest effect lies between `low` and `high`.

    Returns
    -------
    Estimate
        Expected maximum of n normals, with the limits that hold `level` of the maxima; in
        the unit of `mean`. `parts`: `mean`, `median` of the maximum, and `true_of_best`, the
        expected true effect of the one that looked best: the rest is luck ("winner's curse").

    Raises
    ------
    ValueError
        If `n` is no whole number of at least 1, or a spread is negative.

    Notes
    -----
    The expected maximum of n standard normals is :math:`e_n`: 0 for 1, :math:`1/\sqrt{\pi}`
    for 2, :math:`3/(2\sqrt{\pi})` for 3. True effect and measured effect are normal
    together, so that the winner keeps
    :math:`true\_sd^2 / (true\_sd^2 + sd^2)` of its lead.

    Critique. Effects need not be normal and experiments of one vendor not independent; with
    heavier tails the maximum grows faster.

    References
    ----------
    .. [1] H. A. David, H. N. Nagaraja, "Order Statistics", 3rd ed., 2003.
    .. [2] E. C. Capen, R. V. Clapp, W. M. Campbell, "Competitive Bidding in High-Risk
       Situations", Journal of Petroleum Technology 23, 1971.

    Examples
    --------
    The best of 100 shops, of which none has any effect:

    >>> best = up_to(100, mean=0.0, sd=0.20)
    >>> best.value, best.parts["true_of_best"]
    (0.501..., 0.0)
    """
    count = _checks.whole("n", n, low=1, high=_MOST)
    centre = _checks.number("mean", mean)
    noise, real = _checks.number("sd", sd, low=0), _checks.number("true_sd", true_sd, low=0)
    tail = (1 - confidence(level)) / 2
    total = math.hypot(noise, real)
    lead = total * _expected_maximum(count)
    low, median, high = centre + total * _maximum_at(np.array([tail, 0.5, 1 - tail]), count)
    kept = (real / total) ** 2 if total else 1.0
    return Estimate(
        centre + lead,
        low=low,
        high=high,
        n=count,
        level=level,
        unit=_SHARE,
        method="expected maximum of n normals; quantiles of the maximum",
        parts={"mean": centre, "median": float(median), "true_of_best": centre + kept * lead},
    )


def maxima(
    ns: Iterable[int], *, mean: float, sd: float, true_sd: float = 0.0, level: float = 0.95
) -> pd.DataFrame:
    """Return `up_to` for several numbers of experiments: a row each.

    Parameters
    ----------
    ns : iterable of int
        Numbers of experiments.
    mean, sd, true_sd, level : float
        As in `up_to`.

    Returns
    -------
    DataFrame
        `n`, `value` (expected largest effect), `low`, `high`, `level`, `mean`,
        `true_of_best`.

    Raises
    ------
    ValueError
        As in `up_to`, and if there is no number of experiments.

    Examples
    --------
    >>> maxima([1, 10, 100], mean=0.05, sd=0.2)["value"].round(2).tolist()
    [0.05, 0.36, 0.55]
    """
    found = [up_to(n, mean=mean, sd=sd, true_sd=true_sd, level=level) for n in ns]
    if not found:
        msg = "ns must be at least one number of experiments, got none"
        raise ValueError(msg)
    rows = [
        {"n": one.n, "value": float(one), "low": one.low, "high": one.high, "level": level}
        | {name: one.parts[name] for name in ("mean", "true_of_best")}
        for one in found
    ]
    return pd.DataFrame(rows)


def mean_behind(maximum: float, n: int, *, sd: float, level: float = 0.95) -> Estimate:
    """Return the mean effect that "up to `maximum`" leaves if n were tried; larger is better.

    Parameters
    ----------
    maximum : float
        The largest effect that was told, such as 0.67.
    n : int
        Experiments that it was the best of, at least 1; hardly ever told.
    sd : float
        Standard deviation of the measured effects around their mean, at least 0.
    level : float
        Confidence of the interval.

    Returns
    -------
    Estimate
        In the unit of `maximum`. The mean for which half of all maxima would be larger
        (median-unbiased), with exact limits: the means for which the maximum would be among
        the smallest or largest.

    Raises
    ------
    ValueError
        If `n` is no whole number of at least 1, or `sd` is negative.

    Notes
    -----
    Critique. One number told of n says little about their mean, and nothing without n and
    `sd`: these are the reader's assumptions. Normal effects, as in `up_to`.

    References
    ----------
    .. [1] H. A. David, H. N. Nagaraja, "Order Statistics", 3rd ed., 2003.

    Examples
    --------
    Best of 100 that differ by 25 points:

    >>> print(mean_behind(0.67, 100, sd=0.25))
    0.0545 [-0.199, 0.221] share of 1 (95 %, n = 100)
    """
    told = _checks.number("maximum", maximum)
    count = _checks.whole("n", n, low=1, high=_MOST)
    spread = _checks.number("sd", sd, low=0)
    tail = (1 - confidence(level)) / 2
    high, value, low = told - spread * _maximum_at(np.array([tail, 0.5, 1 - tail]), count)
    method = "median-unbiased mean from the largest of n normals"
    return Estimate(
        float(value), low=low, high=high, n=count, level=level, unit=_SHARE, method=method
    )


def best_effect(effects: ArrayLike, *, standard_error: float, level: float = 0.95) -> Estimate:
    r"""Return what the best of measured effects is worth on its next trial; larger is better.

    The lead of the best over the mean is part luck. It is shrunk to the mean by Stein's
    rule: :math:`k = 1 - (n - 3) s^2 / \sum (x_i - \bar x)^2`, and at least 0.

    Parameters
    ----------
    effects : array_like of float, shape (n,)
        Measured effects of at least 4 experiments; missing ones are left out.
    standard_error : float
        Of each measured effect, above 0, in the unit of the effects.
    level : float
        Confidence of the interval.

    Returns
    -------
    Estimate
        In the unit of the effects; n effects counted. `parts`: the `maximum` as measured,
        the `mean`, and `kept`, the part k of its lead that is no luck. The interval takes k
        as known and is too narrow for few experiments. Equal effects: k = 0 and the mean.

    Raises
    ------
    ValueError
        If fewer than 4 effects are there, one is infinite, or `standard_error` is not above 0.

    Notes
    -----
    Critique. Assumes that the experiments are of one kind, all measured alike; an outlier
    that truly differs is shrunk too far [1]_.

    References
    ----------
    .. [1] B. Efron, C. Morris, "Stein's Paradox in Statistics", Scientific American 236, 1977.

    Examples
    --------
    >>> best = best_effect([0.67, 0.10, 0.05, -0.08, 0.11, 0.05], standard_error=0.2)
    >>> round(best, 2), round(best.parts["kept"], 2)
    (0.49, 0.65)
    """
    try:
        x = np.asarray(effects, np.float64)
    except (TypeError, ValueError):
        x = np.array([[math.nan]])
    x = x[~np.isnan(x)] if x.ndim == 1 else x
    if x.ndim != 1 or x.size < 4 or not np.isfinite(x).all():
        msg = f"effects must be one list of at least 4 finite numbers, got {effects!r}"
        raise ValueError(msg)
    error = _checks.number("standard_error", standard_error)
    if error <= 0:
        msg = f"standard_error must be above 0, got {standard_error!r}"
        raise ValueError(msg)
    z = float(stats.norm.ppf((1 + confidence(level)) / 2))
    mean, top = float(x.mean()), float(x.max())
    scatter = float(((x - mean) ** 2).sum())
    kept = max(0.0, 1.0 - (x.size - 3) * error**2 / scatter) if scatter > 0 else 0.0
    value = mean + kept * (top - mean)
    slack = z * error * math.sqrt(kept + (1 - kept) / x.size)
    return Estimate(
        value,
        low=value - slack,
        high=value + slack,
        n=x.size,
        level=level,
        unit=_SHARE,
        method="empirical Bayes, normal; the shrinkage taken as known",
        parts={"maximum": top, "mean": mean, "kept": kept},
    )


# --- inside ------------------------------------------------------------------------


def _maximum_at(p: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Return quantiles of the largest of n standard normals.

    >>> _maximum_at(np.array([0.25]), 2).round(12) + 0.0
    array([0.])
    """
    return np.asarray(-special.ndtri(-np.expm1(np.log(p) / n)), np.float64)


def _expected_maximum(n: int) -> float:
    """Return the expected largest of n standard normals.

    >>> [round(_expected_maximum(n), 4) for n in (1, 2, 3, 100)]
    [0.0, 0.5642, 0.8463, 2.5076]
    """
    if n == 1:
        return 0.0
    middle = float(_maximum_at(np.array([0.5]), n)[0])

    def above(x: float) -> float:
        return float(-np.expm1(n * special.log_ndtr(x)))

    def below(x: float) -> float:
        return float(np.exp(n * special.log_ndtr(x)))

    # E[M] = m + integral of P(M > x) above m, less that of P(M < x) below it.
    more, _ = integrate.quad(above, middle, middle + 12.0, epsabs=1e-12, epsrel=1e-11)
    less, _ = integrate.quad(below, middle - 12.0, middle, epsabs=1e-12, epsrel=1e-11)
    return float(middle + more - less)
