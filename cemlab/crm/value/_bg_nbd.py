"""Arithmetic of the BG/NBD model: parameters r, alpha, a, b.

Customers buy at a rate that is gamma distributed (r, alpha), and after each repeat purchase
they leave with a chance that is beta distributed (a, b).
"""

from collections.abc import Callable

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray
from scipy.special import betaln, digamma, gammaln
from scipy.stats import nbinom

from cemlab.crm.value import _beta
from cemlab.crm.value._buyers import Groups

Array = NDArray[np.float64]
NAMES = ("r", "alpha", "a", "b")
MODEL = "BG/NBD"

_NODES = 48
_AT = np.cos(np.pi * (np.arange(_NODES) + 0.5) / _NODES)
_TO_CURVE = chebyshev.chebvander(_AT, _NODES - 1) * 2 / _NODES
_TO_CURVE[:, 0] /= 2


def starts(groups: Groups) -> list[list[float]]:
    """Return where to begin the climb: logarithms of the parameters."""
    rate = float((groups.customers @ groups.frequency) / (groups.customers @ groups.age))
    return [list(np.log([r, r / rate, a, b])) for r, a, b in
            ((0.5, 0.8, 2.5), (2.0, 0.2, 3.0), (0.2, 3.0, 9.0), (20.0, 0.1, 1.0))]  # fmt: skip


def score(groups: Groups) -> Callable[[Array], tuple[float, Array]]:
    """Return the log-likelihood and its slope as a function of the parameters' logarithms."""
    again = groups.frequency > 0
    zero_age, zero_n = groups.age[~again], groups.customers[~again]
    x, recency, age, n = (c[again] for c in (groups.frequency, groups.recency, groups.age, groups.customers))  # fmt: skip
    different, place = np.unique(x, return_inverse=True)
    many = np.bincount(place, weights=n)
    every = many.sum() + zero_n.sum()

    def found(logs: Array) -> tuple[float, Array]:
        r, alpha, a, b = np.exp(logs)
        older, old = np.log(alpha + age), np.log(alpha + recency)
        odds = np.log(a) - np.log(b + x - 1) + (r + x) * (older - old)
        small = np.exp(-np.abs(odds))
        gone = np.where(odds > 0, 1.0, small) / (1 + small)
        rest = 1 - gone
        young = np.log(alpha + zero_age)
        value = n @ (np.maximum(odds, 0.0) + np.log1p(small) - (r + x) * older) - r * (
            zero_n @ young
        )
        value += every * r * logs[1]
        value += many @ (gammaln(r + different) - gammaln(r)
                         + betaln(a, b + different) - betaln(a, b))  # fmt: skip
        both = digamma(a + b) - digamma(a + b + different)
        slope = np.array([
            many @ (digamma(r + different) - digamma(r)) + every * logs[1]
            - n @ (rest * older + gone * old) - zero_n @ young,
            every * r / alpha - r * (zero_n @ (1 / (alpha + zero_age)))
            - n @ ((r + x) * (rest / (alpha + age) + gone / (alpha + recency))),
            many @ both + n @ gone / a,
            many @ (both + digamma(b + different) - digamma(b)) - n @ (gone / (b + x - 1)),
        ])  # fmt: skip
        return float(value), slope * np.exp(logs)

    return found


def explain(values: Array) -> str:
    """Return what it means that the parameters are at a border, as far as that can be said."""
    r, _, a, b = values
    words = []
    if a / (a + b) < 1e-3:
        words.append("as good as nobody leaves")
    if r > 100:
        words.append("customers do not differ in how often they buy")
    if a / (a + b) >= 1e-3 and a + b > 100:
        words.append("customers do not differ in how soon they leave")
    return ", and ".join(words)


def log_odds_alive(values: Array, x: Array, recency: Array, age: Array) -> Array:
    """Return log(P(alive) / P(left)); infinite without a repeat purchase."""
    r, alpha, a, b = values
    safe = np.maximum(x, 1.0)
    odds = np.log(b + safe - 1) - np.log(a) - (r + x) * (np.log(alpha + age) - np.log(alpha + recency))  # fmt: skip
    return np.where(x > 0, odds, np.inf)


def purchases_of_the_living(values: Array, x: Array, age: Array, t: Array) -> Array:
    """Return the expected purchases within t of those who are alive, row by row."""
    r, alpha, a, b = values
    k, c = (r + x)[:, None], (t / (alpha + age))[:, None]
    return _beta.mean(
        lambda p, rows: -np.expm1(-k[rows] * np.log1p(c[rows] * p)) / p, a, b + x,
        at_zero=(k * c)[:, 0], slope=((k + 1) * c)[:, 0],
    )  # fmt: skip


def rate_of_the_living(values: Array, x: Array, age: Array, t: Array) -> Array:
    """Return the expected purchases a unit of time, t later, of those who are alive now."""
    r, alpha, _, _ = values
    c, k = t / (alpha + age), r + x + 1
    share, (different, place) = np.empty(c.size), np.unique(x, return_inverse=True)
    many = np.bincount(place) > _NODES
    one_by_one = ~many[place]
    if one_by_one.any():
        share[one_by_one] = _share(values, x[one_by_one], c[one_by_one])
    if many.any():  # of equal x, the logarithm of the share is one smooth curve over log(1 + k c)
        order = np.argsort(place, kind="stable")
        rows = np.split(order, np.cumsum(np.bincount(place))[:-1])
        rows = [rows[one] for one in np.flatnonzero(many)]
        v = [np.log1p(k[one] * c[one]) for one in rows]
        half = np.array([max(float(one.max()) / 2, 1e-300) for one in v])[:, None]
        at_c = np.expm1(half * (_AT + 1)) / (r + different[many] + 1)[:, None]
        height = np.log(_share(values, np.repeat(different[many], _NODES), at_c.ravel()))
        for one, far, wide, curve in zip(rows, v, half[:, 0], height.reshape(at_c.shape) @ _TO_CURVE, strict=True):  # fmt: skip
            share[one] = np.exp(chebyshev.chebval(far / wide - 1, curve))
    return np.asarray((r + x) / (alpha + age) * share)


def scale(values: Array, x: Array, age: Array) -> tuple[Array, Array]:
    """Return the shortest time in which the rate of the living changes, and after which none is left."""
    shortest = (values[1] + age) / (values[0] + x + 1)
    return np.asarray(shortest), np.full(age.size, np.inf)


def least_age(values: Array) -> float:
    """Return what is added to an age before its logarithm is taken (units of time)."""
    return float(values[1])


def probabilities(values: Array, t: float, x: Array) -> Array:
    """Return the chance of x repeat purchases of a new customer within t."""
    r, alpha, a, b = values
    stay = np.exp(betaln(a, b + x) - betaln(a, b)) * nbinom.pmf(x, r, alpha / (alpha + t))
    safe = np.maximum(x, 1.0)
    left = np.exp(betaln(a + 1, b + safe - 1) - betaln(a, b))
    gone = np.where(x > 0, left * nbinom.sf(safe - 1, r, alpha / (alpha + t)), 0.0)
    return np.asarray(stay + gone)


def simulate(
    values: Array, age: Array, later: float, rng: np.random.Generator
) -> tuple[Array, Array, Array]:
    """Return repeat purchases, age at the last one, and purchases within `later` afterwards."""
    r, alpha, a, b = values
    rate, chance = rng.gamma(r, 1 / alpha, age.size), rng.beta(a, b, age.size)
    with np.errstate(divide="ignore"):
        last = np.ceil(np.log(rng.random(age.size)) / np.log1p(-chance))
    last = np.maximum(np.nan_to_num(last, nan=1.0, posinf=2.0**62), 1.0)
    would, after = rng.poisson(rate * age), rng.poisson(rate * later)
    x = np.minimum(would, last)
    share = rng.beta(np.maximum(x, 1.0), np.maximum(would - x + 1.0, 1.0))
    return x, np.where(x > 0, age * share, 0.0), np.minimum(after, np.maximum(last - would, 0.0))


# --- inside ------------------------------------------------------------------------


def _share(values: Array, x: Array, c: Array) -> Array:
    """Return how much lower the mean rate of the living is once c (alpha + age) has passed."""
    r, _, a, b = values
    k, passed = (r + x)[:, None], c[:, None]
    return _beta.mean(
        lambda p, rows: np.exp(-(k[rows] + 1) * np.log1p(passed[rows] * p)), a, b + x,
        at_zero=1.0, slope=((k + 1) * passed)[:, 0],
    )  # fmt: skip
