"""Answers on a scale, counted: how many gave each, how much they weigh, how many are missing."""

from dataclasses import dataclass, replace
from functools import cached_property
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from statsmodels.stats.proportion import (  # type: ignore[import-untyped, unused-ignore]
    proportion_confint,
)

from cemlab import _checks

Scale = tuple[int, int]
"""Lowest and highest answer, in steps of 1."""

_FEW = 5
"""Fewer answers than these say nothing on the scale that was used."""


@dataclass(frozen=True, eq=False)
class ByGroup:
    """Weights that give groups fixed shares: the weight of each answer, and its group."""

    weight: NDArray[np.float64]
    group: NDArray[np.int64]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[np.float64]:
        """Return the weights alone."""
        return np.array(self.weight, dtype)


@dataclass(frozen=True, eq=False)
class Tally:
    """How often each answer of a scale was given.

    Attributes
    ----------
    score : ndarray of float, shape (k,)
        The answers of the scale, from the lowest to the highest.
    weight, square : ndarray of float, shape (k,)
        Sum of the weights of those who gave it, and of their squares.
    missing : int
        People without an answer.
    weighted : bool
        Whether people have weights of their own.
    cells, part : ndarray of float, shape (groups, k) and (groups,), optional
        People by group and answer, and the fixed share of each group.
    """

    score: NDArray[np.float64]
    weight: NDArray[np.float64]
    square: NDArray[np.float64]
    missing: int
    weighted: bool
    cells: NDArray[np.float64] | None = None
    part: NDArray[np.float64] | None = None

    @cached_property
    def worth(self) -> float:
        """Number of answers; weighted ones count as their worth (Kish's effective n)."""
        return float(self.weight.sum() ** 2 / self.square.sum())

    @cached_property
    def share(self) -> NDArray[np.float64]:
        """Share of each answer, shape (k,)."""
        shares: NDArray[np.float64] = self.weight / self.weight.sum()
        return shares

    @property
    def all_equal(self) -> bool:
        """Whether only one answer was given."""
        return int((self.weight > 0).sum()) == 1

    def share_of(self, low: float, high: float) -> float:
        """Return the share of the answers from `low` to `high`."""
        return float(self.share[(self.score >= low) & (self.score <= high)].sum())

    def spread(self, points: NDArray[np.float64]) -> tuple[float, float]:
        """Return the mean of `points` (one an answer), and the variance of that mean.

        With groups of fixed shares W it is the sum of W^2 s^2 / n over the groups; a group of
        one answer takes the spread of all answers. If nothing varies within any group, or
        there are no groups, it is the linearised variance of a weighted mean.
        """
        mean = float(self.share @ points)
        away = (points - mean) ** 2
        if self.cells is not None and self.part is not None:
            n = np.maximum(self.cells.sum(axis=1), 1)
            centre = self.cells @ points / n
            squares = (self.cells * (points - centre[:, None]) ** 2).sum(axis=1)
            own = np.where(n > 1, squares / np.maximum(n - 1, 1), self.share @ away)
            inside = float((self.part**2 * own / n).sum())
            if inside > 0:
                return mean, inside
        return mean, float(self.square @ away / self.weight.sum() ** 2)

    def effective(self, points: NDArray[np.float64]) -> float:
        """Return how many unweighted answers would give the mean of `points` as exactly."""
        mean, variance = self.spread(points)
        one = float(self.share @ (points - mean) ** 2)
        known = self.weighted and one > 0 and variance > 0
        return one / variance if known else self.worth

    def shares(self) -> dict[str, float]:
        """Return the share of each answer by its name."""
        pairs = zip(self.score, self.share, strict=True)
        return {f"{score:g}": float(share) for score, share in pairs}

    def words(self, method: str) -> str:
        """Return the method with what was done to the answers before, and doubts about them."""
        way = "; weighted" if self.cells is None else "; groups of fixed shares"
        weighted = f"{way}, n is Kish's effective number" if self.weighted else ""
        left = "answer" if self.missing == 1 else "answers"
        missing = f"; {self.missing:,} missing {left} left out" if self.missing else ""
        return method + weighted + missing + self._doubt()

    def _doubt(self) -> str:
        """Return a question if the answers look like those of a usual shorter scale."""
        low, high, top = self.score[0], self.score[-1], self.score[self.weight > 0][-1]
        for usual in (5, 7):
            if top <= usual <= high - 2 and high >= 7 and self.worth >= _FEW:
                return f"; no answer above {usual}: was it asked on {low:g} to {high:g}?"
        return ""


def tally(
    scores: ArrayLike,
    scale: Scale,
    *,
    weights: ArrayLike | ByGroup | None = None,
    counts: ArrayLike | None = None,
    name: str = "scores",
) -> Tally:
    """Count answers; missing ones (NaN, None) are left out and counted.

    >>> tally([9, 10, 10, None], (9, 10)).weight, tally([9], (9, 10), counts=[5]).worth
    (array([1., 2.]), 5.0)
    """
    low, high = whole_scale(scale)
    rule = f"{name} must be whole numbers in [{low}, {high}], or missing"
    found = numbers(scores, rule)
    known = ~np.isnan(found)
    given = found[known]
    odd = given[(given < low) | (given > high) | (given != np.round(given))]
    if odd.size:
        msg = f"{rule}, got {odd[0]:g}"
        raise ValueError(msg)
    worth = _beside("weights", weights, found.size, known)
    heads = people(counts, found.size)
    missing = int(heads[~known].sum())
    place, worth, heads = (given - low).astype(np.int64), worth[known], heads[known]
    if weights is not None and worth.size and worth.max() > 0:
        worth = worth / worth.max()  # only their proportions matter
    k = high - low + 1
    weight = np.bincount(place, heads * worth, minlength=k).astype(np.float64)
    if not weight.sum() > 0:
        msg = f"{name} must hold at least one answer that counts, got none among {found.size:,}"
        raise ValueError(msg)
    square = np.bincount(place, heads * worth**2, minlength=k).astype(np.float64)
    steps = np.arange(low, high + 1, dtype=np.float64)
    plain = Tally(steps, weight, square, missing, weights is not None)
    if not isinstance(weights, ByGroup):
        return plain
    group = weights.group[known]
    groups = int(group.max()) + 1
    cells = np.bincount(group * k + place, heads, minlength=groups * k).reshape(groups, k)
    part = np.bincount(group, heads * worth, minlength=groups) / weight.sum()
    return replace(plain, cells=cells.astype(np.float64), part=part)


def people(counts: ArrayLike | None, size: int) -> NDArray[np.float64]:
    """Return how many people gave each of `size` answers; 1 where no counts are given."""
    heads = _beside("counts", counts, size, np.ones(size, bool))
    if (heads != np.round(heads)).any():
        msg = f"counts must be whole numbers, got {heads[heads != np.round(heads)][0]:g}"
        raise ValueError(msg)
    return heads


def whole_scale(scale: Scale) -> Scale:
    """Return a scale: two whole numbers, the first smaller."""
    good = isinstance(scale, tuple | list) and len(scale) == 2
    whole = good and all(isinstance(s, int | np.integer) for s in scale)
    if not whole or not 0 < scale[1] - scale[0] <= 1000:
        msg = f"scale must be two whole numbers, lowest and highest answer, got {scale!r}"
        raise ValueError(msg)
    return int(scale[0]), int(scale[1])


def numbers(given: Any, rule: str) -> NDArray[np.float64]:
    """Return a list of numbers, with NaN for missing ones; `rule` begins the error."""
    try:
        values = np.asarray(given)
    except ValueError:
        msg = f"{rule}, in one list, got lists of different lengths"
        raise ValueError(msg) from None
    if values.ndim != 1:
        msg = f"{rule}, in one list, got shape {values.shape}"
        raise ValueError(msg)
    if isinstance(given, list | tuple) and {bool, str} & set(map(type, given)):
        values = np.asarray(given, object)  # each as it was given
    if values.dtype.kind in "iuf":
        return values.astype(np.float64)
    if values.dtype.kind != "O":
        msg = f"{rule}, got {values[:1].tolist()[0]!r}" if values.size else f"{rule}, got none"
        raise ValueError(msg)
    gone = pd.isna(values)
    for value in values[~gone]:
        if isinstance(value, bool | np.bool_) or not isinstance(value, Real):
            msg = f"{rule}, got {value!r}"
            raise ValueError(msg)
    values = np.where(gone, np.nan, values)
    return values.astype(np.float64)


def share_limits(share: float, n: float, level: float) -> tuple[float, float]:
    """Return Wilson's interval of a share of n answers; n may be an effective number.

    >>> low, high = share_limits(0.84, 50, 0.95)
    >>> f"{low:.4f} {high:.4f}"
    '0.7149 0.9166'
    """
    low, high = proportion_confint(share * n, n, alpha=1 - level, method="wilson")
    return min(float(low), share), max(float(high), share)


def mean_limits(
    counted: Tally, points: NDArray[np.float64], level: float
) -> tuple[float, float, float, str]:
    """Return mean, interval by Student's t, cut at the ends of the scale, and the method."""
    mean, variance = counted.spread(points)
    if counted.worth <= 1 or variance <= 0:
        why = "one answer" if counted.worth <= 1 else "all answers are equal"
        return mean, float("nan"), float("nan"), f"no interval: {why}"
    half = stats.t.ppf((1 + level) / 2, counted.worth - 1)
    if counted.cells is None:  # the variances within groups are those of n - 1 already
        variance *= counted.worth / (counted.worth - 1)
    half *= np.sqrt(variance)
    low, high = max(mean - half, points.min()), min(mean + half, points.max())
    return mean, float(low), float(high), "Student's t"


def box_limits(
    counted: Tally, low: float, high: float, level: float
) -> tuple[float, float, float, str]:
    """Return the share of the answers from `low` to `high`, its interval, and the method.

    Weighted answers have Wilson's interval of as many plain answers as are as exact.
    """
    share = counted.share_of(low, high)
    inside = (counted.score >= low) & (counted.score <= high)
    n = counted.effective(inside.astype(np.float64))
    way = f"Wilson, as exact as {n:,.4g} plain answers" if counted.weighted else "Wilson"
    return share, *share_limits(share, n, level), way


def _beside(
    name: str, given: ArrayLike | ByGroup | None, size: int, known: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return one number of at least 0 for each answer that is `known`; 1 where none are given."""
    if given is None:
        return np.ones(size)
    rule = f"{name} must be numbers of at least 0, one for each answer"
    found = numbers(given, rule)
    if found.size != size:
        msg = f"{rule}, got {found.size:,} for {size:,} answers"
        raise ValueError(msg)
    odd = found[known & ~(np.isfinite(found) & (found >= 0))]
    if odd.size:
        msg = f"{rule}, got {odd[0]:g}"
        raise ValueError(msg)
    return found


def positive(name: str, value: object) -> float:
    """Return a finite number above 0."""
    found = _checks.number(name, value, low=0)
    if found == 0:
        msg = f"{name} must be above 0, got {value!r}"
        raise ValueError(msg)
    return found
