"""A memory as a sum of exponentials: what makes long sums over the past quick."""

import numpy as np
from numpy.typing import NDArray

from cemlab.sim.attention.memory import Exponential, Memory

Array = NDArray[np.float64]

ERROR = 1e-9
"""Largest relative error of the sum, at every time from 0 to the horizon."""

_SMALLEST_STEP = 0.05
_CUT = 35.0


def terms(memory: Memory, horizon: float) -> tuple[Array, Array]:
    """Return (weights, rates), so that the density is the sum of weights * exp(-rates * t).

    One term for an exponential memory. A power of time is a mixture of exponentials with rates
    in the shape of a gamma law; the trapezoidal rule over log rates converges at the speed of
    exp(-pi**2 / step), and rates far below 1 / horizon are left out, as they no longer fade.

    >>> weights, rates = terms(Exponential(2.0), 10.0)
    >>> weights.tolist(), rates.tolist()
    ([0.5], [0.5])
    """
    if isinstance(memory, Exponential):
        return np.array([1 / memory.mean]), np.array([1 / memory.mean])
    from scipy.special import gammaln

    theta, cutoff = memory.theta, memory.cutoff
    step = _step(theta)
    lowest = (np.log(ERROR / 10) + gammaln(2 + theta)) / (1 + theta)
    low = min(lowest, 0.0) - np.log(horizon + cutoff)
    high = np.log((_CUT + 3 * theta) / cutoff)
    places = step * np.arange(np.floor(low / step), np.ceil(high / step) + 1)
    rates = np.exp(places)
    log_weights = np.log(step * theta) + theta * np.log(cutoff) - gammaln(1 + theta)
    log_weights = log_weights + (1 + theta) * places - rates * cutoff
    return np.exp(log_weights), rates


def slopes(memory: Memory, weights: Array, rates: Array) -> Array:
    """Return the weights, then their slopes in log theta and log cutoff (rates stay), by row.

    An exponential memory has none: its rate moves.
    """
    if isinstance(memory, Exponential):
        return weights[None, :]
    from scipy.special import digamma

    theta, cutoff = memory.theta, memory.cutoff
    in_theta = 1 / theta + np.log(cutoff) - digamma(1 + theta) + np.log(rates)
    in_cutoff = theta / cutoff - rates
    return np.array([weights, weights * theta * in_theta, weights * cutoff * in_cutoff])


def _step(theta: float) -> float:
    """Return the widest step in log rate whose error stays below ERROR / 10.

    The first term left out by the rule is 2 |gamma(1 + theta + 2 pi i / step)| / gamma(1 + theta).
    """
    from scipy.special import loggamma

    step = 0.5
    while step > _SMALLEST_STEP:
        first = 2 * np.exp((loggamma(1 + theta + 2j * np.pi / step) - loggamma(1 + theta)).real)
        if first < ERROR / 10:
            break
        step *= 0.9
    return step
