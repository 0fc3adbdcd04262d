"""Draws of assumptions: each has its own stream of luck, whatever else is assumed."""

import hashlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import interpolate, special, stats

DISTRIBUTIONS = ("fixed", "uniform", "triangular", "pert", "lognormal")
_KEPT_RUNS = 2**14
_Z95 = float(stats.norm.ppf(0.95))
_NODES = 513

Range = tuple[str, float, float, float]
"""Distribution, low, likely, high."""


def draws(spec: Range, *, key: int, name: str, half: int, runs: int) -> NDArray[np.float64]:
    """Return the draws of one assumption; they depend on nothing but the arguments.

    `half` 0 is the sample that is shown, 1 a second one for variance shares.
    """
    if runs > _KEPT_RUNS:
        return _drawn(spec, key, name, half, runs)
    return _kept(spec, key, name, half, runs)


def _drawn(spec: Range, key: int, name: str, half: int, runs: int) -> NDArray[np.float64]:
    kind, low, likely, high = spec
    if kind == "fixed" or low == high:
        return np.full(runs, likely)
    digest = hashlib.blake2b(f"{half} {name}".encode(), digest_size=8).digest()
    words = np.array([key, int.from_bytes(digest, "little")], np.uint64)
    u = np.random.Generator(np.random.Philox(key=words)).random(runs)
    if kind == "pert":
        a, b = _pert(low, likely, high)
        return low + (high - low) * beta_quantiles(u, a, b)
    return np.asarray(_shape(kind, low, likely, high).ppf(u), np.float64)


@lru_cache(maxsize=256)
def _kept(spec: Range, key: int, name: str, half: int, runs: int) -> NDArray[np.float64]:
    found = _drawn(spec, key, name, half, runs)
    found.flags.writeable = False
    return found


@lru_cache(maxsize=512)
def quantile(spec: Range, p: float) -> float:
    """Return the value of an assumption that a share p of its draws lies below.

    >>> quantile(("uniform", 0.0, 5.0, 10.0), 0.05), quantile(("fixed", 3.0, 3.0, 3.0), 0.95)
    (0.5, 3.0)
    """
    kind, low, likely, high = spec
    if kind == "fixed" or low == high:
        return likely
    if kind == "pert":
        return low + (high - low) * float(special.betaincinv(*_pert(low, likely, high), p))
    return float(_shape(kind, low, likely, high).ppf(p))


def beta_quantiles(u: NDArray[np.float64], a: float, b: float) -> NDArray[np.float64]:
    """Return quantiles of a beta distribution at u in [0, 1), by a table; off by less than 1e-9.

    Near 0 the quantile grows like the a-th root of u, near 1 like the b-th root of 1 - u. As a
    function of that root it is smooth, so that a few hundred exact values are enough.

    >>> beta_quantiles(np.array([0.0, 0.19, 0.75]), 1.0, 2.0).round(9)
    array([0. , 0.1, 0.5])
    """
    found = np.empty_like(u)
    left = u < 0.5
    found[left] = _lower_half(a, b)(u[left] ** (1 / a))
    found[~left] = 1.0 - _lower_half(b, a)((1.0 - u[~left]) ** (1 / b))
    return np.clip(found, 0.0, 1.0)


@lru_cache(maxsize=128)
def _lower_half(a: float, b: float) -> interpolate.CubicSpline:
    """Return the quantile as a function of the a-th root of its probability, up to the median."""
    root = np.linspace(0.0, 0.5 ** (1 / a), _NODES)
    return interpolate.CubicSpline(root, special.betaincinv(a, b, root**a))


def _pert(low: float, likely: float, high: float) -> tuple[float, float]:
    width = high - low
    return 1 + 4 * (likely - low) / width, 1 + 4 * (high - likely) / width


def _shape(kind: str, low: float, likely: float, high: float) -> stats.rv_continuous:
    width = high - low
    if kind == "uniform":
        return stats.uniform(low, width)
    if kind == "triangular":
        return stats.triang((likely - low) / width, low, width)
    return stats.lognorm(np.log(high / low) / (2 * _Z95), scale=likely)
