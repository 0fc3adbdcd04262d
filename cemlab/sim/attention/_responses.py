"""What is expected after a shock, or around a burst that grew from inside."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from cemlab import _checks
from cemlab.sim.attention import _resolvent, _times

THETA = 0.4
"""The usual theta: .4 give or take .1, from Crane and Sornette's fits to YouTube (contested)."""


def response(t: ArrayLike, *, branching: float, theta: float = THETA, cutoff: float = 1.0) -> Any:
    r"""Return the views a unit of time that one view at time 0 is expected to bring, in all.

    Each view brings `branching` others directly, after a waiting time with density
    :math:`\phi(t) = \theta c^\theta (t + c)^{-(1+\theta)}`; these bring others, and so on. The sum
    over all generations falls as :math:`t^{-(1-\theta)}` at n = 1 (critical), and below it first so
    and later as :math:`t^{-(1+\theta)}` (subcritical).

    Parameters
    ----------
    t : float or array_like of float
        Times since the shock, any order and shape; 0 before it.
    branching : float
        Views that a view brings directly (n), in [0, 1].
    theta : float
        Tail of the waiting times, in [0.05, 0.95].
    cutoff : float
        Time c up to which the density is nearly flat, above 0, in the unit of `t`.

    Returns
    -------
    float or ndarray
        Expected views a unit of time, the shock itself not counted. Over all time they add up
        to n / (1 - n).

    Raises
    ------
    ValueError
        If a number breaks its rule. Above n = 1 a burst grows without end.

    Notes
    -----
    Computed as a mixture of falling exponentials, to about ten digits at all times.

    *Critique.* Slopes hold far from the cutoff and from the time where a curve bends: measured
    over ten to a hundred cutoffs they are still flatter. Nobody has seen n; audiences, weekdays
    and recommendation rules change while a curve is measured.

    References
    ----------
    R. Crane, D. Sornette, "Robust dynamic classes revealed by measuring the response function of
    a social system", Proceedings of the National Academy of Sciences 105, 2008.

    Examples
    --------
    At once, a view brings n theta / c views a unit of time; later the slope is 1 - theta:

    >>> round(response(0, branching=1, theta=0.4), 6)
    0.4
    >>> early, late = response([1e5, 1e6], branching=1, theta=0.4)
    >>> round(float(np.log10(early / late)), 3)
    0.6
    """
    n, tail, scale = _memory(branching, theta, cutoff)
    times, scalar = _times.of("t", t)
    after = np.maximum(times, 0.0) / scale
    seen = after[np.isfinite(after)]
    mixture = _resolvent.of(n, tail, float(seen.max(initial=1.0)))
    rate = _resolvent.summed(
        np.where(np.isfinite(after), after, 0.0), mixture.rates, mixture.weights
    )
    here = (times >= 0) & np.isfinite(after)
    return _times.shaped(np.where(here, rate / scale, 0.0), scalar)


def endogenous_response(
    t: ArrayLike, *, branching: float, theta: float = THETA, cutoff: float = 1.0
) -> Any:
    r"""Return how views run before and after a burst that grew from inside, up to a factor.

    Chance alone makes bursts. Around one, views stand above their mean in proportion to
    :math:`R(t) + \int R(u) R(t+u) du`, where R is :func:`response`: how far two moments move
    together. It is the same before and after. At n = 1 and far from the cutoff it falls as
    :math:`t^{-(1-2\theta)}`.

    Parameters
    ----------
    t : float or array_like of float
        Times from the burst; before (negative) is as after.
    branching, theta, cutoff
        As for :func:`response`; at n = 1 theta must be below 0.5.

    Returns
    -------
    float or ndarray
        The covariance of the rates of views at two moments t apart, for one view a unit of time
        on average.

    Raises
    ------
    ValueError
        As for :func:`response`; if n = 1 and theta is at least 0.5: such bursts have no scale.

    Notes
    -----
    *Critique.* As for :func:`response`. The slope 1 - 2 theta is reached late: with theta 0.4 it is
    0.173 instead of 0.2 a hundred cutoffs after the burst.

    References
    ----------
    A. Hawkes, "Spectra of some self-exciting and mutually exciting point processes", Biometrika
    58, 1971; R. Crane, D. Sornette, Proceedings of the National Academy of Sciences 105, 2008.

    Examples
    --------
    >>> early, late = endogenous_response([1e6, 1e7], branching=1, theta=0.4)
    >>> round(float(np.log10(early / late)), 2)
    0.2
    """
    n, tail, scale = _memory(branching, theta, cutoff)
    if n == 1 and tail >= 0.5:
        msg = f"theta must be below 0.5 where branching is 1, got {theta!r}: then bursts from inside have no scale"
        raise ValueError(msg)
    times, scalar = _times.of("t", t)
    away = np.abs(times) / scale
    if np.isinf(away).any():
        msg = "t must be finite, got inf"
        raise ValueError(msg)
    mixture = _resolvent.of(n, tail, float(away.max(initial=1.0)))
    both = _resolvent.summed(away, mixture.rates, mixture.weights + mixture.twice)
    return _times.shaped(both / scale, scalar)


def exponential_response(t: ArrayLike, *, branching: float, mean: float) -> Any:
    """Return what one view brings if waiting times are exponential: the same law, slowed down.

    It is n / mean times exp(-(1 - n) t / mean): memory without a long tail has no classes.

    Parameters
    ----------
    t : float or array_like of float
        Times since the shock; 0 before it.
    branching : float
        Views that a view brings directly (n), in [0, 1].
    mean : float
        Mean waiting time, above 0, in the unit of `t`.

    Returns
    -------
    float or ndarray
        Expected views a unit of time, the shock itself not counted.

    Raises
    ------
    ValueError
        If a number breaks its rule.

    Notes
    -----
    *Critique.* Attention is mostly forgotten more slowly than this; but a mixture of a few
    exponentials is hard to tell from a power law in short data.

    References
    ----------
    A. Hawkes, "Spectra of some self-exciting and mutually exciting point processes", Biometrika
    58, 1971.

    Examples
    --------
    >>> import math
    >>> round(exponential_response(2, branching=0.5, mean=1), 6), round(0.5 * math.exp(-1), 6)
    (0.18394, 0.18394)
    """
    n = _branching(branching)
    scale = _above_zero("mean", mean)
    times, scalar = _times.of("t", t)
    rate = n / scale * np.exp(-(1 - n) * np.maximum(times, 0.0) / scale)
    return _times.shaped(np.where(times < 0, 0.0, rate), scalar)


# --- inside ------------------------------------------------------------------------


def _memory(branching: float, theta: float, cutoff: float) -> tuple[float, float, float]:
    tail = _checks.number("theta", theta, low=0.05, high=0.95)
    return _branching(branching), tail, _above_zero("cutoff", cutoff)


def _branching(branching: float) -> float:
    n = _checks.number("branching", branching, low=0)
    if n > 1:
        msg = f"branching must be in [0, 1], got {branching!r}: above 1 a burst grows without end"
        raise ValueError(msg)
    return n


def _above_zero(name: str, value: float) -> float:
    found = _checks.number(name, value, low=0)
    if found == 0:
        msg = f"{name} must be above 0, got {value!r}"
        raise ValueError(msg)
    return found
