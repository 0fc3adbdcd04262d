"""How long contracts last: why the share that renews rises with age though nobody changes.

Where customers have contracts, the firm sees who leaves. In most cohorts the share that renews
rises with every period. The shifted-beta-geometric model explains it by a mixture
alone: those who leave easily leave first, and the loyal remain.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln, digamma, expit, logit

from cemlab import _checks
from cemlab._words import short
from cemlab.crm.value import _beta, _maximum
from cemlab.crm.value._fit import Fit
from cemlab.estimate import Estimate

Array = NDArray[np.float64]


class ContractFit(Fit):
    """A fitted model of contracts. A contract is renewed, or not, at the end of each period."""

    def survival(self, periods: ArrayLike, *, level: float = 0.95) -> pd.DataFrame:
        """Return the share of the cohort still there at the end of each period, in [0, 1].

        Index `period`; `value`, `low`, `high` and `n`. The interval tells how well the model's
        curve is known, and holds if the model does.
        """
        t = _periods(periods, 0)
        return self._shares(t, lambda values: np.exp(_log_survival(values, t)), level)

    def retention(self, periods: ArrayLike, *, level: float = 0.95) -> pd.DataFrame:
        """Return the share that renews at the end of period 1, 2 ... of those there until then.

        Larger is better. Index `period`; `value`, `low`, `high` and `n`.
        """
        t = _periods(periods, 1)
        return self._shares(t, lambda values: 1 - _churn(values, t), level)

    def churn(self, periods: ArrayLike, *, level: float = 0.95) -> pd.DataFrame:
        """Return the share that leaves at the end of each period, of those there until then.

        Smaller is better. Index `period`; `value`, `low`, `high` and `n`.
        """
        t = _periods(periods, 1)
        return self._shares(t, lambda values: _churn(values, t), level)

    def expected_lifetime(self, *, level: float = 0.95) -> Estimate:
        """Return the mean number of periods that a new customer stays, the first included.

        Infinite in the sBG if alpha is at most 1: a few stay for ever. The interval has no upper
        limit as long as that of alpha begins at or below 1. Larger is better.
        """
        held: dict[str, Any] = {"level": level, "unit": "periods"}
        if len(self.params) == 1:
            return self._estimate(lambda v: 1 / v[0], within=(1.0, np.inf), **held)
        return self._inverse(lambda v: (v[0] - 1) / v[1], "alpha", least=1.0, **held)

    def discounted_lifetime(
        self, *, discount: float, renewals: int | None = None, level: float = 0.95
    ) -> Estimate:
        """Return the expected periods to come, each worth less the later it comes.

        Times the margin a period, this is the customer's value.

        Parameters
        ----------
        discount : float
            Rate a period, above 0: a payment j periods away is worth (1 + discount)^-j.
        renewals : int, optional
            How often the customer has renewed; her next renewal is due now, and would be paid at
            once. Without it: a new customer, who pays now for the first period.
        level : float
            Confidence of the interval.

        References
        ----------
        .. [1] P. Fader, B. Hardie, "Customer-base valuation in a contractual setting: the perils of
           ignoring heterogeneity", Marketing Science 29, 2010.
        """
        rate = _checks.number("discount", discount, low=0)
        if rate == 0:
            msg = "discount must be above 0, got 0: see expected_lifetime"
            raise ValueError(msg)
        done = None if renewals is None else _checks.whole("renewals", renewals, low=0)
        within = (1.0 if done is None else 0.0, 1 + 1 / rate)
        return self._estimate(
            lambda v: _discounted(v, rate, done), level=level, unit="periods", within=within
        )

    @property
    def _step(self) -> float:
        """Return a step that keeps the chance of a constant churn below 1."""
        return 1e-4 * (1 - self._values[0] if len(self.params) == 1 else 1.0)

    def _shares(self, t: Array, function: Callable[[Array], Array], level: float) -> pd.DataFrame:
        value, z = function(self._values), self._z(level)
        inner = (value > 0) & (value < 1)

        def scaled(values: Array) -> Array:
            return np.asarray(logit(np.where(inner, function(values), 0.5)))

        wide, middle = z * self._error(scaled), scaled(self._values)
        low, high = (np.where(inner, expit(middle + sign * wide), value) for sign in (-1, 1))
        index = pd.Index(t.astype(np.int64), name="period")
        return pd.DataFrame({"value": value, "low": low, "high": high, "n": self.customers}, index)


def sbg(survival: ArrayLike, *, customers: float | None = None) -> ContractFit:
    r"""Fit the shifted-beta-geometric model to one cohort of contracts.

    Each customer leaves at the end of any period with a chance of her own, which never changes.
    Between customers it has a beta distribution (alpha, beta). Then
    :math:`S(t) = B(\alpha, \beta + t) / B(\alpha, \beta)`, and of those there the share
    :math:`(\beta + t - 1) / (\alpha + \beta + t - 1)` renews at the end of period t: it rises.

    Parameters
    ----------
    survival : array_like, shape (periods + 1,)
        Customers still there at the end of period 0 (all), 1, 2 ...: counts, or shares of the
        cohort, beginning with 1. Per cent would be taken for counts: divide them by 100.
    customers : float, optional
        Size of the cohort, with shares only. It decides how much is known: without it the
        parameters are the same, but there are no standard errors, and `loglik` is per customer.

    Returns
    -------
    ContractFit
        `params` alpha and beta, standard errors and predictions; its `note` says so if the data do
        not fix both: where the retention does not rise, `geometric` says all.

    Raises
    ------
    ValueError
        If survival rises, has fewer than two periods, holds counts that are not whole, or nobody
        or everybody leaves in them.

    Notes
    -----
    *Critique.* It explains rising retention by a mixture only; that customers grow more loyal looks
    the same in these data. Prices, contract terms and seasons are not in it. With alpha of at
    most 1 the mean lifetime is infinite, and any sum of endless value rests on the discount.

    References
    ----------
    .. [1] P. Fader, B. Hardie, "How to project customer retention", Journal of Interactive
       Marketing 21, 2007.

    Examples
    --------
    Fader and Hardie's "High End" customers, seven years, then a forecast of the twelfth:

    >>> fit = sbg([1000, 869, 743, 653, 593, 551, 517, 491])
    >>> {name: round(value, 3) for name, value in fit.params.items()}
    {'alpha': 0.668, 'beta': 3.806}
    >>> float(fit.survival(12)["value"].iloc[0].round(3))
    0.378
    """
    (left, there), known = _cohort(survival, customers)
    t = np.arange(1, left.size + 1)

    def score(logs: Array) -> tuple[float, Array]:
        a, b = np.exp(logs)
        stay, gone = betaln(a, b + t[-1]), betaln(a + 1, b + t - 1)
        value = left @ gone + there * stay - (left.sum() + there) * betaln(a, b)
        every = (left.sum() + there) * (digamma([a, b]) - digamma(a + b))
        by_a = left @ (digamma(a + 1) - digamma(a + b + t)) + there * (digamma(a) - digamma(a + b + t[-1]))  # fmt: skip
        by_b = left @ (digamma(b + t - 1) - digamma(a + b + t)) + there * (digamma(b + t[-1]) - digamma(a + b + t[-1]))  # fmt: skip
        return float(value), (np.array([by_a, by_b]) - every) * np.exp(logs)

    first = left[0] / (left.sum() + there)
    share = min(max(first, 0.02), 0.9)
    starts = [[np.log(k * share), np.log(k * (1 - share))] for k in (2.0, 20.0, 0.5)]
    peak = _maximum.maximise(score, starts, customers=float(left.sum() + there))
    sum_of_both = float(np.exp(peak.place).sum())
    why = "the share that renews does not rise, so customers need not differ"
    if sum_of_both < 50:
        why = "who has stayed once stays" if sum_of_both < 0.01 else ""
    fit = ContractFit._of(peak, model="sBG", names=("alpha", "beta"), why=why,
                          customers=float(left.sum() + there))  # fmt: skip
    return fit if known else _of_shares(fit)


def geometric(survival: ArrayLike, *, customers: float | None = None) -> ContractFit:
    """Fit the model of constant retention, for contrast: every customer leaves with one chance.

    Parameters
    ----------
    survival, customers
        As for :func:`sbg`.

    Returns
    -------
    ContractFit
        `params` churn (a chance a period), and the methods of :func:`sbg`.

    Notes
    -----
    *Critique.* It averages over early and late periods, and so promises too little for those who
    have stayed; sums of value after a formula with one retention rate do the same.

    References
    ----------
    .. [1] P. Fader, B. Hardie, "How to project customer retention", Journal of Interactive
       Marketing 21, 2007.

    Examples
    --------
    >>> fit = geometric([100, 80, 64])
    >>> round(fit.params["churn"], 6), float(fit.survival(3)["value"].iloc[0].round(6))
    (0.2, 0.512)
    """
    (left, there), known = _cohort(survival, customers)
    every = left.sum() + there
    renewals = float(every * left.size - left @ np.arange(left.size, 0, -1))
    churn = float(left.sum()) / (float(left.sum()) + renewals)
    height = float(left.sum()) * np.log(churn) + renewals * np.log1p(-churn)
    spread = np.array([[(1 - churn) / float(left.sum())]])
    peak = _maximum.Peak(np.log([churn]), height, spread, np.zeros(1, np.bool_))
    fit = ContractFit._of(peak, model="geometric", names=("churn",), customers=every, why="")
    return fit if known else _of_shares(fit)


# --- inside ------------------------------------------------------------------------


_SUPPOSED = 1000.0


def _of_shares(fit: ContractFit) -> ContractFit:
    """Return a fit to shares of a cohort of unknown size: its place, but not its errors."""
    unknown = fit.covariance * np.nan
    why = "customers are not given, so how sure the figures are is not known"
    note = f"{fit.note}; {why}" if fit.note else why
    return replace(fit, loglik=fit.loglik / _SUPPOSED, customers=np.nan, covariance=unknown, note=note)  # fmt: skip


def _cohort(survival: ArrayLike, customers: float | None) -> tuple[tuple[Array, float], bool]:
    """Return how many left at the end of each period, how many stay, and if that is known."""
    try:
        there = np.asarray(survival, np.float64)
    except (TypeError, ValueError):
        there = np.array([np.nan])
    if there.ndim != 1 or there.size < 3 or not np.isfinite(there).all():
        known = there.ndim != 1 or there.size < 3 or np.isnan(there).all()
        got = (
            short(survival)
            if known
            else f"a missing or infinite one in period {np.flatnonzero(~np.isfinite(there))[0]}"
        )
        msg = f"survival must be one list of at least 3 numbers, those of period 0, 1, 2 and on, got {got}"
        raise ValueError(msg)
    if (there < 0).any() or (np.diff(there) > 0).any():
        msg = f"survival must never rise or be below 0, got {short(there.tolist())}"
        raise ValueError(msg)
    sized = there[0] != 1 or customers is not None
    if there[0] == 1:
        size = _SUPPOSED if customers is None else _checks.number("customers", customers, low=1)
        there = there * size
    elif (there % 1).any():
        part = there[there % 1 > 0][0]
        msg = f"survival must be whole counts, or shares beginning with 1, got {part:g}: divide percentages by 100 and give customers"
        raise ValueError(msg)
    elif customers is not None and customers != there[0]:
        msg = f"customers must be left out where survival is in counts, got {customers!r}"
        raise ValueError(msg)
    if there[-1] == there[0] or there[1] == 0:
        who = "nobody leaves" if there[-1] == there[0] else "all leave in the first period"
        msg = f"survival must fall, but not to 0 at once, got {short(there.tolist())}: {who}, and no model can tell more"
        raise ValueError(msg)
    return (-np.diff(there), float(there[-1])), sized


def _periods(periods: ArrayLike, low: int) -> Array:
    given = np.atleast_1d(np.asarray(periods))
    if given.ndim != 1 or given.dtype.kind not in "iu" or not given.size or given.min() < low:
        msg = f"periods must be whole numbers of at least {low}, got {periods!r}"
        raise ValueError(msg)
    return given.astype(np.float64)


def _log_survival(values: Array, t: Array) -> Array:
    if values.size == 1:
        return np.asarray(t * np.log1p(-values[0]))
    return np.asarray(betaln(values[0], values[1] + t) - betaln(*values))


def _churn(values: Array, t: Array) -> Array:
    if values.size == 1:
        return np.full(t.size, values[0])
    return np.asarray(values[0] / (values.sum() + t - 1))


def _discounted(values: Array, rate: float, renewals: int | None) -> Any:
    """Return the mean over customers of 1 + s/(1+d) + ..., or of s + s^2/(1+d) + ... ."""

    def worth(churn: Any) -> Any:
        paid = 1.0 if renewals is None else 1 - churn
        return paid * (1 + rate) / (rate + churn)

    if values.size == 1:
        return float(worth(values[0]))
    now = worth(0.0)
    return _beta.mean(lambda p, _: worth(p), values[0], [values[1] + (renewals or 0)],
                      at_zero=now, slope=1 + 1 / rate)[0]  # fmt: skip
