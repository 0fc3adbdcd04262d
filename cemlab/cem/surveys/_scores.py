"""Mean scores of a scale: by item, by dimension and overall, with their intervals."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from cemlab._proportions import confidence
from cemlab.cem.surveys import _items
from cemlab.cem.surveys._alpha import raw_alpha
from cemlab.estimate import Estimate

DIMENSIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "tangibles": ("equipment", "premises", "staff's looks", "printed matter"),
        "reliability": (
            "keeps its dates",
            "cares about a problem",
            "right at once",
            "on time",
            "records in order",
        ),
        "responsiveness": ("says when", "no delay", "ready to help", "never too busy"),
        "assurance": ("can be trusted", "feels safe", "polite", "knows the answers"),
        "empathy": (
            "sees the individual",
            "open when needed",
            "personal care",
            "on the customer's side",
            "grasps the need",
        ),
    }
)
"""SERVQUAL's five dimensions and our own short names of their items, in the usual order."""

ITEMS: tuple[str, ...] = tuple(item for items in DIMENSIONS.values() for item in items)
"""The 22 items in order: tangibles 4, reliability 5, responsiveness 4, assurance 4, empathy 5."""

_ROUNDED = 0.01
"""How far rounding may take the sum of weights from 1."""


@dataclass(frozen=True, eq=False)
class ServiceQuality:
    """Scores by item, by dimension and overall, as `servqual` or `servperf` returned them.

    Attributes
    ----------
    items : DataFrame
        By item: its `dimension`, the mean scores, `low` and `high` of the gap (without
        expectations: of the perception), `n` respondents and how many were `left_out`.
    dimensions : DataFrame
        The same by dimension, and `alpha` of the gaps (or perceptions).
    overall : Estimate
        Mean over the dimensions, each counting the same (points of the scale).
    weighted : Estimate or None
        Mean over the dimensions by their weights; None if no weights were given.
    """

    items: pd.DataFrame
    dimensions: pd.DataFrame
    overall: Estimate
    weighted: Estimate | None


def read(
    given: Mapping[str, Any],
    dimensions: _items.Dimensions,
    scale: tuple[float, float],
    level: float,
) -> tuple[dict[str, list[int]], dict[str, _items.Scores], float]:
    """Return the columns of each dimension, the tables as numbers, and the confidence."""
    kinds = {isinstance(table, pd.DataFrame) for table in given.values()}
    if len(kinds) > 1:
        msg = f"{' and '.join(given)} must all be DataFrames, or none of them, got both: the items could not be matched"
        raise ValueError(msg)
    tables = _items.same_people(given)
    have = {name: _items.scores(name, table, scale=scale) for name, table in tables.items()}
    _items.same_shape(have)
    name = next(iter(tables))
    lead = tables[name]
    at = _items.places(
        name,
        _items.labels(lead, have[name].shape[1]),
        dimensions,
        by_place=dimensions is DIMENSIONS or not isinstance(lead, pd.DataFrame),
    )
    return at, have, confidence(level)


def rows(answers: Any) -> pd.Index | None:
    """Return the labels of the respondents, None where they have none."""
    return answers.index if isinstance(answers, pd.DataFrame) else None


def names(answers: Any, dimensions: _items.Dimensions) -> list[Any]:
    """Return the items' names by column: the table's own, else those of the dimensions."""
    if isinstance(answers, pd.DataFrame):
        return list(answers.columns)
    wanted = [item for items in dimensions.values() for item in items]
    numbered = set(wanted) == set(range(len(wanted)))
    return list(range(len(wanted))) if numbered else wanted


def result(
    shown: dict[str, _items.Scores],
    at: dict[str, list[int]],
    dimensions: _items.Dimensions,
    weights: Any,
    level: float,
    names: list[Any],
    rows: pd.Index | None,
) -> ServiceQuality:
    """Return the tables of some scores, of which the last one carries the interval."""
    *_, (last, score) = shown.items()
    by = {name: np.column_stack([values[:, c].mean(axis=1) for c in at.values()])
          for name, values in shown.items()}  # fmt: skip
    empty = [d for d, there in zip(at, ~np.isnan(by[last]).all(axis=0), strict=True) if not there]
    if empty:
        msg = f"perceptions must have a respondent with all items of each dimension, got none for {empty[0]!r}"
        raise ValueError(msg)
    order = [c for columns in at.values() for c in columns]
    items = _table({name: values[:, order] for name, values in shown.items()}, level)
    items.insert(0, "dimension", [d for d, columns in at.items() for _ in columns])
    items.index = pd.Index([names[c] for c in order], name="item")
    table = _table(by, level)
    table["alpha"] = [_alpha(score[:, columns]) for columns in at.values()]
    table.index = pd.Index(list(at), name="dimension")
    each = by[last].mean(axis=1)
    overall = _estimate(each, level)
    weighted = None
    if weights is not None:
        weight = _weights(weights, list(dimensions), len(each), rows)
        weighted = _estimate((by[last] * weight).sum(axis=1), level)
    return ServiceQuality(items, table, overall, weighted)


def _table(shown: dict[str, _items.Scores], level: float) -> pd.DataFrame:
    """Return the mean of each column of each table, and the interval of the last one's."""
    found = {name: _items.means(values, level) for name, values in shown.items()}
    made = pd.DataFrame({name: one["value"] for name, one in found.items()})
    last = found[list(shown)[-1]]
    made[["low", "high", "n"]] = last[["low", "high", "n"]]
    made["left_out"] = len(shown[list(shown)[-1]]) - made["n"]
    return made


def _alpha(values: _items.Scores) -> float:
    return raw_alpha(values[~np.isnan(values).any(axis=1)])


def _estimate(each: _items.Scores, level: float) -> Estimate:
    parts = {"left_out": int(np.isnan(each).sum())}
    return _items.mean(each, level, unit="points", parts=parts)


def _weights(weights: Any, dimensions: list[str], n: int, rows: pd.Index | None) -> _items.Scores:
    """Return weights that sum to 1, one row for all or one a respondent."""
    if isinstance(weights, Mapping | pd.Series):
        weights = pd.DataFrame([dict(weights)])
    if isinstance(weights, pd.DataFrame):
        if set(weights.columns) != set(dimensions):
            msg = f"weights must be given for {', '.join(dimensions)}, got {', '.join(map(str, weights.columns))}"
            raise ValueError(msg)
        if rows is not None and len(weights) == n > 1 and not weights.index.equals(rows):
            msg = "weights must be of the same respondents in the same order as the answers, got different rows: join them first"
            raise ValueError(msg)
        weights = weights[dimensions]
    else:
        weights = np.atleast_2d(np.asarray(weights, object))
    found = _items.scores("weights", weights)
    if found.shape not in {(1, len(dimensions)), (n, len(dimensions))}:
        msg = f"weights must be one row of {len(dimensions)} for all or one a respondent, got shape {found.shape}"
        raise ValueError(msg)
    if (found < 0).any():
        msg = f"weights must be at least 0, got {found[found < 0][0]:g}"
        raise ValueError(msg)
    total = found.sum(axis=1)
    off = np.minimum(np.abs(total - 1), np.abs(total - 100) / 100)
    wrong = ~np.isnan(total) & (off > _ROUNDED + 1e-9)
    if wrong.any():
        msg = f"weights must sum to 1 or to 100, got {total[wrong][0]:g}: divide them by their sum"
        raise ValueError(msg)
    return np.asarray(found / total[:, None], np.float64)
