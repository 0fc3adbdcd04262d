"""One common factor by maximum likelihood, and the share of a sum that it explains."""

import math
import warnings

import numpy as np
from numpy.typing import NDArray
from statsmodels.multivariate.factor import Factor  # type: ignore[import-untyped]

Floats = NDArray[np.float64]
_NO_ERROR = 1e-4  # part of an item's variance
_STEEPEST = 1e-5  # of the likelihood per item at its top


def one_factor(cov: Floats) -> tuple[Floats, Floats]:
    """Return the items' loadings and error variances, from their covariances, shape (k, k).

    >>> load, error = one_factor(np.array([[2.0, 1, 1], [1, 2, 1], [1, 1, 2]]))
    >>> load.round(4).tolist(), error.round(4).tolist()
    ([1.0, 1.0, 1.0], [1.0, 1.0, 1.0])
    """
    sd = np.sqrt(np.diag(cov))
    corr = cov / np.outer(sd, sd)
    top = np.linalg.eigh(corr)
    first = top.eigenvectors[:, -1] * math.sqrt(top.eigenvalues[-1])
    first = np.clip(first * np.sign(first.sum() or 1.0), -0.95, 0.95)
    model = Factor(corr=corr, n_factor=1, method="ml")
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # what went wrong is told below
        found = model.fit(start=(first[:, None], 1 - first**2))
    error = np.asarray(model.uniqueness, np.float64)
    load = np.asarray(found.loadings, np.float64)[:, 0]
    steep = np.abs(model.score((load[:, None], error)) if error.min() > 0 else math.nan).max()
    if not (np.isfinite(load).all() and error.min() > _NO_ERROR and steep < _STEEPEST):
        msg = "items must be explained by one common factor with some error in each, got none that fits: ask for cronbach_alpha, or fewer items"
        raise ValueError(msg)
    load = load * np.sign(load.sum() or 1.0)
    return load * sd, error * sd**2


def share_of_one_factor(values: Floats, load: Floats, error: Floats) -> tuple[float, float]:
    """Return omega and its standard error, from each respondent's part in the covariances.

    The loadings' response to a covariance comes from the likelihood's curvature, the spread
    of covariances from the answers themselves (fourth moments), so that no distribution
    is taken for granted.
    """
    k = len(load)
    total, noise = load.sum(), error.sum()
    value = total**2 / (total**2 + noise)
    slope = np.concatenate(
        [
            np.full(k, 2 * total * noise / (total**2 + noise) ** 2),
            np.full(k, -(total**2) / (total**2 + noise) ** 2),
        ]
    )
    if not _NO_ERROR < value < 1:
        msg = "items must have something in common, got loadings that cancel out: turn reversed items around"
        raise ValueError(msg)
    back = np.linalg.inv(np.outer(load, load) + np.diag(error))
    # Change of the model's covariances with each loading, then with each error variance.
    change = np.zeros((2 * k, k, k))
    for i in range(k):
        change[i, i, :] += load
        change[i, :, i] += load
        change[k + i, i, i] = 1.0
    weighed = back @ change @ back
    curve = 0.5 * np.einsum("aij,bji->ab", weighed, change)
    effect = 0.5 * np.einsum("a,aij->ij", np.linalg.solve(curve, slope), weighed)
    away = values - values.mean(axis=0)
    part = np.einsum("ni,ij,nj->n", away, effect, away, optimize=True)
    return float(value), float(part.std(ddof=1) / math.sqrt(len(values)))
