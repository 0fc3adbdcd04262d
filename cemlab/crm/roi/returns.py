"""Returns on money spent, with ranges: ROI, ROMI, break-even, payback time, present value."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cemlab import _checks
from cemlab.crm.roi._amounts import Amount, held, quantiles, quotient
from cemlab.estimate import Estimate

_SHARE = "share of 1"
_ROUNDING = 1e-12  # a stream that pays exactly must not fail by the last digit


def roi(gain: Amount, cost: Amount, *, level: float = 0.9) -> Estimate:
    """Return the return on investment, (gain - cost) / cost; larger is better.

    0 breaks even, 1 brings back twice the cost, -1 nothing.

    Parameters
    ----------
    gain : number, tuple or array_like
        What came in because of the spending, in money. A number; a range, as a tuple
        (low, high) or (low, likely, high); or samples, as a list (of at least four, as two or
        three might be meant as a range), array or Series.
    cost : number, tuple or array_like
        What was spent, in the same money, above 0. Samples of both belong together pair by pair.
    level : float
        Part of the samples between `low` and `high`, above 0 and below 1.

    Returns
    -------
    Estimate
        As a share of 1. Of ranges: the return at the likely values (without them: in the
        middle of each range), between the least and the most that the ranges allow. As the
        quotient less one, each range stands once, so that these limits are exact; they rest on no
        answers, and n is missing. Of samples: their median and quantiles.

    Raises
    ------
    ValueError
        If a cost is not above 0, a range falls, or samples are empty, missing or not paired.

    Notes
    -----
    Critique. A gain counts only if it would not have come anyway: sales after a campaign are
    not sales because of it. Without a comparison group this part is guessed, and large field
    experiments needed millions of people to measure it [2]_. A high return may
    come from spending little: the largest ROI is seldom the largest gain.

    References
    ----------
    .. [1] P. W. Farris, N. T. Bendle, P. E. Pfeifer, D. J. Reibstein, "Marketing Metrics",
       2nd ed., 2010.
    .. [2] R. A. Lewis, J. M. Rao, "The Unfavorable Economics of Measuring the Returns to
       Advertising", Quarterly Journal of Economics 130, 2015.

    Examples
    --------
    >>> roi(150, 100).value
    0.5
    >>> roi((90, 150, 240), (80, 100, 120))
    0.5 [-0.25, 2] share of 1 (100 %)
    """
    parts = ("gain", held("gain", gain)), ("cost", held("cost", cost, above=0.0))
    return quotient(*parts, less=1.0, level=level, unit=_SHARE)


def romi(margin_gained: Amount, spend: Amount, *, level: float = 0.9) -> Estimate:
    """Return the return on marketing, (margin gained - spend) / spend; larger is better.

    Parameters
    ----------
    margin_gained : number, tuple or array_like
        Contribution margin (not revenue) of the sales that the spending brought, in money.
    spend : number, tuple or array_like
        What the marketing cost, in the same money, above 0.
    level : float
        Part of the samples between `low` and `high`.

    Returns
    -------
    Estimate
        As a share of 1, with limits as in `roi`.

    Raises
    ------
    ValueError
        As in `roi`.

    Notes
    -----
    Critique. With revenue in place of margin every campaign looks good. The formula counts
    one period: what a campaign does to later sales and to the price that customers are used to
    is left out [1]_. And the margin must be what would not have come anyway; see `roi`.

    References
    ----------
    .. [1] P. W. Farris, N. T. Bendle, P. E. Pfeifer, D. J. Reibstein, "Marketing Metrics",
       2nd ed., 2010.

    Examples
    --------
    Sales of 400,000 more, a margin of 30 %, for 100,000:

    >>> round(romi(400_000 * 0.30, 100_000), 2)
    0.2
    """
    over = "margin_gained", held("margin_gained", margin_gained)
    under = "spend", held("spend", spend, above=0.0)
    return quotient(over, under, less=1.0, level=level, unit=_SHARE)


def break_even_volume(cost: Amount, *, margin_per_unit: Amount, level: float = 0.9) -> Estimate:
    """Return how many units more must be sold to pay for a cost; smaller is better.

    Parameters
    ----------
    cost : number, tuple or array_like
        What is spent, in money, as in `roi`.
    margin_per_unit : number, tuple or array_like
        Contribution margin of one unit, in the same money, above 0.
    level : float
        Part of the samples between `low` and `high`.

    Returns
    -------
    Estimate
        Units, with limits as in `roi`.

    Raises
    ------
    ValueError
        As in `roi`.

    Notes
    -----
    Critique. The units are additional ones; the margin is assumed to stay the same however
    many are sold.

    Examples
    --------
    >>> break_even_volume((900, 1200), margin_per_unit=(3, 4, 6))
    262 [150, 400] units (100 %)
    """
    over = "cost", held("cost", cost)
    under = "margin_per_unit", held("margin_per_unit", margin_per_unit, above=0.0)
    return quotient(over, under, less=0.0, level=level, unit="units")


def payback_time(cost: float, flows: ArrayLike, *, rate: float = 0.0) -> float:
    """Return after how many periods the inflows have paid a cost; smaller is better.

    Parameters
    ----------
    cost : float
        Paid at the start, in money, at least 0.
    flows : array_like of float, shape (k,)
        Net inflow of periods 1 to k, in the same money, spread evenly over each period.
    rate : float
        Discount rate a period, above -1: an inflow of period t is worth
        :math:`1 / (1 + rate)^t` of it at the start. At 0 this is the plain payback time.

    Returns
    -------
    float
        Periods, with parts of one; infinite if the cost is not paid within k periods. The
        first time that it is paid counts, even if later outflows undo it.

    Raises
    ------
    ValueError
        If `cost` is negative, a flow is missing, there is none, or `rate` is not above -1.

    Notes
    -----
    Critique. What comes after the payback counts for nothing, so that short projects look
    better than they are; `npv` counts all [1]_.

    References
    ----------
    .. [1] R. A. Brealey, S. C. Myers, F. Allen, "Principles of Corporate Finance".

    Examples
    --------
    >>> payback_time(100, [40, 40, 40])
    2.5
    """
    owed = _checks.number("cost", cost, low=0)
    inflow = _flows(flows)
    if inflow.ndim != 1:
        msg = f"flows must be one list of at least one inflow, got shape {inflow.shape}"
        raise ValueError(msg)
    worth = inflow * _discount(rate, 1 + np.arange(inflow.size))
    paid = np.append(0.0, np.cumsum(worth))
    enough = np.flatnonzero(paid >= owed * (1.0 - _ROUNDING))
    if not enough.size:
        return math.inf
    t = int(enough[0])
    return float(t - max(paid[t] - owed, 0.0) / worth[t - 1]) if t else 0.0


def npv(flows: ArrayLike, *, rate: float, level: float = 0.9) -> Estimate:
    r"""Return the net present value of a stream of money; larger is better.

    :math:`\sum_t c_t / (1 + rate)^t`, with t = 0 for the first: today.

    Parameters
    ----------
    flows : array_like of float, shape (k,) or (samples, k)
        Money in (positive) and out (negative) at the end of periods 0 to k - 1.
    rate : float
        Discount rate a period, above -1.
    level : float
        Part of the samples between `low` and `high`.

    Returns
    -------
    Estimate
        In money of today. Of one stream: exact. Of samples: their median and quantiles.

    Raises
    ------
    ValueError
        If a flow is missing, there is none, or `rate` is not above -1.

    Notes
    -----
    Critique. The rate decides: at 10 % a year, a gain after seven years counts half. It stands
    for the next best use of the money, which is rarely known.

    References
    ----------
    .. [1] R. A. Brealey, S. C. Myers, F. Allen, "Principles of Corporate Finance".

    Examples
    --------
    >>> round(npv([-100, 55, 60.5], rate=0.10), 9) + 0.0
    0.0
    """
    stream = _flows(flows)
    worth = stream @ _discount(rate, np.arange(stream.shape[-1]))
    if stream.ndim == 2:
        return quantiles(worth, level=level, unit="money of today")
    value = float(worth)
    return Estimate(value, low=value, high=value, level=1.0, unit="money of today", method="exact")


# --- inside ------------------------------------------------------------------------


def _flows(flows: ArrayLike) -> NDArray[np.float64]:
    try:
        found = np.asarray(flows, np.float64)
    except (TypeError, ValueError):
        found = np.array(math.nan)
    if found.ndim not in (1, 2) or not found.size or not np.isfinite(found).all():
        msg = f"flows must be at least one finite number, in one list a stream, got {flows!r}"
        raise ValueError(msg)
    return found


def _discount(rate: float, periods: NDArray[np.int64]) -> NDArray[np.float64]:
    found = _checks.number("rate", rate)
    if found <= -1:
        msg = f"rate must be above -1, got {rate!r}"
        raise ValueError(msg)
    return np.asarray((1.0 + found) ** -periods.astype(np.float64), np.float64)
