"""Satisfaction and what follows from it: a loss weighs more than a gain, and between lies a zone."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from cemlab import _checks
from cemlab._proportions import confidence
from cemlab.cem.surveys._kinks import LEAST, Sums, basis, reach, two_kinks
from cemlab.estimate import Estimate

_LEAST_SCORES = 6
_BY_CHANCE = 1e-9  # of the variance: nothing is left to explain


@dataclass(frozen=True, eq=False)
class SatisfactionCurve:
    """Three straight lines that meet, as `satisfaction_curve` fitted them.

    Attributes
    ----------
    kinks : DataFrame
        `lower` and `upper` end of the zone of indifference (points of satisfaction): `value`,
        `low`, `high`, `n`. Limits are missing where the kink was given; they reach as far
        as a kink may lie where it is anybody's guess.
    slopes : DataFrame
        `below`, `inside`, `above`: outcome per point of satisfaction, with the same columns.
    asymmetry : Estimate
        Slope below less slope above: above 0, a point lost below the zone costs more than
        one gained above it brings.
    start : float
        Outcome at the lower kink.
    fit : mapping of str to float
        `r_squared`, `r_squared_line` (of one straight line) and `bic_gain` (by how much the
        three lines beat the one; below 0: keep the one).
    left_out : int
        Respondents with a missing answer.
    """

    kinks: pd.DataFrame
    slopes: pd.DataFrame
    asymmetry: Estimate
    start: float
    fit: Mapping[str, float]
    left_out: int

    def predict(self, satisfaction: ArrayLike) -> NDArray[np.float64]:
        """Return the outcome expected at scores of satisfaction."""
        x = np.atleast_1d(np.asarray(satisfaction, np.float64))
        lower, upper = self.kinks["value"]
        weights = np.append(0.0, self.slopes["value"])
        return np.asarray(self.start + (basis(x, lower, upper) @ weights) - weights[2] * lower)


def satisfaction_curve(
    satisfaction: ArrayLike,
    outcome: ArrayLike,
    *,
    kinks: tuple[float, float] | None = None,
    level: float = 0.95,
) -> SatisfactionCurve:
    """Fit three straight lines that meet: below, inside and above a zone of indifference.

    Least squares over both kinks and all slopes. Intervals of slopes are from robust standard
    errors (HC3) of all six figures together, so that slopes know that kinks are estimated.
    Those of kinks are all places that an F test cannot rule out [3]_: they need not be
    symmetric, and are wide where the lines beside a kink differ little.

    Parameters
    ----------
    satisfaction : array_like of float, shape (n,)
        Score of satisfaction, or of an attribute. Respondents with a missing answer are
        left out and counted.
    outcome : array_like of float, shape (n,)
        What follows from it: retention (0 or 1), intention, spend, overall satisfaction.
    kinks : tuple of float, optional
        Ends of the zone, if they are known; else they are estimated, which needs 6
        different scores (three lines on a 5-point scale would fit anything). Each line then
        rests on at least 2 scores and 5 % of the respondents.
    level : float
        Confidence of the intervals, above 0 and below 1.

    Returns
    -------
    SatisfactionCurve
        `kinks`, `slopes`, `asymmetry`, `fit`, and `predict`.

    Raises
    ------
    ValueError
        If there are too few different scores or respondents, if kinks leave a part without
        scores, if all outcomes are equal, or if they lie on one line while kinks are sought.

    Notes
    -----
    Critique: satisfaction explains little of what customers do, and a curve over customers
    is not what happens to one who becomes more satisfied [2]_. Where the slopes differ
    little, kinks are anybody's guess, and their intervals hold them less often than they say
    (91 instead of 95 % in our weakest simulation): look at `bic_gain`, which counts a kink
    as one figure and so is lenient. An outcome of 0 or 1 gets straight lines of chances, which may leave [0, 1].

    References
    ----------
    .. [1] E. W. Anderson, V. Mittal, "Strengthening the satisfaction-profit chain", Journal of
       Service Research 3, 2000.
    .. [2] V. Kumar, I. Dalla Pozza, J. Ganesh, "Revisiting the satisfaction-loyalty
       relationship", Journal of Retailing 89, 2013.
    .. [3] B. E. Hansen, "Regression kink with an unknown threshold", Journal of Business and
       Economic Statistics 35, 2017.

    Examples
    --------
    A point costs 4 below 4, moves nothing up to 7, and brings 1 above:

    >>> score = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] * 2
    >>> spend = [8, 12, 16, 20, 20, 20, 20, 21, 22, 23] * 2
    >>> found = satisfaction_curve(score, spend, kinks=(4, 7))
    >>> found.slopes["value"].round(9).abs().tolist(), round(float(found.asymmetry), 9)
    ([4.0, 0.0, 1.0], 3.0)
    """
    level = confidence(level)
    x, y, left_out = _pairs(satisfaction, outcome)
    scores = np.unique(x)
    at = None
    if kinks is None:
        if len(scores) < _LEAST_SCORES:
            msg = f"satisfaction must have at least {_LEAST_SCORES} different scores to find kinks, got {len(scores)}: give the kinks"
            raise ValueError(msg)
        zero, width = float(x.min()), float(np.ptp(x))  # from 0 to 1, for precision
        sums = Sums((x - zero) / width, y)
        at = two_kinks(sums)
        if at is None:
            msg = f"satisfaction must have two scores and {LEAST:.0%} of the respondents below, inside and above a zone, got no zone that leaves them: give the kinks"
            raise ValueError(msg)
        lower, upper = (zero + width * kink for kink in at)
    else:
        lower, upper = _given(kinks, scores)
    design = basis(x, lower, upper)
    weight = np.linalg.lstsq(design, y)[0]
    below, inside, above = weight[1:]
    if kinks is None:
        moves = [(inside - below) * (x < lower), (inside - above) * (x > upper)]
        design = np.column_stack([design, *moves])
    if len(x) <= design.shape[1]:
        msg = f"satisfaction must be known of more than {design.shape[1]} respondents, got {len(x)}"
        raise ValueError(msg)
    residual = y - basis(x, lower, upper) @ weight
    spread, plain = _covariances(design, residual)
    far = float(stats.t.ppf((1 + level) / 2, len(x) - design.shape[1]))
    half = far * np.sqrt(np.maximum(np.diag(spread), 0.0))

    ends = np.full((2, 2), np.nan)
    if at is not None:
        # An F test inverted; what robust errors add to plain ones widens it in proportion.
        losses = far**2 * np.diag(spread)[4:] / np.diag(plain)[4:] * residual.var()
        losses *= len(x) / (len(x) - design.shape[1])
        ends = np.array([reach(sums, at, i, loss) for i, loss in enumerate(losses)])
        ends = zero + width * ends
    gap = float(below - above)
    side = np.array([1.0, 0.0, -1.0])
    off = far * math.sqrt(float(side @ spread[1:4, 1:4] @ side))
    asymmetry = Estimate(gap, low=gap - off, high=gap + off, n=len(x), level=level,
                         unit="outcome per point", method="least squares, HC3")  # fmt: skip
    return SatisfactionCurve(
        _frame(["lower", "upper"], np.array([lower, upper]), ends, len(x)),
        _frame(
            ["below", "inside", "above"],
            weight[1:],
            np.column_stack([weight - half[:4], weight + half[:4]])[1:],
            len(x),
        ),
        asymmetry,
        float(weight[0] + inside * lower),
        MappingProxyType(_quality(x, y, residual, design.shape[1])),
        left_out,
    )


# --- inside ------------------------------------------------------------------------


def _pairs(satisfaction: Any, outcome: Any) -> tuple[NDArray[np.float64], NDArray[np.float64], int]:
    """Return the complete pairs of answers, and how many are not."""
    found = []
    for name, given in (("satisfaction", satisfaction), ("outcome", outcome)):
        try:
            values: NDArray[np.float64] = np.asarray(given, np.float64)
        except (TypeError, ValueError):
            values = np.empty((0, 0))
        if values.ndim != 1 or np.isinf(values).any():
            msg = f"{name} must be one list of finite numbers, got something else: mark missing answers as None"
            raise ValueError(msg)
        found.append(values)
    x, y = found
    if len(x) != len(y):
        msg = f"satisfaction and outcome must be of the same respondents, got {len(x)} and {len(y)}"
        raise ValueError(msg)
    whole = ~np.isnan(x) & ~np.isnan(y)
    x, y = x[whole], y[whole]
    if len(x) < 2 or np.ptp(y) == 0:
        msg = f"outcome must differ between respondents, got {len(np.unique(y))} different of {len(y)} answers"
        raise ValueError(msg)
    return x, y, int((~whole).sum())


def _given(kinks: tuple[float, float], scores: NDArray[np.float64]) -> tuple[float, float]:
    """Return kinks that leave scores in each part."""
    if np.shape(kinks) != (2,):
        msg = f"kinks must be the lower and the upper end of the zone, got {kinks!r}"
        raise ValueError(msg)
    lower, upper = (_checks.number("kinks", kink) for kink in kinks)
    inside = ((scores >= lower) & (scores <= upper)).any()
    if not (lower < upper and scores[0] < lower and scores[-1] > upper and inside):
        msg = f"kinks must be in order with scores below, inside and above them, got {lower:g} and {upper:g}"
        raise ValueError(msg)
    if np.linalg.matrix_rank(basis(scores, lower, upper)) < 4:
        msg = f"kinks must leave scores enough for three slopes, got {len(scores)} different scores"
        raise ValueError(msg)
    return lower, upper


def _covariances(
    design: NDArray[np.float64], residual: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the covariances of the estimates, robust to unequal errors (HC3), and plain."""
    size = np.abs(design).max(axis=0)
    if size.min() <= _BY_CHANCE * max(1.0, float(size[:4].max())):
        msg = "outcome must bend at both kinks to find them, got a line without: give the kinks"
        raise ValueError(msg)
    q, r = np.linalg.qr(design / size)
    if np.abs(np.diag(r)).min() < _BY_CHANCE * np.abs(np.diag(r)).max():
        msg = "satisfaction must have enough different scores between and beside the kinks, got too few: give the kinks"
        raise ValueError(msg)
    back = np.linalg.inv(r) / size[:, None]
    scaled = q * (residual / np.maximum(1 - (q**2).sum(axis=1), _BY_CHANCE))[:, None]
    variance = float((residual**2).sum()) / (len(residual) - design.shape[1])
    plain = np.asarray(back @ back.T * max(variance, 1e-300))
    return np.asarray(back @ (scaled.T @ scaled) @ back.T), plain


def _frame(names: list[str], values: NDArray[Any], ends: NDArray[Any], n: int) -> pd.DataFrame:
    columns = {"value": values, "low": ends[:, 0], "high": ends[:, 1], "n": n}
    return pd.DataFrame(columns, index=pd.Index(names))


def _quality(
    x: NDArray[np.float64], y: NDArray[np.float64], residual: NDArray[np.float64], k: int
) -> dict[str, float]:
    """Return how well the curve fits, and a straight line."""
    n = len(x)
    whole = float(((y - y.mean()) ** 2).sum())
    line = whole * (1 - float(np.corrcoef(x, y)[0, 1]) ** 2)
    curve = float((residual**2).sum())
    least = _BY_CHANCE * whole
    gain = n * math.log(max(line, least) / max(curve, least)) - (k - 2) * math.log(n)
    return {"r_squared": 1 - curve / whole, "r_squared_line": 1 - line / whole, "bic_gain": gain}
