"""How far the difference of two scores can be trusted."""

from typing import Any

import numpy as np
import pandas as pd

from cemlab import _checks
from cemlab.cem.surveys._items import Dimensions
from cemlab.cem.surveys._scores import DIMENSIONS, read
from cemlab.cem.surveys.reliability import correlation, raw_alpha


def difference_score_reliability(
    r_pp: float, r_ee: float, r_pe: float, *, sd_p: float = 1.0, sd_e: float = 1.0
) -> float:
    r"""Return how reliable the difference P - E of two scores is; larger is better.

    :math:`r_D = \frac{s_P^2 r_{PP} + s_E^2 r_{EE} - 2 s_P s_E r_{PE}}{s_P^2 + s_E^2 - 2 s_P s_E
    r_{PE}}`, for errors that are independent. With equal spreads it is
    :math:`(r_{PP} + r_{EE} - 2 r_{PE}) / (2 - 2 r_{PE})`.

    Parameters
    ----------
    r_pp, r_ee : float
        Reliability of each score, in [0, 1], such as its alpha.
    r_pe : float
        Correlation between the scores, in [-1, 1].
    sd_p, sd_e : float
        Their standard deviations, in one unit, above 0.

    Returns
    -------
    float
        The reliability, at most 1, no unit. Below 0 where the scores correlate more than
        their reliabilities allow: then the three figures do not belong together.

    Raises
    ------
    ValueError
        If a figure is out of its range, or if the difference does not vary at all.

    Notes
    -----
    Critique of differences such as SERVQUAL's P - E: the more the parts correlate, the less
    reliable their difference. It also looks distinct from other measures only because it is
    unreliable, tells little that P alone does not, and is limited in its range, as
    expectations lie near the top of the scale [1]_.

    References
    ----------
    .. [1] J. P. Peter, G. A. Churchill, T. J. Brown, "Caution in the use of difference scores
       in consumer research", Journal of Consumer Research 19, 1993.

    Examples
    --------
    >>> round(difference_score_reliability(0.8, 0.8, 0.5), 9)
    0.6
    """
    r_pp, r_ee = _checks.probability("r_pp", r_pp), _checks.probability("r_ee", r_ee)
    r_pe = _checks.number("r_pe", r_pe, low=-1, high=1)
    spreads = {"sd_p": sd_p, "sd_e": sd_e}
    for name, value in spreads.items():
        if _checks.number(name, value, low=0) == 0:
            msg = f"{name} must be above 0, got {value!r}"
            raise ValueError(msg)
    shared = 2 * sd_p * sd_e * r_pe
    whole = sd_p**2 + sd_e**2 - shared
    if whole <= 1e-12 * (sd_p**2 + sd_e**2):
        msg = f"r_pe must leave the difference some spread, got {r_pe!r} with equal standard deviations"
        raise ValueError(msg)
    return (sd_p**2 * r_pp + sd_e**2 * r_ee - shared) / whole


def gap_reliability(
    expectations: Any,
    perceptions: Any,
    *,
    dimensions: Dimensions = DIMENSIONS,
    scale: tuple[float, float] = (1, 7),
) -> pd.DataFrame:
    """Return how reliable each dimension's gaps are, from the reliability of their two parts.

    Parameters
    ----------
    expectations, perceptions, dimensions, scale
        As in `servqual`.

    Returns
    -------
    DataFrame
        By dimension, of respondents with all its pairs: `r_pp` and `r_ee` (alpha of perceptions
        and of expectations), `r_pe` (correlation of the two means), `sd_p` and `sd_e` (points),
        `reliability` (of the gap), `n` and `left_out`. What is not defined is missing: alpha
        of one item or of answers that do not vary, and all that rests on it. An alpha
        below 0 counts as no reliability.

    Raises
    ------
    ValueError
        If tables do not belong together or a score is off the scale.

    Notes
    -----
    Critique: see `difference_score_reliability`. The formula takes the errors of the two
    answers as independent. Asked side by side they go together, and then it is too low.

    Examples
    --------
    >>> expect, found = [[6, 7], [5, 5], [7, 6], [4, 4]], [[3, 3], [4, 5], [6, 5], [4, 3]]
    >>> table = gap_reliability(expect, found, dimensions={"speed": [0, 1]})
    >>> table.loc["speed", ["r_pp", "r_ee", "r_pe", "reliability"]].round(3).tolist()
    [0.814, 0.889, 0.245, 0.808]
    """
    given = {"expectations": expectations, "perceptions": perceptions}
    at, have, _ = read(given, dimensions, scale, 0.95)
    rows = []
    for columns in at.values():
        told, asked = have["perceptions"][:, columns], have["expectations"][:, columns]
        whole = ~np.isnan(told + asked).any(axis=1)
        told, asked = told[whole], asked[whole]
        p, e = told.mean(axis=1), asked.mean(axis=1)
        row = {"r_pp": raw_alpha(told), "r_ee": raw_alpha(asked), "r_pe": np.nan}
        row |= {"sd_p": np.nan, "sd_e": np.nan, "reliability": np.nan}
        if len(p) > 1:
            row |= {"r_pe": correlation(p, e), "sd_p": p.std(ddof=1), "sd_e": e.std(ddof=1)}
        if not np.isnan([*row.values()][:3]).any() and np.ptp(p - e) > 0:
            rel = (max(row["r_pp"], 0.0), max(row["r_ee"], 0.0), row["r_pe"])
            row["reliability"] = difference_score_reliability(
                *rel, sd_p=row["sd_p"], sd_e=row["sd_e"]
            )
        rows.append(row | {"n": len(p), "left_out": int((~whole).sum())})
    return pd.DataFrame(rows, index=pd.Index(at, name="dimension"))
