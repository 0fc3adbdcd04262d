"""Means over a beta distribution: of smooth functions of a chance, for many of them at once."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln, expit, polygamma

Array = NDArray[np.float64]

_DROP = 32.0
_WIDEST = 0.35
_MOST = 4_000_000


def mean(
    function: Callable[[Array, slice], Array],
    a: float,
    b: ArrayLike,
    *,
    at_zero: ArrayLike,
    slope: ArrayLike = 1.0,
) -> Array:
    """Return the mean of `function` of a chance p with a beta distribution, row by row.

    The chance is taken on the scale log(p / (1 - p)), where the sum over equal steps converges
    exponentially. Nothing is subtracted from nearly the same, unlike in the usual closed
    forms, except where `a` is so small that nearly all chances are 0.

    Parameters
    ----------
    function : callable
        (p of shape (rows, nodes), which rows) -> values of that shape, smooth and positive.
    a : float
        First parameter, for all rows.
    b : array_like, shape (m,)
        Second parameter of each row.
    at_zero : array_like, shape (m,)
        The function where p = 0.
    slope : array_like, shape (m,)
        How fast it falls there, roughly: f(p) = at_zero (1 - slope p).

    Examples
    --------
    >>> float(mean(lambda p, rows: p, 2.0, [3.0], at_zero=0.0)[0].round(12))
    0.4
    """
    b, at_zero, slope = np.broadcast_arrays(*(np.atleast_1d(np.asarray(v, np.float64)) for v in (b, at_zero, slope)))  # fmt: skip
    middle = np.log(a / b)
    top = a * middle - (a + b) * np.logaddexp(0.0, middle)
    low, high = (top - _DROP) / a, (_DROP - top) / b
    near_zero = a < 0.05
    if near_zero:
        low = np.maximum(low, -_DROP - np.log1p(slope))
        high = np.maximum(high, low + 1)
    width = np.minimum(_WIDEST, 0.5 * np.sqrt(polygamma(1, a) + polygamma(1, b)))
    nodes = int(np.ceil(((high - low) / width).max())) + 1
    found = np.empty(b.size)
    for first in range(0, b.size, max(_MOST // nodes, 1)):
        rows = slice(first, first + max(_MOST // nodes, 1))
        z = np.linspace(low[rows], high[rows], nodes, axis=1)
        log_weight = a * z - (a + b[rows, None]) * np.logaddexp(0.0, z)
        values = function(expit(z), rows)
        if near_zero:
            weight = np.exp(log_weight - betaln(a, b[rows, None])) * (z[:, 1:2] - z[:, :1])
            found[rows] = at_zero[rows] - (weight * (at_zero[rows, None] - values)).sum(axis=1)
        else:
            weight = np.exp(log_weight - top[rows, None])
            found[rows] = (weight * values).sum(axis=1) / weight.sum(axis=1)
    return found
