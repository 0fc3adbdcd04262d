"""Do two readers see the same? Agreement beyond chance, with intervals.

Percent agreement and Cohen's kappa for two raters, Fleiss' kappa for a fixed number of raters
a unit, Krippendorff's alpha for everything else: more raters, missing ratings, ordered or
measured categories. Kappa and alpha are 1 if all agree, 0 if they agree as often as chance
would, below 0 if less often. Where all ratings are of one category, chance alone would give
full agreement and these coefficients do not exist: that is an error here.
"""

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats
from statsmodels.stats import inter_rater  # type: ignore[import-untyped, unused-ignore]

from cemlab import _checks, _proportions
from cemlab.cem import _ratings
from cemlab.cem._krippendorff import METRICS as METRICS
from cemlab.cem._krippendorff import krippendorff_alpha as krippendorff_alpha
from cemlab.estimate import Estimate


def percent_agreement(a: ArrayLike, b: ArrayLike, *, level: float = 0.95) -> Estimate:
    """Return the share of units to which two raters gave the same category; larger is better.

    Parameters
    ----------
    a, b : array_like, shape (n,)
        Categories that each rater gave to units 1 to n. Units that one of them did not rate
        (NaN, None) are left out and counted in `parts`.
    level : float
        Confidence of the interval (Wilson's), above 0 and below 1.

    Returns
    -------
    Estimate
        Share of 1; `n` units rated by both; `parts`: `agreed` and `left_out` (units).

    Raises
    ------
    ValueError
        If the lists differ in length or no unit was rated by both.

    Notes
    -----
    Critique: part of it is luck, and the fewer categories, the more. Two coders who throw
    coins agree on half of the units.

    References
    ----------
    .. [1] J. Cohen, "A coefficient of agreement for nominal scales", Educational and
       Psychological Measurement 20(1), 1960.

    Examples
    --------
    >>> percent_agreement(["late", "late", "rude", None], ["late", "rude", "rude", "late"])
    0.667 [0.208, 0.939] share of 1 (95 %, n = 3)
    """
    sure = _proportions.confidence(level)
    one, other, _, left_out = _ratings.pair(a, b)
    agreed, n = int((one == other).sum()), len(one)
    low, high = _proportions.wilson(agreed, n, sure)
    return Estimate(agreed / n, low=low, high=high, n=n, level=sure, unit="share of 1",
                    method="Wilson", parts={"agreed": agreed, "left_out": left_out})  # fmt: skip


def cohen_kappa(
    a: ArrayLike,
    b: ArrayLike,
    *,
    weights: Literal["linear", "quadratic"] | None = None,
    level: float = 0.95,
) -> Estimate:
    r"""Return Cohen's kappa, the agreement of two raters beyond chance; larger is better.

    With :math:`p_o` the share of units on which they agree, and :math:`p_e` the share on
    which they would agree if each gave the same categories as often but to random units,

    .. math:: \kappa = (p_o - p_e) / (1 - p_e).

    With weights, a near miss counts as part of an agreement: 1 less the distance of the two
    categories (linear) or its square (quadratic), in parts of the largest. Distances are those
    of the numbers, or of the places in an ordered Categorical.

    Parameters
    ----------
    a, b : array_like, shape (n,)
        Categories that each rater gave to units 1 to n. Units that one of them did not rate
        (NaN, None) are left out and counted in `parts`.
    weights : {None, "linear", "quadratic"}
        How near misses count; None: not at all.
    level : float
        Confidence of the interval, above 0 and below 1.

    Returns
    -------
    Estimate
        `parts`: `observed` (p_o), `expected` (p_e), `standard_error` and `left_out` (units).
        The interval rests on the asymptotic standard error and is cut at -1 and 1. If they
        agree on all units, that error is 0: then the lower limit is what kappa would be at
        Wilson's lower limit of p_o. If a rater used only one category, kappa is 0 whatever
        the other did, and no interval can be had; nor if they agree on no unit, or if the
        standard error is 0. `method` says so.

    Raises
    ------
    ValueError
        If the lists differ in length, no unit was rated by both, all ratings are of one
        category, or weights are asked for categories without an order.

    Notes
    -----
    Critique: kappa depends on how common the categories are. If nearly all units belong to
    one, chance agreement is high, and a few disagreements push kappa towards 0 although the
    raters hardly ever differ (the first paradox of Feinstein and Cicchetti [3]_; see the
    example). Report `observed` beside it. The bands of Landis and Koch ("substantial" from
    .61) are a convention without a theory. With few units of a rare category the interval is
    too short. With 24 units, a category that one rating in ten names and a true kappa of .3, .5
    or .8, an interval of 95 % holds the truth in 63, 81 or 98 of 100 studies; with two even
    categories in 93 to 99 (computed from the chances of every possible table).

    References
    ----------
    .. [1] J. Cohen, "A coefficient of agreement for nominal scales", Educational and
       Psychological Measurement 20(1), 1960; "Weighted kappa", Psychological Bulletin 70(4),
       1968.
    .. [2] J. L. Fleiss, J. Cohen, B. S. Everitt, "Large sample standard errors of kappa and
       weighted kappa", Psychological Bulletin 72(5), 1969.
    .. [3] A. R. Feinstein, D. V. Cicchetti, "High agreement but low kappa: I. The problems of
       two paradoxes", Journal of Clinical Epidemiology 43(6), 1990.

    Examples
    --------
    Of 50 applications both accept 20 and refuse 15:

    >>> a = ["yes"] * 25 + ["no"] * 25
    >>> b = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    >>> cohen_kappa(a, b)
    0.4 [0.151, 0.649] (95 %, n = 50)

    The paradox: they agree on 85 of 100 stories, but nearly all stories are "late":

    >>> a = ["late"] * 90 + ["rude"] * 10
    >>> b = ["late"] * 80 + ["rude"] * 10 + ["late"] * 5 + ["rude"] * 5
    >>> kappa = cohen_kappa(a, b)
    >>> f"{kappa:.2f}", kappa.parts["observed"], round(kappa.parts["expected"], 2)
    ('0.32', 0.85, 0.78)
    """
    sure = _proportions.confidence(level)
    if weights is not None:
        _checks.one_of("weights", weights, ["linear", "quadratic"])
    one, other, names, left_out = _ratings.pair(a, b)
    _ratings.at_least_two("a and b", names[np.unique([one, other])])
    k = len(names)
    table = np.bincount(one * k + other, minlength=k * k).reshape(k, k)
    apart = None if weights is None else _ratings.apart(names, weights)
    with np.errstate(invalid="ignore", divide="ignore"):  # of a variance that is 0
        found = inter_rater.cohens_kappa(table, weights=apart)
    alike = np.eye(k) if apart is None else 1.0 - apart
    rows, columns, n = table.sum(axis=1), table.sum(axis=0), len(one)
    observed = float((alike * table).sum() / n)
    expected = float(rows @ alike @ columns / n**2)
    error = float(np.sqrt(max(found.var_kappa, 0.0)))
    method = "asymptotic standard error of Fleiss, Cohen and Everitt"
    if np.trace(table) == n:
        low, high, method = *_ratings.if_all_agree(n, expected, sure), _ratings.ALL_AGREE
    elif min(np.count_nonzero(rows), np.count_nonzero(columns)) == 1:
        low = high = np.nan
        method = "no interval: a rater used only one category"
    elif np.isclose(observed, 0) or error < 1e-9:
        low = high = np.nan
        what = "they agree on no unit" if np.isclose(observed, 0) else "the standard error is 0"
        method = f"no interval: {what}"
    else:
        low, high = _ratings.limits(float(found.kappa), stats.norm.ppf((1 + sure) / 2) * error)
    parts = {"observed": observed, "expected": expected, "standard_error": error}
    return Estimate(float(found.kappa), low=low, high=high, n=n, level=sure,
                    method=f"Cohen's kappa, {method}", parts=parts | {"left_out": left_out})  # fmt: skip


def rating_counts(ratings: ArrayLike) -> pd.DataFrame:
    """Return how many raters gave each category to each unit, the table of Fleiss' kappa.

    Parameters
    ----------
    ratings : array_like or DataFrame, shape (raters, units)
        Categories; NaN or None where a rater did not rate a unit.

    Returns
    -------
    DataFrame
        A row a unit, a column a category; units without any rating have zeros.

    Examples
    --------
    >>> rating_counts([["late", "rude"], ["late", "late"]]).values.tolist()
    [[2, 0], [1, 1]]
    """
    codes, names, units = _ratings.matrix(ratings)
    k = len(names)
    place = (np.arange(codes.shape[1]) * k + codes)[codes >= 0]
    counts = np.bincount(place, minlength=k * codes.shape[1]).reshape(-1, k)
    return pd.DataFrame(counts, index=units, columns=pd.Index(names, name="category"))


def fleiss_kappa(table: ArrayLike, *, level: float = 0.95) -> Estimate:
    r"""Return Fleiss' kappa of a table of counts, units x categories; larger is better.

    Agreement beyond chance of m ratings a unit. For ratings, a row a rater, see `rating_counts`
    first; `krippendorff_alpha` takes these as they are. The raters may be others from unit to unit, but must be as many. For two raters it is
    Scott's pi, not Cohen's kappa: chance is taken from all ratings together.

    Parameters
    ----------
    table : array_like of int, shape (units, categories)
        How many raters gave each category to each unit; see `rating_counts`.
    level : float
        Confidence of the interval, above 0 and below 1.

    Returns
    -------
    Estimate
        `n` units; `parts`: `observed` (mean share of pairs of raters that agree), `expected`
        and `raters` a unit. The interval comes from the variation over units, linearised
        (Gwet), with Student's t, and is cut at -1 and 1. If all agree on all units, the lower limit is what
        kappa would be at Wilson's lower limit of the share of such units. Missing for one unit,
        if no two ratings of a unit agree, or if the standard error is 0; `method` says so.

    Raises
    ------
    ValueError
        If counts are no whole numbers, units differ in ratings or have fewer than two, or all
        ratings are of one category.

    Notes
    -----
    Critique: as for `cohen_kappa`, it falls when one category is very common. It has no near
    misses and no missing ratings: use `krippendorff_alpha` for these. With few units of a rare
    category the interval is too short: with 24 units, two raters, a category that one rating in
    ten names and a true kappa of .3, .5 or .8, one of 95 % holds the truth in 56, 74 or 92 of
    100 studies (that of `krippendorff_alpha` in 95 or more); with two even categories in 94 to
    100 (computed from the chances of every possible table).

    References
    ----------
    .. [1] J. L. Fleiss, "Measuring nominal scale agreement among many raters",
       Psychological Bulletin 76(5), 1971.
    .. [2] K. L. Gwet, "Large-sample variance of Fleiss generalized kappa", Educational and
       Psychological Measurement 81(4), 2021.

    Examples
    --------
    Three raters: two units with full agreement, one with two to one.

    >>> kappa = fleiss_kappa([[3, 0], [0, 3], [2, 1]])
    >>> round(kappa, 4), round(kappa.parts["observed"], 4), round(kappa.parts["expected"], 4)
    (0.55, 0.7778, 0.5062)
    """
    sure = _proportions.confidence(level)
    counts = _ratings.fixed_counts(table)
    n, m = len(counts), int(counts[0].sum())
    share = counts.sum(axis=0) / (n * m)
    expected = float((share**2).sum())
    value = float(inter_rater.fleiss_kappa(counts))
    pairs = (counts * (counts - 1)).sum(axis=1) / (m * (m - 1))
    method = "no interval: one unit"
    low = high = np.nan
    if (pairs == 1).all():
        low, high, method = *_ratings.if_all_agree(n, expected, sure), _ratings.ALL_AGREE
    elif not pairs.any():
        method = "no interval: no two ratings of a unit agree"
    elif n > 1:
        own = (pairs - expected) / (1 - expected)
        own = own - 2 * (1 - value) * (counts @ share / m - expected) / (1 - expected)
        error = float(np.std(own, ddof=1) / np.sqrt(n))
        method = "no interval: the standard error is 0"
        if error > 1e-9:
            low, high = _ratings.limits(value, stats.t.ppf((1 + sure) / 2, n - 1) * error)
            method = "linearised standard error over units (Gwet), Student's t"
    parts = {"observed": float(pairs.mean()), "expected": expected, "raters": m}
    return Estimate(value, low=low, high=high, n=n, level=sure, parts=parts,
                    method=f"Fleiss' kappa, {method}")  # fmt: skip
