"""What a customer is worth: a margin that comes again as long as she stays."""

from itertools import product
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cemlab import _checks
from cemlab._words import short
from cemlab.estimate import Estimate

Range: TypeAlias = "float | tuple[float, float]"
"""A number, or the two that it lies between."""


def gupta_lehmann(
    margin: Range,
    *,
    retention: Range,
    discount: Range,
    growth: Range = 0.0,
    periods: int | None = None,
    at_once: bool = False,
) -> Estimate:
    r"""Return the value of one customer with a constant retention (money); larger is better.

    With margin m, retention r and discount i the value is :math:`m r / (1 + i - r)` if the
    first margin comes at the end of the first period and only from who still is there,
    :math:`m (1 + i) / (1 + i - r)` if it comes at once. A margin that grows by g a period puts
    r (1 + g) in place of the r below the line.

    *Critique.* Retention is not the same for all, nor for one customer at all ages: with
    unequal customers one average retention values those who have stayed too low (Fader
    & Hardie [2]_). The value of a base is no value of a customer to be won, from whom the
    cost of winning her is not yet taken.

    Parameters
    ----------
    margin : float or (float, float)
        Money a customer brings in a period, at least 0. This and the three below may each be
        a range (low, high).
    retention : float or (float, float)
        Chance to stay for another period, in [0, 1].
    discount : float or (float, float)
        Interest of one period as a share, in [0, 1]: 0.12 is 12 %.
    growth : float or (float, float)
        Growth of the margin in a period, above -1.
    periods : int, optional
        How many margins count; by default all that will ever come.
    at_once : bool
        Whether the first margin comes now and for sure.

    Returns
    -------
    Estimate
        The value with every range at its middle. `low` and `high` are exact bounds if the
        ranges hold: the value rises with margin, retention and growth and falls with the
        discount. Without ranges there is no interval. It rests on no answers: n is missing.

    Raises
    ------
    ValueError
        If an argument breaks its rule, or the sum would be infinite.

    References
    ----------
    .. [1] S. Gupta, D. R. Lehmann, "Customers as assets", Journal of Interactive Marketing
       17, 2003.
    .. [2] P. S. Fader, B. G. S. Hardie, "Customer-base valuation in a contractual setting:
       the perils of ignoring heterogeneity", Marketing Science 29, 2010.

    Examples
    --------
    >>> gupta_lehmann(1, retention=0.8, discount=0.12).value
    2.5
    >>> gupta_lehmann(1, retention=(0.7, 0.9), discount=0.12)
    2.5 [1.67, 4.09] money (100 %)
    """
    given = {
        "margin": _range("margin", margin, low=0.0),
        "retention": _range("retention", retention, low=0.0, high=1.0),
        "discount": _range("discount", discount, low=0.0, high=1.0),
        "growth": _range("growth", growth, low=-1.0),
    }
    _growing(given["growth"][0])
    count = None if periods is None else _checks.whole("periods", periods, low=1)

    def value(m: float, r: float, i: float, g: float) -> float:
        return _value(m, r, i, g, count, at_once)

    middle = value(*(0.5 * (low + high) for low, high in given.values()))
    if all(low == high for low, high in given.values()):
        method = "present value; no ranges were given"
        return Estimate(middle, unit="money", method=method)
    ends = [value(*corner) for corner in product(*given.values())]
    method = "exact bounds of the given ranges; the value is monotone in each"
    return Estimate(middle, low=min(ends), high=max(ends), level=1.0, unit="money", method=method)


def elasticity(
    *, retention: float, discount: float, growth: float = 0.0, at_once: bool = False
) -> pd.DataFrame:
    """Return by how many per cent the value of a customer rises per per cent of each argument.

    Of `gupta_lehmann` without an end. Larger in size means a stronger lever.

    *Critique.* One per cent is not equally dear everywhere: from retention .9 to .909 nearly
    a tenth of all losses must be prevented. The elasticity of retention depends on the
    retention itself. For five firms the elasticity of firm value was put at about 5
    for retention, 1 for margin and .1 for the cost of winning customers (Gupta, Lehmann &
    Stuart [1]_): a finding about those firms, not about others.

    Parameters
    ----------
    retention, discount, growth, at_once
        As for `gupta_lehmann`, single numbers.

    Returns
    -------
    DataFrame
        By argument (margin, retention, discount): `value` (elasticity) and `one_percent`
        (relative rise of the value if the argument is 1 % better: discount 1 % lower, and
        retention at most 1).

    References
    ----------
    .. [1] S. Gupta, D. R. Lehmann, J. A. Stuart, "Valuing customers", Journal of Marketing
       Research 41, 2004.

    Examples
    --------
    >>> elasticity(retention=0.8, discount=0.12).round(4)["value"].to_dict()
    {'margin': 1.0, 'retention': 3.5, 'discount': -0.375}
    """
    r = _checks.probability("retention", retention)
    i = _checks.number("discount", discount, low=0.0, high=1.0)
    g = _growing(_checks.number("growth", growth, low=-1.0))
    now = _value(1.0, r, i, g, None, at_once)
    rest = 1.0 + i - r * (1.0 + g)
    by_retention = r * (1.0 + g) / rest + (0.0 if at_once else 1.0)
    by_discount = (i / (1.0 + i) if at_once else 0.0) - i / rest
    better = {
        "margin": 1.01 * now,
        "retention": _value(1.0, min(1.01 * r, 1.0), i, g, None, at_once),
        "discount": _value(1.0, r, 0.99 * i, g, None, at_once),
    }
    table = pd.DataFrame({"value": [1.0, by_retention, by_discount]}, index=list(better))
    table["one_percent"] = [new / now - 1.0 if now else np.nan for new in better.values()]
    return table.rename_axis("argument")


def early_loss(
    lost_at: ArrayLike,
    *,
    innovation: float,
    imitation: float,
    discount: float,
    own_value: float = 1.0,
) -> pd.DataFrame:
    r"""Return what a lost customer costs when she no longer brings others (money); smaller is better.

    Sales follow Bass: a share :math:`p + q F` of those who have not bought yet buys in each
    unit of time, where F is the share of buyers and q F their word of mouth. A buyer lost at
    time :math:`t_0` talks no more. By time t the firm then is short of

    .. math:: (p + qF(t))(1 - F(t))\,\frac{q}{p+q}\left[t - t_0 +
              \frac{q}{p}\,\frac{e^{-(p+q)t_0} - e^{-(p+q)t}}{p+q}\right]

    buyers, in a market large enough that one person is a small change. They all come later,
    so what is lost is the interest on their value. The earlier the loss, the dearer
    (Hogan, Lemon & Libai).

    *Critique.* All talk alike, nobody talks badly, and a rival takes none of those who wait:
    where one does, they are lost for good and this is too low.

    Parameters
    ----------
    lost_at : array_like of float
        Times of the loss since the launch.
    innovation, imitation : float
        Bass's p, above 0, and q, at least 0 (per unit of time).
    discount : float
        Interest per unit of time, compounded at every moment, above 0.
    own_value : float
        Value of one customer's own purchases at the moment she is won (money).

    Returns
    -------
    DataFrame
        By `lost_at`: `share` of buyers by then, `missing` (most buyers missing at one time),
        `others` (value lost with them, at the time of the loss), `own` and `total`.

    References
    ----------
    .. [1] J. E. Hogan, K. N. Lemon, B. Libai, "What is the true value of a lost customer?",
       Journal of Service Research 5, 2003.
    .. [2] F. M. Bass, "A new product growth for model consumer durables", Management Science
       15, 1969.

    Examples
    --------
    >>> early_loss([1, 8], innovation=0.03, imitation=0.38, discount=0.1)["total"].round(2).tolist()
    [2.06, 1.07]
    """
    p = _checks.number("innovation", innovation, low=0.0)
    q = _checks.number("imitation", imitation, low=0.0)
    delta = _checks.number("discount", discount, low=0.0)
    for name, rate in (("innovation", p), ("discount", delta)):
        if not rate:
            msg = f"{name} must be above 0, got 0"
            raise ValueError(msg)
    own = _checks.number("own_value", own_value, low=0.0)
    given = np.asarray(lost_at, np.float64)
    times = [_checks.number("lost_at", t, low=0.0) for t in np.atleast_1d(given).ravel().tolist()]
    if not times:
        msg = "lost_at must be at least one time, got none"
        raise ValueError(msg)
    rows = []
    for t0 in times:
        t, weight = _nodes(t0, p, q)
        short = _missing(t, t0, p, q)
        delayed = delta * float(np.sum(weight * np.exp(-delta * (t - t0)) * short))
        bought = -np.expm1(-(p + q) * t0) / (1.0 + q / p * np.exp(-(p + q) * t0))
        rows.append((bought, short.max(), own * delayed, own, own * (1.0 + delayed)))
    columns = ["share", "missing", "others", "own", "total"]
    return pd.DataFrame(rows, index=pd.Index(times, name="lost_at"), columns=columns)


# --- inside ------------------------------------------------------------------------


def _range(name: str, value: Any, *, low: float, high: float = float("inf")) -> tuple[float, float]:
    if not isinstance(value, tuple) and np.ndim(value):
        msg = f"{name} must be a number or a range as a tuple (low, high), got {short(value)}: samples are not understood here"
        raise ValueError(msg)
    ends = value if isinstance(value, tuple) else (value, value)
    if len(ends) != 2:
        msg = f"{name} must be a number or a range (low, high), got {value!r}"
        raise ValueError(msg)
    first, last = (_checks.number(name, end, low=low, high=high) for end in ends)
    if first > last:
        msg = f"{name} must be a range (low, high) with low first, got {value!r}"
        raise ValueError(msg)
    return first, last


def _growing(growth: float) -> float:
    if growth == -1:
        msg = "growth must be above -1, got -1: there would be no second margin, so give periods=1"
        raise ValueError(msg)
    return growth


def _value(m: float, r: float, i: float, g: float, periods: int | None, at_once: bool) -> float:
    """Return the sum of discounted margins: a geometric series."""
    step = r * (1.0 + g) / (1.0 + i)
    if periods is None:
        if step >= 1.0:
            msg = f"retention x (1 + growth) must be below 1 + discount, got {r * (1 + g):g} and {1 + i:g}: the value would be infinite, so give periods"
            raise ValueError(msg)
        terms = 1.0 / (1.0 - step)
    else:
        terms = float(periods) if step == 1.0 else (1.0 - step**periods) / (1.0 - step)
    return m * terms if at_once else m * r / (1.0 + i) * terms


def _missing(t: ArrayLike, t0: float, p: float, q: float) -> NDArray[np.float64]:
    """Return how many buyers are missing at t after one was lost at t0."""
    time, rate = np.asarray(t, np.float64), p + q
    fade = np.exp(-rate * time)
    selling = rate * (1.0 + q / p) * fade / (1.0 + q / p * fade) ** 2  # (p + qF)(1 - F)
    talk = q / rate * (time - t0 + q / p * (np.exp(-rate * t0) - fade) / rate)
    return np.asarray(selling * talk)


def _nodes(t0: float, p: float, q: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return times after t0 and their weights: Gauss and Legendre's on 60 pieces."""
    span = (60.0 + 2.0 * np.log1p(q / p)) / (p + q)
    x, w = np.polynomial.legendre.leggauss(16)
    edges = t0 + np.linspace(0.0, span, 61)
    half = 0.5 * np.diff(edges)
    times = (0.5 * (edges[1:] + edges[:-1]))[:, None] + half[:, None] * x
    return times.ravel(), (half[:, None] * w).ravel()
