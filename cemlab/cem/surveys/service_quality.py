"""Service quality as the customer judges it: SERVQUAL, SERVPERF and what is known against them."""

from typing import Any

import numpy as np

from cemlab.cem.surveys._items import Dimensions
from cemlab.cem.surveys._scores import DIMENSIONS as DIMENSIONS
from cemlab.cem.surveys._scores import ITEMS as ITEMS
from cemlab.cem.surveys._scores import ServiceQuality as ServiceQuality
from cemlab.cem.surveys._scores import names, read, result, rows


def servqual(
    expectations: Any,
    perceptions: Any,
    *,
    weights: Any = None,
    dimensions: Dimensions = DIMENSIONS,
    scale: tuple[float, float] = (1, 7),
    level: float = 0.95,
) -> ServiceQuality:
    r"""Return SERVQUAL's gaps, perception less expectation, in points of the scale.

    A respondent's score on a dimension is the mean gap of its items; the table shows the mean
    over respondents with Student's interval. Above 0: better than expected. Larger is better.

    Parameters
    ----------
    expectations, perceptions : DataFrame or array_like, shape (n, 22)
        One row a respondent, one column an item: what an excellent firm would do, and what
        this one does. Columns in any order under the names of `ITEMS`, or in that order under
        names of which none is one of those; both tables need the same.
    weights : mapping, array_like of shape (5,) or (n, 5), or DataFrame, optional
        Importance of each dimension, together 1 or 100 (points), but for rounding (1 % at
        most); one row for all or one a respondent, a DataFrame with the same rows as the
        answers. A respondent without weights is left out of the weighted score.
    dimensions : mapping of str to sequence of labels
        The items of each dimension, for scales other than SERVQUAL.
    scale : tuple of float
        Lowest and highest score.
    level : float
        Confidence of the intervals, above 0 and below 1.

    Returns
    -------
    ServiceQuality
        `items`, `dimensions`, `overall` and `weighted`. A respondent counts for an item if both
        answers are there, for a dimension if all its pairs are, and for the overall score
        if all are; nothing is filled in, and `left_out` says how many that leaves out. With
        one respondent, or if all gaps are equal, limits and `alpha` are missing.

    Raises
    ------
    ValueError
        If tables do not belong together, a score is off the scale, nobody answered all items
        of a dimension, or weights are negative or do not sum to 1 or 100.

    See Also
    --------
    servperf : perceptions only.
    gap_reliability : whether the gaps can be trusted at all.

    Notes
    -----
    Critique: gaps add little to what perceptions say alone, and predict satisfaction worse
    [2]_; differences are less reliable than their parts and limited in range [3]_; the five
    dimensions often do not come out again, and what people understand by "expect" varies
    [4]_. Averages treat the steps of the scale as equal.

    References
    ----------
    .. [1] A. Parasuraman, V. A. Zeithaml, L. L. Berry, "SERVQUAL: a multiple-item scale for
       measuring consumer perceptions of service quality", Journal of Retailing 64, 1988.
    .. [2] J. J. Cronin, S. A. Taylor, "Measuring service quality: a reexamination and
       extension", Journal of Marketing 56, 1992.
    .. [3] T. J. Brown, G. A. Churchill, J. P. Peter, "Improving the measurement of service
       quality", Journal of Retailing 69, 1993.
    .. [4] F. Buttle, "SERVQUAL: review, critique, research agenda", European Journal of
       Marketing 30, 1996.

    Examples
    --------
    Two respondents and a small scale of two dimensions:

    >>> import pandas as pd
    >>> parts = {"speed": ["quick", "on time"], "care": ["kind"]}
    >>> expect = pd.DataFrame({"quick": [7, 6], "on time": [7, 6], "kind": [5, 5]})
    >>> found = pd.DataFrame({"quick": [4, 5], "on time": [2, 5], "kind": [6, 6]})
    >>> result = servqual(expect, found, dimensions=parts, weights={"speed": 80, "care": 20})
    >>> result.dimensions["gap"].to_dict(), float(result.overall), round(float(result.weighted), 9)
    ({'speed': -2.5, 'care': 1.0}, -0.75, -1.8)
    """
    given = {"expectations": expectations, "perceptions": perceptions}
    at, have, level = read(given, dimensions, scale, level)
    asked, told = have["expectations"], have["perceptions"]
    gap = told - asked
    both = ~np.isnan(gap)
    shown = {"expectation": np.where(both, asked, np.nan)}
    shown |= {"perception": np.where(both, told, np.nan), "gap": gap}
    labels = names(expectations, dimensions)
    return result(shown, at, dimensions, weights, level, labels, rows(expectations))


def servperf(
    perceptions: Any,
    *,
    weights: Any = None,
    dimensions: Dimensions = DIMENSIONS,
    scale: tuple[float, float] = (1, 7),
    level: float = 0.95,
) -> ServiceQuality:
    """Return SERVPERF: service quality from perceptions alone, in points of the scale.

    As `servqual` without expectations. Larger is better.

    Parameters
    ----------
    perceptions, weights, dimensions, scale, level
        As in `servqual`.

    Returns
    -------
    ServiceQuality
        As from `servqual`, with the column `perception` in place of the gap.

    Raises
    ------
    ValueError
        As in `servqual`.

    Notes
    -----
    Critique: it predicts satisfaction better than gaps do [1]_, but says less about what to
    mend: a low score may be all that customers ask for. Kinder scales, moods and cultures
    raise it everywhere, so that only comparisons on the same scale tell.

    References
    ----------
    .. [1] J. J. Cronin, S. A. Taylor, "Measuring service quality: a reexamination and
       extension", Journal of Marketing 56, 1992.

    Examples
    --------
    >>> result = servperf([[4, 2, 6], [5, 5, 6]], dimensions={"speed": [0, 1], "care": [2]})
    >>> result.dimensions["perception"].to_dict(), float(result.overall)
    ({'speed': 4.0, 'care': 6.0}, 5.0)
    """
    at, have, level = read({"perceptions": perceptions}, dimensions, scale, level)
    shown = {"perception": have["perceptions"]}
    labels = names(perceptions, dimensions)
    return result(shown, at, dimensions, weights, level, labels, rows(perceptions))
