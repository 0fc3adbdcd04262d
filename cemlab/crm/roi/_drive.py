"""What drives a return: each assumption moved alone, and its share of the variance."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from cemlab.crm.roi._luck_of import quantile

Totals = tuple[Any, Any]
"""Benefit and cost, numbers or arrays."""

MOST_RUNS = 2**14
_FEW, _CLEAR, _ROUGH, _ALONE = 64, 3.0, 0.1, 0.5
ENDS = {"q05": 0.05, "q95": 0.95}


def tornado(
    table: pd.DataFrame,
    totals: Callable[[Mapping[str, Any]], Totals],
    shares: pd.DataFrame,
) -> pd.DataFrame:
    """Return one row an assumption: the return at 5 and 95 % of its draws, the others at likely.

    A range ends where no draw goes, or where one draw in twenty goes beyond, as its
    distribution has it. 5 and 95 % of the draws mean the same for all.
    """
    likely = table["likely"].to_dict()
    base = totals(likely)
    net = _net(base)
    rows = []
    for row in table.reset_index().to_dict("records"):
        name = row["assumption"]
        spec = (row["distribution"], row["low"], row["likely"], row["high"])
        ends = {end: quantile(spec, p) for end, p in ENDS.items()}
        low, high = (totals({**likely, name: value}) for value in ends.values())
        rows.append({
            **ends, "roi_low": _roi(low), "roi_high": _roi(high),
            "break_even": _break_even(row | ends, net, _net(low), _net(high)),
        })  # fmt: skip
    known = table[["line", "input", "kind", "mark", "unit", "low", "likely", "high"]]
    moved = pd.DataFrame(rows, index=table.index)
    moved.insert(3, "roi_likely", _roi(base))
    moved.insert(5, "swing", (moved["roi_high"] - moved["roi_low"]).abs())
    found = pd.concat([known, moved, shares], axis=1)
    return found.iloc[np.argsort(-found["swing"].to_numpy(), kind="stable")]


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
    columns = ["variance_share", "variance_share_se", "variance_share_total", "variance_share_total_se"]  # fmt: skip
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
    whole = found.total_order[:-1, None]
    part = ((mixed - first) ** 2 - whole * (one_half**2 + two_half**2)) / (2 * spread)
    table.loc[moving, columns[3]] = part.std(axis=1) / np.sqrt(n)
    return table


def doubts(tornado: pd.DataFrame, runs: int) -> str:
    """Return in words why the shares of variance are not to be trusted; empty if they are."""
    for name in ("variance_share", "variance_share_total"):
        share, error = tornado[name], tornado[f"{name}_se"]
        outside = (share < -_CLEAR * error) | (share > 1 + _CLEAR * error)
        rough = error > _ROUGH
        if (outside | rough).any() or (runs < _FEW and (share > 0).any()):
            worst = tornado.index[error.argmax()]
            return (
                f"{runs:,} draws are too few to say what drives the return: the {name} of {worst} "
                f"is known to {error.max():.2f} only"
            )
    alone = float(tornado["variance_share"].sum())
    if (tornado["variance_share_total"] > 0).any() and alone < _ALONE:
        return f"the assumptions alone make up {max(alone, 0):.0%} of the variance, the rest is what they do together: see variance_share_total"
    return ""


def drivers(tornado: pd.DataFrame, part: float) -> pd.DataFrame:
    """Return the fewest assumptions that make up `part` of what each does alone, largest first."""
    share = tornado["variance_share"].to_numpy().clip(0.0, 1.0)
    order = np.argsort(-share, kind="stable")
    share = share[order]
    before = np.append(0.0, np.cumsum(share)[:-1])
    needed = (before < part * share.sum()) & (share > 0)
    table = tornado.iloc[order[needed]][["line", "input", "mark", "unit", "break_even"]]
    table.insert(4, "share", share[needed])
    table.insert(5, "cumulative", (before + share)[needed])
    return table


def _roi(totals: Totals) -> Any:
    benefit, cost = totals
    return benefit / cost - 1.0


def _net(totals: Totals) -> Any:
    benefit, cost = totals
    return benefit - cost


def _break_even(row: Mapping[Any, Any], net: float, at_low: float, at_high: float) -> float:
    """Return the value at which the net gain is 0; it is linear in each assumption."""
    if row["q95"] <= row["q05"] or at_high == at_low:
        return np.nan
    slope = (at_high - at_low) / (row["q95"] - row["q05"])
    value = float(row["likely"] - net / slope)
    return value if row["low"] <= value <= row["high"] else np.nan
