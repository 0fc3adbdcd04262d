"""Figures of times to an answer: what people say they expect, and what was measured."""

from itertools import cycle
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator, PercentFormatter

from cemlab.plots._style import (
    BLUE,
    GREEN,
    ORANGE,
    PURPLE,
    RED,
    STYLE,
    TITLE,
    finish,
    new_axes,
    show_prediction,
)

_LOOKS = ((BLUE, "o"), (ORANGE, "s"), (GREEN, "^"), (RED, "D"))


def expectations(
    surveys: pd.DataFrame,
    *,
    measured: "pd.Series[Any] | None" = None,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw what part of those asked expects an answer within which time, survey by survey.

    Nothing joins the points of two surveys: other people, other questions. Hollow: unverified.

    Parameters
    ----------
    surveys : DataFrame
        The data set ``response-expectations``.
    measured : Series, optional
        A row of ``reply-times-2017`` with quartiles: what part of the replies had come.
    prediction : object, optional
        The reader's guess; a kept guess of minutes is marked at its minutes.

    Examples
    --------
    >>> from cemlab import datasets
    >>> ax = expectations(datasets.load("response-expectations"))
    >>> ax.get_title(loc="left")
    '4 questions, 4 different shares for an answer within the hour'
    """
    ax = ax or new_axes(width=10.0, height=5.2)
    with plt.rc_context(STYLE):
        kinds = surveys.groupby(["survey", "about"], sort=False)
        for (colour, marker), ((survey, about), part) in zip(cycle(_LOOKS), kinds, strict=False):
            words = f"{survey.split(',')[0]} {part['year'].iloc[0]}, {about}"
            ax.plot([], [], marker, color=colour, ms=10, label=words)
            for _, row in part.iterrows():
                fill = "white" if row["confidence"] == "unverified" else colour
                ax.plot(row["within_min"], row["share"], marker, ms=10, mec=colour, mfc=fill, mew=2)
                _beside(ax, row["within_min"], row["share"], f"{row['share']:.0%}")
        if measured is not None:
            minutes = measured[["q25_min", "median_min", "q75_min"]].astype(float)
            ax.plot(minutes, [0.25, 0.5, 0.75], "*-", color="black", ms=14, lw=1.5,
                    label="measured: replies that had come, 2017")  # fmt: skip
            for place, share in zip(minutes, (0.25, 0.5, 0.75), strict=True):
                ax.annotate(f"{place:.0f} min", (place, share), (-9, 7), ha="right",
                            textcoords="offset points")  # fmt: skip
        low, high = 3.0, 2800.0
        guessed = float(getattr(prediction, "value", 0.0))
        if guessed > 0:
            low, high = min(low, 0.7 * guessed), max(high, 1.4 * guessed)
            ax.axvline(guessed, color=PURPLE, ls=":", lw=3, zorder=1, label="your prediction")
        _minutes(ax, low, high)
        ax.set_xlabel("time to an answer (each step to the right is several times longer)")
        ax.set_ylabel("part of those asked, or of the replies")
        ax.set_ylim(0, 1)
        ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.legend(loc="lower right", frameon=False, fontsize=11.5)
        if measured is not None:
            found = f"Half of the replies came within {measured['median_min']:.0f} minutes"
        else:
            hour = surveys.loc[surveys["within_min"] == 60, "share"]
            found = f"{len(hour)} questions, {hour.nunique()} different shares for an answer within the hour"
        finish(ax, title or found, prediction)
    return ax


def reply_times(
    replies: pd.DataFrame,
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw median and mean time to a reply, a line an account, the shortest median on top.

    Parameters
    ----------
    replies : DataFrame
        Rows of ``reply-times-2017``: `account`, `median_min`, `mean_min`.

    Examples
    --------
    >>> from cemlab import datasets
    >>> table = datasets.load("reply-times-2017")
    >>> ax = reply_times(table[table["account"].isin(["TfL", "Delta"])])
    >>> ax.get_title(loc="left")
    'Means are 18 to 94 times the medians'
    """
    rows = replies.sort_values("median_min")
    if rows.empty:
        msg = "replies must be at least one account, got none"
        raise ValueError(msg)
    ax = ax or new_axes(width=10.0, height=1.9 + 0.38 * len(rows))
    y = np.arange(len(rows))
    times = rows["mean_min"] / rows["median_min"]
    with plt.rc_context(STYLE):
        ax.hlines(y, rows["median_min"], rows["mean_min"], color="#BBBBBB", lw=3, zorder=1)
        ax.plot(rows["median_min"], y, "o", color=BLUE, ms=10, label="median: half are faster")
        ax.plot(rows["mean_min"], y, "D", color=RED, mfc="white", mew=2, ms=9, label="mean")
        shown = zip(y, rows["median_min"], rows["mean_min"], times, strict=True)
        for place, median, mean, ratio in shown:
            words = f"{_span(mean)} (x {ratio:.2g})"
            beside: dict[str, Any] = {"textcoords": "offset points", "va": "center", "size": 12}
            ax.annotate(_span(median), (median, place), (-10, 0), ha="right", **beside)
            ax.annotate(words, (mean, place), (10, 0), **beside)
        ax.set_yticks(y, rows["account"].tolist())
        ax.set_ylim(len(rows) - 0.4, -0.6)
        _minutes(ax, rows["median_min"].min() / 3, rows["mean_min"].max() * 8)
        ax.set_xlabel("time to a reply (each step to the right is several times longer)")
        ax.legend(loc="lower left", ncols=2, frameon=False, bbox_to_anchor=(0.0, 1.0))
        show_prediction(ax, prediction, lift=32.0)
        found = f"Means are {times.min():.2g} to {times.max():.2g} times the medians"
        room = 36 if prediction is None else 68
        ax.set_title(title or found, loc="left", **(TITLE | {"pad": room}))
    return ax


# --- inside ------------------------------------------------------------------------


def _minutes(ax: Axes, low: float, high: float) -> None:
    """Make the x axis a scale of times from minutes to days."""
    ticks = {
        5: "5 min",
        20: "20 min",
        60: "1 h",
        120: "2 h",
        240: "4 h",
        1440: "1 day",
        5760: "4 days",
    }
    ax.set_xscale("log")
    ax.set_xlim(low, high)
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_locator(FixedLocator([t for t in ticks if low <= t <= high]))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: ticks.get(round(value), "")))
    ax.grid(axis="x", color="#DDDDDD")


def _beside(ax: Axes, x: float, y: float, words: str) -> None:
    box = {"boxstyle": "round,pad=0.1", "fc": "white", "ec": "none"}
    ax.annotate(words, (x, y), (10, 0), textcoords="offset points", va="center", bbox=box)


def _span(minutes: float) -> str:
    """Return a time in words of at most three digits.

    >>> _span(37.8), _span(354), _span(3553)
    ('38 min', '5.9 h', '2.5 days')
    """
    if minutes < 10:
        return f"{minutes:.1f} min"
    if minutes < 100:
        return f"{minutes:.0f} min"
    return f"{minutes / 60:.1f} h" if minutes < 2880 else f"{minutes / 1440:.1f} days"
