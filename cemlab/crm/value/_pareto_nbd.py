"""Arithmetic of the Pareto/NBD model: parameters r, alpha, s, beta.

Customers buy at a rate that is gamma distributed (r, alpha), and leave at any moment, at a rate
that is gamma distributed (s, beta). The likelihood is an integral over the moment of leaving. It
is taken by Gauss and Legendre's rule over the logarithm of time, where it is smooth and
concave: a sum of positive terms, for any number of purchases.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, expit, gammaln, roots_legendre
from scipy.stats import nbinom

from cemlab.crm.value._buyers import Groups

Array = NDArray[np.float64]
NAMES = ("r", "alpha", "s", "beta")
MODEL = "Pareto/NBD"

_AT, _WEIGHT = roots_legendre(28)
_AT, _WEIGHT = (_AT + 1) / 2, _WEIGHT / 2
_DROP = 36.0
_BLOCK = 500  # so that a block of nodes stays near the processor


def starts(groups: Groups) -> list[list[float]]:
    """Return where to begin the climb: logarithms of the parameters."""
    age = float((groups.customers @ groups.age) / groups.customers.sum())
    rate = float((groups.customers @ groups.frequency) / (groups.customers @ groups.age))
    return [list(np.log([r, r / rate, s, beta * age])) for r, s, beta in
            ((0.5, 0.6, 0.5), (2.0, 0.3, 1.0), (0.5, 3.0, 3.0), (20.0, 0.5, 3.0))]  # fmt: skip


def score(groups: Groups) -> Callable[[Array], tuple[float, Array]]:
    """Return the log-likelihood and its slope as a function of the parameters' logarithms."""
    x, recency, age, n = groups.frequency, groups.recency, groups.age, groups.customers
    different, place = np.unique(x, return_inverse=True)
    many, every = np.bincount(place, weights=n), n.sum()

    def found(logs: Array) -> tuple[float, Array]:
        values = np.exp(logs)
        r, alpha, s, beta = values
        value = every * (r * logs[1] + s * logs[3]) + many @ (gammaln(r + different) - gammaln(r))
        slope = np.array([
            many @ (digamma(r + different) - digamma(r)) + every * logs[1],
            every * r / alpha, every * logs[3], every * s / beta,
        ])  # fmt: skip
        for first in range(0, x.size, _BLOCK):
            rows = slice(first, first + _BLOCK)
            stay, odds, means = _left(values, x[rows], recency[rows], age[rows], slopes=True)
            gone, rest = expit(odds), expit(-odds)
            value += n[rows] @ (stay + np.logaddexp(0.0, odds))
            by_alpha, by_beta = alpha + age[rows], beta + age[rows]
            slope -= [
                n[rows] @ (rest * np.log(by_alpha) + gone * means[0]),
                n[rows] @ ((r + x[rows]) * (rest / by_alpha + gone * means[1])),
                n[rows] @ (rest * np.log(by_beta) + gone * (means[2] - 1 / s)),
                n[rows] @ (s * rest / by_beta + (s + 1) * gone * means[3]),
            ]
        return float(value), slope * values

    return found


def explain(values: Array) -> str:
    """Return what it means that the parameters are at a border, as far as that can be said."""
    r, alpha, s, beta = values
    words = []
    if s / beta < 1e-3 * r / alpha:
        words.append("as good as nobody leaves")
    if r > 100:
        words.append("customers do not differ in how often they buy")
    if s > 100:
        words.append("customers do not differ in how soon they leave")
    return ", and ".join(words)


def log_odds_alive(values: Array, x: Array, recency: Array, age: Array) -> Array:
    """Return log(P(alive) / P(left)); infinite if the last purchase was just now."""
    found = np.empty(x.size)
    for first in range(0, x.size, _BLOCK):
        rows = slice(first, first + _BLOCK)
        found[rows] = -_left(values, x[rows], recency[rows], age[rows])[1]
    return found


def purchases_of_the_living(values: Array, x: Array, age: Array, t: Array) -> Array:
    """Return the expected purchases within t of those who are alive, row by row."""
    r, alpha, s, beta = values
    spans = np.log1p(t / (beta + age))
    lived = spans if s == 1 else -np.expm1(-(s - 1) * spans) / (s - 1)
    return np.asarray((r + x) / (alpha + age) * (beta + age) * lived)


def rate_of_the_living(values: Array, x: Array, age: Array, t: Array) -> Array:
    """Return the expected purchases a unit of time, t later, of those who are alive now."""
    r, alpha, s, beta = values
    return np.asarray((r + x) / (alpha + age) * np.exp(-s * np.log1p(t / (beta + age))))


def scale(values: Array, _x: Array, age: Array) -> tuple[Array, Array]:
    """Return the shortest time in which the rate of the living changes, and after which none is left."""
    s, old = values[2], values[3] + age
    with np.errstate(over="ignore"):
        return np.asarray(old / (s + 1)), np.asarray(old * np.expm1(_DROP / s))


def least_age(values: Array) -> float:
    """Return what is added to an age before its logarithm is taken (units of time)."""
    return float(values[[1, 3]].min())


def probabilities(values: Array, t: float, x: Array) -> Array:
    """Return the chance of x repeat purchases of a new customer within t."""
    r, alpha, s, beta = values
    at, weight = roots_legendre(200)
    least = min(alpha, beta)
    y = least * np.exp((at + 1) / 2 * np.log1p(t / least))
    u = y - least
    end = weight / 2 * np.log1p(t / least) * y
    leave = s / (beta + u) * np.exp(-s * np.log1p(u / beta)) * end
    bought = nbinom.pmf(x[:, None], r, alpha / (alpha + u))
    stay = np.exp(-s * np.log1p(t / beta)) * nbinom.pmf(x, r, alpha / (alpha + t))
    return np.asarray(stay + bought @ leave)


def simulate(
    values: Array, age: Array, later: float, rng: np.random.Generator
) -> tuple[Array, Array, Array]:
    """Return repeat purchases, age at the last one, and purchases within `later` afterwards."""
    r, alpha, s, beta = values
    rate, leave = rng.gamma(r, 1 / alpha, age.size), rng.gamma(s, 1 / beta, age.size)
    with np.errstate(divide="ignore"):
        life = rng.exponential(size=age.size) / leave
    lived = np.minimum(life, age)
    x = rng.poisson(rate * lived).astype(np.float64)
    recency = np.where(x > 0, lived * rng.random(age.size) ** (1 / np.maximum(x, 1.0)), 0.0)
    after = rng.poisson(rate * (np.clip(life, age, age + later) - age))
    return x, recency, after.astype(np.float64)


# --- inside ------------------------------------------------------------------------


def _left(
    values: Array, x: Array, recency: Array, age: Array, *, slopes: bool = False
) -> tuple[Array, Array, tuple[Array, ...]]:
    """Return the logarithm of staying, the log-odds of having left, and means over when.

    Having left at u, between the last purchase and now, weighs
    s (alpha + u)^-(r + x) (beta + u)^-(s + 1); being alive weighs
    (alpha + age)^-(r + x) (beta + age)^-s. The means, over the moment of leaving, are those of
    log(alpha + u), 1 / (alpha + u), log(beta + u) and 1 / (beta + u).
    """
    r, alpha, s, beta = values
    least, k = min(alpha, beta), r + x
    first, width = least + recency, np.log((least + age) / (least + recency))
    for _ in range(5):  # from the right towards where hardly any weight is left
        y = first * np.exp(width)
        u_alpha, u_beta = y + (alpha - least), y + (beta - least)
        drop = k * np.log(u_alpha / (alpha + recency)) + (s + 1) * np.log(u_beta / (beta + recency)) - width  # fmt: skip
        steep = k * y / u_alpha + (s + 1) * y / u_beta - 1
        far = drop > _DROP
        if not far.any():
            break
        width = np.where(far, width - (drop - _DROP) / np.where(far, steep, 1.0), width)
    log_y = np.log(first)[:, None] + width[:, None] * _AT
    y = np.exp(log_y)
    u_alpha, u_beta = y + (alpha - least), y + (beta - least)
    log_alpha = log_y if alpha <= beta else np.log(u_alpha)
    log_beta = log_y if beta <= alpha else np.log(u_beta)
    weight = log_y - k[:, None] * log_alpha - (s + 1) * log_beta
    top = weight.max(axis=1)
    weight = np.exp(weight - top[:, None]) * _WEIGHT
    total = weight.sum(axis=1)
    with np.errstate(divide="ignore"):
        left = np.log(s) + top + np.log(total * width)
    stay = -k * np.log(alpha + age) - s * np.log(beta + age)
    means: tuple[Array, ...] = ()
    if slopes:
        each = (log_alpha, 1 / u_alpha, log_beta, 1 / u_beta)
        means = tuple(np.einsum("ij,ij->i", weight, part) / total for part in each)
    return stay, left - stay, means
