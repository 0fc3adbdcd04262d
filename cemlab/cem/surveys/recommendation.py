"""Net promoter score: its interval, and net scores of other cuts."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from cemlab import _checks
from cemlab._proportions import confidence
from cemlab.cem.surveys import _net, _tallies
from cemlab.cem.surveys.published import can_be
from cemlab.estimate import Estimate

_TEN = (0, 10)


def nps(
    scores: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    counts: ArrayLike | None = None,
    level: float = 0.95,
    method: str = "wald",
) -> Estimate:
    r"""Return the net promoter score (points, -100 to 100); larger is better.

    "How likely is it that you would recommend us?", from 0 to 10: the share of 9 and 10
    (promoters) less the share of 0 to 6 (detractors), times 100. Its variance is
    :math:`(P + D - (P - D)^2) / n`.

    Critique. The answers 0 to 6 count as one, 7 and 8 as nothing: much of what people said
    is thrown away, so that the interval is wide. That it predicts growth better than other
    questions [1]_ was not found again in 21 firms [2]_. For keeping customers it did about
    as well as satisfaction did, and several measures together did better [3]_. The company
    decides who is asked, and when: see `simulate_response`.

    Parameters
    ----------
    scores : array_like, shape (n,)
        Whole numbers 0 to 10. Missing ones are left out; `method` of the result counts them.
    weights : array_like of float, shape (n,), optional
        What each answer counts, at least 0. `n` of the result is then Kish's effective
        number. Intervals rest on the linearised variance of a weighted mean: Wald's takes
        it as it is, the others take as many plain answers as are as exact.
    counts : array_like of int, shape (n,), optional
        How many people gave each score, if they are counted already.
    level : float
        Confidence of the interval, above 0 and below 1.
    method : str
        "wald" (the formula above, cut at -100 and 100), "adjusted" (Wald's with 3 answers
        added: 3/4 promoter, 3/4 detractor, the rest passive [4]_) or "score" (all values
        that a score test does not reject [5]_; for few answers). Wald's is the default as
        published intervals are of this kind. It is too narrow with fewer than 10 answers
        besides the commonest kind, however many there are of that: of 100 answers with 97
        promoters and no detractors expected it holds 85 times in 100, not 95; with 95, 88.
        `method` of the result then says "rough here". Where all answers are of one kind it
        would have no width: the score interval takes its place.

    Returns
    -------
    Estimate
        In points; `parts`: shares of `promoters`, `passives` and `detractors`. If no answer
        is above 5 or 7, `method` asks whether the scale was another one.

    Raises
    ------
    ValueError
        If a score is not a whole number from 0 to 10, or there is no answer.

    References
    ----------
    .. [1] F. F. Reichheld, "The one number you need to grow", Harvard Business Review,
       December 2003.
    .. [2] T. L. Keiningham et al., "A longitudinal examination of net promoter and firm
       revenue growth", Journal of Marketing 71, 2007.
    .. [3] E. de Haan, P. C. Verhoef, T. Wiesel, "The predictive ability of different
       customer feedback metrics for retention", International Journal of Research in
       Marketing 32, 2015.
    .. [4] B. Rocks, "Interval estimation for the 'Net Promoter Score'", The American
       Statistician 70, 2016.
    .. [5] T. Tango, "Equivalence test and confidence interval for the difference in
       proportions for the paired-sample design", Statistics in Medicine 17, 1998.

    Examples
    --------
    >>> score = nps([10, 8, 3], counts=[200, 120, 80])
    >>> score
    30 [22.3, 37.7] points (95 %, n = 400)
    >>> dict(score.parts)
    {'promoters': 0.5, 'passives': 0.3, 'detractors': 0.2}
    >>> nps([10, 10, 9, 9], method="score")
    100 [2.02, 100] points (95 %, n = 4)
    """
    counted = _tallies.tally(scores, _TEN, weights=weights, counts=counts)
    return net_of(counted, 9, 6, level, method)


def net_score(
    scores: ArrayLike,
    *,
    scale: tuple[int, int] = (0, 10),
    top_from: int = 9,
    bottom_to: int = 6,
    weights: ArrayLike | None = None,
    counts: ArrayLike | None = None,
    level: float = 0.95,
    method: str = "wald",
) -> Estimate:
    """Return the share of high answers less the share of low ones (points); larger is better.

    As `nps`, with any scale and any two cut points.

    Critique. Nobody knows the right cuts: another pair may turn the order of two firms.

    Parameters
    ----------
    scores : array_like, shape (n,)
        Whole numbers on the scale. Missing ones are left out and counted.
    scale : (int, int)
        Lowest and highest answer.
    top_from, bottom_to : int
        The lowest answer that counts as high, and the highest that counts as low.
    weights, counts, level, method
        As for `nps`.

    Returns
    -------
    Estimate
        In points; `parts`: the shares `promoters`, `passives` and `detractors`, and what was
        read: `lowest`, `highest`, `top_from`, `bottom_to`.

    Examples
    --------
    >>> net_score([5, 5, 4, 1], scale=(1, 5), top_from=5, bottom_to=3).value
    25.0
    """
    low, high = _tallies.whole_scale(scale)
    up = _checks.whole("top_from", top_from, low=low, high=high)
    down = _checks.whole("bottom_to", bottom_to, low=low, high=up - 1)
    counted = _tallies.tally(scores, scale, weights=weights, counts=counts)
    found = net_of(counted, up, down, level, method)
    read = {"lowest": low, "highest": high, "top_from": up, "bottom_to": down}
    return Estimate(float(found), **found.row(), parts={**found.parts, **read})


def nps_from_shares(
    promoters: float,
    detractors: float,
    n: float,
    *,
    level: float = 0.95,
    method: str = "wald",
) -> Estimate:
    """Return the net promoter score (points) from published shares; larger is better.

    Critique. As for `nps`; shares that were rounded make the score a little uncertain too.
    Where n is whole and no counts of n people give these shares, to the decimals they have,
    `method` says so: n, or a share, is then another one, or answers were weighted.

    Parameters
    ----------
    promoters, detractors : float
        Shares in [0, 1], together at most 1.
    n : float
        How many answered.
    level, method
        As for `nps`.

    Raises
    ------
    ValueError
        If the shares add up to more than 1, or nobody answered.

    Examples
    --------
    >>> nps_from_shares(0.4, 0.3, 1000)
    10 [4.85, 15.1] points (95 %, n = 1,000)
    """
    up = _checks.probability("promoters", promoters)
    down = _checks.probability("detractors", detractors)
    if up + down > 1 + 1e-9:
        msg = f"promoters and detractors must add up to at most 1, got {up:g} + {down:g}"
        raise ValueError(msg)
    people = _checks.number("n", n, low=1)
    variance = max(up + down - (up - down) ** 2, 0.0) / people
    doubt = (
        "" if can_be(up, down, people) else f"; no counts of {people:g} people give these shares"
    )
    return _estimate(
        up, down, (people, people), variance, level, method, lambda way: f"{way}{doubt}"
    )


def net_of(
    counted: _tallies.Tally, top_from: float, bottom_to: float, level: float, method: str
) -> Estimate:
    """Return the net score of counted answers, as `net_score` does."""
    up = counted.share_of(top_from, float("inf"))
    down = counted.share_of(-float("inf"), bottom_to)
    points = np.where(counted.score >= top_from, 1.0, 0.0) - (counted.score <= bottom_to)
    variance = counted.spread(points)[1]
    n = counted.worth, counted.effective(points)
    return _estimate(up, down, n, variance, level, method, counted.words)


# --- inside ------------------------------------------------------------------------


def _estimate(
    up: float,
    down: float,
    n: tuple[float, float],
    variance: float,
    level: float,
    method: str,
    words: Callable[[str], str],
) -> Estimate:
    _checks.one_of("method", method, _net.METHODS)
    sure = confidence(level)
    shown, effective = n
    low, high, way = _net.limits(up, down, effective, variance, level=sure, method=method)
    if effective != shown and not way.startswith("Wald"):
        way += f", as exact as {effective:,.4g} plain answers"
    parts = {"promoters": up, "passives": max(1 - up - down, 0.0), "detractors": down}
    return Estimate(
        100 * (up - down),
        low=100 * low,
        high=100 * high,
        n=shown,
        level=sure,
        unit="points",
        method=words(way),
        parts=parts,
    )
