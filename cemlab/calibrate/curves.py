"""Curves of attention added up over time that have no end, or two beginnings."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cemlab import _checks

Array = NDArray[np.float64]
Curve = Callable[..., Any]


def power_decay(t: ArrayLike, *, rate: float, scale: float, exponent: float) -> Array:
    r"""Return views by time `t` when daily views fall like a power of time.

    Daily views are :math:`rate (1 + t / scale)^{-exponent}`: half of the fall comes early,
    the rest takes ever longer.

    Critique: a power law is one of several long tails. Few readings cannot tell it from a
    sum of exponentials, and its end is never in sight: at an exponent of 1 or less it has
    no upper limit (Clauset, Shalizi and Newman 2009).

    Parameters
    ----------
    t : array_like of float
        Times, at least 0.
    rate : float
        Views per unit of time at time 0.
    scale : float
        Time after which the fall has its power, above 0, in the unit of `t`.
    exponent : float
        How steep the fall is: 0.6 after a push from outside that is passed on, 1.4 if it is
        hardly passed on (Crane and Sornette).

    Returns
    -------
    ndarray of float
        Views since time 0.

    Raises
    ------
    ValueError
        If `scale` is not above 0.

    References
    ----------
    Crane, R. and Sornette, D. (2008). Robust dynamic classes revealed by measuring the
    response function of a social system. PNAS 105: 15649-15653.

    Clauset, A., Shalizi, C. R. and Newman, M. E. J. (2009). Power-law distributions in
    empirical data. SIAM Review 51: 661-703.

    Examples
    --------
    >>> power_decay([0, 3], rate=100, scale=1, exponent=0.5).tolist()
    [0.0, 200.0]
    >>> power_decay(np.e - 1, rate=100, scale=1, exponent=1).round(6).tolist()
    100.0
    """
    _above("scale", scale)
    time, steep = np.asarray(t, np.float64), 1.0 - exponent
    log = np.log1p(np.maximum(time, 0.0) / scale)
    small = abs(steep) < 1e-9
    grown = log if small else np.expm1(np.minimum(steep * log, 700.0)) / steep
    return np.asarray(rate * scale * grown)


def saturating(t: ArrayLike, *, total: float, time: float) -> Array:
    """Return views by time `t` when what is still to come fades at a constant rate.

    Critique: nobody tells anybody: no wave of passing on, and no long tail.

    Parameters
    ----------
    t : array_like of float
        Times, at least 0.
    total : float
        Views in the end.
    time : float
        After this time 63 % have come, above 0, in the unit of `t`.

    Raises
    ------
    ValueError
        If `time` is not above 0.

    Examples
    --------
    >>> saturating([0, 7 * np.log(2)], total=100, time=7).round(6).tolist()
    [0.0, 50.0]
    """
    _above("time", time)
    return np.asarray(-total * np.expm1(-np.maximum(np.asarray(t, np.float64), 0.0) / time))


def two_phases(
    t: ArrayLike, *, first: float, first_time: float, second: float, second_time: float
) -> Array:
    """Return views by time `t` that come in a quick and in a slow phase.

    Critique: four parameters from few readings; the slow phase is known only if readings
    reach beyond its time.

    Parameters
    ----------
    t : array_like of float
        Times, at least 0.
    first, second : float
        Views of either phase in the end.
    first_time, second_time : float
        After this time 63 % of a phase have come, above 0, in the unit of `t`.

    Examples
    --------
    >>> two_phases(np.inf, first=30, first_time=5, second=70, second_time=400).tolist()
    100.0
    """
    quick = saturating(t, total=first, time=first_time)
    return np.asarray(quick + saturating(t, total=second, time=second_time))


def with_trickle(curve: Curve) -> Curve:
    """Return a curve with a steady trickle added: one more parameter, `trickle`.

    Critique: a trickle that never dries up has no upper limit either; it stands for
    mentions in lectures and links from elsewhere, which the readings do not show.

    Parameters
    ----------
    curve : callable
        ``curve(t, **params)``.

    Returns
    -------
    callable
        ``curve(t, trickle=..., **params)``; `trickle` is in views per unit of time.

    Examples
    --------
    >>> with_trickle(saturating)([0, 10], total=0, time=1, trickle=3).tolist()
    [0.0, 30.0]
    """
    return _Trickle(curve)


def together(first: Curve, second: Curve) -> Curve:
    """Return the sum of two curves; the parameters of the second begin with ``then_``.

    Critique: two curves always fit better than one; let `cemlab.calibrate.compare` say
    whether they are worth their parameters.

    Parameters
    ----------
    first, second : callable
        ``curve(t, **params)``.

    Examples
    --------
    >>> both = together(saturating, power_decay)
    >>> both(3, total=0, time=1, then_rate=100, then_scale=1, then_exponent=0.5).tolist()
    200.0
    """
    return _Together(first, second)


# --- inside ------------------------------------------------------------------------


class _Trickle:
    def __init__(self, curve: Curve) -> None:
        self.curve = curve

    def __call__(self, t: ArrayLike, *, trickle: float, **params: float) -> Array:
        time = np.asarray(t, np.float64)
        return np.asarray(np.asarray(self.curve(time, **params)) + trickle * time)


class _Together:
    def __init__(self, first: Curve, second: Curve) -> None:
        self.first, self.second = first, second

    def __call__(self, t: ArrayLike, **params: float) -> Array:
        later = {k.removeprefix("then_"): v for k, v in params.items() if k.startswith("then_")}
        early = {k: v for k, v in params.items() if not k.startswith("then_")}
        return np.asarray(np.asarray(self.first(t, **early)) + self.second(t, **later))


def _above(name: str, value: float) -> None:
    if not _checks.number(name, value) > 0:
        msg = f"{name} must be above 0, got {value!r}"
        raise ValueError(msg)
