"""The arithmetic of many event studies of one firm at once: arrays in, arrays out."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Places = NDArray[np.int64]

LEAST = 2
"""Degrees of freedom that an estimation window must leave."""

_SINGULAR = 1e-11
_EXACT = 1e-22
_CELLS = 4_000_000


@dataclass(frozen=True, eq=False)
class Studies:
    """What many event studies found, one row each.

    Attributes
    ----------
    expected, abnormal : ndarray, shape (studies, days)
        Return that the benchmark leads one to expect, and what came beyond it.
    variance : ndarray, shape (studies, days)
        Of the sum of the abnormal returns up to each day, estimation error included.
    single : ndarray, shape (studies, days)
        Of the abnormal return of each day alone.
    sigma : ndarray, shape (studies,)
        Standard deviation of the residuals of the estimation window, per day.
    n : ndarray, shape (studies,)
        Days with complete figures in the estimation window.
    known, fixed : ndarray of bool, shape (studies,)
        Whether all days of the window are complete; whether the estimation window fixes the model.
    k : int
        Coefficients that are estimated.
    """

    expected: Array
    abnormal: Array
    variance: Array
    single: Array
    sigma: Array
    n: Places
    known: NDArray[np.bool_]
    fixed: NDArray[np.bool_]
    k: int

    @property
    def ok(self) -> NDArray[np.bool_]:
        return self.known & self.fixed

    @property
    def df(self) -> Places:
        return self.n - self.k

    @property
    def car(self) -> Array:
        return np.asarray(self.abnormal.sum(axis=1))

    @property
    def se(self) -> Array:
        return np.asarray(np.sqrt(self.variance[:, -1]))


def design(factors: Array, model: str) -> tuple[Array, Array]:
    """Return the regressors (days, k) and the return that is expected without an estimate."""
    days = len(factors)
    nothing = np.zeros(days)
    if model == "raw":
        return np.empty((days, 0)), nothing
    if model == "market adjusted":
        return np.empty((days, 0)), factors.mean(axis=1)
    if model == "constant mean":
        return np.ones((days, 1)), nothing
    return np.column_stack([np.ones(days), factors]), nothing


def study_each(
    firm: Array,
    x: Array,
    given: Array,
    *,
    window: tuple[Places, int],
    estimation: tuple[Places, int],
) -> Studies:
    """Run event studies; `window` and `estimation` are first rows (studies,) and lengths."""
    known = np.isfinite(firm) & np.isfinite(x).all(axis=1) & np.isfinite(given)
    scale = np.where(known[:, None], np.abs(x), 0).max(axis=0, initial=0.0)
    k = x.shape[1]
    rows = np.column_stack([x / np.where(scale > 0, scale, 1.0), firm - given])
    rows[~known] = 0.0
    at_once = max(1, _CELLS // ((estimation[1] + window[1]) * (k + 1)))
    edges = [*range(0, max(1, len(window[0])), at_once), len(window[0])]
    parts = [
        _some(rows, known, (window[0][a:b], window[1]), (estimation[0][a:b], estimation[1]))
        for a, b in pairwise(edges)
    ]
    joined: list[Any] = [np.concatenate(each) for each in zip(*parts, strict=True)]
    joined[0] += given[window[0][:, None] + np.arange(window[1])]
    joined.append(k)
    return Studies(*joined)


def _some(
    rows: Array,
    known: NDArray[np.bool_],
    window: tuple[Places, int],
    estimation: tuple[Places, int],
) -> tuple[Any, ...]:
    k = rows.shape[1] - 1
    before = estimation[0][:, None] + np.arange(estimation[1])
    during = window[0][:, None] + np.arange(window[1])
    x, y = rows[before][..., :k], rows[before][..., k]
    n = known[before].sum(axis=1)
    squares = x.mT @ x
    inverse, fixed = _inverse(squares)
    fixed &= n - k >= LEAST
    slope = inverse @ (x.mT @ y[..., None])
    slope += inverse @ (x.mT @ (y[..., None] - x @ slope))  # one step of refinement
    residual = y - (x @ slope)[..., 0] * known[before]
    left = (residual**2).sum(axis=1)
    fixed &= left > _EXACT * (y**2).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.where(n > k, left / np.maximum(n - k, 1), np.nan)
    later = rows[during]
    expected = (later[..., :k] @ slope)[..., 0]
    sums = later[..., :k].cumsum(axis=1)
    shared, own = (((part @ inverse) * part).sum(axis=2) for part in (sums, later[..., :k]))
    spread = variance[:, None] * (np.arange(1, window[1] + 1) + shared)
    single = variance[:, None] * (1 + own)
    whole = known[during].all(axis=1)
    abnormal = np.where(known[during], later[..., k] - expected, np.nan)
    return expected, abnormal, spread, single, np.sqrt(variance), n, whole, fixed


def _inverse(squares: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Return the inverse of each matrix, and whether it has one."""
    k = squares.shape[-1]
    size = np.sqrt(np.diagonal(squares, axis1=1, axis2=2))
    good = (size > 0).all(axis=1)
    size = np.where(size > 0, size, 1.0)
    unit = squares / (size[:, :, None] * size[:, None, :])
    if k:
        good &= np.linalg.eigvalsh(unit)[:, 0] > _SINGULAR
        unit = np.where(good[:, None, None], unit, np.eye(k))
    return np.linalg.inv(unit) / (size[:, :, None] * size[:, None, :]), np.asarray(good)
