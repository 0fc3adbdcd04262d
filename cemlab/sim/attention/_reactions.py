"""How soon people react to a post: flat for minutes, then a power law."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cemlab.sim.attention import _times

Array = NDArray[np.float64]
FLAT_S, THETA = 300.0, 0.2314843
"""Reaction times on Twitter: density flat up to 300 seconds, then falling with theta."""

FLAT_DENSITY = 6.265725e-4
"""Density of the flat part (a second). The rounded pair in print, 6.27e-4 and .242, sums to .965."""


def reaction_density(seconds: ArrayLike) -> Any:
    """Return the density of reaction times, a second: flat for five minutes, then a power law.

    Parameters
    ----------
    seconds : float or array_like of float
        Times since a post; 0 before it.

    Returns
    -------
    float or ndarray
        Density a second; it sums to 1.

    Notes
    -----
    *Critique.* Measured on one network in 2011. Theta near 0.23 has no mean: some react after
    weeks, in the model at least.

    References
    ----------
    Q. Zhao, M. Erdogdu, H. He, A. Rajaraman, J. Leskovec, "SEISMIC: a self-exciting point process
    model for predicting tweet popularity", KDD 2015.

    Examples
    --------
    >>> reaction_density([0, 300]).tolist()
    [0.0006265725, 0.0006265725]
    >>> round(reaction_density(600) / reaction_density(300), 4), round(2**-1.2314843, 4)
    (0.4259, 0.4259)
    """
    given, _ = _times.of("seconds", seconds)
    late = np.maximum(given, FLAT_S) / FLAT_S
    density = np.where(given < 0, 0.0, FLAT_DENSITY * late ** -(1 + THETA))
    return float(density) if density.ndim == 0 else density


def reacted(seconds: ArrayLike) -> Any:
    """Return the part of all reactions that have come so many seconds after a post.

    Parameters
    ----------
    seconds : float or array_like of float
        Times since a post; 0 before it.

    Returns
    -------
    float or ndarray
        Shares in [0, 1].

    Notes
    -----
    *Critique.* As for :func:`reaction_density`.

    Examples
    --------
    >>> round(reacted(300), 3), round(reacted(86400), 3), reacted(float("inf"))
    (0.188, 0.781, 1.0)
    """
    given, _ = _times.of("seconds", seconds)
    early = FLAT_DENSITY * np.clip(given, 0.0, FLAT_S)
    tail = FLAT_DENSITY * FLAT_S / THETA
    late = tail * (1 - (np.maximum(given, FLAT_S) / FLAT_S) ** -THETA)
    part = np.minimum(early + late, 1.0)
    part = np.where(np.isposinf(given), 1.0, part)
    return float(part) if part.ndim == 0 else part


def due_in(age: Array, window: float) -> Array:
    """Return the weighted part of reactions that each post of this age had in the window."""
    start = np.maximum(age - window, 0.0)
    part = np.asarray(reacted(age)) - np.asarray(reacted(start))
    moments = _moment(age) - _moment(start)
    return np.asarray((1 - age / window) * part + moments / window)


def _moment(seconds: Array) -> Array:
    """Return the sum of density times time, up to a time."""
    early = FLAT_DENSITY * np.minimum(seconds, FLAT_S) ** 2 / 2
    late = np.maximum(seconds, FLAT_S) / FLAT_S
    return np.asarray(early + FLAT_DENSITY * FLAT_S**2 * (late ** (1 - THETA) - 1) / (1 - THETA))
