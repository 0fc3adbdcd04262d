"""What a model of buying predicts: for a new customer, for a known one, for all together."""

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.polynomial import chebyshev
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, log_expit, roots_legendre

from cemlab import _checks
from cemlab._words import short
from cemlab.crm.value import _buyers
from cemlab.crm.value._buyers import Buyers, Summary
from cemlab.crm.value._fit import Fit
from cemlab.estimate import Estimate

Array = NDArray[np.float64]
_AT, _WEIGHT = roots_legendre(40)
_AT, _WEIGHT = (_AT + 1) / 2, _WEIGHT / 2
_PIECE = 6.0
_AGES = 48
_MOST = 1_000_000


@dataclass(frozen=True, eq=False, repr=False)
class BuyingFit(Fit):
    """A fitted model of how often customers buy, and of when they stop without a word.

    Times are in the unit of the summary that it was fitted to. Where a method takes a `summary`,
    a frame, one row of it, or a mapping such as ``{"frequency": 2, "recency": 30.43,
    "age": 38.86}`` will do.
    """

    _arithmetic: ClassVar[ModuleType]

    def alive(self, summary: Summary) -> pd.Series:
        """Return the chance that each customer is still one, in [0, 1]; larger is better.

        *Critique.* Nobody tells the firm that they have left, so this chance can never be checked
        customer by customer; what can be checked is what they buy later.
        """
        buyers = _buyers.read(summary)
        different = _buyers.groups(buyers)
        odds = self._arithmetic.log_odds_alive(self._values, different.frequency, different.recency, different.age)  # fmt: skip
        return pd.Series(expit(odds)[different.row], buyers.index, name="alive")

    def expected_purchases(self, t: float, *, level: float = 0.95) -> Estimate:
        """Return the repeat purchases that a new customer is expected to make within `t`.

        The interval tells how well the mean is known, not how customers differ.
        """
        span = _checks.number("t", t, low=0)
        new = np.zeros(1)

        def mean(values: Array) -> Any:
            return self._arithmetic.purchases_of_the_living(values, new, new, np.array([span]))[0]

        return self._estimate(mean, level=level, unit="purchases")

    def conditional_purchases(self, summary: Summary, t: float) -> pd.Series:
        """Return what each customer is expected to buy within the next `t` (purchases)."""
        return self.table(summary, t, level=None)["purchases"]

    def table(self, summary: Summary, t: float, *, level: float | None = 0.95) -> pd.DataFrame:
        """Return one row a customer: chance to be alive, purchases expected within `t`.

        Parameters
        ----------
        summary : DataFrame or mapping
            The customers.
        t : float
            Span of time from now on.
        level : float or None
            Confidence of the intervals; None leaves them out, which is quicker.

        Returns
        -------
        DataFrame
            Index as in `summary`. `alive`, `purchases`, and of both `_low` and `_high`: what the
            errors of the parameters leave open. What the customer then does varies far more.
            They are missing where the fit has a `note`. A customer whose chance is 1 by the
            model's own rule has no interval but that 1. Hundreds of thousands of customers, all
            of different ages, take seconds; time goes into different frequencies.
        """
        span = _checks.number("t", t, low=0)
        buyers = _buyers.read(summary)
        different, few = _buyers.groups(buyers), _buyers.groups(buyers, recency=False)
        back = np.empty(different.age.size, np.intp)  # from the different to the fewer
        back[different.row] = few.row
        sure = np.isposinf(self._odds(self._values, different))

        def odds(values: Array) -> Array:
            return np.where(sure, 0.0, self._odds(values, different))

        def log_purchases(values: Array) -> Array:
            alive = np.where(sure, 0.0, log_expit(odds(values)))
            found = over_ages(
                lambda x, age: self._arithmetic.purchases_of_the_living(values, x, age, np.full(x.size, span)),
                few.frequency, few.age, self._arithmetic.least_age(values),
            )  # fmt: skip
            return np.asarray(alive + np.log(found[back]))

        log_odds = odds(self._values)
        logs = log_purchases(self._values) if span > 0 else np.full(log_odds.size, -np.inf)
        columns = {"alive": np.where(sure, 1.0, expit(log_odds))}
        if level is not None:
            wide = self._z(level) * self._error(odds)
            columns["alive_low"] = np.where(sure, 1.0, expit(log_odds - wide))
            columns["alive_high"] = np.where(sure, 1.0, expit(log_odds + wide))
        columns["purchases"] = np.exp(logs)
        if level is not None:
            far = self._z(level) * self._error(log_purchases) if span > 0 else 0.0
            columns["purchases_low"] = np.exp(logs - far)
            columns["purchases_high"] = np.exp(logs + far)
        return pd.DataFrame({k: v[different.row] for k, v in columns.items()}, buyers.index)

    def purchase_probabilities(self, t: float, *, most: int = 10) -> pd.Series:
        """Return the chance of 0, 1, 2 ... `most` repeat purchases of a new customer within `t`."""
        span = _checks.number("t", t, low=0)
        _checks.memory("most", 5000.0 * _checks.whole("most", most, low=0), "ask for fewer")
        x = np.arange(most + 1)
        index = pd.Index(x, name="purchases")
        if span == 0:
            return pd.Series((x == 0).astype(np.float64), index, name="probability")
        found = self._arithmetic.probabilities(self._values, span, x.astype(np.float64))
        return pd.Series(found, index, name="probability")

    def tracking(self, summary: Summary, times: ArrayLike) -> pd.DataFrame:
        """Return how many repeat purchases the customers are expected to make, all together.

        Parameters
        ----------
        summary : DataFrame
            The customers; only their `age` is used. Time 0 is when the oldest one came.
        times : array_like of float, shape (k,)
            Moments, rising; those after the observation are forecasts.

        Returns
        -------
        DataFrame
            Index `time`: `cumulative` repeat purchases since time 0, and those `since_last` moment.
        """
        buyers = _buyers.read(summary)
        moments = _list(times)
        if not moments.size or not (np.diff(moments, prepend=0.0) >= 0).all():
            msg = (
                f"times must be one rising list of finite numbers of at least 0, got {short(times)}"
            )
            raise ValueError(msg)
        age, row = np.unique(buyers.age, return_inverse=True)
        many = np.bincount(row, weights=buyers.customers)
        spans = np.maximum(moments[:, None] - (age.max() - age), 0.0)
        different, place = np.unique(spans, return_inverse=True)
        new = np.zeros(different.size)
        mean = self._arithmetic.purchases_of_the_living(self._values, new, new, different)
        total = mean[place].reshape(spans.shape) @ many
        index = pd.Index(moments, name="time")
        return pd.DataFrame({"cumulative": total, "since_last": np.diff(total, prepend=0.0)}, index)

    def discounted_purchases(
        self, summary: Summary, *, discount_per_unit: float, horizon: float | None = None
    ) -> pd.Series:
        """Return the purchases expected from now on, each worth less the later it comes.

        A purchase t later counts exp(-discount_per_unit t). Without `horizon` these are the
        discounted expected residual transactions (DERT) of the literature.

        Parameters
        ----------
        summary : DataFrame or mapping
            The customers.
        discount_per_unit : float
            Continuous rate a unit of time: log(1 + rate a year) / units a year.
        horizon : float, optional
            Count no purchase after this span; without it the discount must be above 0.
        """
        stop_without_end(discount_per_unit, horizon)
        buyers = _buyers.read(summary)
        found = self._discounted(self._values, buyers, discount_per_unit, horizon)
        return pd.Series(found, buyers.index, name="discounted_purchases")

    def simulate(
        self, ages: ArrayLike, *, holdout: float | None = None, rng: Any = None
    ) -> pd.DataFrame:
        """Return customers who behave as the fitted model says, as a summary.

        Parameters
        ----------
        ages : array_like of float, shape (n,)
            How long each has been a customer.
        holdout : float, optional
            Also count purchases in this span afterwards: `frequency_holdout`.
        rng : int or numpy.random.Generator, optional
            Source of luck: the same integer gives the same customers.
        """
        return simulated(self._arithmetic, self._values, ages, holdout, rng)

    # --- inside ---

    def _odds(self, values: Array, groups: _buyers.Groups) -> Array:
        return np.asarray(self._arithmetic.log_odds_alive(values, groups.frequency, groups.recency, groups.age))  # fmt: skip

    def _discounted(self, values: Array, buyers: Buyers, discount: float, horizon: float | None) -> Array:  # fmt: skip
        different, few = _buyers.groups(buyers), _buyers.groups(buyers, recency=False)
        total = over_ages(
            lambda x, age: self._present(values, x, age, discount, horizon),
            few.frequency, few.age, self._arithmetic.least_age(values),
        )  # fmt: skip
        alive = expit(self._odds(values, different))
        return np.asarray(alive[different.row] * total[few.row])

    def _present(
        self, values: Array, x: Array, age: Array, discount: float, horizon: float | None
    ) -> Array:
        """Return the discounted purchases of the living: Gauss and Legendre's rule, on pieces."""
        unit, ends = self._arithmetic.scale(values, x, age)
        ends = np.minimum(ends, np.inf if horizon is None else horizon)
        if discount > 0:
            ends = np.minimum(ends, 37.0 / discount)
        width = np.log1p(ends / unit)
        pieces = max(int(np.ceil(width.max() / _PIECE)), 1)
        at = ((np.arange(pieces)[:, None] + _AT) / pieces).ravel()
        weight = np.tile(_WEIGHT, pieces) / pieces
        found = np.empty(x.size)
        for first in range(0, x.size, _MOST // at.size + 1):
            rows = slice(first, first + _MOST // at.size + 1)
            growth = np.exp(width[rows, None] * at)
            t = unit[rows, None] * (growth - 1)
            often, old = (np.repeat(c[rows], at.size) for c in (x, age))
            rate = self._arithmetic.rate_of_the_living(values, often, old, t.ravel())
            height = rate.reshape(t.shape) * np.exp(-discount * t) * growth
            found[rows] = (height @ weight) * unit[rows] * width[rows]
        return found


def over_ages(
    function: Callable[[Array, Array], Array], x: Array, age: Array, least: float
) -> Array:
    """Return `function` of x and age; of many ages with equal x, by a curve through a few of them.

    The logarithm of the values is a smooth function of log(least + age).

    >>> ages = np.linspace(0, 50, 1000)
    >>> found = over_ages(lambda x, age: 1 / (x + 2 + age), np.ones(1000), ages, 2.0)
    >>> bool(abs(found * (3 + ages) - 1).max() < 1e-12)
    True
    """
    place = np.unique(x, return_inverse=True)[1]
    many = (np.bincount(place) > 2 * _AGES)[place]
    found = np.empty(x.size)
    if not many.all():
        found[~many] = function(x[~many], age[~many])
    if many.any():
        rows = np.flatnonzero(many)
        rows = rows[np.argsort(place[rows], kind="stable")]
        at = np.cos(np.pi * (np.arange(_AGES) + 0.5) / _AGES)
        for one in np.split(rows, np.flatnonzero(np.diff(place[rows])) + 1):
            v = np.log(least + age[one])
            middle, half = (v.max() + v.min()) / 2, max((v.max() - v.min()) / 2, 1e-300)
            height = np.log(function(np.full(_AGES, x[one[0]]), np.exp(middle + half * at) - least))
            curve = chebyshev.chebfit(at, height, _AGES - 1)
            found[one] = np.exp(chebyshev.chebval((v - middle) / half, curve))
    return found


def simulated(
    arithmetic: ModuleType, values: Array, ages: ArrayLike, holdout: float | None, rng: Any
) -> pd.DataFrame:
    """Return simulated customers as a summary."""
    age = _list(ages)
    if not age.size or (age < 0).any():
        msg = f"ages must be one list of finite numbers of at least 0, got {short(ages)}"
        raise ValueError(msg)
    later = 0.0 if holdout is None else _checks.number("holdout", holdout, low=0)
    luck = _checks.generator(rng)
    try:
        x, recency, after = arithmetic.simulate(values, age, later, luck)
    except ValueError:
        msg = f"params must give a rate r / alpha at which purchases can be counted, got {values[0] / values[1]:g} over up to {age.max():g}: choose a lower one"
        raise ValueError(msg) from None
    columns = {"frequency": x.astype(np.int64), "recency": recency, "age": age}
    if holdout is not None:
        columns["frequency_holdout"] = after.astype(np.int64)
    return pd.DataFrame(columns)


def _list(values: ArrayLike) -> Array:
    """Return finite numbers in one list; empty if they are none."""
    try:
        found = np.atleast_1d(np.asarray(values, np.float64))
    except (TypeError, ValueError):
        return np.empty(0)
    return found if found.ndim == 1 and np.isfinite(found).all() else np.empty(0)


def stop_without_end(discount: float, horizon: float | None) -> None:
    """Stop where purchases would be counted for ever at full worth."""
    rate = _checks.number("discount_per_unit", discount, low=0)
    if horizon is not None:
        _checks.number("horizon", horizon, low=0)
    elif rate == 0:
        msg = "discount_per_unit must be above 0 without a horizon, got 0: give a horizon"
        raise ValueError(msg)
