"""How often customers buy, and who has left without a word: BG/NBD and Pareto/NBD.

A shop has no contracts: nobody says good-bye. Both models suppose that each customer buys at
random, at a rate of her own, until she is gone; the rates differ between customers. They part
where people leave: right after a purchase (BG/NBD), or at any moment (Pareto/NBD).
"""

from collections.abc import Mapping
from types import ModuleType
from typing import Any, ClassVar, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from cemlab import _checks
from cemlab.crm.value import _bg_nbd, _buyers, _maximum, _pareto_nbd
from cemlab.crm.value._buyers import Summary
from cemlab.crm.value._predictions import BuyingFit, simulated

_Fitted = TypeVar("_Fitted", bound=BuyingFit)


class BgNbdFit(BuyingFit):
    """A fitted BG/NBD model: `params` r, alpha (unit of time), a, b; see :func:`bg_nbd`."""

    _arithmetic: ClassVar[ModuleType] = _bg_nbd


class ParetoNbdFit(BuyingFit):
    """A fitted Pareto/NBD model: `params` r, alpha, s, beta (units of time); see `pareto_nbd`."""

    _arithmetic: ClassVar[ModuleType] = _pareto_nbd


def bg_nbd(summary: Summary) -> BgNbdFit:
    r"""Fit the BG/NBD model: customers leave, if they do, right after a purchase.

    A customer buys at rate :math:`\lambda`, and after each repeat purchase leaves with chance
    p. Between customers, :math:`\lambda` has a gamma distribution (shape r, rate
    :math:`\alpha`; the mean is :math:`r / \alpha` a unit of time) and p a beta distribution
    (a, b; the mean is a / (a + b)).

    Parameters
    ----------
    summary : DataFrame
        One row a customer: `frequency`, `recency`, `age` (see `purchases.summary`); the name `T`
        for the age will do. A column `customers` says how many identical customers a row
        stands for.

    Returns
    -------
    BgNbdFit
        Parameters, standard errors and predictions. If the data do not fix all parameters, its
        `note` says so, and intervals are missing.

    Raises
    ------
    ValueError
        If a value breaks its rule, nobody bought again, or there are fewer than five customers.

    Notes
    -----
    *Critique.* A customer without a repeat purchase cannot have left, which makes many a lost one
    look alive (chance 1). Rates are taken to be steady and purchases to be random: no seasons,
    no campaigns, no rhythm. How often one buys and how soon one leaves are taken to be
    independent. Intervals hold if the model does.

    References
    ----------
    .. [1] P. Fader, B. Hardie, K. L. Lee, "'Counting your customers' the easy way: an alternative
       to the Pareto/NBD model", Marketing Science 24, 2005.

    Examples
    --------
    >>> from cemlab import datasets
    >>> fit = bg_nbd(datasets.load("cdnow-summary"))
    >>> {name: round(value, 4) for name, value in fit.params.items()}
    {'r': 0.2426, 'alpha': 4.4135, 'a': 0.7929, 'b': 2.4258}
    >>> one = {"frequency": 2, "recency": 30.43, "age": 38.86}
    >>> float(fit.conditional_purchases(one, 39).iloc[0].round(3))
    1.226
    """
    return _fitted(BgNbdFit, _bg_nbd, summary)


def pareto_nbd(summary: Summary) -> ParetoNbdFit:
    r"""Fit the Pareto/NBD model: customers may leave at any moment.

    A customer buys at rate :math:`\lambda` and leaves at rate :math:`\mu`. Between customers,
    both have gamma distributions: :math:`\lambda` with shape r and rate :math:`\alpha`,
    :math:`\mu` with shape s and rate :math:`\beta`.

    Parameters
    ----------
    summary : DataFrame
        As for :func:`bg_nbd`.

    Returns
    -------
    ParetoNbdFit
        Parameters, standard errors and predictions; a `note` as for :func:`bg_nbd`.

    Raises
    ------
    ValueError
        If a value breaks its rule, nobody bought again, or there are fewer than five customers.

    Notes
    -----
    *Critique.* As for :func:`bg_nbd`, except that here also those without a repeat purchase can
    have left. With s of at most 1, a new customer is expected to buy without limit in
    endless time; the purchases of any finite time are safe. s and beta are often known badly.

    References
    ----------
    .. [1] D. Schmittlein, D. Morrison, R. Colombo, "Counting your customers: who are they and what
       will they do next?", Management Science 33, 1987.
    .. [2] P. Fader, B. Hardie, K. L. Lee, "RFM and CLV: using iso-value curves for customer base
       analysis", Journal of Marketing Research 42, 2005.

    Examples
    --------
    >>> from cemlab import datasets
    >>> fit = pareto_nbd(datasets.load("cdnow-summary"))
    >>> {name: round(value, 3) for name, value in fit.params.items()}
    {'r': 0.553, 'alpha': 10.578, 's': 0.606, 'beta': 11.668}
    """
    return _fitted(ParetoNbdFit, _pareto_nbd, summary)


def simulate_bg_nbd(
    params: Mapping[str, float], ages: ArrayLike, *, holdout: float | None = None, rng: Any = None
) -> pd.DataFrame:
    """Return customers who behave as the BG/NBD model says, as a summary.

    Parameters
    ----------
    params : mapping
        `r`, `alpha` (unit of time), `a`, `b`, each above 0.
    ages : array_like of float, shape (n,)
        How long each has been a customer.
    holdout : float, optional
        Also count purchases in this span afterwards: `frequency_holdout`.
    rng : int or numpy.random.Generator, optional
        Source of luck: the same integer gives the same customers.

    Examples
    --------
    >>> shop = {"r": 0.25, "alpha": 4.5, "a": 0.8, "b": 2.5}
    >>> simulate_bg_nbd(shop, [39.0] * 1000, rng=1)["frequency"].median()
    np.float64(0.0)
    """
    return simulated(_bg_nbd, _given(_bg_nbd, params), ages, holdout, rng)


def simulate_pareto_nbd(
    params: Mapping[str, float], ages: ArrayLike, *, holdout: float | None = None, rng: Any = None
) -> pd.DataFrame:
    """Return customers who behave as the Pareto/NBD model says, as a summary.

    Parameters
    ----------
    params : mapping
        `r`, `alpha`, `s`, `beta` (alpha and beta in units of time), each above 0.
    ages, holdout, rng
        As for :func:`simulate_bg_nbd`.

    Examples
    --------
    >>> shop = {"r": 0.5, "alpha": 10.0, "s": 0.6, "beta": 12.0}
    >>> bool((simulate_pareto_nbd(shop, [39.0] * 1000, rng=1)["recency"] <= 39).all())
    True
    """
    return simulated(_pareto_nbd, _given(_pareto_nbd, params), ages, holdout, rng)


# --- inside ------------------------------------------------------------------------


def _fitted(kind: type[_Fitted], arithmetic: ModuleType, summary: Summary) -> _Fitted:
    buyers = _buyers.read(summary)
    n, names = buyers.customers.sum(), arithmetic.NAMES
    if n <= len(names):
        msg = f"summary must have more customers than the model has parameters ({len(names)}), got {n:g}"
        raise ValueError(msg)
    if not buyers.frequency.any():
        msg = f"summary must have at least one repeat customer, got frequency 0 for all {n:g}: observe them longer"
        raise ValueError(msg)
    groups = _buyers.groups(buyers)
    peak = _maximum.maximise(arithmetic.score(groups), arithmetic.starts(groups), customers=n)
    why = arithmetic.explain(np.exp(peak.place))
    return kind._of(peak, model=arithmetic.MODEL, names=names, customers=n, why=why)


def _given(arithmetic: ModuleType, params: Mapping[str, float]) -> Any:
    given = dict(params) if isinstance(params, Mapping | pd.Series) else {}
    if set(given) != set(arithmetic.NAMES):
        msg = f"params must be {', '.join(arithmetic.NAMES)}, got {sorted(map(str, given))}"
        raise ValueError(msg)
    for name, value in given.items():
        if _checks.number(name, value, low=0) == 0:
            msg = f"{name} must be above 0, got {value!r}"
            raise ValueError(msg)
    return np.array([float(given[name]) for name in arithmetic.NAMES])
