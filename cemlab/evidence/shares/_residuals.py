"""What the residuals of an estimation window say about chance, and about the model."""

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Array = NDArray[np.float64]
_LAGS = 5
_FLAT = 1e-9
"""Windows whose sum the model fixes (nearly) are not stretched beyond this."""


def fitted(y: Array, x: Array, names: list[str], level: float, lags: int | None) -> dict[str, Any]:
    """Return coefficients (a table), residuals, R2, and with `lags` the HAC covariance."""
    import statsmodels.api as sm  # type: ignore[import-untyped, unused-ignore]

    if not x.shape[1]:
        empty = pd.DataFrame(columns=["value", "low", "high", "se", "n"], dtype=np.float64)
        return {
            "coefficients": empty.rename_axis("coefficient"),
            "residuals": y,
            "covariance": np.empty((0, 0)),
            "inverse": np.empty((0, 0)),
            "design": x,
            "r_squared": 0.0,
        }
    fit = sm.OLS(y, x).fit()
    low, high = np.asarray(fit.conf_int(alpha=1 - level)).T
    columns = {"value": fit.params, "low": low, "high": high, "se": fit.bse, "n": len(y)}
    table = pd.DataFrame(columns, index=pd.Index(names, name="coefficient"))
    covariance = np.empty((0, 0))
    if lags is not None:
        robust = fit.get_robustcov_results("HAC", maxlags=lags, use_correction=True)
        covariance = np.asarray(robust.cov_params()).reshape(x.shape[1], -1)
    return {
        "coefficients": table,
        "residuals": np.asarray(fit.resid),
        "covariance": covariance,
        "design": x,
        "inverse": np.asarray(fit.normalized_cov_params).reshape(x.shape[1], -1),
        "r_squared": float(fit.rsquared) if x.shape[1] > 1 else 0.0,
    }


def diagnostics(residuals: Array, r_squared: float) -> dict[str, float]:
    """Return R2 and the usual tests of residuals, by name.

    >>> found = diagnostics(np.array([1.0, -1.0] * 20), 0.5)
    >>> f"{found['durbin_watson']:.1f}"
    '3.9'
    """
    from scipy import stats
    from statsmodels.stats.stattools import (  # type: ignore[import-untyped, unused-ignore]
        durbin_watson,
    )

    lags = min(_LAGS, len(residuals) // 5)
    squares = residuals**2
    arch = math.nan
    if lags and np.ptp(squares) > 1e-9 * squares.mean():
        arch = float(stats.chi2.sf(_explained_by_the_past(squares, lags), lags))
    return {
        "r_squared": r_squared,
        "durbin_watson": float(durbin_watson(residuals)),
        "arch_p": arch,
        "skewness": float(stats.skew(residuals)),
        "excess_kurtosis": float(stats.kurtosis(residuals)),
        "normal_p": float(stats.jarque_bera(residuals).pvalue),
    }


def correlated_variance(residuals: Array, x: Array, covariance: Array, k: int) -> Array:
    """Return the variance of summed errors up to each day, with correlation between days.

    The variance of a sum of m days is m times Newey and West's long-run variance with m - 1 lags.
    """
    days = len(x)
    own = np.array([residuals[lag:] @ residuals[: len(residuals) - lag] for lag in range(days)])
    own /= len(residuals) - k
    found = np.array(
        [m * own[0] + 2 * (m - np.arange(1, m)) @ own[1:m] for m in range(1, days + 1)]
    )
    sums = x.cumsum(axis=0)
    return np.asarray(found + ((sums @ covariance) * sums).sum(axis=1))


def runs(residuals: Array, days: int) -> Array:
    """Return the sum of every `days` neighbouring residuals without a gap.

    >>> runs(np.array([1.0, 2.0, np.nan, 3.0, 4.0]), 2).tolist()
    [3.0, 7.0]
    """
    sums = sliding_window_view(residuals, days).sum(axis=1)
    return np.asarray(sums[np.isfinite(sums)])


def scaled_runs(residuals: Array, x: Array, inverse: Array, ahead: Array, days: int) -> Array:
    """Return sums of neighbouring residuals, each as wide as the error of a forecast.

    Residuals lie nearer to the line they were fitted to than forecasts do: a sum over days with
    regressors v has variance days - v' inverse v in units of one day's, a forecast over `ahead`
    days + v' inverse v. Missing days are NaN in `residuals`; `x` has a row a day.

    >>> one = np.ones((4, 1))
    >>> scaled_runs(np.array([1.0, -1, 1, -1]), one, np.array([[0.25]]), np.array([2.0]), 2).tolist()
    [0.0, 0.0, 0.0]
    >>> scaled_runs(np.array([3.0, 3, -3, -3]), one, np.array([[0.25]]), np.array([2.0]), 2)[0].round(3).item()
    10.392
    """
    sums = sliding_window_view(residuals, days).sum(axis=1)
    across = sliding_window_view(x, days, axis=0).sum(axis=2)
    within = days - ((across @ inverse) * across).sum(axis=1)
    forecast = days + float(ahead @ inverse @ ahead)
    found = sums * np.sqrt(forecast / np.maximum(within, _FLAT * days))
    return np.asarray(found[np.isfinite(found)])


def separate(places: NDArray[np.int64], length: int) -> int:
    """Return how many windows can be chosen that share no day, from their first days in order.

    >>> separate(np.array([0, 1, 2, 3, 9]), 3)
    3
    """
    count, free = 0, -np.inf
    for place in places.tolist():
        if place >= free:
            count, free = count + 1, place + length
    return count


def rank(value: float, others: Array) -> dict[str, float]:
    """Return the share of `others` and the value itself that lie as far out; ties count.

    >>> rank(-2.0, np.array([-3.0, -2.0, 0.0, 5.0]))
    {'two_sided': 0.8, 'lower': 0.6, 'upper': 0.8}
    """
    slack = 1e-12 * max(abs(value), float(np.abs(others).max(initial=0.0)))
    n = len(others) + 1
    return {
        "two_sided": float(1 + (np.abs(others) >= abs(value) - slack).sum()) / n,
        "lower": float(1 + (others <= value + slack).sum()) / n,
        "upper": float(1 + (others >= value - slack).sum()) / n,
    }


def least_found(others: Array, level: float) -> float:
    """Return the size beyond which a rank test speaks; infinite where it cannot.

    >>> least_found(np.arange(1.0, 20.0), 0.95), least_found(np.arange(1.0, 19.0), 0.95)
    (19.0, inf)
    """
    far = math.floor((1 - level) * (len(others) + 1) + 1e-9) - 1
    return math.inf if far < 0 else float(np.sort(np.abs(others))[::-1][min(far, len(others) - 1)])


# --- inside ------------------------------------------------------------------------


def _explained_by_the_past(squares: Array, lags: int) -> float:
    """Return n R2 of squares on their own past (Engle's Lagrange multiplier)."""
    import statsmodels.api as sm

    past = sliding_window_view(squares, lags)[:-1]
    fit = sm.OLS(squares[lags:], sm.add_constant(past, has_constant="add")).fit()
    return float(fit.nobs * fit.rsquared)
