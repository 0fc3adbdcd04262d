"""Weights of donors: at least 0, adding up to 1, nearest to the unit before the event."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, nnls

Array = NDArray[np.float64]


def nearest(target: Array, donors: Array) -> Array:
    """Return the weights w >= 0 with sum 1 that minimise the squares of target - donors @ w.

    With C = donors - target the task is to minimise |Cu| on the simplex. Least squares with
    u >= 0 of (Cu, sum u) against (0, 1) has the same solution but for its length, which is
    divided out.

    >>> nearest(np.array([1.5, 2.5]), np.array([[1.0, 2, 9], [2, 3, 9]])).round(12).tolist()
    [0.5, 0.5, 0.0]
    """
    gaps = donors - target[:, None]
    size = np.abs(gaps).max()
    if size == 0:
        return np.full(donors.shape[1], 1 / donors.shape[1])
    unit = np.zeros(donors.shape[1])
    scale = 10.0 / size  # the row of the sum must not drown the rest
    for _ in range(2):  # the second time at the scale of the gap that is left
        system = np.vstack([gaps * scale, np.ones(donors.shape[1])])
        found, _distance = nnls(system, np.append(np.zeros(len(target)), 1.0))
        unit = found / found.sum()
        left = float(np.linalg.norm(gaps @ unit))
        scale = 1.0 / max(left, 1e-7 * size)
    return np.asarray(unit)


def with_predictors(target: Array, donors: Array, own: Array, theirs: Array) -> Array:
    """Return weights that match predictors, each as important as makes the course fit best.

    Among mixtures that match the predictors alike, the courses decide.

    Parameters
    ----------
    target, donors : arrays, shapes (t,) and (t, donors)
        Courses before the event.
    own, theirs : arrays, shapes (k,) and (k, donors)
        Predictors in units of their spread.
    """
    count = own.size
    tie = 1e-4 / np.sqrt(target.size) / max(float(np.abs(donors - target[:, None]).max()), 1e-300)

    def weights(z: Array) -> Array:
        importance = np.exp(z - z.max())
        root = np.sqrt(importance / importance.sum())
        rows = np.append(root * own, tie * target)
        return nearest(rows, np.vstack([root[:, None] * theirs, tie * donors]))

    def loss(z: Array) -> float:
        return float(np.mean((target - donors @ weights(z)) ** 2))

    starts = [np.zeros(count), *(4.0 * np.eye(count))]
    if count == 1:
        return weights(starts[0])
    first = min(starts, key=loss)
    options = {"maxiter": 100 * count, "xatol": 1e-3, "fatol": 1e-10}
    found = minimize(loss, first, method="Nelder-Mead", options=options)
    return weights(np.asarray(found.x))
