"""Ratings as numbers of categories: pairs of lists, matrices of raters and units, tables of counts."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from cemlab import _checks, _proportions
from cemlab.cem._alpha import MOST_RATIO_VALUES

MOST_CATEGORIES = 2_000
"""Categories that two raters' table may have."""

ALL_AGREE = "full agreement: lower limit from Wilson's limit of the share of units agreed on"

Wholes = NDArray[np.int64]


def pair(a: ArrayLike, b: ArrayLike) -> tuple[Wholes, Wholes, "pd.Index[Any]", int]:
    """Return two raters' categories as numbers, the categories, and how many units are left out.

    >>> pair(["x", "y", None], ["y", "y", "x"])
    (array([0, 1]), array([1, 1]), Index(['x', 'y'], dtype='str'), 1)
    """
    one, other = _column("a", a), _column("b", b)
    if len(one) != len(other):
        msg = f"a and b must rate the same units, got {len(one):,} and {len(other):,}"
        raise ValueError(msg)
    named = isinstance(a, pd.Series) and isinstance(b, pd.Series)
    if named and not one.index.equals(other.index):
        msg = "a and b must have the same index in the same order, got others: use b.reindex(a.index) first"
        raise ValueError(msg)
    codes, names = _coded([one, other])
    both = (codes >= 0).all(axis=0)
    if not both.any():
        msg = f"a and b must have at least one unit that both rated, got none of {len(one):,}"
        raise ValueError(msg)
    codes = codes[:, both]
    if not isinstance(names, pd.CategoricalIndex):
        used = np.zeros(len(names), bool)
        used[codes] = True
        codes, names = (np.cumsum(used) - 1)[codes], names[used]
    if len(names) > MOST_CATEGORIES:
        msg = f"a and b must be categories, at most {MOST_CATEGORIES:,}, got {len(names):,}: group them first"
        raise ValueError(msg)
    return codes[0], codes[1], names, int((~both).sum())


def matrix(
    ratings: ArrayLike, *, least: int = 1
) -> tuple[Wholes, "pd.Index[Any]", "pd.Index[Any]"]:
    """Return ratings, shape (raters, units), as numbers of categories (-1: none), and their names.

    >>> matrix([["x", None], ["y", "x"]])[0].tolist()
    [[0, -1], [1, 0]]
    """
    if not isinstance(ratings, pd.DataFrame) and np.ndim(_plain(ratings)) != 2:
        msg = "ratings must be a table, a row a rater and a column a unit, got another shape"
        raise ValueError(msg)
    frame = ratings if isinstance(ratings, pd.DataFrame) else pd.DataFrame(_plain(ratings))
    if len(frame) < least:
        msg = f"ratings must have at least two raters (rows), got {len(frame)}"
        raise ValueError(msg)
    values = frame.to_numpy()
    flat = pd.Series(values.ravel())
    if flat.dtype.kind == "O":
        flat = flat.infer_objects()
    codes, names = _coded([flat])
    return codes.reshape(values.shape), names, frame.columns


def at_least_two(name: str, names: "pd.Index[Any]") -> None:
    """Stop where only one category was used."""
    if len(names) < 2:
        msg = (
            f"{name} must hold at least two categories, got only {names[0]!r}: chance alone would "
            "agree as often, give the percent agreement"
        )
        raise ValueError(msg)


def apart(names: "pd.Index[Any]", weights: str) -> NDArray[np.float64]:
    """Return the distances of categories, 0 to 1; squared if quadratic."""
    if isinstance(names, pd.CategoricalIndex):
        place = np.arange(len(names), dtype=np.float64)
    else:
        place = _numbers("a and b", names, f"weights {weights!r}", "or an ordered Categorical")
    far: NDArray[np.float64] = np.abs(place[:, None] - place) / (place.max() - place.min())
    return far if weights == "linear" else far**2


def fixed_counts(table: ArrayLike) -> Wholes:
    """Return a table of counts in which every unit has the same number of ratings, at least 2."""
    counts = np.asarray(table)
    if counts.ndim != 2 or not counts.size:
        msg = f"table must have a row a unit and a column a category, got shape {counts.shape}"
        raise ValueError(msg)
    whole = counts.dtype.kind in "iufb" and np.isfinite(counts).all()
    if not whole or (counts < 0).any() or (counts % 1 != 0).any():
        msg = "table must hold counts of raters, whole numbers of at least 0, got others: use rating_counts first"
        raise ValueError(msg)
    counts = counts.astype(np.int64)
    sizes = counts.sum(axis=1)
    if sizes.min() != sizes.max():
        msg = (
            f"table must have the same number of ratings for every unit, got {sizes.min()} to "
            f"{sizes.max()}: use krippendorff_alpha"
        )
        raise ValueError(msg)
    if sizes[0] < 2:
        msg = f"table must have at least two ratings a unit, got {sizes[0]}"
        raise ValueError(msg)
    used = np.flatnonzero(counts.sum(axis=0))
    columns = table.columns if isinstance(table, pd.DataFrame) else pd.RangeIndex(counts.shape[1])
    at_least_two("table", columns[used])
    return counts


def scale(names: "pd.Index[Any]", codes: Wholes, metric: str) -> tuple[NDArray[np.float64], Wholes]:
    """Return the values used, in order, and the codes as their places."""
    used = np.unique(codes[codes >= 0])
    if not len(used):
        msg = "ratings must have at least one unit that was rated twice, got none"
        raise ValueError(msg)
    at_least_two("ratings", names[used])
    values = used.astype(np.float64)
    if metric != "nominal":
        values = _numbers("ratings", names[used], f"metric {metric!r}", "or use metric 'nominal'")
    order = np.argsort(values, kind="stable")
    if metric == "ratio" and values.min() < 0:
        msg = f"ratings must be of at least 0 for metric 'ratio', got {values.min():g}"
        raise ValueError(msg)
    if metric == "ratio" and len(used) > MOST_RATIO_VALUES:
        msg = f"ratings must have at most {MOST_RATIO_VALUES:,} different values for metric 'ratio', got {len(used):,}: round them"
        raise ValueError(msg)
    place = np.full(len(names) + 1, -1)
    place[used[order]] = np.arange(len(used))
    return values[order], place[codes]


def limits(value: float, half: float) -> tuple[float, float]:
    """Return value - half and value + half, cut at -1 and 1."""
    return max(-1.0, value - half), min(1.0, value + half)


def from_disagreement(
    observed: float, expected: float, effective: float, n: int, level: float
) -> tuple[float, float]:
    """Return limits of 1 - observed / expected disagreement, from Wilson's of the observed.

    With Student's t for `n` units; `effective`: of how many yes or no the share is known as well.

    >>> low, high = from_disagreement(0.25, 0.5, 24, 24, 0.95)
    >>> round(low, 2), round(high, 2)
    (0.08, 0.77)
    """
    wide = float(stats.t.ppf((1 + level) / 2, n - 1)) ** 2 / effective
    half = np.sqrt(wide * (observed * (1 - observed) + wide / 4))
    low, high = ((observed + wide / 2 + side) / (1 + wide) for side in (-half, half))
    return max(-1.0, float(1 - high / expected)), float(1 - low / expected)


def from_error(value: float, error: float, n: int, level: float) -> tuple[float, float]:
    """Return limits of a coefficient by Fisher's z, with Student's t for `n` units.

    >>> low, high = from_error(0.5, 0.1, 24, 0.95)
    >>> round(low, 2), round(high, 2)
    (0.27, 0.68)
    """
    inner = float(np.clip(value, -0.999, 0.999))
    half = stats.t.ppf((1 + level) / 2, n - 1) * error / (1 - inner**2)
    return float(np.tanh(np.arctanh(inner) - half)), float(np.tanh(np.arctanh(inner) + half))


def if_all_agree(n: int, expected: float, level: float) -> tuple[float, float]:
    """Return limits where the sample shows no disagreement, and so no standard error.

    >>> low, high = if_all_agree(24, 0.5, 0.95)
    >>> round(low, 3), high
    (0.724, 1.0)
    """
    low, _ = _proportions.wilson(n, n, level)
    return (low - expected) / (1 - expected), 1.0


# --- inside ------------------------------------------------------------------------


def _column(name: str, values: ArrayLike) -> "pd.Series[Any]":
    if isinstance(values, pd.Series | pd.Categorical | pd.Index):
        return values if isinstance(values, pd.Series) else pd.Series(values)
    plain = _plain(values)
    if np.ndim(plain) != 1:
        msg = f"{name} must be one list of categories, got shape {np.shape(plain)}"
        raise ValueError(msg)
    return pd.Series(plain)


def _plain(values: ArrayLike) -> Any:
    """Return an array in which texts and numbers stay what they are."""
    if isinstance(values, np.ndarray):
        return values
    return np.array(values, dtype=object)


def _coded(columns: list["pd.Series[Any]"]) -> tuple[Wholes, "pd.Index[Any]"]:
    """Return the number of each value's category, -1 where missing, a row a column."""
    ordered = [c.cat.categories for c in columns if isinstance(c.dtype, pd.CategoricalDtype) and c.cat.ordered]  # fmt: skip
    if len(ordered) == len(columns) and all(c.equals(ordered[0]) for c in ordered):
        codes = np.stack([c.cat.codes.to_numpy(np.int64) for c in columns])
        return codes, pd.CategoricalIndex(ordered[0], categories=ordered[0], ordered=True)
    plain = [c.astype(object) if isinstance(c.dtype, pd.CategoricalDtype) else c for c in columns]
    values = pd.concat([c.infer_objects() for c in plain], ignore_index=True)
    if values.dtype.kind not in "iufbcM":
        values = values.mask(values == "")  # a blank cell is no category
    found, names = pd.factorize(values)
    index = pd.Index(names)
    _one_kind(index)
    order = _order(index)
    place = np.empty(len(index) + 1, np.int64)
    place[order], place[-1] = np.arange(len(index)), -1
    return place[found].reshape(len(columns), -1), index[order]


def _one_kind(names: "pd.Index[Any]") -> None:
    """Stop where some ratings are texts and others numbers: "1" would never agree with 1."""
    if names.dtype.kind in "iufb":
        return
    text = next((name for name in names if isinstance(name, str)), None)
    other = next((name for name in names if isinstance(name, int | float | np.number)), None)
    if text is not None and other is not None:
        msg = f"ratings must be all texts or all numbers, got {text!r} beside {other!r}: use .astype(str)"
        raise ValueError(msg)


def _order(names: "pd.Index[Any]") -> Wholes:
    if names.dtype.kind in "iufb":
        return np.argsort(names.to_numpy(), kind="stable")
    words = [(name if isinstance(name, int | float) else 0, str(name)) for name in names]
    return np.array(sorted(range(len(words)), key=words.__getitem__), np.int64)


def _numbers(name: str, values: "pd.Index[Any]", need: str, way_out: str) -> NDArray[np.float64]:
    return np.array([_number(name, value, need, way_out) for value in values])


def _number(name: str, value: object, need: str, way_out: str) -> float:
    try:
        return _checks.number(name, value)
    except ValueError:
        msg = f"{name} must be finite numbers for {need}, got {value!r}: give numbers, {way_out}"
        raise ValueError(msg) from None
