"""Figures of a service desk: who waits through the day, and measures against a setting."""

from collections.abc import Mapping
from itertools import cycle

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter

from cemlab.plots._style import SERIES, STYLE, TITLE, new_axes, show_prediction
from cemlab.run import Run

_MARKS = ("o", "s", "^", "D", "v")
_WAITING = "waiting on "


def waiting(run: Run, *, title: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw how many customers wait on each channel of a service desk, through the run.

    Parameters
    ----------
    run : Run
        Of `service_desk.simulate` or a model built on it.
    """
    series = run.series[run.series["variable"].str.startswith(_WAITING)]
    if series.empty:
        msg = f"run must have somebody waiting on a channel, got a run of {run.model}"
        raise ValueError(msg)
    ax = ax or new_axes()
    most = []
    with plt.rc_context(STYLE):
        for colour, (name, rows) in zip(cycle(SERIES), series.groupby("variable", sort=False)):
            channel = str(name).removeprefix(_WAITING)
            ax.step(rows["time"], rows["value"], where="post", lw=2, color=colour, label=channel)
            most.append(f"{rows['value'].max():,.0f} on {channel}")
        ax.set_ylabel("customers waiting")
        ax.set_ylim(bottom=0)
        ax.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        ax.xaxis.set_major_locator(mdates.AutoDateLocator(maxticks=8))
        ax.xaxis.set_major_formatter(mdates.ConciseDateFormatter(ax.xaxis.get_major_locator()))
        ax.legend(loc="upper left", frameon=False)
        ax.set_title(title or f"Longest queues: {', '.join(most)}", loc="left", **TITLE)
    return ax


def measures(
    tables: Mapping[str, pd.DataFrame],
    *,
    xlabel: str,
    ylabel: str,
    percent: bool = False,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw one or more measures against the setting that was varied, with two standard errors.

    Parameters
    ----------
    tables : mapping of name to DataFrame
        One column a value of the setting, one row a replay (`Case.vary`).
    percent : bool
        Whether the measures are shares.
    """
    ax = ax or new_axes()
    form = "{:.0%}" if percent else "{:,.1f}"
    found = []
    with plt.rc_context(STYLE):
        lines = zip(cycle(SERIES), cycle(_MARKS), tables.items())
        for colour, mark, (name, table) in lines:
            x = np.asarray(table.columns, np.float64)
            mean, error = table.mean().to_numpy(), 2 * table.sem().fillna(0.0).to_numpy()
            ax.errorbar(
                x, mean, error, color=colour, marker=mark, ms=8, lw=2.5, capsize=3, label=name
            )
            found.append(f"{name}: {form.format(mean[0])} to {form.format(mean[-1])}")
        ax.set_xlabel(xlabel)
        ax.set_ylabel(ylabel)
        ax.xaxis.set_major_locator(MaxNLocator(8, integer=True))
        ax.yaxis.set_major_locator(MaxNLocator(5))
        ax.set_ylim(bottom=0)
        if percent:
            ax.set_ylim(0, 1.03)
            ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        if len(tables) > 1:
            ax.legend(loc="best", frameon=False)
        show_prediction(ax, prediction)
        room = {} if prediction is None else {"pad": 36}
        ax.set_title(title or "; ".join(found[:2]), loc="left", **(TITLE | room))
    return ax
