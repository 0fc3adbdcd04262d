"""Figures of what drives a return: each assumption moved alone."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from cemlab import _checks
from cemlab.plots._style import (
    BLUE,
    GREY,
    ORANGE,
    PURPLE,
    RED,
    STYLE,
    TITLE,
    new_axes,
    show_prediction,
)
from cemlab.plots.returns.assumption_names import full_name, name_of
from cemlab.plots.returns.distribution import amount, percent, percents

MARKS = {"source": (BLUE, ""), "assumed": (ORANGE, "//"), "contested": (RED, "xx")}


def tornado(
    table: pd.DataFrame,
    *,
    most: int = 10,
    listed: Sequence[str] = (),
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how far each assumption alone moves the return, the farthest on top.

    Each goes from the value that 5 % of its draws lie below to the one that 95 % lie below.

    Parameters
    ----------
    table : DataFrame
        `tornado` of `roi.calculator`.
    most : int
        Bars to draw, at least 1; the rest are counted in the label of the axis.
    listed : sequence of str
        Assumptions to number, such as those that the reader chooses from, "line.input"; their
        bars are drawn, too.
    prediction : object, optional
        The reader's guess; a kept number is a place in `listed`, whose bar is marked.

    Examples
    --------
    >>> from cemlab.crm import roi
    >>> made = roi.calculator({"research": {"studies": 2, "price": (1000, 5000), "as_good": 1},
    ...                        "tools": {"cost": (3000, 4000, 5000)}}, rng=1)
    >>> tornado(made.tornado).get_title(loc="left")
    'Price of a study: the return goes from −40% to 140%'
    """
    count = _checks.whole("most", most, low=1)
    _checks.one_of_each("listed", listed, table.index)
    moving = table[table["swing"] > 0]
    if moving.empty:
        msg = "table must have at least one assumption that moves the return, got none"
        raise ValueError(msg)
    rows = moving[(np.arange(len(moving)) < count) | moving.index.isin(listed)]
    ax = ax or new_axes(width=11.0, height=2.5 + 0.5 * len(rows))
    with plt.rc_context(STYLE):
        found = swings(rows, ax=ax)
        left_out = len(moving) - len(rows)
        more = f" ({left_out} smaller bars left out)" if left_out else ""
        ax.set_xlabel(f"return; each alone from 5% to 95% of its draws{more}")
        handles, _ = ax.get_legend_handles_labels()
        marks = [mark for mark in MARKS if (rows["mark"] == mark).any()]
        handles += [Patch(fc=MARKS[m][0], hatch=MARKS[m][1], ec="white", label=m) for m in marks]
        ax.legend(handles=handles, loc="lower left", ncols=len(handles), frameon=False,
                  bbox_to_anchor=(0.0, 1.0), borderaxespad=0.2, columnspacing=1.2,
                  handletextpad=0.5)  # fmt: skip
        _number(ax, rows, listed, getattr(prediction, "value", None))
        show_prediction(ax, prediction, lift=32.0)
        pad = 36 if prediction is None else 68
        ax.set_title(title or found, loc="left", **(TITLE | {"pad": pad}))
    return ax


def swings(rows: pd.DataFrame, *, ax: Axes, ticks: int = 6, room: float = 0.13) -> str:
    """Draw a bar for each row of a tornado, with its ends in words; return what was found."""
    base = float(rows["roi_likely"].iloc[0])
    y = np.arange(len(rows))
    left = rows[["roi_low", "roi_high"]].min(axis=1)
    for place, start, size, mark in zip(y, left, rows["swing"], rows["mark"], strict=True):
        colour, hatch = MARKS[mark]
        ax.barh(place, size, left=start, height=0.62, color=colour, hatch=hatch, ec="white")
    ax.axvline(0, color="black", lw=2, label="break-even", zorder=0.5)
    ax.axvline(base, color=GREY, ls="--", lw=2, label=f"all at likely: {percent(base)}",
               zorder=0.5)  # fmt: skip
    # White behind the words, so that no line crosses them.
    box = {"boxstyle": "square,pad=0.05", "fc": "white", "ec": "none"}
    for place, row in zip(y, rows.to_dict("records"), strict=True):
        turned = row["roi_high"] < row["roi_low"]
        for end, side in (("low", 1 if turned else -1), ("high", -1 if turned else 1)):
            ax.annotate(_end(row, end), (row[f"roi_{end}"], float(place)), (4 * side, 0),
                        textcoords="offset points", ha="left" if side > 0 else "right",
                        va="center", size=11, bbox=box)  # fmt: skip
    names = [full_name(row) for row in rows.to_dict("records")]
    ax.set_yticks(y, names)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    low, high = min(left.min(), 0.0), max((left + rows["swing"]).max(), 0.0)
    ax.set_xlim(low - room * (high - low), high + room * (high - low))
    ax.xaxis.set_major_locator(MaxNLocator(ticks))
    ax.xaxis.set_major_formatter(percents())
    first, second = sorted(rows[["roi_low", "roi_high"]].iloc[0])
    found = f"{name_of(rows.index[0])}: the return goes from {percent(first)} to {percent(second)}"
    return found[:1].upper() + found[1:]


# --- inside ------------------------------------------------------------------------


def _end(row: Mapping[Any, Any], end: str) -> str:
    """Return an end of a bar: two figures, or as its range was given."""
    value = row["q05" if end == "low" else "q95"]
    return amount(value, 3 if np.isclose(value, row[end]) else 2)


def _number(ax: Axes, rows: pd.DataFrame, listed: Sequence[str], guessed: float | None) -> None:
    """Write numbers at the options among the bars, and mark the one that was guessed."""
    numbers = {name: place for place, name in enumerate(listed, 1)}
    labels = [label.get_text() for label in ax.get_yticklabels()]
    for place, (name, words) in enumerate(zip(rows.index, labels, strict=True)):
        if name in numbers:
            labels[place] = f"{words}  [{numbers[name]}]"
            if numbers[name] == guessed:
                ax.axhspan(place - 0.46, place + 0.46, fc="none", ec=PURPLE, lw=3, zorder=4)
                ax.annotate("your prediction", (1.0, place), (-6, 0), color=PURPLE, ha="right",
                            xycoords=("axes fraction", "data"), textcoords="offset points",
                            va="center", weight="bold")  # fmt: skip
    ax.set_yticks(range(len(rows)), labels)
