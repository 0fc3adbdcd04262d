"""Where thresholds let a story go far on large random networks: formulas beside the simulation."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import gammaincc

from cemlab import _checks
from cemlab.network import MOST_PEOPLE

_FEWEST_TIES = 4
_EXACT = 1 - 1e-12  # a share that misses k/n by rounding is k/n


def cascade_condition(degrees: ArrayLike, *, share: ArrayLike) -> float:
    """Return how many people one voice wins who are won by one voice, on average.

    Above 1, one starter can set off a cascade through a large random network with these
    numbers of ties; below 1, cascades stay small. Only people count whom a single voice
    is enough for (`share` at most 1/k for k ties), each with the k - 1 ties by which
    they pass it on: the sum of k (k - 1) over them, divided by the sum of k over all.

    Parameters
    ----------
    degrees : array_like of int, shape (n,)
        How many people each person hears, and is heard by (an undirected network).
    share : float, or array_like of float of shape (n,)
        As in `simulate`.

    Returns
    -------
    float
        0 if nobody has ties.

    Raises
    ------
    ValueError
        If `degrees` are no whole numbers of at least 0, or `share` is outside [0, 1].

    References
    ----------
    D. J. Watts, "A simple model of global cascades on random networks", PNAS 99, 2002.

    Examples
    --------
    >>> cascade_condition([3, 3, 3, 3], share=1 / 3)
    2.0
    >>> cascade_condition([3, 3, 3, 3], share=0.34)
    0.0
    """
    try:
        ties = np.asarray(degrees)
    except ValueError:
        ties = np.empty((0, 0))
    if ties.size == 0:
        ties = ties.astype(np.int64)
    if ties.ndim != 1 or ties.dtype.kind not in "iu" or ties.min(initial=0) < 0:
        msg = f"degrees must be whole numbers of at least 0, in one list, got {degrees!r}"
        raise ValueError(msg)
    k = ties.astype(np.float64)
    alone = voices_of(shares(share, k.size), k) == 1
    return float((k * (k - 1))[alone].sum() / k.sum()) if k.sum() > 0 else 0.0


def cascade_window(*, share: float) -> tuple[float, float]:
    """Return between which mean numbers of ties cascades are possible, if ties are random.

    In a large network whose ties are laid by chance, the number of a person's ties has a
    Poisson law. Too few ties, and no way leads far; too many, and one voice is lost among
    the others. In between, `cascade_condition` is above 1.

    Parameters
    ----------
    share : float
        Which part of the people one hears must have joined, in [0, 1].

    Returns
    -------
    low, high : float
        Mean ties a person. Both nan if there is no window: `share` above 1/4. For a
        share that one voice always reaches (such as 0), `high` is infinite.

    Raises
    ------
    ValueError
        If `share` is outside [0, 1].

    References
    ----------
    D. J. Watts, "A simple model of global cascades on random networks", PNAS 99, 2002.

    Examples
    --------
    >>> [round(z, 4) for z in cascade_window(share=0.18)]
    [1.0207, 5.7647]
    """
    part = _checks.number("share", share, low=0.0, high=1.0)
    if part * MOST_PEOPLE < 1:
        return 1.0, math.inf
    most = math.floor(1 / (part * _EXACT))  # ties with which one voice is enough
    if most < _FEWEST_TIES:
        return math.nan, math.nan

    def above(z: float) -> float:
        """Return z P(Poisson(z) <= most - 2) - 1: the condition less 1, above 0 in the middle."""
        return float(z * gammaincc(most - 1, z)) - 1

    middle, far = most / 2, most + 10 * math.sqrt(most) + 50
    return float(brentq(above, 0.5, middle)), float(brentq(above, middle, far))


def voices_of(share: NDArray[np.float64], heard: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how many voices make a share of the people heard: at least one."""
    return np.maximum(np.ceil(share * heard * _EXACT), 1.0)


def shares(share: ArrayLike, n: int) -> NDArray[np.float64]:
    """Return everybody's `share`, checked: one number for all, or one a person."""
    if isinstance(share, str) or not hasattr(share, "__len__"):
        return np.full(n, _checks.number("share", share, low=0.0, high=1.0))
    return by_person("share", "a number in [0, 1]", share, n, "iuf", 0, 1)


def by_person(
    name: str, rule: str, value: ArrayLike, n: int, kinds: str, low: int, high: int
) -> NDArray[np.float64]:
    """Return one number a person in [low, high], of a dtype among `kinds`, or say the `rule`."""
    try:
        array = np.asarray(value)
    except ValueError:
        array = np.empty(())
    if array.shape != (n,):
        msg = f"{name} must be {rule}, or one for each of the {n} people, got shape {array.shape}"
        raise ValueError(msg)
    right = (array >= low) & (array <= high) if array.dtype.kind in kinds else np.zeros(n, bool)
    wrong = np.flatnonzero(~right)
    if wrong.size:
        first = array[wrong[:1]].tolist()[0]
        msg = f"{name} must be {rule}, got {first!r} for person {wrong[0]}"
        raise ValueError(msg)
    return array.astype(np.float64)
