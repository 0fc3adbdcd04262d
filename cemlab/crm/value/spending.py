"""How much customers spend a time (gamma-gamma), and with how often: what each is worth."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import digamma, gammaln
from scipy.stats import norm

from cemlab import _checks, _proportions
from cemlab._words import short
from cemlab.crm.value import _buyers, _maximum
from cemlab.crm.value._buyers import Buyers, Summary
from cemlab.crm.value._fit import Fit
from cemlab.crm.value._predictions import BuyingFit, stop_without_end
from cemlab.estimate import Estimate

Array = NDArray[np.float64]
_NAMES = ("p", "q", "v")


class SpendingFit(Fit):
    """A fitted gamma-gamma model: `params` p, q, v (v in money); see :func:`gamma_gamma`."""

    def population_mean(self, *, level: float = 0.95) -> Estimate:
        """Return the mean money a purchase, over customers: p v / (q - 1), infinite if q <= 1.

        The interval has no upper limit as long as that of q begins at or below 1.
        """
        return self._inverse(
            lambda v: (v[1] - 1) / (v[0] * v[2]), "q", level=level, unit="money", least=0.0
        )

    def expected_spend(self, summary: Summary) -> pd.Series:
        """Return the money that each customer is expected to spend a purchase.

        A mean of what she spent and of what customers spend in general: the more purchases, the
        more her own mean counts. Customers without a repeat purchase get the general mean.
        """
        buyers = _buyers.read(summary, spend=True)
        found = _mean(self._values, buyers.frequency, _own(buyers))
        return pd.Series(found, buyers.index, name="expected_spend")


def gamma_gamma(summary: Summary) -> SpendingFit:
    """Fit the gamma-gamma model of mean spend to the customers with repeat purchases.

    Each purchase of a customer costs a gamma distributed amount (shape p), and the rate of
    that gamma has itself a gamma distribution between customers (shape q, rate v). So means
    of few purchases are not taken at face value.

    Parameters
    ----------
    summary : DataFrame
        `frequency`, `recency`, `age` and `mean_spend` (or `monetary_value`); `customers` if
        rows stand for several. Rows of frequency 0 are left out.

    Returns
    -------
    SpendingFit
        Parameters, standard errors and predictions; its `note` says so if the data do not fix
        all parameters.

    Raises
    ------
    ValueError
        If the mean spend of a repeat customer is missing or not above 0, or there are fewer
        than four repeat customers.

    Notes
    -----
    *Critique.* It takes how much a customer spends as independent of how often she buys: look at
    :func:`spend_correlation` first. The spread between purchases, in relation to their
    mean, is taken to be the same for all customers; returned goods do not fit.

    References
    ----------
    .. [1] P. Fader, B. Hardie, K. L. Lee, "RFM and CLV: using iso-value curves for customer base
       analysis", Journal of Marketing Research 42, 2005.

    Examples
    --------
    >>> from cemlab import datasets
    >>> fit = gamma_gamma(datasets.load("cdnow-summary"))
    >>> {name: round(value, 2) for name, value in fit.params.items()}
    {'p': 6.25, 'q': 3.74, 'v': 15.44}
    >>> fit.population_mean()
    35.2 [33.5, 37.1] money (95 %, n = 946)
    """
    x, z, n = _repeaters(summary, len(_NAMES))
    start = [[math.log(p), math.log(q), math.log((n @ z) / n.sum() * max(q - 1, 0.5) / p)]
             for p, q in ((3.0, 3.0), (20.0, 5.0), (0.7, 1.5))]  # fmt: skip
    peak = _maximum.maximise(_score(x, z, n), start, customers=n.sum())
    return SpendingFit._of(peak, model="gamma-gamma", names=_NAMES, customers=n.sum(),
                           why=_why(np.exp(peak.place)))  # fmt: skip


def spend_correlation(summary: Summary, *, level: float = 0.95) -> Estimate:
    """Return the correlation of how often and how much: the gamma-gamma model needs about 0.

    Pearson's, over customers with a repeat purchase, with Fisher's interval.

    Notes
    -----
    *Critique.* It is moved by single large customers, and it sees straight lines only.

    Examples
    --------
    >>> from cemlab import datasets
    >>> spend_correlation(datasets.load("cdnow-summary"))
    0.114 [0.0505, 0.176] correlation (95 %, n = 946)
    """
    z_score = float(norm.ppf((1 + _proportions.confidence(level)) / 2))
    x, z, many = _repeaters(summary, 3)
    n = float(many.sum())
    around = [c - (many @ c) / n for c in (x, z)]
    spread = [float(many @ c**2) for c in around]
    held: dict[str, Any] = {"n": n, "level": level, "unit": "correlation"}
    if min(spread) <= 1e-20 * n:
        same = "frequency" if spread[0] <= spread[1] else "mean_spend"
        why = f"no interval: {same} is the same for all repeat customers, so nothing can go with it"
        return Estimate(0.0, method=why, **held)
    r = float(np.clip(many @ (around[0] * around[1]) / math.sqrt(spread[0] * spread[1]), -1, 1))
    if abs(r) > 1 - 1e-12:
        return Estimate(r, method="no interval: all customers lie on one line", **held)
    wide = z_score / math.sqrt(n - 3)
    low, high = math.tanh(math.atanh(r) - wide), math.tanh(math.atanh(r) + wide)
    return Estimate(r, low=low, high=high, method="Fisher", **held)


def clv(
    buying: BuyingFit,
    spending: SpendingFit,
    summary: Summary,
    *,
    margin: float,
    discount_per_unit: float,
    horizon: float | None = None,
    draws: int = 0,
    level: float = 0.95,
    rng: Any = None,
) -> pd.DataFrame:
    """Return what each customer is worth from now on: discounted purchases x spend x margin.

    Parameters
    ----------
    buying : BgNbdFit or ParetoNbdFit
        How often they buy.
    spending : SpendingFit
        How much they spend.
    summary : DataFrame
        The customers, with `mean_spend`; times as in the fit.
    margin : float
        Part of the money that is margin, in [0, 1].
    discount_per_unit : float
        Continuous rate a unit of time: log(1 + rate a year) / units a year.
    horizon : float, optional
        Count no purchase after this span; without it the discount must be above 0.
    draws : int
        How often to draw the parameters of both models from the normal distribution of
        their logarithms' errors, for intervals; 0 for none.
    level : float
        Confidence of the intervals.
    rng : int or numpy.random.Generator, optional
        Source of luck for the draws: the same integer gives the same intervals.

    Returns
    -------
    DataFrame
        Index as in `summary`: `alive`, `discounted_purchases`, `expected_spend` (money a
        purchase), `value` (money). With `draws` also `low` and `high`: what the
        errors of the parameters leave open, not the customer's own luck. `high` is infinite
        where too many draws have q of at most 1. A thousand draws take seconds with a
        Pareto/NBD model, and a quarter of a minute with a BG/NBD model.

    Raises
    ------
    ValueError
        If an argument breaks its rule, or intervals are asked of a fit with a `note`.

    Notes
    -----
    *Critique.* Value here is margin to come, without what a customer brings by recommending,
    complains about, or costs to serve. All limits of both models apply, and margin and
    discount are the caller's assumptions.

    References
    ----------
    .. [1] P. Fader, B. Hardie, K. L. Lee, "RFM and CLV: using iso-value curves for customer base
       analysis", Journal of Marketing Research 42, 2005.

    Examples
    --------
    >>> from cemlab import datasets
    >>> from cemlab.crm.value import bg_nbd
    >>> shop = datasets.load("cdnow-summary")
    >>> worth = clv(bg_nbd(shop), gamma_gamma(shop), shop.tail(2), margin=0.3,
    ...             discount_per_unit=0.0027, horizon=52)
    >>> list(worth.columns)
    ['alive', 'discounted_purchases', 'expected_spend', 'value']
    """
    for name, fit, kind in (("buying", buying, BuyingFit), ("spending", spending, SpendingFit)):
        if not isinstance(fit, kind):
            meant = "bg_nbd or pareto_nbd" if kind is BuyingFit else "gamma_gamma"
            msg = f"{name} must be a fit of {meant}, got {short(fit)}"
            raise ValueError(msg)
    share = _checks.number("margin", margin, low=0, high=1)
    stop_without_end(discount_per_unit, horizon)
    times, confidence = _checks.whole("draws", draws, low=0), _proportions.confidence(level)
    buyers = _buyers.read(summary, spend=True)
    own = _own(buyers)

    def worth(how_often: Array, how_much: Array) -> tuple[Array, Array]:
        bought = buying._discounted(how_often, buyers, discount_per_unit, horizon)
        return bought, _mean(how_much, buyers.frequency, own)

    bought, spent = worth(buying._values, spending._values)
    alive = buying.alive(summary)
    columns = {"discounted_purchases": bought, "expected_spend": spent}
    columns["value"] = _product(bought, spent) * share
    if times:
        _checks.memory("draws", 8.0 * times * bought.size, "ask for fewer draws or customers")
        noted = [fit.note for fit in (buying, spending) if fit.note]
        if noted:
            msg = f"draws must be 0 for a fit without standard errors, got {times}: {noted[0]}"
            raise ValueError(msg)
        generator = _checks.generator(rng)
        logs = [generator.multivariate_normal(np.log(fit._values), fit._log_covariance, times)
                for fit in (buying, spending)]  # fmt: skip
        many = np.array([_product(*worth(np.exp(one), np.exp(other))) * share
                         for one, other in zip(*logs, strict=True)])  # fmt: skip
        tails = (1 - confidence) / 2, (1 + confidence) / 2
        with np.errstate(invalid="ignore"):  # between two infinite draws
            limits = np.quantile(many, tails, axis=0)
        columns["low"], columns["high"] = np.where(np.isnan(limits), np.inf, limits)
    return pd.DataFrame({"alive": alive} | columns, buyers.index)


# --- inside ------------------------------------------------------------------------


def _own(buyers: Buyers) -> Array:
    """Return each customer's mean of repeat purchases, 0 where there are none."""
    assert buyers.mean_spend is not None
    return np.where(buyers.frequency > 0, buyers.mean_spend, 0.0)


def _repeaters(summary: Summary, parameters: int) -> tuple[Array, Array, Array]:
    """Return frequency, mean spend and number of the customers who bought again."""
    buyers = _buyers.read(summary, spend=True)
    again = buyers.frequency > 0
    n = buyers.customers[again]
    if n.sum() <= parameters:
        msg = f"summary must have more than {parameters} repeat customers, got {n.sum():g}"
        raise ValueError(msg)
    return buyers.frequency[again], _own(buyers)[again], n


def _mean(values: Array, x: Any, z: Any) -> Any:
    p, q, v = values
    below = p * np.asarray(x) + q - 1
    with np.errstate(divide="ignore"):
        return np.where(below > 0, p * (v + x * z) / np.maximum(below, 0.0), np.inf)


def _product(bought: Array, spent: Array) -> Array:
    """Return what nothing bought is worth as 0, even where the mean spend is infinite."""
    return np.asarray(bought * np.where(bought > 0, spent, 0.0))


def _score(x: Array, z: Array, n: Array) -> Callable[[Array], tuple[float, Array]]:
    different, place = np.unique(x, return_inverse=True)
    many, every = np.bincount(place, weights=n), n.sum()
    fixed, total = float(n @ np.log(z)), x * z
    sums = float(n @ (x * np.log(total)))

    def found(logs: Array) -> tuple[float, Array]:
        p, q, v = np.exp(logs)
        larger = np.log(v + total)
        value = many @ (gammaln(p * different + q) - gammaln(p * different)) - every * gammaln(q)
        value += every * q * logs[2] - fixed + p * sums - n @ ((p * x + q) * larger)
        both = digamma(p * different + q)
        slope = np.array([
            many @ (different * (both - digamma(p * different))) + sums - n @ (x * larger),
            many @ both - every * (digamma(q) - logs[2]) - n @ larger,
            every * q / v - n @ ((p * x + q) / (v + total)),
        ])  # fmt: skip
        return float(value), slope * np.exp(logs)

    return found


def _why(values: Array) -> str:
    p, q, _ = values
    if q > 100:
        return "customers do not differ in what they spend, beyond luck"
    return "what a customer spends as good as never varies" if p > 1000 else ""
