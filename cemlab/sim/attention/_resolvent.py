r"""What a shock brings in all: the resolvent of a power-law memory, as a mixture of exponentials.

The memory :math:`\phi(t) = \theta (1 + t)^{-(1+\theta)}` is a mixture of falling exponentials;
so is the answer R = n phi + n phi * R (the sum over all generations). Its weights r(x) follow from
the Laplace transform on both sides of its cut:

.. math:: R(t) = \int_0^\infty e^{-xt} r(x)\, dx, \quad
          r(x) = \frac{n w(x)}{(1 - n a(x))^2 + (\pi n w(x))^2}, \quad
          w(x) = \frac{x^\theta e^{-x}}{\Gamma(\theta)},

where a(x) is the real part of the transform at -x. In log x the integrand is smooth, and sums
over equal steps are then nearly exact (trapezoid rule). Time is in units of the cutoff.
"""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gamma, gammaincc, hyp1f1

Array = NDArray[np.float64]
_LARGEST, _SMALLEST = 45.0, 1e-290
_UNSEEN = 1e-10
_STEP = 0.22
_BLOCK = 4_000_000


class Mixture(NamedTuple):
    """Rates of fall x (ascending), and the weight of each, for one and for two shocks."""

    rates: Array
    weights: Array
    twice: Array


def of(n: float, theta: float, longest: float) -> Mixture:
    """Return the mixture that holds up to the time `longest`."""
    return _mixture(n, theta, 10.0 ** math.ceil(math.log10(max(longest, 1.0))))


@lru_cache(maxsize=64)
def _mixture(n: float, theta: float, longest: float) -> Mixture:
    step = _STEP * min(1.0, (1 - theta) / theta)
    u = np.arange(math.log(_SMALLEST), math.log(_LARGEST), step)
    x = np.exp(u)
    w = x**theta * np.exp(-x) / gamma(theta)
    # (1 - a) / w, without the difference of two numbers close to each other
    away = math.pi / math.tan(math.pi * theta) + x / (1 - theta) * hyp1f1(1, 2 - theta, -x) / w
    with np.errstate(over="ignore"):  # far below the critical point slow rates weigh nothing
        r = n / (((1 - n) / w + n * away) ** 2 + (math.pi * n) ** 2) / w
    # the transform of the answer at +x: n phi / (1 - n phi)
    gone = np.exp(x) * x**theta * gamma(1 - theta) * gammaincc(1 - theta, x)
    seen = n * (1 - gone) / (1 - n + n * gone)
    weights = step * x * r
    twice = weights * seen
    left = 1 - theta if n == 1 else 1 + theta
    _with_tail(weights, left * step)
    if n < 1 or theta < 0.5:
        _with_tail(twice, (1 - 2 * theta if n == 1 else left) * step)
    # what falls too slowly to be seen by then is a constant: one rate for all of it
    first = int(np.searchsorted(x, _UNSEEN / longest))
    weights[first] += weights[:first].sum()
    twice[first] += twice[:first].sum()
    return Mixture(x[first:], weights[first:], twice[first:])


def crossover(n: float, theta: float) -> float:
    """Return the time, in cutoffs, about which a process below the critical point turns steep.

    >>> round(crossover(0.9, 0.4))
    658
    """
    if n == 1:
        return math.inf
    if n == 0:
        return 1.0
    return math.exp(min(max(math.log(n * gamma(1 - theta) / (1 - n)) / theta, 0.0), 600.0))


def _with_tail(weights: Array, power: float) -> None:
    """Add to the first weight what lies left of it: a geometric series."""
    weights[0] += weights[0] / math.expm1(power)


def summed(times: Array, rates: Array, weights: Array) -> Array:
    """Return the sum of weights times exp(-rate x time), at each time."""
    flat = times.ravel()
    out = np.empty(flat.size)
    rows = max(_BLOCK // rates.size, 1)
    for i in range(0, flat.size, rows):
        part = np.multiply.outer(flat[i : i + rows], -rates)
        np.maximum(part, -745.0, out=part)  # beyond it exp is 0, slowly
        out[i : i + rows] = np.exp(part, out=part) @ weights
    return out.reshape(times.shape)
