"""Readings that are alternatives, that stand alone, or that say the same twice."""

from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab.calibrate._likelihood import Array

DOUBTS = ("contested", "unverified")


def trust(column: pd.Series) -> pd.Series:
    """Return checked words of confidence; capitals and spaces around do not matter.

    Any word but the two of `DOUBTS` means trusted; one that is nearly one of them is refused.

    >>> trust(pd.Series(["Contested", None, " press "])).tolist()
    ['contested', '', 'press']
    """
    words = column.astype(object).where(column.notna(), "").astype(str)
    plain = words.str.strip().str.lower()
    for word in plain.unique():
        alike = [doubt for doubt in DOUBTS if doubt[0] == word[:1]]
        near = get_close_matches(word, alike, n=1, cutoff=0.75)
        if near and word not in DOUBTS:
            row = plain.index[plain == word][0]
            msg = f"confidence must be contested, unverified or a word unlike them (trusted), got {words[row]!r} in row {row}: did you mean {near[0]}?"
            raise ValueError(msg)
    return plain


def merged(table: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Return rows that say something new, and how many repeat another.

    A repetition has the same time, limits, confidence, label and source. Among alternatives
    its weight goes to the first.
    """
    keys = ["time", "low", "high", "confidence", "label", "source"]
    again = table.duplicated(keys, keep="first").to_numpy()
    if not again.any():
        return table, 0
    number = table.groupby(keys, sort=False, dropna=False).ngroup()
    total = table["weight"].groupby(number).transform("sum")
    return table.assign(weight=total)[~again], int(again.sum())


def numbered(table: pd.DataFrame, near: float) -> tuple[NDArray[np.int64], Array]:
    """Return each row's group (-1: trusted, -2: contested, but without another) and weight.

    Weights add up to 1 in each group.
    """
    contested = (table["confidence"] == "contested").to_numpy()
    group, number = np.full(len(table), -1), -1
    places: dict[Any, int] = {}
    last: float | None = None
    rows = zip(table["time"].to_numpy(), table["label"], contested, strict=True)
    for i, (time, label, shaky) in enumerate(rows):
        if not shaky:
            last = None
        elif not pd.isna(label):
            if label not in places:
                number += 1
                places[label] = number
            group[i] = places[label]
        else:
            if last is None or time - last > near:
                number += 1
                current = number
            group[i], last = current, time
    weight = table["weight"].to_numpy(float).copy()
    weight[~contested] = 1.0
    for k in range(number + 1):
        here = group == k
        if here.sum() == 1:
            group[here], weight[here] = -2, 1.0
            continue
        total = weight[here].sum()
        if total <= 0:
            row = table.index[here][0]
            msg = (
                f"weight must be above 0 for one alternative of each group, got 0 from row {row} on"
            )
            raise ValueError(msg)
        weight[here] /= total
    return group.astype(np.int64), weight
