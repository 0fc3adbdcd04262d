"""Two laws for the tail of whole sizes: power law and rounded lognormal, by likelihood.

Sizes come as the different ones, ascending (`x`), and how often each comes (`counts`).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_ndtr, zeta

LARGEST_SIZE = 10**15
STEEPEST = 20.0
"""Exponents are looked for up to this one: a steeper fall is no heavy tail."""

_FLATTEST = 1.01
_NEARLY_A_POWER_LAW = 1e-6
_SMOOTH_FROM = 1e4

Numbers = NDArray[np.float64]


class Law(NamedTuple):
    """A power law from `x_min` on, and its largest gap to the sizes."""

    alpha: float
    x_min: float
    distance: float


def likeliest(x: Numbers, counts: Numbers, x_min: int | None) -> Law | None:
    """Return the law of greatest likelihood from `x_min` on, or from where it fits best.

    None if there are no two different sizes, or the law would be too steep.
    """
    if x.size < 2 or (x_min is not None and x[-2] < x_min):
        return None
    first = x[:-1] if x_min is None else np.array([float(x_min)])
    place = np.searchsorted(x, first)
    sums = np.cumsum((counts * np.log(x))[::-1])[::-1]
    mean_log = sums[place] / np.cumsum(counts[::-1])[::-1][place]
    alpha = _exponents(first, mean_log)
    distance = [
        _distance(x[i:], counts[i:], a, q) if a < STEEPEST - 1e-6 else np.inf
        for i, a, q in zip(place, alpha, first, strict=True)
    ]
    best = int(np.argmin(distance))
    if np.isinf(distance[best]):
        return None
    return Law(float(alpha[best]), float(first[best]), float(distance[best]))


def _exponents(first: Numbers, mean_log: Numbers) -> Numbers:
    """Return the likeliest exponent of each tail by bisection: alpha m + log zeta is convex."""
    low, high = np.full(first.size, _FLATTEST), np.full(first.size, STEEPEST)
    step = 1e-5
    for _ in range(40):
        middle = (low + high) / 2
        slope = np.log(zeta(middle + step, first) / zeta(middle - step, first)) / (2 * step)
        falls = slope + mean_log < 0
        low, high = np.where(falls, middle, low), np.where(falls, high, middle)
    return np.asarray((low + high) / 2)


def _distance(x: Numbers, counts: Numbers, alpha: float, first: float) -> float:
    """Return the largest gap between the cumulative shares of sizes and law, at and below each."""
    up_to = np.cumsum(counts) / counts.sum()
    below = up_to - counts / counts.sum()
    rest = zeta(alpha, x)
    whole = zeta(alpha, first)
    law_below = 1 - rest / whole
    law_up_to = 1 - (rest - x**-alpha) / whole
    return float(max(np.abs(law_below - below).max(), np.abs(law_up_to - up_to).max()))


def information(fit: Law) -> float:
    """Return the second derivative of log zeta(alpha, x_min): the information of one size."""
    step = 1e-3 * (fit.alpha - 1)
    left, middle, right = np.log(zeta(fit.alpha + np.array([-step, 0, step]), fit.x_min))
    return float((left - 2 * middle + right) / step**2)


def draw(alpha: float, first: float, k: int, luck: np.random.Generator) -> Numbers:
    """Draw k sizes of the law, shape (k,): whole parts of a Pareto size, some of them refused.

    The share of the law's chance in the Pareto's is largest at the first size, so that
    the quotient of the two shares is the chance to keep a size.
    """

    def share(x: Numbers) -> Numbers:
        return np.asarray(-1 / (x * np.expm1((1 - alpha) * np.log1p(1 / x))))

    out = np.empty(0)
    most = share(np.array([first]))[0]
    while out.size < k:
        times = np.exp(np.minimum(luck.exponential(size=2 * (k - out.size) + 8) / (alpha - 1), 700))
        x = np.floor(np.minimum(first * times, LARGEST_SIZE))
        out = np.append(out, x[luck.random(x.size) * most < share(x)])
    return out[:k]


def lognormal(x: Numbers, counts: Numbers, fit: Law) -> tuple[float, float, Numbers]:
    """Return mu, sigma and the log chances of the likeliest rounded lognormal from x_min on.

    Searched by the slope of its density at the mean log size, and log(1 / sigma^2): with
    1 / sigma^2 near 0 it is the power law.
    """
    n = counts.sum()
    mean = float(counts @ np.log(x) / n)

    def log_chances(slope: float, log_narrow: float) -> Numbers:
        root = np.exp(log_narrow / 2)
        shift = slope / root - root * mean  # z = root log x + shift

        def above(size: Numbers | float) -> Numbers:
            return np.asarray(log_ndtr(-(root * np.log(size) + shift)))

        log_x = np.log(x)
        density = np.log(root) - log_x - (root * log_x + shift) ** 2 / 2 - np.log(2 * np.pi) / 2
        near = x < _SMOOTH_FROM
        high, low = above(x[near] - 0.5), above(x[near] + 0.5)
        density[near] = high + np.log(-np.expm1(np.minimum(low - high, -1e-300)))
        return np.asarray(density - above(fit.x_min - 0.5))

    found = minimize(
        lambda at: -float(counts @ log_chances(*at)) / n,
        (fit.alpha - 1, np.log(0.01)),  # nearly the power law itself
        method="Nelder-Mead",
        bounds=[(None, None), (np.log(_NEARLY_A_POWER_LAW), np.log(1e8))],
        options={"xatol": 1e-7, "fatol": 1e-13, "maxiter": 2000},
    )
    slope, log_narrow = found.x
    chances = log_chances(slope, log_narrow)
    narrow = float(np.exp(log_narrow))
    if narrow < 2 * _NEARLY_A_POWER_LAW:
        return -np.inf, np.inf, chances
    return mean - float(slope) / narrow, narrow**-0.5, chances
