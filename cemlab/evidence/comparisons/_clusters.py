"""Two-way fixed effects with errors clustered by unit, as a regression with all dummies has them."""

import numpy as np
from numpy.typing import NDArray
from statsmodels.regression.linear_model import (  # type: ignore[import-untyped, unused-ignore]
    OLS,
)

Array = NDArray[np.float64]


def regression(values: Array, regressors: Array) -> tuple[Array, Array]:
    """Return coefficients and errors clustered by unit, after both fixed effects are taken out.

    `values` is (times, units), `regressors` (times, units, k). The errors are those of a
    regression with a dummy for each unit and time, all of them counted in k of the small-sample
    factor G / (G - 1) (n - 1) / (n - k).
    """
    y = _centred(values[..., None])[..., 0].T.ravel()
    x = _centred(regressors).transpose(1, 0, 2).reshape(y.size, -1)
    groups = np.repeat(np.arange(values.shape[1]), values.shape[0])
    found = OLS(y, x).fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)
    n, k = x.shape
    full = (n - k) / (n - k - sum(values.shape) + 1)  # statsmodels has counted k regressors only
    variance = full * np.diag(np.asarray(found.cov_params(), np.float64))
    return np.asarray(found.params), np.sqrt(np.maximum(variance, 0.0))


def factor(units: int, times: int, k: int) -> float:
    """Return the small-sample factor of errors clustered by unit, k regressors beside all dummies.

    >>> factor(8, 2, 1)  # 8 / 7 of clusters, 15 / 6 of coefficients
    2.857142857142857
    """
    cells = units * times
    return units / (units - 1) * (cells - 1) / (cells - units - times + 1 - k)


# --- inside ------------------------------------------------------------------------


def _centred(x: Array) -> Array:
    return np.asarray(
        x - x.mean(axis=0, keepdims=True) - x.mean(axis=1, keepdims=True) + x.mean(axis=(0, 1))
    )
