"""What customers wish for, what they put up with, and where the service lies between the two."""

from typing import Any

import numpy as np
import pandas as pd

from cemlab._proportions import wilson
from cemlab.cem.surveys import _items
from cemlab.cem.surveys._items import Dimensions
from cemlab.cem.surveys._scores import DIMENSIONS, read


def zone_of_tolerance(
    desired: Any,
    adequate: Any,
    perceived: Any,
    *,
    dimensions: Dimensions = DIMENSIONS,
    scale: tuple[float, float] = (1, 9),
    level: float = 0.95,
) -> pd.DataFrame:
    """Return where a service lies: below, inside or above the zone of tolerance.

    The zone reaches from the adequate to the desired level of each respondent, its ends
    included, by the means of a dimension's items.

    Parameters
    ----------
    desired, adequate, perceived : DataFrame or array_like, shape (n, items)
        One row a respondent, one column an item, as in `servqual`.
    dimensions : mapping of str to sequence of labels
        The items of each dimension.
    scale : tuple of float
        Lowest and highest score; the authors' has nine steps.
    level : float
        Confidence of the intervals, above 0 and below 1.

    Returns
    -------
    DataFrame
        By `dimension` and `measure`, with `value`, `low`, `high`, `n`: `adequacy` (perceived
        less adequate, points, larger is better), `superiority` (perceived less desired,
        points), `width` of the zone (points), and the shares of respondents `below`,
        `inside` and `above` it (Wilson). `left_out`: respondents with a missing answer;
        `contrary`: those who ask for more than they desire, left out as well. Points have
        no interval with one respondent or if all differences are equal.

    Raises
    ------
    ValueError
        If tables do not belong together, a score is off the scale, or nobody is left.

    Notes
    -----
    Critique: three answers to every item tire respondents. The zone is a difference of scores
    with all that is known against such; see `difference_score_reliability`.

    References
    ----------
    .. [1] A. Parasuraman, V. A. Zeithaml, L. L. Berry, "Alternative scales for measuring service
       quality", Journal of Retailing 70, 1994.

    Examples
    --------
    >>> zone = zone_of_tolerance([[8], [9], [8]], [[5], [6], [6]], [[6], [5], [8]],
    ...                          dimensions={"speed": [0]})
    >>> zone["value"].round(3).tolist()
    [0.667, -2.0, 2.667, 0.333, 0.667, 0.0]
    """
    given = {"desired": desired, "adequate": adequate, "perceived": perceived}
    at, have, level = read(given, dimensions, scale, level)
    rows, index = [], []
    for dimension, columns in at.items():
        want, enough, told = (have[name][:, columns].mean(axis=1) for name in given)
        whole = ~np.isnan(want + enough + told)
        kept = whole & (np.where(whole, want - enough, 0.0) >= -1e-9)
        n = int(kept.sum())
        if not n:
            msg = f"perceived must have a respondent with all answers and a zone, got none for {dimension!r}"
            raise ValueError(msg)
        want, enough, told = want[kept], enough[kept], told[kept]
        points = np.column_stack([told - enough, told - want, want - enough])
        found = _items.means(points, level).to_dict("records")
        # Means of equal answers may differ by rounding: ends belong to the zone.
        under, over = told < enough - 1e-9, told > want + 1e-9
        for part in (under, ~under & ~over, over):
            low, high = wilson(int(part.sum()), n, level)
            found.append({"value": part.mean(), "low": low, "high": high, "n": n})
        rest = {"left_out": int((~whole).sum()), "contrary": int((whole & ~kept).sum())}
        rows += [row | rest for row in found]
        measures = ("adequacy", "superiority", "width", "below", "inside", "above")
        index += [(dimension, measure) for measure in measures]
    return pd.DataFrame(
        rows, index=pd.MultiIndex.from_tuples(index, names=["dimension", "measure"])
    )
