"""Answers to several items: one row a respondent, one column an item, missing where not answered."""

import math
from collections.abc import Hashable, Iterator, Mapping, Sequence
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from cemlab import _checks
from cemlab.estimate import Estimate

_WORDS = (bool, np.bool_)

Scores = NDArray[np.float64]
Dimensions = Mapping[str, Sequence[Hashable]]
"""The items of each dimension, by the labels of their columns."""


def scores(
    name: str, answers: Any, *, scale: tuple[float, float] | None = None, fixed: bool = False
) -> Scores:
    """Return answers as numbers, shape (n, k), NaN where there is none.

    With a `fixed` scale nothing is said of giving another.

    >>> scores("items", [[1, None], [7, 3]], scale=(1, 7)).tolist()
    [[1.0, nan], [7.0, 3.0]]
    """
    try:
        odd = _no_number(answers)
        if odd is not None:
            raise TypeError
        if isinstance(answers, pd.DataFrame):
            found: Scores = answers.to_numpy(np.float64, na_value=np.nan)
        else:
            found = np.asarray(answers, np.float64)
    except (TypeError, ValueError):
        got = "rows of different lengths" if odd is None else repr(odd)[:60]
        msg = f"{name} must be numbers, one row a respondent and one column an item, got {got}"
        raise ValueError(msg) from None
    if found.ndim != 2 or 0 in found.shape:
        msg = f"{name} must be a table, one row a respondent and one column an item, got shape {found.shape}"
        raise ValueError(msg)
    low, high = (-math.inf, math.inf) if scale is None else _scale(scale)
    with np.errstate(invalid="ignore"):
        wrong = (found < low) | (found > high) | np.isinf(found)
    if wrong.any():
        rule, way = "finite numbers", ""
        if scale is not None:
            rule = f"scores in [{low:g}, {high:g}]"
            way = ": mark missing answers as None" + ("" if fixed else ", or give the scale")
        msg = f"{name} must be {rule}, got {found[wrong][0]:g}{way}"
        raise ValueError(msg)
    return found


def labels(answers: Any, k: int) -> list[Hashable]:
    """Return the items' labels: the columns' names, or 0, 1, 2 ... of an array.

    >>> labels(pd.DataFrame({"quick": [1], "kind": [2]}), 2), labels([[1, 2]], 2)
    (['quick', 'kind'], [0, 1])
    """
    return list(answers.columns) if isinstance(answers, pd.DataFrame) else list(range(k))


def wide(name: str, answers: Any) -> pd.DataFrame:
    """Return answers a column an attribute; one list of answers is one attribute.

    >>> wide("functional", [1, 5]).columns.tolist(), wide("functional", {"seat": [1]}).shape
    (['attribute'], (1, 1))
    """
    if isinstance(answers, pd.Series):
        return answers.to_frame(answers.name if answers.name is not None else "attribute")
    if isinstance(answers, pd.DataFrame):
        return answers
    try:
        if isinstance(answers, Mapping):
            return pd.DataFrame({key: list(column) for key, column in answers.items()})
        array = np.asarray(answers, object)
    except ValueError:
        msg = f"{name} must have as many answers to each attribute, got lists of different lengths"
        raise ValueError(msg) from None
    if array.ndim == 1:
        return pd.DataFrame({"attribute": array})
    return pd.DataFrame(scores(name, answers))


def same_people(frames: Mapping[str, Any]) -> dict[str, Any]:
    """Return tables of answers whose rows and columns belong together, in the first one's order.

    >>> ask, told = pd.DataFrame({"a": [1], "b": [2]}), pd.DataFrame({"b": [4], "a": [3]})
    >>> same_people({"expectations": ask, "perceptions": told})["perceptions"].columns.tolist()
    ['a', 'b']
    """
    (first, lead), *others = frames.items()
    made = dict(frames)
    for name, other in others:
        if not (isinstance(lead, pd.DataFrame) and isinstance(other, pd.DataFrame)):
            continue
        ours, theirs = list(lead.columns), list(other.columns)
        if len(ours) != len(theirs) or set(ours) != set(theirs):
            odd = [label for label in [*ours, *theirs] if (label in ours) != (label in theirs)]
            got = f"{odd[0]!r} in one only" if odd else f"{len(ours)} and {len(theirs)} columns"
            msg = f"{first} and {name} must have the same items, got {got}"
            raise ValueError(msg)
        if len(lead) == len(other) and not lead.index.equals(other.index):
            msg = f"{first} and {name} must be of the same respondents in the same order, got different rows: join them first"
            raise ValueError(msg)
        made[name] = other[ours]
    return made


def same_shape(tables: Mapping[str, Scores]) -> None:
    """Stop where tables of answers are not of one size."""
    (first, lead), *others = tables.items()
    for name, other in others:
        if lead.shape != other.shape:
            msg = f"{first} and {name} must be answers of the same respondents to the same items, got {lead.shape} and {other.shape}"
            raise ValueError(msg)


def places(
    name: str, have: list[Hashable], dimensions: Dimensions, *, by_place: bool
) -> dict[str, list[int]]:
    """Return the columns of each dimension.

    Where no label is known and `by_place` allows it, dimensions take the columns in turn.

    >>> places("perceptions", ["q1", "q2", "q3"], {"a": [0], "b": [1, 2]}, by_place=True)
    {'a': [0], 'b': [1, 2]}
    """
    wanted = [item for items in dimensions.values() for item in items]
    if not wanted or not all(len(items) for items in dimensions.values()):
        msg = "dimensions must be at least one, each with at least one item, got one without"
        raise ValueError(msg)
    if len(set(wanted)) < len(wanted) or len(set(have)) < len(have):
        twice = next(x for group in (wanted, have) for x in group if group.count(x) > 1)
        msg = f"dimensions must have each item once, got {twice!r} twice"
        raise ValueError(msg)
    if len(have) != len(wanted):
        msg = f"{name} must have the {len(wanted)} items of the {len(dimensions)} dimensions, got {len(have)}: give the dimensions of this scale"
        raise ValueError(msg)
    if set(have) != set(wanted):
        if not by_place or set(have) & set(wanted):
            odd = next(item for item in have if item not in set(wanted))
            msg = f"{name} must have only items of the dimensions, got {odd!r}"
            raise ValueError(msg)
        have = wanted
    at = {label: i for i, label in enumerate(have)}
    return {dimension: [at[item] for item in items] for dimension, items in dimensions.items()}


def means(values: Scores, level: float) -> pd.DataFrame:
    """Return the mean of each column with Student's interval: `value`, `low`, `high`, `n`.

    The interval is missing below two answers, and where all answers are equal.

    >>> means(np.array([[1.0, 4], [3, 4], [5, np.nan]]), 0.95).round(3).values.tolist()
    [[3.0, -1.968, 7.968, 3.0], [4.0, nan, nan, 2.0]]
    """
    there = ~np.isnan(values)
    n = there.sum(axis=0)
    mean = np.where(there, values, 0.0).sum(axis=0) / np.maximum(n, 1)
    squares = (np.where(there, values - mean, 0.0) ** 2).sum(axis=0)
    # Equal answers whose mean is rounded differ from it by rounding alone.
    spread = squares > n * (1e-12 * np.maximum(np.abs(mean), 1.0)) ** 2
    known = (n > 1) & spread
    error = np.sqrt(squares / (np.maximum(n - 1, 1) * np.maximum(n, 1)))
    half = np.where(known, error * stats.t.ppf((1 + level) / 2, np.maximum(n - 1, 1)), np.nan)
    mean = np.where(n > 0, mean, np.nan)
    return pd.DataFrame({"value": mean, "low": mean - half, "high": mean + half, "n": n})


def mean(values: Scores, level: float, *, unit: str, parts: Mapping[str, float]) -> Estimate:
    """Return the mean of one figure a respondent, those without it left out.

    >>> mean(np.array([1.0, 3, np.nan]), 0.95, unit="points", parts={})
    2 [-10.7, 14.7] points (95 %, n = 2)
    """
    row = means(values[:, None], level).iloc[0]
    n = int(row["n"])
    method = "Student's t of the respondents' means"
    if n == 0:
        method = "none: nobody answered all items"
    elif n == 1:
        method = "none: one respondent has no spread"
    elif math.isnan(row["low"]):
        method = "none: all respondents have the same mean"
    interval = {"low": row["low"], "high": row["high"]}
    return Estimate(row["value"], **interval, n=n, level=level, unit=unit, method=method, parts=parts)  # fmt: skip


def _scale(scale: Any) -> tuple[float, float]:
    if np.shape(scale) != (2,):
        msg = f"scale must be its lowest and its highest score, got {scale!r}"
        raise ValueError(msg)
    low, high = (_checks.number("scale", end) for end in scale)
    if low >= high:
        msg = f"scale must be its lowest and its highest score, got {scale!r}"
        raise ValueError(msg)
    return low, high


def _no_number(answers: Any) -> Any:
    """Return the first thing that is neither a number nor missing, None if there is none."""
    if isinstance(answers, pd.DataFrame):
        columns = [column for _, column in answers.items()]
    elif isinstance(answers, np.ndarray) and answers.dtype != object:
        columns = [answers.reshape(-1)]
    else:
        columns = [np.array([*_flat(answers)], object)]
    for column in columns:
        kind_of_dtype = getattr(column.dtype, "kind", "O")
        if kind_of_dtype in "iuf" or not len(column):
            continue
        if kind_of_dtype in "mM":
            return pd.Series(column).iloc[0]
        there = np.asarray(column, object)[~pd.isna(np.asarray(column, object))]
        kinds = {kind for kind in map(type, there) if kind in _WORDS or not issubclass(kind, Real)}
        if kinds:
            return next(
                one for one in there.tolist() if type(one) in kinds or not isinstance(one, Real)
            )
    return None


def _flat(answers: Any) -> Iterator[Any]:
    """Yield the single answers of rows of any lengths."""
    if isinstance(answers, Sequence | np.ndarray) and not isinstance(answers, str | bytes):
        for row in answers:
            yield from _flat(row)
    else:
        yield answers
