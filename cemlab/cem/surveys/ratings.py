"""Ratings of satisfaction and effort: top-2-box, customer effort score, an ACSI-type index."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from cemlab import _checks
from cemlab._proportions import confidence
from cemlab.cem.surveys import _items, _tallies
from cemlab.estimate import Estimate

_EFFORT = {1: ((1, 5), (1, 2)), 2: ((1, 7), (5, 7))}


def csat(
    scores: ArrayLike,
    *,
    scale: tuple[int, int] = (1, 5),
    top: int = 2,
    weights: ArrayLike | None = None,
    counts: ArrayLike | None = None,
    level: float = 0.95,
) -> Estimate:
    """Return the share of satisfied answers, those in the top boxes; larger is better.

    Critique. A share of the top boxes forgets how far the others are from them, and its
    level depends on the scale and its words: shares of different scales cannot be
    compared. Answers pile up at the upper end of the scale [1]_.

    Parameters
    ----------
    scores : array_like, shape (n,)
        Whole numbers on the scale, high is satisfied. Missing ones are left out and counted.
    scale : (int, int)
        Lowest and highest answer.
    top : int
        How many of the highest answers count as satisfied.
    weights : array_like of float, shape (n,), optional
        What each answer counts, at least 0. `n` of the result is then Kish's effective
        number; the interval is Wilson's for as many plain answers as are as exact, by the
        linearised variance of a weighted mean, and `method` names that number.
    counts : array_like of int, shape (n,), optional
        How many people gave each score, if they are counted already.
    level : float
        Confidence of the interval.

    Returns
    -------
    Estimate
        Share of 1 with Wilson's interval, which has a width even if all are satisfied.
        `parts`: `mean`, `mean_low`, `mean_high` (Student's t; missing with one answer or
        equal ones) and the share of each answer by its name ("1" to "5").

    Raises
    ------
    ValueError
        If a score is off the scale, there is no answer, or `top` is the whole scale.

    References
    ----------
    .. [1] R. A. Peterson, W. R. Wilson, "Measuring customer satisfaction: fact and
       artifact", Journal of the Academy of Marketing Science 20, 1992.

    Examples
    --------
    >>> score = csat([5, 4, 2], counts=[20, 22, 8])
    >>> score
    0.84 [0.715, 0.917] share of 1 (95 %, n = 50)
    >>> round(score.parts["mean"], 2)
    4.08
    """
    low, high = _tallies.whole_scale(scale)
    boxes = _checks.whole("top", top, low=1, high=high - low)
    counted = _tallies.tally(scores, (low, high), weights=weights, counts=counts)
    return _boxes(counted, high - boxes + 1, high, level)


def ces(
    scores: ArrayLike,
    *,
    version: int = 2,
    weights: ArrayLike | None = None,
    counts: ArrayLike | None = None,
    level: float = 0.95,
) -> Estimate:
    """Return the customer effort score as the share with little effort; larger is better.

    Version 1: "How much effort did you have to put forth?", 1 (very low) to 5 (very high):
    1 and 2 count. Version 2: "The company made it easy", 1 (disagree) to 7 (agree): 5 to 7
    count. So a low mean is good in version 1, a high one in version 2.

    Critique. The claim that effort predicts loyalty best [1]_ rests on data that were not
    published. Against satisfaction and the net promoter score it was not the better
    predictor of who stays [2]_. It says nothing about those who never got in touch.

    Parameters
    ----------
    scores : array_like, shape (n,)
        Whole numbers on the version's scale. Missing ones are left out and counted.
    version : int
        1 or 2. Answers from 1 to 5 may be of either, and mean the opposite: where version 2
        finds none above 5, `method` asks.
    weights, counts, level
        As for `csat`.

    Returns
    -------
    Estimate
        Share of 1 with Wilson's interval; `parts` as those of `csat`.

    References
    ----------
    .. [1] M. Dixon, K. Freeman, N. Toman, "Stop trying to delight your customers", Harvard
       Business Review, July-August 2010.
    .. [2] E. de Haan, P. C. Verhoef, T. Wiesel, "The predictive ability of different
       customer feedback metrics for retention", International Journal of Research in
       Marketing 32, 2015.

    Examples
    --------
    >>> ces([7, 6, 5, 2]).value, ces([1, 2, 5, 5], version=1).value
    (0.75, 0.5)
    >>> ces([1, 2, 5, 5], version=1).parts["mean"]
    3.25
    """
    scale, easy = _EFFORT[_checks.whole("version", version, low=1, high=2)]
    counted = _tallies.tally(scores, scale, weights=weights, counts=counts)
    return _boxes(counted, *easy, level)


def acsi(items: ArrayLike, *, weights: ArrayLike | None = None, level: float = 0.95) -> Estimate:
    r"""Return an ACSI-type satisfaction index (0 to 100); larger is better.

    Three questions from 1 to 10 (satisfied, better than expected, near the ideal):
    :math:`100 (\sum w_i \bar x_i - \sum w_i) / (9 \sum w_i)`. It is the mean of the index
    of each respondent, and so is its interval, by Student's t.

    Critique. Only "ACSI-type": the American index takes its weights from a model of causes
    and effects of satisfaction, fitted by partial least squares to that year's answers
    [1]_. Without those, equal weights are an assumption. Differences of a few points
    between firms are often within their intervals.

    Parameters
    ----------
    items : array_like of float, shape (n, 3)
        One row a respondent, one column a question, answers from 1 to 10. Respondents
        with a missing answer are left out and counted. Other numbers of questions work too.
    weights : array_like of float, shape (3,), optional
        Weight of each question, at least 0; equal if left out.
    level : float
        Confidence of the interval.

    Returns
    -------
    Estimate
        In points; `parts`: the mean of each question. Without an interval if there is one
        respondent, or if all have the same index; `method` says so.

    Raises
    ------
    ValueError
        If an answer is not in 1 to 10, no respondent is complete, or all weights are 0.

    References
    ----------
    .. [1] C. Fornell, M. D. Johnson, E. W. Anderson, J. Cha, B. E. Bryant, "The American
       customer satisfaction index: nature, purpose, and findings", Journal of Marketing 60,
       1996.

    Examples
    --------
    >>> acsi([[9, 7, 6], [7, 7, 6]])
    66.7 [19.6, 100] points (95 %, n = 2)
    >>> acsi([[10, 10, 10]]).value, acsi([[1, 1, 1]]).value
    (100.0, 0.0)
    """
    answers = _items.scores("items", items, scale=(1, 10), fixed=True)
    names = [str(label) for label in _items.labels(items, answers.shape[1])]
    weight = _item_weights(weights, len(names))
    known = ~np.isnan(answers).any(axis=1)
    n, missing = int(known.sum()), int((~known).sum())
    if not n:
        msg = f"items must have at least one respondent with all answers, got none of {missing:,}"
        raise ValueError(msg)
    means = answers[known].mean(axis=0)
    own = 100 * (answers[known] @ weight - weight.sum()) / (9 * weight.sum())
    index = float(100 * (weight @ means - weight.sum()) / (9 * weight.sum()))
    low = high = float("nan")
    sure = confidence(level)
    if n > 1 and np.ptp(own) > 1e-9:
        half = stats.t.ppf((1 + sure) / 2, n - 1) * own.std(ddof=1) / np.sqrt(n)
        low, high = max(index - float(half), 0.0), min(index + float(half), 100.0)
        way = "Student's t of the respondents' own indices"
    else:
        way = "no interval: " + ("all indices are equal" if n > 1 else "one respondent")
    left = f"; {missing:,} with missing answers left out" if missing else ""
    parts = dict(zip(names, means.tolist(), strict=True))
    return Estimate(
        index, low=low, high=high, n=n, level=sure, unit="points", method=way + left, parts=parts
    )


# --- inside ------------------------------------------------------------------------


def _boxes(counted: _tallies.Tally, low: float, high: float, level: float) -> Estimate:
    """Return the share of the answers from low to high, with mean and distribution."""
    sure = confidence(level)
    share, down, up, way = _tallies.box_limits(counted, low, high, sure)
    mean, mean_low, mean_high, _ = _tallies.mean_limits(counted, counted.score, sure)
    parts = {"mean": mean, "mean_low": mean_low, "mean_high": mean_high} | counted.shares()
    return Estimate(
        share,
        low=down,
        high=up,
        n=counted.worth,
        level=sure,
        unit="share of 1",
        method=counted.words(way),
        parts=parts,
    )


def _item_weights(weights: ArrayLike | None, k: int) -> NDArray[np.float64]:
    if weights is None:
        return np.ones(k)
    rule = f"weights must be {k} numbers of at least 0, one a question, not all 0"
    found = _tallies.numbers(weights, rule)
    if found.size != k or not (np.isfinite(found) & (found >= 0)).all() or not found.any():
        msg = f"{rule}, got {found.tolist()}"
        raise ValueError(msg)
    return np.asarray(found / found.max())  # only their proportions matter
