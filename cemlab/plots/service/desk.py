"""Figures of a service desk: who waits, measures against a setting, changes, reputation."""

from collections.abc import Mapping
from itertools import cycle

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from cemlab import _checks
from cemlab.plots._style import (
    BLUE,
    GREY,
    PURPLE,
    SERIES,
    STYLE,
    TITLE,
    days_since,
    finish,
    new_axes,
    show_prediction,
)
from cemlab.run import Run

_MARKS = ("o", "s", "^", "D", "v")
_WAITING = "waiting on "


def waiting(run: Run, *, title: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw how many customers wait on each channel of a service desk, hour by hour.

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
    means = []
    with plt.rc_context(STYLE):
        lines = zip(cycle(SERIES), cycle(_MARKS), series.groupby("variable", sort=False))
        for colour, mark, (name, rows) in lines:
            channel = str(name).removeprefix(_WAITING)
            hourly = rows.set_index("time")["value"].iloc[:-1].resample("1h").mean()
            middle = hourly.index + pd.Timedelta("30min")
            ax.plot(middle, hourly, color=colour, marker=mark, ms=7, lw=2.5, label=channel)
            means.append(f"{hourly.mean():.1f} on {channel}")
        ax.set_ylabel("customers waiting (mean of the hour)")
        ax.set_ylim(bottom=0)
        ax.set_xlabel("time")
        ax.yaxis.set_major_locator(MaxNLocator(5))
        ax.xaxis.set_major_locator(mdates.AutoDateLocator(maxticks=8))
        ax.xaxis.set_major_formatter(mdates.ConciseDateFormatter(ax.xaxis.get_major_locator()))
        ax.legend(loc="best", frameon=False)
        ax.set_title(title or f"On average wait: {', '.join(means)}", loc="left", **TITLE)
    return ax


def measures(
    tables: Mapping[str, pd.DataFrame],
    *,
    xlabel: str,
    ylabel: str,
    percent: bool = False,
    asked_at: float | None = None,
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
    asked_at : float, optional
        The value of the setting to which the prediction belongs.
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
            end = -1 if asked_at is None else int(np.argmin(np.abs(x - asked_at)))
            found.append(
                f"{name}: {form.format(mean[end])} at {x[end]:g} instead of {form.format(mean[0])}"
            )
        guessed = getattr(prediction, "value", None)
        if asked_at is not None and guessed is not None:
            ax.plot(asked_at, guessed, color=PURPLE, marker="*", ms=20, ls="", zorder=5)
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
        finish(ax, title or "; ".join(found[:2]), prediction)
    return ax


def standing(
    runs: Mapping[str, Run],
    *,
    days: float,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a company's reputation at the end of each step, over the first days of several runs.

    Parameters
    ----------
    runs : mapping of name to Run
        Of `reputation.simulate`, all with the same step.
    days : float
        How many days to show.
    """
    ax = ax or new_axes()
    ends = []
    with plt.rc_context(STYLE):
        for colour, mark, (name, run) in zip(cycle(SERIES), cycle(_MARKS), runs.items()):
            rows = run.series[run.series["variable"] == "reputation"]
            step = rows["time"].diff().iloc[-1]
            x = days_since(rows["time"] + step, rows["time"].iloc[0])
            y = rows["value"].to_numpy()[x <= days]
            ax.plot(x[x <= days], y, color=colour, marker=mark, ms=8, lw=2.5, label=name)
            ends.append(f"{name} {y[-1]:.0%}")
        ax.set_ylim(0, 1.03)
        ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.set_xlabel("days since the start")
        ax.set_ylabel("expected share of good experiences")
        ax.legend(loc="lower left", frameon=False)
        ax.set_title(title or f"In the end: {', '.join(ends)}", loc="left", **TITLE)
    return ax


def changes(
    comparison: pd.DataFrame,
    names: Mapping[str, str],
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw by how many per cent figures change, with intervals for the same and for other customers.

    Parameters
    ----------
    comparison : DataFrame
        Of `service_desk.compare`.
    names : mapping of row to words
        Which figures to draw, and what to call them. Each must be above 0 at first.

    Examples
    --------
    >>> found = {"a": 4.0, "b": 3.0, "difference": -1.0, "low": -1.2, "high": -0.8, "pairing_gain": 4.0}
    >>> ax = changes(pd.DataFrame(found, index=["posts_per_100"]), {"posts_per_100": "posts"})
    >>> ax.get_title(loc="left")
    'posts: -25%'
    """
    if not names:
        msg = "names must be at least one row of the comparison, got none"
        raise ValueError(msg)
    for row in names:
        _checks.one_of("names", row, comparison.index)
    part = comparison.loc[list(names)]
    if not (part["a"] > 0).all():
        msg = (
            f"names must be figures above 0 at first, got {', '.join(part.index[~(part['a'] > 0)])}"
        )
        raise ValueError(msg)
    ax = ax or new_axes(height=2.4 + 0.75 * len(part))
    middle = part["difference"] / part["a"]
    same = (part["high"] - part["low"]) / 2 / part["a"]
    others = same * np.sqrt(part["pairing_gain"])
    y = np.arange(len(part))
    with plt.rc_context(STYLE):
        ax.axvline(0, color="black", lw=1)
        ax.errorbar(
            middle, y + 0.18, xerr=others, color=GREY, lw=3, capsize=5, ls="",
            label="if other customers came",
        )  # fmt: skip
        ax.errorbar(
            middle, y - 0.05, xerr=same, color=BLUE, lw=5, capsize=7, marker="o", ms=9, ls="",
            label="the same customers",
        )  # fmt: skip
        for place, change in zip(y, middle, strict=True):
            ax.annotate(
                f"{change:+.0%}", (change, place - 0.05), (0, 9), textcoords="offset points",
                ha="center", va="bottom", fontweight="bold",
            )  # fmt: skip
        ax.set_yticks(y, list(names.values()))
        ax.set_ylim(len(part) - 0.4, -0.6)
        reach = 1.25 * max((middle.abs() + np.fmax(same, others)).max(), 0.01)
        ax.set_xlim(-reach, reach)
        ax.xaxis.set_major_locator(MaxNLocator(6))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:+.0%}"))
        ax.set_xlabel("change, in per cent of the figure before, with its 95 % interval")
        ax.legend(loc="lower left", ncols=2, frameon=False, bbox_to_anchor=(0.0, 1.0))
        found = ", ".join(f"{names[row]}: {middle[row]:+.0%}" for row in names)
        show_prediction(ax, prediction, lift=32.0)
        pad = {"pad": 36 if prediction is None else 68}
        ax.set_title(title or found, loc="left", **(TITLE | pad))
    return ax
