"""A log axis of times from seconds to years, and step curves of many points on it."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullFormatter, NullLocator
from numpy.typing import NDArray

_TICKS = {
    1 / 60: "1 s",
    1 / 6: "10 s",
    1.0: "1 min",
    5.0: "5 min",
    20.0: "20 min",
    60.0: "1 h",
    240.0: "4 h",
    1440.0: "1 day",
    5760.0: "4 days",
    20160.0: "2 weeks",
    86400.0: "2 months",
    525600.0: "1 year",
}
_MOST_POINTS = 2000


def limits(table: pd.DataFrame, others: "list[float]") -> tuple[float, float]:
    """Return the ends of a log axis (minutes): from where curves have fallen by 1% to all.

    At most a factor of 100,000; `others` are times that must be seen too.
    """
    fallen = table.loc[table["waiting"] < 0.99, "minutes"]
    every = pd.concat([table["minutes"], pd.Series(others, dtype=float)])
    every = every[every > 0]
    if every.empty:
        return 0.5, 2.0
    early = [*fallen[fallen > 0], *(time for time in others if time > 0)]
    begin = min(early, default=every.min())
    high = 1.25 * every.max()
    return max(0.8 * begin, high / 1e5), high


def times(ax: Axes, low: float, high: float) -> list[float]:
    """Make the x axis a scale of times from seconds to years; return its ticks (minutes)."""
    ticks = [minutes for minutes in _TICKS if low <= minutes <= high]
    if len(ticks) < 2:
        digits = 10.0 ** (np.floor(np.log10(high)) - 1)
        ticks = sorted({max(np.ceil(low / digits), 1) * digits, np.floor(high / digits) * digits})
    ax.set_xscale("log")
    ax.set_xlim(low, high)
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.xaxis.set_major_locator(FixedLocator(ticks))
    ax.set_xticks(ticks, [_TICKS.get(tick) or span(tick) for tick in ticks])
    ax.grid(axis="x", color="#DDDDDD")
    ax.set_axisbelow(True)
    return ticks


def thinned(
    table: pd.DataFrame, names: list[str], low: float
) -> tuple[NDArray[np.float64], list[NDArray[np.float64]]]:
    """Return minutes and columns of a step curve from the left edge on, in few points.

    What happened before the left edge is there at the edge.
    """
    minutes = table["minutes"].to_numpy(np.float64)
    if len(minutes) > _MOST_POINTS:
        wanted = np.geomspace(low, minutes[-1], _MOST_POINTS)
        rows = np.unique(np.searchsorted(minutes, wanted, side="right") - 1)
        rows = rows[rows >= 0]
    else:
        rows = np.arange(len(minutes))
    early = minutes[rows] <= low
    rows = rows[max(int(early.sum()) - 1, 0) :]
    x = np.maximum(minutes[rows], low)
    columns = [table[name].to_numpy(np.float64)[rows] for name in names]
    if early.any():
        return x, columns
    starts = [1.0 if name in ("waiting", "low", "high") else 0.0 for name in names]
    return np.append(low, x), [np.append(s, c) for s, c in zip(starts, columns, strict=True)]


def span(minutes: float) -> str:
    """Return a time in words of at most three digits.

    >>> span(0.25), span(37.8), span(354), span(3553)
    ('15 s', '38 min', '5.9 h', '2.5 days')
    """
    if minutes < 1:
        return f"{60 * minutes:.0f} s"
    if minutes < 100:
        return f"{minutes:.1f} min" if minutes < 10 else f"{minutes:.0f} min"
    if minutes < 2880:
        return f"{minutes / 60:.1f} h"
    days = minutes / 1440
    return f"{days:.1f} days" if days < 100 else f"{days:,.0f} days"
