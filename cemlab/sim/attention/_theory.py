"""What theory says of self-exciting attention: mean rates, counts, families."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cemlab import _checks
from cemlab.sim.attention import _background, _terms
from cemlab.sim.attention import memory as _memory

Array = NDArray[np.float64]


def mean_rate(background: float, branching: float) -> float:
    """Return the long-run rate of events, background / (1 - branching), a unit of time.

    Parameters
    ----------
    background : float
        Events from outside a unit of time, at least 0.
    branching : float
        Events that follow one event, on average: at least 0 and below 1.

    Raises
    ------
    ValueError
        If `branching` is 1 or more: then there is no long run.

    References
    ----------
    A. G. Hawkes, "Spectra of some self-exciting and mutually exciting point processes",
    Biometrika 58, 1971.

    Examples
    --------
    >>> mean_rate(2.0, 0.75)
    8.0
    """
    return _checks.number("background", background, low=0) / (1 - _below_one(branching))


def variance_ratio(branching: float) -> float:
    """Return variance over mean of the counts in long spans of time, 1 / (1 - branching)**2.

    It is 1 where events come by themselves (Poisson).

    Raises
    ------
    ValueError
        If `branching` is not at least 0 and below 1.

    Examples
    --------
    >>> variance_ratio(0.5)
    4.0
    """
    return float((1 - _below_one(branching)) ** -2)


def cluster_law(sizes: ArrayLike, branching: float) -> Array:
    """Return the chance that one outside event and all that follow it are so many (Borel's law).

    Parameters
    ----------
    sizes : array_like of int
        Sizes, the first event included; 0 has chance 0.
    branching : float
        Events that follow one event, on average, at least 0. Above 1 the chances add up to less
        than 1: the rest is for families without end.

    Raises
    ------
    ValueError
        If a size is no whole number of at least 0.

    Notes
    -----
    The mean is 1 / (1 - branching); near 1 the law falls as size ** -1.5.

    References
    ----------
    E. Borel, "Sur l'emploi du théorème de Bernoulli pour faciliter le calcul d'une infinité de
    coefficients", Comptes Rendus 214, 1942.

    Examples
    --------
    >>> cluster_law([1, 2, 3], 0.5).round(4).tolist()
    [0.6065, 0.1839, 0.0837]
    """
    from scipy.special import gammaln, xlogy

    size = np.asarray(sizes, np.float64)
    if not bool(((size >= 0) & (size == np.floor(size)) & np.isfinite(size)).all()):
        msg = f"sizes must be whole numbers of at least 0, got {sizes!r}"
        raise ValueError(msg)
    mean = _branching(branching)
    some = np.maximum(size, 1.0)
    log_chance = xlogy(some - 1, mean * some) - mean * some - gammaln(some + 1)
    return np.where(size > 0, np.exp(log_chance), 0.0)


def expected_rate(
    at: ArrayLike,
    *,
    background: Any,
    branching: float,
    memory: Any,
    shock: float = 0.0,
) -> Array:
    """Return the expected rate of events at given times, from an empty start (a unit of time).

    Parameters
    ----------
    at : array_like of float
        Times from the start, at least 0.
    background, branching, memory
        As for :func:`hawkes`; `branching` may be 1 or more.
    shock : float
        Outside events at time 0, such as one post or one broadcast.

    Notes
    -----
    Exact for an exponential memory; a power law is taken as a sum of exponentials, with a
    relative error below 1e-9.

    References
    ----------
    A. Dassios, H. Zhao, "A dynamic contagion process", Advances in Applied Probability 43, 2011
    (moments for an exponential memory).

    Examples
    --------
    With mean memory 1 and branching .5 the rate is 2 - exp(-t / 2):

    >>> expected_rate([0, 2], background=1, branching=0.5, memory=1).round(4).tolist()
    [1.0, 1.6321]
    """
    return _expected(at, background, branching, memory, shock, counted=False)


def expected_count(
    at: ArrayLike,
    *,
    background: Any,
    branching: float,
    memory: Any,
    shock: float = 0.0,
) -> Array:
    """Return the expected number of events until given times, from an empty start.

    Parameters and accuracy as for :func:`expected_rate`; the shock's own events are counted.

    Examples
    --------
    A post at time 0 and nothing else: 1 / (1 - branching) in the end.

    >>> expected_count([0, 1000], background=0, branching=0.75, memory=1, shock=1).round(4).tolist()
    [1.0, 4.0]
    """
    return _expected(at, background, branching, memory, shock, counted=True)


# --- inside ------------------------------------------------------------------------


def _expected(
    at: ArrayLike, background: Any, branching: float, memory: Any, shock: float, *, counted: bool
) -> Array:
    """Follow the mean of each exponential term: a linear system, solved by its own directions."""
    steps = _background.read(background)
    mean, lasting = _branching(branching), _memory.read(memory)
    first = _checks.number("shock", shock, low=0)
    times = np.asarray(at, np.float64)
    if not bool((np.isfinite(times) & (times >= 0)).all()):
        msg = f"at must be finite times of at least 0, got {at!r}"
        raise ValueError(msg)
    weights, rates = _terms.terms(lasting, float(times.max(initial=0.0)) or 1.0)
    root = np.sqrt(weights)
    speeds, ways = np.linalg.eigh(mean * np.outer(root, root) - np.diag(rates))
    parts = mean * (ways.T @ root) ** 2
    flat = times.ravel()
    if counted:
        found = first * (1 + _grown(flat, speeds, parts))
        response = _twice_grown
    else:
        found = first * (np.exp(flat[:, None] * speeds) @ parts)
        response = _grown
    for edge, change in zip(steps.edges, np.diff(steps.rates, prepend=0.0), strict=True):
        since = np.maximum(flat - edge, 0.0)
        direct = since if counted else np.ones(flat.size)
        found = found + np.where(
            flat >= edge, change * (direct + response(since, speeds, parts)), 0.0
        )
    return np.asarray(found.reshape(times.shape))


def _grown(t: Array, speeds: Array, parts: Array) -> Array:
    """Return the integral of the sum of parts * exp(speeds * t) from 0 to t."""
    z = t[:, None] * speeds
    small = np.abs(z) < 1e-8
    ratio = np.where(small, 1 + z / 2, np.expm1(z) / np.where(small, 1.0, z))
    return np.asarray(t * (ratio @ parts))


def _twice_grown(t: Array, speeds: Array, parts: Array) -> Array:
    """Return the integral of that integral."""
    z = t[:, None] * speeds
    small = np.abs(z) < 1e-3
    safe = np.where(small, 1.0, z)
    series = 0.5 + z / 6 * (1 + z / 4 * (1 + z / 5))
    ratio = np.where(small, series, (np.expm1(z) - z) / safe**2)
    return np.asarray(t**2 * (ratio @ parts))


def _branching(branching: float) -> float:
    return _checks.number("branching", branching, low=0, high=100)


def _below_one(branching: float) -> float:
    mean = _branching(branching)
    if mean >= 1:
        msg = f"branching must be below 1 for a long run to exist, got {branching!r}: ask for expected_rate or expected_count at a time"
        raise ValueError(msg)
    return mean
