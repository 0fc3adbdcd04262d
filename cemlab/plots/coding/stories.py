"""Figures of what coders found in stories, and of the stories beside the numbers."""

from textwrap import fill

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from cemlab.plots._style import BLUE, GREEN, GREY, PURPLE, RED, STYLE, finish, new_axes
from cemlab.plots.coding.agreement import LETTERS, in_a_row, some
from cemlab.plots.coding.agreement import named as label_of

_STORIES = (("red", RED, "red as told"), ("disputed", GREY, "coders disagree"), ("green", GREEN, "green as told"))  # fmt: skip


def code_shares(
    shares: pd.DataFrame,
    dimension: str,
    *,
    prediction: object = None,
    labels: pd.Series | None = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the share of stories with each code of a dimension, with intervals.

    A hollow mark beyond the dot: stories to which at least one coder gave it. A code called
    `nothing` stands last, apart, and is not what the title calls most common.

    Parameters
    ----------
    shares : DataFrame
        As `incidents.frequencies` returns it.
    dimension : str
        One of its dimensions.
    prediction : object, optional
        The reader's guess.
    labels : Series, optional
        Names to show instead of codes, by code.

    Examples
    --------
    >>> from cemlab.cem import incidents
    >>> ax = code_shares(incidents.frequencies(incidents.codings()), "problem")
    >>> ax.get_title(loc="left")
    'Most common: rule first and core failure (6 of 24 each)'
    """
    known = list(shares.index.get_level_values(0).unique())
    if dimension not in known:
        msg = f"dimension must be one of {', '.join(known)}, got {dimension!r}"
        raise ValueError(msg)
    rows = shares.loc[dimension]
    apart = rows.index == "nothing"
    rows = pd.concat([rows[~apart], rows[apart]])
    ax = ax or new_axes(width=9.5, height=2.0 + 0.45 * len(rows))
    y = np.arange(len(rows)) + 0.4 * (rows.index == "nothing")
    most_of = _held_by(rows["raters"])
    with plt.rc_context(STYLE):
        ax.plot(rows["by_any"] / rows["n"], y, "o", mec=GREY, mfc="white", ms=11, mew=1.8, zorder=2.1, label="at least one coder gave it")  # fmt: skip
        ax.plot(rows["value"], y, "o", color=BLUE, ms=11, zorder=2.2, label=most_of)
        ax.hlines(y, rows["low"], rows["high"], color=BLUE, lw=5, alpha=0.45, zorder=2.0, label="interval of the share")  # fmt: skip
        if apart.any() and not apart.all():
            ax.axhline(y[-1] - 0.7, color=GREY, lw=1)
        ax.set_yticks(y, [label_of(code, labels) for code in rows.index])
        ax.set_ylim(float(y[-1]) + 0.5, -0.5)
        ax.set_xlim(-0.02, max(0.9, 1.6 * float(rows["high"].max())))  # room for the legend
        ax.set_xticks(np.arange(0.0, max(0.5, float(rows["high"].max())) + 0.05, 0.1))
        ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.grid(axis="x", color="#DDDDDD")
        ax.set_axisbelow(True)
        ax.set_xlabel(f"part of the {rows['n'].iloc[0]} stories")
        handles, words = ax.get_legend_handles_labels()
        ax.legend(handles[1::-1] + handles[2:], words[1::-1] + words[2:], loc="center right", frameon=False, fontsize=12)  # fmt: skip
        named = rows[rows.index != "nothing"] if not apart.all() else rows
        most = int(named["count"].max())
        top = [label_of(code, labels) for code in named.index[named["count"] == most]]
        each = " each" if len(top) > 1 else ""
        common = bool(apart.any() and rows["count"].iloc[-1] >= most)
        besides = f' besides "{label_of("nothing", labels)}"' if common and not apart.all() else ""
        found = f"{in_a_row(top)} ({most} of {rows['n'].iloc[0]}{each})"
        found = (
            f"Most common{besides}:\n{found}" if besides else fill(f"Most common: {found}", LETTERS)
        )
        finish(ax, title or found, prediction)
    return ax


def green_but_red(
    sides: pd.DataFrame,
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the dashboards' colours against the stories': a square a story.

    Parameters
    ----------
    sides : DataFrame
        As `incidents.both_sides` returns it.
    prediction : object, optional
        The reader's guess; a kept guess of how many are green on the dashboard and red as told
        is a line of that length under their row.

    Examples
    --------
    >>> from cemlab.cem import incidents
    >>> sides = incidents.both_sides(incidents.codings(), incidents.narratives())
    >>> ax = green_but_red(sides)
    >>> ax.get_title(loc="left")
    'Of 17 stories green on the dashboard, 9 are red as told'
    """
    some("sides", sides)
    guessed = getattr(prediction, "value", None)
    wide = max(int(sides["dashboard"].value_counts().max()), 6, int(guessed or 0))
    ax = ax or new_axes(width=10.0, height=4.2)
    with plt.rc_context(STYLE):
        for row, colour in enumerate(("green", "red")):
            told = sides.loc[sides["dashboard"] == colour, "story"]
            place, below, short = 0, False, False
            for story, paint, words in _STORIES:
                n = int((told == story).sum())
                if n == 0:
                    continue
                ax.bar(np.arange(place, place + n), 0.62, bottom=row - 0.31, width=0.86, color=paint)  # fmt: skip
                below = short and not below  # two short rows of squares: no room side by side
                ax.text(place - 0.43, row + (0.36 if below else -0.36), f"{words}: {n}", ha="left",
                        va="top" if below else "bottom", size=13, weight="bold")  # fmt: skip
                place, short = place + n, n < 0.25 * wide
        if guessed is not None:
            ax.plot([-0.43, max(guessed - 0.57, -0.4)], [0.38, 0.38], color=PURPLE, lw=6, solid_capstyle="butt")  # fmt: skip
        ax.set_yticks([0, 1], [f"dashboard {colour}" for colour in ("green", "red")])
        ax.set_ylim(1.65, -0.75)
        ax.set_xlim(-0.7, wide - 0.3)
        ticks = [k for k in range(5, wide + 1, 5)]
        ax.set_xticks([k - 0.5 for k in ticks], [str(k) for k in ticks])
        ax.set_xlabel("stories")
        green = sides[sides["dashboard"] == "green"]
        red = int((green["story"] == "red").sum())
        found = f"Of {len(green)} stories green on the dashboard, {red} {'is' if red == 1 else 'are'} red as told"
        finish(ax, title or found, prediction)
    return ax


# --- inside ------------------------------------------------------------------------


def _held_by(raters: pd.Series) -> str:
    """Return what more than half of the coders means, by how many there were a story."""
    if (raters == 1).all():
        return "the coder gave it"
    if (raters == 2).all():
        return "both coders gave it"
    return "more than half of its coders gave it\n(of two: both; of three: two)"
