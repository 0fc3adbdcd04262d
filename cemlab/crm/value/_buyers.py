"""A summary of customers as columns of numbers: read, checked, and grouped where equal."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _columns

Array = NDArray[np.float64]
Summary: TypeAlias = "pd.DataFrame | pd.Series[Any] | Mapping[str, object]"
"""One row a customer (a frame), or one customer (a row of it, or a mapping)."""

OTHER_NAMES = {"age": "T", "mean_spend": "monetary_value"}
_NEEDED = ("frequency", "recency", "age")


@dataclass(frozen=True, eq=False)
class Buyers:
    """Columns of one length: repeat purchases, age at the last one, age, identical customers."""

    index: pd.Index
    frequency: Array
    recency: Array
    age: Array
    customers: Array
    mean_spend: Array | None


@dataclass(frozen=True, eq=False)
class Groups:
    """Different customers only: columns of one length, and where each row of the summary stands."""

    frequency: Array
    recency: Array
    age: Array
    customers: Array
    row: NDArray[np.intp]


def read(summary: Summary, *, spend: bool = False) -> Buyers:
    """Return the columns of a summary, or stop at the first value that breaks a rule."""
    frame = _frame(summary)
    columns = {name: _column(frame, name) for name in _NEEDED}
    if not len(frame):
        msg = "summary must have at least one customer, got none"
        raise ValueError(msg)
    for name, values in columns.items():
        _refuse(frame, name, np.isnan(values), "must be known (leave out who is not)", values)
        _refuse(frame, name, ~(values >= 0), "must be a number of at least 0", values)
    x, recency, age = columns.values()
    _refuse(frame, "frequency", x != np.floor(x), "must be a whole number", x)
    late = recency > age * (1 + 1e-9)
    _refuse(frame, "recency", late, "must be at most the age, as both count from the first purchase",
            recency)  # fmt: skip
    never = (x == 0) & (recency > 0)
    _refuse(frame, "recency", never, "must be 0 where frequency is 0", recency)
    at_once = (x > 0) & (recency == 0)
    _refuse(frame, "recency", at_once, "must be above 0 where frequency is above 0", recency)
    if "customers" in frame:
        customers = _column(frame, "customers")
        _refuse(frame, "customers", ~(customers > 0), "must be a number above 0", customers)
    else:
        customers = np.ones(len(frame))
    return Buyers(frame.index, x, np.minimum(recency, age), age, customers,
                  _spend(frame, x, needed=spend))  # fmt: skip


def groups(buyers: Buyers, *, recency: bool = True) -> Groups:
    """Return each different customer once; without `recency`, those of equal frequency and age."""
    columns = [buyers.frequency, buyers.age, *([buyers.recency] if recency else [])]
    number, most = np.zeros(len(buyers.index), np.int64), 1
    for column in columns:
        place, different = pd.factorize(column, sort=True)
        if most * len(different) > 2**62:  # number anew, to keep the numbers small
            number = np.unique(number, return_inverse=True)[1]
            most = len(number)
        number, most = number * len(different) + place, most * len(different)
    _, first, row = np.unique(number, return_index=True, return_inverse=True)
    customers = np.bincount(row, weights=buyers.customers).astype(np.float64)
    return Groups(buyers.frequency[first], buyers.recency[first], buyers.age[first], customers, row)


# --- inside ------------------------------------------------------------------------


def _frame(summary: Summary) -> pd.DataFrame:
    if isinstance(summary, pd.DataFrame):
        return summary
    if isinstance(summary, pd.Series):
        return summary.to_frame().T
    if isinstance(summary, Mapping):
        columns = {str(name): np.atleast_1d(np.asarray(v)) for name, v in summary.items()}
        longest = max((len(column) for column in columns.values()), default=0)
        for name, column in columns.items():
            if column.ndim != 1 or len(column) not in (1, longest):
                msg = f"{name} must be one number, or as many as there are customers ({longest}), got {len(column)}"
                raise ValueError(msg)
        return pd.DataFrame({k: c if len(c) == longest else np.repeat(c, longest)
                             for k, c in columns.items()})  # fmt: skip
    msg = f"summary must be a frame with one row a customer, or a mapping, got {type(summary).__name__}"
    raise ValueError(msg)


def _column(frame: pd.DataFrame, name: str) -> Array:
    found = [n for n in (name, OTHER_NAMES.get(name, name)) if n in frame.columns]
    found = list(dict.fromkeys(found))
    if len(found) != 1:
        named = f"{name!r}" + (f" (or {OTHER_NAMES[name]!r})" if name in OTHER_NAMES else "")
        got = "both" if found else f"{[str(c) for c in frame.columns]}"
        msg = f"summary must have one column {named}, got {got}"
        raise ValueError(msg)
    column = frame[found[0]]
    if column.dtype.kind in "iuf":
        values = column.to_numpy(np.float64)
        if not np.isinf(values).any():
            return np.asarray(values)
    return np.asarray(_columns.numbers(found[0], column, lambda row: _place(frame, row)))


def _spend(frame: pd.DataFrame, x: Array, *, needed: bool) -> Array | None:
    named = {"mean_spend", OTHER_NAMES["mean_spend"]} & {str(c) for c in frame.columns}
    if not named and not needed:
        return None
    values = _column(frame, "mean_spend")
    _refuse(frame, "mean_spend", values < 0, "must not be below 0", values)
    if needed:
        repeat = x > 0
        rule = "must be given where frequency is above 0 (leave such customers out)"
        _refuse(frame, "mean_spend", repeat & np.isnan(values), rule, values)
        rule = "must be above 0 where frequency is above 0 (leave such customers out)"
        _refuse(frame, "mean_spend", repeat & (values == 0), rule, values)
    return values


def _refuse(frame: pd.DataFrame, name: str, wrong: NDArray[np.bool_], rule: str, values: Array) -> None:  # fmt: skip
    rows = np.flatnonzero(wrong)
    if rows.size:
        _columns.stop(lambda row: _place(frame, row), rows[0], name, rule, values[rows[0]])


def _place(frame: pd.DataFrame, row: int) -> str:
    return f"summary, row {frame.index[row]}"
