"""How far several items measure one thing: Cronbach's alpha, McDonald's omega."""

import math
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from cemlab import _checks
from cemlab._proportions import confidence
from cemlab.cem.surveys import _items
from cemlab.cem.surveys._alpha import CERTAIN, distribution_free, feldt, raw_alpha
from cemlab.cem.surveys._one_factor import one_factor, share_of_one_factor
from cemlab.estimate import Estimate

_METHODS = ("feldt", "adf")


def cronbach_alpha(
    items: Any,
    *,
    scale: tuple[float, float] | None = None,
    level: float = 0.95,
    method: str = "feldt",
) -> Estimate:
    r"""Return Cronbach's alpha of a scale, with an interval; larger is better.

    :math:`\alpha = \frac{k}{k-1}(1 - \sum s_i^2 / s_X^2)` with the variances of the k items
    and of their sum. It is the reliability of the sum if all items measure the same thing
    equally well, and a lower limit of it if errors are independent.

    Parameters
    ----------
    items : DataFrame or array_like, shape (n, k)
        One row a respondent, one column an item, all pointing the same way. Respondents
        with a missing answer are left out and counted.
    scale : tuple of float, optional
        Lowest and highest score; with it, codes such as 99 for "no answer" are refused.
    level : float
        Confidence of the interval, above 0 and below 1.
    method : str
        "feldt" (Feldt's F, the usual one, for normal answers [2]_) or "adf" (from the fourth
        moments of the answers, whatever their distribution [4]_, on the scale of log(1 - alpha);
        for some hundred respondents).

    Returns
    -------
    Estimate
        Alpha (at most 1, no unit) of n respondents. `parts`: `items` (k), `left_out`
        (respondents), `inter_item` (mean correlation of two items; missing if an item
        is answered alike by all). Below 0 if the items point against each other: turn the
        reversed ones around first. An alpha of 1 has no interval.

    Raises
    ------
    ValueError
        If there are fewer than 2 items or 2 complete respondents, if all respondents have
        the same sum, or if a score is off the scale.

    Notes
    -----
    Critique: alpha grows with the number of items, so that many poor items look good. It does
    not show that the items measure one thing only, and where they measure it unequally well
    it is too low: see `omega` [3]_. Feldt's interval takes answers as normal and items as
    equally good. Where answers pile up it is too narrow, and more
    respondents do not help: of five items from 1 to 5 with four answers of five at the top it
    holds 76 times in 100, not 95, for 50 respondents as for 1,000; "adf" 88 times for 100,
    92 for 300, 94 for 1,000 (with evenly spread answers both 94 to 95). Feldt's is the default
    as published intervals are of this kind.

    References
    ----------
    .. [1] L. J. Cronbach, "Coefficient alpha and the internal structure of tests",
       Psychometrika 16, 1951.
    .. [2] L. S. Feldt, "The approximate sampling distribution of Kuder-Richardson reliability
       coefficient twenty", Psychometrika 30, 1965.
    .. [3] K. Sijtsma, "On the use, the misuse, and the very limited usefulness of Cronbach's
       alpha", Psychometrika 74, 2009.
    .. [4] A. Maydeu-Olivares, D. L. Coffman, W. M. Hartmann, "Asymptotically distribution-free
       interval estimation of coefficient alpha", Psychological Methods 12, 2007.

    Examples
    --------
    The items' variances are 1.3, 1.3 and 1.3, their sum's 10.3:

    >>> cronbach_alpha([[3, 4, 3], [5, 5, 4], [1, 2, 2], [4, 4, 5], [2, 3, 3]])
    0.933 [0.663, 0.993] (95 %, n = 5)
    """
    level = confidence(level)
    _checks.one_of("method", method, _METHODS)
    values, left_out = _complete(items, least_items=2, scale=scale)
    alpha = raw_alpha(values)
    if math.isnan(alpha):
        msg = (
            "items must give respondents different sums, got one sum for all: alpha is not defined"
        )
        raise ValueError(msg)
    if alpha > 1 - CERTAIN:
        low, high, way = math.nan, math.nan, "none: all items agree perfectly"
    elif method == "adf":
        low, high, way = distribution_free(values, alpha, level)
    else:
        low, high = feldt(alpha, len(values), values.shape[1], level)
        way = "Feldt's F, for normal answers"
    parts = {"items": values.shape[1], "left_out": left_out, "inter_item": _inter_item(values)}
    return Estimate(alpha, low=low, high=high, n=len(values), level=level, method=way, parts=parts)  # fmt: skip


def item_analysis(items: Any, *, level: float = 0.95) -> pd.DataFrame:
    """Return what each item does in its scale: alpha if the item were left out, and its fit.

    Parameters
    ----------
    items : DataFrame or array_like, shape (n, k)
        As in `cronbach_alpha`, at least 3 items.
    level : float
        Confidence of the interval, above 0 and below 1.

    Returns
    -------
    DataFrame
        By item: `mean`, `sd`, `rest_correlation` (with the sum of the others; negative: the
        item points the other way), `value` (alpha of the others), its `low` and `high`
        (Feldt), `n` respondents and how many were `left_out`. What is not defined is missing: the correlation of an item
        that all answer alike, the alpha of others with one sum for all.

    Raises
    ------
    ValueError
        If there are fewer than 3 items or 2 complete respondents.

    Notes
    -----
    Critique: to drop the item that helps alpha most, time and again, fits the scale to the
    luck of one sample and narrows what it measures [1]_.

    References
    ----------
    .. [1] T. Raykov, "Alpha if item deleted: a note on loss of criterion validity in scale
       development", British Journal of Mathematical and Statistical Psychology 61, 2008.

    Examples
    --------
    The third item runs against the first, so that their sum does not vary:

    >>> table = item_analysis([[1, 2, 5], [2, 3, 4], [4, 3, 2], [5, 4, 1]])
    >>> table["value"].round(2).tolist()
    [-4.0, nan, 0.8]
    """
    level = confidence(level)
    values, left_out = _complete(items, least_items=3)
    n, k = values.shape
    total = values.sum(axis=1)
    rows = []
    for i, column in enumerate(values.T):
        alpha = raw_alpha(np.delete(values, i, axis=1))
        low, high = feldt(alpha, n, k - 1, level)
        row = {"mean": column.mean(), "sd": column.std(ddof=1)}
        row |= {"rest_correlation": correlation(column, total - column)}
        rows.append(row | {"value": alpha, "low": low, "high": high, "n": n, "left_out": left_out})
    return pd.DataFrame(rows, index=pd.Index(_items.labels(items, k), name="item"))


def omega(items: Any, *, level: float = 0.95) -> Estimate:
    r"""Return McDonald's omega of a scale: the share of its sum that one factor explains.

    Each item is :math:`x_i = \lambda_i f + e_i`, and :math:`\omega = (\sum\lambda_i)^2 /
    ((\sum\lambda_i)^2 + \sum\psi_i)` with the errors' variances :math:`\psi_i`: the reliability
    of the sum, also where items measure the factor unequally well. Larger is better. Fitted
    by maximum likelihood.

    Parameters
    ----------
    items : DataFrame or array_like, shape (n, k)
        As in `cronbach_alpha`, at least 3 items, and more respondents than items. Respondents
        with a missing answer are left out and counted.
    level : float
        Confidence of the interval, above 0 and below 1.

    Returns
    -------
    Estimate
        Omega, in [0, 1], no unit. `parts`: `items` (k), `left_out` (respondents), `alpha`, and
        `weakest` (the smallest standardised loading: below 0, an item points the other way).

    Raises
    ------
    ValueError
        If there are fewer than 3 items, too few respondents, an item that all answer alike,
        or if one factor does not fit: an item without error, or no correlations to explain.

    Notes
    -----
    Critique: omega is only as good as its one factor. Where items form groups it credits the
    sum with more than the general factor explains [1]_. The interval holds for large samples
    (some hundred respondents); it does not need normal answers, but the one factor.

    References
    ----------
    .. [1] R. P. McDonald, "Test theory: a unified treatment", Erlbaum 1999.
    .. [2] A. Maydeu-Olivares, D. L. Coffman, W. M. Hartmann, "Asymptotically distribution-free
       interval estimation of coefficient alpha", Psychological Methods 12, 2007.

    Examples
    --------
    Any two of three items correlate .5, so that both are 3 x .5 / (1 + 2 x .5):

    >>> answers = [[1, 1, 1], [3, 1, 1], [1, 3, 1], [1, 1, 3]]
    >>> answers += [[3, 3, 3], [1, 3, 3], [3, 1, 3], [3, 3, 1]] + 4 * [[1, 1, 1], [3, 3, 3]]
    >>> round(omega(answers).parts["alpha"], 4), round(float(omega(answers)), 4)
    (0.75, 0.75)
    """
    level = confidence(level)
    values, left_out = _complete(items, least_items=3)
    n, k = values.shape
    if n <= k:
        msg = (
            f"items must have more complete respondents than items for omega, got {n} for {k} items"
        )
        raise ValueError(msg)
    if (np.ptp(values, axis=0) == 0).any():
        same = _items.labels(items, k)[int(np.argmin(np.ptp(values, axis=0)))]
        msg = f"items must each be answered in different ways for omega, got one answer by all to {same!r}: leave it out"
        raise ValueError(msg)
    load, error = one_factor(np.cov(values, rowvar=False))
    value, spread = share_of_one_factor(values, load, error)
    half = float(stats.norm.ppf((1 + level) / 2)) * spread
    # On the logit scale the interval stays between 0 and 1 and is nearer to symmetric.
    at, wide = math.log(value / (1 - value)), half / (value * (1 - value))
    low, high = (1 / (1 + math.exp(-(at + side * wide))) for side in (-1, 1))
    weakest = float((load / np.sqrt(load**2 + error)).min())
    parts = {"items": k, "left_out": left_out, "alpha": raw_alpha(values), "weakest": weakest}
    method = "delta method on the logit scale, any distribution of answers"
    return Estimate(value, low=low, high=high, n=n, level=level, method=method, parts=parts)


# --- inside ------------------------------------------------------------------------


def correlation(one: _items.Scores, other: _items.Scores) -> float:
    """Return Pearson's correlation, missing where one of the two does not vary."""
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return math.nan
    return float(np.corrcoef(one, other)[0, 1])


def _inter_item(values: _items.Scores) -> float:
    """Return the mean correlation of two items, missing where one does not vary."""
    if (np.ptp(values, axis=0) == 0).any():
        return math.nan
    k = values.shape[1]
    return float((np.corrcoef(values, rowvar=False).sum() - k) / (k * (k - 1)))


def _complete(
    items: Any, *, least_items: int, scale: tuple[float, float] | None = None
) -> tuple[_items.Scores, int]:
    """Return the respondents who answered every item, and how many did not."""
    values = _items.scores("items", items, scale=scale)
    if values.shape[1] < least_items:
        msg = f"items must be at least {least_items} columns, got {values.shape[1]}"
        raise ValueError(msg)
    whole = ~np.isnan(values).any(axis=1)
    if whole.sum() < 2:
        msg = f"items must have at least 2 respondents who answered all of them, got {whole.sum()}"
        raise ValueError(msg)
    return values[whole], int((~whole).sum())
