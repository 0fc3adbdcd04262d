"""Reviews and sales: elasticities that were measured, and what is there without any effect."""

import math

import pandas as pd

from cemlab import _checks
from cemlab.crm.roi._amounts import Amount, Held, held
from cemlab.estimate import Estimate

VOLUME_ELASTICITY, VALENCE_ELASTICITY = 0.236, 0.417
"""Means of 51 studies (You, Vadakkepatt & Joshi 2015): per cent of sales by per cent of reviews."""

_SHARE = "share of 1"


def review_evidence() -> pd.DataFrame:
    """Return the two large summaries of studies on word of mouth online and sales.

    They measure different things and disagree on what counts more: how many reviews there are
    (volume), or how good they are (valence). A correlation is no elasticity, and neither
    can be turned into the other without the spread of sales and of reviews.

    Returns
    -------
    DataFrame
        By `source`: `measure`, `volume` and `valence` (elasticities; missing where only one
        figure is known to us), `correlation`, `variance_explained` (its square), `studies`,
        `effects` (missing where we do not know it), `counts_more`.

    References
    ----------
    .. [1] Y. You, G. G. Vadakkepatt, A. M. Joshi, "A Meta-Analysis of Electronic Word-of-Mouth
       Elasticity", Journal of Marketing 79, 2015.
    .. [2] A. Babić Rosario, F. Sotgiu, K. de Valck, T. H. A. Bijmolt, "The Effect of Electronic
       Word of Mouth on Sales", Journal of Marketing Research 53, 2016.

    Examples
    --------
    >>> review_evidence()[["counts_more", "variance_explained"]].round(4).values.tolist()
    [['valence', nan], ['volume', 0.0083]]
    """
    rows = {
        "You et al. 2015": ("elasticity", VOLUME_ELASTICITY, VALENCE_ELASTICITY, math.nan,
                            51, None, "valence"),
        "Babić Rosario et al. 2016": ("correlation", math.nan, math.nan, 0.091,
                                      96, 1532, "volume"),
    }  # fmt: skip
    names = ["measure", "volume", "valence", "correlation", "studies", "effects", "counts_more"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=names).rename_axis("source")
    table["effects"] = table["effects"].astype("Int64")
    table.insert(4, "variance_explained", table["correlation"] ** 2)
    return table


def reviews_uplift(
    volume_change: Amount,
    valence_change: Amount,
    *,
    volume_elasticity: Amount = VOLUME_ELASTICITY,
    valence_elasticity: Amount = VALENCE_ELASTICITY,
    caused: Amount = 1.0,
) -> Estimate:
    r"""Return the change of sales that goes with a change of reviews; larger is better.

    :math:`(1 + volume)^{a \cdot caused} \; (1 + valence)^{b \cdot caused} - 1`
    with constant elasticities a and b.

    Parameters
    ----------
    volume_change : number or tuple
        Change of the number of reviews, such as 0.5 for half as many again; above -1. A
        number, or a range (low, high) or (low, likely, high).
    valence_change : number or tuple
        Change of the mean rating, such as 0.05 for 4.0 stars that become 4.2; above -1.
    volume_elasticity, valence_elasticity : number or tuple
        Per cent of sales by per cent of reviews, at least 0; by default means of 51 studies.
    caused : number or tuple
        Part of the elasticity that is an effect of the reviews and not of what sells well
        anyway, in [0, 1]. Nobody knows it: by default all, the most that can be claimed.

    Returns
    -------
    Estimate
        As a share of sales, with the exact limits of the ranges. `parts`: `volume` and
        `valence` alone, at the likely values. Infinite changes, and samples, are refused.

    Raises
    ------
    ValueError
        If a change is not above -1, an elasticity is negative or `caused` not in [0, 1].

    Notes
    -----
    Critique. The studies mostly observe: products that sell get reviewed, and good products
    get good reviews. The other large summary finds a correlation of .091 and volume ahead
    of valence [2]_, this one valence ahead of volume [1]_. An elasticity holds for small
    changes near the studies' data, not for the first review of a product without one.

    References
    ----------
    .. [1] Y. You, G. G. Vadakkepatt, A. M. Joshi, "A Meta-Analysis of Electronic Word-of-Mouth
       Elasticity", Journal of Marketing 79, 2015.
    .. [2] A. Babić Rosario, F. Sotgiu, K. de Valck, T. H. A. Bijmolt, "The Effect of Electronic
       Word of Mouth on Sales", Journal of Marketing Research 53, 2016.

    Examples
    --------
    Twice the reviews, at the same rating; all or nothing of it caused:

    >>> reviews_uplift(1.0, 0.0, caused=(0, 1, 1))
    0.178 [0, 0.178] share of 1 (100 %)
    """
    part = _within("caused", caused, 0.0, 1.0)
    pairs = {
        "volume": (volume_change, volume_elasticity),
        "valence": (valence_change, valence_elasticity),
    }
    alone, logs = {}, []
    for name, (change, elasticity) in pairs.items():
        moved = _within(f"{name}_change", change, -1.0, math.inf, open_low=True)
        power = _within(f"{name}_elasticity", elasticity, 0.0, math.inf)
        likely, low, high = (math.log1p(x) for x in (moved.likely, moved.low, moved.high))
        alone[name] = math.expm1(likely * power.likely * part.likely)
        logs.append((low, high, power))
    total = (1 + alone["volume"]) * (1 + alone["valence"]) - 1
    # For a given `caused` the least is at one end of each range; `caused` then scales the sum.
    least = sum(min(low * power.low, low * power.high) for low, _, power in logs)
    most = sum(max(high * power.low, high * power.high) for _, high, power in logs)
    limits = {
        "low": math.expm1(min(least * part.low, least * part.high)),
        "high": math.expm1(max(most * part.low, most * part.high)),
    }
    method = "constant elasticities; exact limits of the ranges"
    return Estimate(total, **limits, level=1.0, unit=_SHARE, method=method, parts=alone)


def uplift_without_effect(mean_sales: float, *, review_chance: float, shape: float = 1.0) -> float:
    r"""Return how much more products with reviews sell if reviews do nothing at all.

    Each product has its own sales rate, gamma with `mean_sales` and `shape`, before and after
    alike. Every sale brings a review with `review_chance`. Products that sell get reviewed,
    so those with a review go on to sell more.

    Parameters
    ----------
    mean_sales : float
        Mean sales a product in the time in which reviews are collected, above 0.
    review_chance : float
        Chance that a sale brings a review, in (0, 1].
    shape : float
        Of the gamma distribution, above 0: 1 is exponential, larger means more alike.

    Returns
    -------
    float
        Sales of products with a review over those without, less 1: a share of 1.

    Raises
    ------
    ValueError
        If one of the three is out of its range.

    Notes
    -----
    With :math:`q = 1 / (1 + mean \cdot chance / shape)`, a product has no review with
    probability :math:`q^{shape}`; products without one sell :math:`q` times the mean, those
    with one :math:`(1 - q^{shape + 1}) / (1 - q^{shape})` times.

    Critique. Shows that selection alone can make such a figure, not that it did.

    References
    ----------
    .. [1] A. S. C. Ehrenberg, "The Pattern of Consumer Purchases", Applied Statistics 8, 1959
       (gamma rates and Poisson purchases).

    Examples
    --------
    >>> uplift_without_effect(100, review_chance=0.01)
    2.0
    """
    values = {"mean_sales": mean_sales, "review_chance": review_chance, "shape": shape}
    found = {name: _checks.number(name, value) for name, value in values.items()}
    for name, value in found.items():
        if value <= 0:
            msg = f"{name} must be above 0, got {values[name]!r}"
            raise ValueError(msg)
    chance = _checks.probability("review_chance", review_chance)
    k, log_q = found["shape"], -math.log1p(found["mean_sales"] * chance / found["shape"])
    with_review = math.expm1((k + 1) * log_q) / math.expm1(k * log_q)
    return with_review / math.exp(log_q) - 1.0


def share_of_products_needed(uplift: float, *, most: float = 0.67) -> float:
    """Return what share of sales must get the full "up to" effect for a mean uplift.

    Parameters
    ----------
    uplift : float
        Mean uplift that is promised or needed, such as cost over margin; at least 0.
    most : float
        The "up to" effect, above 0; by default a vendor's 67 % of 2012, whose original
        has not been found.

    Returns
    -------
    float
        Share of sales, if all other products get nothing; above 1 it cannot be reached.

    Raises
    ------
    ValueError
        If `uplift` is negative or `most` not above 0.

    Examples
    --------
    >>> round(share_of_products_needed(0.10), 2)
    0.15
    """
    wanted = _checks.number("uplift", uplift, low=0)
    best = _checks.number("most", most)
    if best <= 0:
        msg = f"most must be above 0, got {most!r}"
        raise ValueError(msg)
    return wanted / best


# --- inside ------------------------------------------------------------------------


def _within(name: str, given: Amount, low: float, high: float, *, open_low: bool = False) -> Held:
    """Return a number or a range in [low, high], or above low."""
    found = held(name, given, above=low if open_low else None)
    if found.samples is not None:
        msg = f"{name} must be a number or a range, got samples"
        raise ValueError(msg)
    for end in (found.low, found.high):
        _checks.number(name, end, low=low, high=high)
    return found
