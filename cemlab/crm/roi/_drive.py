"""What drives a return: each assumption moved alone, and its share of the variance."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

Totals = tuple[Any, Any]
"""Benefit and cost, numbers or arrays."""

MOST_RUNS = 2**14


def tornado(
    table: pd.DataFrame,
    totals: Callable[[Mapping[str, Any]], Totals],
    shares: pd.DataFrame,
) -> pd.DataFrame:
    """Return one row an assumption: the return at its ends, with the others at likely."""
    likely = table["likely"].to_dict()
    base = totals(likely)
    net = _net(base)
    rows = []
    for name, row in table.iterrows():
        low, high = (totals({**likely, name: row[end]}) for end in ("low", "high"))
        rows.append({
            "roi_low": _roi(low), "roi_high": _roi(high),
            "break_even": _break_even(row, net, _net(low), _net(high)),
        })  # fmt: skip
    found = table[["line", "input", "kind", "low", "likely", "high", "unit", "mark"]].copy()
    found = found.join(pd.DataFrame(rows, index=table.index))
    found["roi_likely"] = _roi(base)
    found["swing"] = (found["roi_high"] - found["roi_low"]).abs()
    found = found.join(shares)
    order = ["line", "input", "kind", "mark", "unit", "low", "likely", "high", "roi_low",
             "roi_likely", "roi_high", "swing", "break_even", *shares.columns]  # fmt: skip
    return found[order].sort_values("swing", ascending=False, kind="stable")


def variance_shares(
    names: list[str],
    one: Mapping[str, NDArray[np.float64]],
    other: Mapping[str, NDArray[np.float64]],
    totals: Callable[[Mapping[str, Any]], Totals],
) -> pd.DataFrame:
    """Return first-order and total Sobol indices of the return, with standard errors.

    `one` and `other` are two independent samples of all assumptions. Assumptions that do not
    vary have no share.
    """
    n = 2 ** int(np.log2(next(iter(other.values())).size))
    a, b = ({name: draws[:n] for name, draws in half.items()} for half in (one, other))
    first, second = _roi(totals(a)), _roi(totals(b))
    columns = ["variance_share", "variance_share_se", "variance_share_total"]
    table = pd.DataFrame(0.0, index=pd.Index(names, name="assumption"), columns=columns)
    moving = [name for name in names if np.ptp(a[name]) > 0]
    spread = float(np.var([first, second]))
    if not moving or spread == 0:
        return table
    mixed = np.array([_roi(totals({**a, name: b[name]})) for name in moving])
    # scipy needs at least two: the last one changes nothing.
    pages = np.vstack([mixed, first])[:, None]
    func = {"f_A": first[None], "f_B": second[None], "f_AB": pages}
    found = stats.sobol_indices(func=func, n=n)
    table.loc[moving, columns[0]] = found.first_order[:-1]
    table.loc[moving, columns[2]] = found.total_order[:-1]
    centre = (first.mean() + second.mean()) / 2
    one_half, two_half = first - centre, second - centre
    share = found.first_order[:-1, None]
    # The index is a quotient of two means; its error follows from those of both.
    part = (two_half * (mixed - first) - share * (one_half**2 + two_half**2) / 2) / spread
    table.loc[moving, columns[1]] = part.std(axis=1) / np.sqrt(n)
    return table


def drivers(tornado: pd.DataFrame, part: float) -> pd.DataFrame:
    """Return the fewest assumptions that make up `part` of the shares, largest first."""
    share = tornado["variance_share"].clip(lower=0.0)
    whole = share.sum()
    table = tornado.assign(share=share / whole if whole > 0 else 0.0)
    table = table.sort_values("share", ascending=False, kind="stable")
    table["cumulative"] = table["share"].cumsum()
    needed = (table["cumulative"] - table["share"] < part) & (table["share"] > 0)
    names = ["line", "input", "mark", "unit", "share", "cumulative", "break_even"]
    return table.loc[needed, names]


def _roi(totals: Totals) -> Any:
    benefit, cost = totals
    return benefit / cost - 1.0


def _net(totals: Totals) -> Any:
    benefit, cost = totals
    return benefit - cost


def _break_even(row: "pd.Series[Any]", net: float, at_low: float, at_high: float) -> float:
    """Return the value at which the net gain is 0; it is linear in each assumption."""
    if row["high"] <= row["low"] or at_high == at_low:
        return np.nan
    slope = (at_high - at_low) / (row["high"] - row["low"])
    value = float(row["likely"] - net / slope)
    return value if row["low"] <= value <= row["high"] else np.nan
