"""Figures of scores and shares with their intervals."""

import math

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from cemlab.plots._style import BLUE, GREY, PURPLE, RED, STYLE, finish, new_axes

_BOX = {"boxstyle": "round,pad=0.3", "fc": "white", "ec": "none"}


def score_intervals(
    scores: pd.DataFrame,
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw scores with their intervals, a line each, on one scale; hollow: no interval.

    Parameters
    ----------
    scores : DataFrame
        Of one unit: `estimate.table` of several scores, or rows of one measure of
        `surveys.friends` (then a line a firm). Needs `value`, `low` and `high`.
    prediction : object, optional
        The reader's guess; a kept guess is marked at its value.

    Examples
    --------
    >>> from cemlab.cem.surveys import nps_from_shares
    >>> from cemlab.estimate import table
    >>> waves = {"May": nps_from_shares(0.4, 0.3, 100), "June": nps_from_shares(0.5, 0.2, 100)}
    >>> score_intervals(table(waves)).get_title(loc="left")
    'June leads May by 20 points, but the intervals overlap'
    """
    rows = _rows(scores)
    unit = str(rows["unit"].iloc[0]) if "unit" in rows else ""
    if "unit" in rows and (rows["unit"] != unit).any():
        units = ", ".join(dict.fromkeys(rows["unit"]))
        msg = f"scores must be of one unit, got {units}: choose one measure"
        raise ValueError(msg)
    ax = ax or new_axes(width=10.0, height=1.9 + 0.55 * len(rows))
    y = np.arange(len(rows))
    with plt.rc_context(STYLE):
        sure = rows["low"].notna().to_numpy()
        ax.hlines(y[sure], rows["low"][sure], rows["high"][sure], color=BLUE, lw=3)
        for place, (value, known) in enumerate(zip(rows["value"], sure, strict=True)):
            ax.plot(value, place, "o", color=BLUE, mfc=BLUE if known else "white", mew=2, ms=11)
            ax.annotate(_number(value, unit), (value, place), (0, 9), ha="center",
                        textcoords="offset points", fontsize=12.5)  # fmt: skip
        mark_guess(ax, prediction, vertical=True)
        names = rows["name"]
        if "n" in rows:
            names = [f"{name}  (n = {n:,.0f})" for name, n in zip(names, rows["n"], strict=True)]
        ax.set_yticks(y, list(names))
        ax.set_ylim(len(rows) - 0.5, -0.7)
        ax.grid(axis="x", color="#DDDDDD")
        ax.margins(x=0.08)
        _unit_axis(ax, unit, rows)
        finish(ax, title or _lead(rows, unit), prediction)
    return ax


def score_ladder(
    steps: pd.DataFrame,
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw one score step by step, as one filter after the other is set, with each change.

    Parameters
    ----------
    steps : DataFrame
        `value` (points) and, if there, `n`, a row a step, from everybody to those who were
        heard: `estimate.table` of the scores.
    prediction : object, optional
        The reader's guess of the first; a kept guess is marked at its value.

    Examples
    --------
    >>> scores = pd.DataFrame({"value": [0.0, 10.0, 50.0]}, index=["all", "asked", "answered"])
    >>> score_ladder(scores).get_title(loc="left")
    'From 0 to 50 points: the largest step, +40, is "answered"'
    """
    rows = _rows(steps)
    if len(rows) == 1:
        msg = "steps must be at least two scores, got 1: use score_intervals for one"
        raise ValueError(msg)
    ax = ax or new_axes(width=10.0, height=1.9 + 0.7 * len(rows))
    value = rows["value"].round().to_numpy()
    change = np.diff(value)
    largest = int(np.argmax(np.abs(change)))
    with plt.rc_context(STYLE):
        for k, (start, step) in enumerate(zip(value, change, strict=False)):
            tone = RED if k == largest else GREY
            ax.barh(k + 1, step, left=start, height=0.34, color=tone, alpha=0.55, zorder=1)
            ax.plot([start, start], [k, k + 1], color=GREY, lw=1, ls="--", zorder=0)
            ax.annotate(f"{step:+.0f}", (start + step / 2, k + 1), (0, 14), ha="center",
                        textcoords="offset points", color="black", fontsize=12.5)  # fmt: skip
        for k, score in enumerate(value):
            ax.plot(score, k, "o", color=BLUE, ms=13)
            ax.annotate(f"{score:.0f}", (score, k), (12, 0), va="center", fontweight="bold",
                        textcoords="offset points", bbox=_BOX)  # fmt: skip
        mark_guess(ax, prediction, vertical=True)
        names = rows["name"]
        if "n" in rows:
            names = [f"{name}\n(n = {n:,.0f})" for name, n in zip(names, rows["n"], strict=True)]
        ax.set_yticks(range(len(rows)), list(names))
        ax.set_ylim(len(rows) - 0.5, -0.6)
        ends = [*value, 0.0, float(getattr(prediction, "value", 0.0))]
        room = 0.08 * (max(ends) - min(ends) or 1.0)
        ax.set_xlim(min(ends) - room, max(ends) + 1.5 * room)
        ax.grid(axis="x", color="#DDDDDD")
        ax.set_axisbelow(True)
        ax.set_xlabel("score (points)")
        found = f"From {value[0]:.0f} to {value[-1]:.0f} points: the largest step, {change[largest]:+.0f},"
        finish(ax, title or f'{found} is "{rows["name"].iloc[largest + 1]}"', prediction)
    return ax


def share_by_n(
    intervals: pd.DataFrame,
    *,
    who: str = "people",
    beside: float | None = None,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw what a published share can mean, by the number who may have answered.

    The title takes the smallest and the largest n that can be.

    Parameters
    ----------
    intervals : DataFrame
        Of `surveys.interval_of_share`; of `surveys.corrected`, the range after the
        correction stands below each interval. An n that cannot be is hollow.
    who : str
        Who was asked, in the plural.
    beside : float, optional
        A share to compare with, such as 0.5: a line.
    prediction : object, optional
        The reader's guess; a kept guess is marked at its value.

    Examples
    --------
    >>> from cemlab.cem.surveys import interval_of_share
    >>> share_by_n(interval_of_share(0.62, n=[50, 200, 1000])).get_title(loc="left")
    '62% may be 48% to 74% (n = 50) or 58% to 65% (n = 1,000)'
    """
    rows = _rows(intervals).sort_values("n", ignore_index=True)
    after = "corrected_low" in rows
    ax = ax or new_axes(width=10.0, height=2.2 + 0.75 * len(rows))
    y = np.arange(len(rows)) - 0.16 * after
    with plt.rc_context(STYLE):
        ax.axvline(rows["value"].iloc[0], color=GREY, lw=1.5, ls="--", zorder=0)
        if beside is not None:
            ax.axvline(beside, color="black", lw=2, zorder=0)
            ax.annotate(f"{beside:.0%}", (beside, -0.6), (4, -4), textcoords="offset points",
                        va="top", fontsize=12.5)  # fmt: skip
        ax.hlines(y, rows["low"], rows["high"], color=BLUE, lw=4, label="as published")
        for place, row in zip(y, rows.to_dict("records"), strict=True):
            fill = BLUE if row.get("possible", True) else "white"
            ax.plot(row["value"], place, "o", color=BLUE, mfc=fill, mew=2, ms=11)
            _ends(ax, place, row["low"], row["high"], BLUE)
        if after:
            ax.hlines(y + 0.36, rows["corrected_low"], rows["corrected_high"], color=RED, lw=4,
                      ls=(0, (1.5, 0.6)), label="after the assumed correction")  # fmt: skip
            for place, row in zip(y + 0.36, rows.to_dict("records"), strict=True):
                _ends(ax, place, row["corrected_low"], row["corrected_high"], RED)
        if "possible" in rows and not rows["possible"].all():
            ax.plot([], [], "o", color=BLUE, mfc="white", mew=2, ms=11, label="n cannot be")
        mark_guess(ax, prediction, vertical=True)
        if len(ax.get_legend_handles_labels()[1]) > 1:
            ax.legend(loc="upper right", frameon=False, bbox_to_anchor=(1.0, -0.16), ncols=3)
        ax.set_yticks(range(len(rows)), [f"n = {n:,.0f}" for n in rows["n"]])
        ax.set_ylim(len(rows) - 0.4, -0.6)
        ax.set_xlim(0, 1)
        ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.set_xlabel(f"share of all {who}")
        ax.set_ylabel(f"{who} that may\nhave answered", labelpad=14)
        finish(ax, title or _by_n(rows), prediction)
    return ax


def mark_guess(ax: Axes, prediction: object, *, vertical: bool) -> None:
    """Mark a kept guess at its value."""
    value = getattr(prediction, "value", None)
    if value is not None:
        line = ax.axvline if vertical else ax.axhline
        line(float(value), color=PURPLE, ls=":", lw=3, label="your prediction")


# --- inside ------------------------------------------------------------------------


def _rows(table: pd.DataFrame) -> pd.DataFrame:
    """Return rows with the column `name`."""
    if table.empty:
        msg = "scores must be at least one score, got none"
        raise ValueError(msg)
    names = table.get("firm", table.index)
    return table.assign(name=[str(name) for name in names]).reset_index(drop=True)


def _number(value: float, unit: str) -> str:
    return f"{100 * value:.3g}%" if unit == "share of 1" else f"{value:.3g}"


def _unit_axis(ax: Axes, unit: str, rows: pd.DataFrame) -> None:
    """Name the axis by unit and level."""
    if unit == "share of 1":
        ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    words = "share of those who are meant" if unit == "share of 1" else unit or "score"
    level = f", with intervals of {100 * rows['level'].iloc[0]:g} %" if "level" in rows else ""
    ax.set_xlabel(words + level)


def _lead(rows: pd.DataFrame, unit: str) -> str:
    """Say by how much the first leads the second, and whether their intervals meet."""
    order = rows.sort_values("value", ascending=False, ignore_index=True)
    first = order.iloc[0]
    if len(order) == 1:
        if math.isnan(first["low"]):
            return f"{first['name']}: {_number(first['value'], unit)}, without an interval"
        return f"{first['name']}: {_number(first['low'], unit)} to {_number(first['high'], unit)}"
    second = order.iloc[1]
    gap = first["value"] - second["value"]
    if gap == 0:
        return f"{first['name']} and {second['name']} are level"
    words = f"{100 * gap:.2g} percentage points" if unit == "share of 1" else f"{gap:.2g}"
    words += " points" if unit == "points" else ""
    found = f"{first['name']} leads {second['name']} by {words}"
    if math.isnan(first["low"]) or math.isnan(second["high"]):
        return found
    return found + (", but the intervals overlap" if first["low"] <= second["high"] else "")


def _ends(ax: Axes, y: float, low: float, high: float, colour: str) -> None:
    """Write both ends of an interval beside it."""
    for value, side, align in ((low, -1, "right"), (high, 1, "left")):
        ax.annotate(f"{value:.0%}", (value, y), (side * 10, 0), ha=align, va="center",
                    textcoords="offset points", color=colour, fontsize=12.5, bbox=_BOX)  # fmt: skip


def _by_n(rows: pd.DataFrame) -> str:
    share = f"{100 * rows['value'].iloc[0]:.3g}%"
    if "possible" in rows and rows["possible"].any():
        rows = rows[rows["possible"]]
    ends = [rows.iloc[0], rows.iloc[-1]] if len(rows) > 1 else [rows.iloc[0]]
    after = "corrected_" if "corrected_low" in rows else ""
    low, high = f"{after}low", f"{after}high"
    said = [f"{row[low]:.0%} to {row[high]:.0%} (n = {row['n']:,.0f})" for row in ends]
    return (
        f"{share}, corrected: {', '.join(said)}" if after else f"{share} may be {' or '.join(said)}"
    )
