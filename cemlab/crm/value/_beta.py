"""Means over a beta distribution: of smooth functions of a chance, for many of them at once."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln, expit, polygamma

Array = NDArray[np.float64]

_DROP = 32.0
_WIDEST = 0.35
_MOST = 4_000_000
_SMALL = 0.2


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
    exponentially. Where `a` or `b` is small, nearly all chances are 0 or 1: there
    the value at that end is taken off first, and only what is left is added up.

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
    >>> float(mean(lambda p, rows: p, 2e-9, [3e-9], at_zero=0.0)[0].round(12))
    0.4
    """
    b, at_zero, slope = np.broadcast_arrays(*(np.atleast_1d(np.asarray(v, np.float64)) for v in (b, at_zero, slope)))  # fmt: skip
    low, high, top = _ends(a, b)
    near_zero, near_one = a < _SMALL, b < _SMALL
    if near_zero:
        low = np.maximum(low, -_DROP - np.log1p(slope))
    high = np.where(near_one, np.minimum(high, _DROP + np.log1p(slope)), high)
    high = np.maximum(high, low + 1)
    width = np.minimum(_WIDEST, 0.5 * np.sqrt(polygamma(1, a) + polygamma(1, b)))
    nodes = int(np.ceil(((high - low) / width).max())) + 1
    found = np.empty(b.size)
    for first in range(0, b.size, max(_MOST // nodes, 1)):
        rows = slice(first, first + max(_MOST // nodes, 1))
        one = back = np.arange(b[rows].size)
        if not (near_zero or near_one.any()):  # else the slope, too, says where the nodes are
            _, one, back = np.unique(b[rows], return_index=True, return_inverse=True)
        c = b[rows][one, None]
        z = np.linspace(low[rows][one], high[rows][one], nodes, axis=1)
        log_weight = a * z - (a + c) * np.logaddexp(0.0, z)
        p, ones = expit(z)[back], near_one[rows, None]
        values = function(p, rows)
        weight = np.exp(log_weight - top[rows][one, None])
        weight /= weight.sum(axis=1, keepdims=True)
        plain = np.einsum("ij,ij->i", weight[back], values)
        if near_zero or ones.any():
            zero = at_zero[rows, None]
            last = function(np.ones((len(p), 1)), rows)
            taken = known = np.where(ones, last, zero)
            if near_zero:
                taken = np.where(ones, zero + (last - zero) * p, zero)
                known = np.where(ones, zero + (last - zero) * a / (a + b[rows, None]), zero)
            weight = np.exp(log_weight - betaln(a, c)) * (z[:, 1:2] - z[:, :1])
            rest = known[:, 0] + (weight[back] * (values - taken)).sum(axis=1)
            plain = np.where(ones[:, 0] | near_zero, rest, plain)
        found[rows] = plain
    return found


# --- inside ------------------------------------------------------------------------


def _ends(a: float, b: Array) -> tuple[Array, Array, Array]:
    """Return from where to where there is weight, and the logarithm of its top."""
    middle = np.log(a / b)
    top = a * middle - (a + b) * np.logaddexp(0.0, middle)
    low, high = (top - _DROP) / a, (_DROP - top) / b
    for _ in range(6):  # Newton's steps from outside: the weight's logarithm is concave
        low, high = (
            z
            - (a * z - (a + b) * np.logaddexp(0.0, z) - top + _DROP)
            / (a * expit(-z) - b * expit(z))
            for z in (low, high)
        )
    return low, high, top
