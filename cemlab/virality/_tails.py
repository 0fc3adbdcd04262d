"""The tail of many sizes: a power law by maximum likelihood, how well it fits, and its rival."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, zeta

from cemlab import _checks, _luck
from cemlab.virality import _laws
from cemlab.virality._laws import LARGEST_SIZE, STEEPEST, Numbers

SMALL_P, LEAST_RATIO = 0.1, 1.0
"""One law is favoured below this p-value, and beyond this log likelihood ratio: nearer to
0 the two are as good as the same law."""


@dataclass(frozen=True)
class Tail:
    """How many sizes fall off in their tail, and whether a lognormal does it better.

    Attributes
    ----------
    alpha, standard_error : float
        Exponent of the power law P(size = x) ~ x^-alpha, for x of at least `x_min`.
    x_min : int
        Where the tail begins.
    n, n_tail : int
        Number of sizes, and of those in the tail.
    ks_distance : float
        Largest gap between the tail's cumulative shares and the law's, in [0, 1].
    lognormal_mu, lognormal_sigma : float
        The best lognormal of the same tail (of log size); -inf and inf where it has
        become its own limit, a power law rounded to whole numbers.
    log_likelihood_ratio : float
        Of power law to lognormal: above 0 the power law is the likelier one.
    vuong, vuong_p_value : float
        The ratio in its standard errors, and how often chance alone is as far from 0.
    """

    alpha: float
    standard_error: float
    x_min: int
    n: int
    n_tail: int
    ks_distance: float
    lognormal_mu: float
    lognormal_sigma: float
    log_likelihood_ratio: float
    vuong: float
    vuong_p_value: float

    @property
    def favoured(self) -> str:
        """One of "power law", "lognormal" and "neither"."""
        if self.vuong_p_value >= SMALL_P or abs(self.log_likelihood_ratio) < LEAST_RATIO:
            return "neither"
        return "power law" if self.vuong > 0 else "lognormal"

    @property
    def verdict(self) -> str:
        """One sentence: which of the two laws these sizes favour."""
        p = f"p = {self.vuong_p_value:.2g}"
        where = f"From size {self.x_min} on ({self.n_tail} of {self.n})"
        if self.favoured == "neither":
            return f"{where} neither a power law nor a lognormal is favoured ({p})."
        other = "lognormal" if self.favoured == "power law" else "power law"
        return f"{where} a {self.favoured} is favoured over a {other} ({p})."


def tail(sizes: ArrayLike, *, x_min: int | None = None) -> Tail:
    """Fit a power law to the tail of sizes, and weigh it against a lognormal.

    The exponent has the greatest exact likelihood among whole numbers from `x_min` on. Where
    `x_min` is not given it is the size from which on data and law are closest (smallest
    `ks_distance`). The rival is a lognormal, rounded to whole numbers and cut at `x_min`.
    Very wide ones are all but power laws, so the lognormal hardly ever loses clearly. That
    one of the two is favoured does not mean that it fits: see `tail_p_value`.

    Parameters
    ----------
    sizes : array_like of int, shape (n,)
        Sizes of cascades, each at least 1.
    x_min : int, optional
        Where the tail begins.

    Raises
    ------
    ValueError
        If a size is no whole number of at least 1, or the tail has fewer than two
        different sizes or falls off faster than any power up to 20.

    See Also
    --------
    tail_p_value : whether the power law fits at all.

    References
    ----------
    A. Clauset, C. R. Shalizi, M. E. J. Newman, "Power-law distributions in empirical
    data", SIAM Review 51, 2009. Q. H. Vuong, "Likelihood ratio tests for model selection
    and non-nested hypotheses", Econometrica 57, 1989.

    Examples
    --------
    >>> found = tail(np.random.default_rng(1).zipf(2.5, 5000), x_min=1)
    >>> round(found.alpha, 2), round(found.standard_error, 2), found.favoured
    (2.54, 0.02, 'neither')
    """
    x, counts, fit = _fitted(sizes, x_min)
    x, counts = x[x >= fit.x_min], counts[x >= fit.x_min]
    n_tail = int(counts.sum())
    mu, sigma, rival = _laws.lognormal(x, counts, fit)
    ahead = -fit.alpha * np.log(x) - np.log(zeta(fit.alpha, fit.x_min)) - rival
    ratio = float(counts @ ahead)
    spread = float(np.sqrt(counts @ (ahead - ratio / n_tail) ** 2))
    vuong = ratio / spread if spread > 0 else 0.0
    return Tail(
        alpha=fit.alpha,
        standard_error=float(1 / np.sqrt(n_tail * _laws.information(fit))),
        x_min=int(fit.x_min),
        n=int(np.size(sizes)),
        n_tail=n_tail,
        ks_distance=fit.distance,
        lognormal_mu=mu,
        lognormal_sigma=sigma,
        log_likelihood_ratio=ratio,
        vuong=vuong,
        vuong_p_value=float(2 * ndtr(-abs(vuong))),
    )


_BYTES_A_RUN = 1000.0
"""What a run that waits for its turn takes."""


def tail_p_value(
    sizes: ArrayLike,
    *,
    runs: int,
    x_min: int | None = None,
    threads: int = 1,
    rng: Any = None,
) -> float:
    """Return how often sizes that do follow the fitted power law lie as far from it, in [0, 1].

    Small (at most 0.1, say): a power law is no good account of the tail. Larger: it may
    be, and so may other laws. Each run draws as many sizes as there are: in the tail from
    the law, below `x_min` from the sizes themselves; and fits them anew, `x_min` included
    unless it is given. The standard error of a p-value p is sqrt(p (1 - p) / runs).

    Parameters
    ----------
    sizes, x_min
        As in `tail`.
    runs : int
        Number of samples: 100 for two standard errors of 0.1, 2500 for 0.02.
    threads : int
        Workers; any number gives the same result.
    rng : int or numpy.random.Generator, optional
        Source of luck.

    Raises
    ------
    ValueError
        As in `tail`.

    References
    ----------
    A. Clauset, C. R. Shalizi, M. E. J. Newman, "Power-law distributions in empirical
    data", SIAM Review 51, 2009, section 4.

    Examples
    --------
    >>> tail_p_value(np.random.default_rng(1).poisson(30, 500), runs=20, x_min=20, rng=1)
    0.0
    """
    total = _checks.whole("runs", runs, low=1)
    workers = _checks.whole("threads", threads, low=1)
    _checks.memory("runs", _BYTES_A_RUN * total, "ask for fewer runs")
    x, counts, observed = _fitted(sizes, x_min)
    inside = x >= observed.x_min
    n, n_tail = int(counts.sum()), counts[inside].sum()
    key = _luck.key(rng)

    def as_far(run: int) -> bool:
        luck = np.random.default_rng(int(_luck.branch(key, run, _luck.STREAM)))
        in_tail = luck.binomial(n, n_tail / n)
        tail_sizes = _laws.draw(observed.alpha, observed.x_min, in_tail, luck)
        drawn, times = np.unique(tail_sizes, return_counts=True)
        if in_tail < n:
            small = luck.multinomial(n - in_tail, counts[~inside] / (n - n_tail))
            drawn = np.append(x[~inside][small > 0], drawn)
            times = np.append(small[small > 0], times)
        fit = _laws.likeliest(drawn, times.astype(np.float64), x_min)
        # Too few different sizes for a fit: a steep law fits them as well as can be.
        return fit is not None and fit.distance >= observed.distance

    with ThreadPoolExecutor(min(workers, total)) as pool:
        return sum(pool.map(as_far, range(total))) / total


# --- inside ------------------------------------------------------------------------


def _fitted(sizes: ArrayLike, x_min: int | None) -> tuple[Numbers, Numbers, _laws.Law]:
    """Return the different sizes, how often each comes, and the law of their tail."""
    x, counts = _counted(sizes)
    fit = _laws.likeliest(x, counts, _first(x, x_min))
    if fit is None:
        place = "sizes" if x_min is None else f"sizes from x_min = {x_min} on"
        msg = f"{place} must fall off with an exponent of at most {STEEPEST:g}, got a steeper fall"
        raise ValueError(msg)
    return x, counts, fit


def _counted(sizes: ArrayLike) -> tuple[Numbers, Numbers]:
    """Return the different sizes, ascending, and how often each comes."""
    rule = f"sizes must be whole numbers from 1 to {LARGEST_SIZE:.0e}"
    try:
        array = np.asarray(sizes)
    except ValueError:
        array = np.empty((0, 0))
    if array.ndim != 1 or array.dtype.kind not in "iuf":
        msg = f"{rule}, in one list, got {sizes!r}"
        raise ValueError(msg)
    x = array.astype(np.float64)
    wrong = np.flatnonzero(~((x >= 1) & (x <= LARGEST_SIZE) & (x == np.floor(x))))
    if wrong.size:
        msg = f"{rule}, got {array[wrong[0]]} in place {wrong[0]}"
        raise ValueError(msg)
    found, counts = np.unique(x, return_counts=True)
    return found, counts.astype(np.float64)


def _first(x: Numbers, x_min: int | None) -> int | None:
    """Check that the tail has two different sizes."""
    first = None
    if x_min is not None:
        first = _checks.whole("x_min", x_min, low=1, high=LARGEST_SIZE)
    different = int((x >= (first or 1)).sum())
    if different < 2:
        place = "" if first is None else f" of at least x_min = {first}"
        msg = f"sizes must have two different values{place}, got {different}"
        raise ValueError(msg)
    return first
