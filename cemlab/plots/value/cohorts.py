"""Figure of cohorts: what part of those who came together is still active, age by age."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter

from cemlab.plots._style import STYLE, finish, new_axes

_UNITS = {"D": "day", "W": "week", "M": "month", "Q": "quarter", "Y": "year"}


def cohort_map(
    table: pd.DataFrame,
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw what part of each cohort is active at each age; the darker the more; grey: not known yet.

    Parameters
    ----------
    table : DataFrame
        Of `crm.value.cohort_table`.
    prediction : object, optional
        The reader's guess.

    Examples
    --------
    >>> from cemlab.crm.value import cohort_table
    >>> rows = pd.DataFrame({"customer": [1, 2, 1], "time": ["2024-01-05", "2024-01-09", "2024-02-07"]})
    >>> cohort_map(cohort_table(rows, observed_until="2024-02-29")).get_title(loc="left")
    'Active after 1 month: 50%'
    """
    seen = table[table["active"].notna()]
    if seen.empty:
        msg = "table must be at least one complete period, got none"
        raise ValueError(msg)
    wide = seen.pivot_table("value", "cohort", "age")
    sizes = seen.groupby("cohort")["customers"].first()
    ax = ax or new_axes(width=10.0, height=min(2.4 + 0.36 * len(wide), 8.0))
    unit = _UNITS[table["cohort"].dtype.freq.freqstr[0]]
    with plt.rc_context(STYLE):
        colours = plt.get_cmap("Blues").with_extremes(bad="#DDDDDD")
        ends = (wide.columns[0] - 0.5, wide.columns[-1] + 0.5, len(wide) - 0.5, -0.5)
        shown = ax.imshow(wide, cmap=colours, vmin=0, vmax=1, aspect="auto", extent=ends)
        if wide.size <= 200:
            for (row, column), part in np.ndenumerate(wide.to_numpy()):
                if np.isfinite(part):
                    ax.text(wide.columns[column], row, f"{part:.0%}", ha="center", va="center",
                            size=11, color="white" if part > 0.55 else "black")  # fmt: skip
        few = np.unique(np.linspace(0, len(wide) - 1, min(len(wide), 16)).astype(int))
        ax.set_yticks(few, [f"{_name(wide.index[k], unit)} ({sizes.iloc[k]:,})" for k in few])
        ax.xaxis.set_major_locator(MaxNLocator(12, integer=True))
        ax.set_xlabel(f"age: {unit}s since the first purchase")
        ax.set_ylabel(
            f"{'week from' if unit == 'week' else unit} of the first purchase (customers)"
        )
        bar = ax.figure.colorbar(shown, ax=ax, label="active")
        bar.ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        finish(ax, title or _active(seen, unit), prediction)
    return ax


# --- inside ------------------------------------------------------------------------


def _name(period: pd.Period, unit: str) -> str:
    return f"{period.start_time:%Y-%m-%d}" if unit == "week" else str(period)


def _active(seen: pd.DataFrame, unit: str) -> str:
    """Say what part of all cohorts is active at age 1 and at the last age that is known."""
    sums = seen.groupby("age")[["active", "customers"]].sum()
    share = sums["active"] / sums["customers"]
    last = int(share.index[-1])
    if last == 0:
        return f"Active in the {unit} of the first purchase: {share[0]:.0%}"
    later = f", after {last} {unit}s: {share[last]:.0%}" if last > 1 else ""
    return f"Active after 1 {unit}: {share[1]:.0%}{later}"
