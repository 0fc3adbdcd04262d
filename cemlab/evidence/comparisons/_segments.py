"""Lines with breaks: the series, its regressors, and least squares with errors that hang together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from statsmodels.regression.linear_model import (  # type: ignore[import-untyped, unused-ignore]
    GLSAR,
    OLS,
)

from cemlab.evidence.comparisons import _units

Array = NDArray[np.float64]
SIDE = 3
"""Points that each part of the series must have at least."""


@dataclass(frozen=True)
class Fitted:
    """Coefficients, their covariance, degrees of freedom, errors as they are (not whitened), rho."""

    values: Array
    covariance: Array
    df: float
    residuals: Array
    rho: float
    lags: float


@dataclass(frozen=True)
class Design:
    """Which columns a model has: an intercept and a slope, seasons, then breaks at `places`."""

    places: tuple[int, ...]
    slopes: bool
    levels: bool
    seasons: int

    @property
    def plain(self) -> int:
        """Columns that are not breaks."""
        return 2 + max(self.seasons - 1, 0)

    @property
    def breaks(self) -> list[tuple[str, int]]:
        """What each break column is, and which interruption it belongs to."""
        kinds = ["level"] * self.levels + ["slope"] * self.slopes
        return [(kind, k) for k in range(len(self.places)) for kind in kinds]

    def columns(self, t: Array) -> Array:
        """Return the regressors at times t (periods since the first point)."""
        parts = [np.ones_like(t), t]
        parts += [(t % self.seasons == s).astype(float) for s in range(1, self.seasons)]
        for kind, k in self.breaks:
            since = t - self.places[k]
            parts.append(np.where(since >= 0, 1.0 if kind == "level" else since, 0.0))
        return np.column_stack(parts)


def read(series: Any) -> "pd.Series[float]":
    """Return a series of numbers in order, at regular distances if it has dates."""
    if isinstance(series, pd.DataFrame) and series.shape[1] == 1:
        series = series.iloc[:, 0]
    if isinstance(series, str | bytes | dict | pd.DataFrame):
        msg = f"series must be numbers in order, or a Series, got a {type(series).__name__}"
        raise ValueError(msg)
    found = series if isinstance(series, pd.Series) else pd.Series(np.asarray(series).ravel())
    try:
        found = found.astype(np.float64)
    except (TypeError, ValueError):
        msg = "series must be numbers, got something else"
        raise ValueError(msg) from None
    wrong = ~np.isfinite(found.to_numpy())
    if wrong.any():
        msg = f"series must be known throughout, got {wrong.sum()} missing of {wrong.size}: fill them in or cut the series"
        raise ValueError(msg)
    found = found.set_axis(_units.dated(found.index, "series"))
    if not found.index.is_unique:
        again = _units.shown(found.index[found.index.duplicated()][0])
        msg = f"series must have each time once, got {again} again"
        raise ValueError(msg)
    found = found.sort_index()
    _regular(found.index)
    if found.size < 2 * SIDE + 2:
        msg = f"series must have {2 * SIDE + 2} points or more, got {found.size}"
        raise ValueError(msg)
    if np.ptp(found.to_numpy()) == 0:
        msg = f"series must vary, got {found.iloc[0]:g} throughout"
        raise ValueError(msg)
    return found


def places(series: "pd.Series[float]", event: Any) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Return the first point at or after each interruption, in order, and notes on those between points."""
    index = series.index
    given = list(event) if isinstance(event, list | tuple | np.ndarray | pd.Index) else [event]
    if not given:
        msg = "event must be one time or more, got none"
        raise ValueError(msg)
    found = sorted((_units.placed(index, one) for one in given), key=lambda pair: pair[0])
    firsts = [place for place, _note in found]
    if min(np.diff([0, *firsts, len(index)])) < SIDE:
        msg = (
            f"event must leave {SIDE} points or more before, after and between, got "
            f"{', '.join(map(str, given))} in a series from {_units.shown(index[0])} to {_units.shown(index[-1])}"
        )
        raise ValueError(msg)
    return tuple(firsts), tuple(note for _place, note in found if note)


def fit(y: Array, design: Design, errors: str, lags: int | None) -> Fitted:
    """Fit by least squares with the errors asked for."""
    x = design.columns(np.arange(y.size, dtype=float))
    n, k = x.shape
    if n <= k + 1 or np.linalg.matrix_rank(x) < k:
        msg = f"series must have points enough for {k} coefficients, got {n}: leave out seasons or interruptions"
        raise ValueError(msg)
    if errors == "ar1":
        rho = _likeliest_rho(y, x)
        found = OLS(whitened(y, rho), whitened(x, rho)).fit()
        return _fitted(found, y - x @ found.params, n - k, rho)
    if errors == "glsar":
        model = GLSAR(y, x, rho=1)
        found = model.iterative_fit(maxiter=50)
        return _fitted(found, y - x @ found.params, n - k, float(model.rho[0]))
    plain = OLS(y, x)
    if errors == "ols":
        return _fitted(plain.fit(), None, n - k, 0.0)
    reach = int(4 * (n / 100) ** (2 / 9)) if lags is None else lags
    kinds = {"maxlags": reach, "use_correction": True}
    found = plain.fit(cov_type="HAC", cov_kwds=kinds, use_t=True)
    return _fitted(found, None, n - k, 0.0, reach)


def whitened(values: Array, rho: float) -> Array:
    """Return what is left of AR(1) noise once its memory is taken out (Prais and Winsten).

    >>> whitened(np.array([1.0, 1, 1]), 0.6).tolist()
    [0.8, 0.4, 0.4]
    """
    return np.concatenate([np.sqrt(1 - rho**2) * values[:1], values[1:] - rho * values[:-1]])


# --- inside ------------------------------------------------------------------------


def _fitted(found: Any, residuals: Array | None, df: float, rho: float, lags: float = np.nan) -> Fitted:  # fmt: skip
    rest = np.asarray(found.resid if residuals is None else residuals, np.float64)
    covariance = np.asarray(found.cov_params(), np.float64)
    return Fitted(np.asarray(found.params), covariance, float(df), rest, rho, lags)


def _likeliest_rho(y: Array, x: Array) -> float:
    """Return rho by restricted maximum likelihood: it allows for the coefficients."""
    n, k = x.shape

    def against(rho: float) -> float:
        white, target = whitened(x, rho), whitened(y, rho)
        root, upper = np.linalg.qr(white)
        left = target @ target - np.sum((root.T @ target) ** 2)
        size = float(np.log(np.abs(np.diag(np.asarray(upper)))).sum())
        return float((n - k) / 2 * np.log(max(float(left), 1e-300)) + size - np.log(1 - rho**2) / 2)

    grid: Sequence[float] = np.linspace(-0.95, 0.95, 20).tolist()
    near = min(grid, key=against)
    limits = (max(near - 0.1, -0.99), min(near + 0.1, 0.99))
    return float(minimize_scalar(against, bounds=limits, method="bounded").x)


def _regular(index: pd.Index) -> None:
    times = index.to_numpy()
    if isinstance(index, pd.DatetimeIndex):
        times = times.astype("datetime64[s]")
        days = times.astype("datetime64[D]")
        months = index.year.to_numpy() * 12 + index.month.to_numpy()
        same_day = np.ptp(index.day.to_numpy()) == 0 or bool(index.is_month_end.all())
        fits = (
            _even(times.astype(np.float64), 1e-6)
            or (same_day and _even(months.astype(np.float64), 1e-6))
            or bool((np.busday_count(days[:-1], days[1:]) == 1).all() and np.is_busday(days).all())
        )
    else:
        fits = _even(times.astype(np.float64), 0.1)  # months as rounded parts of a year are even
    if not fits:
        after = _units.shown(index[int(np.argmax(np.diff(times.astype(np.float64))))])
        msg = f"series must have times at equal distances, got a longer gap after {after}: fill it in, or give the values without times"
        raise ValueError(msg)


def _even(times: Array, within: float) -> bool:
    """Return whether no time is more than so large a part of the distance from its place."""
    if times.size < 2:
        return True
    even = np.linspace(times[0], times[-1], times.size)
    return bool(np.abs(times - even).max() <= within * (even[1] - even[0]))
