"""Who does not answer: worst cases, a simulation, and weights for those who did."""

from collections.abc import Callable, Hashable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cemlab import _checks
from cemlab.cem.surveys import _tallies
from cemlab.cem.surveys.recommendation import nps
from cemlab.estimate import Estimate

J_SHAPE: Mapping[int, float] = MappingProxyType(
    {0: 0.3, 1: 0.25, 2: 0.2, 3: 0.15, 4: 0.1, 5: 0.08, 6: 0.08, 7: 0.1, 8: 0.15, 9: 0.25, 10: 0.4}
)
"""Chance to answer by score, 0 to 10: an assumption of ours for teaching, not a measurement."""

_ROUNDED = 0.01


def bounds(
    share: ArrayLike, response_rate: ArrayLike, *, scale: tuple[float, float] = (0.0, 1.0)
) -> pd.DataFrame:
    r"""Return between what values a figure lies, whatever those who were silent think.

    If a part r answered and their mean is x, the mean of all is at least
    :math:`r x + (1 - r) \cdot lowest` and at most :math:`r x + (1 - r) \cdot highest`.

    Critique. Nothing is assumed, so the bounds are wide, and they leave out the luck of the
    draw. To get narrower ones, something must be assumed about the silent: see `weighted`.

    Parameters
    ----------
    share : float or array_like of float, shape (k,)
        What those who answered say: a share, or a score on `scale`.
    response_rate : float or array_like of float, shape (k,)
        Part of those asked who answered, in [0, 1].
    scale : (float, float)
        Lowest and highest value: (0, 1) for shares, (-100, 100) for net promoter scores.

    Returns
    -------
    DataFrame
        One row a share: `share`, `response_rate`, `low`, `high`, `width`.

    Raises
    ------
    ValueError
        If a share is off the scale, or a rate is not in [0, 1].

    References
    ----------
    .. [1] C. F. Manski, "Nonparametric bounds on treatment effects", American Economic
       Review 80, 1990.

    Examples
    --------
    >>> bounds(0.8, [0.1, 0.5, 1.0])[["low", "high"]].round(2).values.tolist()
    [[0.08, 0.98], [0.4, 0.9], [0.8, 0.8]]
    >>> bounds(30, 0.2, scale=(-100, 100))[["low", "high"]].values.tolist()
    [[-74.0, 86.0]]
    """
    low, high = (_checks.number("scale", end) for end in scale)
    if not low < high:
        msg = f"scale must be a lower and a higher value, got {scale!r}"
        raise ValueError(msg)
    try:
        values, rates = np.broadcast_arrays(np.atleast_1d(share), np.atleast_1d(response_rate))
    except ValueError:
        msg = f"response_rate must be one rate, or one for each share, got {np.size(response_rate)} for {np.size(share)}"
        raise ValueError(msg) from None
    x = np.array([_checks.number("share", one, low=low, high=high) for one in values.tolist()])
    r = np.array([_checks.probability("response_rate", one) for one in rates.tolist()])
    table = pd.DataFrame({"share": x, "response_rate": r})
    table["low"], table["high"] = r * x + (1 - r) * low, r * x + (1 - r) * high
    return table.assign(width=table["high"] - table["low"])


def simulate_response(scores: ArrayLike, chance: Any = J_SHAPE, *, rng: Any = None) -> pd.DataFrame:
    """Let each of these customers answer or stay silent, by a chance that may hang on the score.

    Those with extreme experiences answer more often: the answers take the shape of a J or
    a U, whatever the customers think [1]_.

    Critique. The chances are assumed: nobody has seen the scores of the silent.

    Parameters
    ----------
    scores : array_like of float, shape (n,)
        What each customer would say; all of them, none missing.
    chance : float, mapping of score to float, function, or array_like of shape (n,)
        Chance to answer, in [0, 1]; a function gets the scores. By default `J_SHAPE`, for
        scores from 0 to 10.
    rng : int or numpy.random.Generator, optional
        Source of luck: the same integer gives the same answers.

    Returns
    -------
    DataFrame
        One row a customer: `score`, `chance`, `answered`.

    References
    ----------
    .. [1] N. Hu, J. Zhang, P. A. Pavlou, "Overcoming the J-shaped distribution of product
       reviews", Communications of the ACM 52, 2009.

    Examples
    --------
    >>> simulate_response([0, 7, 10], {0: 1.0, 7: 0.0, 10: 1.0}, rng=1)["answered"].tolist()
    [True, False, True]
    """
    rule = "scores must be numbers, none missing"
    known = _tallies.numbers(scores, rule)
    if not np.isfinite(known).all():
        msg = f"{rule}, got {known[~np.isfinite(known)][0]:g}"
        raise ValueError(msg)
    chances = _chances("chance", chance, known, low_open=False)
    draws = _checks.generator(rng).random(known.size)
    return pd.DataFrame({"score": known, "chance": chances, "answered": draws < chances})


def weighted(
    scores: ArrayLike,
    chance: Any,
    *,
    measure: Callable[..., Estimate] = nps,
    level: float = 0.95,
    **options: Any,
) -> Estimate:
    """Return a score with each answer weighted by 1 / its chance to be given.

    If the chances are right, the silent are spoken for by those like them who answered
    (Horvitz and Thompson; Hájek's form, divided by the sum of weights).

    Critique. As right as the chances, which must be known or assumed. A customer with no
    chance to answer is spoken for by nobody. Small chances make large weights: the
    effective number of answers can be far below their number. And the interval needs some
    answers of each kind: where 2 answers of the rare kind with a large weight are to be
    expected, it holds 82 times in 100, not 95; with 5 or more, as it says.

    Parameters
    ----------
    scores : array_like, shape (n,)
        The answers that were given. Missing ones are left out and counted.
    chance : float, mapping of score to float, function, or array_like of shape (n,)
        Chance that this customer answered, above 0 and at most 1.
    measure : callable
        `nps`, `csat`, `ces`, `net_score`: what takes `scores`, `weights` and `level`.
    level : float
        Confidence of the interval.
    **options
        Further options of the measure, such as `scale`.

    Returns
    -------
    Estimate
        Its `n` is Kish's effective number of answers. That number is right for an interval only
        if weights and answers have nothing to do with each other; so intervals rest on the
        linearised variance of the weighted mean.

    References
    ----------
    .. [1] D. G. Horvitz, D. J. Thompson, "A generalization of sampling without replacement
       from a finite universe", Journal of the American Statistical Association 47, 1952.
    .. [2] L. Kish, "Survey Sampling", Wiley 1965.

    Examples
    --------
    Promoters answer twice as often: two of them stand for as many as one detractor does.

    >>> weighted([10, 10, 3], {10: 0.5, 3: 0.25}).value
    0.0
    """
    known = _tallies.numbers(scores, "scores must be numbers, or missing")
    chances = _chances("chance", chance, known, low_open=True)
    weights = np.where(np.isnan(known), 0.0, 1 / chances)
    return measure(scores, weights=weights, level=level, **options)


def reweighted(
    scores: ArrayLike,
    groups: ArrayLike,
    population_shares: Mapping[Any, float],
    *,
    measure: Callable[..., Estimate] = nps,
    level: float = 0.95,
    **options: Any,
) -> Estimate:
    """Return a score with each group weighted by its share of all customers (poststratified).

    The variance is that of a stratified sample, the sum of :math:`W_h^2 s_h^2 / n_h` over
    the groups h of share W, n answers and variance s^2 of an answer.

    Critique. It mends only what differs between the groups. Within a group those who
    answered must be like those who did not. A small group whose answers are all alike
    counts as having no spread, which makes the interval too narrow: join it with another.
    (A group of one answer takes the spread of all answers.)

    Parameters
    ----------
    scores : array_like, shape (n,)
        The answers. Missing ones are left out and counted.
    groups : array_like, shape (n,)
        The group of each.
    population_shares : mapping of group to float
        Share of each group among all customers; they add up to 1. What rounding leaves (up
        to 0.01) is shared out.
    measure, level, **options
        As for `weighted`. A measure of your own gets the weights as a list of numbers, and
        then its interval is its own affair.

    Returns
    -------
    Estimate
        Its `n` is Kish's effective number of answers; intervals of shares rest on as many
        plain answers as are as exact, which `method` names.

    Raises
    ------
    ValueError
        If a group of the population gave no answer, or an answer is of no known group.

    References
    ----------
    .. [1] D. Holt, T. M. F. Smith, "Post stratification", Journal of the Royal Statistical
       Society A 142, 1979.

    Examples
    --------
    Half of the customers are business customers, but only one in four answers came from them.

    >>> reweighted([10, 10, 10, 0], ["home", "home", "home", "work"],
    ...            {"home": 0.5, "work": 0.5}).value
    0.0
    """
    known = _tallies.numbers(scores, "scores must be numbers, or missing")
    shares = {g: _checks.probability(f"share of {g}", s) for g, s in population_shares.items()}
    whole = sum(shares.values())
    if not shares or abs(whole - 1) > _ROUNDED + 1e-9:
        msg = f"population_shares must add up to 1, got {whole:g}: divide each by their sum, or add the group that is missing"
        raise ValueError(msg)
    place = pd.Index(list(shares)).get_indexer(pd.Index(np.asarray(groups)))
    if place.size != known.size:
        msg = f"groups must be one for each score, got {place.size:,} for {known.size:,} scores"
        raise ValueError(msg)
    answered = ~np.isnan(known)
    strange = answered & (place < 0)
    if strange.any():
        group: Hashable = np.asarray(groups)[strange].tolist()[0]
        msg = f"groups must be among {', '.join(map(str, shares))}, got {group!r}"
        raise ValueError(msg)
    people = _tallies.people(options.get("counts"), known.size)
    heads = np.bincount(place[answered], people[answered], minlength=len(shares))
    part = np.array(list(shares.values())) / whole
    empty = np.flatnonzero((heads == 0) & (part > 0))
    if empty.size:
        msg = f"groups must have an answer each, got none of {list(shares)[empty[0]]!r}: join it with another"
        raise ValueError(msg)
    weights = np.where(answered, (part / np.maximum(heads, 1))[place], 0.0) * heads.sum()
    by_group = _tallies.ByGroup(weights, place.astype(np.int64))
    return measure(scores, weights=by_group, level=level, **options)


# --- inside ------------------------------------------------------------------------


def _chances(
    name: str, given: Any, scores: NDArray[np.float64], *, low_open: bool
) -> NDArray[np.float64]:
    """Return the chance of each score; those of missing scores are 1."""
    rule = f"{name} must be probabilities " + ("above 0 and at most 1" if low_open else "in [0, 1]")
    known = ~np.isnan(scores)
    found = np.ones(scores.size)
    if isinstance(given, Mapping):
        distinct, which = np.unique(scores[known], return_inverse=True)
        absent = [f"{score:g}" for score in distinct.tolist() if score not in given]
        if absent:
            msg = f"{name} must name every score, got none for {absent[0]}"
            raise ValueError(msg)
        listed = [given[score] for score in distinct.tolist()]
        found[known] = _tallies.numbers(np.asarray(listed, dtype=object), rule)[which]
    elif callable(given):
        found[known] = np.broadcast_to(np.asarray(given(scores[known]), np.float64), known.sum())
    elif np.ndim(given) == 0:
        found[known] = _checks.number(name, given)
    else:
        all_of_them = _tallies.numbers(given, rule)
        if all_of_them.size != scores.size:
            msg = f"{name} must be one for each score, got {all_of_them.size:,} for {scores.size:,} scores"
            raise ValueError(msg)
        found[known] = all_of_them[known]
    wrong = ~((found >= 0) & (found <= 1)) | (low_open & (found == 0))
    if wrong.any():
        msg = f"{rule}, got {found[wrong][0]:g}"
        raise ValueError(msg)
    return found
