"""How far the difference of two scores can be trusted."""

import math
from typing import Any

import numpy as np
import pandas as pd

from cemlab import _checks
from cemlab.cem.surveys._alpha import raw_alpha
from cemlab.cem.surveys._items import Dimensions
from cemlab.cem.surveys._scores import DIMENSIONS, read
from cemlab.cem.surveys.reliability import correlation


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
        The reliability, in [0, 1], no unit.

    Raises
    ------
    ValueError
        If a figure is out of its range, if the difference does not vary at all, or if the
        scores correlate more than their reliabilities allow, :math:`|r_{PE}| >
        \sqrt{r_{PP} r_{EE}}`: then the three do not belong together.

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
    found = _reliability(r_pp, r_ee, r_pe, sd_p, sd_e)
    if math.isnan(found):
        msg = f"r_pe must leave the difference some spread, got {r_pe!r} with equal standard deviations"
        raise ValueError(msg)
    if abs(r_pe) > math.sqrt(r_pp * r_ee) + _ROUNDED:
        msg = f"r_pe must be at most {math.sqrt(r_pp * r_ee):.3g} in size where the reliabilities are {r_pp:g} and {r_ee:g}, got {r_pe:g}: the three do not belong together"
        raise ValueError(msg)
    return max(found, 0.0)


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
        `reliability` (of the gap), `n`, `left_out` and `note`. What is not defined is missing,
        and `note` says why: alpha of one item or of answers that do not vary, gaps that are
        all equal, and all that rests on it. An alpha below 0 counts as no reliability. The
        reliability is below 0, and `note` says so, where the two means correlate more than
        the alphas allow: luck of a small sample, or errors that go together.

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
        alphas = max(row["r_pp"], 0.0), max(row["r_ee"], 0.0)
        note = _missing(row, len(p), len(columns))
        if not note:
            row["reliability"] = _reliability(*alphas, row["r_pe"], row["sd_p"], row["sd_e"])
            if math.isnan(row["reliability"]):
                note = "no reliability: all gaps are equal"
            elif abs(row["r_pe"]) > math.sqrt(alphas[0] * alphas[1]) + _ROUNDED:
                note = "the means correlate more than the alphas allow"
        rows.append(row | {"n": len(p), "left_out": int((~whole).sum()), "note": note})
    return pd.DataFrame(rows, index=pd.Index(at, name="dimension"))


# --- inside ------------------------------------------------------------------------

_ROUNDED = 1e-9


def _reliability(r_pp: float, r_ee: float, r_pe: float, sd_p: float, sd_e: float) -> float:
    """Return the reliability of a difference, missing where it varies by rounding alone."""
    shared = 2 * sd_p * sd_e * r_pe
    whole = sd_p**2 + sd_e**2 - shared
    if whole <= 1e-12 * (sd_p**2 + sd_e**2):
        return math.nan
    return (sd_p**2 * r_pp + sd_e**2 * r_ee - shared) / whole


def _missing(row: dict[str, float], n: int, items: int) -> str:
    """Return why a gap's reliability cannot be had, empty if nothing is in its way."""
    if n < 2:
        return f"no reliability: {n} complete respondent{'s' if n != 1 else ''}"
    if items < 2:
        return "no reliability: one item has no alpha"
    flat = [name for name in ("r_pp", "r_ee", "r_pe") if math.isnan(row[name])]
    return f"no reliability: answers do not vary enough for {' and '.join(flat)}" if flat else ""
