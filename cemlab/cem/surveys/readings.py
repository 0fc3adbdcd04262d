"""The same answers read in several ways: net scores, mean and top boxes of one question."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from cemlab._proportions import confidence
from cemlab.cem.surveys import _tallies
from cemlab.cem.surveys.recommendation import net_of
from cemlab.estimate import Estimate, table

_TEN = (0, 10)


def friends(
    scores: ArrayLike | Mapping[str, ArrayLike] | pd.DataFrame,
    *,
    cuts: Iterable[tuple[int, int]] = ((8, 5),),
    level: float = 0.95,
    method: str = "wald",
) -> pd.DataFrame:
    """Return what the same answers say as net promoter score, mean, top-2-box and other nets.

    Larger is better in all of them. With several firms, `rank` shows whether they agree.

    Critique. No reading is the true one, and the order of two firms can turn between them.
    Of those compared, the mean and the top-2-box predicted firms' results best, the net
    promoter score hardly [1]_; but the scores of that study were not Reichheld's own [2]_.

    Parameters
    ----------
    scores : array_like, or mapping or DataFrame of firm -> scores
        Answers from 0 to 10. Missing ones are left out and counted.
    cuts : list of (int, int)
        More net scores: from which answer on high, up to which low, on the scale.
    level, method
        As for `nps`.

    Returns
    -------
    DataFrame
        One row a firm ("all" for a single list) and measure: `firm`, `measure`, `value`,
        `low`, `high`, `n`, `level`, `unit`, `method`, and `rank` among the firms (1 = best;
        equal values share a rank).

    Raises
    ------
    ValueError
        If a score is not a whole number from 0 to 10, or cuts are not pairs on that scale.

    References
    ----------
    .. [1] N. A. Morgan, L. L. Rego, "The value of different customer satisfaction and
       loyalty metrics in predicting business performance", Marketing Science 25, 2006.
    .. [2] T. L. Keiningham, L. Aksoy, B. Cooil, T. W. Andreassen, "Net Promoter,
       recommendations, and business performance: a clarification", Marketing Science 27,
       2008.

    Examples
    --------
    Ten people each: one firm leads by its promoters, the other by its mean.

    >>> two = friends({"Ups": [10] * 5 + [8] * 2 + [3] * 3, "Even": [9] * 2 + [8] * 7 + [6]})
    >>> two.loc[two["measure"].isin(["NPS", "mean"]), ["firm", "measure", "value", "rank"]]
       firm measure  value  rank
    0   Ups     NPS   20.0     1
    1   Ups    mean    7.5     2
    4  Even     NPS   10.0     2
    5  Even    mean    8.0     1
    """
    named = isinstance(scores, Mapping | pd.DataFrame)
    firms: dict[str, Any] = dict(scores.items()) if named else {"all": scores}  # type: ignore[union-attr]
    if not firms:
        msg = "scores must be of at least one firm, got none"
        raise ValueError(msg)
    pairs = _cuts(cuts)
    rows = []
    for firm, given in firms.items():
        rule = "scores" if not named else f"scores of {firm}"
        counted = _tallies.tally(given, _TEN, name=rule)
        read = {"NPS": net_of(counted, 9, 6, level, method)}
        read["mean"] = _mean_of(counted, level)
        read["top-2-box"] = _top_of(counted, 9, level)
        for up, down in pairs:
            net = net_of(counted, up, down, level, method)
            read[f"net {_range(up, 10)} minus {_range(0, down)}"] = net
        rows.append(table(read).reset_index().assign(firm=firm))
    found = pd.concat(rows, ignore_index=True)
    by = found.groupby("measure", sort=False)["value"]
    found["rank"] = by.rank(method="min", ascending=False).astype(int)
    return found[["firm", *found.columns.drop("firm")]]


# --- inside ------------------------------------------------------------------------


def _cuts(cuts: Any) -> list[tuple[int, int]]:
    """Return pairs of cut points on the scale, the first of each pair the higher."""
    rule = "cuts must be pairs of whole numbers in [0, 10], the higher first, such as [(8, 5)]"
    pairs = []
    for pair in cuts if isinstance(cuts, Iterable) and not isinstance(cuts, str) else [cuts]:
        whole = np.shape(pair) == (2,) and all(isinstance(cut, int | np.integer) for cut in pair)
        if not whole or not 0 <= pair[1] < pair[0] <= 10:
            msg = f"{rule}, got {pair!r}"
            raise ValueError(msg)
        pairs.append((int(pair[0]), int(pair[1])))
    return pairs


def _mean_of(counted: _tallies.Tally, level: float) -> Estimate:
    mean, low, high, way = _tallies.mean_limits(counted, counted.score, confidence(level))
    unit = f"answer ({_range(counted.score[0], counted.score[-1])})"
    return Estimate(
        mean, low=low, high=high, n=counted.worth, level=level, unit=unit, method=counted.words(way)
    )


def _top_of(counted: _tallies.Tally, top_from: float, level: float) -> Estimate:
    share, low, high, way = _tallies.box_limits(counted, top_from, float("inf"), confidence(level))
    return Estimate(
        share,
        low=low,
        high=high,
        n=counted.worth,
        level=level,
        unit="share of 1",
        method=counted.words(way),
    )


def _range(low: float, high: float) -> str:
    return f"{low:g}-{high:g}" if low < high else f"{high:g}"
