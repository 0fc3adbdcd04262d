"""Abnormal returns of many firms at once, and the tests that are made of them: arrays only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Array = NDArray[np.float64]
Found = tuple[Array, Array]
"""A statistic and its two-sided p."""


@dataclass(frozen=True)
class Abnormal:
    """What firms earned beyond the model; the last axis counts days, the one before it firms.

    `estimation` (..., firms, L) has the residuals the model was fitted on (missing: no return),
    `event` (..., firms, W) the abnormal returns of the event window. By firm: `car` (their sum),
    `error` (its standard error as a forecast) and `df` (degrees of freedom).
    """

    estimation: Array
    event: Array
    car: Array
    error: Array
    df: Array
    loadings: Array

    @property
    def scaled(self) -> Array:
        """CAR in its own standard errors."""
        return np.asarray(self.car / self.error)


def abnormal(returns: Array, model: Array, days: int) -> Abnormal:
    """Fit by least squares on the first `days`, forecast the rest.

    Parameters
    ----------
    returns : array, shape (..., firms, L + W)
        The first L may have gaps.
    model : array, shape (..., firms or 1, L + W, k)
        Regressors, the constant included.
    days : int
        L.
    """
    known = ~np.isnan(returns[..., :days])
    if known.all():
        y, x = returns[..., :days], model[..., :days, :]
    else:
        y, x = np.where(known, returns[..., :days], 0.0), model[..., :days, :] * known[..., None]
    across = np.swapaxes(x, -1, -2)
    products = across @ x
    loadings = np.linalg.solve(products, across @ y[..., None])[..., 0]
    fitted = np.einsum("...tk,...k->...t", model, loadings)
    rest = returns - fitted
    before, after = rest[..., :days], rest[..., days:]
    df = known.sum(axis=-1) - float(model.shape[-1])
    scale = np.nansum(before**2, axis=-1) / df
    total = model[..., days:, :].sum(axis=-2)
    spread = np.einsum("...k,...k->...", total, np.linalg.solve(products, total[..., None])[..., 0])
    error = np.sqrt(scale * (after.shape[-1] + spread))
    return Abnormal(
        before,
        after,
        after.sum(axis=-1),
        error,
        np.asarray(df, np.float64),
        np.asarray(loadings, np.float64),
    )


def mean_correlation(residuals: Array) -> Array:
    """Return the mean correlation over all pairs of firms, of residuals (..., firms, days).

    >>> mean_correlation(np.array([[1.0, -1, 0], [1, -1, 0], [1, 1, -2]])).round(3)
    np.float64(0.333)
    """
    n = residuals.shape[-2]
    unit = residuals / np.sqrt((residuals**2).sum(axis=-1, keepdims=True))
    return np.asarray(((unit.sum(axis=-2) ** 2).sum(axis=-1) - n) / (n * (n - 1)))


def j1(a: Abnormal, _: Array) -> Found:
    return _normal(a.car.sum(axis=-1) / np.sqrt((a.error**2).sum(axis=-1)))


def patell(a: Abnormal, _: Array) -> Found:
    return _normal(a.scaled.sum(axis=-1) / np.sqrt((a.df / (a.df - 2)).sum(axis=-1)))


def bmp(a: Abnormal, _: Array) -> Found:
    return _student(_one_sample(a.scaled), a.car.shape[-1] - 1)


def kolari_pynnonen(a: Abnormal, correlation: Array) -> Found:
    n = a.car.shape[-1]
    room = 1 + (n - 1) * correlation
    with np.errstate(invalid="ignore", divide="ignore"):
        shrink = np.sqrt(np.where(room > 1e-9, (1 - correlation) / room, np.nan))
    return _student(_one_sample(a.scaled) * shrink, n - 1)


def cross_section(a: Abnormal, _: Array) -> Found:
    return _student(_one_sample(a.car), a.car.shape[-1] - 1)


def rank(a: Abnormal, _: Array) -> Found:
    """Corrado's test; ranks are divided by the number of days known, as Corrado and Zivney do."""
    both = np.concatenate([a.estimation, a.event], axis=-1)
    known = ~np.isnan(both)
    place = np.where(known, _ranks(both), np.nan)
    score = place / (1 + known.sum(axis=-1, keepdims=True)) - 0.5
    count = known.sum(axis=-2)
    daily = np.nansum(score, axis=-2) / np.sqrt(np.maximum(count, 1))
    spread = np.sqrt((daily**2).sum(axis=-1) / (count > 0).sum(axis=-1))
    width = a.event.shape[-1]
    return _normal(daily[..., -width:].sum(axis=-1) / (spread * np.sqrt(width)))


def sign(a: Abnormal, _: Array) -> Found:
    known = (~np.isnan(a.estimation)).sum(axis=-1)
    share = ((a.estimation > 0).sum(axis=-1) / known).mean(axis=-1)
    n = a.car.shape[-1]
    up = (a.car > 0).sum(axis=-1)
    return _normal((up - n * share) / np.sqrt(n * share * (1 - share)))


TESTS: Mapping[str, Callable[[Abnormal, Array], Found]] = MappingProxyType(
    {
        "J1": j1,
        "Patell": patell,
        "BMP": bmp,
        "Kolari-Pynnonen": kolari_pynnonen,
        "cross-section": cross_section,
        "rank": rank,
        "sign": sign,
    }
)
SPREAD = ("BMP", "Kolari-Pynnonen", "cross-section")
"""Tests that measure the spread between firms: they need two or more."""


# --- inside ------------------------------------------------------------------------


def _one_sample(x: Array) -> Array:
    n = x.shape[-1]
    return np.asarray(x.mean(axis=-1) / (x.std(axis=-1, ddof=1) / np.sqrt(n)))


def _ranks(x: Array) -> Array:
    """Return ranks along the last axis, ties at their mean, missing ones last."""
    order = np.argsort(x, axis=-1)
    ordered = np.take_along_axis(x, order, axis=-1)
    if (ordered[..., 1:] == ordered[..., :-1]).any():
        return np.asarray(stats.rankdata(np.where(np.isnan(x), np.inf, x), axis=-1))
    found = np.empty(x.shape)
    np.put_along_axis(found, order, np.arange(1.0, x.shape[-1] + 1), axis=-1)
    return found


def _normal(z: Array) -> Found:
    return np.asarray(z), np.asarray(2 * stats.norm.sf(np.abs(z)))


def _student(t: Array, df: int) -> Found:
    return np.asarray(t), np.asarray(2 * stats.t.sf(np.abs(t), df))
